"""A signed POST: JSON that proves by whom and when it was sent, and an honest account of how it went.

The other side's words never reach our logs, only its status: an error page likes to quote the address it was called by,
and that may hold a token (RELIABILITY T33).
"""

import asyncio
import hashlib
import hmac
import re
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast
from urllib.parse import quote, urlsplit

import httpx

from gateway.channels.mail_format import one_line
from gateway.errors import DeliveryError

ALREADY_THERE = 409
LATER = frozenset({408, 425, 429})
"""Refusals that speak of the moment and not of the document (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4)."""

LONGEST_ANSWER = 64 * 1024  # bytes read of an answer's body; of a longer one nothing counts
PATIENCE_WITH_BODY = 5.0  # seconds
LONGEST_WAIT = timedelta(days=1)
"""However much longer the other side asks us to wait."""

_URL_ADVICE = "is http:// or https://host[:port]/path, without user, password or fragment"
_RETRY_AFTER = re.compile(r"[A-Za-z0-9 ,:]{1,40}")


@dataclass(frozen=True, slots=True)
class Taken:
    """The other side has it: its status in words, and what it answered, empty where that was long or broken off."""

    said: str
    body: bytes


class SignedPost:
    """Documents to one URL.

    `whose` names the other side ("CRM"). `secret` signs, `now` tells the time that is signed with the document. At
    most `connections` are open at a time; further documents wait. `timeout`, in seconds, bounds everything up to the
    answer's head. `tls_context` replaces the machine's trust store.

    Raises ValueError, which quotes neither, for a malformed URL or an empty secret.
    """

    def __init__(
        self,
        whose: str,
        url: str,
        secret: str,
        *,
        now: Callable[[], datetime],
        timeout: float = 30.0,
        connections: int = 4,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        if not secret:
            raise ValueError(f"a {whose} needs a secret to know us by")
        self._url, where = _checked(whose, url)
        self._where = f"the {whose} {where}"
        self._key = secret.encode()
        self._now = now
        self._timeout = timeout
        self._slots = asyncio.Semaphore(connections)
        no_cookies = DefaultCookiePolicy(allowed_domains=[])  # nothing is remembered between two posts
        self._client = httpx.AsyncClient(
            headers={"User-Agent": "intake-gateway", "Accept-Encoding": "identity"},
            limits=httpx.Limits(max_connections=connections, keepalive_expiry=20.0),
            timeout=timeout,  # of each single wait; the whole has one clock, in _answer_to
            follow_redirects=False,
            trust_env=False,  # no proxy and no .netrc that nobody configured here
            verify=tls_context or ssl.create_default_context(),
            cookies=CookieJar(no_cookies),
        )

    async def send(self, delivery: str, document: bytes) -> Taken:
        """Post it under this id, by which the other side knows a repetition. 2xx and 409 are success.

        Raises DeliveryError: permanent for a 4xx about the document; in doubt when the other side had all of it and no
        answer came; otherwise (trouble on the way, 3xx, 408, 425, 429, 5xx) to be tried again, `wait` being what its
        Retry-After asks for.
        """
        async with self._slots:
            response = await self._answer_to(delivery, document)
            try:
                body = await _skimmed(response, min(self._timeout, PATIENCE_WITH_BODY))
            finally:
                await response.aclose()
        return Taken(self._judged(response), body)

    async def close(self) -> None:
        """End the connections that are idle."""
        await self._client.aclose()

    async def _answer_to(self, delivery: str, document: bytes) -> httpx.Response:
        """The head of the answer."""
        all_sent = asyncio.Event()

        async def follow(step: str, _: object) -> None:
            if step == "http11.send_request_body.complete":
                all_sent.set()

        request = self._client.build_request(
            "POST",
            self._url,
            content=document,
            headers=self._headers(delivery, document),
            extensions={"trace": follow},
        )
        try:
            async with asyncio.timeout(self._timeout):
                return await self._client.send(request, stream=True)
        except (httpx.HTTPError, OSError) as error:
            taken = "may have taken the document" if all_sent.is_set() else "took nothing"
            text = f"{self._where} {taken}: {_why(error)}"
            raise DeliveryError(text, permanent=False, in_doubt=all_sent.is_set()) from None

    def _headers(self, delivery: str, document: bytes) -> dict[str, str]:
        timestamp = str(int(self._now().timestamp()))
        return {
            "Content-Type": "application/json",
            "X-Gateway-Delivery": quote(delivery, safe="", errors="replace"),
            "X-Gateway-Timestamp": timestamp,
            "X-Gateway-Signature": signature(self._key, timestamp, document),
        }

    def _judged(self, response: httpx.Response) -> str:
        status = response.status_code
        said = _named(status)
        if 200 <= status < 300 or status == ALREADY_THERE:
            return said
        if 300 <= status < 400:
            said += "; redirects are not followed, give the address where it is taken"
        retry_after = response.headers.get("Retry-After", "")
        if _RETRY_AFTER.fullmatch(retry_after):
            said += f"; retry after {retry_after}"
        permanent = 400 <= status < 500 and status not in LATER
        raise DeliveryError(
            f"{self._where} says {said}", permanent=permanent, wait=_asked_wait(retry_after, self._now())
        )


def signature(key: bytes, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256, in hexadecimal, of timestamp, full stop and body (RFC 2104; docs/crm.md)."""
    return "sha256=" + hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _checked(whose: str, url: str) -> tuple[httpx.URL, str]:
    """The URL, and the part of it that may be shown."""
    try:
        parts, parsed = urlsplit(url), httpx.URL(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (KeyError, ValueError, httpx.InvalidURL):
        raise ValueError(f"a {whose} {_URL_ADVICE}") from None
    if not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise ValueError(f"a {whose} {_URL_ADVICE}")
    return parsed, f"{one_line(parts.hostname)}:{port}"


async def _skimmed(response: httpx.Response, seconds: float) -> bytes:
    """An answer that is short, read so that its connection serves the next; whatever goes wrong, it says nothing."""
    body = cast("AsyncGenerator[bytes]", response.aiter_raw())  # what it is; its type says less
    read = bytearray()
    with suppress(httpx.HTTPError, OSError):
        async with asyncio.timeout(seconds), aclosing(body) as chunks:
            async for chunk in chunks:
                read += chunk
                if len(read) > LONGEST_ANSWER:
                    return b""
            return bytes(read)
    return b""


def _asked_wait(retry_after: str, now: datetime) -> timedelta:
    """Of a Retry-After, in seconds or as a date (RFC 9110 §10.2.3): a day at most, nothing where it says nothing."""
    try:
        if retry_after.isascii() and retry_after.isdecimal():
            asked = timedelta(seconds=min(int(retry_after), LONGEST_WAIT.total_seconds()))
        else:
            until = parsedate_to_datetime(retry_after)
            asked = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return timedelta()
    return min(max(asked, timedelta()), LONGEST_WAIT)


def _named(status: int) -> str:
    """The status with the name that the standard gives it."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _why(error: Exception) -> str:
    """What went wrong in our words: protocol errors quote what the other side sent."""
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "no answer in time"
    return one_line(str(error)) if isinstance(error, httpx.ConnectError) else type(error).__name__
