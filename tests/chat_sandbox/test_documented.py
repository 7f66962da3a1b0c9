"""The list of documented behaviours names tests that exist."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_documented_behaviour_has_its_test() -> None:
    """A renamed test must be renamed in the list, a dropped one missed."""
    named = set(re.findall(r"`(test_\w+)`", (HERE / "DOCUMENTED.md").read_text("utf-8")))
    trees = (ast.parse(path.read_text("utf-8")) for path in HERE.glob("test_*.py"))
    there = {
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert len(named) > 50
    assert named - there == set()
