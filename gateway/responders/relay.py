"""From a role to the people who get a notice now: in the region, on duty, who read the customer; and never nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from gateway.cases import business_time
from gateway.cases.business_time import Calendar
from gateway.cases.case import Case
from gateway.cases.directory import Directory, Staff
from gateway.cases.escalation import ADMINISTRATOR
from gateway.cases.policy import WAKES_ANYBODY
from gateway.cases.saying import readable


@dataclass(frozen=True, slots=True)
class Reached:
    """A person, and not before when."""

    staff: Staff
    not_before: datetime | None = None


class Relay:
    """Looks people up; `duties` are the calendars that staff's duty names, `fallback` who stands in for a role."""

    def __init__(
        self, directory: Directory, duties: Mapping[str, Calendar], fallback: Mapping[str, str]
    ) -> None:
        self._directory = directory
        self._duties = duties
        self._fallback = fallback

    def people_for(self, role: str, case: Case, at: datetime) -> tuple[Reached, ...]:
        """Who gets a notice to this role about this case."""
        if role == "engineer" and case.engineer is not None:
            holder = self._directory.staff.get(case.engineer)
            if holder is not None:
                return (self._reached(self._present(holder, at), case, at),)
        if role == "implementation_engineer" and case.helpers:
            helpers = [self._directory.staff[each] for each in case.helpers if each in self._directory.staff]
            return tuple(self._reached(self._present(helper, at), case, at) for helper in helpers)
        tried: set[str] = set()
        while role not in tried:
            tried.add(role)
            if people := self._pool(role, case, at):
                return tuple(self._reached(person, case, at) for person in people)
            role = self._fallback.get(role, ADMINISTRATOR)
        # The directory is not loaded without an administrator; one on leave is still better than nobody.
        return tuple(Reached(person) for person in self._directory.staff_with(ADMINISTRATOR))

    def _pool(self, role: str, case: Case, at: datetime) -> tuple[Staff, ...]:
        """The role's people: of the region, on duty, reading the customer's language, as far as there are any."""
        present = tuple(
            dict.fromkeys(self._present(person, at) for person in self._directory.staff_with(role))
        )
        local = tuple(person for person in present if person.serves(case.region)) or present
        on_duty = tuple(person for person in local if self._is_on_duty(person, at))
        return self._readers(on_duty or local, case.reporter.language)

    def _readers(self, people: tuple[Staff, ...], language: str) -> tuple[Staff, ...]:
        return (
            tuple(person for person in people if any(readable(language, known) for known in person.languages))
            or people
        )

    def _present(self, person: Staff, at: datetime) -> Staff:
        """The person, or their deputy while they are on leave."""
        seen = {person.id}
        while person.is_away(self._local_day(person, at)):
            deputy = self._directory.staff.get(person.deputy or "")
            if deputy is None or deputy.id in seen:
                break
            seen.add(deputy.id)
            person = deputy
        return person

    def _reached(self, person: Staff, case: Case, at: datetime) -> Reached:
        if case.level == WAKES_ANYBODY or self._is_on_duty(person, at):
            return Reached(person)
        return Reached(person, business_time.next_open(self._duties[person.duty], at))

    def _is_on_duty(self, person: Staff, at: datetime) -> bool:
        return not person.is_away(self._local_day(person, at)) and business_time.is_open(
            self._duties[person.duty], at
        )

    def _local_day(self, person: Staff, at: datetime) -> date:
        return at.astimezone(self._duties[person.duty].tz).date()
