"""What a CRM is told: the whole case as it stands, stable, and nothing internal."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cases.case import Case, Notice, Party
from gateway.responders.crm import EVENTS, crm_payload
from tests.builders import a_case, at

GUIDE = Path(__file__).parents[2] / "docs" / "crm.md"
CASE = replace(a_case(), version=1, symptoms=("登录失败",))
MOMENT = at("2026-11-23 09:00").replace(second=5)


def notice(name: str = "crm_open") -> Notice:
    return Notice(id="C261123-000018/1", name=name, to="crm", facts={"words": "internal-canary"})


def document(case: Case = CASE, name: str = "crm_open") -> dict[str, Any]:
    return json.loads(crm_payload(notice(name), case, MOMENT, "k7m2qx4a"))


def test_the_document_is_the_one_in_the_guide() -> None:
    """Receivers are written from that page: a change there or here is a change to both."""
    (example,) = re.findall(r"```json\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert document() == json.loads(example)


@pytest.mark.parametrize(
    ("name", "event"),
    [("crm_open", "open_ticket"), ("crm_update", "update_ticket"), ("crm_close", "close_ticket")],
)
def test_each_notice_asks_for_one_thing(name: str, event: str) -> None:
    """P-26 opens the ticket, P-48 closes it."""
    assert document(name=name)["event"] == event
    assert EVENTS[name] == event


def test_another_notice_is_a_mistake_of_ours() -> None:
    """No mail to a customer may ever end up in a CRM."""
    with pytest.raises(ValueError, match="engineer_reply"):
        crm_payload(notice("engineer_reply"), CASE, MOMENT, "k7m2qx4a")


def test_the_same_case_is_the_same_bytes() -> None:
    """What was in doubt is sent again as it was (G8)."""
    assert crm_payload(notice(), CASE, MOMENT, "a") == crm_payload(notice(), replace(CASE), MOMENT, "a")
    assert crm_payload(notice(), CASE, MOMENT, "a") != crm_payload(notice(), CASE, MOMENT, "b")


def test_what_is_not_known_is_null_and_never_missing() -> None:
    """A receiver reads every field without asking whether it is there."""
    bare = Case(number="C261123-000018", opened_at=MOMENT, reporter=Party(address="a@b.example"), subject="")
    full, empty = document()["case"], document(bare)["case"]
    assert full.keys() == empty.keys()
    assert full["contact"].keys() == empty["contact"].keys()
    assert (empty["subject"], empty["customer"], empty["contact"]["name"]) == (
        None,
        {"id": None, "company": None},
        None,
    )


def test_a_closed_case_says_what_was_done_and_when() -> None:
    """P-48: the ticket is closed with its solution."""
    closed = replace(
        CASE, status="closed", closed_at=MOMENT, engineer="wang", solution="已更换证书\n并重启", version=9
    )
    case = document(closed, "crm_close")["case"]
    assert (case["status"], case["engineer"], case["version"]) == ("closed", "wang", 9)
    assert case["solution"] == "已更换证书\n并重启"
    assert case["closed_at"] == "2026-11-23T09:00:05+08:00"


def test_nothing_internal_is_in_it() -> None:
    """Neither a notice's words nor a line that waits for the next update."""
    case = replace(CASE, pending_words=("pending-canary", "en"), problems=("problem-canary",))
    assert b"canary" not in crm_payload(notice(), case, MOMENT, "k7m2qx4a")


@given(st.text(alphabet=st.characters(codec=None) | st.sampled_from('"\\\r\n\0\ud800\u202e<')))
def test_whatever_a_customer_wrote_it_is_one_line_of_valid_json(words: str) -> None:
    """Hostile text reaches other people's systems only as harmless text (T15)."""
    case = replace(CASE, subject=words, company=words, product=words, symptoms=(words,), solution=words)
    raw = crm_payload(notice(), case, MOMENT, "k7m2qx4a")
    told = json.loads(raw.decode())["case"]
    for line in (told["subject"], told["customer"]["company"], told["product"], told["symptoms"][0]):
        assert not set(line or "") & set("\r\n\0\u202e\ud800")
