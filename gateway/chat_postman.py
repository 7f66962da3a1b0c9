"""The mails that prove whose a chat is, and that tell its owner. They belong to no case, so no outbox keeps them."""

import structlog

from gateway.channels import mail
from gateway.chat.taking import CodeByMail, LinkedByChat
from gateway.chat_parts import ChatParts
from gateway.errors import DeliveryError
from gateway.messages import Address, Outbound, Parcel
from gateway.ports import Channel

log = structlog.get_logger()


class CodePostman:
    """`gateway.chat.intake.Postman`: it leaves at once by the mail channel; whoever gets no code asks again."""

    def __init__(self, parts: ChatParts, out: Channel) -> None:
        self._parts = parts
        self._out = out

    async def mail_code(self, code: CodeByMail) -> None:
        """Nothing is raised."""
        link = self._parts.chats.deep_link(code.code) or ""
        await self._mail("code", Address(code.name, code.address), code.language, code=code.code, link=link)

    async def mail_linked(self, linked: LinkedByChat) -> None:
        """Nothing is raised."""
        to = Address(linked.name, linked.address)
        await self._mail("linked", to, linked.language, address=linked.address)

    async def _mail(self, what: str, to: Address, language: str, **values: str) -> None:
        """The phrases `<what>_subject` and `<what>_text` of the table `chat`, to that mailbox."""
        parts, at = self._parts, self._parts.clock.now()
        us = Address(parts.config.vendor.names[0], parts.config.channels.mail.address)
        look_up = parts.ids.outbound_id()
        outbound = Outbound(
            id=look_up,
            case_number="",
            notice=f"chat_{what}",
            role="customer",
            channel="mail",
            sender=us,
            to=to,
            reply_to=us,
            message_id=f"<{look_up}.{what}@{parts.config.channels.mail.domain}>",
            subject=parts.composer.phrase("chat", f"{what}_subject", language, at),
            text=parts.composer.phrase("chat", f"{what}_text", language, at, **values),
            html=None,
            language=language,
        )
        raw = mail.compose(outbound, date=at, domain=parts.config.channels.mail.domain)
        try:
            await self._out.send(Parcel(look_up, mail.envelope_from(outbound), to.address, raw))
        except DeliveryError as error:
            log.warning("chat_mail_not_sent", what=what, reason=str(error))
