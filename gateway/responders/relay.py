"""From a role to the people who get a notice now: in the region, on duty, who read the customer; and never nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.cases.case import Case
from gateway.cases.directory import Directory, Staff
from gateway.cases.escalation import ADMINISTRATOR
from gateway.cases.policy import WAKES_ANYBODY
from gateway.cases.roster import Roster
from gateway.cases.saying import readable


@dataclass(frozen=True, slots=True)
class Reached:
    """A person, and not before when."""

    staff: Staff
    not_before: datetime | None = None


class Relay:
    """Looks people up; `fallback` is who stands in for a role."""

    def __init__(self, directory: Directory, roster: Roster, fallback: Mapping[str, str]) -> None:
        self._directory = directory
        self._roster = roster
        self._fallback = fallback

    def people_for(self, role: str, case: Case, at: datetime) -> tuple[Reached, ...]:
        """Who gets a notice to this role about this case."""
        if role == "engineer" and case.engineer is not None:
            holder = self._directory.staff.get(case.engineer)
            if holder is not None:
                return (self._reached(self._roster.present(holder, at), case, at),)
        if role == "implementation_engineer" and case.helpers:
            helpers = [self._directory.staff[each] for each in case.helpers if each in self._directory.staff]
            return tuple(self._reached(self._roster.present(helper, at), case, at) for helper in helpers)
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
        roster = self._roster
        people = roster.on_duty(role, case, at) or roster.local(role, case, at)
        return self._readers(people, case.reporter.language)

    def _readers(self, people: tuple[Staff, ...], language: str) -> tuple[Staff, ...]:
        return (
            tuple(person for person in people if any(readable(language, known) for known in person.languages))
            or people
        )

    def _reached(self, person: Staff, case: Case, at: datetime) -> Reached:
        if case.level == WAKES_ANYBODY or self._roster.is_on_duty(person, at):
            return Reached(person)
        return Reached(person, self._roster.next_on_duty(person, at))
