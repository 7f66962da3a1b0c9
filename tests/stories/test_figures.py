"""What quality reads when the day is over: the figures of an afternoon, counted from what its cases wrote down."""

from datetime import date

from gateway.cases.hindsight import review
from gateway.cases.policy import Policy
from gateway.cases.quality import By, Figures, Period, measure
from gateway.report_command import update_notices
from gateway.storage.journal_reading import histories
from tests.builders import SHANGHAI, policy
from tests.stories.afternoon import FAULT, HOSPITAL, LI, Afternoon
from tests.stories.conftest import AfternoonOf


def figures_of(day: Afternoon, promises: Policy) -> dict[str | None, Figures]:
    """The figures of November by promise."""
    november = Period(date(2026, 11, 1), date(2026, 11, 30), SHANGHAI)
    updates = update_notices(promises)
    reviews = [
        review(history, promises.plans[history.plan].calendar, updates)
        for history in histories(day.engine, november.start, november.end)
    ]
    return dict(measure(reviews, november).groups[By.PROMISE])


def test_quality_sees_what_was_kept_and_what_was_not(afternoon_of: AfternoonOf) -> None:
    """P-61, P-62: one customer waited in vain and one did not; both count, under the promise that it was."""
    day = afternoon_of(HOSPITAL).customer_writes("2026-11-23 09:00", FAULT)
    day.staff_writes(LI, "09:10", "已接手。", answering="new_case")
    day.solved("10:30")
    day.customer_writes("11:00", "已经恢复了，谢谢！")
    day.customer_writes("13:00", "您好，\n堡垒机登录不上，二十多名运维人员受影响。", anew=True)
    day.goes_on_until("17:30")
    figures = figures_of(day, policy())
    counted = {name: (each.met, each.missed) for name, each in figures.items()}
    assert counted["P-30 first_reply"] == (2, 0)
    assert counted["P-11 response"] == (1, 1)
    assert counted["P-46 review"] == (1, 0)
    assert counted["P-43 plan_or_help"] == (0, 1)
