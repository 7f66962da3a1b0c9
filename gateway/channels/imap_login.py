"""Showing a mail server who we are: by password, or by a token that is renewed before it expires (L-74, F16).

Everything here blocks and runs in a connection's thread; the connections of one mailbox share a login, hence the lock.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from gateway.channels.imap_session import LoginRefused, Session

MARGIN = timedelta(minutes=5)
"""A token that expires sooner is not shown any more."""


class PasswordLogin:
    """User and password, which the owner changes."""

    def __init__(self, password: str) -> None:
        self._password = password

    def enter(self, session: Session, user: str) -> None:
        """Log in."""
        session.login(user, self._password)

    def renew(self) -> bool:
        """The same password would be refused again."""
        return False

    def figures(self, now: datetime) -> Mapping[str, object]:
        """Nothing worth showing."""
        return {}


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, when it was made, and when it expires, where that is known."""

    text: str = field(repr=False)
    made_at: datetime
    expires_at: datetime | None


class TokenSource(Protocol):
    """Where tokens come from."""

    def fetch(self) -> Token:
        """The newest token; blocks. Raises LoginRefused with what its owner can do."""
        ...


class TokenLogin:
    """XOAUTH2, or OAUTHBEARER (RFC 7628) where the server offers only that."""

    def __init__(self, source: TokenSource, now: Callable[[], datetime]) -> None:
        self._source = source
        self._now = now
        self._token: Token | None = None
        self._lock = threading.Lock()

    def enter(self, session: Session, user: str) -> None:
        """Log in with a token that is still good. Raises LoginRefused when there is none."""
        token = self._good_token()
        if session.has_capability("AUTH=XOAUTH2"):
            session.oauth2_login(user, token)
        elif session.has_capability("AUTH=OAUTHBEARER"):
            session.oauthbearer_login(user, token)
        else:
            raise LoginRefused("the server takes no tokens: it offers neither XOAUTH2 nor OAUTHBEARER")

    def renew(self) -> bool:
        """A token that the server refused is forgotten; another one may be taken."""
        with self._lock:
            had_one, self._token = self._token is not None, None
        return had_one

    def figures(self, now: datetime) -> Mapping[str, object]:
        """Age and remaining life of the token last shown, in seconds."""
        token = self._token
        if token is None:
            return {"token": "none yet"}
        left = token.expires_at - now if token.expires_at is not None else None
        return {
            "token_age_seconds": round((now - token.made_at).total_seconds()),
            "token_expires_in_seconds": round(left.total_seconds()) if left is not None else None,
        }

    def _good_token(self) -> str:
        with self._lock:
            if self._token is None or _expires_by(self._token, self._now() + MARGIN):
                self._token = self._source.fetch()
            if _expires_by(self._token, self._now()):
                raise LoginRefused("the newest token has expired: whatever renews it does so no longer")
            return self._token.text


def _expires_by(token: Token, moment: datetime) -> bool:
    return token.expires_at is not None and token.expires_at <= moment
