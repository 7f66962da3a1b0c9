"""Where access tokens come from: a file or a command of the owner's, Microsoft 365, Google (L-74).

The libraries of Microsoft and Google are extras, imported when a mailbox needs one. Tokens are never logged, and
neither is what a token endpoint or a command says beside them: only what kind of answer it was.
"""

import base64
import binascii
import functools
import importlib
import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from gateway.channels.imap_login import Token
from gateway.channels.imap_session import LoginRefused

PATIENCE_SECONDS = 15.0
"""What a token endpoint or a command may take: less than a whole login (`Patience.connect`), so that it is named."""

MICROSOFT_SCOPE = "https://outlook.office365.com/.default"
GOOGLE_SCOPE = "https://mail.google.com/"


class TokenFile:
    """A file that something else keeps fresh: the token alone, or JSON with access_token and expires_at/expires_in."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def fetch(self) -> Token:
        """What the file says now; made when it was last written."""
        try:
            text = self._path.read_text(encoding="utf-8")
            made_at = datetime.fromtimestamp(self._path.stat().st_mtime, UTC)
        except (OSError, UnicodeDecodeError) as error:
            raise LoginRefused(f"the token file cannot be read: {type(error).__name__}") from None
        return read_token(text, made_at)


class TokenCommand:
    """A program that prints a token, as TokenFile has it; run without a shell."""

    def __init__(self, command: Sequence[str], now: Callable[[], datetime]) -> None:
        self._command = command
        self._now = now

    def fetch(self) -> Token:
        """What it prints. Raises LoginRefused when it fails, hangs or prints nothing."""
        try:
            done = subprocess.run(  # noqa: S603 - the owner's own command, from config.toml, without a shell
                self._command,
                capture_output=True,
                check=True,
                timeout=PATIENCE_SECONDS,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.CalledProcessError as error:
            raise LoginRefused(f"the token command ended with {error.returncode}") from None
        except (OSError, subprocess.TimeoutExpired) as error:
            raise LoginRefused(f"the token command did not run: {type(error).__name__}") from None
        return read_token(done.stdout.decode("utf-8", "replace"), self._now())


class MicrosoftTokens:
    """Microsoft 365 for a registered application, by client credentials; nobody need be logged in anywhere.

    `http` is msal's own client unless a test brings another.
    """

    def __init__(
        self, tenant: str, client_id: str, secret: str, now: Callable[[], datetime], http: object = None
    ) -> None:
        self._authority = f"https://login.microsoftonline.com/{tenant}"
        self._client_id = client_id
        self._secret = secret
        self._now = now
        self._http = http

    def fetch(self) -> Token:
        """A new one: the application object is made anew, since it would repeat a token that was refused."""
        msal = _extra("msal", "oauth-microsoft")
        asked = self._now()
        try:
            application = msal.ConfidentialClientApplication(
                self._client_id,
                client_credential=self._secret,
                authority=self._authority,
                http_client=self._http,
                timeout=None if self._http is not None else PATIENCE_SECONDS,
            )
            answer = application.acquire_token_for_client(scopes=[MICROSOFT_SCOPE])
        except Exception as error:  # noqa: BLE001 - msal lets its HTTP library's and its own errors through
            raise LoginRefused(f"Microsoft's token service cannot be asked: {type(error).__name__}") from None
        if "access_token" not in answer:
            raise LoginRefused(f"Microsoft gives no token: {answer.get('error', 'no reason given')}")
        return _token(cast("Mapping[str, object]", answer), asked)


class GoogleTokens:
    """Google: a service account that acts for `user`, or an authorised user's refresh token, as its JSON file says.

    `http` is google-auth's own transport unless a test brings another.
    """

    def __init__(self, file: Path, user: str, now: Callable[[], datetime], http: object = None) -> None:
        self._file = file
        self._user = user
        self._now = now
        self._http = http

    def fetch(self) -> Token:
        """A new one."""
        asked = self._now()
        errors = _extra("google.auth.exceptions", "oauth-google")
        try:
            credentials = self._credentials()
            credentials.refresh(self._http or _google_transport())
        except (OSError, ValueError, errors.GoogleAuthError) as error:
            raise LoginRefused(f"Google gives no token: {type(error).__name__}") from None
        expiry = cast("datetime | None", credentials.expiry)  # naive, in UTC
        return Token(
            str(credentials.token), asked, expiry.replace(tzinfo=UTC) if expiry is not None else None
        )

    def _credentials(self) -> Any:
        content: object = json.loads(self._file.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise LoginRefused("the Google credentials file holds no JSON object")
        if cast("dict[str, object]", content).get("type") == "service_account":
            accounts = _extra("google.oauth2.service_account", "oauth-google")
            return accounts.Credentials.from_service_account_file(
                str(self._file), scopes=[GOOGLE_SCOPE], subject=self._user
            )
        users = _extra("google.oauth2.credentials", "oauth-google")
        return users.Credentials.from_authorized_user_file(str(self._file), [GOOGLE_SCOPE])


def read_token(text: str, made_at: datetime) -> Token:
    """A token alone, or JSON around it. Raises LoginRefused when there is none."""
    text = text.strip()
    if text.startswith("{"):
        try:
            return _token(cast("Mapping[str, object]", json.loads(text)), made_at)
        except ValueError:
            raise LoginRefused("the token's JSON cannot be read") from None
    if not text or not text.isprintable() or " " in text:
        raise LoginRefused("there is no token")
    return Token(text, made_at, _expiry_inside(text))


def _token(answer: Mapping[str, object], made_at: datetime) -> Token:
    text, lasts, until = (answer.get(key) for key in ("access_token", "expires_in", "expires_at"))
    if not isinstance(text, str) or not text:
        raise LoginRefused("there is no access_token")
    if isinstance(lasts, int | float):
        return Token(text, made_at, made_at + timedelta(seconds=lasts))
    if isinstance(until, int | float):
        return Token(text, made_at, datetime.fromtimestamp(until, UTC))
    return Token(text, made_at, _expiry_inside(text))


def _expiry_inside(text: str) -> datetime | None:
    """When a JWT expires (RFC 7519, 4.1.4); None for a token that is opaque to us. Nothing is trusted for it."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def _google_transport() -> Callable[..., Any]:
    requests = _extra("google.auth.transport.requests", "oauth-google")
    return functools.partial(requests.Request(), timeout=PATIENCE_SECONDS)


def _extra(module: str, extra: str) -> Any:
    """A library that only some mailboxes need; what it is made of, its own documentation says."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise LoginRefused(f"this needs an extra: pip install 'intake-gateway[{extra}]'") from None
