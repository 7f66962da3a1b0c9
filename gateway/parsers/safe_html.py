"""A stranger's HTML made fit to be shown: nothing runs, nothing is fetched, nothing imitates our own page (T17).

nh3 (ammonia, an HTML5 parser) has the last word on what is safe. But its cost grows quadratically on hostile input
(RELIABILITY 0.13), so two linear passes stand before it: one keeps only the tags of a short list, rewritten without
surprises, and one weighs what is left. HTML that is too heavy is not shown; the plain text of the mail is.
"""

import re
from collections import Counter
from collections.abc import Iterator

import nh3

from gateway.parsers import html_text

MAX_LENGTH = html_text.MAX_LENGTH
MAX_NESTING = html_text.MAX_NESTING
MAX_NODES = 200_000
"""Elements that the parser may have to make, those counted that it opens again in every paragraph."""
MAX_REFERENCES = 10_000
"""Character references and characters from U+0080 to U+00BF: each costs nh3 as much as all the text before it."""

_COSTLY = re.compile("[&\x80-\xbf]")

_FORMATTING = frozenset({"b", "code", "em", "i", "s", "small", "strike", "strong", "u", "a"})
"""What HTML5 reopens in the next block where it was left open ("active formatting elements")."""

_REOPENED = 3
"""How many of the same kind are reopened, at most ("Noah's Ark clause")."""

_BLOCKS = frozenset(
    {
        *(
            "blockquote",
            "dd",
            "del",
            "div",
            "dl",
            "dt",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "ins",
            "li",
            "ol",
            "p",
        ),
        *("pre", "span", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "abbr"),
    }
)
_EMPTY = frozenset({"br", "hr"})
_ALLOWED = _FORMATTING | _BLOCKS | _EMPTY
_ATTRIBUTES = {"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}}
_SCHEMES = {"http", "https", "mailto"}
_LINK_REL = "noopener noreferrer nofollow"

_LINK = re.compile(r"(?i)(?:https?://|mailto:).{1,2000}")
"""Absolute only: a relative link would lead to a page of ours, and do what a click there does."""
_SPAN = re.compile(r"[0-9]{1,3}")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})(?=[\s/>])((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*'|[\"'])*+)>")
_ATTRIBUTE = re.compile(
    r"""(?i)(?<![\w-])(href|colspan|rowspan)\s{0,10}=\s{0,10}(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))"""
)
_LONE_AMPERSAND = re.compile(r"&(?!#?[A-Za-z0-9]{1,31};)")


def clean(html: str) -> str | None:
    """The HTML with only harmless elements and links in it; None where it is too large or too deep to be shown.

    Kept are text, its structure and emphasis, tables, and links to http, https and mailto; no pictures, styles, forms
    or scripts. Linear; never raises.
    """
    if len(html) > MAX_LENGTH:
        return None
    plain = _rewritten(html_text.without_unseen(html))
    if len(_COSTLY.findall(plain)) > MAX_REFERENCES or _too_heavy(plain):
        return None
    return nh3.clean(
        plain,
        tags=set(_ALLOWED),
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel=_LINK_REL,
        strip_comments=True,
    )


def _rewritten(html: str) -> str:
    """Only tags of the list, with only their attributes; whatever else begins with `<` or `&` is text."""
    return "".join(_pieces(html))


def _pieces(html: str) -> Iterator[str]:
    position = 0
    for match in _TAG.finditer(html):
        yield _as_text(html[position : match.start()])
        yield _tag(closing=match[1] == "/", name=match[2].lower(), attributes=match[3])
        position = match.end()
    yield _as_text(html[position:])


def _as_text(piece: str) -> str:
    return _LONE_AMPERSAND.sub("&amp;", re.sub(r"<(?:[!?/][^<>]*>)?", _escaped_unless_markup, piece))


def _escaped_unless_markup(match: re.Match[str]) -> str:
    """A declaration or a tag of no known shape disappears; a bare `<` is a character."""
    return "&lt;" if match[0] == "<" else ""


def _tag(*, closing: bool, name: str, attributes: str) -> str:
    if name not in _ALLOWED:
        return ""
    if closing:
        return "" if name in _EMPTY else f"</{name}>"
    return f"<{name}{_kept_attributes(name, attributes)}>"


def _kept_attributes(name: str, text: str) -> str:
    wanted = _ATTRIBUTES.get(name)
    if not wanted:
        return ""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = match[2] or match[3] or match[4] or ""
        shape = _LINK if match[1].lower() == "href" else _SPAN
        if match[1].lower() in wanted and shape.fullmatch(value.strip()):
            found.setdefault(match[1].lower(), value)
    quoted = {key: _LONE_AMPERSAND.sub("&amp;", value).replace('"', "&quot;") for key, value in found.items()}
    return "".join(f' {key}="{value}"' for key, value in quoted.items())


def _too_heavy(html: str) -> bool:
    """Whether a parser would have to make too deep a tree of it, or too many elements."""
    still_open: Counter[str] = Counter()
    depth = formatting = nodes = 0
    for match in _TAG.finditer(html):
        name, step = match[2], -1 if match[1] else 1
        nodes += 1 + formatting
        if name in html_text.ADDS_NO_LEVEL or (match[1] and not still_open[name]):
            continue
        highest = max(still_open[name], still_open[name] + step)
        still_open[name] += step
        depth += step
        if name in _FORMATTING and highest <= _REOPENED:
            formatting += step
        if nodes > MAX_NODES or depth > MAX_NESTING:
            return True
    return nodes > MAX_NODES
