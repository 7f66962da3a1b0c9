"""The laws of a case's life, checked at every single step of the core; whatever breaks one says which.

RELIABILITY G10, G11, F29, F31; SERVICE P-34, P-46, P-50. Every check costs a few comparisons, so that fifty thousand
steps take seconds.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from gateway.cases import commitments as promised
from gateway.cases import escalation, lifecycle
from gateway.cases.case import Case, Entry, Notice, Step
from gateway.cases.commitments import Commitment
from gateway.cases.policy import PRIORITIES, Terms
from gateway.cases.saying import readable
from tests.cases.happenings import SECRET

OUTSIDE = frozenset({"customer", "foreign_manager"})
ASKS_TO_CONFIRM = frozenset({"please_confirm", "confirm_reminder", "confirm_reminder_again", "call_customer"})
DONE_LATE = "done_late"
RUNS = {"started": promised.RUNNING, "prompted": promised.RUNNING, "resumed": promised.RUNNING}
ENDS = {"met": promised.MET, "withdrawn": promised.WITHDRAWN}
MAY_FOLLOW = {
    None: {"started"},
    promised.RUNNING: {"started", "prompted", "paused", "met", "missed", "withdrawn"},
    promised.PAUSED: {"started", "resumed", "met", "withdrawn"},
    promised.MISSED: {"met_late", "withdrawn"},
    promised.MET: {"resumed", "started"},
    promised.WITHDRAWN: {"started"},
    DONE_LATE: set[str](),
}
"""What the journal may say next of a commitment, known by its name and the moment it counts from."""


class LawBroken(AssertionError):
    """A law, and the step that broke it."""


@dataclass
class Watch:
    """What has been seen of one case so far; `check` raises LawBroken at the first step that breaks a law."""

    states: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    asked: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    begun: Counter[str] = field(default_factory=Counter[str])
    spoken: Counter[str] = field(default_factory=Counter[str])
    reviewed: bool = False

    def check(self, before: Case, step: Step, moment: datetime, terms: Terms) -> None:
        """One step of the core from `before`, at `moment`."""
        for entry in step.entries:
            self._follow(entry)
        wrong = [
            *_of_the_step(before, step, moment),
            *_of_closed_cases(before, step, terms),
            *_of_escalation(before, step, terms),
            *_of_what_is_said(step),
            *self._of_review(step),
            *self._of_own_words(step, terms),
            *self._of_commitments(step.case, terms),
            *_of_priority(step.case, terms),
        ]
        if wrong:
            raise LawBroken("; ".join(wrong))

    def _follow(self, entry: Entry) -> None:
        """What the journal tells, kept as a state machine of our own."""
        if entry.kind == "status":
            # Passed, and not touched since: whatever goes back to work must be reviewed again.
            passed = (entry.detail["from"], entry.name) == (
                lifecycle.IN_REVIEW,
                lifecycle.AWAITING_CONFIRMATION,
            )
            self.reviewed = passed or (self.reviewed and entry.name == lifecycle.CLOSED)
        if entry.kind != "commitment":
            return
        made, said = (entry.name, str(entry.detail["made_at"])), str(entry.detail["state"])
        state = self.states.get(made)
        if said not in MAY_FOLLOW[state]:
            raise LawBroken(f"{entry.name} of {made[1]} was {state}, and now it is said to be {said}")
        late = said == "met_late" or (said == "withdrawn" and state == promised.MISSED)
        self.states[made] = DONE_LATE if late else (RUNS | ENDS).get(said, said)
        self._count(made, said, str(entry.detail["due"]))

    def _count(self, made: tuple[str, str], said: str, due: str) -> None:
        """Nobody is asked twice for the same moment; what is begun anew, or owed again, may be asked for anew."""
        if said == "prompted" and self.asked.get(made) == due:
            raise LawBroken(f"{made[0]} was asked for twice before {due}")
        if said == "prompted":
            self.asked[made] = due
        elif said in ("started", "met"):
            self.asked.pop(made, None)
        self.begun[made[0]] += said in ("started", "resumed")

    def _of_own_words(self, step: Step, terms: Terms) -> Iterator[str]:
        """What the gateway says to keep a promise it says once for each time that the promise was made."""
        by_rule = {rule.notice for rule in terms.policy.notices}
        self.spoken.update(
            notice.name for notice in step.notices if notice.to not in ("foreign_manager", "liaison")
        )
        for target in terms.policy.targets:
            said = target.speak.notice if target.speak else None
            if said is not None and said not in by_rule and self.spoken[said] > self.begun[target.name]:
                yield f"{said} said {self.spoken[said]} times, {target.name} made {self.begun[target.name]} times"

    def _of_review(self, step: Step) -> Iterator[str]:
        """P-34, P-46: nobody asks the customer to confirm what the centre manager has not passed."""
        asked = [notice.name for notice in step.notices if notice.name in ASKS_TO_CONFIRM]
        if asked and not self.reviewed:
            yield f"{asked} without a review"
        if asked and step.case.status != lifecycle.AWAITING_CONFIRMATION:
            yield f"{asked} while the case is {step.case.status}"

    def _of_commitments(self, case: Case, terms: Terms) -> Iterator[str]:
        """Each is in exactly one state, the one that the journal tells; one of a name at most is still to come."""
        coming = [each.name for each in case.commitments if each.state in (promised.RUNNING, promised.PAUSED)]
        if len(coming) != len(set(coming)):
            yield f"promised twice at once: {sorted(coming)}"
        if len(case.commitments) > 2 * len(terms.policy.targets):
            yield "the case grows with its years"
        for each in case.commitments:
            told = self.states.get((each.name, each.made_at.isoformat()))
            late = each.state == promised.MISSED and not each.is_owed
            if told != (DONE_LATE if late else each.state):
                yield f"{each.name} is {each.state}, and the journal says {told}"
            yield from _of_one_commitment(each, case, terms)


def _of_the_step(before: Case, step: Step, moment: datetime) -> Iterator[str]:
    changed = step.case != before
    if step.case.version != before.version + changed:
        yield f"version {before.version} was followed by {step.case.version}"
    if not changed and (step.entries or step.notices):
        yield "something was said of a step that changed nothing"
    if step.case.next_due is not None and step.case.next_due <= moment:
        yield f"due at {step.case.next_due} after a look at {moment}: it would be looked at for ever"
    numbers = [int(notice.id.rpartition("/")[2]) for notice in step.notices]
    if numbers != list(range(before.notices_given + 1, step.case.notices_given + 1)):
        yield f"notices are numbered {numbers} after {before.notices_given}"


def _of_closed_cases(before: Case, step: Step, terms: Terms) -> Iterator[str]:
    """A closed case owes nothing but what outlives it, and says nothing to anybody outside."""
    if not lifecycle.is_over(step.case.status):
        return
    lasting = {target.name for target in terms.policy.targets if target.outlives_close}
    owed = [each.name for each in step.case.commitments if each.is_owed and each.name not in lasting]
    if owed:
        yield f"a closed case owes {owed}"
    said = [notice.name for notice in step.notices if notice.to in OUTSIDE]
    if lifecycle.is_over(before.status) and said:
        yield f"a closed case says {said}"


def _of_escalation(before: Case, step: Step, terms: Terms) -> Iterator[str]:
    """P-50: rung by rung over empty ones, at most one to a step, and somebody is told."""
    told = [notice for notice in step.notices if notice.name == "escalation"]
    if step.case.rung == before.rung:
        return
    rung, role = escalation.next_rung(terms.policy.escalation_chain, before.rung, terms.staffed)
    if step.case.rung != rung:
        yield f"from rung {before.rung} to {step.case.rung}: {rung} was passed over"
    if [notice.to for notice in told] != [role]:
        yield f"rung {rung} is {role}, and told were {[notice.to for notice in told]}"


def _of_what_is_said(step: Step) -> Iterator[str]:
    """Nobody outside is sent an internal note, nor words that they cannot read."""
    if SECRET in str((step.case.pending_words, step.case.solution, step.case.intended_solution)):
        yield "an internal note waits to be said to the customer"
    for notice in step.notices:
        if notice.to not in OUTSIDE:
            continue
        if SECRET in str(notice.facts):
            yield f"{notice.name} tells the {notice.to} an internal note"
        if "words" in notice.facts and not readable(
            str(notice.facts["words_language"]), _language(notice, step.case)
        ):
            yield f"{notice.name} tells the {notice.to} words in {notice.facts['words_language']}"


def _language(notice: Notice, case: Case) -> str:
    manager = case.foreign_manager
    return manager.language if notice.to == "foreign_manager" and manager else case.reporter.language


def _of_one_commitment(each: Commitment, case: Case, terms: Terms) -> Iterator[str]:
    """Its marks agree with its state, and its clock stands still exactly while its row says so."""
    target = terms.target(each.name)
    if target is None or each.promise not in target.promises.values():
        yield f"{each.name} belongs to no row"
        return
    if (each.paused_at is not None) != (each.state == promised.PAUSED):
        yield f"{each.name} is {each.state}, paused at {each.paused_at}"
    ended = each.state in (promised.MET, promised.WITHDRAWN)
    if each.state != promised.MISSED and ended != (each.ended_at is not None):
        yield f"{each.name} is {each.state}, ended at {each.ended_at}"
    runs_or_rests = each.state in (promised.RUNNING, promised.PAUSED)
    if runs_or_rests and (each.state == promised.PAUSED) != (case.status in target.pauses_while):
        yield f"{each.name} is {each.state} while the case is {case.status}"


def _of_priority(case: Case, terms: Terms) -> Iterator[str]:
    start = terms.policy.levels[case.level].priority
    if PRIORITIES.index(case.priority) < PRIORITIES.index(start):
        yield f"priority {case.priority} at level {case.level}"
