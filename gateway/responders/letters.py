"""The notices of a step as finished messages: to whom, in which words, under which signed reply address.

Composed in the same transaction that records the step, so that what is printed (a case number, when the next
update comes) is exactly what was decided, and a message is either owed together with its step or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

import structlog

from gateway import chat_address, chat_note, reply_address
from gateway.cases import business_time, saying, steps
from gateway.cases.case import Case, Notice, Party, Step
from gateway.cases.directory import Directory, Staff
from gateway.cases.escalation import ADMINISTRATOR
from gateway.cases.events import FOREIGN_MANAGER
from gateway.cases.policy import Policy, Terms
from gateway.chat_ports import Undelivered
from gateway.chats import Chats
from gateway.messages import Address, Attachment, Outbound
from gateway.ports import Ids, Ready
from gateway.reply_address import Bound
from gateway.responders import crm
from gateway.responders.composer import ABOUT_SEVERAL_CASES, Composer, Letter, Recipient
from gateway.responders.headline import headline
from gateway.responders.letter_view import asked_in_chat
from gateway.responders.relay import Reached, Relay

log = structlog.get_logger()

CUSTOMER = "customer"
CRM = "crm"
CARRIES_FILES = frozenset({"engineer_reply", "inspection_report"})
"""Notices with which a colleague's files go on to the customer; from all others nothing leaves the house."""

INVITES_TO_CHAT = frozenset({"receipt", "first_reply"})
"""Letters that offer a chat, where there is one."""

ASKING = frozenset({"receipt", "first_reply", "out_of_scope", "service_not_covered"})
"""Letters that ask for what is missing of a report."""

OUTSIDE = frozenset({CUSTOMER, FOREIGN_MANAGER})
"""The roles of people at the customer's."""

ALERT_EVERY = timedelta(days=1)
ACKNOWLEDGEMENTS = frozenset({"receipt", "first_reply", "out_of_scope", "service_not_covered"})
LOOKED_AT = frozenset({"engineer_replied", "triaged", "planned", "dispatched", "resolved"})
ANSWERED_BY_ONE_WORD = frozenset({"held_command"})
ONE_WORD = "#confirm"
URGENT = frozenset({"escalation", "notice_failed", "operator_alert"})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who we are in a From line, for how long things live, and where our pages are reached, if they are."""

    support: str
    names: Mapping[str, str]
    key: bytes
    token_days: int
    lifetime: timedelta
    urgent_lifetime: timedelta
    portal_url: str = ""


def customer_letter(
    composer: Composer,
    notice: Notice,
    case: Case,
    at: datetime,
    terms: Terms,
    engineer: str | None,
    chat_link: str | None = None,
) -> Letter:
    """What the customer reads: with the moment of the next update, and outside hours when handling begins."""
    party = reader_of(notice, case)
    closed = not business_time.is_open(terms.calendar, at)
    silent_afterwards = waits_for_proof(party, case)
    return composer.compose(
        notice,
        case,
        Recipient(
            party.name,
            party.language,
            "customer",
            party.known,
            by_chat=chat_address.is_chat(party.address),
        ),
        at,
        next_update=None if silent_afterwards else steps.next_update(case, notice.name, at, terms),
        handling_begins=business_time.next_open(terms.calendar, at) if closed else None,
        engineer=engineer,
        subject_of_thread=case.subject,
        chat_link=chat_link,
    )


def offered_in_chat(notice: Notice, case: Case, party: Party) -> tuple[str, str] | None:
    """The field that the letter asks for and the value that it offers; None where it asks openly, or nothing."""
    if notice.name not in ASKING or notice.to != CUSTOMER or not chat_address.is_chat(party.address):
        return None
    asked = next(iter(asked_in_chat(case)), None)
    return (asked, case.uncertain[asked]) if asked is not None and asked in case.uncertain else None


def waits_for_proof(party: Party, case: Case) -> bool:
    """Whether somebody may be written to whose name was perhaps only used: little, until one of us has looked."""
    return party.unproved and case.engineer is None and LOOKED_AT.isdisjoint(case.moments)


def is_withheld(notice: Notice, party: Party, case: Case) -> bool:
    """Whether this letter must not go to somebody outside now; a colleague's own words always may (T19)."""
    if notice.name in saying.OWN_WORDS:
        return not party.address
    if not party.answerable or not party.address:
        return True
    acknowledges = notice.name in ACKNOWLEDGEMENTS and case.version <= 1 and case.reported_by is None
    return waits_for_proof(party, case) and not acknowledges


def files_for(notice: Notice, attachments: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Those of a colleague's files that go with this notice: all or none.

    Whoever puts words into another language for the customer gets the files too: they belong to the words.
    """
    outward = notice.name in CARRIES_FILES and notice.to in OUTSIDE
    return tuple(attachments) if outward or notice.name == saying.WORDING_NEEDED else ()


def _naming(notice: Notice, files: Sequence[Attachment]) -> Notice:
    """The notice, naming the files that go with it."""
    names = [file.name for file in files if file.name]
    return replace(notice, facts={**notice.facts, "attachments": names}) if names else notice


def _files_in(note: bytes) -> tuple[Attachment, ...]:
    """The files of a chat's note, to be saved: a note keeps their names and bytes, and no type."""
    return tuple(
        Attachment(
            file.name, "application/octet-stream", len(file.content), inline=False, content=file.content
        )
        for file in chat_note.from_bytes(note).files
    )


def _words_of(notice: Notice) -> tuple[str, str] | None:
    """The words that a notice carries, and their language; None where it carries none."""
    words, language = notice.facts.get("words"), notice.facts.get("words_language")
    return (words, language) if isinstance(words, str) and isinstance(language, str) else None


def reader_of(notice: Notice, case: Case) -> Party:
    """Who at the customer's reads this: whom we answer, or the foreign manager, each in their language (P-36)."""
    if notice.to == FOREIGN_MANAGER and case.foreign_manager is not None:
        return case.foreign_manager
    return case.answered


def _reads(staff: Staff | None) -> str:
    """The language in which we write to a colleague."""
    return staff.languages[0] if staff is not None and staff.languages else "zh-Hans"


class NoticeLetters:
    """`gateway.ports.Letters`: relay, composer and mail format joined."""

    def __init__(
        self,
        *,
        composer: Composer,
        relay: Relay,
        directory: Directory,
        policy: Policy,
        staffed: frozenset[str],
        sender: Sender,
        ids: Ids,
        to_bytes: Callable[[Outbound, datetime], tuple[str, bytes]],
        chats: Chats | None = None,
    ) -> None:
        self._composer = composer
        self._relay = relay
        self._directory = directory
        self._policy = policy
        self._staffed = staffed
        self._sender = sender
        self._ids = ids
        self._to_bytes = to_bytes
        self._chats = chats or Chats()
        self._broken: set[str] = set()
        self._told: dict[str, datetime] = {}

    def letters(
        self, before: Case | None, step: Step, at: datetime, attachments: Sequence[Attachment] = ()
    ) -> Sequence[Ready]:
        """One message per person for every notice of the step, with the files that may go with it."""
        ready = [
            each
            for notice in step.notices
            for files in (files_for(notice, attachments),)
            for each in self._given(_naming(notice, files), step.case, at, files)
        ]
        return [*ready, *self._alerts(step.case, at)]

    def answer(
        self, case: Case, notice: Notice, staff_id: str, at: datetime, *, by_mail: bool = False
    ) -> Sequence[Ready]:
        """One message to one colleague, whatever their duty; none if they have left the directory."""
        staff = self._directory.staff.get(staff_id)
        return (
            [self._to_staff(notice, case, Reached(staff), at, by_mail=by_mail)] if staff is not None else []
        )

    def _given(
        self, notice: Notice, case: Case, at: datetime, files: tuple[Attachment, ...] = ()
    ) -> Sequence[Ready]:
        if notice.to in OUTSIDE:
            return self._to_customer(notice, case, at, files)
        if notice.to == CRM:
            return [self._to_crm(notice, case, at)]
        people = self._relay.people_for(notice.to, case, at)
        return [self._to_staff(notice, case, reached, at, files) for reached in people]

    def _alerts(self, case: Case, at: datetime) -> Sequence[Ready]:
        """What is wrong with the templates, to the administrator, once a day for each fault (G22)."""
        ready: list[Ready] = []
        for problem in sorted(self._broken):
            if self._told.get(problem, at - ALERT_EVERY) > at - ALERT_EVERY:
                continue
            self._told[problem] = at
            notice = Notice(
                id=f"{case.number}/alert/{len(self._told)}/{int(at.timestamp())}",
                name="operator_alert",
                to=ADMINISTRATOR,
                facts={"what": "template", "detail": problem},
            )
            ready += self._given(notice, case, at)
        self._broken.clear()
        return ready

    def _to_customer(
        self, notice: Notice, case: Case, at: datetime, files: tuple[Attachment, ...]
    ) -> Sequence[Ready]:
        party = reader_of(notice, case)
        if is_withheld(notice, party, case):
            log.info("notice_not_sent", case=case.number, notice=notice.name, reason="unwelcome, or unproved")
            return []
        if party.address.lower() in case.unreachable:
            log.warning(
                "notice_not_sent", case=case.number, notice=notice.name, reason="mail to them came back"
            )
            return []
        terms = self._policy.terms(case.plan, self._staffed)
        signed = self._signed(notice, case, party.address, at)
        link = self._chat_link(notice, case, party, signed[0], at)
        letter = customer_letter(self._composer, notice, case, at, terms, self._holder(case), link)
        thread = (*case.thread, self._anchor(case, "case"))
        outbound = self._outbound(
            notice, case, letter, Address(party.name if party.known else None, party.address), signed
        )
        return [
            self._ready(
                outbound(
                    in_reply_to=next((each for each in reversed(case.thread) if each.startswith("<")), None),
                    references=thread,
                    attachments=files,
                    offers=offered_in_chat(notice, case, party),
                ),
                notice,
                None,
                at,
            )
        ]

    def _chat_link(self, notice: Notice, case: Case, party: Party, look_up: str, at: datetime) -> str | None:
        """By which a contact can go on in a chat: in the first mails to somebody we know who has linked none (T31)."""
        address = party.address
        if notice.name not in INVITES_TO_CHAT or not party.known or party.unproved or notice.to != CUSTOMER:
            return None
        if self._chats.bot_name is None or chat_address.is_chat(address):
            return None
        if self._chats.chat_of("contact", address.lower()) is not None:
            return None
        bound = Bound(look_up, case.number, address, notice.to, chat_address.CHAT_LINK, self._token_until(at))
        return self._chats.deep_link(reply_address.sign(self._sender.key, bound))

    def by_mail(self, case: Case, lost: Undelivered, at: datetime) -> Ready | None:
        """What a chat did not take, as a mail to the same person; None where we know no mailbox that takes it (F26)."""
        to = self._mailbox_of(lost)
        if to is None or to.address.lower() in case.unreachable:
            return None
        notice = Notice(id=lost.notice_id, name=lost.notice, to=lost.role)
        signed = self._signed(notice, case, to.address, at)
        letter = Letter(lost.subject, lost.words, "", case.reporter.language, None)
        outbound = self._outbound(notice, case, letter, to, signed)(
            references=(self._anchor(case, "case"),), attachments=_files_in(lost.raw)
        )
        return self._ready(replace(outbound, html=None), notice, lost.person, at)

    def _mailbox_of(self, lost: Undelivered) -> Address | None:
        """A colleague's own; a customer's only where their chat is linked to it."""
        if lost.person is not None:
            staff = self._directory.staff.get(lost.person)
            return Address(staff.name, staff.email) if staff is not None else None
        link = self._chats.at(lost.recipient)
        contact = self._directory.contact_at(link.person) if link and link.kind == "contact" else None
        return Address(contact.name, link.person) if link and contact else None

    def _to_crm(self, notice: Notice, case: Case, at: datetime) -> Ready:
        """The CRM is a channel like any other: a message to one recipient, with its outbox row (P-26, P-48)."""
        look_up, us = self._ids.outbound_id(), Address(None, self._sender.support)
        outbound = Outbound(
            id=look_up,
            case_number=case.number,
            notice=notice.name,
            role=CRM,
            channel=CRM,
            sender=us,
            to=Address(None, CRM),
            reply_to=us,
            message_id=look_up,
            subject=notice.name,
            text="",
            html=None,
            language="en",
        )
        return Ready(
            outbound=outbound,
            sender="",
            notice_id=notice.id,
            person=None,
            raw=crm.crm_payload(notice, case, at, look_up),
            at=at,
            lifetime_until=at + self._sender.lifetime,
            token_until=self._token_until(at),
        )

    def _to_staff(
        self,
        notice: Notice,
        case: Case,
        reached: Reached,
        at: datetime,
        files: tuple[Attachment, ...] = (),
        *,
        by_mail: bool = False,
    ) -> Ready:
        person = reached.staff
        chat = None if by_mail else self._chats.chat_of("staff", person.id)
        address = chat or person.email
        signed = self._signed(notice, case, address, at)
        letter = self._composer.compose(
            self._answerable_at_once(notice, case, signed),
            case,
            Recipient(person.name, _reads(person), "staff", by_chat=chat is not None),
            at,
            engineer=self._holder(case),
        )
        above = (
            self.headline(case, person.id, at)
            if chat is not None and notice.name not in ABOUT_SEVERAL_CASES
            else ""
        )
        outbound = self._outbound(notice, case, letter, Address(person.name, address), signed)
        return self._ready(
            outbound(
                headline=above,
                references=(self._anchor(case, "staff"),),
                not_before=reached.not_before,
                attachments=files,
            ),
            notice,
            person.id,
            at,
        )

    def headline(self, case: Case, staff_id: str, at: datetime) -> str:
        """Above what a colleague is told in a chat: where the case stands now."""
        staff = self._directory.staff.get(staff_id)
        return headline(self._composer, case, _reads(staff), self._holder(case), at)

    def _holder(self, case: Case) -> str | None:
        """The name of who has the case."""
        engineer = self._directory.staff.get(case.engineer or "")
        return engineer.name if engineer else None

    def _signed(self, notice: Notice, case: Case, address: str, at: datetime) -> tuple[str, str]:
        """The look-up id of a new letter, and its token: made here and nowhere else."""
        until = self._token_until(at)
        bound = Bound(self._ids.outbound_id(), case.number, address, notice.to, notice.name, until)
        return bound.look_up, reply_address.sign(self._sender.key, bound)

    def _answerable_at_once(self, notice: Notice, case: Case, signed: tuple[str, str]) -> Notice:
        """Where one word is wanted: with a link to a page that asks, or else to an answer ready to be sent."""
        if notice.name not in ANSWERED_BY_ONE_WORD:
            return notice
        if self._sender.portal_url:
            link = f"{self._sender.portal_url.rstrip('/')}/answer/{signed[1]}"
            return replace(notice, facts={**notice.facts, "answer_link": link})
        to = quote(reply_address.reply_to(self._sender.support, signed[1]), safe="@")
        link = f"mailto:{to}?subject={quote(f'Re: [{case.number}]')}&body={quote(ONE_WORD)}"
        return replace(notice, facts={**notice.facts, "answer_link": link})

    def _outbound(
        self, notice: Notice, case: Case, letter: Letter, to: Address, signed: tuple[str, str]
    ) -> Callable[..., Outbound]:
        """The message but for its threading; `signed` is its look-up id and its token."""
        if letter.problem is not None:
            log.error("template_failed", notice=notice.name, problem=letter.problem)
            self._broken.add(letter.problem)
        sender = self._sender
        look_up, token = signed
        name = sender.names.get(letter.language) or next(iter(sender.names.values()), None)

        def finish(
            *,
            in_reply_to: str | None = None,
            references: tuple[str, ...] = (),
            not_before: datetime | None = None,
            attachments: tuple[Attachment, ...] = (),
            headline: str = "",
            offers: tuple[str, str] | None = None,
        ) -> Outbound:
            return Outbound(
                id=look_up,
                case_number=case.number,
                notice=notice.name,
                role=notice.to,
                channel=chat.channel if (chat := chat_address.read(to.address)) else "mail",
                sender=Address(name, sender.support),
                to=to,
                reply_to=Address(name, reply_address.reply_to(sender.support, token)),
                message_id=reply_address.message_id(token, sender.support.rpartition("@")[2]),
                subject=letter.subject,
                text=letter.text,
                html=letter.html,
                language=letter.language,
                automatic=notice.name not in saying.OWN_WORDS,
                in_reply_to=in_reply_to,
                references=references,
                not_before=not_before,
                attachments=attachments,
                headline=headline,
                offers=offers,
            )

        return finish

    def _ready(self, outbound: Outbound, notice: Notice, person: str | None, at: datetime) -> Ready:
        sender, raw = self._to_bytes(outbound, at)
        lifetime = self._sender.urgent_lifetime if notice.name in URGENT else self._sender.lifetime
        return Ready(
            outbound=outbound,
            sender=sender,
            notice_id=notice.id,
            person=person,
            raw=raw,
            at=at,
            said=_words_of(notice),
            lifetime_until=(outbound.not_before or at) + lifetime,
            token_until=self._token_until(at),
        )

    def _token_until(self, at: datetime) -> datetime:
        """To the second: what is signed must be what is stored."""
        return (at + timedelta(days=self._sender.token_days)).replace(microsecond=0)

    def _anchor(self, case: Case, thread: str) -> str:
        """An id that no mail has, first in every References: one thread per case, even if ids are rewritten (L-35)."""
        return f"<{thread}.{case.number.lower()}@{self._sender.support.rpartition('@')[2]}>"
