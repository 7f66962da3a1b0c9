"""What was understood of one message, and its JSON: the shape that INTERFACES "The Report" promises.

Values only; `report.Reader` makes them.
"""

from dataclasses import dataclass
from typing import Any

from gateway.messages import Address, Attachment, Inbound
from gateway.parsers.bounces import Bounce
from gateway.parsers.commands import Command
from gateway.parsers.entities.letter import Span
from gateway.parsers.kinds import KindFound
from gateway.parsers.levels import LevelFound
from gateway.parsers.screening import Automatic
from gateway.parsers.symptoms import Symptom

SURE_ENOUGH = 0.5
"""Values below this confidence are asked for, not used (issue 5, "Confidence means something")."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value of a field, how sure we are (0 to 1) and where it was read.

    `source`: header, signature, body, subject, domain, quoted or directory. `span`: in text + signature as printed,
    None where it was not read from there.
    """

    value: str
    confidence: float
    source: str
    span: Span | None

    @property
    def is_sure(self) -> bool:
        """Whether the value may be used without asking."""
        return self.confidence >= SURE_ENOUGH


@dataclass(frozen=True, slots=True)
class Report:
    """What the parsers understood of one message (INTERFACES "The Report").

    `incident` are the words that speak of a break-in or an attack at the sender's, where the level is read from them
    (P-04); it is for the case and not part of the JSON, whose `fault_level` has the same words as evidence.
    """

    inbound: Inbound
    language: str
    automatic: Automatic | None
    bounce: Bounce | None
    text: str
    quoted: str
    signature: str
    company: Found | None
    contact: Found | None
    phone: Found | None
    email: Found | None
    product: Found | None
    place: Found | None
    kind: KindFound
    symptoms: tuple[Symptom, ...]
    fault_level: LevelFound
    incident: tuple[str, ...]
    commands: tuple[Command, ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]

    def as_json(self, file: str | None) -> dict[str, Any]:
        """The Report as INTERFACES prints it: every key there, null where nothing is known."""
        mail = self.inbound
        return {
            "file": file,
            "message_id": mail.message_id,
            "subject": mail.subject,
            "date": mail.date.isoformat() if mail.date else None,
            "in_reply_to": mail.in_reply_to,
            "references": list(mail.references),
            "from": _address(mail.sender),
            "to": [_address(address) for address in mail.to],
            "cc": [_address(address) for address in mail.cc],
            "language": self.language,
            "automatic": {"reason": self.automatic.reason, "evidence": self.automatic.evidence}
            if self.automatic
            else None,
            "bounce": _bounce(self.bounce),
            "text": self.text,
            "quoted": self.quoted,
            "signature": self.signature,
            "attachments": [_attachment(attachment) for attachment in mail.attachments],
            "company": _found(self.company),
            "contact": _found(self.contact),
            "phone": _found(self.phone),
            "email": _found(self.email),
            "product": _found(self.product),
            "place": _found(self.place),
            "kind": {"value": self.kind.value, "confidence": self.kind.confidence},
            "symptoms": [
                {"value": symptom.value, "confidence": symptom.confidence, "span": _span(symptom.span)}
                for symptom in self.symptoms
            ],
            "fault_level": {
                "value": self.fault_level.value,
                "confidence": self.fault_level.confidence,
                "evidence": list(self.fault_level.evidence),
            },
            "commands": [{"name": command.name, "argument": command.argument} for command in self.commands],
            "missing": list(self.missing),
            "problems": list(self.problems),
        }


def _address(address: Address | None) -> dict[str, Any] | None:
    return {"name": address.name, "address": address.address} if address else None


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "type": attachment.type,
        "size": attachment.size,
        "inline": attachment.inline,
    }


def _bounce(bounce: Bounce | None) -> dict[str, Any] | None:
    if bounce is None:
        return None
    return {
        "recipient": bounce.recipient,
        "status": bounce.status,
        "original_message_id": bounce.original_message_id,
    }


def _found(found: Found | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "value": found.value,
        "confidence": found.confidence,
        "source": found.source,
        "span": _span(found.span),
    }


def _span(span: Span | None) -> list[int] | None:
    return list(span) if span else None
