"""Delivery: sent once, tried again when that may help, given up aloud, and never lost between the two."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.errors import DeliveryError, StorageUnavailable
from gateway.messages import Parcel
from gateway.ports import Work
from gateway.responders import delivery
from gateway.responders.delivery import Patience
from gateway.storage.tables import outbox
from gateway.storage.work import DatabaseWork
from tests.house import FAULT, HE_LAN, ZHOU, House, mail

PASSING = DeliveryError("451 try later", permanent=False)
FINAL = DeliveryError("550 no such user", permanent=True)
DOUBT = DeliveryError("the line broke after the dot", permanent=False, in_doubt=True)
TO_STAFF = 4
"""Engineer, desk, service manager and quality (P-24 … P-26): their letters leave before the customer's."""
LETTERS = TO_STAFF + 1


async def owed(house: House) -> str:
    """A case whose letters are owed and not yet sent: four colleagues and the customer get one each."""
    await house.keep(mail(ZHOU, FAULT))
    (outcome,) = await house.intake.turn()
    assert outcome.case_number
    return outcome.case_number


def rows(house: House) -> dict[str, tuple[str, int, int]]:
    """(state, attempts, in_doubt) by recipient."""
    with house.engine.connect() as connection:
        found = connection.execute(
            select(outbox.c.recipient, outbox.c.state, outbox.c.attempts, outbox.c.in_doubt)
        )
        return {row.recipient: (row.state, row.attempts, row.in_doubt) for row in found}


async def test_a_letter_that_left_is_sent_and_the_promise_met_in_one_step(house: House) -> None:
    """The gateway's own duty is met when the relay has accepted it, not when it was wished for (P-30)."""
    number = await owed(house)
    first = house.case(number).commitment("first_reply")
    assert first is not None
    assert first.state == "running"
    await house.settle()
    first = house.case(number).commitment("first_reply")
    assert first is not None
    assert (first.state, first.ended_at) == ("met", house.clock.now())
    assert set(rows(house).values()) == {("sent", 1, 0)}


async def test_the_row_is_marked_before_the_first_byte_leaves(house: House) -> None:
    """So that a crash in between is known as doubt (F28)."""
    await owed(house)
    seen: list[str] = []
    send = house.outgoing.send

    async def looking(parcel: Parcel) -> str:
        seen.append(rows(house)[parcel.recipient][0])
        return await send(parcel)

    house.outgoing.send = looking  # type: ignore[method-assign] - a channel that looks at the database
    await house.settle()
    assert seen == ["attempting"] * LETTERS


async def test_a_passing_refusal_is_tried_again_after_the_stored_pauses(house: House) -> None:
    """1, 2, 5 minutes and on; a restart does not shorten them (F19)."""
    await owed(house)
    house.outgoing.trouble = [PASSING] * LETTERS
    await house.settle()
    assert house.letters() == []
    assert set(rows(house).values()) == {("waiting", 1, 0)}
    house.clock.pass_(seconds=59)
    await house.settle()
    assert house.letters() == []
    house.clock.pass_(seconds=1)
    await house.settle()
    assert len(house.letters()) == LETTERS


def test_pauses_grow_and_the_last_one_repeats() -> None:
    """The owner's row of config.toml."""
    patience = Patience([timedelta(minutes=1), timedelta(minutes=5)], timedelta(minutes=10))
    assert [patience.pause(attempts).seconds // 60 for attempts in (1, 2, 3, 50)] == [1, 5, 5, 5]


async def test_a_final_refusal_is_given_up_at_once_and_shown_to_a_person(house: House) -> None:
    """No retry; the case goes on; the desk is told, and the desk's own failure is told to somebody else (F20, G9)."""
    number = await owed(house)
    house.outgoing.trouble = [*[PASSING] * TO_STAFF, FINAL]
    await house.settle()
    assert rows(house)[ZHOU] == ("failed", 1, 0)
    assert "notice_failed" in house.happened(number)
    told = house.letters(HE_LAN, "notice_failed")
    assert len(told) == 1
    assert "550 no such user" in told[0].text
    await house.wait(hours=1)
    assert not house.letters(notice="first_reply")


async def test_what_cannot_be_delivered_in_its_lifetime_is_given_up_aloud(house: House) -> None:
    """A relay dead for longer than that must not hide what was never said (G9)."""
    number = await owed(house)
    house.outgoing.trouble = [PASSING] * 100_000
    house.clock.pass_(days=5)
    await house.delivery.turn()
    house.outgoing.trouble = []
    await house.settle()
    assert not house.letters(notice="first_reply")
    assert "notice_failed" in house.happened(number)
    assert house.letters(notice="notice_failed")


async def test_a_failure_to_tell_of_a_failure_makes_no_further_notice(house: House) -> None:
    """Notices about notices do not multiply (L-2)."""
    await owed(house)
    house.outgoing.trouble = [FINAL] * 1000
    for _ in range(5):
        await house.settle()
        house.clock.pass_(hours=1)
    with house.engine.connect() as connection:
        failed = [row.notice for row in connection.execute(select(outbox.c.notice))]
    assert failed.count("notice_failed") == len(failed) / 2, "one for each letter of another kind"


async def test_what_is_in_doubt_goes_out_again_as_the_same_bytes_after_a_pause(house: House) -> None:
    """The relay may have taken it: same Message-ID, so that it can be known as one (F22, G8, L-19)."""
    await owed(house)
    house.outgoing.trouble = [DOUBT] * LETTERS
    await house.settle()
    assert set(rows(house).values()) == {("waiting", 1, 1)}
    house.clock.pass_(minutes=9, seconds=59)
    await house.delivery.turn()
    assert len(house.letters(ZHOU)) == 1
    house.clock.pass_(seconds=1)
    await house.delivery.turn()
    one, two = house.letters(ZHOU, "first_reply")
    assert one.parcel.raw == two.parcel.raw
    assert one.message_id == two.message_id


async def test_a_fault_inside_a_channel_is_doubt_and_stops_nobody_else(house: House) -> None:
    """Whether it left is anybody's guess."""
    await owed(house)
    house.outgoing.trouble = [RuntimeError("a bug in a driver")]
    await house.delivery.turn()
    assert sorted(rows(house).values()) == [*[("sent", 1, 0)] * TO_STAFF, ("waiting", 1, 1)]


async def test_a_letter_for_a_channel_that_is_gone_is_given_up_aloud(house: House) -> None:
    """The owner switched it off while letters waited."""
    await owed(house)
    with house.engine.begin() as connection:
        connection.execute(outbox.update().where(outbox.c.recipient == ZHOU).values(channel="telegraph"))
    await house.settle()
    assert rows(house)[ZHOU][0] == "failed"
    assert house.letters(HE_LAN, "notice_failed")


async def test_what_left_but_could_not_be_written_down_is_written_at_the_next_turn(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away for a moment: the mail must not go out again (G7), nor be forgotten till a restart."""
    number = await owed(house)

    def away(*_: object) -> None:
        raise StorageUnavailable("locked")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseWork, "delivered", away)
        await house.delivery.turn()
        assert {state for state, _, _ in rows(house).values()} == {"attempting"}
        assert house.delivery.in_hand == LETTERS
    await house.settle()
    assert set(rows(house).values()) == {("sent", 1, 0)}
    assert len(house.outgoing.parcels) == LETTERS
    first = house.case(number).commitment("first_reply")
    assert first is not None
    assert first.state == "met"


async def test_the_log_tells_of_a_refusal_only_when_it_is_written_down(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads "notice_failed" and looks at the case must find it there."""
    await owed(house)
    house.outgoing.trouble = [FINAL]
    written: list[int] = []

    class Looking:
        """A log that counts, at each refusal it hears of, those that the database knows."""

        def warning(self, event: str, **_facts: object) -> None:
            if event == "notice_failed":
                written.append([state for state, _, _ in rows(house).values()].count("failed"))

        def info(self, _event: str, **_facts: object) -> None:
            """Deliveries are another test's business."""

    monkeypatch.setattr(delivery, "log", Looking())
    await house.settle()
    assert written == [1]


async def test_what_was_refused_while_the_database_was_away_is_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two faults at once are one delay and no loss."""
    await owed(house)
    house.outgoing.trouble = [PASSING] * LETTERS

    def away(*_: object, **__: object) -> None:
        raise StorageUnavailable("locked")

    with monkeypatch.context() as patch:
        patch.setattr(DatabaseWork, "deferred", away)
        await house.delivery.turn()
    await house.settle()
    house.clock.pass_(minutes=1)
    await house.settle()
    assert len(house.letters()) == LETTERS


async def test_a_fault_of_ours_in_the_step_does_not_send_the_mail_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has left: that much is written down, whatever the case makes of it (G7)."""
    await owed(house)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(delivery.steps, "advance", broken)
        await house.delivery.turn()
        await house.delivery.finish(30)
    assert set(rows(house).values()) == {("sent", 1, 0)}
    await house.store.run(lambda work: work.revive_attempts(house.clock.now(), house.clock.now()))
    await house.settle()
    assert len(house.outgoing.parcels) == LETTERS


async def test_a_slow_relay_does_not_hold_up_the_others_nor_the_clock(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One letter stuck in the relay; the turn ends and the next one sends what is new (F23)."""
    monkeypatch.setattr(delivery, "GLANCE_SECONDS", 1)
    await owed(house)
    go_on = asyncio.Event()
    send = house.outgoing.send

    async def stuck_for_the_customer(parcel: Parcel) -> str:
        if parcel.recipient == ZHOU and not go_on.is_set():
            await go_on.wait()
        return await send(parcel)

    house.outgoing.send = stuck_for_the_customer  # type: ignore[method-assign] - a relay with a slow queue
    assert await house.loop.turn()
    assert house.delivery.in_hand == 1
    house.clock.pass_(minutes=20)
    assert await house.loop.turn(), "the engineer is asked for a line for the second reply all the same"
    assert house.letters(notice="update_prompt")
    go_on.set()
    await house.settle()
    assert len(house.letters(ZHOU)) == 1


async def test_finishing_waits_for_what_is_in_hand(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGTERM makes no doubt where a moment's patience avoids it (F42)."""
    monkeypatch.setattr(delivery, "GLANCE_SECONDS", 0)
    await owed(house)
    await house.delivery.turn()
    await house.delivery.finish(30)
    assert house.delivery.in_hand == 0
    assert set(rows(house).values()) == {("sent", 1, 0)}


async def test_letters_of_many_cases_leave_without_the_turn_growing_beyond_its_share(house: House) -> None:
    """A storm of mails is sent share by share."""
    for number in range(20):
        await house.keep(mail(ZHOU, f"{FAULT}{number}"))
    while await house.intake.turn():
        pass
    assert await house.delivery.turn() == delivery.CLAIM
    await house.settle()
    assert len(house.letters(ZHOU)) == 20


async def test_nothing_leaves_before_its_step_is_durable(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that was rolled back says nothing (ARCHITECTURE "Decided")."""

    def broken(self: Work, *_: object, **__: object) -> None:
        raise RuntimeError

    await house.keep(mail(ZHOU, FAULT))
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseWork, "settle", broken)
        await house.intake.turn()
    await house.settle()
    assert house.letters() == []
