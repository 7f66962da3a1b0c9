"""A colleague's commands that nothing proves to be theirs: held, until whoever reads their mailbox confirms them.

Only the address in the directory gets the notice that asks, and with it a token of its own; so an answer to it is proof
enough, whatever the mail systems say (RELIABILITY 2.1 rule 2). It must say yes: a vacation program answers too.
"""

from dataclasses import replace
from datetime import timedelta

from gateway.cases import events
from gateway.cases.case import Case, Notice
from gateway.cases.directory import Staff
from gateway.intake import acting, placing
from gateway.intake.acting import Written
from gateway.intake.message import ADDED, Outcome
from gateway.intake.taking import Taking
from gateway.ports import Sent, Unconfirmed
from gateway.staff_turn import NotConfirmed

NOTICE = "held_command"
COLLEAGUE = "colleague"
MOST_A_DAY = 5
"""So often one colleague is asked about one case within a day: more are not their commands, but somebody's mischief."""

YES = frozenset(
    {"confirm", "confirmed", "yes", "ok", "okay", "确认", "確認", "是", "是的", "同意", "好", "好的"}
)
NO = frozenset({"no", "cancel", "not me", "否", "不是", "不是我", "取消", "不同意", "拒绝", "拒絕"})
WAITING, DONE, REFUSED = "waiting", "confirmed", "refused"


def hold(taking: Taking, case: Case, staff: Staff, sent: Sent, reason: str) -> Outcome:
    """Keep the words as an unverified note, and ask the colleague where they would do anything."""
    words = acting.written(taking, case)
    why = f"{reason}: {taking.message.authentication.evidence}"
    taking.put(case, "unverified", why, placing.considered(taking, sent))
    happened, _ = acting.turn_of(taking, case, staff, sent, words)
    if all(isinstance(event, events.NoteTaken) for event in happened):
        return Outcome(ADDED, case.number, "an unverified note of a colleague's")
    at = taking.clock.now()
    if taking.work.times_asked(case.number, staff.id, at - timedelta(days=1)) >= MOST_A_DAY:
        return Outcome(ADDED, case.number, "unverified, and its sender was asked often enough today")
    until = (at + taking.rules.hold).replace(microsecond=0)
    notice = Notice(
        id=f"{case.number}/held/{taking.message.kept.id}",
        name=NOTICE,
        to=COLLEAGUE,
        facts={
            "words": words.text,
            "words_language": words.language,
            "due": until.isoformat(),
            "detail": taking.message.authentication.evidence,
            "attachments": [file.name for file in words.files if file.name],
        },
    )
    for letter in taking.answer(case, staff.id, notice):
        taking.work.hold(
            Unconfirmed(
                id=letter.outbound.id,
                case_number=case.number,
                staff_id=staff.id,
                answers=sent.id,
                text=words.text,
                language=words.language,
                files=words.files,
                facts=words.facts,
                inbox_id=taking.message.kept.id,
                at=at,
                until=until,
            )
        )
    return Outcome(ADDED, case.number, "its commands wait for its sender's confirmation")


def answered(taking: Taking, case: Case, staff: Staff, asked: Sent) -> Outcome:
    """The colleague's answer to the notice that asked: yes, no, or something else."""
    waiting = taking.work.unconfirmed(asked.id)
    taking.put(case, "staff", f"answers our {NOTICE}", placing.considered(taking, asked))
    if waiting is None or waiting.staff_id != staff.id:
        return _told(taking, case, staff, "not_waiting")
    says = _first_line(taking.message.report.text)
    if says in NO:
        taking.work.confirmed(waiting.id, REFUSED)
        taking.advance(case, [events.NoteTaken(text=taking.message.report.text, by=staff.id)])
        return Outcome(ADDED, case.number, "a colleague says that held commands are not theirs")
    if says not in YES:
        return _told(taking, case, staff, "not_confirmed")
    return confirm(taking, case, staff, waiting)


def confirm(taking: Taking, case: Case, staff: Staff, waiting: Unconfirmed) -> Outcome:
    """What was held happens to the case as it is now; too late, nothing does."""
    sent = taking.work.sent(waiting.answers)
    if sent is None or waiting.until < taking.message.kept.received_at:
        return _told(taking, case, staff, "too_late")
    taking.work.confirmed(waiting.id, DONE)
    outcome = acting.act(
        taking, case, staff, sent, Written(waiting.text, waiting.language, waiting.files, waiting.facts)
    )
    return replace(outcome, reason="confirms the commands that were held")


def _told(taking: Taking, case: Case, staff: Staff, why: NotConfirmed) -> Outcome:
    acting.tell(taking, case, staff, COLLEAGUE, why, taking.message.report.text)
    return Outcome(ADDED, case.number, f"answers our {NOTICE}: {why}")


def _first_line(text: str) -> str:
    """The first written line, bare of signs: what a person answers, or the prepared answer has ready."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return line.strip(" \t#＃。.!！,，>\u3000").lower()
