"""The tables of a directory file as TOML that a person reads and edits: our one shape, written by us.

`tomllib.loads` of what is written gives the tables back, whatever the strings hold.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast

Table = Mapping[str, Any]

KINDS = ("customer", "staff")
PARTS = frozenset({"contact", "contract"})
"""Lists of tables that are written as tables of their own; all others stand inline."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def written(tables: Table) -> Iterator[str]:
    """The file, a table at a time. Raises TypeError for a value that directory files do not hold."""
    for kind in KINDS:
        for row in tables.get(kind, ()):
            yield _table(kind, row)


def _table(name: str, row: Table) -> str:
    parts = [(key, value) for key, value in row.items() if key in PARTS]
    lines = [f"[[{name}]]\n"]
    lines += [f"{_key(key)} = {_value(value)}\n" for key, value in row.items() if key not in PARTS]
    lines += [_table(f"{name}.{key}", part) for key, rows in parts for part in rows]
    return "".join(lines) if "." in name else "".join(lines) + "\n"


def _value(value: object) -> str:
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for DEL, which TOML wants escaped and JSON does not.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        table = cast("Table", value)
        return "{ " + ", ".join(f"{_key(key)} = {_value(inside)}" for key, inside in table.items()) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_value, cast("Sequence[object]", value))) + "]"
    raise TypeError(f"a directory file holds no {type(value).__name__}")


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _value(key)
