"""The doors of a running gateway: where it listens for mail, and where it serves HTTP."""

import socket
from collections.abc import Awaitable, Callable, Sequence

import structlog
from starlette.applications import Starlette
from starlette.routing import Route

from gateway import reply_address
from gateway.channels.smtp_limits import Limits
from gateway.channels.smtp_server import MailServer
from gateway.config import Config
from gateway.errors import GatewayError
from gateway.messages import Envelope
from gateway.portal import server as http

log = structlog.get_logger()

Keep = Callable[[Envelope, bytes], Awaitable[None]]


async def open_for_mail(config: Config, keep: Keep, servers: list[MailServer]) -> None:
    """Listen for SMTP and LMTP where the config says so; each server is in `servers` once it listens.

    Raises GatewayError that names the setting where an address cannot be listened on.
    """
    channels = config.channels
    limits = Limits(
        max_size=channels.smtp.max_size,
        connections=channels.smtp.connections,
        connections_per_peer=channels.smtp.connections_per_peer,
        recipients=channels.smtp.recipients,
    )
    support = channels.mail.address
    for name, endpoint in (("smtp", channels.smtp.listen), ("lmtp", channels.lmtp.listen)):
        if endpoint is None:
            continue
        server = MailServer(
            "lmtp" if name == "lmtp" else "smtp",
            *endpoint,
            keep=keep,
            accepts=lambda address: reply_address.is_ours(address, support),
            limits=limits,
            hostname=socket.gethostname(),
        )
        try:
            await server.start()
        except OSError as error:
            key = f"GATEWAY__CHANNELS__{name.upper()}__LISTEN"
            raise GatewayError(
                f"cannot listen for {name} on {endpoint[0]}:{endpoint[1]}: {error.strerror or error}; "
                f"stop what is there, or set channels.{name}.listen ({key})"
            ) from None
        servers.append(server)
        log.info("listening", channel=name, host=endpoint[0], port=server.port)


async def open_for_http(endpoint: tuple[str, int], routes: Sequence[Route]) -> http.HttpServer:
    """Serve these routes. Raises GatewayError that names the setting where the address cannot be listened on."""
    host, port = endpoint
    try:
        portal = await http.serve(Starlette(routes=list(routes)), host, port)
    except OSError as error:
        raise GatewayError(
            f"cannot serve HTTP on {host}:{port}: {error.strerror or error}; stop what is there, or set "
            "portal.listen (GATEWAY__PORTAL__LISTEN)"
        ) from None
    log.info("listening", channel="portal", host=host, port=portal.port)
    return portal
