"""The IMAP channel at a real Dovecot, over a wire that fails: nothing is lost, nothing comes twice (R7)."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, cast

import pytest

from gateway.channels.imap_folder import After
from gateway.channels.imap_login import Token, TokenLogin
from gateway.errors import StorageFull
from tests.channels.faulty_wire import FaultyWire
from tests.channels.mailbox_bench import QUICK, Desk, letters, mailbox, reading, subjects, until
from tests.dovecot import Dovecot, running_dovecot, token

_USERS = count(1)
CHINESE = "客户来信/华东 2026"


@pytest.fixture(scope="module")
def dovecot() -> Generator[Dovecot]:
    """One server; every test has a mailbox of its own in it."""
    with running_dovecot() as server:
        yield server


@pytest.fixture
def user() -> str:
    """A mailbox that nobody has touched."""
    return f"support{next(_USERS)}@vendor.example"


async def test_idle_tells_of_new_mail_while_the_poll_sleeps(dovecot: Dovecot, user: str) -> None:
    """With a poll once an hour, what comes within seconds came by IDLE (F15)."""
    desk = Desk()
    asleep = replace(QUICK, poll=3600)
    async with FaultyWire(dovecot.imap) as wire, reading(mailbox(wire.port, user, patience=asleep), desk):
        for number, letter in enumerate(letters(2), start=1):
            await until("IDLE", lambda: wire.idling)
            dovecot.deliver(user, letter)
            await until("the letter", lambda number=number: len(desk.kept) == number)
    assert desk.words() == subjects(2)


async def test_the_poll_finds_new_mail_when_idle_has_died_in_silence(dovecot: Dovecot, user: str) -> None:
    """imapclient#349, #449, #565: no error, no sign, no news; nothing may depend on IDLE (F15)."""
    desk = Desk()
    async with FaultyWire(dovecot.imap) as wire, reading(mailbox(wire.port, user), desk):
        await until("IDLE", lambda: wire.idling)
        assert wire.silence(only_idle=True) == 1
        dovecot.deliver(user, *letters(1))
        await until("the letter", lambda: desk.kept)


async def test_a_connection_that_falls_silent_is_given_up_and_made_anew(dovecot: Dovecot, user: str) -> None:
    """The poll's own call hangs: its limit ends it, and a new login finds the mail (F15)."""
    desk = Desk()
    impatient = replace(QUICK, call=0.5, connect=0.5)
    box = partial(mailbox, user=user, patience=impatient)
    async with FaultyWire(dovecot.imap) as wire, reading(box(wire.port), desk) as reader:
        await until("the first look", lambda: reader.health()["last_look"])
        wire.silence()
        dovecot.deliver(user, *letters(1))
        await until("the letter", lambda: desk.kept)
        await until("health", lambda: reader.health()["why"] is None)


async def test_a_connection_cut_in_the_middle_of_a_message_costs_nothing(dovecot: Dovecot, user: str) -> None:
    """The half of a message is thrown away, the rest is fetched again; 20 of 20 once each, in their order (F10)."""
    desk = Desk()
    sent = letters(20, size=2000)
    dovecot.deliver(user, *sent)
    async with FaultyWire(dovecot.imap) as wire:
        wire.cut_when = lambda said: wire.cuts == 0 and b"letter 7" in said
        async with reading(mailbox(wire.port, user), desk):
            await until("every letter", lambda: len(desk.kept) == len(sent))
        assert wire.cuts == 1
    assert desk.words() == subjects(20)


async def test_a_message_that_kills_every_connection_holds_up_no_other(dovecot: Dovecot, user: str) -> None:
    """It is tried alone from then on, less and less often, and shown as unreadable (L-67)."""
    desk = Desk()
    dovecot.deliver(user, *letters(4))
    async with FaultyWire(dovecot.imap) as wire:
        wire.cut_when = lambda said: b"letter 1" in said
        async with reading(mailbox(wire.port, user), desk) as reader:
            await until("the others", lambda: len(desk.kept) == 3)
            dovecot.deliver(user, *letters(1, first=4))
            await until("one more", lambda: len(desk.kept) == 4)
            assert reader.health()["unreadable"] == 1
    assert desk.words() == ["letter 0", "letter 2", "letter 3", "letter 4"]


async def test_new_uids_for_every_message_bring_no_message_twice(dovecot: Dovecot, user: str) -> None:
    """A restored backup, a moved mailbox: all is looked at again, and all but the new one is known (F11)."""
    desk = Desk()
    dovecot.deliver(user, *letters(5))
    async with reading(mailbox(dovecot.imap, user), desk):
        await until("five letters", lambda: len(desk.kept) == 5)
    dovecot.forget_uids(user)
    dovecot.deliver(user, *letters(1, first=5))
    async with reading(mailbox(dovecot.imap, user), desk):
        await until("the sixth", lambda: len(desk.kept) == 6)
    assert desk.deliveries == 11
    assert desk.words() == subjects(6)


async def test_new_uids_under_an_open_connection_cost_no_more_than_a_new_one(
    dovecot: Dovecot, user: str
) -> None:
    """Dovecot answers every SELECT there with "Mailbox was deleted under us", until the connection ends (F11)."""
    desk = Desk()
    dovecot.deliver(user, *letters(5))
    async with reading(mailbox(dovecot.imap, user), desk) as reader:
        await until("five letters", lambda: len(desk.kept) == 5)
        await until("a round", lambda: reader.health()["last_look"])
        dovecot.forget_uids(user)
        dovecot.deliver(user, *letters(1, first=5))
        await until("the sixth", lambda: len(desk.kept) == 6)
        await until("health", lambda: reader.health()["why"] is None)
    assert desk.words() == subjects(6)


async def test_a_restart_goes_on_where_it_was(dovecot: Dovecot, user: str) -> None:
    """What came while nobody looked is read, and nothing is read again (L-64)."""
    desk = Desk()
    dovecot.deliver(user, *letters(2))
    async with reading(mailbox(dovecot.imap, user), desk):
        await until("two letters", lambda: '"last_uid":2' in "".join(desk.bookmarks.values()))
    dovecot.deliver(user, *letters(2, first=2))
    async with reading(mailbox(dovecot.imap, user), desk):
        await until("four letters", lambda: len(desk.kept) == 4)
    assert desk.deliveries == 4


async def test_a_mail_that_a_person_has_already_read_is_seen_all_the_same(
    dovecot: Dovecot, user: str
) -> None:
    """A colleague in webmail sets \\Seen; we count UIDs (L-63, F14). And our own reading sets no flag."""
    desk = Desk()
    dovecot.deliver(user, *letters(2))
    with dovecot.person(user) as person:
        person.select_folder("INBOX", False)
        person.add_flags([1], [r"\Seen"], silent=True)
    async with reading(mailbox(dovecot.imap, user), desk):
        await until("both letters", lambda: len(desk.kept) == 2)
    unread = [flags for flags in dovecot.flags(user, "INBOX") if b"\\Seen" not in flags]
    assert len(unread) == 1


async def test_mail_is_moved_once_it_is_ours_and_not_before(dovecot: Dovecot, user: str) -> None:
    """The folder is made where it is missing; what cannot be kept stays where it is (F5, F14)."""
    desk = Desk(trouble=[StorageFull("no room")])
    moving = mailbox(dovecot.imap, user, after=After(move="已受理"))
    dovecot.deliver(user, *letters(3))
    async with reading(moving, desk) as reader:
        await until("three letters", lambda: len(desk.kept) == 3)
        await until("a round after the move", lambda: reader.health()["last_look"])
        assert len(dovecot.flags(user, "已受理")) == 3
    assert dovecot.flags(user, "INBOX") == []
    assert sorted(desk.words()) == subjects(3)


async def test_mail_is_marked_once_it_is_ours(dovecot: Dovecot, user: str) -> None:
    """For those who want to see in their mail program what the gateway has."""
    desk = Desk()
    dovecot.deliver(user, *letters(2))
    async with reading(mailbox(dovecot.imap, user, after=After(flag="$Kept")), desk):
        await until("the marks", lambda: all(b"$Kept" in each for each in dovecot.flags(user, "INBOX")))
    assert len(desk.kept) == 2


async def test_a_letter_in_two_folders_is_one_message(dovecot: Dovecot, user: str) -> None:
    """A rule copies it, a person drags it back: the same digest, no second case (F12)."""
    desk = Desk()
    with dovecot.person(user) as person:
        person.create_folder(CHINESE)
    dovecot.deliver(user, *letters(2))
    async with reading(mailbox(dovecot.imap, user, folders=("INBOX", CHINESE)), desk):
        await until("both letters", lambda: len(desk.kept) == 2)
        with dovecot.person(user) as person:
            person.select_folder("INBOX", False)
            person.copy([1], CHINESE)
        await until("the copy", lambda: desk.deliveries == 3)
    assert desk.words() == subjects(2)


async def test_folders_are_named_as_people_see_them(dovecot: Dovecot, user: str) -> None:
    """Chinese characters and blanks; the wire's modified UTF-7 is nobody's business (L-72)."""
    desk = Desk()
    with dovecot.person(user) as person:
        person.create_folder(CHINESE)
    dovecot.deliver(user, *letters(1))
    with dovecot.person(user) as person:
        person.select_folder("INBOX", False)
        person.move([1], CHINESE)
    async with reading(mailbox(dovecot.imap, user, folders=(CHINESE,)), desk):
        await until("the letter", lambda: desk.kept)
    assert desk.kept[0][0].source == "imap:support"


async def test_a_folder_that_cannot_be_opened_holds_up_no_other(dovecot: Dovecot, user: str) -> None:
    """Misspelt, deleted or forbidden: the health page names it; the others are read, and watched (L-76)."""
    desk = Desk()
    dovecot.deliver(user, *letters(1))
    box = partial(mailbox, user=user, folders=("不存在", "INBOX"))
    async with FaultyWire(dovecot.imap) as wire, reading(box(wire.port), desk) as reader:
        await until("the letter", lambda: desk.kept)
        await until("IDLE", lambda: wire.idling)
        why = "folder 不存在 cannot be read"
        await until("the reason", lambda: reader.health()["why"] == why)


async def test_a_folder_that_cannot_be_opened_costs_no_login(dovecot: Dovecot, user: str) -> None:
    """Providers lock out who logs in too often: one connection polls, one watches the folder that is there (L-73)."""
    desk = Desk()
    box = partial(mailbox, user=user, folders=("不存在", "INBOX"))
    async with FaultyWire(dovecot.imap) as wire, reading(box(wire.port), desk):
        await until("IDLE", lambda: wire.idling)
        await until("twenty rounds", lambda: desk.looks >= 20)
        assert wire.connections == 2


async def test_a_letter_that_is_too_large_leaves_its_head_and_the_reason(dovecot: Dovecot, user: str) -> None:
    """Sender and subject make a case; the whole lies in the mailbox, and is not fetched for ever (L-79)."""
    desk = Desk()
    dovecot.deliver(user, *letters(1, size=200_000), *letters(1, first=1))
    async with reading(mailbox(dovecot.imap, user), desk):
        await until("both letters", lambda: len(desk.kept) == 2)
    assert sorted(desk.words()) == subjects(2)
    (head,) = [raw for _, raw in desk.kept if b"Subject: letter 0\r\n" in raw]
    assert len(head) < 3000
    assert "邮件过大" in head.decode()
    assert b"zhou.min@customer.example" in head


async def test_the_envelope_is_what_the_delivering_server_wrote_above_the_mail(
    dovecot: Dovecot, user: str
) -> None:
    """Return-Path and Delivered-To, not what the sender claims (L-51)."""
    desk = Desk()
    dovecot.deliver(user, *letters(1), sender="bounces@lists.example")
    async with reading(mailbox(dovecot.imap, user), desk):
        await until("the letter", lambda: desk.kept)
    envelope = desk.kept[0][0]
    assert (envelope.mail_from, envelope.recipients) == ("bounces@lists.example", (user,))


class Tokens:
    """A source of tokens whose lives a test decides; it counts how often it was asked."""

    def __init__(self, user: str, *lives: timedelta) -> None:
        self._user = user
        self._lives = list(lives)
        self.given = 0

    def fetch(self) -> Token:
        """The next token; the last one again and again."""
        life = self._lives[min(self.given, len(self._lives) - 1)]
        self.given += 1
        now = datetime.now(UTC)
        # What we believe of its life may be wrong: then the server's refusal must be enough.
        return Token(token(self._user, lasts=life), now, None)


async def test_a_token_that_expires_is_replaced_and_no_mail_is_missed(dovecot: Dovecot, user: str) -> None:
    """The first is already dead when shown; the second lives; no person is needed (F16, L-74)."""
    desk = Desk()
    source = Tokens(user, -timedelta(hours=1), timedelta(hours=1))
    login = TokenLogin(source, lambda: datetime.now(UTC))
    dovecot.deliver(user, *letters(1))
    async with reading(mailbox(dovecot.imap, user, login=login), desk) as reader:
        await until("the letter", lambda: desk.kept)
        assert source.given == 2
        assert "token_age_seconds" in reader.health()


async def test_an_open_session_outlives_its_token_and_the_next_one_has_a_new_token(
    dovecot: Dovecot, user: str
) -> None:
    """The connection breaks an hour later: the token that was good then is not shown again (F16)."""
    desk = Desk()
    at = [datetime.now(UTC)]
    source = Tokens(user, timedelta(hours=1))
    login = TokenLogin(_Expiring(source, at), lambda: at[0])
    async with (
        FaultyWire(dovecot.imap) as wire,
        reading(mailbox(wire.port, user, login=login), desk) as reader,
    ):
        await until("the first look", lambda: reader.health()["last_look"])
        assert source.given == 1
        at[0] += timedelta(hours=2)
        wire.cut()
        dovecot.deliver(user, *letters(1))
        await until("the letter", lambda: desk.kept)
    assert source.given == 2


class _Expiring:
    """The same tokens, each known to be good for an hour from when it was given."""

    def __init__(self, source: Tokens, at: list[datetime]) -> None:
        self._source = source
        self._at = at

    def fetch(self) -> Token:
        """With its end."""
        return replace(self._source.fetch(), made_at=self._at[0], expires_at=self._at[0] + timedelta(hours=1))


async def test_a_login_that_is_refused_is_an_alarm_at_once_and_recovers_by_itself(
    dovecot: Dovecot, user: str
) -> None:
    """Shown as failing with the first refusal; when the tokens are good again, so is the mailbox (F16)."""
    desk = Desk()
    source = Tokens(user, *[-timedelta(hours=1)] * 3, timedelta(hours=1))
    login = TokenLogin(source, lambda: datetime.now(UTC))
    dovecot.deliver(user, *letters(1))
    async with reading(mailbox(dovecot.imap, user, login=login), desk) as reader:
        await until("the alarm", lambda: not reader.health()["ok"])
        assert reader.health()["why"] == "login refused"
        await until("the letter", lambda: desk.kept)
        await until("health", lambda: reader.health()["ok"])


async def test_what_lay_there_long_before_the_first_look_is_left_alone(dovecot: Dovecot, user: str) -> None:
    """Attaching an old mailbox must not acknowledge years of mail; what came today is answered."""
    desk = Desk()
    with dovecot.person(user) as person:
        long_ago = datetime.now(UTC) - timedelta(days=30)
        cast("Any", person).append("INBOX", letters(1)[0], msg_time=long_ago)
    dovecot.deliver(user, *letters(1, first=1))
    async with reading(mailbox(dovecot.imap, user), desk):
        await until("the new letter", lambda: desk.kept)
    assert desk.words() == ["letter 1"]
