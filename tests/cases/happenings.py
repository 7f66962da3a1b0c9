"""Anything that can happen to a case, as plain values; words that are not meant for the customer always say `SECRET`.

`EVERYTHING` is drawn from in any order, sense or nonsense. `ORDINARY` moves a case through its life; drawn apart, or
few cases would ever be closed.
"""

from itertools import product

from hypothesis import strategies as st

from gateway.cases import events
from gateway.cases.business_time import Span
from gateway.cases.events import Event
from tests.builders import ENGINEER, policy

SECRET = "内部: 不可外传"
_LANGUAGES = ("zh-Hans", "zh-Hant", "en")
_WORDS = ("一句话", "a word")

SPOKEN: tuple[type[events.WordsEvent], ...] = (
    events.Confirmed,
    events.CustomerWrote,
    events.EngineerReplied,
    events.InterimAgreed,
    events.Planned,
    events.ProgressGiven,
    events.Refused,
    events.Resolved,
    events.WaitingOnCustomer,
)
"""The customer's own words, and those of ours that are said to the customer."""

INTERNAL: tuple[type[events.WordsEvent], ...] = (
    events.Complained,
    events.FactsLearned,
    events.NoteTaken,
    events.PartsRequested,
    events.ReviewFailed,
    events.Stuck,
    events.ThirdPartyWrote,
    events.SubjectChanged,
)
"""Words between colleagues, about a customer, or of somebody whom we do not know."""

WORDLESS: tuple[type[Event], ...] = (
    events.Acknowledged,
    events.Arrived,
    events.ClosedInCrm,
    events.Dispatched,
    events.PartsIssued,
    events.ReviewPassed,
    events.ToldDesk,
    events.Triaged,
)
_DELIVERED = ("first_reply", "second_reply", "status_update", "closed", "new_case")

CHANGES: tuple[Event, ...] = (
    *(events.LevelChanged(level=level, by="sun") for level in (1, 2, 3, 4)),
    *(
        events.PlanChanged(plan=plan.name, services=plan.services, by="sun")
        for plan in policy().plans.values()
    ),
    *(events.IntervalAsked(interval=Span(minutes, "wm")) for minutes in (10, 45, 90, 240)),
    *(events.Assigned(to=who, by=ENGINEER) for who in (ENGINEER, "zhao")),
    events.Assigned(to="impl", role="implementation_engineer", by="sun"),
    *(
        events.ForeignManagerJoined(address="boss@customer.example", person="A. Boss", language=language)
        for language in ("en", "zh-Hant")
    ),
)
DELIVERIES: tuple[Event, ...] = (
    *(events.NoticeSent(notice=notice) for notice in _DELIVERED),
    *(events.NoticeFailed(notice=notice, role="customer", reason="550") for notice in _DELIVERED),
)
EVERYTHING: tuple[Event, ...] = (
    *(
        kind(text=text, language=language, by=ENGINEER)
        for kind, text, language in product(SPOKEN, _WORDS, _LANGUAGES)
    ),
    *(kind(text=SECRET, language=language, by=ENGINEER) for kind, language in product(INTERNAL, _LANGUAGES)),
    *(kind(by=ENGINEER) for kind in WORDLESS),
    events.Absorbed(number="C261123-048215", text=SECRET, by=ENGINEER),
    events.MergedInto(into="C261123-048215", by=ENGINEER),
    *(events.Corrected(field=field, value=SECRET, by=ENGINEER) for field in ("company", "contact", "phone")),
    *CHANGES,
    *DELIVERIES,
)
ORDINARY: tuple[Event, ...] = (
    events.Resolved(text="已重启", by=ENGINEER),
    events.ReviewPassed(by="centre"),
    events.ReviewPassed(by="centre"),
    events.ReviewFailed(text=SECRET, by="centre"),
    events.Confirmed(text="好了"),
    events.Confirmed(text="好了"),
    events.Refused(text="还没好"),
    events.WaitingOnCustomer(text="请提供日志", by=ENGINEER),
    events.CustomerWrote(text="日志在附件里"),
)
ROADS: tuple[tuple[Event, ...], ...] = (
    (
        events.Resolved(text="已重启", by=ENGINEER),
        events.ReviewPassed(by="centre"),
        events.Confirmed(text="好了"),
    ),
    (
        events.Resolved(text="已重启", by=ENGINEER),
        events.ReviewPassed(by="centre"),
        events.Refused(text="还没好"),
    ),
    (events.Resolved(text="已重启", by=ENGINEER), events.ReviewFailed(text=SECRET, by="centre")),
    (events.WaitingOnCustomer(text="请提供日志", by=ENGINEER), events.CustomerWrote(text="日志在附件里")),
    (events.PartsRequested(text=SECRET, by=ENGINEER), events.PartsIssued(by="store")),
)
"""What follows one another in ordinary lives, and by chance alone would seldom do so."""

TOGETHER: tuple[tuple[type[Event], ...], ...] = (
    (events.CustomerWrote, events.Confirmed, events.IntervalAsked),
    (events.CustomerWrote, events.Refused, events.Complained, events.IntervalAsked),
    (
        *(events.Assigned, events.EngineerReplied, events.ProgressGiven, events.Planned, events.Stuck),
        *(events.Arrived, events.PartsRequested, events.LevelChanged, events.NoteTaken, events.Resolved),
    ),
)
"""What one person's one mail may say at once, sense or nonsense."""

ANYTHING: st.SearchStrategy[Event] = st.sampled_from(EVERYTHING)
"""The same for hypothesis."""
