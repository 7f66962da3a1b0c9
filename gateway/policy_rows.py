"""The promises as config.toml writes them: the shape of each row. `policy_build` makes the core's `Policy` of them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Protocol, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gateway.cases.business_time import Span
from gateway.cases.policy import BeforeClose

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Row(BaseModel):
    """One row of a table of config.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


BEFORE_CLOSE = " before close"
EVERY_KIND = "*"


def _span(value: object) -> object:
    return Span.parse(value) if isinstance(value, str) else value


def _limit(value: object) -> object:
    """A span, or "30wm before close": a moment of each working day."""
    if isinstance(value, str) and value.endswith(BEFORE_CLOSE):
        return BeforeClose(Span.parse(value.removesuffix(BEFORE_CLOSE)))
    return _span(value)


SpanText = Annotated[Span, BeforeValidator(_span)]
LimitText = Annotated[Span | BeforeClose, BeforeValidator(_limit)]


def _spans(value: object) -> object:
    """One span or several; a bare one stands for every level and is spread by the builder."""
    return cast("object", value) if isinstance(value, list | tuple) else (value,)


Limits = Annotated[tuple[LimitText, ...], BeforeValidator(_spans)]


class CalendarSection(Row):
    """What all calendars share."""

    zone: str = "Asia/Shanghai"
    holidays: tuple[str, ...] = ("builtin:CN",)


class CalendarRow(Row):
    """When somebody works."""

    name: str
    hours: tuple[str, ...] = ()
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    holidays: bool = False
    always: bool = False
    zone: str | None = None


class LevelRow(Row):
    """A fault level and where its priority starts."""

    level: int = Field(ge=1, le=9)
    priority: Literal["low", "normal", "high", "urgent"]


class ServiceRow(Row):
    """A service that a contract can hold."""

    name: str
    promise: str
    high_priority: bool = False


class KindRow(Row):
    """A kind of case, the life it leads, and whether only rows that name it speak of it."""

    name: str
    life: str
    services: tuple[str, ...] = ()
    own_rows: bool = False


class PlanRow(Row):
    """The named terms of a contract."""

    name: str
    calendar: str
    services: tuple[str, ...] = ()


class AheadRow(Row):
    """Something said around a due moment."""

    notice: str
    to: str
    before: SpanText | None = None
    after: SpanText | None = None
    not_while: tuple[str, ...] = ()


class TargetRow(Row):
    """One promise."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    promise: str | Mapping[int, str]
    starts_on: tuple[str, ...] = Field(alias="from")
    met_by: tuple[str, ...] = Field(alias="until")
    within: Mapping[int, Limits] | Limits
    owed_by: str
    ends_on: tuple[str, ...] = ()
    reopened_by: tuple[str, ...] = ()
    pauses_while: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    prompt: AheadRow | None = None
    speak: AheadRow | None = None
    escalates: bool = False
    repeats: bool = False
    customer_sets_interval: bool = False
    tells_next: bool = False
    outlives_close: bool = False
    clock: Mapping[int, str] | str | None = None
    clock_while: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class NoticeRow(Row):
    """What is said after an event."""

    notice: str
    on: tuple[str, ...]
    to: tuple[str, ...]
    promise: str | None = None
    levels: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    words: bool | Literal["only"] = False
    needs: tuple[str, ...] = ()


Askable = Literal["company", "contact", "phone", "symptoms"]
"""What a customer may be asked for, where their report lacks it (P-20, P-23)."""


class PolicySection(Row):
    """What counts where nothing else says so."""

    default_plan: str = "5x8"
    default_level: int = 3
    lead: SpanText = Span(10, "wm")
    asked_by_mail: tuple[Askable, ...] = ("company", "contact", "phone", "symptoms")
    asked_in_chat: tuple[Askable, ...] = ("company", "contact", "symptoms")


class EscalationSection(Row):
    """Who is told of what was missed."""

    chain: tuple[str, ...] = ()
    rest: Mapping[int, SpanText] = Field(default_factory=dict[int, Span])
    digest_after_minutes: int = Field(default=10, ge=1)


class Rows(Protocol):
    """The tables that make up a policy; `config.Config` has them."""

    @property
    def calendars(self) -> CalendarSection: ...
    @property
    def calendar(self) -> Sequence[CalendarRow]: ...
    @property
    def level(self) -> Sequence[LevelRow]: ...
    @property
    def service(self) -> Sequence[ServiceRow]: ...
    @property
    def kind(self) -> Sequence[KindRow]: ...
    @property
    def plan(self) -> Sequence[PlanRow]: ...
    @property
    def target(self) -> Sequence[TargetRow]: ...
    @property
    def notice(self) -> Sequence[NoticeRow]: ...
    @property
    def policy(self) -> PolicySection: ...
    @property
    def escalation(self) -> EscalationSection: ...
    @property
    def reply_means(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def features(self) -> frozenset[str]: ...
