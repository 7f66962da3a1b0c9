"""Mail out through a relay that misbehaves: late, refused or in doubt, but never lost and never another mail."""

import sqlite3
from pathlib import Path

from tests.end_to_end.sink import Sink
from tests.gateway_process import GatewayProcess, Letter, everybody_on_duty, running, until
from tests.house import HE_LAN, ZHOU, mail

FAULT = "堡垒机无法登录，十几名运维人员受影响。\n周敏\n青山农村商业银行股份有限公司"

LETTERS = 5
"""To engineer, desk, service manager, quality (P-24 … P-26) and the customer."""


def write(gateway: GatewayProcess) -> str:
    """A customer's mail; its Message-ID."""
    raw = mail(ZHOU, FAULT)
    gateway.send(raw, ZHOU)
    return Letter(raw).message_id


def hurry(gateway: GatewayProcess) -> None:
    """Make every stored pause end now, by a restart: the clock of a real process cannot be set."""
    gateway.kill()
    with sqlite3.connect(gateway.folder / "gateway.db") as database:
        database.execute(
            "UPDATE outbox SET next_attempt = '2000-01-01 00:00:00.000000' WHERE state IN ('waiting', 'attempting')"
        )
    database.close()
    gateway.start()


def test_mail_leaves_through_the_relay_once(tmp_path: Path) -> None:
    """The whole letter, to one recipient at a time."""
    with Sink() as sink, running(tmp_path, channels__relay__url=sink.url) as gateway:
        mark = write(gateway)
        until("the acknowledgement", lambda: sink.to(ZHOU))
        (taken,) = sink.to(ZHOU)
        assert taken.recipients == (ZHOU,)
        assert Letter(taken.raw).in_reply_to == mark
        hurry(gateway)
        assert len(sink.to(ZHOU)) == 1, "what the relay confirmed is never sent again (G7)"


def test_a_relay_that_is_down_only_delays(tmp_path: Path) -> None:
    """The customer's mail is kept and taken in; the answer leaves when the relay is back (F19)."""
    sink = Sink()
    sink.up()
    sink.down()
    with running(tmp_path, channels__relay__url=sink.url, delivery__back_off_minutes="[0]") as gateway:
        write(gateway)
        until("a deferral", lambda: gateway.logged("notice_deferred"))
        assert len(gateway.cases()) == 1
        sink.up()
        until("the acknowledgement", lambda: sink.to(ZHOU))
    sink.down()


def test_a_relay_that_says_never_makes_a_person_hear_of_it(tmp_path: Path) -> None:
    """No retry; shown as failed (F20)."""
    with Sink("refuse") as sink, running(tmp_path, channels__relay__url=sink.url) as gateway:
        write(gateway)
        until(
            "the first reply's refusal",
            lambda: "first_reply" in {line["notice"] for line in gateway.logged("notice_failed")},
        )
        (case,) = gateway.cases()
        states = [
            (each["notice"], each["state"]) for each in gateway.messages(case["number"]) if "notice" in each
        ]
        assert ("first_reply", "failed") in states
        assert sink.taken == []


def test_a_relay_that_breaks_after_the_dot_gets_the_same_bytes_again(tmp_path: Path) -> None:
    """Nobody knows whether it arrived: same Message-ID, same bytes, so that it can be known as one (F22, G8)."""
    with (
        Sink("break_after_dot") as sink,
        running(tmp_path, channels__relay__url=sink.url, delivery__in_doubt_minutes="0") as gateway,
    ):
        write(gateway)
        until("doubt", lambda: sink.to(ZHOU))
        sink.behaviour = "take"
        until("the attempt that is answered", lambda: [taken for taken in sink.to(ZHOU) if taken.answered])
        one, two = sink.to(ZHOU)[0], sink.to(ZHOU)[-1]
        assert not one.answered
        assert one.raw == two.raw
        assert Letter(one.raw).message_id == Letter(two.raw).message_id


def test_killed_while_the_relay_was_answering_the_same_bytes_go_once_more(tmp_path: Path) -> None:
    """The row said "attempting" before the first byte left (F25, F28)."""
    settings = {"directory__file": everybody_on_duty(tmp_path)}
    with (
        Sink("refuse_later") as sink,
        running(tmp_path, channels__relay__url=sink.url, **settings) as gateway,
    ):
        write(gateway)
        until("the first attempts", lambda: sink.asked >= LETTERS)
        until("their deferral", lambda: len(gateway.logged("notice_deferred")) >= LETTERS)
        gateway.kill()
        with sqlite3.connect(tmp_path / "gateway.db") as database:
            in_hand = database.execute("UPDATE outbox SET state = 'attempting'").rowcount
        database.close()
        sink.behaviour = "take"
        gateway.start()
        assert gateway.logged("deliveries_in_doubt")[0]["count"] == in_hand >= LETTERS
        assert not sink.to(HE_LAN), "not before the relay's own time-out (RFC 1047)"
        hurry(gateway)
        until("the letters", lambda: sink.to(ZHOU) and sink.to(HE_LAN))
