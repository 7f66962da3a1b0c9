"""A customer's message: onto the case it belongs to, or a case of its own."""

from dataclasses import replace

from gateway import case_number, customer_turn
from gateway.cases import events, lifecycle
from gateway.cases.case import Case
from gateway.cases.matching import Match
from gateway.intake import across, merging, placing
from gateway.intake.message import ADDED, OPENED, Outcome
from gateway.intake.taking import Taking
from gateway.parsers import screening, subjects
from gateway.ports import Sent
from gateway.trust.authority import Ruling

FAULTY = frozenset({"fault", "refusal"})
"""Kinds of message that tell of something broken; in an answer such words count as a refusal."""


def take(taking: Taking, sent: Sent | None, ruling: Ruling) -> Outcome:
    """Where the message belongs, and what it does there."""
    match = placing.place(taking, sent)
    case = merging.goes_on(taking.work, match.number) if match.number is not None else None
    if case is not None:
        outcome = _on_case(taking, case, match, sent, ruling)
        if outcome is not None:
            return outcome
    return _open(taking, match)


def _on_case(taking: Taking, case: Case, match: Match, sent: Sent | None, ruling: Ruling) -> Outcome | None:
    """What it does to the case it belongs to; None when it is a matter of its own."""
    if match.trusted:
        return _as_theirs(taking, case, match, sent, ruling)
    if match.unproved:
        return _in_their_name(taking, case, match)
    return _as_a_third_partys(taking, case, match, sent)


def _as_a_third_partys(taking: Taking, case: Case, match: Match, sent: Sent | None) -> Outcome | None:
    """What somebody writes who takes part: on the case for the desk to judge (L-41)."""
    report = taking.message.report
    if sent is None and lifecycle.is_over(case.status):
        return None
    taking.put(case, "third_party", match.reason, match.considered)
    event = events.ThirdPartyWrote(text=report.text, language=report.language, by=taking.sender)
    taking.advance(case, [event])
    return Outcome(ADDED, case.number, match.reason)


def _in_their_name(taking: Taking, case: Case, match: Match) -> Outcome | None:
    """What nothing proves to be the customer's: read by people, and no decision (RELIABILITY G13, G14)."""
    turn = _turn(taking, case, proved=False)
    if not turn.events:
        return None
    why = f"{match.reason}, and nothing proves it: {taking.message.authentication.evidence}"
    taking.put(case, "unverified", why, match.considered)
    taking.advance(case, turn.events)
    return Outcome(ADDED, case.number, f"{match.reason}, and nothing proves it")


def _as_theirs(taking: Taking, case: Case, match: Match, sent: Sent | None, ruling: Ruling) -> Outcome | None:
    """What the customer's own words do."""
    report = taking.message.report
    if sent is not None and case.reporter.unproved:
        # They read what we wrote to that address: it is theirs, and so was the report.
        case = replace(case, reporter=replace(case.reporter, unproved=False))
    case = across.answered_where_they_write(case, taking.sender, taking.rules.chats)
    turn = _turn(taking, case, proved=True)
    if not turn.events:
        return None
    happened = turn.events
    if _is_perhaps_another_matter(taking, case):
        doubt = events.SubjectChanged(text=report.text, language=report.language, by=taking.sender)
        happened = (*happened, doubt)
    reason = f"{match.reason}; not authenticated" if ruling.flagged else match.reason
    taking.put(case, "customer", reason, match.considered)
    taking.advance(case, happened)
    return Outcome(ADDED, case.number, match.reason)


def _turn(taking: Taking, case: Case, *, proved: bool) -> customer_turn.CustomerTurn:
    """What the words mean on this case."""
    return customer_turn.read(
        case,
        taking.message.report,
        taking.message.inbound,
        taking.sender,
        taking.clock.now(),
        policy=taking.rules.policy,
        reopen_days=taking.rules.reopen_days,
        proved=proved,
    )


def _is_perhaps_another_matter(taking: Taking, case: Case) -> bool:
    """Whether they pressed reply and then wrote of something else (L-31): another subject, and a fault of its own.

    A subject with a number of ours is that of a letter of ours. On a list people change their subjects as they like.
    """
    inbound, report = taking.message.inbound, taking.message.report
    return (
        bool(report.symptoms)
        and report.kind.value in FAULTY
        and not lifecycle.is_over(case.status)
        and not case_number.find(inbound.subject)
        and not screening.came_through_a_list(inbound)
        and not subjects.same_matter(inbound.subject, case.subject)
    )


def _open(taking: Taking, match: Match) -> Outcome:
    at = taking.clock.now()
    inbound = taking.message.inbound
    case = customer_turn.new_case(
        taking.number(at),
        taking.message.report,
        replace(inbound, subject=case_number.without(inbound.subject)),
        at,
        directory=taking.rules.directory,
        policy=taking.rules.policy,
        answerable=taking.message.may_be_answered,
        suggestion=match.number or match.suggestion,
        channel="mail",
    )
    if not case.reporter.known and taking.message.authentication.result != "pass":
        case = replace(case, reporter=replace(case.reporter, unproved=True))
    taking.begin(case, taking.message.report.text, case.reporter.address, match.reason, match.considered)
    return Outcome(OPENED, case.number, match.reason)
