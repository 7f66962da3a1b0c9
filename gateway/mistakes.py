"""pydantic's errors as sentences that name file and row as their owner knows them."""

from collections.abc import Mapping
from typing import Any, cast

from gateway.errors import Mistake

ADVICE = {
    "extra_forbidden": "no such key here: mind the spelling, or take it out",
    "missing": "this key must be given",
}
LABELS = ("name", "notice", "id", "number", "level")
_UNION_STEPS = ("function-", "tuple[", "dict[", "nullable", "constrained-")


def of_validation(file: str, table: Mapping[str, Any], error: Mapping[str, Any]) -> Mistake:
    """One entry of `ValidationError.errors()` about a table read from `file`."""
    parts: list[str] = []
    inside: object = table
    for step in error["loc"]:
        inside = _descend(inside, step)
        if isinstance(step, int) and parts:
            parts[-1] += f"[{_label(inside) or step + 1}]"
        elif not str(step).startswith(_UNION_STEPS):
            parts.append(str(step))
    problem = str(error["msg"]).removeprefix("Value error, ")
    return Mistake(
        file, ".".join(parts), problem[:1].lower() + problem[1:], ADVICE.get(str(error["type"]), "")
    )


def _descend(inside: object, step: str | int) -> object:
    try:
        return cast("Any", inside)[step]
    except (KeyError, IndexError, TypeError):
        return None


def _label(row: object) -> str | None:
    if not isinstance(row, dict):
        return None
    named = cast("dict[str, object]", row)
    return next((str(named[key]) for key in LABELS if key in named), None)
