"""What a template may see of a notice, a case and its reader; nothing else ever reaches a letter.

The rules of trust live here and not in the templates: an unknown sender's view holds none of their words (T19), a
customer's view none of our internal notes, and every text is already fit to print. A careless template cannot leak.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gateway.cases.case import Case, Fact, Notice, Party
from gateway.cases.commitments import PAUSED
from gateway.cases.saying import readable
from gateway.chat_address import is_chat
from gateway.responders.safe_text import MAX_SUBJECT, bare_subject, lines_of, one_line

LONGEST_LINK = 1000

_TELLS = ("sent:first_reply", "sent:second_reply", "sent:status_update", "sent:engineer_reply")
"""The letters after which a customer knows where their case stands."""

OPENED = 1
"""The version of a case when the step that opened it was recorded."""

_VISITS = ("inspection_visit", "arrival")
"""The only promise whose moment a customer is told by itself: by then the inspection takes place (P-07)."""

_PERIOD = re.compile(r"(?P<year>\d{4})-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2]))")


@dataclass(frozen=True)
class Recipient:
    """Who reads the letter. `known`: in the directory; `language`: a BCP 47 tag; `by_chat`: as a message in a chat."""

    name: str | None
    language: str
    audience: Literal["customer", "staff"]
    known: bool = True
    by_chat: bool = False


@dataclass(frozen=True, slots=True)
class Occasion:
    """One notice to one person at one moment: all that a letter is made of, in the core's own terms."""

    notice: Notice
    case: Case
    recipient: Recipient
    at: datetime
    next_update: datetime | None = None
    handling_begins: datetime | None = None
    engineer: str | None = None
    chat_link: str | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """A promise not kept in time."""

    commitment: str
    promise: str | None
    due: datetime | None
    owed_by: str


@dataclass(frozen=True, slots=True)
class ListedCase:
    """A case that a letter lists: those of a digest, or those that a follow-up asks about."""

    number: str
    level: int | None
    company: str | None
    subject: str | None
    overdue: tuple[Overdue, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """What a follow-up asks about: a month 1 to 12 of a year, or a quarter 1 to 4; the other one is None (P-63)."""

    year: int
    month: int | None
    quarter: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the customer's, as colleagues read of them; `language` is a BCP 47 tag."""

    name: str | None
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The notice's facts, each None (or empty) where the notice has none.

    `instead`: the address that a lost letter goes to now, which may be a chat's; `language`: what the words are to be
    put into; `missing`: fields that a colleague is asked for; `customer`, `could_be` and `alias`: whom a corrected
    company is, or could be, in the directory, and the name of theirs that could be learnt; `attachments`: names of the
    files that go with the letter; `answer_link`: a `mailto:` link that opens an answer, ready to be sent.
    """

    words: tuple[str, ...]
    words_language: str | None
    language: str | None
    rung: int | None
    overdue: tuple[Overdue, ...]
    commitment: str | None
    due: datetime | None
    owed_by: str | None
    why: str | None
    notice: str | None
    recipient: str | None
    reason: str | None
    instead: str | None
    instead_by_chat: bool
    what: str | None
    detail: tuple[str, ...]
    missing: tuple[str, ...]
    cases: tuple[ListedCase, ...]
    period: Period | None
    score: int | None
    attachments: tuple[str, ...]
    answer_link: str | None
    customer: str | None
    could_be: tuple[str, ...]
    alias: str | None


@dataclass(frozen=True, slots=True)
class Happening:
    """An event key of the case and when it last occurred."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case as this reader may see it; every string is one line, every list has only full ones.

    `told_at`: when the customer last heard where it stands; `happened`: event keys in order of time; `visit_by`: by
    when an engineer is there, for an inspection or because it could not be solved online. `missing` is
    what this reader is asked for, a customer by mail only once, and `uncertain` what was read of it. `services`,
    `foreign_manager` and `promises` are for colleagues only.
    """

    number: str
    status: str
    level: int
    priority: str
    kind: str
    plan: str
    language: str
    opened_at: datetime
    assigned: bool
    assigned_at: datetime | None
    told_at: datetime | None
    asked_to_confirm_at: datetime | None
    subject: str | None
    address: str | None
    company: str | None
    contact: str | None
    phone: str | None
    product: str | None
    place: str | None
    symptoms: tuple[str, ...]
    incident: tuple[str, ...]
    missing: tuple[str, ...]
    uncertain: Mapping[str, str]
    suggested_case: str | None
    merged_into: str | None
    problems: tuple[str, ...]
    intended_solution: tuple[str, ...]
    solution: tuple[str, ...]
    happened: tuple[Happening, ...]
    promises: tuple[Overdue, ...]
    visit_by: datetime | None
    services: tuple[str, ...]
    foreign_manager: Person | None

    def offered(self, field: str) -> str | None:
        """What we read of a missing field without being sure of it; None where we read nothing."""
        return self.uncertain.get(field)

    def due(self, commitment: str) -> datetime | None:
        """By when what is still owed under that name is due; None where nothing is, and to customers always."""
        return next((each.due for each in self.promises if each.commitment == commitment), None)


def greeted_as(recipient: Recipient) -> str | None:
    """The name to greet with; None where there is none, or where it is an unknown sender's own word."""
    if recipient.name is None or (recipient.audience == "customer" and not recipient.known):
        return None
    return one_line(recipient.name, 60) or None


def facts_for(notice: Notice, recipient: Recipient) -> Facts:
    """The notice's facts, whatever shape they came in; words that a customer cannot read are left out."""
    facts = notice.facts
    language = _line(facts.get("words_language"))
    words = _lines(facts.get("words"))
    if recipient.audience == "customer" and language and not readable(language, recipient.language):
        words = ()
    return Facts(
        words=words,
        words_language=language,
        language=_line(facts.get("language")),
        rung=_whole(facts.get("rung")),
        overdue=_all_overdue(facts.get("overdue")),
        commitment=_line(facts.get("commitment")),
        due=_moment(facts.get("due")),
        owed_by=_line(facts.get("owed_by")),
        why=_line(facts.get("why")),
        notice=_line(facts.get("notice")),
        recipient=_line(facts.get("recipient")),
        reason=_line(facts.get("reason")),
        instead=_line(facts.get("instead")),
        instead_by_chat=is_chat(str(facts.get("instead"))),
        what=_line(facts.get("what")),
        detail=_lines(facts.get("detail")),
        missing=_each_text(facts.get("missing")),
        cases=tuple(_listed(each, recipient) for each in _mappings(facts.get("cases"))),
        period=_period(facts.get("period")),
        score=_whole(facts.get("score")),
        attachments=_each_text(facts.get("attachments")),
        answer_link=_line(facts.get("answer_link"), LONGEST_LINK),
        customer=_line(facts.get("customer")),
        could_be=_each_text(facts.get("could_be")),
        alias=_line(facts.get("alias")),
    )


def case_for(case: Case, recipient: Recipient) -> CaseView:
    """The case for this reader: their own words only if we know them, our notes only if they are of ours.

    A foreign manager does not read what colleagues of theirs wrote in another language (P-36).
    """
    staff = recipient.audience == "staff"
    theirs = staff or recipient.known
    read = staff or (recipient.known and readable(case.reporter.language, recipient.language))

    def shows(field: str) -> bool:
        """What a colleague put right is between ourselves."""
        return staff or field not in case.corrected

    return CaseView(
        number=one_line(case.number),
        status=case.status,
        level=case.level,
        priority=case.priority if staff else "",
        kind=case.kind,
        plan=one_line(case.plan),
        language=one_line(case.reporter.language),
        opened_at=case.opened_at,
        assigned=case.engineer is not None,
        assigned_at=case.moments.get("assigned"),
        told_at=max((case.moments[key] for key in _TELLS if key in case.moments), default=None),
        asked_to_confirm_at=case.moments.get("sent:please_confirm"),
        subject=_line(bare_subject(case.subject, case.number), MAX_SUBJECT) if read else None,
        address=_line(case.reporter.address) if staff and not is_chat(case.reporter.address) else None,
        company=_line(case.company) if theirs and shows("company") else None,
        contact=_line(case.contact) if theirs and shows("contact") else None,
        phone=_line(case.phone) if theirs and shows("phone") else None,
        product=_line(case.product) if theirs else None,
        place=_line(case.place) if theirs else None,
        symptoms=_each_line(case.symptoms) if read else (),
        incident=_each_line(case.incident) if read else (),
        missing=_each_line(_missing(case, recipient)),
        uncertain=_uncertain(case) if theirs or recipient.by_chat else {},
        suggested_case=_line(case.suggested_case) if staff else None,
        merged_into=_line(case.merged_into),
        problems=_each_line(case.problems) if staff else (),
        intended_solution=_lines(case.intended_solution) if staff else (),
        solution=_solution(case, recipient),
        happened=tuple(
            sorted((Happening(key, at) for key, at in case.moments.items()), key=lambda each: each.at)
        ),
        promises=_promises(case) if staff else (),
        visit_by=_visit_by(case),
        services=_each_line(case.services) if staff else (),
        foreign_manager=_person(case.foreign_manager) if staff else None,
    )


def asked_in_chat(case: Case) -> tuple[str, ...]:
    """What a letter to a chat asks for, one after the other; nothing where they were reminded of the first already."""
    if case.asking is None or case.asking in case.asked_again:
        return ()
    return tuple(each for each in case.missing if each not in case.unknown)


def _missing(case: Case, recipient: Recipient) -> tuple[str, ...]:
    if recipient.audience == "staff":
        return case.missing
    if recipient.by_chat:
        return asked_in_chat(case)
    return case.missing if _is_asked(case) else ()


def _is_asked(case: Case) -> bool:
    """Whether this is the letter that asks for what is missing: the acknowledgement; or the one that takes its place
    for the contact who stands in, since mail to the reporter came back (F24)."""
    return case.version <= OPENED or case.answered is not case.reporter


def _uncertain(case: Case) -> Mapping[str, str]:
    return {field: line for field, value in case.uncertain.items() if (line := _line(value))}


def _solution(case: Case, recipient: Recipient) -> tuple[str, ...]:
    """How it was solved; not for a customer who does not read Chinese when it is told in Chinese."""
    words = _lines(case.solution)
    if recipient.audience == "customer" and not recipient.language.startswith("zh"):
        return () if _mostly_chinese("".join(words)) else words
    return words


def _mostly_chinese(words: str) -> bool:
    letters = [character for character in words if character.isalpha()]
    return sum("\u4e00" <= letter <= "\u9fff" for letter in letters) * 3 > len(letters)


def _promises(case: Case) -> tuple[Overdue, ...]:
    """What is owed, the next first; a clock that stands still has no due moment to show."""
    running = (each for each in case.commitments if each.is_owed and each.state != PAUSED)
    owed = sorted(running, key=lambda each: each.due)
    return tuple(Overdue(each.name, each.promise, each.due, each.owed_by) for each in owed)


def _visit_by(case: Case) -> datetime | None:
    visits = (case.commitment(name) for name in _VISITS)
    return next((visit.due for visit in visits if visit is not None and visit.is_owed), None)


def _person(party: Party | None) -> Person | None:
    if party is None:
        return None
    return Person(_line(party.name), one_line(party.address), one_line(party.language))


def _listed(fact: Mapping[str, Fact], recipient: Recipient) -> ListedCase:
    """A listed case: to a customer nothing of ours, to somebody we do not know nothing of theirs (T19)."""
    staff = recipient.audience == "staff"
    return ListedCase(
        number=_line(fact.get("number")) or "",
        level=_whole(fact.get("level")) if staff else None,
        company=_line(fact.get("company")) if staff else None,
        subject=_line(fact.get("subject"), MAX_SUBJECT) if staff or recipient.known else None,
        overdue=_all_overdue(fact.get("overdue")) if staff else (),
    )


def _all_overdue(fact: Fact) -> tuple[Overdue, ...]:
    return tuple(_overdue(each) for each in _mappings(fact))


def _overdue(fact: Mapping[str, Fact]) -> Overdue:
    return Overdue(
        commitment=_line(fact.get("commitment")) or "",
        promise=_line(fact.get("promise")),
        due=_moment(fact.get("due")),
        owed_by=_line(fact.get("owed_by")) or "",
    )


def _period(fact: Fact) -> Period | None:
    """ "2026-02" or "2026-Q1"; anything else is no period."""
    found = _PERIOD.fullmatch(fact) if isinstance(fact, str) else None
    if found is None:
        return None
    month, quarter = found["month"], found["quarter"]
    return Period(int(found["year"]), int(month) if month else None, int(quarter) if quarter else None)


def _mappings(fact: Fact) -> tuple[Mapping[str, Fact], ...]:
    return tuple(each for each in fact if isinstance(each, Mapping)) if isinstance(fact, list) else ()


def _whole(fact: Fact) -> int | None:
    return fact if isinstance(fact, int) and not isinstance(fact, bool) else None


def _line(fact: Fact, limit: int = 300) -> str | None:
    return (one_line(fact, limit) or None) if isinstance(fact, str) else None


def _lines(fact: Fact) -> tuple[str, ...]:
    return lines_of(fact) if isinstance(fact, str) else ()


def _each_line(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for text in texts if (line := one_line(text)))


def _each_text(fact: Fact) -> tuple[str, ...]:
    return _each_line(tuple(each for each in fact if isinstance(each, str))) if isinstance(fact, list) else ()


def _moment(fact: Fact) -> datetime | None:
    """An aware moment from its ISO text; a core that wrote anything else gets no time shown rather than no letter."""
    if not isinstance(fact, str):
        return None
    try:
        moment = datetime.fromisoformat(fact)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
