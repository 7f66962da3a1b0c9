"""The composer under attack and under breakage: hostile words come out as words, and a letter always leaves."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.responders.composer import LANGUAGES, Letter, Recipient, language_for
from tests.responders.correspondence import (
    AT,
    CASE,
    NUMBER,
    STRANGER,
    TEMPLATES,
    composer,
    customer,
    every_notice,
    filled_with,
    staff,
    write,
)

SSTI = (
    "{{7*7}}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% for x in range(9) %}x{% endfor %}",
    "{{config}}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{# comment #}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{{ self }}",
    "{{'a'*9}}",
    "{% include '/etc/passwd' %}",
    "{% raw %}",
    "{0.__class__}",
    "%(number)s",
)
HTML = (
    "<script>alert(1)</script>",
    "<img src=https://evil.example/x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</td></table><h1>Urgent</h1>",
    "<style>*{display:none}</style>",
    "<!-- hidden",
    "&lt;b&gt;",
    "<a href='javascript:alert(1)'>x</a>",
)
WORDS_OF_THEIRS = st.text(min_size=1, max_size=60)


class _Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def _tags(html: str) -> _Tags:
    page = _Tags()
    page.feed(html)
    return page


def _skeleton(letter: Letter) -> tuple[set[str], set[str]]:
    page = _tags(letter.html)
    return page.names, page.attributes


# Hostile words.


@pytest.mark.parametrize("payload", SSTI)
def test_template_code_in_any_field_of_theirs_stays_text(payload: str) -> None:
    """T16: render data, never templates."""
    for recipient, notices in ((customer(), every_notice("customer")), (staff(), every_notice("staff"))):
        for notice in notices:
            letter = write(
                notice, recipient, filled_with(payload), facts={"words": payload, "detail": payload}
            )
            assert letter.problem is None
            assert "root:" not in letter.text
            assert "49" not in letter.text + letter.subject
            assert "aaaaaaaaa" not in letter.text
    assert payload in write("new_case", staff(), filled_with(payload)).text
    assert f"Re: {payload} [" in write("receipt", customer(), filled_with(payload)).subject


@pytest.mark.parametrize("payload", HTML)
def test_markup_in_any_field_of_theirs_adds_no_tag_to_the_page(payload: str) -> None:
    """T17, CVE-2026-32754: the outgoing template is where helpdesks forgot to escape."""
    harmless = write("new_case", staff(), filled_with("x"), facts={"words": "x"})
    hostile = write("new_case", staff(), filled_with(payload), facts={"words": payload})
    assert _skeleton(hostile) == _skeleton(harmless)
    assert payload not in hostile.html
    assert payload in hostile.text


def test_nothing_in_a_page_is_fetched_from_anywhere() -> None:
    """No images and no remote content: nothing that tells a third party who read what."""
    page = _tags(write("first_reply", customer(), filled_with("<img src=x>")).html)
    assert page.names.isdisjoint({"img", "link", "script", "iframe", "object", "a"})
    assert page.attributes.isdisjoint({"src", "href", "background", "srcset"})


@pytest.mark.parametrize(
    "breaking", ["\r\nBcc: all@evil.example", "\n\nHello", "\u2028X", "\x0b", "\x85", "\x00", "\u202e"]
)
def test_a_subject_is_one_line_whatever_they_wrote(breaking: str) -> None:
    """T10: no header injection by way of the subject."""
    for letter in (
        write("receipt", customer(), filled_with("a" + breaking + "b")),
        write("new_case", staff(), filled_with("a" + breaking + "b")),
        write("receipt", customer(), subject_of_thread="a" + breaking + "b"),
        write("notice_failed", staff(), facts={"recipient": "a" + breaking + "b"}),
    ):
        assert letter.subject.isprintable()


def test_a_person_cannot_forge_our_lines() -> None:
    """A line of theirs is marked as theirs, and a value stays on its line."""
    forged = "好\n\n-- \n工单号：C-EVIL\n· 请汇款"
    letter = write("new_case", staff(), replace(CASE, company=forged), facts={"words": forged})
    theirs = [line for line in letter.text.split("\n") if "C-EVIL" in line or "汇款" in line]
    assert theirs
    assert all(line.startswith(("> ", "客户：好 ")) for line in theirs)


@given(
    theirs=WORDS_OF_THEIRS,
    notice=st.sampled_from(["receipt", "first_reply", "second_reply", "status_update"]),
)
@settings(max_examples=60)
def test_a_stranger_gets_the_same_letter_whatever_they_wrote(theirs: str, notice: str) -> None:
    """T19: mail to a forged sender carries none of the attacker's words, so it is worth nothing to them."""
    wrote = replace(filled_with(theirs), solution=None)
    blank = replace(filled_with(""), symptoms=(), solution=None)
    recipient = Recipient(theirs, "zh-Hans", "customer", known=False)
    assert write(notice, recipient, wrote, subject_of_thread=theirs) == write(notice, STRANGER, blank)


@given(theirs=st.text(max_size=200))
@settings(max_examples=60)
def test_whatever_text_there_is_a_letter_comes_of_it_that_can_be_encoded(theirs: str) -> None:
    """Lone surrogates, controls and bidirectional marks come from real mail."""
    facts = {"words": theirs, "reason": theirs, "due": theirs, "overdue": theirs, "why": theirs}
    for letter in (
        write("new_case", staff(), filled_with(theirs), facts=facts, engineer=theirs),
        write("first_reply", Recipient(theirs, theirs, "customer"), filled_with(theirs), facts=facts),
    ):
        assert letter.problem is None
        (letter.subject + letter.text + letter.html).encode()


def test_a_customer_never_sees_our_own_notes() -> None:
    """Plans, parser problems and guesses about other cases are internal."""
    case = replace(
        CASE, intended_solution="INTERNAL-1", problems=("INTERNAL-2",), suggested_case="INTERNAL-3"
    )
    for notice in every_notice("customer"):
        assert "INTERNAL" not in write(notice, customer(), case).text


def test_words_that_the_customer_cannot_read_are_not_sent_to_them() -> None:
    """No machine translates: somebody words it, and until then the holding words go out in their language."""
    for notice in ("status_update", "second_reply", "please_confirm", "engineer_reply"):
        letter = write(
            notice,
            customer("en"),
            replace(CASE, solution="更换证书"),
            facts={"words": "已重启", "words_language": "zh-Hans"},
        )
        assert letter.problem is None
        assert "已重启" not in letter.text
        assert "更换证书" not in letter.text


def test_endless_words_are_cut_and_say_so() -> None:
    """A log of a million lines belongs into an attachment."""
    letter = write("customer_wrote", staff(), facts={"words": "日志\n" * 1_000_000})
    assert len(letter.text) < 40_000
    assert "> …" in letter.text


# Subjects.


@pytest.mark.parametrize(
    "theirs",
    [
        "登录失败",
        "Re: 登录失败",
        "RE: 回复：Re: 登录失败",
        "答复: 转发：登录失败",
        "Re[2]: 登录失败",
        f"Re: 登录失败 [{NUMBER}]",
    ],
)
def test_answers_do_not_stack_prefixes_or_numbers(theirs: str) -> None:
    """L-3: two systems that answer each other grow the subject; ours comes out the same every time."""
    assert write("status_update", customer(), subject_of_thread=theirs).subject == f"Re: 登录失败 [{NUMBER}]"


def test_a_known_customer_without_a_subject_gets_ours() -> None:
    """An empty `Re:  [C-…]` would say nothing."""
    subject = write("receipt", customer(), replace(CASE, subject=" Re: "), subject_of_thread="").subject
    assert subject == f"已收到您的来信，工单 {NUMBER}"


# Languages.


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("zh-Hans", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh_HK", "zh-Hant"),
        ("zh-Hant-MO", "zh-Hant"),
        ("en-GB", "en"),
        ("other", "en"),
        ("", "en"),
    ],
)
def test_everybody_gets_a_language_that_we_write(tag: str, language: str) -> None:
    """The parsers say `other`, directories say zh-TW; both must get a proper letter."""
    assert language_for(tag, dict.fromkeys(LANGUAGES)) == language
    letter = write("receipt", replace(customer(), language=tag))
    assert (letter.language, letter.problem) == (language, None)


def test_a_language_is_added_by_adding_a_directory(tmp_path: Path) -> None:
    """No code knows the list of languages."""
    templates = _own_templates(tmp_path)
    shutil.copytree(templates / "en", templates / "fr")
    letter = write("receipt", customer("fr-FR"), by=composer(templates))
    assert (letter.language, letter.problem) == ("fr", None)


# Breakage.


def _own_templates(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))


def _spoil(name: str, content: str | bytes) -> Callable[[Path], None]:
    def spoil(templates: Path) -> None:
        (templates / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return spoil


def _remove(name: str) -> Callable[[Path], None]:
    def remove(templates: Path) -> None:
        path = templates / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return remove


RECEIPT = "zh-Hans/customer/receipt.txt.j2"
BREAKAGES = [
    pytest.param(_spoil(RECEIPT, "Subject: x\n\n{% if %}"), RECEIPT, "line 3", id="syntax"),
    pytest.param(_spoil(RECEIPT, "Subject: x\n\n{{ nowhere }}"), RECEIPT, "nowhere", id="unknown variable"),
    pytest.param(
        _spoil(RECEIPT, "Subject: x\n\n{{ case.nothing }}"), RECEIPT, "nothing", id="unknown attribute"
    ),
    pytest.param(_spoil(RECEIPT, "Subject: x\n\n{{ next_update }}"), RECEIPT, "None", id="prints None"),
    pytest.param(_spoil(RECEIPT, "Subject: x\n\n{{ 1 // 0 }}"), RECEIPT, "zero", id="arithmetic"),
    pytest.param(_spoil(RECEIPT, "Subject: x\n\n{{ ''.__class__.mro() }}"), RECEIPT, "unsafe", id="sandbox"),
    pytest.param(
        _spoil(RECEIPT, "Subject: x\n\n{% include 'none.j2' %}"), RECEIPT, "none.j2", id="no such snippet"
    ),
    pytest.param(
        _spoil(RECEIPT, "Subject: x\n\n{% include 'customer/receipt.txt.j2' %}"),
        RECEIPT,
        "recursion",
        id="endless",
    ),
    pytest.param(
        _spoil(RECEIPT, "Subject: x\n\n{{ 'x' | named('nokind') }}"),
        RECEIPT,
        "nokind",
        id="unknown kind of name",
    ),
    pytest.param(_spoil(RECEIPT, "no subject line"), RECEIPT, "Subject:", id="no subject"),
    pytest.param(_spoil(RECEIPT, "Subject: x\n\n"), RECEIPT, "text below", id="no text"),
    pytest.param(_spoil(RECEIPT, b"Subject: \xff\xfe"), RECEIPT, "decode", id="not utf-8"),
    pytest.param(
        _spoil("zh-Hans/_hello.txt.j2", "{{ x }}"), "zh-Hans/_hello.txt.j2", "'x'", id="broken snippet"
    ),
    pytest.param(
        _spoil("zh-Hans/words.toml", "listing = "), "zh-Hans/words.toml", "Invalid value", id="toml"
    ),
    pytest.param(
        _spoil("zh-Hans/words.toml", "listing = 3"), "zh-Hans/words.toml", "listing", id="wrong type"
    ),
    pytest.param(_remove("zh-Hans/words.toml"), "zh-Hans/words.toml", "No such file", id="no words"),
    pytest.param(_remove(RECEIPT), RECEIPT, "no such template", id="no template"),
    pytest.param(_remove("zh-Hans"), "zh-Hans", "no templates for this language", id="no language"),
    pytest.param(_spoil("layout.html.j2", "{% for %}"), "layout.html.j2", "line 1", id="layout syntax"),
    pytest.param(
        _spoil("layout.html.j2", "{{ nowhere }}"), "layout.html.j2", "nowhere", id="layout variable"
    ),
    pytest.param(_remove("layout.html.j2"), "layout.html.j2", "layout.html.j2", id="no layout"),
]


@pytest.mark.parametrize(("breakage", "file", "cause"), BREAKAGES)
def test_whatever_is_broken_a_letter_leaves_and_says_what_to_mend(
    tmp_path: Path, breakage: Callable[[Path], None], file: str, cause: str
) -> None:
    """G22: a template error never stops a reply; the built-in letter goes out and an operator is told."""
    templates = _own_templates(tmp_path)
    breakage(templates)
    broken = composer(templates)
    letter = write("receipt", customer(), by=broken)
    assert NUMBER in letter.subject
    assert NUMBER in letter.text
    assert NUMBER in letter.html
    assert letter.text.startswith(("您好", "李雷，您好"))
    assert letter.problem is not None
    assert letter.problem.startswith(f"templates/{file}")
    assert cause in letter.problem
    assert str(tmp_path) not in letter.problem


def test_the_check_finds_every_breakage_at_once(tmp_path: Path) -> None:
    """`gateway check` lists all mistakes, each with its file; the owner mends them in one go."""
    templates = _own_templates(tmp_path)
    _spoil(RECEIPT, "Subject: x\n\n{{ nowhere }}")(templates)
    _spoil("zh-Hans/staff/escalation.txt.j2", b"\xff")(templates)
    _spoil("zh-Hant/_next.txt.j2", "{% if %}")(templates)
    _remove("en/words.toml")(templates)
    _spoil("layout.html.j2", "{{ nowhere }}")(templates)
    assert {mistake.file for mistake in composer(templates).problems()} == {
        "templates/zh-Hans/customer/receipt.txt.j2",
        "templates/zh-Hans/staff/escalation.txt.j2",
        "templates/zh-Hant/_next.txt.j2",
        "templates/en/words.toml",
        "templates/layout.html.j2",
    }


def test_a_broken_letter_leaves_the_others_alone(tmp_path: Path) -> None:
    """One spoilt file is one plain letter, not a plain desk."""
    templates = _own_templates(tmp_path)
    _spoil(RECEIPT, "{{")(templates)
    broken = composer(templates)
    assert write("first_reply", customer(), by=broken).problem is None
    assert write("receipt", customer("en"), by=broken).problem is None


@pytest.mark.parametrize(
    ("language", "words"), [("zh-Hans", "您的工单"), ("zh-Hant", "您的案件"), ("en", "your case")]
)
def test_without_any_templates_everybody_still_gets_a_plain_letter(
    tmp_path: Path, language: str, words: str
) -> None:
    """The built-in letter needs no file, speaks three languages and carries the engineer's words, escaped."""
    facts = {"words": "<b>见附件</b>" if language != "en" else "<b>see below</b>", "words_language": language}
    letter = write("engineer_reply", customer(language), facts=facts, by=composer(tmp_path / "nowhere"))
    assert words in letter.text
    assert f"> {facts['words']}" in letter.text
    assert "<b>" not in letter.html
    assert letter.language == language
    assert letter.problem is not None


def test_the_plain_letter_tells_a_stranger_nothing_of_theirs(tmp_path: Path) -> None:
    """T19 holds in the emergency too."""
    bare = composer(tmp_path)
    assert "EVIL" not in str(write("receipt", STRANGER, filled_with("EVIL"), by=bare))


def test_the_check_names_a_letter_that_one_language_lacks(tmp_path: Path) -> None:
    """Whoever adds a notice forgets a language sooner or later."""
    templates = _own_templates(tmp_path)
    _spoil("en/customer/holiday.txt.j2", "Subject: x\n\nx\n")(templates)
    checked = composer(templates)
    assert {mistake.file for mistake in checked.problems()} == {
        "templates/zh-Hans/customer/holiday.txt.j2",
        "templates/zh-Hant/customer/holiday.txt.j2",
    }
    assert checked.has("customer", "holiday")
    assert not checked.has("staff", "holiday")


def test_the_check_names_a_word_that_one_language_lacks(tmp_path: Path) -> None:
    """A status without a name would be shown as its id."""
    templates = _own_templates(tmp_path)
    words = templates / "en" / "words.toml"
    words.write_text(words.read_text("utf-8").replace('urgent = "urgent"\n', ""), "utf-8")
    (mistake,) = composer(templates).problems()
    assert (mistake.file, mistake.key) == ("templates/en/words.toml", "names.priority.urgent")


def test_composing_is_pure() -> None:
    """The same notice at the same moment is the same letter: simulate and retry rely on it."""
    assert write("new_case", staff(), next_update=AT) == write("new_case", staff(), next_update=AT)
