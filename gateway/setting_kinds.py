"""What the sections of config.toml are made of: strict tables, and secrets that may lie in files."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, SecretStr


class Section(BaseModel):
    """A table of config.toml: unknown keys are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _secret(value: object) -> object:
    """A secret, or `file:PATH` of a file that holds it."""
    if isinstance(value, str) and value.startswith("file:"):
        try:
            return Path(value.removeprefix("file:")).read_text().strip()
        except OSError as error:
            raise ValueError(f"cannot read the file: {error.strerror}") from None
    return value


Secret = Annotated[SecretStr, BeforeValidator(_secret)]
