"""The composer: a notice, a case and a person in, a letter out.

The words are the owner's, in `templates/<language>/<audience>/<notice>.txt.j2`; the HTML alternative is the same text
in `templates/layout.html.j2`. Whatever is wrong with those files, a letter leaves all the same: then it is the
built-in one, and `Letter.problem` says what an operator must mend (G22).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from jinja2 import Template

from gateway.cases.case import Case, Notice
from gateway.errors import Mistake
from gateway.responders.layout import Block, plain_page, read_blocks
from gateway.responders.letter_view import CaseView, Facts, Recipient, case_for, facts_for
from gateway.responders.plain_letter import plain_subject, plain_text
from gateway.responders.safe_text import MAX_SUBJECT, bare_subject, one_line
from gateway.responders.template_set import CannotRender, TemplateSet, mistake_in, strict_environment

__all__ = ["Composer", "Letter", "Recipient", "VendorWords"]

LAYOUT = "layout.html.j2"
STANDARD_LANGUAGE = "en"

REPLIES_AS_SHIPPED: Mapping[tuple[str, str], str] = {
    ("new_case", "engineer"): "customer_text",
    ("customer_wrote", "engineer"): "customer_text",
    ("refused", "engineer"): "customer_text",
    ("response_prompt", "engineer"): "customer_text",
    ("update_prompt", "engineer"): "update_line",
    ("wording_needed", "liaison"): "customer_text",
    ("wording_needed", "desk"): "customer_text",
    ("escalation", "level_manager"): "decision",
    ("escalation", "administrator"): "decision",
}
"""What a reply to a notice means, by the role that got it, when the composer is not given the policy's own table."""


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
    """A composed letter. `problem` is None, or names the file and the cause for which the plain form was used."""

    subject: str
    text: str
    html: str
    language: str
    problem: str | None


class Composer:
    """Reads and compiles every template once; composing is then pure. Shared freely between tasks.

    `directory` holds one directory per language and the layout; `zone` is the IANA name of the zone in which letters
    tell times (ZoneInfoNotFoundError if there is none such); `reply_means` is the policy's table of that name.
    """

    def __init__(
        self,
        directory: Path,
        vendor: VendorWords,
        zone: str,
        reply_means: Mapping[tuple[str, str], str] = REPLIES_AS_SHIPPED,
    ) -> None:
        self._vendor = vendor
        self._reply_means = reply_means
        self._sets = {
            path.name: TemplateSet(path, path.name, zone)
            for path in sorted(directory.glob("*"))
            if path.is_dir()
        }
        self._directory = directory
        self._layout = _layout_of(directory)

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
    ) -> Letter:
        """The letter that gives this notice to this person at `at`. Never raises: see `Letter.problem`.

        `next_update`: when the customer hears from us next; `handling_begins`: when the plan's hours resume, if we
        are outside them; `engineer`: the display name of who has the case; `subject_of_thread`: the customer's own
        subject (None: the case's), under which every letter to somebody we know stays in one thread.
        """
        language = language_for(recipient.language, self._sets)
        view, facts = case_for(case, recipient), facts_for(notice, recipient)
        context: dict[str, object] = {
            "at": at,
            "case": view,
            "facts": facts,
            "notice": notice.name,
            "to": notice.to,
            "name": _greeted(recipient),
            "known": recipient.known,
            "next_update": next_update,
            "handling_begins": handling_begins,
            "engineer": one_line(engineer, 60) if engineer else None,
            "reply": self._meaning_of_reply(notice),
            "vendor": self._vendor.name(language),
            "hotline": self._vendor.hotline,
            "signature": self._vendor.signature.get(language, ()),
        }
        try:
            said = self._set(language).render(recipient.audience, notice.name, context)
            subject, text, problem = said.subject, said.text, None
        except CannotRender as error:
            subject = plain_subject(view, language)
            text = self._plain_text(notice.name, view, facts, recipient, language)
            problem = str(error.mistake)
        if recipient.audience == "customer" and recipient.known:
            subject = _thread_subject(subject_of_thread or case.subject, view.number) or subject
        html, unlaid = self._page(text, view, language)
        return Letter(one_line(subject, MAX_SUBJECT * 2), text, html, language, problem or unlaid)

    def _set(self, language: str) -> TemplateSet:
        try:
            return self._sets[language]
        except KeyError:
            raise CannotRender(Mistake(language, "", "there are no templates for this language")) from None

    def _meaning_of_reply(self, notice: Notice) -> str:
        role = notice.to
        return self._reply_means.get((notice.name, role)) or self._reply_means.get(
            (notice.name, role.partition(":")[0]), "note"
        )

    def _plain_text(
        self, notice: str, view: CaseView, facts: Facts, recipient: Recipient, language: str
    ) -> str:
        return plain_text(
            notice,
            view,
            facts,
            audience=recipient.audience,
            language=language,
            vendor=self._vendor.name(language),
            hotline=self._vendor.hotline,
        )

    def _page(self, text: str, view: CaseView, language: str) -> tuple[str, str | None]:
        """The text in its HTML dress, and what was wrong with the dress if it had to go without."""
        blocks = read_blocks(text)
        if isinstance(self._layout, Mistake):
            return plain_page(blocks, language), str(self._layout)
        try:
            return self._dressed(self._layout, blocks, view, language), None
        except Exception as error:  # noqa: BLE001 - the layout is the owner's file and can raise anything (G22)
            return plain_page(blocks, language), str(mistake_in(error, LAYOUT, self._directory))

    def _dressed(self, layout: Template, blocks: tuple[Block, ...], view: CaseView, language: str) -> str:
        letters = self._set(language)
        return layout.render(
            blocks=blocks,
            number=view.number,
            number_label=letters.words().named("number", "label"),
            vendor=self._vendor.name(language),
            language=language,
        )


def language_for(tag: str, have: Mapping[str, object]) -> str:
    """The language we write in to somebody who reads `tag`: that one if we have it, else its script, else English."""
    if tag in have:
        return tag
    low = tag.lower()
    if low.startswith("zh"):
        traditional = any(part in ("hant", "tw", "hk", "mo") for part in low.replace("_", "-").split("-"))
        return "zh-Hant" if traditional else "zh-Hans"
    base = low.partition("-")[0]
    return base if base in have else STANDARD_LANGUAGE


def _greeted(recipient: Recipient) -> str | None:
    if recipient.name is None or (recipient.audience == "customer" and not recipient.known):
        return None
    return one_line(recipient.name, 60) or None


def _thread_subject(subject: str, number: str) -> str | None:
    bare = bare_subject(subject, number)
    return f"Re: {bare} [{number}]" if bare else None


def _layout_of(directory: Path) -> Template | Mistake:
    try:
        return strict_environment(directory).get_template(LAYOUT)
    except Exception as error:  # noqa: BLE001 - missing, not UTF-8, not a template: all the same to the letter
        return mistake_in(error, LAYOUT, directory)
