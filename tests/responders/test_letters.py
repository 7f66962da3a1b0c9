"""Finished messages: to whom, under which signed address, in which thread, for how long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway import reply_address
from gateway.cases.case import Case, Notice, Party, Step
from gateway.parts import Parts
from gateway.ports import Ready
from gateway.reply_address import Bound
from tests.house import MONDAY, SUPPORT, WANG

CASE = Case(
    number="C261123-000018",
    opened_at=MONDAY,
    reporter=Party(address="zhou.min@qingshan-bank.example", name="周敏", known=True),
    subject="堡垒机无法登录",
    thread=("<first@customer.example>", "<latest@customer.example>"),
    version=1,
)


def notice(name: str, to: str, **facts: str) -> Notice:
    """Something to be said."""
    return Notice(id=f"{CASE.number}/{name}", name=name, to=to, facts=facts)


def letters(parts: Parts, *notices: Notice, case: Case = CASE, at: datetime = MONDAY) -> list[Ready]:
    """The messages for a step with these notices."""
    return list(parts.letters.letters(None, Step(case, (), notices), at))


def test_a_letter_can_be_answered_by_exactly_one_person(parts: Parts) -> None:
    """The token in Reply-To and Message-ID is signed for this case, address, role, notice and term."""
    (ready,) = letters(parts, notice("receipt", "customer"))
    outbound = ready.outbound
    (token,) = reply_address.tokens_in([outbound.reply_to.address], [outbound.message_id], SUPPORT)
    assert reply_address.look_up_of(token) == outbound.id
    bound = Bound(outbound.id, CASE.number, outbound.to.address, "customer", "receipt", ready.token_until)
    assert reply_address.verify(parts.rules.keys, token, bound)
    assert ready.token_until - MONDAY == timedelta(days=365)


def test_a_term_is_signed_to_the_second_that_is_stored(parts: Parts) -> None:
    """A microsecond lost in a database would spoil every signature."""
    at = datetime(2026, 11, 23, 9, 30, 0, 999_999, tzinfo=UTC)
    (ready,) = letters(parts, notice("receipt", "customer"), at=at)
    assert ready.token_until.microsecond == 0


def test_the_customers_letter_is_in_the_customers_thread(parts: Parts) -> None:
    """In-Reply-To is their latest mail; References begin with their first and hold one anchor per case (L-35, L-39)."""
    (ready,) = letters(parts, notice("receipt", "customer"))
    assert ready.outbound.in_reply_to == "<latest@customer.example>"
    assert ready.outbound.references == (*CASE.thread, "<case.c261123-000018@yunling.example>")
    assert ready.outbound.sender.address == SUPPORT


def test_staff_letters_have_a_thread_of_their_own(parts: Parts) -> None:
    """A colleague's reply to all must not end in the customer's thread."""
    ready = letters(parts, notice("new_case", "engineer"))[0]
    assert ready.outbound.in_reply_to is None
    assert ready.outbound.references == ("<staff.c261123-000018@yunling.example>",)
    assert (ready.person, ready.outbound.to.address) == ("wang.qiang", WANG)


def test_everybody_of_a_role_gets_a_letter_of_their_own(parts: Parts) -> None:
    """One row, one token, one person; never several in one To (L-48)."""
    case = replace(CASE, region="华北")
    ready = letters(parts, notice("new_case", "engineer"), case=case)
    assert len({each.outbound.id for each in ready}) == len(ready)
    assert len({each.outbound.to.address for each in ready}) == len(ready)


def test_who_must_not_be_answered_gets_nothing(parts: Parts) -> None:
    """They asked for no automatic mail, or are a machine (L-10)."""
    silent = replace(CASE, reporter=replace(CASE.reporter, answerable=False))
    assert letters(parts, notice("receipt", "customer"), case=silent) == []


@pytest.mark.parametrize(
    ("name", "to", "lifetime"),
    [("receipt", "customer", timedelta(days=5)), ("escalation", "level_manager:1", timedelta(hours=4))],
)
def test_an_escalation_that_cannot_be_delivered_is_given_up_sooner(
    parts: Parts, name: str, to: str, lifetime: timedelta
) -> None:
    """After four hours a person must be told another way (G9)."""
    ready = letters(parts, notice(name, to))[0]
    assert ready.lifetime_until - MONDAY == lifetime


def test_mail_for_somebody_off_duty_lives_from_the_moment_it_may_leave(parts: Parts) -> None:
    """Otherwise it would be given up before it was tried."""
    night = MONDAY + timedelta(hours=13)
    case = replace(CASE, level=2, region=None)
    (ready,) = letters(parts, notice("case_closed", "service_manager"), case=case, at=night)
    assert ready.outbound.not_before is not None
    assert ready.outbound.not_before > night
    assert ready.lifetime_until - ready.outbound.not_before == timedelta(days=5)


def test_only_an_engineers_own_words_are_no_automatic_mail(parts: Parts) -> None:
    """The mark stops auto-responders; on a person's words it would be a lie (L-15)."""
    own, automatic = letters(
        parts,
        notice("engineer_reply", "customer", words="正在处理", words_language="zh-Hans"),
        notice("receipt", "customer"),
    )
    assert not own.outbound.automatic
    assert automatic.outbound.automatic


def test_what_comes_back_comes_back_to_the_signed_address_of_the_letter(parts: Parts) -> None:
    """One return path for each letter, so that a bounce says which one was lost and cannot be forged (F24, T22)."""
    one, other = letters(parts, notice("receipt", "customer"), notice("first_reply", "customer"))
    assert one.sender == one.outbound.reply_to.address
    assert other.sender == other.outbound.reply_to.address
    assert one.sender != other.sender


def test_a_colleague_who_has_just_written_is_answered_whatever_the_hour(parts: Parts) -> None:
    """They are awake."""
    manager = parts.directory.staff["sun.jie"]
    night = MONDAY + timedelta(hours=13)
    said = notice("reply_not_sent", "service_manager", why="unknown_command", words="#x")
    (ready,) = parts.letters.answer(CASE, said, manager.id, night)
    assert ready.outbound.not_before is None
    assert ready.outbound.to.address == manager.email


def test_two_letters_never_share_a_token(parts: Parts) -> None:
    """A reply says which of our messages it answers."""
    ready = letters(parts, *(notice("receipt", "customer") for _ in range(50)))
    assert len({each.outbound.message_id for each in ready}) == 50
