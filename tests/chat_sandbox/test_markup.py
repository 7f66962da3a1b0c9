"""Both markups: what they become, and every sentence for what is wrong with them (docs, "Formatting options")."""

import pytest

from gateway.chat_sandbox.formatting import Formatted, tidied
from gateway.chat_sandbox.html_markup import parse_html
from gateway.chat_sandbox.markdown_markup import parse_markdown
from gateway.chat_sandbox.wire import Refusal

INVALID_UNICODE = "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"  # noqa: E501 -- Telegram's sentence, whole

Entities = list[tuple[str, int, int]]


def shown(formatted: Formatted) -> tuple[str, Entities]:
    """Text and entities without their details."""
    tidy = tidied(formatted)
    return tidy.text, [(entity.type, entity.offset, entity.length) for entity in tidy.entities]


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a</b><strong>b</strong>", "ab", [("bold", 0, 1), ("bold", 1, 1)]),
        ("<i>a</i><em>b</em>", "ab", [("italic", 0, 1), ("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [("strikethrough", n, 1) for n in range(3)]),
        (
            '<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>',
            "ab",
            [("spoiler", 0, 1), ("spoiler", 1, 1)],
        ),
        ("<b>one <i>two</i></b>", "one two", [("bold", 0, 7), ("italic", 4, 3)]),
        ("\N{GRINNING FACE}<b>\N{GRINNING FACE}</b>", "\N{GRINNING FACE}" * 2, [("bold", 2, 2)]),
        (
            "1 &lt; 2 &amp;&amp; 3 &gt; 2 &quot;so&quot; &#33;&#x4e00; &copy;",
            '1 < 2 && 3 > 2 "so" !一 &copy;',
            [],
        ),
        ("<code>x &lt; y</code>", "x < y", [("code", 0, 5)]),
        ('<pre><code class="language-sh">ls</code></pre>', "ls", [("pre", 0, 2)]),
        ("<pre><b>a</b></pre>", "a", [("pre", 0, 1)]),
        ("<blockquote>a\nb</blockquote>", "a\nb", [("blockquote", 0, 3)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ('<a href="https://gateway.example/c?a=1&amp;b=2">case</a>', "case", [("text_link", 0, 4)]),
        ("<a href='tg://user?id=42'>Li</a>", "Li", [("text_mention", 0, 2)]),
        ("<a href='javascript:alert(1)'>no</a>", "no", []),
        ("<a>nowhere</a>", "nowhere", []),
        ("<b></b>x", "x", []),
        ("  <b>cut</b>  ", "cut", [("bold", 0, 3)]),
        ("<B>upper</b >", "upper", [("bold", 0, 5)]),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, entities: Entities) -> None:
    """The tags of the documentation; offsets count UTF-16 units; code holds nothing else."""
    assert shown(parse_html(source)) == (text, entities)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("a <br> b", 'Unsupported start tag "br" at byte offset 2'),
        ("帐号 <li@qingshan.example>", 'Unsupported start tag "li@qingshan.example" at byte offset 7'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("1 <2", "Unclosed start tag at byte offset 2"),
        ("a < b > c", 'Unsupported start tag "" at byte offset 2'),
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href=http://x>y</a>", "Unexpected end of name token at byte offset 8"),
        (
            "<a href>x</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
        ("<a =x>x</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">x</tg-emoji>', "Invalid custom emoji identifier specified"),
        ("&#xd800;", INVALID_UNICODE),
    ],
)
def test_broken_html_is_refused_with_the_place(source: str, problem: str) -> None:
    """Nothing is repaired: what Telegram refuses must be refused here (RELIABILITY F26), offsets in bytes."""
    with pytest.raises(Refusal) as refusal:
        parse_html(source)
    assert refusal.value.description == f"Bad Request: can't parse entities: {problem}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        (
            "*a* _b_ __c__ ~d~ ||e||",
            "a b c d e",
            [
                ("bold", 0, 1),
                ("italic", 2, 1),
                ("underline", 4, 1),
                ("strikethrough", 6, 1),
                ("spoiler", 8, 1),
            ],
        ),
        ("*a _b_*", "a b", [("bold", 0, 3), ("italic", 2, 1)]),
        (r"1\.5 \> 1 \\ \_", "1.5 > 1 \\ _", []),
        ("`a_b*c`", "a_b*c", [("code", 0, 5)]),
        (r"`\` \\`", "` \\", [("code", 0, 3)]),
        ("```sh\nls \\-l\n```", "ls -l\n".strip(), [("pre", 0, 5)]),
        ("```\nplain```", "plain", [("pre", 0, 5)]),
        (r"[case](https://gateway.example/a\)b)", "case", [("text_link", 0, 4)]),
        ("[Li](tg://user?id=42)", "Li", [("text_mention", 0, 2)]),
        ("[x](nowhere)", "x", []),
        (">a\n>b\nc", "a\nb\nc", [("blockquote", 0, 4)]),
        ("x\n>a", "x\na", [("blockquote", 2, 1)]),
        (">a\n>b||", "a\nb", [("expandable_blockquote", 0, 3)]),
        ("**>a||", "a", [("expandable_blockquote", 0, 1)]),
        ("**", "", []),
        ("_a_**__b__", "ab", [("italic", 0, 1), ("underline", 1, 1)]),
        ("\N{GRINNING FACE}*\N{GRINNING FACE}*", "\N{GRINNING FACE}" * 2, [("bold", 2, 2)]),
    ],
)
def test_markdown_becomes_text_and_entities(source: str, text: str, entities: Entities) -> None:
    """MarkdownV2, escapes and nesting and all."""
    assert shown(parse_markdown(source)) == (text, entities)


@pytest.mark.parametrize("sign", "]()>#+-=|{}.!")
def test_a_reserved_sign_must_be_escaped(sign: str) -> None:
    """The commonest mistake: a full stop or a hyphen in a customer's words."""
    with pytest.raises(Refusal) as refusal:
        parse_markdown(f"a{sign}")
    assert refusal.value.description == (
        f"Bad Request: can't parse entities: Character '{sign}' is reserved and must be escaped with the preceding '\\'"
    )
    assert parse_markdown(f"a\\{sign}").text == f"a{sign}"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("*open", "Can't find end of Bold entity at byte offset 0"),
        ("帐号_open", "Can't find end of Italic entity at byte offset 6"),
        ("__open_", "Can't find end of Italic entity at byte offset 6"),
        ("~open", "Can't find end of Strikethrough entity at byte offset 0"),
        ("||open", "Can't find end of Spoiler entity at byte offset 0"),
        ("`open", "Can't find end of Code entity at byte offset 0"),
        ("```open", "Can't find end of Pre entity at byte offset 0"),
        ("```sh open", "Can't find end of PreCode entity at byte offset 0"),
        ("[open", "Can't find end of TextUrl entity at byte offset 0"),
        ("[x](open", "Can't find end of a URL at byte offset 4"),
        ("![x]", "Custom emoji entity must contain a tg://emoji URL"),
        ("![x](http://e)", "Custom emoji URL must have scheme tg"),
        (">*a\nb*", "Can't find end of Bold entity at byte offset 1"),
    ],
)
def test_broken_markdown_is_refused_with_the_place(source: str, problem: str) -> None:
    """With the name the server has for the entity, and the byte where it began."""
    with pytest.raises(Refusal) as refusal:
        parse_markdown(source)
    assert refusal.value.description == f"Bad Request: can't parse entities: {problem}"


@pytest.mark.parametrize(
    "piece", ["<b>", "</b>", "<a href='", "&lt;", "*", "_", "`", "[", "](", "||", ">\n", "![", "\\"]
)
def test_hostile_markup_is_read_or_refused_but_never_hangs(piece: str) -> None:
    """Thirty thousand signs of anything end in an answer, at once."""
    for parse in (parse_html, parse_markdown):
        try:
            parse(piece * (30_000 // len(piece)))
        except Refusal as refusal:
            assert refusal.description.startswith("Bad Request: can't parse entities: ")  # noqa: PT017 -- either may be
