"""The shipped rows hold every promise of the issue, and a row with a mistake is named with file, key and advice."""

from pathlib import Path

import pytest

from gateway.cases.business_time import Span
from gateway.config import load
from gateway.errors import ConfigError, Mistake
from tests.builders import CONFIG_FILE, policy, shipped_config

REMINDER_AGAIN = 'within = "3wd"\nowed_by = "gateway"'
"""The row of the second reminder; the inspection's report has three days too, and another to owe it."""


def written(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """config.toml with these texts replaced; each must be there once."""
    text = CONFIG_FILE.read_text(encoding="utf-8")
    for before, after in changes:
        assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in config.toml"
        text = text.replace(before, after)
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(tmp_path: Path, *changes: tuple[str, str]) -> list[Mistake]:
    """What is wrong with config.toml after these changes."""
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, *changes))
    return caught.value.mistakes


class TestTheShippedRows:
    @pytest.mark.parametrize(
        "promise",
        ["P-10", "P-11", "P-12", "P-13", "P-01", "P-27", "P-30", "P-31", "P-32", "P-34", "P-35", "P-50"],
    )
    def test_every_promise_of_the_spine_has_a_row(self, promise: str) -> None:
        """Issue 2, "The core": the owner finds each by its id."""
        rows = {each for target in policy().targets for each in target.promises.values()}
        rows |= {notice.promise for notice in policy().notices if notice.promise}
        assert promise in rows

    def test_the_priority_promise_belongs_to_the_hotline(self) -> None:
        """P-02: customers of the 7×24 service start high."""
        assert policy().high_priority_services == frozenset({"hotline-7x24"})

    @pytest.mark.parametrize(
        ("level", "response", "online_limit", "arrival"),
        [
            (1, "2wh", "4wh", ("1wd", "24h")),
            (2, "4wh", "8wh", ("3wd",)),
            (3, "8wh", "24wh", ("5wd",)),
            (4, "8wh", "48wh", ("7wd",)),
        ],
    )
    def test_the_times_are_those_of_the_page(
        self, level: int, response: str, online_limit: str, arrival: tuple[str, ...]
    ) -> None:
        """SERVICE P-10 … P-13, word for word."""
        within = {target.name: target.within[level] for target in policy().targets if level in target.within}
        assert within["response"] == (Span.parse(response),)
        assert within["online_limit"] == (Span.parse(online_limit),)
        assert within["arrival"] == tuple(map(Span.parse, arrival))
        assert within["response_any_hour"] == (Span.parse("4h"),)

    def test_nothing_automatic_meets_a_persons_promise(self) -> None:
        """L-93, for every row there is: what an engineer owes is never met by something that was sent."""
        by_people = [target for target in policy().targets if target.owed_by == "engineer"]
        assert len(by_people) >= 4
        assert not any(key.startswith("sent:") for target in by_people for key in target.met_by)

    def test_every_reply_promise_is_met_by_its_own_letter(self) -> None:
        """Trap 1: what the gateway says for a row meets that row, and the receipt meets none."""
        for target in policy().targets:
            if target.speak is not None:
                assert f"sent:{target.speak.notice}" in target.met_by, target.name
            assert "sent:receipt" not in target.met_by

    def test_customers_with_office_hours_are_not_written_to_all_night(self) -> None:
        """Trap 3: every update runs on the plan's clock."""
        spoken = [target for target in policy().targets if target.speak is not None]
        limits = [limit for target in spoken for limits in target.within.values() for limit in limits]
        assert limits
        assert all(isinstance(limit, Span) and limit.working for limit in limits)

    def test_each_level_and_plan_that_the_interface_names_exists(self) -> None:
        """INTERFACES: "5x8" and "7x24" always exist."""
        assert set(policy().plans) == {"5x8", "7x24"}
        assert set(policy().levels) == {1, 2, 3, 4}

    def test_the_version_changes_with_any_row(self, tmp_path: Path) -> None:
        """A commitment remembers under which rows it was made."""
        same = load(written(tmp_path)).promises.version
        other = load(written(tmp_path, ('lead = "10wm"', 'lead = "15wm"'))).promises.version
        assert same == policy().version
        assert other != same


class TestMistakes:
    def test_every_mistake_is_reported_at_once(self, tmp_path: Path) -> None:
        """With file, key and what to do; nothing is half-loaded."""
        found = mistakes(
            tmp_path,
            ('default_plan = "5x8"', 'default_plan = "9x9"'),
            ("default_level = 3", "default_level = 8"),
            ('name = "5x8"\ncalendar = "5x8"', 'name = "5x8"\ncalendar = "5x9"'),
            ('services = ["onsite-5x8"]', 'services = ["onsite-5x9"]'),
            ('reopened_by = ["refused",', 'reopened_by = ["refusd",'),
            ('from = ["missed:online_limit"]', 'from = ["missed:onlinelimit"]'),
            ('pauses_while = ["in_review", "awaiting_confirmation"]', 'pauses_while = ["asleep"]'),
        )
        assert {each.key for each in found} == {
            "policy.default_plan",
            "policy.default_level",
            "plan[5x8].calendar",
            "plan[5x8].services",
            "target[online_limit].reopened_by",
            "target[arrival].from",
            "target[arrival].pauses_while",
        }
        assert all(each.file.endswith("config.toml") and each.advice for each in found)

    def test_a_misspelt_event_is_answered_with_those_that_come_near(self, tmp_path: Path) -> None:
        """The advice begins with what was probably meant."""
        (found,) = mistakes(tmp_path, ('reopened_by = ["refused",', 'reopened_by = ["refusd",'))
        assert found.advice.startswith("there are: refused")

    @pytest.mark.parametrize(
        ("before", "after", "key"),
        [
            (
                'tells_next = true\n\n[[target]]\nname = "status',
                'tells_nex = true\n\n[[target]]\nname = "status',
                "target[second_reply].tells_nex",
            ),
            (
                REMINDER_AGAIN,
                'within = "3 days"\nowed_by = "gateway"',
                "target[confirm_reminder_again].within",
            ),
            (REMINDER_AGAIN, 'within = "0wd"\nowed_by = "gateway"', "target[confirm_reminder_again].within"),
            (
                REMINDER_AGAIN,
                'within = "99999999h"\nowed_by = "gateway"',
                "target[confirm_reminder_again].within",
            ),
            ('priority = "urgent"', 'priority = "hot"', "level[1].priority"),
            ('hours = ["09:00-12:00", "13:00-18:00"]', 'hours = ["nine to five"]', "calendar[5x8]"),
            (
                'hours = ["09:00-12:00", "13:00-18:00"]',
                'hours = ["09:00-12:00", "11:00-18:00"]',
                "calendar[5x8]",
            ),
            ('zone = "Asia/Shanghai"', 'zone = "Asia/Shangai"', "calendar[5x8]"),
            ('[[plan]]\nname = "7x24"', '[[plan]]\nname = "5x8"', "plan[5x8]"),
            ("level = 4\npriority", "level = 3\npriority", "level[3]"),
            (
                'name = "confirm_reminder_again"\npromise',
                'name = "confirm_reminder"\npromise',
                "target[confirm_reminder]",
            ),
            (
                'prompt = { before = "4wh", notice',
                'prompt = { before = "1wd", notice',
                "target[arrival].prompt.before",
            ),
            ('prompt = { before = "4wh", notice', "prompt = { notice", "target[arrival].prompt"),
            ('from = ["escalated"]', 'from = ["missed:escalation_answer"]', "target[escalation_answer].from"),
            ('on = ["missed:online_limit"]', 'on = ["sent:dispatch_needed"]', "notice[dispatch_needed].on"),
            ("levels = [4]", "levels = [5]", "notice[status_update].levels"),
            ('holidays = ["builtin:CN"]', 'holidays = ["builtin:XX"]', ""),
            ('holidays = ["builtin:CN"]', 'holidays = ["nowhere.toml"]', ""),
        ],
    )
    def test_each_kind_of_mistake_has_its_key(
        self, tmp_path: Path, before: str, after: str, key: str
    ) -> None:
        """One row, one mistake, named as its owner knows it."""
        found = mistakes(tmp_path, (before, after))
        assert key in {each.key for each in found}

    def test_notices_in_a_circle_are_a_mistake(self, tmp_path: Path) -> None:
        """L-101: each is given because the other was; a customer would get mail without end."""
        found = mistakes(
            tmp_path,
            ('on = ["level_changed"]', 'on = ["sent:closed"]'),
            (
                'notice = "closed"\npromise = "P-35"\non = ["confirmed"]',
                'notice = "closed"\non = ["sent:level_changed"]',
            ),
        )
        assert {each.key for each in found} == {"notice[closed].on", "notice[level_changed].on"}

    def test_a_time_without_an_id_is_a_mistake(self, tmp_path: Path) -> None:
        """Every promise names its sentence of SERVICE.md."""
        arrival = 'is missed\npromise = { 1 = "P-10", 2'
        found = mistakes(tmp_path, (arrival, "is missed\npromise = { 2"))
        assert [each.key for each in found] == ["target[arrival].promise"]


def test_a_new_promise_needs_no_code(tmp_path: Path) -> None:
    """ARCHITECTURE: a row for the day's interim report (P-33) is loaded and known by its name."""
    row = """
[[target]]
name = "interim_report"
promise = "P-33"
from = ["reported"]
until = ["interim_agreed"]
ends_on = ["resolved"]
within = "8wh"
owed_by = "service_manager"
escalates = true

[escalation]
"""
    loaded = load(written(tmp_path, ("\n[escalation]\n", row))).promises
    assert "interim_report" in {target.name for target in loaded.targets}


def test_the_shipped_rows_load_without_a_word() -> None:
    """What a newcomer has is right."""
    assert shipped_config().promises.default_level == 3
