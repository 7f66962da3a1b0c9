"""Connections and logins: what hangs is abandoned, what is refused is told apart from what broke."""

import asyncio
import ssl
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from imapclient.exceptions import (  # pyright: ignore[reportMissingTypeStubs] - the names alone are used
    IMAPClientAbortError,
    IMAPClientError,
    IMAPClientReadOnlyError,
    LoginError,
)

from gateway.channels.imap_line import Line
from gateway.channels.imap_login import PasswordLogin, Token, TokenLogin
from gateway.channels.imap_session import (
    ConnectionLost,
    LoginRefused,
    Refused,
    Server,
    Session,
    open_session,
)
from gateway.channels.imap_watch import watch
from tests.channels.fake_imap import FakeSession, line_to

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SERVER = Server("imap.example", 993, tls=True)
USER = "support@vendor.example"


def entered(session: FakeSession, monkeypatch: pytest.MonkeyPatch, server: Server = SERVER) -> list[str]:
    """What was said on the way in."""

    def connect(*_: object) -> Session:
        return session

    monkeypatch.setattr("gateway.channels.imap_session._connect", connect)
    open_session(server, USER, PasswordLogin("pw"), connect=1, read=1)
    return [each[0] for each in session.done]


def test_we_say_who_we_are_after_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    """163, 126 and yeah.net answer "Unsafe Login" to clients that do not (L-73)."""
    assert entered(FakeSession(), monkeypatch) == ["login", "id"]


def test_a_server_that_knows_no_id_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown command is an error to some."""
    assert entered(FakeSession(capabilities=()), monkeypatch) == ["login"]


def test_no_password_travels_unencrypted_to_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """imap:// means STARTTLS; where the server has none, nothing is sent."""
    session = FakeSession(capabilities=())
    with pytest.raises(LoginRefused, match="imaps://"):
        entered(session, monkeypatch, Server("imap.example", 143, tls=False))
    assert [each[0] for each in session.done] == ["closed"]
    encrypted = entered(
        FakeSession(capabilities=("STARTTLS",)), monkeypatch, Server("imap.example", 143, tls=False)
    )
    assert encrypted == ["starttls", "login"]


@pytest.mark.parametrize(
    ("cause", "text", "becomes"),
    [
        (None, "login failed: [AUTHENTICATIONFAILED] wrong", LoginRefused),
        (None, "login failed: [UNAVAILABLE] try later", ConnectionLost),
        (IMAPClientAbortError("EOF"), "EOF", ConnectionLost),
    ],
)
def test_a_refused_login_is_told_from_a_broken_one(
    monkeypatch: pytest.MonkeyPatch, cause: Exception | None, text: str, becomes: type[Exception]
) -> None:
    """The first is an alarm and is tried rarely; the others pass (F16)."""

    class Broken(FakeSession):
        def login(self, username: str, password: str) -> None:
            error = LoginError(text)
            error.__context__ = cause
            raise error

    session = Broken()
    with pytest.raises(becomes):
        entered(session, monkeypatch)
    assert ("closed",) in session.done


def test_a_certificate_that_is_not_valid_yet_is_called_a_question_of_the_clock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody thinks of the clock (F17)."""

    def refuse(*_: object) -> Session:
        error = ssl.SSLCertVerificationError("certificate verify failed")
        error.verify_code, error.verify_message = 9, "certificate is not yet valid"
        raise error

    monkeypatch.setattr("gateway.channels.imap_session._connect", refuse)
    with pytest.raises(ConnectionLost, match="clock"):
        open_session(SERVER, USER, PasswordLogin("pw"), connect=1, read=1)


# --- lines -----------------------------------------------------------------------------------------------------


async def test_a_call_that_hangs_is_abandoned_and_its_thread_ends_by_itself() -> None:
    """imapclient#449: idle_done() that never returns; a new connection must not wait for it (F15, L-75)."""
    session, release = FakeSession(), threading.Event()
    line = await line_to(session)
    with pytest.raises(ConnectionLost, match="no answer"):
        await line.call(0.01, lambda _: release.wait())
    assert line.is_cut
    with pytest.raises(ConnectionLost):
        await line.call(5, lambda each: each.search(["UID", "*"]))
    release.set()
    await asyncio.to_thread(line.thread.join, 30)
    assert not line.thread.is_alive()


async def test_a_connection_that_is_made_after_nobody_waits_any_more_is_closed() -> None:
    """A name server that answers after a minute leaves no connection behind."""
    session, release = FakeSession(), threading.Event()

    def slowly() -> Session:
        release.wait()
        return session

    with pytest.raises(ConnectionLost):
        await Line.open("slow", slowly, 0.01)
    release.set()
    (thread,) = [each for each in threading.enumerate() if each.name == "imap slow"]
    await asyncio.to_thread(thread.join, 30)
    assert ("closed",) in session.done


@pytest.mark.parametrize(
    ("error", "becomes", "goes_on"),
    [
        (IMAPClientError("NO no such folder"), Refused, True),
        (IMAPClientReadOnlyError("INBOX is not writable"), Refused, True),
        (IMAPClientAbortError("EOF"), ConnectionLost, False),
        (TimeoutError("timed out"), ConnectionLost, False),
        (ValueError("invalid literal for int()"), ConnectionLost, False),
    ],
)
async def test_after_anything_but_a_plain_no_the_connection_is_given_up(
    error: Exception, becomes: type[Exception], goes_on: bool
) -> None:
    """What an unexpected answer belongs to nobody knows; a "no" is an answer like another."""
    line = await line_to(FakeSession())

    def fail(_: Session) -> None:
        raise error

    with pytest.raises(becomes):
        await line.call(5, fail)
    assert line.is_cut is not goes_on
    line.cut()


async def test_where_the_server_knows_no_idle_the_poll_is_enough() -> None:
    """QQ may not advertise it (L-73)."""
    session = FakeSession(capabilities=())
    woken = list[bool]()
    await watch("INBOX", lambda: line_to(session), lambda: woken.append(True), renew=1, within=5, again=1)
    assert ("idle",) not in session.done


# --- tokens ----------------------------------------------------------------------------------------------------


class Source:
    """Tokens that live an hour, numbered."""

    def __init__(self, lasts: timedelta = timedelta(hours=1)) -> None:
        self.given = 0
        self.now = NOW
        self._lasts = lasts

    def fetch(self) -> Token:
        """The next one."""
        self.given += 1
        return Token(f"token-{self.given}", self.now, self.now + self._lasts)


def shown(login: TokenLogin, *capabilities: str) -> tuple[Any, ...]:
    """What the server gets to see."""
    session = FakeSession(capabilities=capabilities)
    login.enter(session, USER)
    return session.done[0]


def test_a_token_is_shown_until_shortly_before_it_expires() -> None:
    """Every login asks; few fetch (L-74)."""
    source = Source()
    login = TokenLogin(source, lambda: source.now)
    assert shown(login, "AUTH=XOAUTH2") == ("xoauth2", USER, "token-1")
    source.now += timedelta(minutes=54)
    assert shown(login, "AUTH=XOAUTH2")[2] == "token-1"
    source.now += timedelta(minutes=2)
    assert shown(login, "AUTH=XOAUTH2")[2] == "token-2"


def test_a_token_that_the_server_refused_is_replaced_once() -> None:
    """Revoked before its time; but a login that never had one has nothing newer to show."""
    source = Source()
    login = TokenLogin(source, lambda: source.now)
    assert not login.renew()
    shown(login, "AUTH=XOAUTH2")
    assert login.renew()
    assert shown(login, "AUTH=OAUTHBEARER") == ("oauthbearer", USER, "token-2")
    assert not PasswordLogin("pw").renew()


def test_a_source_that_gives_only_dead_tokens_is_an_alarm() -> None:
    """The chatwoot week: whatever renewed the token has stopped, and nobody knew (L-74)."""
    login = TokenLogin(Source(-timedelta(hours=1)), lambda: NOW)
    with pytest.raises(LoginRefused, match="expired"):
        shown(login, "AUTH=XOAUTH2")


def test_a_server_without_token_logins_says_so() -> None:
    """Better than a riddle in the log."""
    login = TokenLogin(Source(), lambda: NOW)
    with pytest.raises(LoginRefused, match="XOAUTH2"):
        shown(login, "AUTH=PLAIN")


def test_the_age_of_the_token_is_visible_and_its_text_is_not() -> None:
    """L-74: a metric before it is an outage. G19: no secret anywhere."""
    source = Source()
    login = TokenLogin(source, lambda: source.now)
    assert login.figures(NOW) == {"token": "none yet"}
    shown(login, "AUTH=XOAUTH2")
    assert login.figures(NOW + timedelta(minutes=10)) == {
        "token_age_seconds": 600,
        "token_expires_in_seconds": 3000,
    }
    assert "token-" not in repr(source.fetch())
