"""Tests as sentences, for the pages that list them: what each says, and where it stands."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path


def sentences(files: Iterable[Path]) -> Iterator[tuple[str, Path, str]]:
    """Each test's name as a sentence, its file and its docstring, in the order of files and lines."""
    for path in sorted(files):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                sentence = node.name.removeprefix("test_").replace("_", " ")
                yield sentence, path, ast.get_docstring(node) or ""
