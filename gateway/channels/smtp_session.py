"""One SMTP or LMTP conversation: RFC 5321, RFC 2033, as far as a server that only takes mail in needs them.

Every command is ours: aiosmtpd's keep endless lines in memory, tell a client the text of our exceptions with a
permanent code, refuse long lines and have no limits (RELIABILITY 0.2-0.4, 0.6-0.8).
"""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import structlog
from aiosmtpd.smtp import TLSSetupException

from gateway.channels.smtp_commands import (
    Refused,
    check_mail_parameters,
    domain_of,
    is_postmaster,
    read_path,
    split_command,
)
from gateway.channels.smtp_connection import Connection
from gateway.channels.smtp_keeper import Keeper, reply_to_fault
from gateway.channels.smtp_limits import Limits
from gateway.channels.smtp_wire import ClientGone, LineTooLong, Spool, TooLarge, receive
from gateway.errors import NotNow
from gateway.messages import Envelope

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class House:
    """What all sessions of a server share. `accepts` says whether an address is one of ours."""

    name: Literal["smtp", "lmtp"]
    hostname: str
    keeper: Keeper
    accepts: Callable[[str], bool]
    limits: Limits
    tls: ssl.SSLContext | None
    admit: Callable[["MailSession"], str | None]
    """None, or the 421 with which this connection is refused."""
    left: Callable[["MailSession"], None]
    """Called once for every session, when its conversation has ended."""


@dataclass(slots=True)
class _Transaction:
    sender: str
    recipients: list[str] = field(default_factory=list[str])
    asked: int = 0


class MailSession(Connection):
    """What is said on one connection."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._limits = house.limits
        self._greeted = False
        self._transaction: _Transaction | None = None
        self._bad_commands = 0
        self._junk_commands = 0
        self._taking_mail = False
        self._over = False
        self._last_words = ""
        super().__init__(hostname=house.hostname, tls=house.tls, idle_seconds=house.limits.idle_seconds)

    def leave(self, reply: str) -> None:
        """End the conversation with `reply` (a 421): at once, or when the message now coming in is answered."""
        if self._taking_mail:
            self._over = True
            self._last_words = reply
        else:
            self.cut(reply)

    async def _converse(self) -> None:
        refusal = self._house.admit(self)
        if refusal is not None:
            self._say(refusal)
            return
        try:
            await self.push(f"220 {self.hostname} {'ESMTP' if self._house.name == 'smtp' else 'LMTP'}")
            while not self._over:
                await self._answer_one_command()
            if self._last_words:
                self._say(self._last_words)
        finally:
            self._house.left(self)

    async def _answer_one_command(self) -> None:
        try:
            await self._obey(await self._incoming.line())
        except LineTooLong:
            await self._refuse("500 5.5.2 The line is too long")
        except Refused as refused:
            await self._refuse(refused.reply)
        except (ClientGone, TLSSetupException):
            raise
        except Exception as fault:  # noqa: BLE001 - a fault of ours must be answered 4xx, whatever it is
            await self.push(await self.handle_exception(fault))

    async def _obey(self, line: bytes) -> None:
        verb, argument = split_command(line)
        command = self._commands[self._house.name].get(verb)
        if command is None:
            raise Refused("500 5.5.2 Command not recognized")
        self._reset_timeout()  # only now: a trickle of rubbish is not a sign of life
        if verb in self._junk:
            self._count_junk()
        await command(self, argument)

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours outside keeping: the client may try again and learns nothing of it (RELIABILITY 0.4)."""
        log.error("command_failed", source=self._house.name, fault=type(error).__name__)
        return reply_to_fault(error)

    async def _refuse(self, reply: str) -> None:
        self._bad_commands += 1
        if self._bad_commands > self._limits.bad_commands and not self._over:
            reply = self._end_for("bad_commands")
        await self.push(reply)

    def _count_junk(self) -> None:
        self._junk_commands += 1
        if self._junk_commands > self._limits.junk_commands:
            raise Refused(self._end_for("junk_commands"))

    def _end_for(self, reason: str) -> str:
        self._over = True
        log.warning("connection_cut", source=self._house.name, reason=reason)
        return "421 4.7.0 Too many commands without a message"

    async def _helo(self, argument: str) -> None:
        self._greet(argument)
        await self.push(f"250 {self.hostname}")

    async def _ehlo(self, argument: str) -> None:
        self._greet(argument)
        offers = ["PIPELINING", f"SIZE {self._limits.max_size}", "8BITMIME", "SMTPUTF8"]
        if self._house.tls and not self.encrypted:
            offers.append("STARTTLS")
        lines = [self.hostname, *offers, "ENHANCEDSTATUSCODES"]
        await self.push("\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    def _greet(self, argument: str) -> None:
        if not argument:
            raise Refused("501 5.5.4 Say who you are")
        self._greeted = True
        self._transaction = None

    async def _wrong_hello(self, argument: str) -> None:
        raise Refused("500 5.5.1 This is LMTP, say LHLO")

    async def _mail(self, argument: str) -> None:
        if not self._greeted:
            raise Refused("503 5.5.1 Say hello first")
        if self._transaction is not None:
            raise Refused("503 5.5.1 MAIL was given already")
        path = read_path("FROM:", argument)
        check_mail_parameters(path.parameters, self._limits.max_size)
        self._transaction = _Transaction(path.address)
        await self.push("250 2.1.0 Sender ok")

    async def _rcpt(self, argument: str) -> None:
        transaction = self._transaction
        if transaction is None:
            raise Refused("503 5.5.1 MAIL comes first")
        transaction.asked += 1
        if transaction.asked > self._limits.recipients:
            self._count_junk()
            await self.push("452 4.5.3 Too many recipients, send the others in another transaction")
            return
        path = read_path("TO:", argument)
        if path.parameters:
            raise Refused("555 5.5.4 No parameters of RCPT are offered here")
        if not path.address:
            raise Refused("501 5.1.3 A recipient cannot be empty")
        if not (is_postmaster(path.address) or self._house.accepts(path.address)):
            log.info("mail_refused", source=self._house.name, reason="recipient")
            await self.push("550 5.1.1 No such mailbox here")
            return
        transaction.recipients.append(path.address)
        await self.push("250 2.1.5 Recipient ok")

    async def _data(self, argument: str) -> None:
        transaction = self._transaction
        if argument:
            raise Refused("501 5.5.4 DATA takes no argument")
        if transaction is None or not transaction.asked:
            raise Refused("503 5.5.1 MAIL and RCPT come first")
        if not transaction.recipients:
            self._count_junk()
            await self.push("554 5.5.1 No valid recipients")
            return
        self._taking_mail = True
        try:
            reply = await self._take_mail(transaction)
        finally:
            self._taking_mail = False
            self._transaction = None
        if self._house.name == "lmtp":  # one reply for each accepted recipient: RFC 2033 section 4.2
            reply = "\r\n".join([reply] * len(transaction.recipients))
        await self.push(reply)

    async def _take_mail(self, transaction: _Transaction) -> str:
        try:
            spool = await self._receive()
        except TooLarge as error:
            self._over = self._over or not error.ended
            log.info(
                "mail_refused",
                source=self._house.name,
                reason="size",
                sender_domain=domain_of(transaction.sender),
            )
            return "552 5.3.4 The message is larger than this server takes"
        except NotNow as fault:
            log.warning("mail_not_kept", source=self._house.name, fault=type(fault).__name__)
            return reply_to_fault(fault)
        envelope = Envelope(
            source=self._house.name,
            mail_from=transaction.sender,
            recipients=tuple(dict.fromkeys(transaction.recipients)),
            peer=self.peer,
        )
        self._reset_timeout(self._limits.commit_seconds + self._limits.idle_seconds)
        reply = await self._house.keeper.take(envelope, spool)
        if reply.startswith("2"):
            self._bad_commands = self._junk_commands = 0
        self._reset_timeout()
        return reply

    async def _receive(self) -> Spool:
        await self.push("354 End with <CR><LF>.<CR><LF>")
        until = self.loop.time() + self._limits.data_seconds

        def be_patient() -> None:
            self._reset_timeout(min(self._limits.idle_seconds, until - self.loop.time()))

        spool = Spool()
        try:
            await receive(
                self._incoming,
                spool,
                max_size=self._limits.max_size,
                drain_size=self._limits.drain_size,
                before_each_read=be_patient,
            )
        except BaseException:  # a cancelled conversation too must give its file back
            spool.close()
            raise
        return spool

    async def _rset(self, argument: str) -> None:
        self._transaction = None
        await self.push("250 2.0.0 Forgotten")

    async def _noop(self, argument: str) -> None:
        await self.push("250 2.0.0 Ok")

    async def _vrfy(self, argument: str) -> None:
        await self.push("252 2.5.0 Send a message to find out")  # RFC 5321 section 7.3: says nothing

    async def _help(self, argument: str) -> None:
        await self.push("214 2.0.0 RFC 5321 tells all")

    async def _quit(self, argument: str) -> None:
        self._over = True
        await self.push("221 2.0.0 Bye")

    async def _starttls(self, argument: str) -> None:
        if argument:
            raise Refused("501 5.5.4 STARTTLS takes no argument")
        if self._house.tls is None:
            raise Refused("454 4.7.0 TLS is not available")
        if self.encrypted:
            raise Refused("503 5.5.1 TLS is on already")
        # What was said or pipelined in plain text is forgotten: RFC 3207 section 4.2, CVE-2024-34083.
        self._incoming.clear()
        self._greeted = False
        self._transaction = None
        await self.smtp_STARTTLS("")

    _anywhere: Mapping[str, Callable[["MailSession", str], Awaitable[None]]] = MappingProxyType(
        {
            "MAIL": _mail,
            "RCPT": _rcpt,
            "DATA": _data,
            "RSET": _rset,
            "NOOP": _noop,
            "VRFY": _vrfy,
            "HELP": _help,
            "QUIT": _quit,
            "STARTTLS": _starttls,
        }
    )
    _commands = MappingProxyType(
        {
            "smtp": {**_anywhere, "HELO": _helo, "EHLO": _ehlo},
            "lmtp": {**_anywhere, "LHLO": _ehlo, "HELO": _wrong_hello, "EHLO": _wrong_hello},
        }
    )
    _junk = frozenset({"HELO", "EHLO", "LHLO", "RSET", "NOOP", "VRFY", "HELP", "STARTTLS"})
