"""The owner's products from a TOML file: names as customers write them and models, read beside our own lexicon.

    [[product]]
    name = "边界安全网关"
    names = ["边网", "edge gateway"]     # short forms and other languages
    models = ["ESG-5100", "ESG5100"]

Every mistake at once, nothing half-loaded.
"""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway import mistakes
from gateway.errors import ConfigError, Mistake

__all__ = ["load"]

SHORTEST = 2
"""Letters a name must have: a single one would be found in every sentence."""


class _ProductRow(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=SHORTEST)
    names: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    product: tuple[_ProductRow, ...] = ()


def load(path: Path) -> tuple[str, ...]:
    """Every name and model of a catalogue, in the order of the file. Raises ConfigError with every mistake."""
    try:
        table = tomllib.loads(path.read_bytes().decode())
    except OSError as error:
        raise ConfigError([Mistake(str(path), "", f"cannot be read: {error.strerror}")]) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError([Mistake(str(path), "", f"is no valid TOML: {error}")]) from None
    try:
        rows = _File.model_validate(table)
    except ValidationError as error:
        raise ConfigError(
            [mistakes.of_validation(str(path), table, each) for each in error.errors()]
        ) from None
    words = [word for row in rows.product for word in (row.name, *row.names, *row.models)]
    short = [word for word in words if len(word.strip()) < SHORTEST]
    if short:
        raise ConfigError(
            [Mistake(str(path), "product", f'"{word}" is too short to be looked for') for word in short]
        )
    return tuple(dict.fromkeys(words))
