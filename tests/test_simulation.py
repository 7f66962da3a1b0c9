"""`gateway simulate`: the times it prints equal the oracle's, its lines keep their shape, a wrong scenario says why.

The worked cases of the issue: every level and both plans, across lunch, a weekend at night, the National Day holidays
and a make-up Saturday. What is due when is written here from SERVICE.md and computed by `cases.oracle`.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.cases.events import EVENTS
from gateway.errors import ConfigError
from gateway.simulation import play, read_scenario
from gateway.simulation.scenario import SCENARIO_KEYS
from tests.builders import CONFIG_FILE, ROOT, at, shipped_config
from tests.cases import oracle

Line = Mapping[str, Any]

SITUATIONS = {
    "across lunch": "2026-11-23 11:50",
    "a weekend at night": "2026-11-21 23:30",
    "into National Day": "2026-09-30 17:00",
    "into a make-up Saturday": "2026-10-09 17:30",
}

PROMISE = {1: "P-10", 2: "P-11", 3: "P-12", 4: "P-13"}
RESPONSE = {1: "2wh", 2: "4wh", 3: "8wh", 4: "8wh"}
ONLINE_LIMIT = {1: "4wh", 2: "8wh", 3: "24wh", 4: "48wh"}
ARRIVAL = {1: ("1wd", "24h"), 2: ("3wd",), 3: ("5wd",), 4: ("7wd",)}
WITH_UPDATES = (1, 2, 3)


def transcript(folder: Path, text: str) -> list[Line]:
    """What a scenario of these words gives."""
    file = folder / "scenario.toml"
    file.write_text(text, encoding="utf-8")
    return list(play(read_scenario(file, shipped_config()), shipped_config()))


def mistakes(folder: Path, text: str) -> list[str]:
    """What is wrong with a scenario of these words."""
    with pytest.raises(ConfigError) as caught:
        transcript(folder, text)
    return [str(mistake).partition("scenario.toml: ")[2] for mistake in caught.value.mistakes]


def silent(start: datetime, plan: str, level: int, until: datetime) -> str:
    """A scenario in which nobody but the customer and the clock does anything."""
    return f"""
start = {start.isoformat()}
plan = "{plan}"
level = {level}
until = {until.isoformat()}
[[event]]
at = "+0m"
what = "reported"
text = "防火墙登录不上"
"""


def promised(start: datetime, plan: str, level: int) -> dict[str, tuple[str, datetime]]:
    """What SERVICE.md promises a case of this plan and level, once each, and when it is due."""
    online_limit = oracle.due(plan, start, ONLINE_LIMIT[level])
    # "In 5x8 hours" (P-24): the relay among us sleeps at night, except at level 1.
    among_us = plan if level == 1 else "5x8"
    due = {
        "response": (PROMISE[level], oracle.due(plan, start, RESPONSE[level])),
        "online_limit": (PROMISE[level], online_limit),
        "arrival": (PROMISE[level], min(oracle.due(plan, online_limit, span) for span in ARRIVAL[level])),
        "told_desk": ("P-24", oracle.due(among_us, start, "5wm")),
        "told_service_manager": ("P-25", oracle.due(among_us, start, "5wm")),
    }
    if plan == "7x24":
        due["response_any_hour"] = ("P-01", oracle.due(plan, start, "4h"))
    if level in WITH_UPDATES:
        due["first_reply"] = ("P-30", oracle.due(plan, start, "10wm"))
        due["second_reply"] = ("P-31", oracle.due(plan, start, "30wm"))
    return due


def updates(start: datetime, plan: str, until: datetime) -> list[datetime]:
    """P-32: an hour after the second reply, and an hour after each one, as far as any is started by `until`."""
    due = [oracle.due(plan, start, "30wm")]
    while due[-1] <= until:
        due.append(oracle.due(plan, due[-1], "1wh"))
    return due[1:]


def due_by(found: set[tuple[str, datetime]], until: datetime) -> set[tuple[str, datetime]]:
    """Those of a promise made again and again that fall due while anybody is watching."""
    return {(promise, due) for promise, due in found if due <= until}


def dues(lines: Sequence[Line], state: str | None = None) -> dict[str, set[tuple[str, datetime]]]:
    """Every due moment of every commitment in a transcript, by name."""
    found: dict[str, set[tuple[str, datetime]]] = {}
    for line in lines:
        if line["kind"] == "commitment" and state in (None, line["state"]):
            found.setdefault(line["name"], set()).add((line["promise"], datetime.fromisoformat(line["due"])))
    return found


@pytest.mark.parametrize("start", SITUATIONS.values(), ids=SITUATIONS)
@pytest.mark.parametrize("plan", ["5x8", "7x24"])
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_every_due_moment_equals_the_oracles(tmp_path: Path, level: int, plan: str, start: str) -> None:
    """P-01, P-10 … P-13, P-24, P-25, P-30 … P-33: in every line of the transcript, whatever its state."""
    begins = at(start)
    expected = promised(begins, plan, level)
    until = expected["arrival"][1]
    found = dues(transcript(tmp_path, silent(begins, plan, level, until)))
    hourly = found.pop("status_update", set())
    daily = found.pop("day_report", set())
    climbing = found.pop("escalation_answer")
    assert found == {name: {each} for name, each in expected.items()}
    assert {promise for promise, _ in climbing} == {"P-50"}
    every_hour = updates(begins, plan, until) if level in WITH_UPDATES else []
    every_day = oracle.day_reports(plan, begins, until) if level in WITH_UPDATES else []
    assert due_by(hourly, until) == {("P-32", due) for due in every_hour if due <= until}
    assert due_by(daily, until) == {("P-33", due) for due in every_day}


@pytest.mark.parametrize("start", SITUATIONS.values(), ids=SITUATIONS)
@pytest.mark.parametrize("plan", ["5x8", "7x24"])
def test_what_we_say_ourselves_is_said_in_time(tmp_path: Path, plan: str, start: str) -> None:
    """Between the moment handling begins and the due moment; at night only the receipt leaves (ARCHITECTURE)."""
    begins = at(start)
    opens = oracle.first_open(plan, begins)
    lines = transcript(tmp_path, silent(begins, plan, 3, oracle.due(plan, begins, "7wh")))
    said = [
        (datetime.fromisoformat(line["at"]), line["name"]) for line in lines if line.get("to") == "customer"
    ]
    due = {name: moment for name, (_, moment) in promised(begins, plan, 3).items()}
    assert ("receipt" in {name for _, name in said}) == (opens > begins)
    for moment, name in said:
        assert moment >= opens or name == "receipt"
        assert moment <= due.get(name, moment)


def test_the_arrival_of_level_one_is_the_earlier_of_its_two_promises(tmp_path: Path) -> None:
    """P-10: missed on Friday at 14:00; Monday's close is later than the 24 hours guaranteed."""
    lines = transcript(tmp_path, silent(at("2026-11-20 09:00"), "5x8", 1, at("2026-11-21 20:00")))
    assert dues(lines, "missed")["arrival"] == {("P-10", at("2026-11-21 14:00"))}


STORY = """
start = "2026-11-23T09:00:00+08:00"
plan = "5x8"
level = 2
language = "zh-Hans"
[[event]]
at = "+0m"
what = "reported"
text = "防火墙登录不上"
[[event]]
at = "+12m"
what = "assigned"
to = "engineer"
[[event]]
at = "+40m"
what = "engineer_replied"
text = "已定位到认证服务"
[[event]]
at = "+41m"
what = "planned"
text = "更换证书"
[[event]]
at = "+2h"
what = "resolved"
text = "重启认证服务后恢复"
[[event]]
at = "+125m"
what = "review_passed"
[[event]]
at = "+150m"
what = "confirmed"
text = "已解决"
"""


ONE_MINUTE = 'start = "2026-11-23T09:00:00+08:00"\nuntil = "+1m"\n'


class TestTheTranscript:
    def test_lines_are_in_order_of_time(self, tmp_path: Path) -> None:
        """INTERFACES: "in order of time"."""
        moments = [datetime.fromisoformat(line["at"]) for line in transcript(tmp_path, STORY)]
        assert moments == sorted(moments)

    def test_every_line_has_its_shape(self, tmp_path: Path) -> None:
        """INTERFACES: scripts rely on these fields; more may be there, none may be missing."""
        fields = {
            "event": {"at", "kind", "what", "promise"},
            "notice": {"at", "kind", "name", "to", "subject", "text", "promise"},
            "commitment": {"at", "kind", "name", "promise", "state", "due"},
            "status": {"at", "kind", "from", "to", "promise"},
            "priority": {"at", "kind", "from", "to", "promise"},
        }
        lines = transcript(tmp_path, STORY)
        assert {line["kind"] for line in lines} == set(fields)
        for line in lines:
            assert fields[line["kind"]] <= set(line)
            assert json.loads(json.dumps(line)) == line

    def test_states_are_those_of_the_interface(self, tmp_path: Path) -> None:
        """What was met after it was missed is "met", with `late`."""
        known = {"started", "prompted", "met", "missed", "paused", "resumed", "withdrawn"}
        lines = transcript(tmp_path, STORY)
        assert {line["state"] for line in lines if line["kind"] == "commitment"} <= known

    def test_every_event_of_the_scenario_stands_in_it(self, tmp_path: Path) -> None:
        """And the gateway's own (a notice has left) does not."""
        lines = transcript(tmp_path, STORY)
        told = [line["what"] for line in lines if line["kind"] == "event"]
        assert told == [
            "reported",
            "assigned",
            "engineer_replied",
            "planned",
            "resolved",
            "review_passed",
            "confirmed",
        ]

    def test_it_ends_when_nothing_is_due(self, tmp_path: Path) -> None:
        """Confirmed and closed: the last line is of that minute."""
        assert transcript(tmp_path, STORY)[-1]["at"] == "2026-11-23T11:30:00+08:00"

    def test_it_ends_at_until(self, tmp_path: Path) -> None:
        """Neither events nor the clock go on."""
        lines = transcript(tmp_path, 'until = "+30m"\n' + STORY)
        assert lines[-1]["at"] <= "2026-11-23T09:30:00+08:00"
        assert "engineer_replied" not in {line.get("what") for line in lines}

    def test_what_is_late_says_so(self, tmp_path: Path) -> None:
        """The response came at three, an hour late."""
        lines = transcript(
            tmp_path,
            STORY.replace('"+40m"', '"+6h"')
            .replace('"+41m"', '"+361m"')
            .replace('"+2h"', '"+7h"')
            .replace("+125m", "+425m")
            .replace("+150m", "+8h"),
        )
        (met,) = [line for line in lines if line.get("name") == "response" and line.get("state") == "met"]
        assert met["late"] is True

    def test_times_are_shown_in_the_scenarios_own_offset(self, tmp_path: Path) -> None:
        """Who plans in UTC reads UTC."""
        lines = transcript(tmp_path, STORY.replace("2026-11-23T09:00:00+08:00", "2026-11-23T01:00:00+00:00"))
        assert {line["at"][-6:] for line in lines} == {"+00:00"}

    @pytest.mark.parametrize(
        ("language", "greeting"), [("zh-Hans", "您好"), ("zh-Hant", "您好"), ("en", "Dear")]
    )
    def test_customers_read_their_own_language(self, tmp_path: Path, language: str, greeting: str) -> None:
        """The real templates, in the scenario's language."""
        lines = transcript(tmp_path, STORY.replace("zh-Hans", language))
        first = next(line for line in lines if line.get("name") == "first_reply" and line["kind"] == "notice")
        assert greeting in first["text"]

    def test_the_level_is_read_from_the_text_where_none_is_given(self, tmp_path: Path) -> None:
        """INTERFACES: "omit to let the parser decide"."""
        words = "全部业务中断，所有用户无法访问"
        lines = transcript(tmp_path, f'{ONE_MINUTE}[[event]]\nwhat = "reported"\ntext = "{words}"')
        assert next(line for line in lines if line.get("name") == "response")["promise"] == "P-10"

    def test_without_text_the_default_level_counts(self, tmp_path: Path) -> None:
        """A scenario of one line is a scenario."""
        lines = transcript(tmp_path, ONE_MINUTE)
        assert next(line for line in lines if line.get("name") == "response")["promise"] == "P-12"

    def test_nobody_answers_for_ever_still_ends(self, tmp_path: Path) -> None:
        """Without `until` a case that nobody takes ends after thirty days."""
        lines = transcript(tmp_path, 'start = "2026-11-23T09:00:00+08:00"\nlevel = 4\nplan = "7x24"')
        assert datetime.fromisoformat(lines[-1]["at"]) <= at("2026-12-23 09:00")


EVERY_EVENT = (
    "reported",
    "customer_wrote",
    "assigned",
    "engineer_replied",
    "progress",
    "stuck",
    "waiting_on_customer",
    "dispatched",
    "arrived",
    "parts_requested",
    "parts_issued",
    "resolved",
    "review_passed",
    "review_failed",
    "confirmed",
    "refused",
    "told_desk",
    "triaged",
    "planned",
    "interim_agreed",
    "level_changed",
    "plan_changed",
    "interval_asked",
    "foreign_manager_joined",
    "closed_in_crm",
)
ARGUMENTS = {"level_changed": "level = 1", "plan_changed": 'plan = "7x24"', "interval_asked": 'every = "30m"'}


def test_every_event_of_the_interface_can_be_played(tmp_path: Path) -> None:
    """INTERFACES lists them; a scenario may use any."""
    rows = "\n".join(
        f'[[event]]\nat = "+{minute}m"\nwhat = "{what}"\ntext = "一句话"\n{ARGUMENTS.get(what, "")}'
        for minute, what in enumerate(EVERY_EVENT)
    )
    lines = transcript(tmp_path, f'start = "2026-11-23T09:00:00+08:00"\nlevel = 2\nuntil = "+1h"\n{rows}')
    assert [line["what"] for line in lines if line["kind"] == "event"] == [*EVERY_EVENT]


@pytest.mark.parametrize("argument", ['every = "30m"', 'interval = "30wm"', 'to = "30m"'])
def test_an_interval_is_asked_in_any_of_its_spellings(tmp_path: Path, argument: str) -> None:
    """And runs on the plan's clock, as a customer's own words would."""
    asked = f'until = "+61m"\n[[event]]\nat = "+1m"\nwhat = "interval_asked"\n{argument}\n'
    lines = transcript(tmp_path, STORY.partition("[[event]]")[0] + asked)
    said = [line["at"][11:16] for line in lines if line.get("to") == "customer"]
    assert said == ["09:00", "09:29", "09:59"]


class TestAWrongScenario:
    def test_every_mistake_is_reported_at_once(self, tmp_path: Path) -> None:
        """With key and advice, and nothing is played."""
        found = mistakes(
            tmp_path,
            'start = "tomorrow"\nplan = "9x9"\nlevel = 7\nlanguage = "fr"\nuntl = "+1d"\nservices = ["pizza"]\n'
            '[[event]]\nat = "+0m"\nwhat = "exploded"\n',
        )
        assert [each.partition(": ")[0] for each in found] == [
            "untl",
            "start",
            "plan",
            "language",
            "event[2].what",
            "level",
            "services",
        ]
        assert all("(" in each for each in found)

    @pytest.mark.parametrize(
        ("line", "key"),
        [
            ("level = 'two'", "level"),
            ("level = []", "level"),
            ("level = 0", "level"),
            ("plan = 7", "plan"),
            ("event = 3", "event"),
            ("event = [1, 2]", "event"),
            ("services = 5", "services"),
            ('until = "+9999999999d"', "until"),
            ('until = "2026-11-23"', "until"),
            ('until = "2026-11-22T09:00:00+08:00"', "until"),
            ('until = "+999999d"', "until"),
            ("[[event]]\nwhat = 5", "event[2].what"),
            ('[[event]]\nwhat = "notice_sent"', "event[2].what"),
            ('[[event]]\nat = -1\nwhat = "resolved"', "event[2].at"),
            ('[[event]]\nwhat = "level_changed"', "event[2]"),
            ('[[event]]\nwhat = "level_changed"\nlevel = 9', "event[2]"),
            ('[[event]]\nwhat = "level_changed"\nlevel = []', "event[2]"),
            ('[[event]]\nwhat = "plan_changed"\nplan = "9x9"', "event[2]"),
            ('[[event]]\nwhat = "plan_changed"\nplan = "7x24"\nservices = ["pizza"]', "services"),
            ('[[event]]\nwhat = "interval_asked"\nevery = "1m"', "event[2]"),
            ('[[event]]\nwhat = "interval_asked"\nevery = "1wd"', "event[2]"),
            ('[[event]]\nwhat = "interval_asked"\nevery = "soon"', "event[2]"),
            ('[[event]]\nat = "+5m"\nwhat = "reported"\n[[event]]\nat = "+1m"\nwhat = "resolved"', "event"),
            ('[[event]]\nwhat = "reported"\n[[event]]\nat = "+1m"\nwhat = "reported"', "event"),
        ],
    )
    def test_a_mistake_is_named_and_never_a_crash(self, tmp_path: Path, line: str, key: str) -> None:
        """Whatever TOML allows: a sentence with its key, no stack and no endless transcript."""
        found = mistakes(tmp_path, f'start = "2026-11-23T09:00:00+08:00"\n{line}\n')
        assert [each.partition(": ")[0] for each in found] == [key]

    @pytest.mark.parametrize(
        "start", ["", "start = 5", "start = 2026-11-23", 'start = "2026-11-23T09:00:00"']
    )
    def test_a_start_without_an_offset_is_no_moment(self, tmp_path: Path, start: str) -> None:
        """Nine o'clock where? The file must say."""
        assert [each.partition(": ")[0] for each in mistakes(tmp_path, start)] == ["start"]

    @pytest.mark.parametrize("content", [b"start = ", b"\xff\xfe", b"start = 1\nstart = 2"])
    def test_what_is_no_toml_says_so(self, tmp_path: Path, content: bytes) -> None:
        """Nor does a file that is no text at all break anything."""
        file = tmp_path / "scenario.toml"
        file.write_bytes(content)
        with pytest.raises(ConfigError, match="no valid TOML"):
            read_scenario(file, shipped_config())

    def test_a_missing_file_says_so(self, tmp_path: Path) -> None:
        """With its name."""
        with pytest.raises(ConfigError, match=r"nowhere.toml: cannot be read"):
            read_scenario(tmp_path / "nowhere.toml", shipped_config())


def test_the_command_prints_one_json_object_a_line(tmp_path: Path) -> None:
    """The whole way once, as a service manager runs it; the same lines as in process."""
    file = tmp_path / "scenario.toml"
    file.write_text(STORY, encoding="utf-8")
    command = [sys.executable, "-m", "gateway", "simulate", str(file), "--config", str(CONFIG_FILE)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, check=True, timeout=120)
    assert [json.loads(line) for line in done.stdout.splitlines()] == transcript(tmp_path, STORY)
    assert done.stderr == b""


def test_the_command_reports_mistakes_in_words(tmp_path: Path) -> None:
    """Exit 1 and a sentence, no stack."""
    file = tmp_path / "scenario.toml"
    file.write_text("level = 9", encoding="utf-8")
    command = [sys.executable, "-m", "gateway", "simulate", str(file), "--config", str(CONFIG_FILE)]
    done = subprocess.run(command, capture_output=True, cwd=ROOT, check=False, timeout=120)
    assert done.returncode == 1
    assert b"2 mistake(s)" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_month_of_hourly_updates_is_played_in_order(tmp_path: Path) -> None:
    """7×24, level 3, nobody answers: each update leaves a minute before it is due, none twice, none forgotten."""
    start = at("2026-11-23 09:00")
    lines = transcript(tmp_path, silent(start, "7x24", 3, start + timedelta(days=3)))
    said = [
        datetime.fromisoformat(line["at"])
        for line in lines
        if line.get("name") == "status_update" and "to" in line
    ]
    assert said == [start + timedelta(minutes=89 + 60 * hour) for hour in range(len(said))]
    assert len(said) == 71


def test_the_manuals_example_is_what_the_gateway_says(tmp_path: Path) -> None:
    """docs/simulate.md shows a scenario and lines of its transcript; a change of either shows up here."""
    manual = (ROOT / "docs" / "simulate.md").read_text(encoding="utf-8")
    _, _, rest = manual.partition("```toml\n")
    scenario, _, rest = rest.partition("```")
    shown = rest.partition("```json\n")[2].partition("```")[0].splitlines()
    lines = transcript(tmp_path, scenario)
    assert len(shown) > 10
    assert [line for line in lines if line in list(map(json.loads, shown))] == list(map(json.loads, shown))


def test_the_manual_names_every_event_and_every_key() -> None:
    """Whoever reads it knows all that a scenario can say."""
    manual = (ROOT / "docs" / "simulate.md").read_text(encoding="utf-8")
    playable = set(EVENTS) - {
        "notice_sent",
        "notice_failed",
        "redirected",
        "third_party_wrote",
        "unproved_wrote",
        "decision_unproved",
        "subject_changed",
        "merged_into",
        "absorbed",
    }
    playable -= {"corrected", "alias_taught"}  # about a directory, and a scenario has none
    assert [name for name in sorted(playable | SCENARIO_KEYS - {"event"}) if f"`{name}`" not in manual] == []
