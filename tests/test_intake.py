"""A mail becomes what it should: with real parsers, policy and templates, on SQLite and a clock that stands still."""

import asyncio
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from sqlalchemy import select

from gateway import reply_address, showing
from gateway.cases.directory import Directory
from gateway.errors import StorageUnavailable
from gateway.intake import ADDED, FAILED, FILED, OPENED, POSTPONED, SET_ASIDE, Intake, ReadMessage
from gateway.intake import queue as intake
from gateway.intake.queue import Readings
from gateway.messages import Envelope
from gateway.parsers import glance
from gateway.parsers.report import Reader
from gateway.parsers.screening import OwnMail
from gateway.ports import Kept, TaughtName, Work
from gateway.reading import Reading, ReadingDied, ReadingHere
from gateway.storage.engine import open_engine
from gateway.storage.reading import read_case
from gateway.storage.tables import cases, outbox
from tests.house import CHEN, EMMA, HE_LAN, SUPPORT, WANG, ZHOU, House, close, mail, with_templates
from tests.parsers.reading import stranger

FAULT = "堡垒机无法登录，十几名运维人员受影响，请尽快处理。\n\n周敏\n青山农村商业银行股份有限公司\n手机：13800010001"
STRANGER = "someone@elsewhere.example"


async def opened(house: House, sender: str = ZHOU, text: str = FAULT) -> str:
    """The number of a case that this mail opened."""
    outcome = await house.write(sender, text)
    assert outcome.name == OPENED
    assert outcome.case_number is not None
    return outcome.case_number


# A first mail.


async def test_a_customers_mail_opens_a_case_with_everything_that_was_understood(house: House) -> None:
    """P-20, P-21, P-27: who, what, under which contract; the engineer, the desk and the customer are told."""
    case = house.case(await opened(house))
    assert (case.customer_id, case.company) == ("qingshan-bank", "青山农村商业银行股份有限公司")
    assert (case.plan, case.status, case.channel) == ("7x24", "open", "mail")
    assert case.reporter.known
    assert case.symptoms
    assert [letter.to for letter in house.letters(notice="new_case")] == [WANG, HE_LAN]
    assert len(house.letters(ZHOU)) == 1


async def test_there_is_never_a_case_without_its_acknowledgement(house: House) -> None:
    """One transaction: a crash between the two is impossible (F3)."""
    await house.keep(mail(ZHOU, FAULT))
    await house.intake.turn()
    with house.engine.connect() as connection:
        (number,) = connection.execute(select(cases.c.number)).scalars()
        rows = connection.execute(select(outbox.c.role, outbox.c.state).where(outbox.c.case_number == number))
        assert ("customer", "waiting") in [tuple(row) for row in rows], "owed, before anything was sent"


async def test_what_fails_in_the_middle_leaves_neither_case_nor_letter(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it or nothing (G4): the message is still in the inbox, and works once the fault is gone."""

    def broken(work: Work, *_: object, **__: object) -> None:
        raise RuntimeError("at the last statement")

    inbox_id = await house.keep(mail(ZHOU, FAULT))
    with monkeypatch.context() as patch:
        patch.setattr("gateway.storage.work.DatabaseWork.settle", broken)
        assert [outcome.name for outcome in await house.intake.turn()] == [FAILED]
    assert house.numbers() == []
    assert not await house.loop.turn(), "nothing to send"
    assert house.inbox(inbox_id)["state"] == "kept"
    assert [outcome.name for outcome in await house.intake.turn()] == [OPENED]
    assert len(house.numbers()) == 1


@pytest.mark.parametrize(
    ("sender", "text", "greeting"),
    [
        (ZHOU, FAULT, "您好"),
        (CHEN, "防火牆 VPN 無法連線，約二十位同仁無法存取內部系統。\n\n陳怡君\n海燕物流股份有限公司", "您好"),
        (
            EMMA,
            "Since 08:30 the WAF blocks our order portal, customers see error 502.\n\nEmma Clarke",
            "Dear|Hello",
        ),
    ],
)
async def test_the_answer_comes_in_the_senders_language_and_script(
    house: House, sender: str, text: str, greeting: str
) -> None:
    """The receipt in zh-Hans, zh-Hant or English, in the customer's own thread."""
    number = await opened(house, sender, text)
    letter = house.letter(sender)
    assert any(word in letter.text for word in greeting.split("|"))
    assert str(letter.headers["Content-Language"]) == house.case(number).reporter.language
    assert letter.in_reply_to == house.said(number)[0]["message_id"]
    assert number in letter.subject
    assert letter.headers["Auto-Submitted"] == "auto-replied", "so that no auto-responder answers it (L-15)"


async def test_a_stranger_gets_a_receipt_with_none_of_their_words(house: House) -> None:
    """A forged From must not make us send somebody's words to somebody else (RELIABILITY T19)."""
    number = await opened(
        house, STRANGER, "我们公司的防火墙坏了，请访问 http://evil.example 购买。\n张三\n13911112222"
    )
    letter = house.letter(STRANGER)
    assert number in letter.text
    whole = letter.headers.as_string() + letter.text
    for theirs in ("evil.example", "防火墙", "张三", "13911112222", "堡垒机"):
        assert theirs not in whole


async def test_outside_working_hours_the_receipt_leaves_at_once(house: House) -> None:
    """The receipt day or night; the rhythm of updates starts with the working day (ARCHITECTURE "Decided")."""
    house.clock.pass_(hours=14)
    number = await opened(house, CHEN, "防火牆無法連線，約二十位同仁受影響。\n陳怡君")
    assert [letter.to for letter in house.letters(notice="receipt")] == [CHEN]
    assert not house.letters(notice="first_reply")
    await house.wait(hours=10)
    assert house.letters(notice="first_reply"), "when the day begins"
    assert house.case(number).status == "open"


# The same mail again.


async def test_the_same_mail_twice_is_one_case_and_one_answer(house: House) -> None:
    """Whatever the routes added on the way (G2, F2)."""
    raw = mail(ZHOU, FAULT)
    await house.receive(raw)
    await house.keep(b"Received: from elsewhere\r\n" + raw)
    assert await house.intake.turn() == []
    assert len(house.numbers()) == 1
    assert len(house.letters(ZHOU)) == 1


async def test_the_same_message_id_on_another_mail_is_another_mail(house: House) -> None:
    """An id proves nothing: who sends one first must not silence the real one (RELIABILITY T3)."""
    await house.write(STRANGER, "先发制人", message_id="<guessed@qingshan-bank.example>")
    outcome = await house.write(ZHOU, FAULT, message_id="<guessed@qingshan-bank.example>")
    assert outcome.name == OPENED
    assert len(house.numbers()) == 2


# Which case it belongs to.


async def test_a_reply_to_our_letter_lands_on_its_case(house: House) -> None:
    """By the signed token in Reply-To (L-37)."""
    number = await opened(house)
    outcome = await house.write(ZHOU, "补充：现在连控制台也打不开了", to=house.letter(ZHOU).reply_to)
    assert (outcome.name, outcome.case_number) == (ADDED, number)
    assert house.said(number)[-1]["words"] == "补充：现在连控制台也打不开了"
    assert "customer_wrote" in house.happened(number)
    assert house.letters(WANG, "customer_wrote")


async def test_a_reply_where_the_plus_address_was_lost_lands_there_too(house: House) -> None:
    """Not every provider delivers plus-addresses (L-40): the token is also in our Message-ID."""
    number = await opened(house)
    outcome = await house.write(ZHOU, "补充说明", answers=house.letter(ZHOU).message_id)
    assert outcome.case_number == number


async def test_a_reply_whose_token_stands_only_deep_in_the_references_lands_there_too(house: House) -> None:
    """Their colleague answered in between, so In-Reply-To is an id we never saw (L-32)."""
    number = await opened(house)
    chain = f"<case.x@yunling.example> {house.letter(ZHOU).message_id} <internal-1@qingshan-bank.example>"
    raw = mail(ZHOU, "补充说明", headers=[("References", chain)])
    assert (await house.receive(raw)).case_number == number


async def test_a_second_mail_in_answer_to_ones_own_first_lands_on_the_same_case(house: House) -> None:
    """They wrote again before our answer came (L-33)."""
    await house.write(ZHOU, FAULT, message_id="<own@qingshan-bank.example>")
    outcome = await house.write(ZHOU, "补充：错误代码 502", answers="<own@qingshan-bank.example>")
    assert (outcome.name, outcome.case_number) == (ADDED, house.numbers()[0])


async def test_a_mail_and_its_follow_up_that_waited_together_become_one_case(house: House) -> None:
    """After an outage both are in the inbox: the answer must not overtake what it answers (L-69)."""
    for number in range(10):
        own = f"<{number}@qingshan-bank.example>"
        await house.keep(mail(ZHOU, FAULT + f"{number}" * 2000 * (10 - number), message_id=own))
        await house.keep(mail(ZHOU, f"补充 {number}", answers=own))
    outcomes = await house.intake.turn()
    assert [outcome.name for outcome in outcomes] == [OPENED, ADDED] * 10
    assert all(
        one.case_number == two.case_number for one, two in zip(outcomes[::2], outcomes[1::2], strict=True)
    )


async def test_somebody_else_who_answers_the_customers_mail_only_suggests_the_case(house: House) -> None:
    """A Message-ID is seen by everybody in copy (G14, L-41)."""
    await house.write(ZHOU, FAULT, message_id="<own@qingshan-bank.example>")
    first = house.numbers()[0]
    outcome = await house.write(STRANGER, "我也一样", answers="<own@qingshan-bank.example>")
    assert outcome.name == OPENED
    assert house.case(outcome.case_number).suggested_case == first


async def test_a_case_number_in_the_subject_only_suggests(house: House) -> None:
    """Numbers are read out on the telephone; they open nothing (L-26, RELIABILITY T2)."""
    number = await opened(house)
    outcome = await house.write(STRANGER, "请告知进展", subject=f"关于 {number}")
    assert outcome.name == OPENED
    assert outcome.case_number != number
    assert house.case(outcome.case_number).suggested_case == number
    assert len(house.said(number)) == 1
    assert number not in house.letter(STRANGER).text, "nor do we say whether it exists"


async def test_what_was_considered_is_kept_and_shown_with_the_message(house: House) -> None:
    """`gateway cases show` explains where a mail lies, on screen and as JSON (L-26, T38)."""
    number = await opened(house)
    outcome = await house.write("other@elsewhere.example", "打印机坏了", subject=f"打印机 {number}")
    case, journal, messages = read_case(house.engine, outcome.case_number or "")
    (kept,) = (row["considered"] for row in messages if row["direction"] == "in")
    assert kept == [
        {"kind": "number in the subject", "what": number, "verdict": "anybody can type it: suggests"}
    ]
    out = Console(record=True, width=120, file=StringIO())
    showing.case_page(out, case, journal, messages, ZoneInfo("Asia/Shanghai"))
    assert f"· number in the subject {number}: anybody can type it: suggests" in out.export_text()
    assert kept[0]["verdict"] in showing.case_as_json(case, journal, messages)


async def test_a_break_in_is_shown_with_its_case(house: House) -> None:
    """P-04: `gateway cases show` says by which words a consultant was told."""
    outcome = await house.write(ZHOU, "服务器被黑客入侵，文件都被加密了！")
    case, journal, messages = read_case(house.engine, outcome.case_number or "")
    out = Console(record=True, width=120, file=StringIO())
    showing.case_page(out, case, journal, messages, ZoneInfo("Asia/Shanghai"))
    (line,) = (line for line in out.export_text().splitlines() if line.strip("│ ").startswith("incident "))
    assert "入侵" in line
    assert {"incident_reported", "incident"} <= {row["name"] for row in journal}
    assert "入侵" in showing.case_as_json(case, journal, messages)


async def test_a_number_that_does_not_exist_is_answered_just_the_same(house: House) -> None:
    """Answers must not tell an outsider which numbers are real (RELIABILITY T2, L-59)."""
    real = await opened(house)
    answers: list[str] = []
    for sender, number in ((STRANGER, real), ("other@elsewhere.example", "C261123-000018")):
        outcome = await house.write(sender, "请告知进展", subject=f"关于 {number}")
        answers.append(house.letter(sender).text.replace(str(outcome.case_number), "its own number"))
    assert answers[0] == answers[1]


async def test_a_token_used_by_another_house_is_a_third_party(house: House) -> None:
    """Everybody in copy has the address: the desk is told, the case is not moved (RELIABILITY 2.1)."""
    number = await opened(house)
    before = house.case(number)
    outcome = await house.answer(house.letter(ZHOU), "已解决，谢谢", sender=STRANGER)
    assert (outcome.name, outcome.case_number) == (ADDED, number)
    assert house.said(number)[-1]["audience"] == "third_party"
    assert house.happened(number)[-1] == "third_party_wrote"
    assert house.case(number).status == before.status
    assert not house.letters(STRANGER), "and hears nothing of it"
    assert house.letters(HE_LAN, "third_party_wrote")


async def test_a_colleague_of_the_customers_may_use_the_token(house: House) -> None:
    """The same domain: it was forwarded to the next shift."""
    number = await opened(house)
    outcome = await house.answer(
        house.letter(ZHOU), "我是夜班，问题还在", sender="yeban@qingshan-bank.example"
    )
    assert outcome.case_number == number
    assert house.said(number)[-1]["audience"] == "customer"


async def test_two_strangers_at_one_public_provider_are_no_colleagues(house: House) -> None:
    """gmail.com is nobody's house (L-61)."""
    number = await opened(house, "a.person@gmail.com", "防火墙坏了，全部断网")
    await house.answer(house.letter("a.person@gmail.com"), "我也要看", sender="b.person@gmail.com")
    assert house.said(number)[-1]["audience"] == "third_party"


def with_another_end(token: str) -> str:
    """One letter of the signature changed."""
    return token[:-1] + ("a" if token[-1] != "a" else "b")


def cut_short(token: str) -> str:
    """As a client does that shortens addresses."""
    return token[:20]


def invented(token: str) -> str:
    """The shape of a token, and nothing behind it."""
    return "a" * len(token)


@pytest.mark.parametrize("damage", [with_another_end, cut_short, invented])
async def test_a_broken_token_is_reviewed_and_never_refused(
    house: House, damage: Callable[[str], str]
) -> None:
    """Mail to support+anything is the customer's words all the same; it opens its own case with a suggestion."""
    number = await opened(house)
    local, _, domain = house.letter(ZHOU).reply_to.partition("@")
    token = damage(local.removeprefix("support+"))
    outcome = await house.write(ZHOU, "补充说明", to=f"support+{token}@{domain}")
    assert outcome.name == OPENED
    assert outcome.case_number != number
    assert house.case(outcome.case_number).suggested_case == number, "the sender has that one open"


async def test_an_expired_token_only_suggests(house: House) -> None:
    """What was promised for a year is not promised for ever."""
    number = await opened(house)
    letter = house.letter(ZHOU)
    house.clock.pass_(days=366)
    outcome = await house.write(ZHOU, "又出现了", to=letter.reply_to)
    assert outcome.name == OPENED
    assert house.case(outcome.case_number).suggested_case == number


async def test_tokens_by_the_thousand_cost_no_look_up_each(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A References header full of invented tokens must not keep the one writer busy."""
    asked: list[str] = []
    real = reply_address.look_up_of

    def counting(token: str) -> str:
        asked.append(token)
        return real(token)

    monkeypatch.setattr(reply_address, "look_up_of", counting)
    letters = "abcdefghijklmnopqrstuvwxyz"
    tokens = [f"<{'a' * 21}{x}{y}{z}@yunling.example>" for x in letters for y in letters for z in "abc"]
    outcome = await house.receive(mail(ZHOU, FAULT, headers=[("References", " ".join(tokens[:900]))]))
    assert outcome.name == OPENED
    assert len(asked) <= 20


# Mail that programs write.


@pytest.mark.parametrize(
    ("subject", "text", "headers", "reason"),
    [
        (
            "自动回复: 堡垒机",
            "您好，我正在休假，回来后尽快回复。",
            [("Auto-Submitted", "auto-replied")],
            "auto-reply",
        ),
        ("Automatic reply: WAF", "I am out of office.", [("X-Autoreply", "yes")], "auto-reply"),
    ],
)
async def test_automatic_mail_is_filed_with_its_reason_and_never_answered(
    house: House, subject: str, text: str, headers: list[tuple[str, str]], reason: str
) -> None:
    """Two machines that answer each other do not stop by themselves (L-1, L-8, RELIABILITY T20, L-16)."""
    number = await opened(house)
    sent = len(house.outgoing.parcels)
    raw = mail(ZHOU, text, subject=subject, headers=headers, to=house.letter(ZHOU).reply_to)
    inbox_id = await house.keep(raw, sender=ZHOU, to=[house.letter(ZHOU).reply_to])
    (outcome,) = await house.intake.turn()
    await house.settle()
    assert outcome.name == FILED
    assert house.inbox(inbox_id)["reason"].startswith(reason)
    assert len(house.outgoing.parcels) == sent
    assert house.said(number)[-1]["audience"] == "automatic", "shown where it belongs"
    assert house.happened(number)[-1] == "notice_sent", "and does nothing to the case"


async def test_our_own_letter_that_comes_back_is_filed(house: House) -> None:
    """A forwarding loop, or an agent's mailbox that feeds the channel (L-5, L-6, L-7)."""
    await opened(house)
    before = len(house.outgoing.parcels)
    outcome = await house.receive(house.letter(ZHOU).parcel.raw, sender=SUPPORT)
    assert outcome.name == FILED
    assert len(house.outgoing.parcels) == before


async def test_a_wish_not_to_be_answered_is_granted_and_the_case_opened(house: House) -> None:
    """X-Auto-Response-Suppress on a person's mail means "do not auto-answer me" (L-10)."""
    outcome = await house.receive(
        mail(ZHOU, FAULT, headers=[("X-Auto-Response-Suppress", "All")]), sender=ZHOU
    )
    assert outcome.name == OPENED
    assert not house.letters(ZHOU)
    assert house.letters(WANG, "new_case")


# What nobody can read.


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n",
        b"\x00\xff\xfe" * 500,
        b"From: <\r\nMessage-ID: <a@[\r\n\r\n" + b"\x80" * 100,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 2000,
        b"From: a@b.example\r\nSubject: =?utf-8?q?a=0d=0aBcc=3a_v=40x?=\r\n\r\nx\r\n",
    ],
)
async def test_a_mail_that_no_parser_likes_is_a_visible_case(house: House, raw: bytes) -> None:
    """Whatever came may be a customer in need (G5)."""
    outcome = await house.receive(raw)
    assert outcome.name == OPENED
    assert house.numbers() == [outcome.case_number]


class Poisoned:
    """A reader that one message takes down."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self.deaths = 0

    async def read(self, kept_raw: bytes, envelope: Envelope) -> Reading:
        if b"poison" in kept_raw:
            self.deaths += 1
            raise ReadingDied("it took more than 5 s of CPU")
        return await self._readings.read(kept_raw, envelope)

    async def learn(self, directory: Directory) -> None:
        await self._readings.learn(directory)


class DiesAtAGlance(Intake):
    """An intake that does not survive even a glance."""

    def glance(self, kept: Kept, why: str) -> ReadMessage:
        raise RecursionError("too deep")


def intake_with(house: House, readings: Readings, kind: type[Intake] = Intake) -> Intake:
    parts = house.parts
    return kind(house.store, readings, parts.rules, parts.letters, house.clock, parts.ids)


class Attentive(Poisoned):
    """A reader of which it is known what it was told to learn."""

    learned: Directory | None = None

    async def learn(self, directory: Directory) -> None:
        self.learned = directory


async def test_what_colleagues_taught_is_known_after_a_restart(house: House) -> None:
    """Issue 5: the names are in the database, and whoever reads next hears of them before the first message."""
    outcome = await house.write(ZHOU, FAULT)
    taught = TaughtName("青山总行", "qingshan-bank", house.clock.now(), "he.lan", str(outcome.case_number))
    await house.store.run(lambda work: work.teach_name(taught))
    readings = Attentive(house.readings)
    await intake_with(house, readings).learn()
    assert readings.learned is not None
    customer = readings.learned.customer_named("青山总行")
    assert customer is not None
    assert customer.id == "qingshan-bank"


async def test_a_name_taught_to_one_gateway_is_known_to_another_with_its_next_mail(house: House) -> None:
    """Issue 5: two gateways share a database on PostgreSQL; the desk teaches one of them, and neither is restarted."""
    readings = ReadingHere(stranger(), house.parts.directory, house.parts.rules.vendor)
    other = intake_with(house, readings)
    report = "防火墙登录不上。\n\n吴波\n青山农商总行\n电话：13700070007"
    await house.keep(mail(STRANGER, report))
    (before,) = await other.turn()
    assert house.case(before.case_number).company == "青山农商总行"
    taught = TaughtName("青山农商总行", "qingshan-bank", house.clock.now(), "he.lan", str(before.case_number))
    await house.store.run(lambda work: work.teach_name(taught))
    await house.keep(mail("heping@nowhere.example", report.replace("吴波", "何平"), subject="又登录不上"))
    (after,) = await other.turn()
    assert house.case(after.case_number).company == "青山农村商业银行股份有限公司"


async def test_without_news_no_gateway_loads_its_names_again(house: House) -> None:
    """Loading 100,000 customers takes seconds: it is done when a name was taught, not for every mail."""
    readings = Attentive(house.readings)
    other = intake_with(house, readings)
    await house.keep(mail(ZHOU, FAULT))
    await other.turn()
    assert readings.learned is None


async def test_a_mail_that_no_reader_survives_still_gives_a_case_and_its_neighbours_do_not_wait(
    house: House,
) -> None:
    """It is tried twice, since the first death may be chance; then a person reads it, and its sender is told (G5)."""
    poisoned = Poisoned(house.readings)
    house.intake = intake_with(house, poisoned)
    subject = "=?utf-8?b?6Ziy54Gr5aKZ5peg5rOV6L+e5o6l?="
    await house.keep(
        f"From: {ZHOU}\r\nTo: support@yunling.example\r\nSubject: {subject}\r\n\r\npoison\r\n".encode()
    )
    await house.keep(mail(ZHOU, FAULT))
    outcomes = await house.intake.turn()
    assert [outcome.name for outcome in outcomes] == [OPENED, OPENED]
    case = house.case(outcomes[0].case_number)
    assert (case.reporter.address, case.subject, poisoned.deaths) == (ZHOU, "防火墙无法连接", 2)
    assert "gateway inbox export" in case.problems[0]
    assert "5 s of CPU" in case.problems[0]


async def test_a_mail_that_was_in_hand_at_three_deaths_of_the_gateway_is_glanced_at(house: House) -> None:
    """Whether it was to blame nobody knows: it is not read a fourth time, and it is not lost (F9)."""
    await house.keep(mail(ZHOU, FAULT))
    for _ in range(intake.LIVES):
        await house.store.run(lambda work: work.claim_inbox(1))
    (outcome,) = await house.intake.turn()
    assert outcome.name == OPENED
    assert "failed 3 times" in house.case(outcome.case_number).problems[0]


async def test_a_mail_of_which_not_even_a_glance_is_survived_is_set_aside(house: House) -> None:
    """Visible, with its bytes, and tried no more (F9)."""
    house.intake = intake_with(house, Poisoned(house.readings), DiesAtAGlance)
    poison = await house.keep(b"Subject: poison\r\n\r\nx\r\n")
    names = [outcome.name for _ in range(8) for outcome in await house.intake.turn()]
    assert names == [FAILED] * 6 + [SET_ASIDE]
    assert house.inbox(poison)["state"] == "set_aside"


@pytest.mark.parametrize(
    "raw",
    [b"", b"\0" * 100, b"From: <\r\n" * 5000, b"A:" * 40_000, b"Subject: =?" + b"?" * 60_000, b" \n\t\n"],
)
def test_a_glance_at_anything_is_a_report(raw: bytes) -> None:
    """It is the last thing between a customer and silence."""
    report = glance.read(raw, Envelope("smtp", "a@b.example", ("s@y.example",)), OwnMail(), "why")
    assert report.problems == ("why",)
    assert len(report.inbound.headers) <= glance.MOST_FIELDS


async def test_our_own_passing_fault_is_no_death_of_the_messages(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away for a while must not set good mail aside; and it is not forgotten (F7)."""

    def away(*_: object) -> None:
        raise StorageUnavailable("locked")

    inbox_id = await house.keep(mail(ZHOU, FAULT))
    with monkeypatch.context() as patch:
        patch.setattr(Intake, "take_in", away)
        for _ in range(5):
            assert [outcome.name for outcome in await house.intake.turn()] == [POSTPONED]
    assert house.inbox(inbox_id)["attempts"] == 0
    assert [outcome.name for outcome in await house.intake.turn()] == [OPENED]


# A broken template.


async def test_a_broken_template_is_replaced_by_plain_words_and_an_operator_told(
    house: House, reader: Reader, tmp_path: Path
) -> None:
    """No mistake in a text of the owner's stops an answer (G22)."""
    folder = tmp_path / "templates"
    shutil.copytree(house.parts.config.path(house.parts.config.templates.path), folder)
    for template in folder.glob("*/customer/first_reply.txt.j2"):
        template.write_text("{{ nobody.knows.this }}")
    await close(house)
    broken = House(
        with_templates(house.parts, folder), reader, open_engine(str(house.engine.url), writes=True)
    )
    broken.store.start()
    outcome = await broken.write(ZHOU, FAULT)
    letter = broken.letter(ZHOU)
    assert str(outcome.case_number) in letter.text
    assert "{{" not in letter.text
    alert = broken.letters(notice="operator_alert")
    assert [each.to for each in alert] == ["duty@yunling.example"]
    assert "first_reply" in alert[0].text
    await close(broken)


# On the other database.


async def test_the_whole_road_works_on_postgresql(house: House, reader: Reader, postgres_url: str) -> None:
    """Columns, look-ups and answers of every kind, where lengths and types are strict."""
    other = House(house.parts, reader, open_engine(postgres_url, writes=True))
    other.store.start()
    number = await opened(other)
    await other.answer(other.letter(ZHOU), "只是补充", sender=STRANGER)
    await other.answer(other.letter(ZHOU), "补充：请每30分钟通报一次进展")
    await other.answer(other.letter(WANG, "new_case"), "#frobnicate\n#接单\n正在看")
    await other.solve()
    await other.answer(other.letter(ZHOU, "please_confirm"), "已解决，谢谢")
    await other.receive(mail(ZHOU, "休假中", headers=[("Auto-Submitted", "auto-replied")]))
    assert other.case(number).status == "closed"
    assert other.letters(WANG, "reply_not_sent")
    await close(other)


async def test_reading_does_not_hold_up_the_event_loop(house: House) -> None:
    """Ports must answer while mails are being understood."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    for number in range(5):
        await house.keep(mail(ZHOU, FAULT * 20 + str(number)))
    before = ticks
    await house.intake.turn()
    ticking.cancel()
    assert ticks > before + 5
