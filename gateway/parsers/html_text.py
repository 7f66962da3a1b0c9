"""HTML to plain text, for mails that bring nothing else.

Inscriptis keeps tables and lists readable, but its parser answers deep nesting with silence and costs more than
linear time (RELIABILITY 0.13, 0.14). So a linear scan stands before it and a plain tag stripper behind it.
"""

import html as html_entities
import re
from functools import lru_cache

# inscriptis is annotated in its source but declares no types (no py.typed)
from inscriptis import get_text  # pyright: ignore[reportMissingTypeStubs]
from inscriptis.css_profiles import CSS_PROFILES  # pyright: ignore[reportMissingTypeStubs]
from inscriptis.model.config import ParserConfig  # pyright: ignore[reportMissingTypeStubs]

MAX_LENGTH = 512 * 1024
MAX_NESTING = 256
"""Characters and levels beyond which only tags are stripped."""

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_VOID = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    }
)
_CLOSED_BY_THE_NEXT = frozenset({"p", "li", "tr", "td", "th", "dt", "dd", "option"})
ADDS_NO_LEVEL = _VOID | _CLOSED_BY_THE_NEXT
"""Elements that add no level: those without content, and those that the next of their kind closes."""

_LINE_BREAKS = re.compile(
    r"(?i)</?(?:p|div|br|tr|li|ul|ol|h[1-6]|table|blockquote|hr|pre|section|article)\b[^<>]*>"
)
_CELLS = re.compile(r"(?i)<t[dh]\b[^<>]*>")
_ANY_TAG = re.compile(r"<[/!?A-Za-z][^<>]*>")
_UNSEEN = ("script", "style", "head", "title")


_QUOTE_OPENS, _QUOTE_ENDS = "\ue000", "\ue001"
"""Private characters that carry the edges of a blockquote through the layout."""

_END = "\ue002"
"""A private character at the very end: where it does not arrive, the parser has given up somewhere before."""

_RULE = "_" * 32
"""How Outlook writes a horizontal rule in plain text."""


def to_text(html: str, *, lay_out: bool = True) -> tuple[str, str | None]:
    """The words of an HTML body, line by line, and what was wrong with it (one sentence), or None. Linear, total.

    Without `lay_out` tags are only stripped: the caller has laid out enough of this mail.

    Quotations get `>` marks and rules become lines of underscores, as in mail that was plain text from the start:
    `quoting` needs both to tell old words from new.
    """
    text, problem = _words(_with_edges(html), lay_out=lay_out)
    return _with_quote_marks(text), problem


def _with_edges(html: str) -> str:
    """The same HTML with the edges of quotations and the rules as text."""
    html = re.sub(f"[{_QUOTE_OPENS}{_QUOTE_ENDS}{_END}]", "", html)
    html = re.sub(r"(?i)(<blockquote\b[^<>]*>)", rf"\1{_QUOTE_OPENS}", html)
    html = re.sub(r"(?i)(</blockquote\b)", rf"{_QUOTE_ENDS}\1", html)
    return re.sub(r"(?i)<hr\b[^<>]*>", f"<div>{_RULE}</div>", html)


def _with_quote_marks(text: str) -> str:
    """Lines between the edges marked with as many `>` as they are deep."""
    if _QUOTE_OPENS not in text and _QUOTE_ENDS not in text:
        return text
    lines: list[str] = []
    depth = 0
    for line in text.split("\n"):
        words = re.sub(f"[{_QUOTE_OPENS}{_QUOTE_ENDS}]", "", line)
        within = depth + line.count(_QUOTE_OPENS)
        depth = max(0, within - line.count(_QUOTE_ENDS))
        if words.strip() and within:
            lines.append(f"{'>' * min(within, 20)} {words.strip()}")
        elif words.strip() or words == line:
            lines.append(words)
    return "\n".join(lines)


def _words(html: str, *, lay_out: bool) -> tuple[str, str | None]:
    """The words as inscriptis lays them out, or what is left without tags."""
    if not lay_out or len(html) > MAX_LENGTH or nesting(html) > MAX_NESTING:
        text, problem = strip_tags(html), "HTML too large or too deeply nested; only its tags were stripped"
    else:
        text, problem = _laid_out(html), None
        if text is None:
            text, problem = strip_tags(html), "HTML could not be laid out; only its tags were stripped"
    if text.strip() or not html.strip():
        return text, problem
    return _names_of_pictures(html), "HTML without words"


def _laid_out(html: str) -> str | None:
    """The text as inscriptis lays it out; None when it cannot, or has not come to the end."""
    try:
        text = get_text(f"{_without_declaration(html)}<div>{_END}</div>", _configuration())
    except Exception:  # noqa: BLE001 - lxml raises what it likes on hostile markup; the tag stripper answers instead
        return None
    before, mark, after = text.partition(_END)
    if not mark:
        return None
    lines = "\n".join(line.rstrip() for line in (before + after).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


_PICTURE = re.compile(r"(?i)<img\b[^<>]{0,4000}")
_ALTERNATIVE = re.compile(r"""(?i)(?<![\w-])alt\s{0,10}=\s{0,10}(?:"([^"<>]*)|'([^'<>]*)|([^\s"'<>]+))""")


def _names_of_pictures(html: str) -> str:
    """What pictures say of themselves, a line each: some mails are nothing but a screenshot."""
    found = (_ALTERNATIVE.search(picture[0]) for picture in _PICTURE.finditer(html))
    said = (" ".join((match[1] or match[2] or match[3] or "").split()) for match in found if match)
    return "\n".join(f"[{html_entities.unescape(words)}]" for words in said if words)


@lru_cache(maxsize=1)
def _configuration() -> ParserConfig:
    """How inscriptis lays out: the strict profile, no link targets."""
    return ParserConfig(css=CSS_PROFILES["strict"])


def _without_declaration(html: str) -> str:
    """Without an XML declaration, whose encoding lxml refuses in text that is already decoded."""
    return re.sub(r"^\s*<\?xml[^<>]{0,200}>", "", html)


def nesting(html: str) -> int:
    """How deep elements nest at most, counted without building anything.

    A closing tag closes only what is open by its name: `<b></p>` over and over is deep.
    """
    still_open: dict[str, int] = {}
    depth = deepest = 0
    for closing, written in _TAG.findall(html):
        name = written.lower()
        if name in ADDS_NO_LEVEL:
            continue
        step = -1 if closing else 1
        if closing and not still_open.get(name):
            continue
        still_open[name] = still_open.get(name, 0) + step
        depth += step
        deepest = max(deepest, depth)
    return deepest


def strip_tags(html: str) -> str:
    """The words between the tags; blocks begin a new line. For HTML that nothing better can read."""
    seen = re.sub(r"[ \t\r\n]+", " ", without_unseen(html))
    lines = _CELLS.sub(" ", _LINE_BREAKS.sub("\n", seen))
    text = html_entities.unescape(_ANY_TAG.sub("", lines))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(" ".join(line.split()) for line in text.split("\n"))).strip()


def without_unseen(html: str) -> str:
    """Without what a browser shows nobody: scripts, styles, the head, comments."""
    seen = html
    for name in _UNSEEN:
        seen = _without_element(seen, name)
    return _without_comments(seen)


def _without_element(html: str, name: str) -> str:
    """Without the elements of that name and what is in them; one that is never closed stays."""
    lowered = html.lower() if html.isascii() else re.sub(r"[A-Z]+", lambda match: match[0].lower(), html)
    kept: list[str] = []
    position = 0
    opening = re.compile(rf"<{name}[\s>]")
    while match := opening.search(lowered, position):
        end = lowered.find(f"</{name}", match.end())
        if end < 0:
            break
        kept.append(html[position : match.start()])
        position = end + len(name) + 2
        position = max(position, lowered.find(">", position) + 1)
    return "".join([*kept, html[position:]])


def _without_comments(html: str) -> str:
    """Without `<!-- … -->`."""
    kept: list[str] = []
    position = 0
    while (start := html.find("<!--", position)) >= 0:
        end = html.find("-->", start + 4)
        if end < 0:
            break
        kept.append(html[position:start])
        position = end + 3
    return "".join([*kept, html[position:]])
