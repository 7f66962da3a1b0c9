"""What is said in a step: from the rows of policy to the notices that are worth saying, each to one role.

No machine translates: words that a customer does not read go to the liaison for wording, and the customer hears in
their own language what the case knows (P-36, ARCHITECTURE "Decided").
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from gateway.cases import events
from gateway.cases.case import About, Case, Fact, Notice
from gateway.cases.events import FOREIGN_MANAGER, WordsEvent
from gateway.cases.policy import NoticeRule, Policy

CUSTOMER = "customer"
LIAISON = "liaison"
WORDING_NEEDED = "wording_needed"
HOLDING_NOTICE = "status_update"
OWN_WORDS = frozenset({"engineer_reply"})
"""Notices that are a person's words and nothing else."""

Words = tuple[str, str]
"""What somebody wrote, and its language."""


def readable(words: str, reader: str) -> bool:
    """Whether somebody who reads `reader` reads `words`: Chinese in either script, otherwise the same language."""
    return words == reader or (words.startswith("zh") and reader.startswith("zh"))


def customer_reads(case: Case, language: str) -> bool:
    """Whether the one whom we answer reads this language."""
    return readable(language, case.answered.language)


@dataclass(frozen=True, slots=True)
class Given:
    """Something that a row, or the step itself, wants said; whether it is worth saying is decided at the end.

    `unless`: not when one of these notices is given in the same step. `timed`: said because its moment
    has come. `copied`: a foreign manager gets it too.
    """

    name: str
    to: str
    promise: str | None
    words: Words | None = None
    facts: Mapping[str, Fact] | None = None
    unless: frozenset[str] = frozenset()
    timed: bool = False
    copied: bool = True

    @property
    def said(self) -> dict[str, Fact]:
        """The facts with the words among them, as a notice carries them."""
        words: dict[str, Fact] = (
            {"words": self.words[0], "words_language": self.words[1]} if self.words is not None else {}
        )
        return {**(self.facts or {}), **words}


def by_rules(policy: Policy, case: Case, key: str, event: WordsEvent | None) -> Iterator[Given]:
    """What the rows say after an event of this key; `event` when there are words to go with it."""
    written = (event.text, event.language) if event is not None and event.text else None
    score: dict[str, Fact] = {"score": event.score} if isinstance(event, events.SatisfactionGiven) else {}
    for rule in policy.notices:
        if key not in rule.on or not rule.applies_to(case.kind, case.level):
            continue
        if isinstance(event, events.Worded) and written is not None:
            yield from _to_whom_it_is_worded(rule, case, written)
            continue
        words = written if rule.carries_words else None
        for role in rule.to:
            given = Given(rule.notice, role, rule.promise, words, score, rule.unless)
            if words is not None and role == CUSTOMER and not customer_reads(case, words[1]):
                yield for_wording(words, rule.promise, case.reporter.language)
                given = replace(given, name=HOLDING_NOTICE if rule.words_only else rule.notice, words=None)
            yield given


def once_more(case: Case, event: events.Redirected) -> Given:
    """What came back, for the contact who stands in: in the same words, if they read them."""
    words = (event.text, event.language) if event.text else None
    if words is not None and not customer_reads(case, words[1]):
        return for_wording(words, None, case.reporter.language)
    return Given(event.notice, CUSTOMER, None, words)


def _to_whom_it_is_worded(rule: NoticeRule, case: Case, words: Words) -> Iterator[Given]:
    """The wording goes to those outside who read it; the others have had theirs. Asked again only if it is nobody's."""
    readers = {CUSTOMER: case.reporter, FOREIGN_MANAGER: case.foreign_manager}
    reading = [role for role, person in readers.items() if person and readable(words[1], person.language)]
    for role in reading:
        yield Given(
            rule.notice, role, "P-36" if role == FOREIGN_MANAGER else rule.promise, words, copied=False
        )
    if not reading:
        yield for_wording(words, rule.promise, case.reporter.language)


def for_wording(words: Words, promise: str | None, language: str) -> Given:
    """Words that the reader does not read: a person puts them into `language`."""
    return Given(WORDING_NEEDED, LIAISON, promise, words, {"language": language})


def with_copies(case: Case, given: Given) -> Iterator[Given]:
    """What is given, with what the case is about; a foreign manager gets what the customer gets (P-36)."""
    about: dict[str, Fact] = {key: _as_fact(value) for key, value in case.about.items()}
    complete = replace(given, facts={**about, **(given.facts or {})})
    manager = case.foreign_manager
    if given.to == CUSTOMER and manager is not None and given.copied:
        copy = replace(complete, to=FOREIGN_MANAGER, promise="P-36")
        if given.words is not None and not readable(given.words[1], manager.language):
            asked = for_wording(given.words, "P-36", manager.language)
            yield replace(asked, facts={**about, **(asked.facts or {})})
            copy = replace(copy, name=HOLDING_NOTICE if given.name in OWN_WORDS else given.name, words=None)
        yield copy
    yield complete


def worth_saying(given: list[Given], settles: Callable[[str], int]) -> list[Given]:
    """Without what another notice of the same step makes superfluous.

    Of several timed messages to one reader only one goes out, the one that `settles` more promises: after an outage
    one update, not twenty.
    """
    names = {each.name for each in given}
    timed: dict[str, Given] = {}
    for each in given:
        if each.timed:
            timed[each.to] = _joined(timed[each.to], each, settles) if each.to in timed else each
    kept: dict[tuple[str, str], Given] = {}
    for each in (*(each for each in given if not each.timed), *timed.values()):
        if each.unless & names:
            continue
        same = kept.get((each.name, each.to), each)
        chosen = each if same.words is None else same
        kept[each.name, each.to] = replace(chosen, facts={**(same.facts or {}), **(each.facts or {})})
    return list(kept.values())


def as_notice(given: Given, notice_id: str) -> Notice:
    """The notice that leaves the core."""
    return Notice(id=notice_id, name=given.name, to=given.to, promise=given.promise, facts=given.said)


def _joined(one: Given, other: Given, settles: Callable[[str], int]) -> Given:
    """The message that keeps more promises, the later one of equals; with the engineer's line, whichever had it."""
    kept, left = (other, one) if settles(other.name) >= settles(one.name) else (one, other)
    return replace(kept, facts={**(left.facts or {}), **(kept.facts or {})}, words=kept.words or left.words)


def _as_fact(value: About) -> Fact:
    return value if isinstance(value, str) else [dict(each) for each in value]
