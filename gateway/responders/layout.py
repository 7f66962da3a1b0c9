"""The HTML alternative of a letter, made from its text: one source of words, two dresses.

`read_blocks` is a small pure reader of the plain text that our templates write: paragraphs; two or more lines of
`label: value` (or `标签：值`) are facts; lines that begin with `· ` are a list, with `> ` a person's words,
with `mailto:` or `https:` a link; what follows a line `-- ` is the signature (RFC 3676 section 4.3). It works line by
line, in one pass, and knows no HTML: escaping is the layout template's autoescape, or `plain_page`'s.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Literal

ITEM = "· "
QUOTE = ">"
LINKS = ("mailto:", "https://", "http://")
SIGNATURE = "-- "

Kind = Literal["paragraph", "facts", "items", "words", "link", "signature"]

_FACT = re.compile(r"(?P<label>[^\s:：][^:：]{0,40})(?:：|: )(?P<value>.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a letter: `rows` of label and value for facts, `lines` for everything else."""

    kind: Kind
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()


def read_blocks(text: str) -> tuple[Block, ...]:
    """The letter's blocks in order; every line of the text is in exactly one of them."""
    return tuple(_blocks(text.split("\n")))


def _blocks(lines: list[str]) -> Iterator[Block]:
    ends = lines.index(SIGNATURE) if SIGNATURE in lines else len(lines)
    for kind, group in groupby(lines[:ends], key=_kind_of_line):
        if kind == "items":
            yield Block("items", lines=tuple(line.removeprefix(ITEM) for line in group))
        elif kind == "words":
            yield Block("words", lines=tuple(line[1:].removeprefix(" ") for line in group))
        elif kind == "link":
            yield Block("link", lines=tuple(group))
        elif kind == "text":
            yield _facts_or_paragraph(tuple(group))
    signature = tuple(line for line in lines[ends + 1 :] if line)
    if signature:
        yield Block("signature", lines=signature)


def _kind_of_line(line: str) -> str:
    if not line:
        return "gap"
    if line.startswith(ITEM):
        return "items"
    if line.startswith(LINKS):
        return "link"
    return "words" if line.startswith(QUOTE) else "text"


def _facts_or_paragraph(lines: tuple[str, ...]) -> Block:
    found = [_FACT.fullmatch(line) for line in lines]
    rows = tuple((fact["label"], fact["value"]) for fact in found if fact)
    if len(lines) > 1 and len(rows) == len(lines):
        return Block("facts", rows=rows)
    return Block("paragraph", lines=lines)


def plain_page(blocks: Iterable[Block], language: str) -> str:
    """An HTML page without any dress, for when the layout template cannot be used."""
    body = "\n".join(_plain_block(block) for block in blocks)
    head = f'<!DOCTYPE html>\n<html lang="{escape(language)}"><head><meta charset="utf-8"></head>'
    return f"{head}<body>\n{body}\n</body></html>\n"


def _plain_block(block: Block) -> str:
    lines = block.lines or tuple(f"{label}: {value}" for label, value in block.rows)
    inside = "<br>\n".join(escape(line) for line in lines)
    return f"<blockquote>{inside}</blockquote>" if block.kind == "words" else f"<p>{inside}</p>"
