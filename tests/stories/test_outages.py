"""Afternoons on which the gateway was away: then customers read the truth of now, once, and managers one digest."""

from collections import Counter

from tests.stories.afternoon import FAULT, HOSPITAL, QIAN, SMALL_FAULT, ZHAO
from tests.stories.conftest import AfternoonOf

MANY = 2000


def test_an_outage_of_one_minute_is_noticed_by_nobody(afternoon_of: AfternoonOf) -> None:
    """P-31: what became due in that minute leaves half a minute late, and in time all the same."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.goes_on_until("09:28")
    day.stands_still_until("09:29:30")
    assert day.post(HOSPITAL) == ["11-23 09:00 first_reply", "11-23 09:29 second_reply"]
    assert day.missed() == []


def test_an_outage_of_one_hour_costs_one_late_update(afternoon_of: AfternoonOf) -> None:
    """P-31, P-32: of the second reply and the update that became due one goes out, and the rhythm goes on from it."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.goes_on_until("09:25")
    day.stands_still_until("10:35")
    assert day.post(HOSPITAL)[1:] == ["11-23 10:35 second_reply"]
    assert "11:35" in day.last(HOSPITAL).text
    day.goes_on_until("11:40")
    assert day.post(HOSPITAL)[2:] == ["11-23 11:34 status_update"]


def test_an_outage_of_seven_days_ends_with_one_update_and_one_digest(afternoon_of: AfternoonOf) -> None:
    """P-32 and P-50 (G10): each case speaks once, and the manager gets one digest that one word acknowledges (L-94)."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", FAULT)
    day.customer_writes("09:01", "您好，\n堡垒机登录不上，二十多名运维人员受影响。", anew=True)
    first, second = day.numbers
    day.goes_on_until("09:10")
    day.stands_still_until("2026-11-30 09:10")
    assert day.post(HOSPITAL)[2:] == ["11-30 09:10 second_reply", "11-30 09:10 second_reply"]
    assert day.told("escalation") == []
    digest = day.last(ZHAO, "digest")
    assert digest.clock == "11-30 09:10"
    assert first in digest.text
    assert second in digest.text
    day.staff_writes(ZHAO, "09:20", "#知悉", answering="digest")
    day.goes_on_until("11:00")
    assert day.told("escalation") == []
    assert {len(day.post(who, "digest")) for who in (ZHAO, QIAN)} == {1, 0}


def test_two_thousand_open_cases_say_one_thing_each_after_seven_days_away(afternoon_of: AfternoonOf) -> None:
    """P-31, P-12, P-50 (G10): one catch-up to each customer, one digest to each of two managers, and no other mail."""
    day = afternoon_of().customer_writes("2026-11-23 09:00", SMALL_FAULT).goes_on_until("09:10")
    before = len(day.has_open_cases(MANY).mails)
    day.stands_still_until("2026-11-30 09:10")
    left = day.mails[before:]
    assert Counter(mail.notice for mail in left) == {"second_reply": MANY, "digest": 2}
    assert len({mail.to for mail in left if mail.notice == "second_reply"}) == MANY
    digests = {mail.to: mail.text.count("· C261122-") for mail in left if mail.notice == "digest"}
    assert digests == {"zhao.ming@yunling.example": MANY - 1, "sun.jie@yunling.example": MANY - 1}
