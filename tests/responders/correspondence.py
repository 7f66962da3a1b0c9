"""A case, a composer over the shipped templates, and one call that writes a letter, for the letter tests to vary."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from gateway.cases.case import Case, Fact, Notice, Party
from gateway.config import load
from gateway.responders.composer import Composer, Letter, Recipient, VendorWords

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
CONFIG = load(ROOT / "config.toml")
POLICY = CONFIG.promises
ZONE = "Asia/Shanghai"
AT = datetime(2026, 11, 23, 10, 2, tzinfo=ZoneInfo(ZONE))
NUMBER = "C-7F3K-2Q9"
LANGUAGES = ("zh-Hans", "zh-Hant", "en")

VENDOR = VendorWords(
    names={"zh-Hans": "某某安全服务中心", "zh-Hant": "某某安全服務中心", "en": "Example Service Centre"},
    hotline="400-000-1234",
)

CASE = Case(
    number=NUMBER,
    opened_at=AT - timedelta(minutes=2),
    reporter=Party(address="li.lei@customer.example", name="李雷", known=True),
    subject="防火墙登录不上",
    status="in_progress",
    level=2,
    priority="high",
    company="某某制造有限公司",
    contact="李雷",
    phone="+86 21 5555 0100",
    product="SG-3000",
    symptoms=("无法登录", "多台终端报错"),
    engineer="e-17",
    moments={"reported": AT - timedelta(minutes=2), "assigned": AT - timedelta(minutes=1)},
)

STRANGER = Recipient(None, "zh-Hans", "customer", known=False)


def composer(directory: Path = TEMPLATES) -> Composer:
    """A composer over these templates, for the vendor above and the shipped policy."""
    return Composer(directory, VENDOR, ZONE, POLICY.reply_means, CONFIG.commands)


SHIPPED = composer()


def customer(language: str = "zh-Hans") -> Recipient:
    """The known customer, who reads `language`."""
    return Recipient("李雷", language, "customer")


def staff(language: str = "zh-Hans") -> Recipient:
    """A colleague, who reads `language`."""
    return Recipient("王芳", language, "staff")


def write(
    notice: str,
    recipient: Recipient,
    case: Case = CASE,
    *,
    to: str = "engineer",
    facts: Mapping[str, Fact] | None = None,
    by: Composer = SHIPPED,
    next_update: datetime | None = None,
    handling_begins: datetime | None = None,
    engineer: str | None = None,
    subject_of_thread: str | None = None,
) -> Letter:
    """The letter that gives this notice at `AT`."""
    return by.compose(
        Notice(id=f"{case.number}/1", name=notice, to=to, facts=facts or {}),
        case,
        recipient,
        AT,
        next_update=next_update,
        handling_begins=handling_begins,
        engineer=engineer,
        subject_of_thread=subject_of_thread,
    )


def every_notice(audience: Literal["customer", "staff"]) -> tuple[str, ...]:
    """The names of the shipped templates for this audience."""
    files = (TEMPLATES / "zh-Hans" / audience).glob("*.txt.j2")
    return tuple(sorted(path.name.removesuffix(".txt.j2") for path in files))


def filled_with(payload: str) -> Case:
    """The case with the payload in every field that a customer can write into."""
    return replace(
        CASE,
        reporter=replace(CASE.reporter, name=payload, address=payload),
        subject=payload,
        company=payload,
        contact=payload,
        phone=payload,
        product=payload,
        place=payload,
        symptoms=(payload, payload),
        incident=(payload,),
        problems=(payload,),
        suggested_case=payload,
        solution=payload,
        intended_solution=payload,
    )
