"""One inbound message, from the inbox to a recorded step.

Reading happens outside any transaction and touches nothing. Then one transaction looks up where the message belongs,
lets the event happen, composes what is to be said, records everything and marks the message as settled. A crash
at any instruction leaves the message in the inbox, or all of it done (RELIABILITY G1, G2, F1-F4, F9).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from gateway import case_number, colleague_report, customer_turn, reply_address, staff_turn
from gateway.cases import events, matching, saying, steps
from gateway.cases.case import Case, Notice
from gateway.cases.directory import Directory, Staff
from gateway.cases.events import Event
from gateway.cases.matching import Evidence, Match, TokenEvidence
from gateway.cases.policy import Policy, Terms
from gateway.colleague_report import Filed, answers
from gateway.errors import NotNow, StaleCase
from gateway.messages import Attachment, Envelope, Inbound
from gateway.parsers import enclosures, glance, mime, screening
from gateway.parsers.report import Reader, Report, Vendor
from gateway.parsers.screening import OwnMail
from gateway.ports import Clock, Ids, Kept, Letters, Said, Sent, Store, Work
from gateway.reply_address import Bound

log = structlog.get_logger()

LIVES = 3
"""So often a message is read; then it is only glanced at, and a person reads it (F9, G5)."""

LAST_LIVES = 6
"""So often it is taken in at all; then it is set aside."""

CLAIM = 50
MOST_TOKENS = 10
"""How many reply tokens of one message are looked up; a genuine answer carries one or two."""

FILED, OPENED, ADDED, SET_ASIDE = "filed", "case_opened", "added", "set_aside"
FAILED, POSTPONED = "failed", "postponed"
"""Not where a message ended: it is still in the inbox, and will be tried again."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What intake decides by: the owner's data and our own identity."""

    policy: Policy
    directory: Directory
    commands: Mapping[str, Sequence[str]]
    support: str
    own: OwnMail
    keys: Sequence[bytes]
    reopen_days: int
    vendor: Vendor
    freemail: Callable[[str], bool]
    staffed: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReadMessage:
    """A kept message, understood; `filed` is what a colleague's mail says of a customer (P-23)."""

    kept: Kept
    inbound: Inbound
    report: Report
    may_be_answered: bool
    filed: Filed | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a message ended."""

    name: str
    case_number: str | None = None
    reason: str | None = None


class Intake:
    """Takes kept messages in. `read` is pure and may run in any thread; `take_in` runs inside a transaction."""

    def __init__(
        self, store: Store, reader: Reader, rules: Rules, letters: Letters, clock: Clock, ids: Ids
    ) -> None:
        self._store = store
        self._reader = reader
        self._rules = rules
        self._letters = letters
        self._clock = clock
        self._ids = ids

    async def turn(self) -> Sequence[Outcome]:
        """Take in what waits, in the order it came; what each message became. Empty when nothing waits."""
        claimed = await self._store.run(lambda work: work.claim_inbox(CLAIM))
        reading = [
            asyncio.ensure_future(asyncio.to_thread(self._reading_of(kept), kept))
            if kept.deaths < LAST_LIVES
            else None
            for kept in claimed
        ]
        taking: list[asyncio.Future[Outcome]] = []
        for kept, message in zip(claimed, reading, strict=True):
            if message is not None:
                # An answer must not overtake what it answers (L-69).
                await asyncio.wait((message,))
            taking.append(asyncio.ensure_future(self._one(kept, message)))
        return await asyncio.gather(*taking)

    async def _one(self, kept: Kept, reading: "asyncio.Future[ReadMessage] | None") -> Outcome:
        try:
            if reading is None:
                return await self._set_aside(kept)
            message = await reading
            outcome = await self._store.run(lambda work: self.take_in(work, message))
        except NotNow as error:
            log.warning("intake_postponed", inbox=kept.id, reason=str(error))
            await self._release(kept)
            return Outcome(POSTPONED)
        except StaleCase:
            log.info("intake_settled_elsewhere", inbox=kept.id)
            return Outcome(POSTPONED)
        except Exception as error:
            # Whatever a message does to us, the queue moves on (F9).
            log.exception("intake_failed", inbox=kept.id, deaths=kept.deaths + 1)
            return Outcome(FAILED, reason=type(error).__name__)
        log.info("message_taken_in", inbox=kept.id, outcome=outcome.name, case=outcome.case_number)
        return outcome

    async def _release(self, kept: Kept) -> None:
        """Our own fault, and passing: it is no death of the message's."""
        with suppress(NotNow):
            await self._store.run(lambda work: work.release_inbox(kept.id))

    def _reading_of(self, kept: Kept) -> Callable[[Kept], ReadMessage]:
        return self.read if kept.deaths < LIVES else self.glance

    def glance(self, kept: Kept) -> ReadMessage:
        """A message that may have taken us down: its sender is answered, and a person reads the rest (G5)."""
        problem = (
            f"reading it failed {kept.deaths} times: read it yourself with `gateway inbox export {kept.id}`"
        )
        report = glance.read(kept.raw, kept.envelope, self._rules.own, problem)
        log.error("message_glanced_at", inbox=kept.id, deaths=kept.deaths)
        answerable = screening.may_be_answered(report.inbound, kept.envelope, report.automatic)
        return ReadMessage(kept, report.inbound, report, answerable)

    def read(self, kept: Kept) -> ReadMessage:
        """Bytes to meaning."""
        inbound = mime.read(kept.raw)
        report = self._reader.read(inbound, kept.envelope, kept.raw)
        answerable = screening.may_be_answered(inbound, kept.envelope, report.automatic)
        return ReadMessage(kept, inbound, report, answerable, self._filed(report, inbound))

    def _filed(self, report: Report, inbound: Inbound) -> Filed | None:
        if inbound.sender is None or self._rules.directory.staff_at(inbound.sender.address) is None:
            return None
        return colleague_report.read(
            report, inbound, self._reader, vendor=self._rules.vendor, directory=self._rules.directory
        )

    def take_in(self, work: Work, message: ReadMessage) -> Outcome:
        """Everything that one message does, in the caller's transaction."""
        outcome = self._decide(work, message)
        work.settle(message.kept.id, outcome.name, reason=outcome.reason, case_number=outcome.case_number)
        return outcome

    # Where it belongs.

    def _decide(self, work: Work, message: ReadMessage) -> Outcome:
        inbound, report = message.inbound, message.report
        sent = self._verified(work, inbound, message.kept.envelope)
        if report.automatic is not None and report.automatic.reason != "list":
            return self._file_automatic(work, message, sent)
        sender = inbound.sender.address.lower() if inbound.sender else ""
        staff = self._rules.directory.staff_at(sender)
        if staff is not None or (sent is not None and sent.role != saying.CUSTOMER):
            return self._from_staff(work, message, staff, sent, sender)
        return self._from_customer(work, message, sent, sender)

    def _verified(self, work: Work, inbound: Inbound, envelope: Envelope) -> Sent | None:
        """The message of ours that this one answers, if one of its tokens is genuine."""
        for token in self._tokens(inbound, envelope):
            sent = work.sent(reply_address.look_up_of(token))
            if sent is None:
                continue
            bound = Bound(sent.id, sent.case_number, sent.recipient, sent.role, sent.notice, sent.token_until)
            if reply_address.verify(self._rules.keys, token, bound):
                return sent
        return None

    def _tokens(self, inbound: Inbound, envelope: Envelope) -> tuple[str, ...]:
        addresses = [*envelope.recipients, *(person.address for person in (*inbound.to, *inbound.cc))]
        ids = [inbound.in_reply_to or "", *reversed(inbound.references)]
        return reply_address.tokens_in(addresses, ids, self._rules.support)[:MOST_TOKENS]

    def _match(self, work: Work, message: ReadMessage, sent: Sent | None, sender: str) -> Match:
        inbound = message.inbound
        token = None
        if sent is not None:
            token = TokenEvidence(
                case_number=sent.case_number,
                role=sent.role,
                notice=sent.notice,
                from_bound=sent.recipient.lower() == sender,
                same_house=self._same_house(sent.recipient, sender),
                expired=sent.token_until < message.kept.received_at,
            )
            if not token.expired:
                return matching.find_case(Evidence(token=token))
        ids = [each for each in (inbound.in_reply_to, *inbound.references) if each]
        answered = work.cases_with_message(ids)
        return matching.find_case(
            Evidence(
                token=token,
                broken_token=sent is None and bool(self._tokens(inbound, message.kept.envelope)),
                answered=[(number, person.lower() == sender) for number, _, person in answered],
                in_subject=[number for number in case_number.find(inbound.subject) if work.has_case(number)],
                open_cases=work.open_cases_of(sender) if sender else (),
            )
        )

    def _same_house(self, address: str, other: str) -> bool:
        domain = address.rpartition("@")[2].lower()
        return domain == other.rpartition("@")[2].lower() and not self._rules.freemail(domain)

    # Automatic mail.

    def _file_automatic(self, work: Work, message: ReadMessage, sent: Sent | None) -> Outcome:
        """Shown where it belongs, never acted on, never answered (LESSONS 1, 8, 18)."""
        automatic = message.report.automatic
        reason = f"{automatic.reason}: {automatic.evidence}" if automatic else ""
        if sent is not None:
            work.put(sent.case_number, self._said(message, "automatic", reason))
        return Outcome(FILED, sent.case_number if sent else None, reason)

    # Colleagues.

    def _from_staff(
        self, work: Work, message: ReadMessage, staff: Staff | None, sent: Sent | None, sender: str
    ) -> Outcome:
        if sent is None:
            if staff is not None and message.filed is not None and message.filed.is_report:
                return self._from_colleague(work, message, message.filed, staff)
            return Outcome(FILED, None, "from a colleague, but in answer to nothing of ours")
        if sent.token_until < message.kept.received_at:
            return Outcome(FILED, None, f"from a colleague, but our {sent.notice} can be answered no longer")
        case = work.case(sent.case_number)
        if case is None:
            return Outcome(FILED, None, "answers a case that is gone")
        if staff is None or sent.recipient.lower() not in (staff.email.lower(), sender):
            work.put(
                case.number, self._said(message, "unverified", "a colleague's reply address, used by another")
            )
            self._advance(work, case, [events.ThirdPartyWrote(text=message.report.text, by=sender)], message)
            return Outcome(ADDED, case.number, "a colleague's reply address, used by somebody else")
        meaning = self._rules.policy.reply_means.get((sent.notice, sent.role), staff_turn.NOTE)
        if meaning == "facts":
            return self._facts_from_colleague(work, case, message, staff)
        files = enclosures.meant_to_be_sent(message.inbound.attachments)
        turn = staff_turn.read(
            message.report.text,
            message.report.language,
            staff_turn.Answered(staff, sent.role, meaning),
            case,
            self._rules.directory,
            self._rules.commands,
            tuple(self._rules.policy.levels),
            [file.name for file in files if file.name],
        )
        work.put(case.number, self._said(message, "staff", f"answers our {sent.notice}"))
        case = self._advance(work, case, turn.events, message, files)
        if sent.notice == "digest":
            self._acknowledge_others(work, sent, case, turn.events, message)
        for number, refusal in enumerate(turn.refusals):
            notice = Notice(
                id=f"{case.number}/answer/{message.kept.id}/{number}",
                name="reply_not_sent",
                to=sent.role,
                facts={"why": refusal.why, "words": refusal.words},
            )
            work.say(case, self._letters.answer(case, notice, staff.id, self._clock.now()))
        return Outcome(ADDED, case.number, f"answers our {sent.notice}")

    def _from_colleague(self, work: Work, message: ReadMessage, filed: Filed, staff: Staff) -> Outcome:
        """Whoever takes a report files it by mail; what is missing is asked back from them (P-23, P-24)."""
        known = work.cases_with_message([filed.original_message_id]) if filed.original_message_id else ()
        if known:
            case = work.case(known[0][0])
            if case is not None:
                work.put(case.number, self._said(message, "staff", "passes on a mail that lies on this case"))
                self._advance(work, case, [events.NoteTaken(text=message.report.text, by=staff.id)], message)
                return Outcome(ADDED, case.number, "a colleague passed on a mail that lies on this case")
        at = self._clock.now()
        inbound = filed.report.inbound
        case = customer_turn.new_case(
            self._number(work, at),
            filed.report,
            replace(inbound, subject=filed.original_subject or inbound.subject or message.inbound.subject),
            at,
            directory=self._rules.directory,
            policy=self._rules.policy,
            answerable=filed.customer is not None,
            suggestion=None,
            channel="mail",
            reported_by=staff.id,
            missing=filed.missing,
        )
        words = filed.report.text or message.report.text
        case = self._begin(work, case, words, staff.id, message, f"filed by {staff.id} for the customer")
        if case.missing:
            notice = Notice(
                id=f"{case.number}/facts/{message.kept.id}",
                name="facts_wanted",
                to="colleague",
                promise="P-23",
                facts={"missing": list(case.missing)},
            )
            work.say(case, self._letters.answer(case, notice, staff.id, at))
        return Outcome(OPENED, case.number, f"filed by {staff.id} for the customer")

    def _facts_from_colleague(self, work: Work, case: Case, message: ReadMessage, staff: Staff) -> Outcome:
        """The answer to what we had asked the colleague back."""
        found = answers(case.missing, message.report)
        work.put(case.number, self._said(message, "staff", "answers our facts_wanted"))
        learned = events.FactsLearned(text=message.report.text, by=staff.id, answers=found)
        self._advance(work, case, [learned], message)
        return Outcome(ADDED, case.number, "answers our facts_wanted")

    def _acknowledge_others(
        self, work: Work, sent: Sent, answered: Case, happened: Sequence[Event], message: ReadMessage
    ) -> None:
        """A digest is acknowledged as one: whoever has it in hand has every case in it in hand."""
        acknowledged = [event for event in happened if isinstance(event, events.Acknowledged)]
        for number in work.cases_in_digest(sent.id) if acknowledged else ():
            case = work.case(number)
            if case is not None and number != answered.number:
                self._advance(work, case, acknowledged, message)

    # Customers.

    def _from_customer(self, work: Work, message: ReadMessage, sent: Sent | None, sender: str) -> Outcome:
        match = self._match(work, message, sent, sender)
        if match.number is not None:
            case = work.case(match.number)
            if case is not None:
                outcome = self._on_case(work, case, message, match, sender)
                if outcome is not None:
                    return outcome
        return self._open(work, message, match)

    def _on_case(
        self, work: Work, case: Case, message: ReadMessage, match: Match, sender: str
    ) -> Outcome | None:
        """What it does to the case it belongs to; None when it is a matter of its own."""
        if not match.trusted:
            work.put(case.number, self._said(message, "third_party", match.reason))
            event = events.ThirdPartyWrote(
                text=message.report.text, language=message.report.language, by=sender
            )
            self._advance(work, case, [event], message)
            return Outcome(ADDED, case.number, match.reason)
        turn = customer_turn.read(
            case, message.report, message.inbound, sender, self._clock.now(), self._rules.reopen_days
        )
        if not turn.events:
            return None
        work.put(case.number, self._said(message, "customer", match.reason))
        self._advance(work, case, turn.events, message)
        return Outcome(ADDED, case.number, match.reason)

    def _open(self, work: Work, message: ReadMessage, match: Match) -> Outcome:
        at = self._clock.now()
        case = customer_turn.new_case(
            self._number(work, at),
            message.report,
            message.inbound,
            at,
            directory=self._rules.directory,
            policy=self._rules.policy,
            answerable=message.may_be_answered,
            suggestion=match.number or match.suggestion,
            channel="mail",
        )
        self._begin(work, case, message.report.text, case.reporter.address, message, match.reason)
        return Outcome(OPENED, case.number, match.reason)

    def _begin(self, work: Work, case: Case, words: str, by: str, message: ReadMessage, reason: str) -> Case:
        """The report itself: case, letters and message together; a complaint goes to quality as well (P-60)."""
        at = case.opened_at
        language = case.reporter.language
        step = steps.open_case(
            case, events.Reported(text=words, language=language, by=by), at, self._terms(case)
        )
        work.record(step, self._letters.letters(None, step, at))
        work.put(case.number, self._said(message, "customer", reason))
        if case.kind == "complaint":
            complained = events.Complained(text=words, language=language, by=by)
            return self._advance(work, step.case, [complained], message)
        return step.case

    def _number(self, work: Work, at: datetime) -> str:
        number = self._ids.case_number(at)
        while work.has_case(number):
            number = self._ids.case_number(at)
        return number

    # Steps.

    def _advance(
        self,
        work: Work,
        case: Case,
        happened: Sequence[Event],
        message: ReadMessage,
        files: Sequence[Attachment] = (),
    ) -> Case:
        """What one message makes happen is one step; `files` go on with what may carry them."""
        if not happened:
            return case
        at = self._clock.now()
        step = steps.advance_together(case, happened, at, self._terms(case))
        work.record(step, self._letters.letters(case, step, at, files))
        return step.case

    def _terms(self, case: Case) -> Terms:
        return self._rules.policy.terms(case.plan, self._rules.staffed)

    def _said(self, message: ReadMessage, audience: str, evidence: str) -> Said:
        inbound = message.inbound
        return Said(
            at=message.kept.received_at,
            audience=audience,
            person=inbound.sender.address.lower() if inbound.sender else message.kept.envelope.mail_from,
            subject=inbound.subject,
            words=message.report.text,
            message_id=inbound.message_id,
            inbox_id=message.kept.id,
            evidence=evidence,
        )

    async def _set_aside(self, kept: Kept) -> Outcome:
        """Even a glance at it took the process down: visible, with its bytes, and tried no more (F9)."""
        reason = f"taking it in failed {kept.deaths} times"
        await self._store.run(lambda work: work.settle(kept.id, SET_ASIDE, reason=reason))
        log.error("message_set_aside", inbox=kept.id, deaths=kept.deaths)
        return Outcome(SET_ASIDE, None, reason)
