"""The house rules, executed: who may know whom, what the core must not touch, and what must not be written twice."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "gateway"

MAY_KNOW = {
    "messages": set[str](),
    "errors": set[str](),
    "cases": {"messages"},
    "case_number": set[str](),
    "calendars": {"errors"},
    "reply_address": set[str](),
    "digest": set[str](),
    "trust": {"messages"},
    "ports": {"cases", "chat_ports", "messages"},
    "chat_ports": {"cases", "ports"},  # the latter for the type checker alone
    "chats": {"chat_ports"},
    "chat_command": {"cases", "chat", "chat_ports", "clock", "errors", "storage"},
    "chat_cards": {"cases", "chat", "chat_address", "chat_note", "chat_ports", "errors", "ports"},
    "chat": {
        *(
            "cases",
            "messages",
            "errors",
            "parsers",
            "ports",
            "chat_address",
            "chat_ports",
            "chat_update",
            "chats",
        ),
        *("case_number", "customer_turn", "intake", "reading", "reply_address", "staff_turn", "trust"),
        "colleague_report",
    },
    "parsers": {"messages", "errors", "cases"},
    "training": {"parsers"},
    "storage": {"messages", "errors", "cases", "chat_address", "chat_ports", "ports"},
    "responders": {
        "messages",
        "errors",
        "cases",
        "ports",
        "reply_address",
        "chat_address",
        "chat_note",
        "chat_ports",
        "chats",
    },
    "chat_address": set[str](),
    "chat_note": set[str](),
    "chat_update": {"chat_address", "messages"},
    "chat_channel": {"chat_address", "chat_note", "chat_update", "messages"},
    "chat_rows": {"setting_kinds"},
    "channels": {"messages", "errors", "chat_address", "chat_channel", "chat_note", "chat_update"},
    "http_listening": set[str](),
    "chat_sandbox": {"clock", "errors", "http_listening"},  # the clock only where it is run by hand
    "portal": {"messages", "errors", "chat_channel", "chat_update", "http_listening"},
    "linked_answers": {"cases", "messages", "portal", "ports", "reply_address"},
    "clock": {"case_number"},
    "metrics": {"cases"},
    "logs": set[str](),
    "seed": set[str](),
    "mistakes": {"errors"},
    "policy_build": {"cases", "calendars", "errors", "policy_rows"},
    "policy_rows": {"cases"},
    "setting_kinds": set[str](),
    "mailbox_url": set[str](),
    "mailbox_rows": {"mailbox_url", "setting_kinds"},
    "config": {
        *("cases", "errors", "mailbox_rows", "mistakes", "policy_build", "policy_rows", "setting_kinds"),
        *("chat_rows", "trust_rows"),
    },
    "trust_rows": {"setting_kinds", "trust"},
    "mailboxes": {"channels", "config", "mailbox_rows", "ports"},
    "mail_archive": {"errors"},
    "mail_page": {"messages", "parsers"},
    "keys": {"config"},
    "directory_file": {"cases", "errors", "mistakes"},
    "colleague_report": {"cases", "messages", "parsers"},
    "directory_columns": set[str](),
    "directory_sheet": {"directory_columns", "errors"},
    "directory_csv": {"directory_columns", "directory_sheet", "errors"},
    "directory_toml": set[str](),
    "directory_merge": {"directory_csv"},
    "directory_sources": {
        *("directory_columns", "directory_csv", "directory_sheet", "directory_toml", "errors"),
    },
    "directory_import": {
        *("directory_file", "directory_merge", "directory_sources", "directory_toml", "errors"),
    },
    "customer_turn": {"cases", "messages", "parsers"},
    "corrections": {"cases", "parsers"},
    "example_export": {"errors", "messages", "parsers", "ports", "storage"},
    "staff_turn": {"case_number", "cases", "corrections", "parsers"},
    "intake": {
        *("cases", "messages", "errors", "parsers", "ports"),
        *(
            "case_number",
            "chat_address",
            "chats",
            "colleague_report",
            "customer_turn",
            "reading",
            "reply_address",
            "staff_turn",
            "trust",
        ),
    },
    "parse_command": {"cases", "messages", "parsers"},
    "explaining": {"parsers"},
    "catalogue_file": {"errors", "mistakes"},
    "reading": {
        *("cases", "chat_address", "messages", "errors", "parsers", "colleague_report", "reply_address"),
    },
    "scanning": {"cases", "channels", "messages", "reading"},
    "showing": {"cases", "storage"},
    "reporting": {"cases", "showing"},
    "report_command": {
        *("cases", "storage", "reporting", "responders"),
        *("config", "directory_file", "errors"),
    },
}
"""Room -> rooms it may import. The joiners below join all others."""

JOINERS = {
    "app",
    "doors",
    "inward_road",
    "parts",
    "vitals",
    "chat_house",
    "chat_joining",
    "chat_kinds",
    "chat_parts",
    "chat_postman",
    "chat_trial",
    "cli",
    "check",
    "demo",
    "directory_change",
    "mailbox_import",
    "simulation",
    "trying",
    "__main__",
    "__init__",
}
ASYNC_ROOMS = {
    *("channels", "portal", "app", "storage", "responders", "intake", "ports", "cli", "demo"),
    *("doors", "inward_road", "vitals"),
    *("chat", "chat_cards", "chat_channel", "chat_house", "chat_joining", "chat_kinds", "chat_postman"),
    *("chat_sandbox", "chat_trial"),
    *("linked_answers", "mailboxes", "mailbox_import", "reading", "scanning"),
}
CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.monotonic")


@cache
def modules() -> list[tuple[str, Path, ast.Module]]:
    return [
        (path.relative_to(HOUSE).parts[0].removesuffix(".py"), path, ast.parse(path.read_text()))
        for path in sorted(HOUSE.rglob("*.py"))
    ]


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def rooms_imported(tree: ast.Module) -> set[str]:
    inside = {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("gateway.")
    }
    rooms = {module.split(".")[1] for module in inside}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "gateway":
            rooms |= {name.name for name in node.names}
    return rooms


def test_every_room_knows_only_whom_it_may() -> None:
    """Siblings never import each other; only the composition root joins the rooms (ARCHITECTURE)."""
    wrong = [
        f"{path.relative_to(HOUSE)} imports {sorted(strange)}"
        for room, path, tree in modules()
        if room not in JOINERS and (strange := rooms_imported(tree) - MAY_KNOW[room] - {room})
    ]
    assert wrong == []


def test_the_core_uses_the_standard_library_only() -> None:
    """cases/ must be readable, and testable, without knowing any library."""
    strangers = {
        (path.name, name.split(".")[0])
        for room, path, tree in modules()
        if room == "cases"
        for name in imported(tree)
        if name.split(".")[0] not in (*sys.stdlib_module_names, "gateway")
    }
    assert strangers == set()


@pytest.mark.parametrize(
    "forbidden", ["os", "io", "asyncio", "random", "secrets", "uuid", "time", "logging", "socket"]
)
def test_the_core_knows_no_world(forbidden: str) -> None:
    """No I/O, no chance, no async: time and ids are arguments."""
    users = [
        path.name
        for room, path, tree in modules()
        if room == "cases" and any(name.split(".")[0] == forbidden for name in imported(tree))
    ]
    assert users == []


def test_only_the_clock_reads_the_clock() -> None:
    """A second reader of time would make stories on a fake clock lie."""
    allowed = {"clock.py", "check.py", "trying.py"}  # the last two serve a person at a terminal, now
    readers = [
        f"{path.relative_to(HOUSE)}: {ast.unparse(node.func)}"
        for _, path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(CLOCKS) and path.name not in allowed
    ]
    assert readers == []


def test_async_lives_where_things_wait() -> None:
    """The core and the parsers are plain functions; waiting belongs to channels, portal, storage and responders."""
    wrong = [
        str(path.relative_to(HOUSE))
        for room, path, tree in modules()
        if room not in ASYNC_ROOMS and any(isinstance(node, ast.AsyncFunctionDef) for node in ast.walk(tree))
    ]
    assert wrong == []


def test_sql_is_never_made_of_strings() -> None:
    """Values are bound parameters, always (RELIABILITY T27): no text() and no formatted statement but one lock."""
    wrong = [
        f"{path.name}:{node.lineno}"
        for _, path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] in ("text", "exec_driver_sql")
        and "storage" in path.parts
        and node.args
        and isinstance(node.args[0], ast.JoinedStr)
        and "pg_advisory_xact_lock" not in ast.unparse(node.args[0])
    ]
    assert wrong == []


def test_every_module_says_what_its_room_is_for() -> None:
    """A newcomer reads the first lines of a file and knows whether to read on."""
    silent = [str(path.relative_to(HOUSE)) for _, path, tree in modules() if not ast.get_docstring(tree)]
    assert silent == []
