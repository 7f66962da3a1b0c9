"""`gateway demo`: a real afternoon, the same every time, and a picture that needs nothing from anywhere."""

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from gateway.cases.lifecycle import STATUSES
from gateway.config import Config, load
from gateway.demo import performance
from gateway.demo.afternoon import read_afternoon
from gateway.demo.mailing import first_mail, read_mail, reply
from gateway.demo.stage import Scene, set_stage
from gateway.demo.words import tongue_of
from gateway.errors import GatewayError
from gateway.messages import Address

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def config() -> Config:
    return load(ROOT / "config.toml")


@pytest.fixture(scope="module")
def scenes(config: Config) -> Iterator[list[Scene]]:
    """The whole afternoon, played once for all tests of this file."""
    afternoon = read_afternoon()
    with set_stage(config, afternoon.start) as stage:
        yield list(stage.play(afternoon))


def never(seconds: float) -> None:
    raise AssertionError(f"asked to wait {seconds} s where nobody watches")


def shown(out: Console) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def letters_of(scenes: list[Scene]) -> list[tuple[object, ...]]:
    return [
        (
            scene.at,
            letter.case_number,
            letter.recipient,
            letter.mail["Subject"],
            letter.mail["X-Intake-Gateway"],
        )
        for scene in scenes
        for letter in scene.letters
    ]


def notices_to_customers(scenes: list[Scene]) -> list[str]:
    return [letter.notice for scene in scenes for letter in scene.letters if letter.role == "customer"]


def test_everybody_answers_a_letter_that_they_really_got(scenes: list[Scene]) -> None:
    """An act without its letter is left out; when the policy changes, the afternoon must be told anew."""
    unheard = [(scene.at, scene.act.who.address) for scene in scenes if scene.act and scene.unheard]
    assert unheard == []


def test_every_case_of_the_afternoon_is_closed_by_its_customer(scenes: list[Scene]) -> None:
    """Five customers, five cases: no reply opens another one, and each ends with a confirmation (P-35)."""
    cases = {act.case for act in read_afternoon().acts}
    last = scenes[-1].cases
    assert [each.case.status for each in last] == ["closed"] * len(cases)


def test_the_afternoon_shows_what_the_product_is_for(scenes: list[Scene]) -> None:
    """A standstill, a silent engineer up to the acknowledgement, a wait, missing facts, a refusal, and the reviews."""
    news = [(each.case.number, row) for scene in scenes for each in scene.cases for row in each.news]
    happened = {row["name"] for _, row in news if row["kind"] == "event"}
    assert {"triaged", "planned", "waiting_on_customer", "refused", "acknowledged", "confirmed"} <= happened
    assert {"review_failed", "review_passed", "interim_agreed"} <= happened
    assert {each.case.level for each in scenes[-1].cases} >= {1, 2, 3}
    assert {each.case.reporter.language for each in scenes[-1].cases} == {"zh-Hans", "zh-Hant", "en"}
    missed = [row["promise"] for _, row in news if row["kind"] == "commitment" and row["state"] == "missed"]
    assert missed, "the silent engineer must be seen"
    sent = {letter.notice for scene in scenes for letter in scene.letters}
    assert {"update_prompt", "response_prompt", "escalation", "second_reply", "status_update"} <= sent
    assert {"triage_request", "review_request", "interim_draft", "interim_report"} <= sent


def test_what_was_missing_is_asked_for_and_then_known(scenes: list[Scene]) -> None:
    """The stranger's first mail lacks company and phone; the answer to our letter fills them in (P-23)."""
    stranger = [each.case for scene in scenes for each in scene.cases if not each.case.reporter.known]
    assert set(stranger[0].missing) >= {"company", "phone"}
    assert stranger[-1].missing == ()
    assert stranger[-1].company == "城南自来水有限公司"


def test_nobody_is_asked_to_confirm_what_has_not_passed_its_review(scenes: list[Scene]) -> None:
    """P-46: five cases, seven ends of handling, one of them sent back in the house; six questions to customers."""
    requests = [letter for scene in scenes for letter in scene.letters if letter.notice == "review_request"]
    sent_back = next(scene for scene in scenes if scene.act and scene.act.text.startswith("#不通过"))
    assert len(requests) == 7
    assert {letter.role for letter in sent_back.letters}.isdisjoint({"customer"})
    assert notices_to_customers(scenes).count("please_confirm") == 6


def test_the_refusal_brings_the_case_back_to_work(scenes: list[Scene]) -> None:
    """ "谢谢，但是还没好" is thanks and no confirmation (LESSONS 100)."""
    refusal = next(scene for scene in scenes if scene.act and scene.act.text.startswith("谢谢，但是还没好"))
    case = next(each.case for each in refusal.cases if each.case.number == refusal.act_case)
    assert case.status == "in_progress"


def test_the_engineers_english_reaches_the_english_customer(scenes: list[Scene]) -> None:
    """Nobody is asked to translate what its reader reads anyway."""
    assert "wording_needed" not in {letter.notice for scene in scenes for letter in scene.letters}
    assert notices_to_customers(scenes).count("engineer_reply") >= 4


def test_the_same_afternoon_has_the_same_letters(config: Config, scenes: list[Scene]) -> None:
    """Virtual clock, counted ids: in a second performance every letter differs in nothing but its signature's key."""
    afternoon = read_afternoon()
    with set_stage(config, afternoon.start) as stage:
        again = list(stage.play(afternoon))
    assert letters_of(again) == letters_of(scenes)


def test_it_is_told_line_by_line_where_nobody_watches(config: Config) -> None:
    """Into a file or a pipe: at once, without a single control character, and with the score at the end."""
    out = Console(file=io.StringIO(), width=100, force_terminal=False)
    performance.perform(config, out, language="en", speed=1, plain=False, wait=never)
    text = shown(out)
    assert "request to confirm" in text
    assert "謝謝，可以結案" in text, "the mails stay in their writers' languages"
    assert "promises kept" in text.splitlines()[-1]
    assert "\x1b" not in text


def test_a_terminal_sees_the_clock_the_cases_and_the_score(config: Config) -> None:
    """The live picture, drawn at the pace that `wait` gives; half a minute at most at the usual speed."""
    waited: list[float] = []
    out = Console(file=io.StringIO(), width=110, height=40, force_terminal=True, color_system=None)
    performance.perform(config, out, language="zh-Hans", speed=20, plain=False, wait=waited.append)
    last = shown(out).rpartition("服务中心的一个下午")[2]
    assert "17:47" in last
    assert "按时兑现" in last
    assert "■ 已关闭" in last
    assert 18 / 20 < sum(waited) < 30 / 20  # seconds asked for, not measured


def test_its_chinese_lines_have_chinese_brackets(config: Config) -> None:
    """What a letter is worth remarking stands in full-width brackets, as a Chinese reader sets them."""
    out = Console(file=io.StringIO(), width=100, force_terminal=False)
    performance.perform(config, out, language="zh-Hans", speed=1, plain=True, wait=never)
    told = [line for line in shown(out).splitlines() if "→" in line]
    assert any("（带工程师的进展）" in line for line in told)
    assert not any("(" in line for line in told)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_screen_has_a_word_for_every_status(config: Config, language: str) -> None:
    """Nobody reads "in_review" in the middle of Chinese."""
    assert set(tongue_of(language, config).words.statuses) == set(STATUSES)


def test_a_language_that_the_screen_has_not_is_said_with_those_it_has(config: Config) -> None:
    """A wrong option is answered before anything is played."""
    with pytest.raises(GatewayError, match="zh-Hans"):
        performance.perform(config, Console(), language="fr", speed=0, plain=True)


def test_the_picture_loads_nothing_and_gives_chinese_its_width(config: Config, tmp_path: Path) -> None:
    """README's picture is shown by hosts that fetch no fonts; rich alone would squeeze every Chinese line."""
    performance.picture(config, tmp_path / "demo.svg", language="en")
    svg = (tmp_path / "demo.svg").read_text(encoding="utf-8")
    assert "@font-face" not in svg
    assert "url(http" not in svg
    texts = re.findall(r'textLength="([\d.]+)"[^>]*>([^<]*[\u4e00-\u9fff][^<]*)</text>', svg)
    assert texts
    assert {round(float(width) / cell_len(unescape(text)), 1) for width, text in texts} == {12.2}


def test_a_reply_carries_nothing_but_what_it_answers() -> None:
    """People's mail programs know Reply-To and Message-ID; finding the case is the gateway's work."""
    who, shop = Address("林夏", "linxia@customer.example"), Address(None, "support+x@vendor.example")
    answered = read_mail(first_mail(shop, who.address, "主题", "第一行\n第二行\n", read_afternoon().start, 1))
    answer = read_mail(reply(who, answered, "好了\n", read_afternoon().start, 2))
    assert (answer["To"], answer["Subject"]) == (shop.address, "Re: 主题")
    assert answer["In-Reply-To"] == answered["Message-ID"]
    assert "> 第二行" in answer.get_content()
