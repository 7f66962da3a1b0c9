"""The link in the letter that asks a colleague: a page with two buttons, and an answer that is as good as a mail."""

import re
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from gateway import digest
from gateway.config import Config, Portal
from gateway.errors import StorageUnavailable
from gateway.linked_answers import LinkedAnswers
from gateway.messages import Envelope
from gateway.parts import Parts, build_parts, pages_of
from gateway.portal.answering import STATES, Question, answer_routes
from gateway.portal.pages import Pages
from gateway.responders.sandbox import StrictEnvironment
from tests.builders import SHANGHAI, shipped_config
from tests.house import WANG, ZHOU, FakeClock, House, mail
from tests.trust.outside import Outside, stand_outside

FAULT = "堡垒机无法登录，十几名运维人员受影响。"
COMMAND = "#已解决 换了<b>电源</b>"
PAGES = pages_of(shipped_config())


@pytest.fixture
def parts(shipped_config: Config, tmp_path: Path) -> Parts:
    """The shipped gateway, whose pages people reach."""
    changed = {"data_dir": tmp_path / "data", "portal": Portal(public_url="https://desk.example/")}
    return build_parts(shipped_config.model_copy(update=changed), clock=FakeClock())


class Desk:
    """A gateway that holds a command of 王强's, and a browser."""

    def __init__(self, outside: Outside, browser: httpx.AsyncClient) -> None:
        self.house = outside.house
        self.browser = browser
        self.letter = self.house.letter(WANG, "held_command")
        self.token = self.letter.reply_to.partition("+")[2].partition("@")[0]
        (self.number,) = self.house.numbers()

    async def press(self, button: str) -> httpx.Response:
        """What is on the page, pressed: its form, sent where it says."""
        page = await self.browser.get(f"/answer/{self.token}")
        action = re.search(rf'action="([^"]*{button})"', page.text)
        assert action is not None, page.text
        answer = await self.browser.post(f"/answer/{self.token}{unescape(action[1])}")
        await self.house.settle()
        return answer


@pytest.fixture
async def desk(house: House) -> AsyncGenerator[Desk]:
    await house.write(ZHOU, FAULT)
    outside = stand_outside(house)
    letter = house.letter(WANG, "new_case")
    raw = mail(WANG, COMMAND, to=letter.reply_to, answers=letter.message_id)
    await outside.send(raw, sender=WANG, to=(letter.reply_to,))

    async def keep(envelope: Envelope, raw: bytes) -> None:
        at = house.clock.now()
        inbox_id = house.parts.ids.inbox_id(at)
        mark = digest.of_message(raw)
        await house.store.run(lambda work: work.keep(inbox_id, at, envelope, raw, mark))
        await house.intake.turn()

    rules = house.parts.rules
    questions = LinkedAnswers(house.store, rules.directory, rules.keys, rules.support, keep, house.clock)
    app = Starlette(routes=answer_routes(questions, PAGES.answer, "zh-Hans"))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://desk.example") as browser:
        yield Desk(outside, browser)


async def test_the_letter_links_to_the_page(desk: Desk) -> None:
    """As text and as a link, in whatever program the colleague reads mail."""
    html = desk.letter.headers.get_body(("html",))
    assert html is not None
    assert f"https://desk.example/answer/{desk.token}" in desk.letter.text.splitlines()
    assert f'href="https://desk.example/answer/{desk.token}"' in html.get_content()


async def test_one_click_runs_what_was_held(desk: Desk) -> None:
    """RELIABILITY 2.1: only who reads that mailbox has the link."""
    answer = await desk.press("yes")
    assert "已收到您的确认" in answer.text
    assert desk.house.case(desk.number).status == "in_review"
    assert desk.house.case(desk.number).solution == "换了<b>电源</b>"


async def test_the_other_button_discards_it(desk: Desk) -> None:
    """A forged mail is worth knowing of: the case says that it was nobody's."""
    answer = await desk.press("no")
    assert "已作废" in answer.text
    assert desk.house.happened(desk.number)[-1] == "note_taken"
    assert "resolved" not in desk.house.happened(desk.number)


async def test_looking_does_nothing(desk: Desk) -> None:
    """T28: mail scanners and previews follow every link, also with HEAD."""
    before = desk.house.happened(desk.number)
    page = await desk.browser.get(f"/answer/{desk.token}?say=yes")
    await desk.browser.head(f"/answer/{desk.token}?say=yes")
    assert "这封邮件是您写的吗" in page.text
    assert desk.house.happened(desk.number) == before


async def test_a_second_click_changes_nothing_more(desk: Desk) -> None:
    """The page may lie open for a day, and be pressed again."""
    await desk.press("yes")
    happened = desk.house.happened(desk.number)
    again = await desk.browser.post(f"/answer/{desk.token}?say=yes")
    await desk.house.settle()
    assert again.status_code == 404
    assert desk.house.happened(desk.number) == happened


async def test_words_of_a_stranger_are_words_on_the_page(desk: Desk) -> None:
    """T17: what a forged mail says is shown to the colleague, never run in their browser."""
    page = await desk.browser.get(f"/answer/{desk.token}")
    assert "换了&lt;b&gt;电源" in page.text
    assert "script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("wrong", ["", "a" * 24, "short", "%2e%2e", "甲" * 24])
async def test_every_wrong_link_gets_the_same_page(desk: Desk, wrong: str) -> None:
    """T28: nothing is learnt by guessing, and nothing happens."""
    broken = desk.token[:-1] + ("a" if desk.token[-1] != "a" else "b")
    pages = [await desk.browser.get(f"/answer/{each}") for each in (wrong or broken, broken)]
    posted = await desk.browser.post(f"/answer/{broken}?say=yes")
    assert {page.status_code for page in (*pages, posted)} == {404}
    assert len({page.text for page in (*pages, posted)}) == 1
    assert "resolved" not in desk.house.happened(desk.number)


async def test_the_token_of_another_letter_opens_no_page(desk: Desk) -> None:
    """A reply address is seen by everybody in copy: only the letter that asks has a page."""
    reply_to = desk.house.letter(WANG, "new_case").reply_to
    page = await desk.browser.get(f"/answer/{reply_to.partition('+')[2].partition('@')[0]}")
    assert page.status_code == 404


async def test_an_answer_that_is_none_is_asked_again(desk: Desk) -> None:
    """Whatever is sent to us by hand."""
    page = await desk.browser.post(f"/answer/{desk.token}?say=perhaps")
    assert page.status_code == 400
    assert "这封邮件是您写的吗" in page.text


async def test_after_its_time_the_link_leads_nowhere(desk: Desk) -> None:
    """What was held has lapsed; the page does not promise otherwise."""
    desk.house.clock.pass_(hours=25)
    assert (await desk.browser.get(f"/answer/{desk.token}")).status_code == 404


async def test_an_answer_that_cannot_be_kept_is_not_called_recorded() -> None:
    """G3: the disk is full; the person is told to try again, and has a button for it."""

    class Full:
        async def find(self, token: str) -> Question | None:
            return Question("C260101-000000", "Li Lei", "en", "#resolved", datetime(2026, 1, 1, tzinfo=UTC))

        async def answer(self, token: str, *, yes: bool) -> None:
            raise StorageUnavailable("disk full")

    app = Starlette(routes=answer_routes(Full(), PAGES.answer, "en"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://desk.example"
    ) as browser:
        answer = await browser.post("/answer/x?say=no")
    assert answer.status_code == 503
    assert 'action="?say=no"' in answer.text


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "en"])
@pytest.mark.parametrize("state", STATES)
def test_every_page_is_said_in_every_language(language: str, state: str) -> None:
    """And nothing is said that is not known."""
    question = Question("C260101-000000", "李磊", language, "#已解决", datetime(2026, 11, 23, 4, tzinfo=UTC))
    page = PAGES.answer(language, {"state": state, "question": question, "yes": False})
    assert f'<html lang="{language}">' in page
    assert "None" not in page
    assert ("2026-11-23 12:00" in page) == (state == "asked")


def test_a_page_with_a_mistake_in_it_is_found_before_anybody_opens_it(tmp_path: Path) -> None:
    """G22: `gateway check` renders every page in every state."""
    for language in ("zh-Hans", "en"):
        (tmp_path / language / "page").mkdir(parents=True)
        (tmp_path / language / "page" / "answer.html.j2").write_text(
            "{{ state }}" + "{{ no_such }}" * (language == "en")
        )
    pages = Pages(StrictEnvironment(tmp_path), {"zh-Hans": "我们", "en": "We"}, SHANGHAI)
    assert [each.file for each in pages.mistakes(datetime.now(UTC))] == ["en/page/answer.html.j2"]
