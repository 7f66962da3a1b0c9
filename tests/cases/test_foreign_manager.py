"""A foreign manager of the customer's gets the same replies at the same times, worded for them (P-36)."""

import pytest

from gateway.cases import commitments as promised
from gateway.cases import events
from gateway.cases.events import FOREIGN_MANAGER
from tests.builders import CUSTOMER, ENGINEER, Life

MONDAY_NINE = "2026-11-23 09:00"


def joined(language: str = "en") -> events.ForeignManagerJoined:
    """Somebody at the customer's who reads this language takes part from now on."""
    return events.ForeignManagerJoined(
        address="d.weber@customer.example", person="Daniel Weber", language=language, by="lan"
    )


@pytest.fixture
def watched() -> Life:
    """A case of a Chinese reader, with an English reader in it since ten past nine."""
    life = Life().reported(MONDAY_NINE)
    life.happens("2026-11-23 09:10", joined())
    return life


def test_liaison_and_engineer_are_told_who_joined(watched: Life) -> None:
    """P-36 goes through the liaison; the engineer must know that two languages are read."""
    assert watched.told("liaison") == ["11-23 09:10 foreign_manager_joined"]
    assert "11-23 09:10 foreign_manager_joined" in watched.told("engineer")


def test_from_then_on_every_reply_comes_to_both_at_the_same_moment(watched: Life) -> None:
    """A whole life of one case, to its close; what was said before they joined is not sent after them."""
    watched.happens("2026-11-23 10:00", events.Assigned(to=ENGINEER, by=ENGINEER))
    watched.happens(
        "2026-11-23 10:20", events.Planned(text="Replace the certificate", language="en", by=ENGINEER)
    )
    watched.runs("2026-11-23 13:00").solved("2026-11-23 13:10").runs("2026-11-24 17:45")
    watched.happens("2026-11-25 09:00", events.Confirmed(text="好了"))
    after_joining = [line for line in watched.told(CUSTOMER) if line > "11-23 09:10"]
    assert watched.told(FOREIGN_MANAGER) == after_joining
    names = {line.split()[-1] for line in after_joining}
    assert names == {"second_reply", "status_update", "please_confirm", "confirm_reminder", "closed"}


def test_a_copy_keeps_no_promise_to_the_customer() -> None:
    """The customer's own mail is still owed when only the manager's has left (P-31)."""
    life = Life(delivers=False).reported(MONDAY_NINE)
    life.happens("2026-11-23 09:10", joined())
    life.runs("2026-11-23 09:29")
    life.happens("2026-11-23 09:29", events.NoticeSent(notice="second_reply", to=FOREIGN_MANAGER))
    assert life.state("second_reply") == promised.RUNNING
    life.happens("2026-11-23 09:29", events.NoticeSent(notice="second_reply", to=CUSTOMER))
    assert life.state("second_reply") == promised.MET


def test_words_they_cannot_read_go_to_the_liaison_and_they_hear_what_the_case_knows(watched: Life) -> None:
    """No machine translates: the customer reads the engineer, the manager a holding update at the same moment."""
    watched.happens("2026-11-23 09:40", events.EngineerReplied(text="证书过期，正在更换", by=ENGINEER))
    theirs, customers = (watched.notices(to=to)[-1].notice for to in (FOREIGN_MANAGER, CUSTOMER))
    assert (customers.name, customers.facts.get("words")) == ("engineer_reply", "证书过期，正在更换")
    assert (theirs.name, "words" in theirs.facts) == ("status_update", False)
    (asked,) = watched.notices(to="liaison", name="wording_needed")
    assert (asked.clock, asked.notice.promise) == ("11-23 09:40", "P-36")
    assert asked.notice.facts["words"] == "证书过期，正在更换"


def test_words_they_read_reach_them_as_they_are() -> None:
    """A manager in Taipei reads Simplified Chinese: nobody needs to word it again."""
    life = Life().reported(MONDAY_NINE)
    life.happens("2026-11-23 09:10", joined("zh-Hant"))
    life.happens("2026-11-23 09:40", events.EngineerReplied(text="证书过期，正在更换", by=ENGINEER))
    told = life.notices(to=FOREIGN_MANAGER)[-1].notice
    assert (told.name, told.facts["words"]) == ("engineer_reply", "证书过期，正在更换")
    assert life.notices(name="wording_needed") == []


def test_nothing_internal_comes_to_them(watched: Life) -> None:
    """They are outside the house like the customer (L-54)."""
    watched.happens("2026-11-23 09:40", events.Stuck(text="需要支援", by=ENGINEER))
    watched.happens("2026-11-23 09:45", events.PartsRequested(text="电源两个", by=ENGINEER))
    watched.happens("2026-11-23 09:50", events.NoteTaken(text="客户很急", by=ENGINEER))
    watched.runs("2026-11-24 12:00")
    said = str([each.notice.facts for each in watched.notices(to=FOREIGN_MANAGER)])
    assert not [words for words in ("需要支援", "电源两个", "客户很急") if words in said]
    assert {each.notice.name for each in watched.notices(to=FOREIGN_MANAGER)} <= {
        "second_reply",
        "status_update",
    }
