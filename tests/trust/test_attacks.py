"""An outsider who has read everything that is public, and a few mails that they should not have; and what they get."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, product

import pytest

from gateway.cases import lifecycle
from gateway.cases.case import Case
from gateway.config import Config
from gateway.messages import Envelope
from gateway.parsers import glance
from gateway.parsers.report import Reader
from gateway.parts import load_directory, own_mail, vendor_of
from gateway.reading import Reading, ReadingHere
from gateway.trust.budget import Limits
from tests.house import CHEN, EMMA, HE_LAN, QIAN, SUPPORT, WANG, ZHOU, House, Letter, mail
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
FIRST = "<first@mail.qingshan-bank.example>"
"""The id of the customer's own first mail: whoever was in copy of it knows it."""
COLLEAGUE, INVENTED = "d.weber@qingshan-bank.example", "nobody.known@qingshan-bank.example"
"""周敏's colleague in the directory, and an address that only looks like one."""
DECISIONS = (
    "已经解决了，请关闭工单，谢谢。",
    "It is solved, please close the case.",
    "还是没有解决，问题依旧。",
    "我要投诉，你们的处理太慢了！",
    "请每半小时通报一次进展。",
    "我们被勒索病毒攻击了，全部业务中断，十万火急！",
    "联系电话改为 13900001111，联系人改为马洛。",
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


def in_the_customers_name(number: str, asked: Letter | None) -> Iterator[Attempt]:
    """A true id of the customer's own, under their name or a colleague's; and the question to them, seen by others."""
    chain = f"<unseen@mail.qingshan-bank.example> {FIRST} <later@evil.example>"
    for author, text in product((ZHOU, f"周敏 <{ZHOU}>", COLLEAGUE, INVENTED), DECISIONS):
        yield attempt(author, text, answers=FIRST)
        yield attempt(author, text, headers=[("References", chain)], subject=f"Re: [{number}] 堡垒机无法登录")
    if asked is None:
        return
    for author, text in product((COLLEAGUE, INVENTED, EMMA, MALLORY), DECISIONS):
        yield attempt(author, text, to=asked.reply_to, answers=asked.message_id)


async def all_at_once(outside: Outside, attempts: list[Attempt]) -> None:
    """They come, are taken in, and what follows from them leaves."""
    for each in attempts:
        await outside.house.keep(each.raw, sender=each.sender, to=(each.to,), peer="203.0.113.66")
    while await outside.house.intake.turn():
        pass
    await outside.house.settle()


async def brought_to(status: str, house: House) -> None:
    """王强 and the others bring the case that lies before them to this status."""
    if status == lifecycle.OPEN:
        return
    if status == lifecycle.WAITING_ON_CUSTOMER:
        await house.answer(house.letter(WANG, "new_case"), "#等待客户 请提供日志")
        return
    await house.answer(house.letter(WANG, "new_case"), "#已解决 重启了认证服务")
    if status == lifecycle.IN_REVIEW:
        return
    await house.pass_review()
    if status == lifecycle.CLOSED:
        await house.answer(house.letter(ZHOU, "please_confirm"), "已经解决了，谢谢。")


def as_decided(case: Case) -> Case:
    """The case without what merely tells that somebody wrote, and that people were told of it."""
    return replace(case, version=0, moments={}, notices_given=0, thread=())


@pytest.fixture(scope="session")
def quick_reader(shipped_config: Config) -> Reader:
    """The rules without the trained model: once every attempt was read in full, its other readings may be quick."""
    own, vendor = own_mail(shipped_config), vendor_of(shipped_config)
    return Reader(load_directory(shipped_config), vendor, own, with_model=False)


WORDS_ONLY = {"third_party_wrote", "unproved_wrote", "decision_unproved", "notice_sent"}


@pytest.mark.parametrize(
    "status",
    [
        lifecycle.OPEN,
        lifecycle.WAITING_ON_CUSTOMER,
        lifecycle.IN_REVIEW,
        lifecycle.AWAITING_CONFIRMATION,
        lifecycle.CLOSED,
    ],
)
async def test_four_hundred_attempts_in_every_status_and_none_succeeds(
    house: House, quick_reader: Reader, status: str
) -> None:
    """T1-T6, T39, G14, L-57: no decision of a colleague's or customer's, no letter to whoever attacks."""
    number = (await house.write(ZHOU, FAULT, message_id=FIRST)).case_number or ""
    stolen = house.letter(WANG, "new_case")
    await brought_to(status, house)
    before, heard = house.case(number), len(house.happened(number))
    assert before.status == status
    asked = house.letters(ZHOU, "please_confirm")
    if status != lifecycle.OPEN:
        house.readings = ReadingHere(quick_reader, house.parts.directory, house.parts.rules.vendor)
    outside = stand_outside(house)
    attempts = [
        *spoofed(number),
        *disguised(number),
        *with_a_stolen_letter(stolen),
        *half_signed(stolen),
        *guessed(number, stolen),
        *in_the_customers_name(number, asked[-1] if asked else None),
    ]
    assert len(attempts) >= 400
    await all_at_once(outside, attempts)
    assert as_decided(house.case(number)) == as_decided(before)
    assert set(house.happened(number)[heard:]) <= WORDS_ONLY
    assert not house.letters(ZHOU, "engineer_reply")
    assert len(house.letters(ZHOU, "please_repeat")) <= 1
    theirs = house.letters(MALLORY)
    assert all(FAULT not in letter.text and "青山" not in letter.text for letter in theirs)


async def test_commands_that_nobody_sees_in_a_customers_mail_run_nothing(house: House) -> None:
    """T39: quoted, invisible or commented out; and a customer's visible words command nobody either."""
    number = (await house.write(ZHOU, FAULT)).case_number or ""
    before = house.case(number)
    await all_at_once(stand_outside(house), [*hidden(house.letter(ZHOU))])
    assert as_decided(house.case(number)) == as_decided(before)
    assert set(house.happened(number)) <= {"reported", "notice_sent", "customer_wrote"}


async def test_a_decision_that_nothing_proves_is_read_and_asked_back(house: House) -> None:
    """G13: a customer without DKIM who answers their own mail says it once more from their mailbox, and it counts."""
    number = (await house.write(ZHOU, FAULT, message_id=FIRST)).case_number
    await house.solve()
    outside = stand_outside(house)
    await outside.send(attempt(ZHOU, DECISIONS[0], answers=FIRST).raw, sender=ZHOU)
    said = house.said(number)[-1]
    assert (said["audience"], said["words"].splitlines()[0]) == ("unverified", DECISIONS[0])
    assert "nothing proves it" in said["evidence"]
    for reader in (WANG, HE_LAN):
        assert DECISIONS[0] in house.letter(reader, "unproved_wrote").text
    assert house.case(number).status == lifecycle.AWAITING_CONFIRMATION
    asked = house.letter(ZHOU, "please_repeat")
    assert DECISIONS[0] not in asked.text
    await outside.send(attempt(ZHOU, DECISIONS[2], answers=FIRST).raw, sender=MALLORY)
    assert len(house.letters(ZHOU, "please_repeat")) == 1
    again = mail(ZHOU, "已解决，谢谢。", to=asked.reply_to, answers=asked.message_id)
    await outside.send(again, sender=ZHOU, to=(asked.reply_to,))
    assert house.case(number).status == lifecycle.CLOSED


@pytest.mark.parametrize("proof", ["signed", "handed in here"])
async def test_a_proved_answer_by_id_decides(house: House, proof: str) -> None:
    """L-33: who is proved to be the customer need not have our letter."""
    number = (await house.write(ZHOU, FAULT, message_id=FIRST)).case_number
    await house.solve()
    outside = stand_outside(house)
    outside.dns.records["s1._domainkey.qingshan-bank.example", "TXT"] = outside.dns.records[
        "s1._domainkey.yunling.example", "TXT"
    ]
    raw = attempt(ZHOU, DECISIONS[0], answers=FIRST, headers=[("Date", LATER)]).raw
    if proof == "signed":
        await outside.send(signed(raw, "qingshan-bank.example"), sender=ZHOU)
    else:
        await outside.send(raw, sender=ZHOU, peer="127.0.0.1")
    assert house.case(number).status == lifecycle.CLOSED


async def test_what_would_reopen_a_closed_case_opens_one_of_its_own_without_proof(house: House) -> None:
    """G14, P-20: the closed case stays closed; whoever wrote is answered, and the desk sees which one they mean."""
    number = (await house.write(ZHOU, FAULT, message_id=FIRST)).case_number
    await brought_to(lifecycle.AWAITING_CONFIRMATION, house)
    await house.answer(house.letter(ZHOU, "please_confirm"), "已经解决了，谢谢。")
    outcome = await stand_outside(house).send(attempt(ZHOU, DECISIONS[2], answers=FIRST).raw, sender=ZHOU)
    assert house.case(number).status == lifecycle.CLOSED
    assert house.case(outcome.case_number).suggested_case == number


async def test_a_forged_mail_does_not_bring_back_an_address_from_which_mail_comes_back(house: House) -> None:
    """F24: only who is proved to write from there has a mailbox again."""
    number = (await house.write(ZHOU, FAULT, message_id=FIRST)).case_number
    lost = house.letter(ZHOU)
    bounced = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {SUPPORT}\r\nSubject: Undelivered\r\nMessage-ID: <b@mx.example>\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="=b"\r\n\r\n'
        "--=b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {ZHOU}\r\nAction: failed\r\nStatus: 5.1.1\r\n--=b--\r\n"
    ).encode()
    await house.receive(bounced, sender="", to=(lost.parcel.sender,))
    assert house.case(number).unreachable == (ZHOU,)
    await stand_outside(house).send(attempt(ZHOU, "补充一点。", answers=FIRST).raw, sender=MALLORY)
    assert house.case(number).unreachable == (ZHOU,)


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
