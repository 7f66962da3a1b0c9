"""What comes round by itself: inspections of the contracts (P-07), and the question how satisfied customers are (P-63).

Looked at every hour; each is begun once, in the transaction that opens its case, by a key that no later holiday file
changes. What should have been begun while the gateway was away is begun late, if its day has not passed.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import structlog

from gateway.cases import business_time, events, recurring, steps
from gateway.cases.business_time import Calendar
from gateway.cases.case import Case, Party
from gateway.cases.directory import Contract, Customer, Directory
from gateway.cases.policy import Policy
from gateway.ports import ClosedCase, Ids, Letters, Store, Work

log = structlog.get_logger()

EVERY = timedelta(hours=1)
LEAD_WORKING_DAYS = 5
HORIZON = timedelta(days=60)
LOOK_BACK = timedelta(days=14)
"""So long after the end of a period customers are still asked; the longest public holiday fits into it."""

LONGEST_HOLIDAY = timedelta(days=31)
"""An inspection planned for a holiday is held after it: so far back lies a planned day that may still be to come."""

INSPECTION, FOLLOW_UP = "inspection", "follow_up"


class Rounds:
    """Opens the cases that nobody reports."""

    def __init__(
        self,
        *,
        store: Store,
        directory: Directory,
        policy: Policy,
        staffed: frozenset[str],
        letters: Letters,
        ids: Ids,
        calendar: Calendar,
    ) -> None:
        self._store = store
        self._directory = directory
        self._policy = policy
        self._staffed = staffed
        self._letters = letters
        self._ids = ids
        self._calendar = calendar
        self._looked: datetime | None = None
        self._asked: set[recurring.Period] = set()

    async def turn(self, at: datetime) -> int:
        """Begin what is due; how many cases were opened."""
        if self._looked is not None and at - self._looked < EVERY:
            return 0
        self._looked = at
        opened = 0
        for customer, contract, day in self._inspections(at):
            opened += await self._store.run(
                lambda work, customer=customer, contract=contract, day=day: self._inspect(
                    work, customer, contract, day, at
                )
            )
        for period in self._to_be_asked_about(at):
            opened += await self._store.run(lambda work, period=period: self._follow_up(work, period, at))
            self._asked.add(period)
        return opened

    # Inspections.

    def _inspections(self, at: datetime) -> list[tuple[Customer, Contract, date]]:
        today = self._today(at)
        due: list[tuple[Customer, Contract, date]] = []
        for customer in self._directory.customers.values():
            for contract in customer.contracts:
                schedule = recurring.schedule_of(contract)
                if schedule is None or INSPECTION not in contract.services:
                    continue
                days = recurring.occurrences(
                    schedule, contract.starts, contract.ends, today - LONGEST_HOLIDAY, today + HORIZON
                )
                due += [(customer, contract, day) for day in days if self._is_due(day, at)]
        return due

    def _is_due(self, day: date, at: datetime) -> bool:
        opens = recurring.opens_on(self._calendar, day, LEAD_WORKING_DAYS)
        return opens <= at and recurring.on_working_day(self._calendar, day) >= self._today(at)

    def _inspect(self, work: Work, customer: Customer, contract: Contract, day: date, at: datetime) -> bool:
        number = self._number(work, at)
        if not work.begin_recurring(recurring.key(contract.number, day), at, number):
            return False
        contact = next((each for each in customer.contacts if each.emails), None)
        party = Party(
            address=contact.emails[0] if contact else "",
            name=contact.name if contact else None,
            language=(contact.language if contact else None) or "zh-Hans",
            known=contact is not None,
            answerable=contact is not None,
        )
        held = recurring.on_working_day(self._calendar, day)
        case = Case(
            number=number,
            opened_at=at,
            reporter=party,
            subject=f"{customer.name} {held.isoformat()}",
            kind=INSPECTION,
            level=max(self._policy.levels),
            plan=contract.plan,
            services=tuple(sorted(contract.services)),
            customer_id=customer.id,
            company=customer.name,
            contact=party.name,
            place=contact.place if contact else None,
            region=customer.region,
        )
        self._open(work, case, at)
        log.info("inspection_opened", case=number, contract=contract.number, day=day.isoformat())
        return True

    # Follow-ups.

    def _to_be_asked_about(self, at: datetime) -> list[recurring.Period]:
        """Periods that have ended and were not looked at yet; none at night or on a holiday."""
        if not business_time.is_open(self._calendar, at):
            return []
        today = self._today(at)
        return [
            period
            for period in recurring.follow_up_periods(today - LOOK_BACK, today)
            if period not in self._asked
        ]

    def _follow_up(self, work: Work, period: recurring.Period, at: datetime) -> int:
        """One question to each customer who had a case closed in the period, traced to who worked most of them."""
        closed: dict[str, list[ClosedCase]] = {}
        for each in work.closed_between(
            self._midnight(period.first), self._midnight(period.last + timedelta(days=1))
        ):
            is_work = each.case.kind not in (FOLLOW_UP, INSPECTION) and each.case.merged_into is None
            if is_work and each.case.customer_id is not None:
                closed.setdefault(each.case.customer_id, []).append(each)
        return sum(self._ask(work, customer_id, cases, period, at) for customer_id, cases in closed.items())

    def _ask(
        self,
        work: Work,
        customer_id: str,
        closed: Sequence[ClosedCase],
        period: recurring.Period,
        at: datetime,
    ) -> bool:
        latest = closed[-1].case
        number = self._number(work, at)
        if not latest.reporter.answerable:
            return False
        if not work.begin_recurring(recurring.follow_up_key(customer_id, period), at, number):
            return False
        engineers = [each.case.engineer for each in closed if each.case.engineer]
        case = Case(
            number=number,
            opened_at=at,
            reporter=latest.reporter,
            subject=period.key,
            kind=FOLLOW_UP,
            level=max(self._policy.levels),
            plan=latest.plan,
            services=latest.services,
            customer_id=customer_id,
            company=latest.company,
            contact=latest.contact,
            region=latest.region,
            engineer=max(engineers, key=engineers.count, default=None),
            about={
                "period": period.key,
                "cases": tuple({"number": each.case.number, "subject": each.case.subject} for each in closed),
            },
        )
        self._open(work, case, at)
        log.info("follow_up_opened", case=number, period=period.key)
        return True

    # Both.

    def _open(self, work: Work, case: Case, at: datetime) -> None:
        terms = self._policy.terms(case.plan, self._staffed)
        step = steps.open_case(case, events.Reported(language=case.reporter.language), at, terms)
        work.record(step, self._letters.letters(None, step, at))

    def _number(self, work: Work, at: datetime) -> str:
        number = self._ids.case_number(at)
        while work.has_case(number):
            number = self._ids.case_number(at)
        return number

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._calendar.tz)

    def _today(self, at: datetime) -> date:
        return at.astimezone(self._calendar.tz).date()
