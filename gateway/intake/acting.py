"""What a colleague's words do to a case, once it is certain that they are theirs."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway import staff_turn
from gateway.cases import events
from gateway.cases.case import Case, Notice
from gateway.cases.directory import Staff
from gateway.cases.events import Event
from gateway.intake import declining, learning, merging
from gateway.intake.message import ADDED, Outcome
from gateway.intake.taking import Taking
from gateway.messages import Attachment
from gateway.parsers import answers, enclosures
from gateway.ports import Sent
from gateway.staff_turn import Why

FACTS = "facts"
DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Written:
    """New words of a colleague's, their BCP 47 tag, the files meant to go with them, and the facts they give (P-23)."""

    text: str
    language: str
    files: tuple[Attachment, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


def written(taking: Taking, case: Case) -> Written:
    """What the message in hand says."""
    report = taking.message.report
    files = enclosures.meant_to_be_sent(taking.message.inbound.attachments)
    return Written(report.text, report.language, tuple(files), answers.by_colleague(case.missing, report))


def meaning_of(taking: Taking, sent: Sent) -> str:
    """What a reply to this letter of ours means."""
    return taking.rules.policy.reply_means.get((sent.notice, sent.role), staff_turn.NOTE)


def turn_of(
    taking: Taking, case: Case, staff: Staff, sent: Sent, words: Written
) -> tuple[Sequence[Event], Sequence[staff_turn.Refusal]]:
    """What the words would make happen to the case as it is, and what would be refused."""
    meaning = meaning_of(taking, sent)
    if meaning == FACTS:
        return [events.FactsLearned(text=words.text, by=staff.id, answers=words.facts)], ()
    turn = staff_turn.read(
        words.text,
        words.language,
        staff_turn.Answered(staff, sent.role, meaning),
        case,
        taking.rules.directory,
        taking.rules.commands,
        tuple(taking.rules.policy.levels),
        [file.name for file in words.files if file.name],
    )
    return turn.events, turn.refusals


def act(taking: Taking, case: Case, staff: Staff, sent: Sent, words: Written) -> Outcome:
    """Let it happen; what cannot is told to the colleague."""
    happened, refusals = turn_of(taking, case, staff, sent, words)
    happened, unmerged = merging.possible(taking, case, happened)
    happened = learning.with_contracts(taking, case, happened)
    happened = declining.with_nobody_left(taking, case, happened)
    before, case = case, taking.advance(case, happened, words.files)
    taught = learning.learn(taking, before, happened)
    merging.carry_over(taking, before, happened)
    learning.tell(taking, case, staff, sent.role, happened)
    if sent.notice == DIGEST:
        _acknowledge_others(taking, sent, case, happened)
    for number, refusal in enumerate([*refusals, *unmerged]):
        tell(taking, case, staff, sent.role, refusal.why, refusal.words, number)
    return Outcome(ADDED, case.number, f"answers our {sent.notice}", taught)


def tell(
    taking: Taking, case: Case, staff: Staff, role: str, why: Why, words: str = "", number: int = 0
) -> None:
    """Tell the colleague, at their address in the directory, that their message was not used, and why."""
    notice = Notice(
        id=f"{case.number}/answer/{taking.message.kept.id}/{number}",
        name="reply_not_sent",
        to=role,
        facts={"why": why, "words": words},
    )
    taking.answer(case, staff.id, notice)


def _acknowledge_others(taking: Taking, sent: Sent, answered: Case, happened: Sequence[Event]) -> None:
    """A digest is acknowledged as one: whoever has it in hand has every case in it in hand."""
    acknowledged = [event for event in happened if isinstance(event, events.Acknowledged)]
    for number in taking.work.cases_in_digest(sent.id) if acknowledged else ():
        case = taking.work.case(number)
        if case is not None and number != answered.number:
            taking.advance(case, acknowledged)
