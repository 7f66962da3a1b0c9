"""The composer: a notice, a case and a person in, a letter out.

The words are the owner's, in `templates/<language>/<audience>/<notice>.txt.j2`; the HTML alternative is the same text
in `templates/layout.html.j2`. Whatever is wrong with those files, a letter leaves all the same: then it is the
built-in one, and `Letter.problem` says what an operator must mend (G22).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import structlog
from jinja2 import Template

from gateway.cases.case import Case, Notice
from gateway.cases.events import FOREIGN_MANAGER
from gateway.cases.saying import readable
from gateway.errors import Mistake
from gateway.responders.layout import Block, plain_page, read_blocks
from gateway.responders.letter_view import Occasion, Recipient, case_for, facts_for, greeted_as
from gateway.responders.plain_letter import plain_subject, plain_text
from gateway.responders.rehearsal import occasions
from gateway.responders.safe_text import MAX_SUBJECT, bare_subject, one_line
from gateway.responders.sandbox import StrictEnvironment
from gateway.responders.template_set import (
    CannotRender,
    Rendered,
    TemplateSet,
    Value,
    mistake_in,
)

log = structlog.get_logger()

__all__ = ["LANGUAGES", "Composer", "Letter", "Recipient", "VendorWords", "language_for"]

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
"""What the parsers recognise, so what customers are promised an answer in."""

FALLBACK_LANGUAGE = "en"
LAYOUT = "layout.html.j2"

BEGUN_BY_US = frozenset({"inspection", "follow_up"})
"""Kinds of case that we open by the calendar: until the customer writes there is no subject of theirs to answer."""

ABOUT_SEVERAL_CASES = frozenset({"digest"})
"""Letters that would mislead with one case's number in their head."""


@dataclass(frozen=True, slots=True)
class VendorWords:
    """Who we are, in letters: the display name and the signature lines by language, and the hotline."""

    names: Mapping[str, str]
    hotline: str | None = None
    signature: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def name(self, language: str) -> str:
        """The name in that language; any name of ours where there is none in it."""
        return self.names.get(language) or next(iter(self.names.values()), "")


@dataclass(frozen=True, slots=True)
class Letter:
    """A composed letter. `problem` is None, or names the file and the cause for which a plain form was used."""

    subject: str
    text: str
    html: str
    language: str
    problem: str | None


class Composer:
    """Reads and compiles every template once; composing is then pure. Shared freely between tasks.

    `directory` holds one directory per language and the layout; `zone` is the IANA name of the zone in which letters
    tell times (ZoneInfoNotFoundError if there is none such); `reply_means` is the policy's table of that name,
    `commands` the roles that may use each command: a letter names only those that its reader may.
    """

    def __init__(
        self,
        directory: Path,
        vendor: VendorWords,
        zone: str,
        reply_means: Mapping[tuple[str, str], str],
        commands: Mapping[str, Sequence[str]],
    ) -> None:
        self._commands = commands
        self._directory = directory
        self._vendor = vendor
        self._reply_means = reply_means
        self._sets = {
            path.name: TemplateSet(path, zone) for path in sorted(directory.glob("*")) if path.is_dir()
        }
        self._layout = self._read_layout()

    def compose(
        self,
        notice: Notice,
        case: Case,
        recipient: Recipient,
        at: datetime,
        *,
        next_update: datetime | None = None,
        handling_begins: datetime | None = None,
        engineer: str | None = None,
        subject_of_thread: str | None = None,
        chat_link: str | None = None,
    ) -> Letter:
        """The letter that gives this notice to this person at `at`. Never raises: see `Letter.problem`.

        `next_update`: when the customer hears from us next; `handling_begins`: when the plan's hours resume, if we
        are outside them; `engineer`: the display name of who has the case; `subject_of_thread`: the customer's own
        subject (None: the case's), under which every letter to somebody we know stays in one thread.
        `chat_link` is what links a chat of theirs to them.
        A foreign manager reads what a customer may, whatever the caller took them for (P-36).
        """
        if notice.to == FOREIGN_MANAGER:
            recipient = replace(recipient, audience="customer")
        occasion = Occasion(notice, case, recipient, at, next_update, handling_begins, engineer, chat_link)
        language = language_for(recipient.language, self._sets)
        said, problem = self._said(occasion, language)
        html, undressed = self._page(said.text, occasion, language)
        subject = said.subject
        if _answers_theirs(case, recipient):
            subject = thread_subject(subject_of_thread or case.subject, case.number) or subject
        mistake = problem or undressed
        return Letter(
            one_line(subject, MAX_SUBJECT * 2), said.text, html, language, str(mistake) if mistake else None
        )

    def phrase(self, table: str, name: str, language: str, at: datetime, /, **values: Value) -> str:
        """A phrase of the owner's for a chat, with `vendor` among its values; in English, or bare, if it is broken."""
        for tag in (language_for(language, self._sets), FALLBACK_LANGUAGE):
            try:
                return self._set(tag).phrase(table, name, at, {"vendor": self._vendor.name(tag), **values})
            except CannotRender as error:
                log.error("phrase_failed", problem=str(error))
        return " ".join((name, *(value for value in values.values() if isinstance(value, str))))

    def has(self, audience: str, notice: str) -> bool:
        """Whether any language has a template for this notice; `gateway check` asks for each notice of the policy."""
        return any((audience, notice) in letters.names for letters in self._sets.values())

    def problems(self) -> list[Mistake]:
        """Every mistake in the owner's files, found by writing every letter in every language to made-up cases."""
        found = [self._no_language(language) for language in LANGUAGES if language not in self._sets]
        everything = frozenset(name for letters in self._sets.values() for name in letters.names)
        for language, letters in self._sets.items():
            found += letters.mistakes_beside(self._sets.values())
            found += self._rehearse(language, everything)
        return sorted(set(found), key=str)

    def _rehearse(self, language: str, notices: frozenset[tuple[str, str]]) -> Iterator[Mistake]:
        dressed: set[frozenset[str]] = set()
        for audience, notice in sorted(notices):
            for occasion in occasions(audience, notice, language):
                said, problem = self._said(occasion, language)
                yield from filter(None, (problem,))
                # The layout knows kinds of blocks and no letters: each mixture of them is dressed once.
                kinds = frozenset(block.kind for block in read_blocks(said.text))
                if kinds not in dressed:
                    dressed.add(kinds)
                    _, undressed = self._page(said.text, occasion, language)
                    yield from filter(None, (undressed,))

    def _said(self, occasion: Occasion, language: str) -> tuple[Rendered, Mistake | None]:
        """Subject and text from the template; the built-in ones, and what is wrong with the template, if need be."""
        recipient, notice = occasion.recipient, occasion.notice
        view, facts = case_for(occasion.case, recipient), facts_for(notice, recipient)
        vendor = self._vendor.name(language)
        context = {
            "at": occasion.at,
            "case": view,
            "facts": facts,
            "notice": notice.name,
            "name": greeted_as(recipient),
            "known": recipient.known,
            "by_chat": recipient.by_chat,
            "chat_link": occasion.chat_link,
            "next_update": occasion.next_update,
            "handling_begins": occasion.handling_begins,
            "engineer": one_line(occasion.engineer, 60) if occasion.engineer else None,
            "reply": self._meaning_of_reply(notice),
            "commands": [name for name, roles in self._commands.items() if notice.to in roles] + ["note"],
            "vendor": vendor,
            "hotline": self._vendor.hotline,
            "signature": self._vendor.signature.get(language, ()),
        }
        try:
            return self._set(language).render(recipient.audience, notice.name, context), None
        except CannotRender as error:
            plain = Rendered(
                subject=plain_subject(view, language),
                text=plain_text(
                    notice.name,
                    view,
                    facts,
                    audience=recipient.audience,
                    language=language,
                    vendor=vendor,
                    hotline=self._vendor.hotline,
                ),
            )
            return plain, error.mistake

    def _meaning_of_reply(self, notice: Notice) -> str:
        """The policy's word for it; a level manager's rung may be written into the role or left out."""
        role = notice.to
        means = self._reply_means.get((notice.name, role))
        return means or self._reply_means.get((notice.name, role.partition(":")[0]), "note")

    def _page(self, text: str, occasion: Occasion, language: str) -> tuple[str, Mistake | None]:
        """The text in its HTML dress; without one, and what was wrong with it, if need be."""
        blocks = read_blocks(text)
        number = "" if occasion.notice.name in ABOUT_SEVERAL_CASES else one_line(occasion.case.number)
        if isinstance(self._layout, Mistake):
            return plain_page(blocks, language), self._layout
        try:
            return self._dressed(self._layout, blocks, number, language), None
        except CannotRender as error:
            return plain_page(blocks, language), error.mistake
        except Exception as error:  # noqa: BLE001 - the layout is the owner's file and can raise anything (G22)
            return plain_page(blocks, language), self._mistake_in_layout(error)

    def _dressed(self, layout: Template, blocks: tuple[Block, ...], number: str, language: str) -> str:
        return layout.render(
            blocks=blocks,
            number=number,
            number_label=self._set(language).words().named("number", "label"),
            vendor=self._vendor.name(language),
            language=language,
        )

    def _set(self, language: str) -> TemplateSet:
        if language not in self._sets:
            raise CannotRender(self._no_language(language))
        return self._sets[language]

    def _no_language(self, language: str) -> Mistake:
        return Mistake(f"{self._directory.name}/{language}", "", "there are no templates for this language")

    def _read_layout(self) -> Template | Mistake:
        try:
            return StrictEnvironment(self._directory).get_template(LAYOUT)
        except Exception as error:  # noqa: BLE001 - missing, not UTF-8, not a template: all the same to the letter
            return self._mistake_in_layout(error)

    def _mistake_in_layout(self, error: Exception) -> Mistake:
        return mistake_in(error, f"{self._directory.name}/{LAYOUT}", self._directory.parent)


def language_for(tag: str, have: Mapping[str, object]) -> str:
    """The language we write in to somebody who reads `tag`: that one if we have it, else its script, else English."""
    if tag in have:
        return tag
    base, *parts = tag.lower().replace("_", "-").split("-")
    if base == "zh":
        return "zh-Hans" if {"hant", "tw", "hk", "mo"}.isdisjoint(parts) else "zh-Hant"
    return base if base in have else FALLBACK_LANGUAGE


def _answers_theirs(case: Case, recipient: Recipient) -> bool:
    """Whether the letter goes under the customer's own subject: theirs, known, and in words that this reader reads."""
    theirs = recipient.audience == "customer" and recipient.known
    they_wrote = bool(case.thread) or case.kind not in BEGUN_BY_US
    return theirs and they_wrote and readable(case.reporter.language, recipient.language)


def thread_subject(subject: str, number: str) -> str | None:
    """The customer's own subject, answered once and with the case number; None when they wrote none."""
    bare = bare_subject(subject, number)
    return f"Re: {bare} [{number}]" if bare else None
