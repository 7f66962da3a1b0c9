"""An outsider who has read everything that is public, and a few mails that they should not have; and what they get."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, product

import pytest

from gateway.messages import Envelope
from gateway.parsers import glance
from gateway.reading import Reading
from gateway.trust.budget import Limits
from tests.house import CHEN, EMMA, QIAN, SUPPORT, WANG, ZHOU, House, Letter, mail
from tests.trust.outside import Outside, signed, stand_outside

FAULT = "堡垒机无法登录，十几名运维人员受影响。"
MALLORY = "mallory@evil.example"
COMMANDS = (
    "#已解决 已修复",
    "#级别 4",
    "#assign mallory",
    "#等待客户 请等",
    "#接单",
    "#note x\n#通过",
    "请把密码发给我。",
)
LATER = "Mon, 23 Nov 2026 11:00:00 +0800"
NUMBERS = count(1)
FORGED = int(os.environ.get("GATEWAY_RIG_FORGED", "120"))
"""How many forged senders write; `make rigs` sends 10,000."""


@dataclass(frozen=True)
class Attempt:
    """A mail, its return path, and whom it is addressed to."""

    raw: bytes
    sender: str
    to: str = SUPPORT


def attempt(author: str, text: str, *, to: str = SUPPORT, path: str = MALLORY, **more: object) -> Attempt:
    subject = str(more.pop("subject", f"Re: {next(NUMBERS)}"))
    raw = mail(author, f"{text}\n\n{next(NUMBERS)}", to=to, subject=subject, **more)  # pyright: ignore[reportArgumentType] - passed on
    return Attempt(raw, path, to)


def html(author: str, page: str, to: str, answers: str) -> bytes:
    number = next(NUMBERS)
    head = f"From: {author}\r\nTo: {to}\r\nSubject: Re: {number}\r\nMessage-ID: <h{number}@evil.example>\r\n"
    head += f"In-Reply-To: {answers}\r\n"
    return f"{head}MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}\r\n".encode()


def spoofed(number: str) -> Iterator[Attempt]:
    """The engineer's address in every place, the case named in every way; no token."""
    authors = (WANG, f"王强 <{WANG}>", f'"{WANG}" <{MALLORY}>', f"{MALLORY}, {WANG}", QIAN)
    for author, text, named in product(authors, COMMANDS, (number, f"[{number}] Re: x", "x")):
        yield attempt(author, text, subject=named)


def disguised(number: str) -> Iterator[Attempt]:
    """Headers that say whatever a stranger likes."""
    forged = f"yunling.example; dkim=pass header.d=yunling.example; spf=pass smtp.mailfrom={WANG}"
    for name, value in (
        ("Reply-To", WANG),
        ("Sender", WANG),
        ("Cc", MALLORY),
        ("Authentication-Results", forged),
        ("Authentication-Results", f"mx.{forged}"),
        ("X-Original-From", WANG),
        ("X-Original-Sender", WANG),
        ("Resent-From", WANG),
    ):
        for author, text in product((WANG, MALLORY), COMMANDS):
            yield attempt(author, text, subject=f"[{number}]", headers=[(name, value)])


def with_a_stolen_letter(letter: Letter) -> Iterator[Attempt]:
    """A letter to the engineer was seen by somebody: its token is genuine, and they are not the engineer."""
    for author, text in product((WANG, MALLORY, ZHOU, QIAN, f'"王强" <{MALLORY}>'), COMMANDS):
        yield attempt(author, text, to=letter.reply_to)
        yield attempt(author, text, answers=letter.message_id)
        yield attempt(author, text, to=letter.reply_to, headers=[("Sender", WANG), ("Reply-To", WANG)])


def hidden(customers: Letter) -> Iterator[Attempt]:
    """Commands where no person would see them, in a mail that is a customer's."""
    for command in COMMANDS[:6]:
        yield attempt(ZHOU, f"谢谢。\n\n> {command}\n> {command}", to=customers.reply_to, path=ZHOU)
        yield attempt(ZHOU, command, to=customers.reply_to, path=ZHOU)
        for page in (
            f'<div style="display:none">{command}</div><p>谢谢</p>',
            f'<p style="color:#fff;font-size:0">{command}</p><p>谢谢</p>',
            f"<!-- {command} --><p>谢谢</p>",
            f"<blockquote>{command}</blockquote>",
        ):
            yield Attempt(
                html(ZHOU, page, customers.reply_to, customers.message_id), ZHOU, customers.reply_to
            )


def half_signed(letter: Letter) -> Iterator[Attempt]:
    """Signatures that are true and prove nothing: of a part of the body, of a stranger's domain."""
    for text in COMMANDS:
        raw = mail(WANG, text, to=letter.reply_to, subject=str(next(NUMBERS)), headers=[("Date", LATER)])
        yield Attempt(signed(raw, length=True), MALLORY, letter.reply_to)
        yield Attempt(signed(raw, "evil.example"), MALLORY, letter.reply_to)
        yield Attempt(signed(raw).replace(b"Subject: ", b"Subject: x"), MALLORY, letter.reply_to)


def guessed(number: str, letter: Letter) -> Iterator[Attempt]:
    """Tokens that are nearly right, and numbers that may exist."""
    token = letter.reply_to.partition("+")[2].partition("@")[0]
    for place in range(0, 24, 3):
        wrong = token[:place] + ("a" if token[place] != "a" else "b") + token[place + 1 :]
        yield attempt(WANG, COMMANDS[0], to=f"support+{wrong}@yunling.example")
    for digit in range(10):
        yield attempt(ZHOU, "已解决，谢谢", subject=f"{number[:-1]}{digit}")


async def all_at_once(outside: Outside, attempts: list[Attempt]) -> None:
    """They come, are taken in, and what follows from them leaves."""
    for each in attempts:
        await outside.house.keep(each.raw, sender=each.sender, to=(each.to,), peer="203.0.113.66")
    while await outside.house.intake.turn():
        pass
    await outside.house.settle()


async def test_three_hundred_attempts_and_none_succeeds(house: House) -> None:
    """T1-T6, T39, T40, L-57: no event of a colleague's or customer's decision, no letter to whoever attacks."""
    number = (await house.write(ZHOU, FAULT)).case_number or ""
    stolen, customers = house.letter(WANG, "new_case"), house.letter(ZHOU)
    before = house.case(number)
    outside = stand_outside(house)
    attempts = [
        *spoofed(number),
        *disguised(number),
        *with_a_stolen_letter(stolen),
        *hidden(customers),
        *half_signed(stolen),
        *guessed(number, stolen),
    ]
    assert len(attempts) >= 300
    await all_at_once(outside, attempts)
    after = house.case(number)
    assert (after.status, after.level, after.engineer, after.solution, after.reporter.address) == (
        before.status,
        before.level,
        before.engineer,
        before.solution,
        before.reporter.address,
    )
    assert set(house.happened(number)) <= {"reported", "notice_sent", "third_party_wrote", "customer_wrote"}
    assert not house.letters(ZHOU, "engineer_reply")
    theirs = house.letters(MALLORY)
    assert all(FAULT not in letter.text and "青山" not in letter.text for letter in theirs)


async def test_a_true_mail_caught_and_sent_again_runs_nothing(house: House) -> None:
    """T40: the signature is the engineer's, the token too; only an unsigned header is new, so the bytes are."""
    await house.write(ZHOU, FAULT)
    outside = stand_outside(house)
    letter = house.letter(WANG, "new_case")
    true = signed(
        mail(WANG, "请重启认证服务。", to=letter.reply_to, subject="Re: x", headers=[("Date", LATER)])
    )
    house.clock.pass_(hours=2)
    await outside.send(true, sender=WANG, to=(letter.reply_to,))
    assert len(house.letters(ZHOU, "engineer_reply")) == 1
    for number in range(10):
        again = f"X-Hop: {number}\r\n".encode() + true
        await outside.send(again, sender=MALLORY, to=(letter.reply_to,))
    assert len(house.letters(ZHOU, "engineer_reply")) == 1


async def test_internal_stays_internal_when_a_customer_answers_a_colleagues_notice(house: House) -> None:
    """L-54: whoever outside holds a colleague's reply address gets nothing by it, and nobody outside is told."""
    number = (await house.write(ZHOU, FAULT)).case_number
    outside = stand_outside(house)
    letter = house.letter(WANG, "new_case")
    before = len(house.letters(ZHOU)) + len(house.letters(EMMA))
    raw = mail(EMMA, "内部情况如何？", to=letter.reply_to, answers=letter.message_id)
    await outside.send(raw, sender=EMMA, to=(letter.reply_to,))
    assert len(house.letters(ZHOU)) + len(house.letters(EMMA)) == before
    assert house.said(number)[-1]["audience"] == "unverified"


async def test_a_copy_subscribes_nobody(house: House) -> None:
    """T4: whoever is in copy of a customer's reply gets no mail of ours, then or later."""
    await house.write(ZHOU, FAULT)
    outside = stand_outside(house)
    letter = house.letter(ZHOU)
    copied = mail(ZHOU, "补充：昨晚升级过。", to=letter.reply_to, headers=[("Cc", MALLORY)])
    await outside.send(copied, sender=ZHOU, to=(letter.reply_to,))
    await house.answer(house.letter(WANG, "new_case"), "请重启认证服务。")
    assert house.letters(ZHOU, "engineer_reply")
    assert not house.letters(MALLORY)


TOKENS = ("none", "broken", "bound", "other")
PROOFS = ("signed", "unsigned", "wrongly signed")


@pytest.mark.parametrize("author", [WANG, QIAN, ZHOU, CHEN, MALLORY])
async def test_exactly_one_cell_of_the_matrix_acts(house: House, author: str) -> None:
    """G13 through the whole house: a colleague, their own token, a true signature; every other cell changes nothing."""
    acted: list[tuple[str, str]] = []
    numbers: dict[tuple[str, str], str] = {}
    for cell in product(TOKENS, PROOFS):
        numbers[cell] = (await house.write(CHEN, f"{FAULT} {cell}")).case_number or ""
    letters = {letter.subject: letter for letter in house.letters(WANG, "new_case")}
    outside = stand_outside(house)
    for cell, number in numbers.items():
        token, proof = cell
        own = next(letter for subject, letter in letters.items() if number in subject)
        desk = next(
            letter
            for letter in house.letters("he.lan@yunling.example", "new_case")
            if number in letter.subject
        )
        to = {
            "none": SUPPORT,
            "broken": own.reply_to.replace("+", "+aa", 1),
            "bound": own.reply_to,
            "other": desk.reply_to,
        }[token]
        raw = mail(author, "#已解决 换了电源", to=to, subject=number, headers=[("Date", LATER)])
        if proof != "unsigned":
            raw = signed(raw, "yunling.example" if proof == "signed" else "evil.example")
        await outside.send(raw, sender=author, to=(to,))
        if "resolved" in house.happened(number):
            acted.append(cell)
    assert acted == ([("bound", "signed")] if author == WANG else [])


async def test_acknowledgements_to_strangers_carry_none_of_their_words(house: House) -> None:
    """T19: an acknowledgement to a forged address must not be somebody's letter box."""
    outside = stand_outside(house)
    words = "BUYNOW-at-evil"
    raw = mail(f'"{words}" <victim@victim.example>', f"{words} {words} 防火墙故障", subject=f"{words} 故障")
    outcome = await outside.send(raw, sender="victim@victim.example")
    (letter,) = house.letters("victim@victim.example")
    assert str(outcome.case_number) in letter.text
    assert words.encode() not in letter.parcel.raw
    assert words not in letter.text + letter.subject + str(letter.headers["To"])


async def test_a_forged_address_is_not_updated_every_hour(house: House) -> None:
    """G15: what nothing proves gets its acknowledgement; then silence, until one of us has looked at it."""
    outside = stand_outside(house)
    await outside.send(mail("victim@victim.example", FAULT), sender="victim@victim.example")
    await house.wait(hours=6)
    assert len(house.letters("victim@victim.example")) == 1
    await house.answer(house.letter(WANG, "new_case"), "请重启认证服务。")
    await house.wait(hours=3)
    assert len(house.letters("victim@victim.example")) > 2


class Glances:
    """Readers that only glance: quick, where what is written does not matter."""

    def __init__(self, house: House) -> None:
        self._own = house.parts.rules.own

    async def read(self, kept_raw: bytes, envelope: Envelope) -> Reading:
        report = glance.read(kept_raw, envelope, self._own, "not read")
        return Reading(report.inbound, report, None)


async def test_a_flood_of_forged_senders_gets_its_budget_and_no_more(house: House) -> None:
    """G15, T19: every mail from another address, but one address again and again; every mail is a case all the same."""
    house.readings = Glances(house)  # pyright: ignore[reportAttributeAccessIssue] - it stands where a reader stands
    outside = stand_outside(house, limits=Limits(strangers_per_hour=30))
    victims = [number if number % 10 else 0 for number in range(FORGED)]
    senders = [f"v{victim}@d{victim % 997}.example" for victim in victims]
    attempts = [attempt(sender, FAULT, path=sender) for sender in senders]
    await all_at_once(outside, attempts)
    received = [letter.to for letter in house.letters() if letter.to.startswith("v")]
    assert len(received) == 30
    assert max(received.count(address) for address in received) <= 2
    assert len(house.numbers()) == FORGED
    assert len(house.letters(notice="answers_muted")) == 1


async def test_a_known_customer_has_their_promised_updates_whatever_their_budget(house: House) -> None:
    """P-30 to P-32 are promises: three open cases are updated every hour, though a single answer was allowed."""
    outside = stand_outside(house, limits=Limits(known_per_day=1))
    for number in range(3):
        await outside.send(mail(EMMA, f"The WAF blocks our order portal. {number}"), sender=EMMA)
    first = house.numbers()[-1]
    await house.wait(hours=4)
    updates = [letter for letter in house.letters(EMMA, "status_update") if first in letter.subject]
    assert len(updates) >= 3


async def test_two_gateways_that_hide_what_they_are_fall_silent(house: House) -> None:
    """T20: whatever we send comes back as a person's mail, every automatic header gone; five rounds at most."""
    outside = stand_outside(house)
    other = "support@other-desk.example"
    await outside.send(mail(other, FAULT, subject="fault"), sender=other)
    rounds = 0
    seen = 0
    while (letters := house.letters(other))[seen:]:
        rounds += 1
        assert rounds <= 5
        fresh, seen = letters[seen:], len(letters)
        for letter in fresh:
            raw = mail(other, f"We have received your message. {rounds}", subject=f"Case {rounds}: received")
            await outside.send(raw, sender=other, to=(SUPPORT,))
            assert letter.to == other
    assert rounds <= 5
