"""Who answers for a role at a moment: in the region, present, on duty. One test of duty for all who ask."""

from collections.abc import Mapping
from datetime import date, datetime

from gateway.cases import business_time
from gateway.cases.business_time import Calendar
from gateway.cases.case import Case
from gateway.cases.directory import Directory, Staff

ENGINEER = "engineer"


class Roster:
    """The directory's staff and the calendars that their duty names."""

    def __init__(self, directory: Directory, duties: Mapping[str, Calendar]) -> None:
        self._directory = directory
        self._duties = duties

    def local(self, role: str, case: Case, at: datetime) -> tuple[Staff, ...]:
        """The role's people, or their deputies: of the region, as far as there are any; without who said "not mine"."""
        present = tuple(
            dict.fromkeys(self.present(person, at) for person in self._directory.staff_with(role))
        )
        if role == ENGINEER:
            present = tuple(person for person in present if person.id not in case.declined)
        return tuple(person for person in present if person.serves(case.region)) or present

    def on_duty(self, role: str, case: Case, at: datetime) -> tuple[Staff, ...]:
        """Those of them whom a notice reaches at once."""
        return tuple(person for person in self.local(role, case, at) if self.is_on_duty(person, at))

    def present(self, person: Staff, at: datetime) -> Staff:
        """The person, or their deputy while they are on leave."""
        seen = {person.id}
        while self.is_away(person, at):
            deputy = self._directory.staff.get(person.deputy or "")
            if deputy is None or deputy.id in seen:
                break
            seen.add(deputy.id)
            person = deputy
        return person

    def is_away(self, person: Staff, at: datetime) -> bool:
        """On leave on the day that it is where they work."""
        return person.is_away(self._local_day(person, at))

    def is_on_duty(self, person: Staff, at: datetime) -> bool:
        """Not on leave, and in their hours."""
        return not self.is_away(person, at) and business_time.is_open(self._duties[person.duty], at)

    def next_on_duty(self, person: Staff, at: datetime) -> datetime:
        """When their hours begin again."""
        return business_time.next_open(self._duties[person.duty], at)

    def _local_day(self, person: Staff, at: datetime) -> date:
        return at.astimezone(self._duties[person.duty].tz).date()
