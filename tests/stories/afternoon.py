"""A whole afternoon on a fake clock: customers and colleagues write, the clock runs, and everybody's post is kept.

Everything between the bytes of a mail that comes in and the bytes of one that leaves is real: inbox, parsers, core,
relay, templates, outbox, database. Whoever answers presses "reply" on a letter that they really got. The people are
those of the seed directory. Moments are written as on a wall clock in Shanghai: "2026-11-23 09:00", "11-24 09:00", or
"09:40" on the day that it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from sqlalchemy import Engine, select

from gateway.cases.case import Case, Step
from gateway.messages import Parcel
from gateway.parsers.report import Reader
from gateway.parts import Parts
from gateway.ports import Channel, Work
from gateway.storage.reading import Row, read_case
from gateway.storage.tables import outbox
from tests.builders import SHANGHAI, Owing, at, wall_clock
from tests.house import SUPPORT, FakeClock, House, Letter, mail

HOSPITAL = "liujg@beihe-hospital.example"
"""刘建国: 5×8, in the north, with inspections."""
BANK = "zhou.min@qingshan-bank.example"
"""周敏: 7×24, with installation, training and inspections."""
HAIYAN = "yijun.chen@haiyan-logistics.example"
"""陳怡君: 5×8, in Taipei, reads Traditional Chinese."""
CHIPS = "emma.clarke@northwind-semi.example"
"""Emma Clarke: 7×24, reads English."""

HE_LAN, SUN_JIE = "he.lan", "sun.jie"
"""The desk and the service manager."""
WANG, LI, HUANG = "wang.qiang", "li.wen", "huang.zhihao"
"""Engineers: everywhere and at every hour; in the north; in Hong Kong, Macao and Taiwan, and the liaison."""
ZHAO, QIAN, FENG, ADMIN = "zhao.ming", "qian.hong", "feng.tao", "admin"
"""Level managers 1 to 3 and the administrator. 赵明 is the project manager, 钱虹 centre manager and superior, the
administrator is quality."""

FAULT = "您好，\n防火墙登录不上，多台终端打不开管理页面，请尽快处理。"
SMALL_FAULT = "您好，\n防火墙的报表页面偶尔打不开，刷新一下就好，不急。"
STANDSTILL = "核心业务中断，所有用户无法访问！"
ENGLISH_FAULT = "Hello,\nour firewall rejects every login, about thirty users are affected."
"""Reports of level 2, 3 and 1, and one of level 2 by somebody who reads English."""

LONGEST_GREETING = 7


@dataclass(frozen=True)
class Mail:
    """A letter of ours that has left: what the outbox says of it, and the bytes that its reader has."""

    at: datetime
    notice: str
    role: str
    to: str
    case_number: str
    parcel: Parcel

    @cached_property
    def letter(self) -> Letter:
        """The mail as its reader has it."""
        return Letter(self.parcel)

    @property
    def clock(self) -> str:
        """When it left, by the wall clock: "11-23 09:29"."""
        return wall_clock(self.at)

    @property
    def text(self) -> str:
        """What they read."""
        return self.letter.text

    @property
    def language(self) -> str:
        """The language it is written in."""
        return str(self.letter.headers["Content-Language"])

    @cached_property
    def files(self) -> list[str]:
        """The names of what is attached."""
        return [str(part.get_filename()) for part in self.letter.headers.iter_attachments()]


class Afternoon(Owing):
    """A gateway, its people, and a clock that only the story moves. `customer` is who writes unless it says otherwise.

    `ways_out` are channels besides mail. With `rounds` somebody looks every morning whether an inspection or a
    follow-up has come round.
    """

    def __init__(
        self,
        parts: Parts,
        reader: Reader,
        engine: Engine,
        customer: str = HOSPITAL,
        ways_out: Mapping[str, Channel] = MappingProxyType({}),
        *,
        rounds: bool = False,
    ) -> None:
        assert isinstance(parts.clock, FakeClock)
        self.customer = customer
        self.numbers: list[str] = []
        self._parts = parts
        self._clock = parts.clock
        self.engine = engine
        self._began = False
        self._rounds = rounds
        self._house = House(parts, reader, engine, ways_out, rounds=rounds)
        self._house.store.start()
        self._runner = asyncio.Runner()

    def ends(self) -> None:
        """Nothing stays behind."""
        self._house.store.stop()
        self.engine.dispose()
        self._runner.close()

    # Who writes.

    def customer_writes(
        self,
        when: str,
        text: str,
        *,
        by: str | None = None,
        answering: str | None = None,
        on: str | None = None,
        anew: bool = False,
        headers: Sequence[tuple[str, str]] = (),
    ) -> "Afternoon":
        """A first mail; or, once there was one, a reply to the latest letter (of that name, `on` that case).

        `by`: somebody who is not the customer of this afternoon presses reply on their letter. `anew`: no reply.
        """
        self._moves(when)
        got = [] if anew else [mail for mail in self._got(self.customer) if on in (None, mail.case_number)]
        answered = [mail for mail in got if answering in (None, mail.notice)]
        assert answered or answering is None, (
            f"{self.customer} got no {answering}: {self.post(self.customer)}"
        )
        raw = _mail(by or self.customer, text, answered[-1].letter if answered else None, headers=headers)
        self._receive(raw, by or self.customer)
        return self

    def staff_writes(
        self,
        who: str,
        when: str,
        text: str,
        *,
        answering: str | None = None,
        on: str | None = None,
        file: str | None = None,
        subject: str = "客户报障",
        headers: Sequence[tuple[str, str]] = (),
    ) -> "Afternoon":
        """A colleague answers the latest notice of that name (`on` that case), with a file; or writes of their own."""
        self._moves(when)
        answered = None
        if answering is not None:
            got = [mail for mail in self._got(who) if on in (None, mail.case_number)]
            answers = [mail.letter for mail in got if mail.notice == answering]
            assert answers, f"{who} got no {answering}: {self.post(who)}"
            answered = answers[-1]
        address = self._address(who)
        self._receive(_mail(address, text, answered, file=file, subject=subject, headers=headers), address)
        return self

    def solved(self, when: str, engineer: str = LI) -> "Afternoon":
        """Handling has ended and the centre manager agrees at once: the customer is asked to confirm."""
        number = self.numbers[-1]
        self.staff_writes(engineer, when, "#已解决 重启认证服务后恢复", answering="new_case", on=number)
        return self.staff_writes(QIAN, when, "#通过", answering="review_request", on=number)

    def arrives(self, when: str, raw: bytes, sender: str, to: str = SUPPORT) -> "Afternoon":
        """A mail that no person wrote."""
        self._moves(when)
        self._receive(raw, sender, to)
        return self

    def has_open_cases(self, count: int) -> "Afternoon":
        """As many open cases, each of somebody else's and otherwise as the one that was opened last."""
        case = self.case

        def record(work: Work) -> None:
            for number in range(1, count):
                somebody = replace(case.reporter, address=f"customer-{number}@many.example")
                other = replace(case, number=f"C261122-{number:06}", reporter=somebody, version=1)
                work.record(Step(other), [])

        self._house.store.submit(record).result()
        return self

    # The clock.

    def goes_on_until(self, until: str) -> "Afternoon":
        """Nobody writes; the clock runs, and what is owed at a moment is done at that moment."""
        self._runs(self._moment(until), included=True)
        return self

    def stands_still_until(self, until: str) -> "Afternoon":
        """An outage: nothing runs until then, and then everything that had become due is looked at, at once."""
        self._clock.moment = self._moment(until)
        self._runner.run(self._house.settle())
        return self

    def opened_by_the_calendar(self) -> str:
        """The case that came round by itself, which the story goes on with."""
        (number,) = set(self._house.numbers()) - set(self.numbers)
        self.numbers.append(number)
        return number

    # What can be seen.

    @property
    def case(self) -> Case:
        """The case that was opened last, as it now is."""
        return self.case_of(self.numbers[-1])

    def case_of(self, number: str) -> Case:
        """A case as it now is."""
        return read_case(self.engine, number)[0]

    @property
    def journal(self) -> Sequence[Row]:
        """What happened to the case that was opened last."""
        return read_case(self.engine, self.numbers[-1])[1]

    @property
    def said(self) -> list[Row]:
        """What was written on the case that was opened last, by customers and colleagues, and why it lies there."""
        return [row for row in read_case(self.engine, self.numbers[-1])[2] if row["direction"] == "in"]

    def missed(self) -> list[str]:
        """What was missed, in order: "response P-11"."""
        return [
            f"{row['name']} {row['promise']}"
            for row in self.journal
            if row["kind"] == "commitment" and row.get("state") == "missed"
        ]

    @property
    def mails(self) -> list[Mail]:
        """Everything that has left, in order."""
        query = select(outbox).where(outbox.c.channel == "mail")
        with self.engine.connect() as connection:
            rows = {row.id: row for row in connection.execute(query)}
        return [
            Mail(row.sent_at, row.notice, row.role, row.recipient, row.case_number, parcel)
            for parcel in self._house.outgoing.parcels
            if (row := rows[parcel.id]).sent_at is not None
        ]

    def post(self, to: str, *notices: str) -> list[str]:
        """What an address or a colleague got and when, of these names if any are given: "11-23 09:29 second_reply"."""
        got = self._got(to)
        return [f"{mail.clock} {mail.notice}" for mail in got if not notices or mail.notice in notices]

    def last(self, to: str, notice: str | None = None) -> Mail:
        """The latest letter that they got, of that name if one is given."""
        return [mail for mail in self._got(to) if notice in (None, mail.notice)][-1]

    def told(self, notice: str) -> list[str]:
        """Who got a notice and when, whoever they are: "11-23 14:00 zhao.ming"."""
        return [f"{mail.clock} {self._name(mail.to)}" for mail in self.mails if mail.notice == notice]

    def read_outside(self) -> str:
        """Everything that anybody at the customer's ever read, one letter after the other."""
        return "\n".join(mail.text for mail in self.mails if mail.role in ("customer", "foreign_manager"))

    def names_known_after_a_restart(self) -> Mapping[str, str]:
        """Further names of customers that the database keeps, and whose they are."""
        return self._house.store.submit(lambda work: work.taught_names()).result()

    # Behind the scenes.

    def _got(self, to: str) -> list[Mail]:
        address = self._address(to)
        return [mail for mail in self.mails if mail.to == address]

    def _address(self, who: str) -> str:
        person = self._parts.directory.staff.get(who)
        return person.email if person else who

    def _name(self, address: str) -> str:
        person = self._parts.directory.staff_at(address)
        return person.id if person else address

    def _moment(self, when: str) -> datetime:
        """ "09:40" and "09:40:30" are today, "11-24 09:00" is this year."""
        today = f"{self._clock.moment.astimezone(SHANGHAI):%Y-%m-%d} "
        return at({5: today + when, 8: today + when, 11: today[:5] + when}.get(len(when), when))

    def _moves(self, when: str) -> None:
        moment = self._moment(when)
        if self._began:
            assert moment >= self._clock.moment, f"{when} has passed"
            self._runs(moment, included=False)
        self._began = True
        self._clock.moment = moment

    def _runs(self, until: datetime, *, included: bool) -> None:
        """From one moment at which something is owed to the next; who writes at a moment is heard first."""
        while True:
            soonest = self._clock.moment + timedelta(seconds=1)
            owed = self._house.store.submit(lambda work: work.next_moment()).result()
            moment = min(max(owed, soonest) if owed else until, self._next_round() or until)
            if moment > until or (moment == until and not included):
                break
            self._clock.moment = moment
            self._runner.run(self._house.settle())
            if moment == until:
                break
        self._clock.moment = until

    def _next_round(self) -> datetime | None:
        """The next morning at nine, if somebody looks then."""
        if not self._rounds:
            return None
        local = self._clock.moment.astimezone(SHANGHAI)
        nine = local.replace(hour=9, minute=0, second=0, microsecond=0)
        return nine if nine > local else nine + timedelta(days=1)

    def _receive(self, raw: bytes, sender: str, to: str = SUPPORT) -> None:
        outcome = self._runner.run(self._house.receive(raw, sender=sender, to=(to,)))
        if outcome.case_number and outcome.case_number not in self.numbers:
            self.numbers.append(outcome.case_number)


def _mail(
    sender: str,
    text: str,
    answered: Letter | None,
    *,
    subject: str | None = None,
    file: str | None = None,
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """What their mail program sends: a reply carries the id of what it answers, and quotes it as everybody does."""
    if answered is None:
        return mail(sender, text, subject=subject or _subject_of(text), file=file, headers=headers)
    quoted = "\n".join(f"> {line}" for line in answered.text.splitlines())
    return mail(
        sender,
        f"{text}\n\n在 2026年11月23日，云岭安全服务中心 写道：\n{quoted}",
        subject=f"Re: {answered.subject}",
        to=answered.reply_to,
        answers=answered.message_id,
        file=file,
        headers=headers,
    )


def _subject_of(text: str) -> str:
    """As people write one: what the first sentence says that is more than a greeting."""
    lines = (line.strip() for line in text.splitlines())
    return next((line for line in lines if len(line) > LONGEST_GREETING), text)[:40]
