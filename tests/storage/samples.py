"""Values for the storage tests: one of each kind, to be varied with `dataclasses.replace`."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from gateway.cases.case import Case, Entry, Party, Step
from gateway.cases.commitments import Commitment
from gateway.messages import Address, Envelope, Outbound
from gateway.ports import Ready, Said, Work
from gateway.storage.writer import Writer

Result = TypeVar("Result")
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NUMBER = "C261123-000018"
ENVELOPE = Envelope("smtp", "li.lei@customer.example", ("support@vendor.example",), "192.0.2.7")

CASE = Case(
    number=NUMBER,
    opened_at=NOW,
    reporter=Party(address="li.lei@customer.example", name="李雷", known=True),
    subject="打印服务器无响应",
    level=2,
    priority="high",
    company="某某制造有限公司",
    version=1,
)

READY = Ready(
    outbound=Outbound(
        id="aaaaaaaa",
        case_number=NUMBER,
        notice="receipt",
        role="customer",
        channel="mail",
        sender=Address("Support", "support@vendor.example"),
        to=Address("李雷", "li.lei@customer.example"),
        reply_to=Address("Support", "support+token@vendor.example"),
        message_id="<token@vendor.example>",
        subject="Re: 打印服务器无响应",
        text="已收到",
        html=None,
        language="zh-Hans",
    ),
    sender="",
    notice_id=f"{NUMBER}/1",
    person=None,
    raw=b"Subject: x\r\n\r\ny\r\n",
    at=NOW,
    lifetime_until=NOW + timedelta(days=5),
    token_until=NOW + timedelta(days=365),
)

SAID = Said(
    at=NOW,
    audience="customer",
    person="li.lei@customer.example",
    subject="打印服务器无响应",
    words="请协助",
    message_id="<first@customer.example>",
    inbox_id="0001",
    evidence="nothing points to an earlier case",
)


def do(writer: Writer, work: Callable[[Work], Result]) -> Result:
    """Run in one transaction and wait; a hanging writer is a failure."""
    return writer.submit(work).result(timeout=30)


def opened(case: Case = CASE, ready: Sequence[Ready] = ()) -> Callable[[Work], None]:
    """Work that records a case as its first step."""
    entry = Entry(at=NOW, kind="event", name="reported", detail={"text": "请协助"})
    return lambda work: work.record(Step(case, (entry,)), ready)


def keep(inbox_id: str, raw: bytes = b"raw", digest: str | None = None) -> Callable[[Work], bool]:
    """Work that keeps a message."""
    return lambda work: work.keep(inbox_id, NOW, ENVELOPE, raw, digest or f"digest of {inbox_id}")


def letter(outbound_id: str, **changes: object) -> Ready:
    """Another outbox row: its own id and notice."""
    outbound = replace(READY.outbound, id=outbound_id)
    return replace(READY, outbound=outbound, notice_id=f"{NUMBER}/{outbound_id}", **changes)  # type: ignore[arg-type] - fields of Ready, by name


def owing(due: datetime) -> Commitment:
    """A commitment that the clock must look at then."""
    return Commitment(name="response", promise="P-11", owed_by="engineer", made_at=NOW, due=due)
