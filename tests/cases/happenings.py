"""Anything that can happen to a case, drawn by hypothesis; an internal note always says `SECRET`."""

from hypothesis import strategies as st

from gateway.cases import events
from gateway.cases.business_time import Span
from gateway.cases.events import Event
from tests.builders import ENGINEER, policy

SECRET = "内部: 不可外传"
LANGUAGES = st.sampled_from(["zh-Hans", "zh-Hant", "en"])
SPOKEN: tuple[type[events.WordsEvent], ...] = (
    events.Confirmed,
    events.CustomerWrote,
    events.EngineerReplied,
    events.InterimAgreed,
    events.Planned,
    events.ProgressGiven,
    events.Refused,
    events.Resolved,
    events.Stuck,
    events.ThirdPartyWrote,
    events.WaitingOnCustomer,
)
WORDLESS: tuple[type[Event], ...] = (
    events.Acknowledged,
    events.Arrived,
    events.ClosedInCrm,
    events.Dispatched,
    events.ForeignManagerJoined,
    events.PartsIssued,
    events.PartsRequested,
    events.ReviewFailed,
    events.ReviewPassed,
    events.ToldDesk,
    events.Triaged,
)


def _spoken(kind: type[events.WordsEvent], text: str, language: str) -> Event:
    return kind(text=text, language=language, by=ENGINEER)


def _plan(plan: str) -> Event:
    return events.PlanChanged(plan=plan, services=policy().plans[plan].services, by="sun")


WORDS = st.builds(_spoken, st.sampled_from(SPOKEN), st.sampled_from(["一句话", "a word"]), LANGUAGES)
NOTES = st.builds(events.NoteTaken, text=st.just(SECRET), language=LANGUAGES, by=st.just(ENGINEER))
CHANGES = st.one_of(
    st.integers(1, 4).map(lambda level: events.LevelChanged(level=level, by="sun")),
    st.sampled_from(["5x8", "7x24"]).map(_plan),
    st.integers(10, 240).map(lambda minutes: events.IntervalAsked(interval=Span(minutes, "wm"))),
    st.just(events.Assigned(to=ENGINEER, by=ENGINEER)),
)
REPORTS = st.sampled_from(
    ["first_reply", "second_reply", "status_update", "please_confirm", "closed", "new_case"]
)
DELIVERIES = st.one_of(
    REPORTS.map(lambda notice: events.NoticeSent(notice=notice)),
    REPORTS.map(lambda notice: events.NoticeFailed(notice=notice, role="customer", reason="550")),
)
ANYTHING: st.SearchStrategy[Event] = st.one_of(
    WORDS, st.sampled_from(WORDLESS).map(lambda kind: kind(by=ENGINEER)), NOTES, CHANGES, DELIVERIES
)

ORDINARY: st.SearchStrategy[Event] = st.sampled_from(
    [
        events.Resolved(text="已重启", by=ENGINEER),
        events.Confirmed(text="好了"),
        events.Refused(text="还没好"),
        events.WaitingOnCustomer(text="请提供日志", by=ENGINEER),
        events.CustomerWrote(text="日志在附件里"),
    ]
)
"""What moves a case through its life; drawn apart, or few cases would ever be closed."""
