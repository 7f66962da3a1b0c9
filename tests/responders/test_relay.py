"""The relay: from a role to the people who hear of it now, and never nobody."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.cases.case import Case, Party
from gateway.cases.directory import Directory, Staff
from gateway.cases.roster import Roster
from gateway.responders.relay import Relay
from tests.builders import shipped_config

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=ZONE)
NIGHT = datetime(2026, 11, 23, 23, 0, tzinfo=ZONE)
CASE = Case(
    number="C261123-000018", opened_at=MONDAY, reporter=Party(address="a@b.example"), subject="x", level=2
)


def person(name: str, *roles: str, **more: object) -> Staff:
    """A colleague on 5x8 duty who speaks Chinese."""
    facts: dict[str, object] = {"duty": "5x8", "languages": ("zh-Hans",), **more}
    return Staff(
        id=name,
        name=name,
        email=f"{name}@vendor.example",
        roles=frozenset(roles),
        **facts,  # type: ignore[arg-type] - fields of Staff, by name
    )


ADMIN = person("admin", "administrator", duty="7x24")


def reached(
    staff: list[Staff], role: str = "engineer", case: Case = CASE, at: datetime = MONDAY
) -> dict[str, datetime | None]:
    """Who hears of it, and not before when."""
    directory = Directory(staff=[*staff, ADMIN])
    roster = Roster(directory, shipped_config().calendars_by_name)
    relay = Relay(directory, roster, {"engineer": "service_manager"})
    return {each.staff.id: each.not_before for each in relay.people_for(role, case, at)}


def test_everybody_of_the_role_on_duty_hears_at_once() -> None:
    """The pool decides among itself who takes it."""
    assert reached([person("a", "engineer"), person("b", "engineer"), person("c", "desk")]) == {
        "a": None,
        "b": None,
    }


def test_who_has_the_case_hears_of_it_alone() -> None:
    """After #take the others are left in peace."""
    staff = [person("a", "engineer"), person("b", "engineer")]
    assert reached(staff, case=replace(CASE, engineer="b")) == {"b": None}


def test_a_holder_who_has_left_gives_the_case_back_to_the_pool() -> None:
    """The directory changed; nobody is not an answer."""
    assert reached([person("a", "engineer")], case=replace(CASE, engineer="gone")) == {"a": None}


def test_the_region_has_its_own_people_if_there_are_any() -> None:
    """Those who can go there."""
    staff = [
        person("north", "engineer", regions=frozenset({"华北"})),
        person("south", "engineer", regions=frozenset({"华南"})),
    ]
    assert reached(staff, case=replace(CASE, region="华南")) == {"south": None}
    assert reached(staff, case=replace(CASE, region="西北")) == {"north": None, "south": None}


def test_those_on_duty_come_before_those_who_sleep() -> None:
    """At night the night shift."""
    staff = [person("day", "engineer"), person("always", "engineer", duty="7x24")]
    assert reached(staff, at=NIGHT) == {"always": None}


def test_mail_for_those_off_duty_waits_for_their_morning_unless_the_house_burns() -> None:
    """Staff are not woken outside duty hours, level 1 excepted (ARCHITECTURE "Decided", L-94)."""
    staff = [person("day", "engineer")]
    assert reached(staff, at=NIGHT) == {"day": datetime(2026, 11, 24, 9, 0, tzinfo=ZONE)}
    assert reached(staff, case=replace(CASE, level=1), at=NIGHT) == {"day": None}


def test_a_colleague_on_leave_is_replaced_by_their_deputy_and_theirs() -> None:
    """Also when the case is theirs."""
    away = ((date(2026, 11, 20), date(2026, 11, 30)),)
    staff = [
        person("a", "engineer", away=away, deputy="b"),
        person("b", "desk", away=away, deputy="c"),
        person("c", "desk"),
    ]
    assert reached(staff) == {"c": None}
    assert reached(staff, case=replace(CASE, engineer="a")) == {"c": None}


def test_deputies_in_a_circle_end_with_somebody() -> None:
    """Two colleagues who stand in for each other, both away."""
    away = ((date(2026, 11, 20), date(2026, 11, 30)),)
    staff = [person("a", "engineer", away=away, deputy="b"), person("b", "engineer", away=away, deputy="a")]
    assert set(reached(staff)) <= {"a", "b"}
    assert reached(staff)


@pytest.mark.parametrize("role", ["engineer", "service_manager", "nobody_has_this_role"])
def test_a_role_that_nobody_has_falls_to_the_next_and_in_the_end_to_the_administrator(role: str) -> None:
    """Never nobody (P-50)."""
    assert reached([], role) == {"admin": None}
    assert reached([person("m", "service_manager")], "engineer") == {"m": None}


def test_those_who_read_the_customer_come_first() -> None:
    """An English letter goes to somebody who reads English, if there is anybody."""
    staff = [person("a", "engineer"), person("b", "engineer", languages=("zh-Hans", "en"))]
    english = replace(CASE, reporter=replace(CASE.reporter, language="en"))
    assert reached(staff, case=english) == {"b": None}
    french = replace(CASE, reporter=replace(CASE.reporter, language="fr"))
    assert reached(staff, case=french) == {"a": None, "b": None}


def test_a_leave_ends_on_its_last_day() -> None:
    """Both days belong to it."""
    away = ((date(2026, 11, 20), date(2026, 11, 23)),)
    staff = [person("a", "engineer", away=away, deputy="b"), person("b", "desk")]
    assert reached(staff) == {"b": None}
    assert reached(staff, at=MONDAY + timedelta(days=1)) == {"a": None}
