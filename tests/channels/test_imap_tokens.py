"""Where access tokens come from: files, commands, Microsoft's and Google's real libraries without a network."""

import base64
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from gateway.channels.imap_session import LoginRefused
from gateway.channels.imap_tokens import (
    GoogleTokens,
    MicrosoftTokens,
    TokenCommand,
    TokenFile,
    read_token,
)

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def now() -> datetime:
    """The present moment."""
    return NOW


def jwt(**claims: object) -> str:
    """A token of three parts, unsigned: only its end is read here."""
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.x"


@pytest.mark.parametrize(
    ("text", "token", "expires"),
    [
        ("abc.DEF-123\n", "abc.DEF-123", None),
        ('{"access_token": "abc", "expires_in": 3600}', "abc", NOW + HOUR),
        ('{"access_token": "abc", "expires_at": 1795395600}', "abc", datetime.fromtimestamp(1795395600, UTC)),
        ('{"access_token": "abc"}', "abc", None),
        (jwt(exp=1795395600), jwt(exp=1795395600), datetime.fromtimestamp(1795395600, UTC)),
        (jwt(exp="soon"), jwt(exp="soon"), None),
        ("a.b.c", "a.b.c", None),
    ],
)
def test_a_token_is_read_alone_or_from_json_with_its_end_where_it_says_one(
    text: str, token: str, expires: datetime | None
) -> None:
    """What token helpers print; a JWT tells its end itself."""
    found = read_token(text, NOW)
    assert (found.text, found.made_at, found.expires_at) == (token, NOW, expires)


@pytest.mark.parametrize("text", ["", "\n", "{", "{}", '{"access_token": 3}', "two words", "nul\0"])
def test_what_is_no_token_is_refused_without_being_shown(text: str) -> None:
    """An error page, an empty file; and no word of it in the log (G19)."""
    with pytest.raises(LoginRefused) as caught:
        read_token(text, NOW)
    assert not text.strip() or text not in str(caught.value)


def test_a_file_is_as_old_as_its_last_change(tmp_path: Path) -> None:
    """So that the age shows when whatever writes it has stopped (L-74)."""
    file = tmp_path / "token"
    file.write_text("abc")
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    assert TokenFile(file).fetch().made_at == NOW
    with pytest.raises(LoginRefused, match="cannot be read"):
        TokenFile(tmp_path / "none").fetch()


def test_a_command_prints_the_token_and_its_failures_stay_private() -> None:
    """Its error output may hold anything (G19)."""
    good = TokenCommand([sys.executable, "-c", "print('abc')"], now)
    assert good.fetch().text == "abc"
    bad = TokenCommand([sys.executable, "-c", "import sys; sys.exit('canary')"], now)
    with pytest.raises(LoginRefused, match="ended with 1") as caught:
        bad.fetch()
    assert "canary" not in str(caught.value)
    with pytest.raises(LoginRefused, match="did not run"):
        TokenCommand(["/nowhere/mail-token"], now).fetch()


# --- Microsoft -------------------------------------------------------------------------------------------------


@dataclass
class _Answer:
    """An HTTP answer, as msal wants it."""

    text: str
    status_code: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def raise_for_status(self) -> None:
        """Nothing to raise."""


@dataclass
class _Entra:
    """Microsoft's token service: its discovery document and its tokens."""

    answer: Mapping[str, object]
    asked: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])

    def get(self, url: str, **_: object) -> _Answer:
        """The discovery document."""
        where = "https://login.microsoftonline.com/t"
        return _Answer(
            json.dumps(
                {
                    "authorization_endpoint": f"{where}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{where}/oauth2/v2.0/token",
                    "issuer": f"{where}/v2.0",
                    "metadata": [],
                }
            )
        )

    def post(self, url: str, data: Mapping[str, Any], **_: object) -> _Answer:
        """A token, or a refusal."""
        self.asked.append(data)
        return _Answer(json.dumps(self.answer), 200 if "access_token" in self.answer else 400)

    def close(self) -> None:
        """Nothing to close."""


def test_microsoft_gives_a_new_token_each_time_it_is_asked() -> None:
    """A refused token must not come again from a cache; the scope is Exchange's (L-74)."""
    entra = _Entra({"access_token": "abc", "expires_in": 3600, "token_type": "Bearer"})
    source = MicrosoftTokens("t", "client", "s3cret", now, http=entra)
    assert [source.fetch().expires_at for _ in range(2)] == [NOW + HOUR] * 2
    assert len(entra.asked) == 2
    assert entra.asked[0]["grant_type"] == "client_credentials"
    assert "outlook.office365.com/.default" in str(entra.asked[0]["scope"])


def test_a_refusal_of_microsoft_is_named_and_the_secret_is_not() -> None:
    """An expired client secret is the usual one."""
    refusal = {"error": "invalid_client", "error_description": "AADSTS7000222: the secret s3cret has expired"}
    with pytest.raises(LoginRefused, match="invalid_client") as caught:
        MicrosoftTokens("t", "client", "s3cret", now, http=_Entra(refusal)).fetch()
    assert "s3cret" not in str(caught.value)


# --- Google ----------------------------------------------------------------------------------------------------


@dataclass
class _GoogleAnswer:
    """An HTTP answer, as google-auth wants it."""

    data: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass
class _GoogleService:
    """Google's token service."""

    answer: _GoogleAnswer
    asked: list[Mapping[str, list[str]]] = field(default_factory=list[Mapping[str, list[str]]])

    def __call__(self, url: str, method: str, body: bytes, **_: object) -> _GoogleAnswer:
        """A token, or a refusal."""
        self.asked.append(parse_qs(body.decode()))
        return self.answer


def _user_file(folder: Path) -> Path:
    file = folder / "google.json"
    keys = {
        "type": "authorized_user",
        "client_id": "c",
        "client_secret": "s3cret",
        "refresh_token": "refresh",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    file.write_text(json.dumps(keys))
    return file


def test_google_gives_a_token_for_a_refresh_token(tmp_path: Path) -> None:
    """An authorised user's file, as the console and gcloud write it."""
    service = _GoogleService(_GoogleAnswer(b'{"access_token": "abc", "expires_in": 3600}'))
    token = GoogleTokens(_user_file(tmp_path), "u@example.com", now, http=service).fetch()
    assert (token.text, token.made_at) == ("abc", NOW)
    assert token.expires_at is not None
    assert service.asked[0]["refresh_token"] == ["refresh"]


@pytest.mark.parametrize("answer", [b'{"error": "invalid_grant", "error_description": "s3cret"}', b"<html>"])
def test_a_refusal_of_google_is_one_sentence_without_secrets(tmp_path: Path, answer: bytes) -> None:
    """A refresh token lives six months unused, and seven days in an app under test."""
    source = GoogleTokens(
        _user_file(tmp_path), "u@example.com", now, http=_GoogleService(_GoogleAnswer(answer, 400))
    )
    with pytest.raises(LoginRefused, match="Google gives no token") as caught:
        source.fetch()
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("content", [None, "no json", "[]", "{}", '{"type": "service_account"}'])
def test_a_credentials_file_that_is_none_is_a_refusal(tmp_path: Path, content: str | None) -> None:
    """Missing, empty, or something else altogether."""
    file = tmp_path / "google.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(LoginRefused):
        GoogleTokens(file, "u@example.com", now).fetch()


def test_a_missing_extra_is_named_with_the_way_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The libraries are not everybody's."""
    monkeypatch.setitem(sys.modules, "msal", None)
    with pytest.raises(LoginRefused, match=r"intake-gateway\[oauth-microsoft\]"):
        MicrosoftTokens("t", "c", "s", now).fetch()
