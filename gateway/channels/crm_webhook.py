"""Tickets out, to the customer's or our own CRM: one signed JSON document, one POST, one honest account of how it went.

The receiver knows a document by its id, so what may or may not have arrived is simply sent again (docs/crm.md). The
other side's words never reach our logs, only its status: an error page likes to quote the address it was called by,
and that may hold a token (RELIABILITY T33).
"""

import asyncio
import hashlib
import hmac
import re
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from datetime import datetime
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import cast
from urllib.parse import quote, urlsplit

import httpx

from gateway.channels.mail_format import one_line
from gateway.errors import DeliveryError
from gateway.messages import Parcel

ALREADY_THERE = 409
LATER = frozenset({408, 425, 429})
"""Refusals that speak of the moment and not of the document (RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4)."""

LONGEST_ANSWER = (
    64 * 1024
)  # bytes read of an answer's body, only to keep the connection; nothing in it matters
PATIENCE_WITH_BODY = 5.0  # seconds

_URL_ADVICE = "a CRM is http:// or https://host[:port]/path, without user, password or fragment"
_RETRY_AFTER = re.compile(r"[A-Za-z0-9 ,:]{1,40}")


class CrmWebhook:
    """A channel that posts each parcel's bytes to one URL.

    `secret` signs them, `now` tells the time that is signed with them. At most `connections` are open at a time;
    further parcels wait. `timeout`, in seconds, bounds everything up to the answer's head. `tls_context` replaces the
    machine's trust store.

    Raises ValueError, which quotes neither, for a malformed URL or an empty secret.
    """

    name = "crm"

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        now: Callable[[], datetime],
        timeout: float = 30.0,
        connections: int = 4,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        if not secret:
            raise ValueError("a CRM needs a secret to know us by")
        self._url, self._where = _checked(url)
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

    async def send(self, parcel: Parcel) -> str:
        """Post the parcel's bytes and return the CRM's status. 2xx and 409 ("already there") are success.

        Raises DeliveryError: permanent for a 4xx about the document; in doubt when the CRM had all of it and no
        answer came; otherwise (trouble on the way, 3xx, 408, 425, 429, 5xx) to be tried again.
        """
        async with self._slots:
            response = await self._answer_to(parcel)
            try:
                await _skim(response, min(self._timeout, PATIENCE_WITH_BODY))
            finally:
                await response.aclose()
        return self._judged(response)

    async def close(self) -> None:
        """End the connections that are idle."""
        await self._client.aclose()

    async def _answer_to(self, parcel: Parcel) -> httpx.Response:
        """The head of the CRM's answer."""
        all_sent = asyncio.Event()

        async def follow(step: str, _: object) -> None:
            if step == "http11.send_request_body.complete":
                all_sent.set()

        request = self._client.build_request(
            "POST",
            self._url,
            content=parcel.raw,
            headers=self._headers(parcel),
            extensions={"trace": follow},
        )
        try:
            async with asyncio.timeout(self._timeout):
                return await self._client.send(request, stream=True)
        except (httpx.HTTPError, OSError) as error:
            taken = "may have taken the document" if all_sent.is_set() else "took nothing"
            text = f"{self._where} {taken}: {_why(error)}"
            raise DeliveryError(text, permanent=False, in_doubt=all_sent.is_set()) from None

    def _headers(self, parcel: Parcel) -> dict[str, str]:
        timestamp = str(int(self._now().timestamp()))
        return {
            "Content-Type": "application/json",
            "X-Gateway-Delivery": quote(parcel.id, safe="", errors="replace"),
            "X-Gateway-Timestamp": timestamp,
            "X-Gateway-Signature": signature(self._key, timestamp, parcel.raw),
        }

    def _judged(self, response: httpx.Response) -> str:
        status = response.status_code
        said = _named(status)
        if 200 <= status < 300 or status == ALREADY_THERE:
            return said
        if 300 <= status < 400:
            said += "; redirects are not followed, give the address where tickets are taken"
        retry_after = response.headers.get("Retry-After", "")
        if _RETRY_AFTER.fullmatch(retry_after):
            said += f"; retry after {retry_after}"
        permanent = 400 <= status < 500 and status not in LATER
        raise DeliveryError(f"{self._where} says {said}", permanent=permanent)


def signature(key: bytes, timestamp: str, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256, in hexadecimal, of timestamp, full stop and body (RFC 2104; docs/crm.md)."""
    return "sha256=" + hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _checked(url: str) -> tuple[httpx.URL, str]:
    """The URL, and the part of it that may be shown."""
    try:
        parts, parsed = urlsplit(url), httpx.URL(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (KeyError, ValueError, httpx.InvalidURL):
        raise ValueError(_URL_ADVICE) from None
    if not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise ValueError(_URL_ADVICE)
    return parsed, f"the CRM {one_line(parts.hostname)}:{port}"


async def _skim(response: httpx.Response, seconds: float) -> None:
    """Read an answer that is short, so that its connection serves the next; whatever goes wrong changes nothing."""
    body = cast("AsyncGenerator[bytes]", response.aiter_raw())  # what it is; its type says less
    length = 0
    with suppress(httpx.HTTPError, OSError):
        async with asyncio.timeout(seconds), aclosing(body) as chunks:
            async for chunk in chunks:
                length += len(chunk)
                if length > LONGEST_ANSWER:
                    return


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
