"""One message in hand, inside the transaction that takes it in: what every kind of sender's message needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway import chat_address
from gateway.cases import events, steps
from gateway.cases.case import Case, Notice, Step
from gateway.cases.directory import Staff
from gateway.cases.events import Event
from gateway.cases.matching import Considered
from gateway.cases.policy import Terms
from gateway.intake import budgeting, conversing
from gateway.intake.message import ReadMessage, Rules
from gateway.messages import Attachment
from gateway.ports import Clock, Ids, Letters, Ready, Said, Work

MOST_TOLD_A_DAY = 3


@dataclass(frozen=True, slots=True)
class Taking:
    """The message, the transaction, and what is needed to let something happen to a case in it."""

    work: Work
    message: ReadMessage
    rules: Rules
    letters: Letters
    clock: Clock
    ids: Ids

    @property
    def sender(self) -> str:
        """The address in From, in lower case; empty when there is none."""
        sender = self.message.inbound.sender
        return sender.address.lower() if sender else ""

    @property
    def came_by_chat(self) -> bool:
        """Whether it was written in a chat."""
        return chat_address.is_chat(self.message.kept.envelope.mail_from)

    @property
    def channel(self) -> str:
        """By which it came: the chat's, or mail."""
        chat = chat_address.read(self.message.kept.envelope.mail_from)
        return chat.channel if chat is not None else "mail"

    def advance(self, case: Case, happened: Sequence[Event], files: Sequence[Attachment] = ()) -> Case:
        """What one message makes happen is one step; `files` go on with what may carry them."""
        if not happened:
            return case
        at = self.clock.now()
        step = steps.advance_together(case, happened, at, self.terms(case))
        return self._recorded(case, step, at, files)

    def _recorded(
        self, before: Case | None, step: Step, at: datetime, files: Sequence[Attachment] = ()
    ) -> Case:
        """The step and its letters; what a mail from outside brings about, as far as its budget goes."""
        from_us = self.rules.directory.staff_at(self.sender) is not None
        if not from_us:
            step = budgeting.within_budget(self.work, self.message, self.rules.limits, step, at)
        ready = self.letters.letters(before, step, at, files)
        self.work.record(step, ready if from_us else budgeting.as_answers(ready, self.message, step.case))
        return step.case

    def terms(self, case: Case) -> Terms:
        """What this case's plan promises."""
        return self.rules.policy.terms(case.plan, self.rules.staffed)

    def put(
        self, case: Case | str, audience: str, evidence: str, considered: tuple[Considered, ...] = ()
    ) -> None:
        """Lay the message on the case, for this audience, with why it is there and what else was considered."""
        message = self.message
        inbound = message.inbound
        said = Said(
            at=message.kept.received_at,
            audience=audience,
            person=inbound.sender.address.lower()
            if inbound.sender
            else _mailbox(message.kept.envelope.mail_from),
            subject=inbound.subject,
            words=message.report.text,
            message_id=inbound.message_id,
            inbox_id=message.kept.id,
            evidence=evidence,
            considered=considered,
            people=conversing.people(message, self.rules),
            anchors=conversing.anchors(message, self.rules) if audience != "automatic" else (),
        )
        self.work.put(case if isinstance(case, str) else case.number, said)

    def answer(self, case: Case, staff_id: str, notice: Notice) -> Sequence[Ready]:
        """Tell the colleague who wrote, where they wrote, whatever their duty; what is on its way to them."""
        by_mail = not self.came_by_chat
        ready = self.letters.answer(case, notice, staff_id, self.clock.now(), by_mail=by_mail)
        self.work.say(case, ready)
        return ready

    def may_tell(self, case: Case, staff: Staff) -> bool:
        """Whether a colleague may be told that a mail in their name was not used: anybody can write such mail."""
        day = self.clock.now() - timedelta(days=1)
        return self.work.times_told(case.number, staff.email, day) < MOST_TOLD_A_DAY

    def begin(
        self, case: Case, words: str, by: str, reason: str, considered: tuple[Considered, ...] = ()
    ) -> Case:
        """The report itself: case, letters and message together; a complaint goes to quality as well (P-60)."""
        at = case.opened_at
        language = case.reporter.language
        step = steps.open_case(
            case, events.Reported(text=words, language=language, by=by), at, self.terms(case)
        )
        opened = self._recorded(None, step, at)
        self.put(case, "customer", reason, considered)
        if case.kind == "complaint":
            complained = events.Complained(text=words, language=language, by=by)
            return self.advance(opened, [complained])
        return opened

    def number(self, at: datetime) -> str:
        """A case number that no case has."""
        number = self.ids.case_number(at)
        while self.work.has_case(number):
            number = self.ids.case_number(at)
        return number


def _mailbox(mail_from: str) -> str:
    """The return path, if it is a mailbox: SMTP lets one through that has no domain, as a chat's address has none."""
    return mail_from if "@" in mail_from else ""
