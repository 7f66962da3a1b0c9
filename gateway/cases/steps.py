"""The one pure step: an event happens to a case, or the clock strikes; out come the case, journal and notices.

Everything is decided by the rows of `policy`. The order within a step: what the case remembers, its status, then the
commitments (met, withdrawn, reopened, started), then what is to be said, and last a look at the clock, so that what
is due at this very moment is part of the same step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.cases import business_time, escalation, events, lifecycle, remembering, saying
from gateway.cases import commitments as promised
from gateway.cases.business_time import Span
from gateway.cases.case import Case, Entry, Fact, Notice, Step
from gateway.cases.commitments import Commitment
from gateway.cases.events import Event, WordsEvent, missed_key
from gateway.cases.policy import PRIORITIES, WAKES_ANYBODY, Target, Terms
from gateway.cases.saying import Given


def open_case(case: Case, event: Event, at: datetime, terms: Terms) -> Step:
    """A new case and its first event; `case` carries what was understood of the report (P-20, P-21)."""
    by_level = terms.priority(case.level, (), 0)
    by_service = terms.priority(case.level, case.services, 0)
    draft = _Draft(replace(case, opened_at=at, priority=by_service, moments={}, version=0), at, terms)
    draft.happen(event)
    draft.set_out(by_level, by_service)
    draft.check_cover()
    draft.hand_on_incident(event)
    draft.strike()
    return draft.step()


def advance(case: Case, event: Event, at: datetime, terms: Terms) -> Step:
    """`event` happens to `case` at `at`."""
    return advance_together(case, (event,), at, terms)


def advance_together(case: Case, happened: Sequence[Event], at: datetime, terms: Terms) -> Step:
    """Several events of one message are one step: what one of them says may make another's notice superfluous."""
    draft = _Draft(case, at, terms)
    draft.miss_what_came_before()
    for event in happened:
        draft.happen(event)
    draft.strike()
    return draft.step()


def look_at_the_clock(case: Case, at: datetime, terms: Terms) -> Step:
    """Whatever became due by `at`: prompts, the gateway's own words, misses and their escalation, once each."""
    draft = _Draft(case, at, terms)
    draft.strike()
    return draft.step()


def next_update(case: Case, notice: str, at: datetime, terms: Terms) -> datetime | None:
    """When the customer hears from us next, once `notice` has left at `at`; None when nothing further is promised.

    Found by letting it happen: the promise printed in a mail is the promise the clock will keep.
    """
    after = advance(case, events.NoticeSent(notice=notice), at, terms).case
    told = {target.name for target in terms.policy.targets if target.tells_next}
    return min(
        (each.due for each in after.commitments if each.state == promised.RUNNING and each.name in told),
        default=None,
    )


class _Draft:
    """A step in the making: the only thing in the core that changes, and it never leaves this module."""

    def __init__(self, case: Case, at: datetime, terms: Terms) -> None:
        self.before = case
        self.case = case
        self.at = at
        self.terms = terms
        self.entries: list[Entry] = []
        self.given: list[Given] = []
        self.overdue: list[Commitment] = []

    def step(self) -> Step:
        notices = self._notices()
        for notice in notices:
            about = {key: value for key, value in notice.facts.items() if not key.startswith("words")}
            informed = "words" in notice.facts
            self._note(
                "notice", notice.name, notice.promise, {"to": notice.to, "informed": informed, **about}
            )
        if self.case == self.before and not self.entries:
            return Step(self.case)
        wakes = self.case.level == WAKES_ANYBODY != self.before.level
        return Step(replace(self.case, version=self.case.version + 1), tuple(self.entries), notices, wakes)

    # What happens.

    def happen(self, event: Event) -> None:
        before = self.case
        self._note("event", event.name, None, remembering.told(event, before))
        self.case = remembering.remember(before, event)
        if isinstance(event, events.PlanChanged):
            self.terms = self.terms.policy.terms(event.plan, self.terms.staffed)
        if isinstance(event, events.ProgressGiven) and not saying.customer_reads(before, event.language):
            # Somebody words it, from now on; meanwhile the customer's update comes at its time, without it.
            self.case = replace(self.case, pending_words=before.pending_words)
            wanted = before.reporter.language
            self._give(saying.for_wording((event.text, event.language), None, wanted))
        self._set_status(lifecycle.status_after(self._life, before.status, event.key))
        if isinstance(event, events.LevelChanged | events.PlanChanged | events.IntervalAsked):
            self._set_priority(self.case.raised, None)
            self._redate(event)
        self._occur(event.key, self.at)
        if isinstance(event, events.Acknowledged):
            rest = event.rest or self.terms.policy.escalation_rest.get(self.case.level)
            if rest is not None:
                self._rest(rest)
        entered = lifecycle.status_key(self.case.status) if self.case.status != before.status else None
        if entered is not None:
            self._occur(entered, self.at)
        if lifecycle.is_over(self.case.status):
            self._let_go()
        words = event if isinstance(event, WordsEvent) else None
        self._give_by_rules(event.key, words)
        if entered is not None:
            self._give_by_rules(entered, words)
        if isinstance(event, events.NoticeFailed) and event.notice != "notice_failed":
            # G9: what could not be delivered is shown to a person, another one if it was theirs.
            reader = "desk" if event.role != "desk" else escalation.ADMINISTRATOR
            failed: dict[str, Fact] = {
                "notice": event.notice,
                "recipient": event.address or event.role,
                "reason": event.reason,
                "instead": event.instead,
            }
            self._give(Given("notice_failed", reader, None, facts=failed))
        if isinstance(event, events.Redirected):
            self._give(saying.once_more(self.case, event), copies=False)

    @property
    def _life(self) -> str:
        return self.terms.policy.life(self.case.kind)

    def _let_go(self) -> None:
        """A closed case owes nothing but what a row says outlives it (P-48)."""
        for each in self.case.commitments:
            target = self.terms.target(each.name)
            if each.is_owed and not (target is not None and target.outlives_close):
                self._withdraw(each, self.at)

    def set_out(self, by_level: str, by_service: str) -> None:
        """The priority that the severity gives (P-21), and the one that the contract makes of it (P-02)."""
        self._note("priority", by_level, "P-21", {"from": None, "to": by_level})
        if by_service != by_level:
            self._note("priority", by_service, "P-02", {"from": by_level, "to": by_service})

    def check_cover(self) -> None:
        """A service that was not bought is not refused in silence (P-06)."""
        kind = self.terms.policy.kinds.get(self.case.kind)
        if kind is not None and not set(kind.services).issubset(self.case.services):
            self._occur(events.NOT_COVERED, self.at)
            self._give_by_rules(events.NOT_COVERED, None)

    def hand_on_incident(self, report: Event) -> None:
        """What a report says of a break-in or an attack is for others besides, in the same step (P-04)."""
        if not self.case.incident:
            return
        text, language = (report.text, report.language) if isinstance(report, WordsEvent) else ("", "zh-Hans")
        signs = self.case.incident
        self.happen(events.IncidentReported(signs=signs, text=text, language=language, by=report.by))

    def _set_status(self, status: str) -> None:
        before = self.case.status
        if status == before:
            return
        over = lifecycle.is_over(status)
        self.case = replace(self.case, status=status, closed_at=self.at if over else None)
        self._note("status", status, None, {"from": before, "to": status})
        for each in self.case.commitments:
            target = self.terms.target(each.name)
            if target is None:
                continue
            if each.state == promised.RUNNING and status in target.pauses_while:
                self._put(each, promised.pause(each, self.at))
            elif over:
                continue
            elif each.state == promised.PAUSED and status not in target.pauses_while:
                running = promised.resume(each, self.at)
                if target.applies_to(self.case.kind, self.case.level, self.case.services):
                    running = self._redated(running, target)
                    if running.due <= self.at:
                        # Its terms became stricter while it stood still: never born missed.
                        running = self._redated(running, target, not_before=self.at)
                self._put(each, running, said="resumed")
            elif each.state == promised.RUNNING and target.clock_while:
                sooner = self._redated(each, target, not_before=self.at)
                if (
                    sooner.due < each.due
                ):  # a clock that runs slower from now on is for what is promised from now on
                    self._put(each, sooner, said="started")

    def _set_priority(self, raised: int, promise: str | None) -> None:
        priority = self.terms.priority(self.case.level, self.case.services, raised)
        # Counting further than the top would make a later, milder level start too high.
        if raised > self.case.raised and self.case.priority == PRIORITIES[-1]:
            raised = self.case.raised
        before, self.case = self.case.priority, replace(self.case, priority=priority, raised=raised)
        if priority != before:
            self._note("priority", priority, promise, {"from": before, "to": priority})

    def _redate(self, event: Event) -> None:
        """Open commitments under the new terms; rows that now apply start from the moment they would have."""
        case = self.case
        if lifecycle.is_over(case.status):
            return
        for each in case.commitments:
            target = self.terms.target(each.name)
            if target is None or each.state not in (promised.RUNNING, promised.PAUSED):
                continue
            if isinstance(event, events.IntervalAsked) and not target.customer_sets_interval:
                continue
            if not target.applies_to(case.kind, case.level, case.services):
                self._withdraw(each, self.at)
                continue
            redated = self._redated(each, target, not_before=self.at)
            if redated == each:
                continue
            if redated.promise != each.promise:
                self._note(
                    "commitment", each.name, each.promise, _commitment_detail(each, promised.WITHDRAWN)
                )
            self._put(each, redated, said="started")
            if redated.state == promised.PAUSED:
                # Other dates, and its clock stands still as before: the journal must not read as if it ran.
                self._note(
                    "commitment", redated.name, redated.promise, _commitment_detail(redated, promised.PAUSED)
                )
        if isinstance(event, events.IntervalAsked):
            return
        # What an earlier level withdrew, late or in time, is promised anew when the level comes back; what ended with
        # a life of the case that was closed since is over.
        made = {each.name for each in self.case.commitments if each.is_owed or each.state == promised.MET}
        closed = self._latest(frozenset({lifecycle.status_key(lifecycle.CLOSED)}))
        for target in self.terms.policy.targets:
            if target.name in made or not target.applies_to(case.kind, case.level, case.services):
                continue
            began = self._latest(target.starts_on)
            settled = self._latest((target.met_by | target.ends_on) - target.starts_on)
            outlived = began is not None and closed is not None and began <= closed
            if began is not None and not outlived and (settled is None or settled < began):
                self._start(target, began, not_before=self.at)

    def _redated(self, each: Commitment, target: Target, *, not_before: datetime | None = None) -> Commitment:
        return promised.redate(
            each,
            target,
            self.case.level,
            self.terms,
            status=self.case.status,
            interval=self.case.update_interval,
            not_before=not_before,
        )

    def _latest(self, keys: frozenset[str]) -> datetime | None:
        """When any of these last occurred."""
        return max((self.case.moments[key] for key in keys if key in self.case.moments), default=None)

    # Commitments.

    def _occur(self, key: str, moment: datetime) -> None:
        """An event key: it meets, ends, reopens and starts what the rows say."""
        self.case = replace(self.case, moments={**self.case.moments, key: moment})
        for each in self.case.commitments:
            target = self.terms.target(each.name)
            if target is None:
                continue
            if each.is_owed and key in target.met_by and each.made_at <= moment:
                self._put(each, promised.meet(each, moment))
            elif each.is_owed and key in target.ends_on:
                self._withdraw(each, moment)
            elif self._turned_out_not_to_hold(each, target, key):
                self._reopen(each, target, moment)
        over = lifecycle.is_over(self.case.status)
        for target in self.terms.policy.targets:
            if over and not target.outlives_close:
                continue
            if key in target.starts_on and target.applies_to(
                self.case.kind, self.case.level, self.case.services
            ):
                owed = self.case.commitment(target.name)
                if self._ended_for_good(target, key):
                    continue
                if owed is None or not owed.is_owed or target.repeats:
                    if owed is not None and owed.is_owed:
                        self._withdraw(owed, moment)
                    self._start(target, self._counted_from(target, key, moment))

    def _ended_for_good(self, target: Target, key: str) -> bool:
        """What keeps a promise goes on to the next of its kind, but begins none anew where the row has ended."""
        if key not in target.met_by:
            return False
        ended, began = self._latest(target.ends_on), self._latest(target.starts_on - target.met_by)
        return ended is not None and (began is None or began < ended)

    def _counted_from(self, target: Target, key: str, moment: datetime) -> datetime:
        """A periodic update that left within its own lead counts as of its due moment, so the rhythm keeps its beat."""
        if not target.repeats:
            return moment
        previous = [
            each.due
            for each in self.case.commitments
            if each.state == promised.MET and each.ended_at == moment and each.spoken
            if each.speak_at is not None and each.speak_at <= moment <= each.due and self._spoke(each, key)
        ]
        if target.is_daily and (earlier := self.case.commitment(target.name)) is not None:
            # Today's is done or gone: the next one is tomorrow's; tomorrow's that was let go is still tomorrow's.
            return max(moment, earlier.made_at if earlier.state == promised.WITHDRAWN else earlier.due)
        return max(previous, default=moment)

    def _spoke(self, each: Commitment, key: str) -> bool:
        """Whether what has left is what the gateway says to keep this promise."""
        target = self.terms.target(each.name)
        spoken = target.speak if target is not None else None
        return spoken is not None and key == events.NoticeSent(notice=spoken.notice).key

    def _turned_out_not_to_hold(self, each: Commitment, target: Target, key: str) -> bool:
        latest = self.case.commitment(each.name) is each
        over = lifecycle.is_over(self.case.status) and not target.outlives_close
        return latest and not over and each.state == promised.MET and key in target.reopened_by

    def _reopen(self, each: Commitment, target: Target, moment: datetime) -> None:
        if target.applies_to(self.case.kind, self.case.level, self.case.services):
            again = self._redated(promised.reopen(each, moment), target, not_before=moment)
            self._put(each, again, said="resumed")
            if self.case.status in target.pauses_while:
                self._put(again, promised.pause(again, self.at))

    def _start(
        self,
        target: Target,
        made_at: datetime,
        *,
        not_before: datetime | None = None,
        due: datetime | None = None,
    ) -> None:
        case = self.case
        started = promised.start(
            target,
            case.level,
            made_at,
            self.terms,
            status=case.status,
            interval=case.update_interval,
            not_before=not_before,
        )
        started = replace(started, due=due) if due is not None else started
        # The journal remembers the ones before; of those that are done with, the case needs only the latest.
        others = tuple(each for each in case.commitments if each.is_owed or each.name != target.name)
        self.case = replace(case, commitments=(*others, started))
        self._note("commitment", started.name, started.promise, _commitment_detail(started, "started"))
        if case.status in target.pauses_while:
            self._put(started, promised.pause(started, self.at))

    def _withdraw(self, each: Commitment, moment: datetime) -> None:
        """It is owed no longer; what had been late by then, though no clock had looked, is said to be missed first."""
        if each.state == promised.RUNNING and each.due < moment:
            late = replace(each, state=promised.MISSED)
            self._put(each, late)
            each = late
        self._put(each, promised.withdraw(each, moment), said=promised.WITHDRAWN)

    def _put(self, old: Commitment, new: Commitment, *, said: str | None = None) -> None:
        """Replace one commitment; the journal says what became of it, unless only its flags did."""
        self.case = replace(
            self.case, commitments=tuple(new if each is old else each for each in self.case.commitments)
        )
        state = said or (new.state if new.state != old.state else None)
        if state is not None:
            self._note("commitment", new.name, new.promise, _commitment_detail(new, state))
        elif old.is_owed and not new.is_owed:
            self._note("commitment", new.name, new.promise, _commitment_detail(new, "met_late"))

    # The clock.

    def miss_what_came_before(self) -> None:
        """A person's act after the due moment is late, even if it is heard of before the clock has looked."""
        for each in sorted(self.case.commitments, key=lambda each: each.due):
            target = self.terms.target(each.name)
            if each.state == promised.RUNNING and each.due < self.at and each.speak_at is None:
                self._miss(each, target)

    def strike(self) -> None:
        """Everything whose moment has come, in the order of the moments; what is missed together escalates once."""
        while (act := self._next_act()) is not None:
            each, target, moment = act
            if self._may_speak(each, target, moment):
                self._speak(each, target)
            elif each.due <= moment:
                self._miss(each, target)
            else:
                self._prompt(each, target)
        if self.overdue:
            self._escalate()
            self.strike()

    def _next_act(self) -> tuple[Commitment, Target | None, datetime] | None:
        acts = [
            (moment, index, each, target)
            for index, each in enumerate(self.case.commitments)
            if (moment := each.acts_at()) is not None
            for target in (self.terms.target(each.name),)
            if moment <= self.at or self._has_news(each, target)
        ]
        if not acts:
            return None
        moment, _, each, target = min(acts, key=lambda act: act[:2])
        return each, target, moment

    def _has_news(self, each: Commitment, target: Target | None) -> bool:
        """The engineer has answered the prompt: no reason to let the customer wait for the last minute."""
        return (
            target is not None
            and target.tells_next
            and each.prompted
            and each.speak_at is not None
            and not each.spoken
            and self.case.pending_words is not None
        )

    def _may_speak(self, each: Commitment, target: Target | None, moment: datetime) -> bool:
        if each.speak_at is None or each.spoken:
            return False
        return each.speak_at <= moment or self._has_news(each, target)

    def _speak(self, each: Commitment, target: Target | None) -> None:
        self._put(each, replace(each, spoken=True))
        if target is None or target.speak is None:
            return
        words = self.case.pending_words if target.tells_next else None
        if words is not None:
            self.case = replace(self.case, pending_words=None)
        self._give(Given(target.speak.notice, target.speak.to, each.promise, words, timed=True))

    def _prompt(self, each: Commitment, target: Target | None) -> None:
        self._put(each, replace(each, prompted=True))
        # After an outage nobody is asked to hurry for what is late already, nor ever for a line that is there.
        if target is None or target.prompt is None or each.due <= self.at:
            return
        if target.tells_next and self.case.pending_words is not None:
            return
        if self.case.status in target.prompt.not_while:
            return
        self._note("commitment", each.name, each.promise, _commitment_detail(each, "prompted"))
        self._give(Given(target.prompt.notice, target.prompt.to, each.promise, facts=told_of(each)))

    def _miss(self, each: Commitment, target: Target | None) -> None:
        self._put(each, replace(each, state=promised.MISSED))
        if target is not None and target.escalates:
            self.overdue.append(each)
        key = missed_key(each.name)
        self._set_status(lifecycle.status_after(self._life, self.case.status, key))
        self._occur(key, each.due)
        if lifecycle.is_over(self.case.status):
            self._let_go()
        self._give_by_rules(key, None)

    def _escalate(self) -> None:
        overdue, self.overdue = self.overdue, []
        chain = self.terms.policy.escalation_chain
        climbed_from = self.case.rung - 1 if self._last_told_is_asleep() else self.case.rung
        rung, role = escalation.next_rung(chain, climbed_from, self.terms.staffed)
        self.case = replace(self.case, rung=rung)
        self._set_priority(self.case.raised + 1, "P-50")
        facts: dict[str, Fact] = {"rung": rung, "overdue": [told_of(each) for each in overdue]}
        self._give(Given("escalation", role, "P-50", facts=facts))
        key = events.ESCALATED_TO_TOP if escalation.is_top(chain, rung) else events.ESCALATED
        self._occur(key, self.at)
        self._give_by_rules(key, None)

    def _rest(self, span: Span) -> None:
        """In somebody's hand for so long: then it climbs on, unless the customer has been answered by that time."""
        for target in self.terms.policy.targets:
            climbing = self.case.commitment(target.name)
            if climbing is None or events.ESCALATED not in target.starts_on:
                continue
            answered = self._latest(target.met_by - {events.Acknowledged.name})
            if answered is None or answered < climbing.made_at:
                hours = target.calendar(self.case.level, self.case.status, self.terms.calendar)
                self._start(target, self.at, due=business_time.add(hours, self.at, span))

    def _last_told_is_asleep(self) -> bool:
        """Whether the mail of whoever was told last still waits for their hours: nobody is climbed past before that."""
        for each in self.case.commitments:
            target = self.terms.target(each.name)
            if each.is_owed and target is not None and events.ESCALATED in target.starts_on:
                hours = target.calendar(self.case.level, self.case.status, self.terms.calendar)
                return business_time.next_open(hours, each.made_at) > self.at
        return False

    # What is said.

    def _give_by_rules(self, key: str, event: WordsEvent | None) -> None:
        for given in saying.by_rules(self.terms.policy, self.case, key, event):
            self._give(given)

    def _give(self, given: Given, *, copies: bool = True) -> None:
        closed_all_along = lifecycle.is_over(self.before.status) and lifecycle.is_over(self.case.status)
        if given.to != saying.CUSTOMER or not closed_all_along:
            self.given += [
                each for each in saying.with_copies(self.case, given) if copies or each.to == given.to
            ]

    def _notices(self) -> tuple[Notice, ...]:
        kept = saying.worth_saying(self.given, self._settles)
        first = self.case.notices_given + 1
        self.case = replace(self.case, notices_given=self.case.notices_given + len(kept))
        return tuple(
            saying.as_notice(each, f"{self.case.number}/{number}") for number, each in enumerate(kept, first)
        )

    def _settles(self, notice: str) -> int:
        """How many promises are met once this has left."""
        key = events.NoticeSent(notice=notice).key
        owed = [self.terms.target(each.name) for each in self.case.commitments if each.is_owed]
        return sum(target is not None and key in target.met_by for target in owed)

    def _note(self, kind: str, name: str, promise: str | None, detail: Mapping[str, Fact]) -> None:
        self.entries.append(Entry(at=self.at, kind=kind, name=name, promise=promise, detail=detail))


def _commitment_detail(each: Commitment, state: str) -> dict[str, Fact]:
    return {
        "state": state,
        "due": each.due.isoformat(),
        "made_at": each.made_at.isoformat(),
        "owed_by": each.owed_by,
        "provisional": each.provisional,
    }


def told_of(each: Commitment) -> dict[str, Fact]:
    """A commitment as a notice tells of it."""
    return {
        "commitment": each.name,
        "promise": each.promise,
        "due": each.due.isoformat(),
        "owed_by": each.owed_by,
    }
