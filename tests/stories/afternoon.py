"""A whole afternoon on a virtual clock: customers and colleagues write, the clock runs, and everybody's mail is kept.

The real parsers read, the real core decides, the real relay and templates write; only database and network are left
out, and every letter arrives at once. The people are those of the seed directory.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway import customer_turn, staff_turn
from gateway.app import Parts
from gateway.cases import events, steps
from gateway.cases.case import Case, Step
from gateway.cases.events import Event
from gateway.cases.policy import Terms
from gateway.messages import Address, Inbound, Outbound
from gateway.parsers.report import Reader, Report
from tests.builders import SHANGHAI, Life, at

NUMBER = "C261123-000018"
HOSPITAL = "liujg@beihe-hospital.example"
"""刘建国: 5×8, in the north."""
BANK = "zhou.min@qingshan-bank.example"
"""周敏: 7×24."""
CHIPS = "emma.clarke@northwind-semi.example"
"""Emma Clarke: 7×24, reads English."""
WANG = "wang.qiang"
LI = "li.wen"


@dataclass(frozen=True, slots=True)
class Mail:
    """A letter that somebody received, and when."""

    at: datetime
    letter: Outbound

    @property
    def clock(self) -> str:
        """As a wall clock in Shanghai shows it: "11-23 09:29"."""
        return f"{self.at.astimezone(SHANGHAI):%m-%d %H:%M}"

    @property
    def text(self) -> str:
        """What they read."""
        return self.letter.text


@dataclass
class Afternoon(Life):
    """One case, from the customer's first mail on."""

    parts: Parts = field(kw_only=True)
    reader: Reader = field(kw_only=True)
    customer: str = field(default=HOSPITAL, kw_only=True)
    mails: list[Mail] = field(init=False, default_factory=list[Mail])
    refusals: list[str] = field(init=False, default_factory=list[str])

    @property
    def terms(self) -> Terms:
        """What counts for the case, with the staff of the directory."""
        return self.parts.rules.policy.terms(self.case.plan, self.parts.rules.staffed)

    def customer_writes(self, when: str, text: str, *, level: int | None = None) -> "Afternoon":
        """The customer's first mail, or a reply to the last that they got."""
        moment = at(when)
        inbound = self._inbound(self.customer, text, moment, is_reply=bool(self.mails))
        report = self.reader.read(inbound)
        if not self.mails:
            self._open(inbound, report, moment, level)
            return self
        turn = customer_turn.read(
            self.case, report, inbound, self.customer, moment, self.parts.rules.reopen_days
        )
        assert turn.events, "this mail would have opened a case of its own"
        self.happens(moment, *turn.events)
        return self

    def staff_writes(
        self, who: str, when: str, text: str, *, answering: str, role: str = "engineer"
    ) -> "Afternoon":
        """A colleague answers a notice that they got in this role."""
        self.runs(when, before=True)
        staff = self.parts.directory.staff[who]
        got = [mail.letter for mail in self.mails if mail.letter.to.address == staff.email]
        assert (answering, role) in {(letter.notice, letter.role) for letter in got}, (
            f"{who} got no {answering}"
        )
        moment = at(when)
        report = self.reader.read(self._inbound(staff.email, text, moment, is_reply=True))
        rules = self.parts.rules
        turn = staff_turn.read(
            report.text,
            report.language,
            staff_turn.Answered(
                staff, role, rules.policy.reply_means.get((answering, role), staff_turn.NOTE)
            ),
            self.case,
            rules.directory,
            rules.commands,
            tuple(rules.policy.levels),
        )
        self.refusals += [refusal.why for refusal in turn.refusals]
        self.happens(moment, *turn.events)
        return self

    def occurs(self, when: str, event: Event) -> "Afternoon":
        """Something that no mail brings: a colleague on site, a change of contract."""
        self.happens(when, event)
        return self

    def goes_on_until(self, until: str) -> "Afternoon":
        """Nobody writes; the clock runs."""
        self.runs(until)
        return self

    def post(self, to: str) -> list[str]:
        """What arrived at an address or a colleague and when: "11-23 09:29 second_reply"."""
        return [f"{mail.clock} {mail.letter.notice}" for mail in self._mails_to(to)]

    def last(self, to: str, notice: str | None = None) -> Mail:
        """The latest letter at an address or a colleague, of that name if one is given."""
        return [mail for mail in self._mails_to(to) if notice in (None, mail.letter.notice)][-1]

    def heard(self, step: Step, moment: datetime) -> None:
        """Every notice of a step becomes letters."""
        ready = self.parts.letters.letters(None, step, moment)
        self.mails += [Mail(each.outbound.not_before or moment, each.outbound) for each in ready]

    def _mails_to(self, to: str) -> list[Mail]:
        person = self.parts.directory.staff.get(to)
        address = person.email if person else to
        return [mail for mail in self.mails if mail.letter.to.address == address]

    def _open(self, inbound: Inbound, report: Report, moment: datetime, level: int | None) -> None:
        case: Case = customer_turn.new_case(
            NUMBER,
            report,
            inbound,
            moment,
            directory=self.parts.directory,
            policy=self.parts.rules.policy,
            answerable=True,
            suggestion=None,
            channel="mail",
        )
        self.case = case if level is None else replace(case, level=level)
        reported = events.Reported(text=report.text, language=self.case.reporter.language, by=self.customer)
        self._take(steps.open_case(self.case, reported, moment, self.terms), moment)

    def _inbound(self, sender: str, text: str, moment: datetime, *, is_reply: bool) -> Inbound:
        return Inbound(
            message_id=f"<{len(self.journal)}.{sender}>",
            subject="Re: 关于工单" if is_reply else text.partition("\n")[0][:40],
            date=moment,
            sender=Address(None, sender),
            in_reply_to=self.mails[-1].letter.message_id if is_reply and self.mails else None,
            body=text,
        )
