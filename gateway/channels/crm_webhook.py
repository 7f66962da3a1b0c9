"""Tickets out, to the customer's or our own CRM: one signed JSON document, one POST, one honest account of how it went.

The receiver knows a document by its id, so what may or may not have arrived is simply sent again (docs/crm.md).
"""

import ssl
from collections.abc import Callable
from datetime import datetime

from gateway.channels.signed_post import SignedPost
from gateway.messages import Parcel


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
        self._post = SignedPost(
            "CRM", url, secret, now=now, timeout=timeout, connections=connections, tls_context=tls_context
        )

    async def send(self, parcel: Parcel) -> str:
        """Post the parcel's bytes and return the CRM's status. 2xx and 409 ("already there") are success.

        Raises DeliveryError: permanent for a 4xx about the document; in doubt when the CRM had all of it and no
        answer came; otherwise (trouble on the way, 3xx, 408, 425, 429, 5xx) to be tried again.
        """
        return (await self._post.send(parcel.id, parcel.raw)).said

    async def close(self) -> None:
        """End the connections that are idle."""
        await self._post.close()
