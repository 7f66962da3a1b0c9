"""How templates run: sandboxed, nothing undefined, HTML escaped, None never printed (RELIABILITY 2.1 rule 5).

What a template prints of a person's words was made fit before; this room keeps the template itself within bounds.
"""

from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment


class StrictEnvironment(ImmutableSandboxedEnvironment):
    """The templates below one directory.

    Each attribute of a type is judged once, not at every reading: what the sandbox forbids depends on nothing else, and
    asking again each time was a tenth of what a letter costs.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(
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
