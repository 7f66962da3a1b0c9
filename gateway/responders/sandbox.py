"""How templates run: sandboxed, nothing undefined, HTML escaped, None never printed (RELIABILITY 2.1 rule 5).

What a template prints of a person's words was made fit before; this room keeps the template itself within bounds.
"""

from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

from jinja2 import BytecodeCache, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_COMPILED = 1000
"""Templates whose code is kept: five times those that we ship."""


class CompiledBefore(BytecodeCache):
    """What this process has compiled, kept while the file is the same.

    A check, a simulation and the gateway itself open the same two hundred files one after the other. `taught` is what
    the filters of the environment know besides: Jinja2 works out what is constant when it compiles.
    """

    _kept: ClassVar[dict[str, tuple[str, CodeType]]] = {}

    def __init__(self, taught: str) -> None:
        self._taught = taught

    def get_source_checksum(self, source: str) -> str:
        """Of the source and of what was taught."""
        return super().get_source_checksum(f"{source}|{self._taught}")

    def load_bytecode(self, bucket: Bucket) -> None:
        """Nothing where the file has changed since."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """The oldest goes where there are too many."""
        if bucket.code is not None:
            self._kept[bucket.key] = bucket.checksum, bucket.code
        if len(self._kept) > MOST_COMPILED:
            del self._kept[next(iter(self._kept))]


class StrictEnvironment(ImmutableSandboxedEnvironment):
    """The templates below one directory; `taught` stands for all that its filters will know.

    Each attribute of a type is judged once, not at every reading: what the sandbox forbids depends on nothing else, and
    asking again each time was a tenth of what a letter costs.
    """

    def __init__(self, directory: Path, taught: str = "") -> None:
        super().__init__(
            bytecode_cache=CompiledBefore(taught),
            loader=FileSystemLoader(directory),
            undefined=StrictUndefined,
            autoescape=select_autoescape(enabled_extensions=("html.j2",)),
            finalize=_never_none,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,  # so that a snippet ends its last line
            auto_reload=False,
            cache_size=-1,
        )
        self._judged: dict[tuple[type[object], str], bool] = {}

    def is_safe_attribute(self, obj: object, attr: str, value: Any) -> bool:
        """Whether a template may read it. Only what exists is asked about, so the answers are few."""
        attribute = type(obj), attr
        if attribute not in self._judged:
            self._judged[attribute] = super().is_safe_attribute(obj, attr, value)
        return self._judged[attribute]


def _never_none(value: object) -> object:
    if value is None:
        raise ValueError(
            "something that is not known would be printed as None; ask for it with {% if %} first"
        )
    return value
