"""Is this message from a program? A literal table of reasons, each with its evidence.

Whatever is screened is filed with its reason and stays visible; nothing is dropped. The price of a wrong answer is
high on both sides: a customer unheard, or two programs thanking each other all night. Sources: RFC 3834, RFC 5230,
LESSONS 1-25, RELIABILITY T20.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from gateway.messages import Envelope, Inbound
from gateway.parsers import bounces, lexicon
from gateway.parsers.bounces import folded, plain_local

Reason = Literal["auto-reply", "bounce", "list", "own-echo", "notification"]

MARKER_FIELD = "X-Intake-Gateway"
"""The header that every mail of ours carries; its value is the installation's own."""

MAX_HOPS = 50
"""Received fields beyond which a mail is in a loop (RELIABILITY T23)."""


@dataclass(frozen=True, slots=True)
class Automatic:
    """Why a message is not a person's, and what shows it."""

    reason: Reason
    evidence: str


def _never_ours(message_id: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class OwnMail:
    """How we recognise ourselves.

    `addresses` and `domains` are lower case. `is_our_message_id` says whether an id was made by us. `marker`
    is what our mail carries in X-Intake-Gateway. `lists` holds the List-Ids, without brackets, of mailing lists that
    stand in front of our support address (L-11).
    """

    domains: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    is_our_message_id: Callable[[str], bool] = _never_ours
    marker: str = ""
    lists: frozenset[str] = frozenset()


Rule = Callable[[Inbound, Envelope | None, OwnMail], str | None]


def screen(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> Automatic | None:
    """The first reason of the table that applies, or None for a person's mail.

    X-Auto-Response-Suppress on incoming mail is no reason (L-10): see `may_be_answered`.
    """
    for reason, rule in _TABLE:
        evidence = rule(inbound, envelope, own)
        if evidence:
            return Automatic(reason, evidence)
    return None


def may_be_answered(inbound: Inbound, envelope: Envelope | None, automatic: Automatic | None) -> bool:
    """Whether an automatic answer may go out (RFC 3834 §2; L-10, L-11, L-16; RELIABILITY T19, T23).

    A mail may open a case and still forbid the receipt: when its sender suppresses answers, when it came
    through a list, when nobody reads there, or when it has gone in circles.
    """
    return not (
        automatic is not None
        or bounces.has_null_sender(inbound, envelope)
        or inbound.sender is None
        or "@" not in inbound.sender.address
        or plain_local(inbound.sender.address) in _phrases()["unanswerable"]["locals"]
        or _suppresses_answers(inbound)
        or came_through_a_list(inbound)
        or len(inbound.header_all("Received")) > MAX_HOPS
    )


def _suppresses_answers(inbound: Inbound) -> bool:
    """Exchange's wish not to be answered; `DR, NDR, RN, NRN` concern receipts only."""
    wishes = re.split(r"[,;\s]+", (inbound.header("X-Auto-Response-Suppress") or "").lower())
    return bool({"all", "autoreply", "oof"} & set(wishes))


def came_through_a_list(inbound: Inbound) -> bool:
    """Whether a mailing list, or whatever sends in bulk, passed it on."""
    listed = any(name.lower().startswith("list-") for name, _ in inbound.headers)
    return listed or _precedence(inbound) in ("list", "bulk", "junk")


# ---------------------------------------------------------------------------------------------- the rules


def _own_echo(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    """L-5, L-6: mail of ours that came back. Behind a list that rewrites From, another author is named (L-52)."""
    if own.marker and own.marker in (value.strip() for value in inbound.header_all(MARKER_FIELD)):
        return f"{MARKER_FIELD} is our own"
    if inbound.message_id and own.is_our_message_id(inbound.message_id):
        return f"Message-ID {inbound.message_id} is our own"
    if (
        inbound.sender
        and inbound.sender.address.lower() in own.addresses
        and not _has_other_author(inbound, own)
    ):
        return f"From {inbound.sender.address} is our own address"
    return None


def _has_other_author(inbound: Inbound, own: OwnMail) -> bool:
    original = inbound.header("X-Original-From") or inbound.header("X-Original-Sender") or ""
    answers = [person.address.lower() for person in inbound.reply_to]
    listed = came_through_a_list(inbound)
    return listed and ("@" in original or any(address not in own.addresses for address in answers))


def _bounce(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    found = bounces.read(inbound, envelope)
    if found is None:
        return None
    what = "delayed" if found.delayed else "failed"
    return " ".join(
        filter(None, ["delivery", what, found.status, found.recipient and f"for {found.recipient}"])
    )


def _report(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    """Reports that are no bounces: late or arrived, read, complained about (RFC 3464, 8098, 5965)."""
    if bounces.is_delay_warning(inbound):
        return "a delivery report without a failure"
    kinds = [kind for kind, _ in inbound.reports]
    return next((kind for kind in kinds if kind in _REPORTS), None)


_REPORTS = frozenset(
    {"message/disposition-notification", "message/global-disposition-notification", "message/feedback-report"}
)


def _auto_submitted(inbound: Inbound) -> str:
    """The keyword of Auto-Submitted without parameters and comments, lower case (RFC 3834 §5, L-12)."""
    return re.split(r"[;(\s]", (inbound.header("Auto-Submitted") or "").strip().lower(), maxsplit=1)[0]


def _answered_itself(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    keyword = _auto_submitted(inbound)
    return f"Auto-Submitted: {keyword}" if keyword == "auto-replied" else None


def _generated_itself(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    keyword = _auto_submitted(inbound)
    return f"Auto-Submitted: {keyword}" if keyword not in ("", "no") else None


def _auto_reply_field(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    name = _field_of(inbound, "auto_reply")
    if name:
        return f"header {name}"
    if _precedence(inbound) in ("auto_reply", "auto-reply"):
        return "Precedence: auto_reply"
    if "autoresponder" in folded(" ".join(inbound.header_all("Delivered-To"))):
        return "Delivered-To: Autoresponder"
    if folded(inbound.header("X-Autogenerated") or "") in ("reply", "bounce", "forward"):
        return "header X-Autogenerated"
    return (
        "header X-POST-MessageClass"
        if "autoresponder" in folded(inbound.header("X-POST-MessageClass") or "")
        else None
    )


def _auto_reply_subject(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    """Subjects of vacation programs without headers; a person's answer to one begins with Re: and is none."""
    subject = folded(inbound.subject).lstrip("[【(（")
    for phrase in _phrases()["auto_reply"]["subjects"]:
        rest = subject[len(phrase) :].lstrip()
        if subject.startswith(phrase) and (not rest or rest[0] in ":：]】)）"):
            return f"subject begins with {phrase}"
    return None


def _auto_reply_opening(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    opening = folded(inbound.body.lstrip()[:200])
    found = next(
        (phrase for phrase in _phrases()["auto_reply"]["openings"] if opening.startswith(phrase)), None
    )
    return f"text begins with {found}" if found else None


def _null_sender(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    return "null return path" if bounces.has_null_sender(inbound, envelope) else None


def _notification_field(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    name = _field_of(inbound, "notification")
    return f"header {name}" if name else None


def _notification_subject(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    words = _phrases()["notification"]
    subject = folded(inbound.subject)
    found = next((phrase for phrase in words["subjects"] if subject.startswith(phrase)), None)
    if found:
        return f"subject begins with {found}"
    recalls = any(re.match(rf"{re.escape(start)}\s*[:：]", subject) for start in words["recall_subjects"])
    text = folded(inbound.body[:1000])
    return (
        "a message recall" if recalls and any(phrase in text for phrase in words["recall_phrases"]) else None
    )


def _mailing_list(inbound: Inbound, envelope: Envelope | None, own: OwnMail) -> str | None:
    """Mail of lists and mass mailings, unless a list stands in front of our own address (L-11)."""
    if not came_through_a_list(inbound):
        return None
    list_id = (re.findall(r"<([^<>]*)>", inbound.header("List-Id") or "") or [""])[-1]
    if list_id.lower() in own.lists or (_is_addressed_to_us(inbound, own) and not _is_mass_mail(inbound)):
        return None
    if any(own.is_our_message_id(one) for one in (inbound.in_reply_to, *inbound.references) if one):
        return None
    return f"mailing list {list_id}" if list_id else f"Precedence: {_precedence(inbound) or 'list headers'}"


def _is_addressed_to_us(inbound: Inbound, own: OwnMail) -> bool:
    recipients = (*inbound.to, *inbound.cc)
    return any(one.address.lower() in own.addresses or one.domain in own.domains for one in recipients)


def _is_mass_mail(inbound: Inbound) -> bool:
    """Whether one can leave this list but not write to it: a newsletter."""
    return inbound.header("List-Unsubscribe") is not None and inbound.header("List-Post") is None


_TABLE: tuple[tuple[Reason, Rule], ...] = (
    ("own-echo", _own_echo),
    ("bounce", _bounce),
    ("notification", _report),
    ("auto-reply", _answered_itself),
    ("auto-reply", _auto_reply_field),
    ("auto-reply", _auto_reply_subject),
    ("auto-reply", _auto_reply_opening),
    ("notification", _generated_itself),
    ("notification", _notification_field),
    ("notification", _notification_subject),
    ("auto-reply", _null_sender),
    ("list", _mailing_list),
)
"""Reasons in the order they are asked: the surest first, the weak signal of a list last."""


# ---------------------------------------------------------------------------------------------- small readings


def _precedence(inbound: Inbound) -> str:
    return (inbound.header("Precedence") or "").strip().lower()


def _field_of(inbound: Inbound, kind: str) -> str | None:
    """The first header of the mail that the lexicon lists under this kind."""
    return next((name for name in _phrases()[kind]["fields"] if inbound.header(name) is not None), None)


@lru_cache(maxsize=1)
def _phrases() -> lexicon.Phrases:
    return lexicon.read("screening")
