"""What a message means: the stages of reading in order, from an `Inbound` to a `Report`.

A `Report` holds what was understood, how sure we are and where it was read; INTERFACES "The Report" fixes its JSON.
`Reader` is built once, with the directory and who we are (spaCy is loaded then), and reads any number of messages.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from gateway.cases.directory import Directory
from gateway.messages import Envelope, Inbound
from gateway.parsers import (
    acts,
    bounces,
    clauses,
    commands,
    kinds,
    levels,
    model,
    quoting,
    screening,
    symptoms,
    written_in,
    zones,
)
from gateway.parsers.bounces import Bounce
from gateway.parsers.entities import bilingual, called, companies, contacts, emails, phones, places, products
from gateway.parsers.entities.candidates import Candidate, Decision, Field, Finder, decide, key_of, spans_of
from gateway.parsers.entities.letter import LONGEST_ZONE, Letter, Zone
from gateway.parsers.entities.lookup import Lookup
from gateway.parsers.kinds import KindFound
from gateway.parsers.levels import LevelFound
from gateway.parsers.screening import Automatic, OwnMail
from gateway.parsers.symptoms import Symptom
from gateway.parsers.understood import SURE_ENOUGH, Found, Report

if TYPE_CHECKING:
    from spacy.language import Language

__all__ = ["SURE_ENOUGH", "Found", "KindFound", "LevelFound", "Reader", "Report", "Symptom", "Vendor"]


_SHORTEST_LABEL = 5
"""Letters: a shorter name of ours is the label of other people's domains, too."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """Who we are: names and mail domains, the support address, our own telephone numbers and what our products and
    models are called."""

    names: tuple[str, ...]
    domains: tuple[str, ...]
    address: str
    phones: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


class Reader:
    """Reads messages. Built once and shared: nothing in it changes while it reads."""

    def __init__(
        self,
        directory: Directory,
        vendor: Vendor,
        own: OwnMail | None = None,
        *,
        with_model: bool | None = None,
    ) -> None:
        """`own` is how we recognise mail of our own; from the vendor's address and domains when not given.

        `with_model`: whether the trained model is heard beside the rules; by default wherever its files are there.
        """
        from gateway.parsers.entities import pipeline
        from gateway.parsers.entities.known import Known

        self._own = own or OwnMail(
            domains=frozenset(vendor.domains), addresses=frozenset((vendor.address.lower(),))
        )
        our_names = tuple(key for name in vendor.names if (key := key_of(name)))
        # A colleague writes from wherever our name is the domain's, whether the owner has listed it or not.
        labels = (key for key in our_names if key.isascii() and len(key) >= _SHORTEST_LABEL)
        self._domains = frozenset((*(domain.lower() for domain in vendor.domains), *labels))
        our_numbers = frozenset("".join(filter(str.isdigit, phone)) for phone in vendor.phones)
        finders: list[tuple[str, Finder]] = [
            ("ourselves", partial(companies.ourselves, names_of_ours=Lookup((n, n) for n in vendor.names))),
            ("emails", partial(emails.find, our_domains=self._domains)),
            ("phones", partial(phones.find, ours=our_numbers)),
            ("products", partial(products.find, catalogue=Lookup((word, word) for word in vendor.products))),
            ("companies", partial(companies.find, our_names=our_names)),
            ("contacts", contacts.find),
            ("places", places.find),
            ("directory", Known(directory).find),
        ]
        self.has_model = model.is_there() if with_model is None else with_model
        self._weighs_acts = self.has_model and acts.is_there()
        if self._weighs_acts:
            acts.load()
        self._nlp: Language = pipeline.build(finders, with_model=self.has_model)
        self._run = pipeline.run

    def read(self, inbound: Inbound, envelope: Envelope | None = None, raw: bytes = b"") -> Report:
        """Understand a mail. Total; time bounded, as only the first 20,000 characters of a zone are read for names."""
        words = quoting.split(inbound.body, is_reply=_is_reply(inbound))
        told = commands.read(words.text)
        letter = zones.read_mail(inbound, words, self._domains)
        found = self._run(self._nlp, letter)
        if words.quoted and not words.forwarded and not _names_anybody(found):
            letter = zones.read_mail(inbound, words, self._domains, with_quote=True)
            found = self._run(self._nlp, letter)
        return self._report(
            inbound,
            letter,
            found,
            words=words,
            told=told,
            automatic=screening.screen(inbound, envelope, self._own),
            bounce=bounces.read(inbound, envelope),
        )

    def read_chat(self, text: str, message_id: str | None = None) -> Report:
        """Understand a chat message: no header, no signature, and the chat itself is a way to reach the sender."""
        inbound = Inbound(message_id, "", None, None, body=text)
        letter = zones.read_chat(text)
        words = quoting.Words(text, "", "", "")
        found = self._run(self._nlp, letter)
        return self._report(
            inbound, letter, found, words=words, told=commands.read(text), automatic=None, bounce=None
        )

    def _report(
        self,
        inbound: Inbound,
        letter: Letter,
        found: Sequence[Candidate],
        *,
        words: quoting.Words,
        told: commands.CommandsRead,
        automatic: Automatic | None,
        bounce: Bounce | None,
    ) -> Report:
        language = written_in.detect(inbound.subject, words.text if words.text.strip() else inbound.body)
        fields = _decide_all(letter, found, in_chinese=language != "en")
        of_products = spans_of(found, Field.PRODUCT)
        named = [fields[field].candidate.span for field in (Field.COMPANY, Field.CONTACT) if field in fields]
        masked = clauses.masked(
            letter.plain, [*filter(None, named), *spans_of(found, Field.PHONE, Field.EMAIL), *of_products]
        )
        is_reply = bool(_is_reply(inbound))
        said = clauses.read(letter, masked, with_model=self._weighs_acts)
        told_now = [clause for clause in said if not (is_reply and clause.zone is Zone.SUBJECT)]
        faults = symptoms.read(letter, told_now, masked, of_products)
        signs = levels.signs(letter, said, of_products)
        kind = kinds.read(letter, told.rest, said, faults, is_reply=is_reply, grave=signs.grave)
        if kind.value == "other" and not is_reply and (faults := symptoms.guess(letter, said, of_products)):
            kind = KindFound("fault", faults[0].confidence)
        faults = symptoms.beside(kind.value, faults)
        values = {field.value: _as_found(letter, decision) for field, decision in fields.items()}
        email = values.get("email") or _sender_address(letter)
        level = levels.read(signs, kind.value, [fault.value for fault in faults])
        return Report(
            inbound=inbound,
            language=language,
            automatic=automatic,
            bounce=bounce,
            text=words.text,
            quoted=words.quoted,
            signature=words.signature,
            company=values.get("company"),
            contact=values.get("contact"),
            phone=values.get("phone"),
            email=email,
            product=values.get("product"),
            place=values.get("place"),
            kind=kind,
            symptoms=faults,
            fault_level=level,
            incident=levels.incident(signs, kind.value, level),
            commands=told.commands,
            missing=_missing(values, kind, faults, is_reply=is_reply),
            problems=(
                *inbound.problems,
                *((f"read for names only up to {LONGEST_ZONE} characters",) if letter.cut else ()),
            ),
        )


def _decide_all(letter: Letter, found: Sequence[Candidate], *, in_chinese: bool) -> dict[Field, Decision]:
    """The winner of each field; the telephone is weighed beside the contact who was chosen."""
    decisions: dict[Field, Decision] = {}
    for field in (Field.COMPANY, Field.CONTACT, Field.EMAIL, Field.PRODUCT, Field.PLACE):
        considered = called.to_be_called(found) if field is Field.CONTACT else found
        if decision := decide(field, considered):
            decisions[field] = decision
    for field in (Field.COMPANY, Field.CONTACT):
        if decision := decisions.get(field):
            decisions[field] = bilingual.as_the_letter_calls_it(
                letter, decision, found, in_chinese=in_chinese
            )
    contact = decisions.get(Field.CONTACT)
    numbers = [
        _beside(
            letter,
            candidate,
            contact.candidate if contact else None,
            is_signers=not called.names_another(found),
        )
        for candidate in found
        if candidate.field is Field.PHONE
    ]
    if decision := decide(Field.PHONE, numbers):
        decisions[Field.PHONE] = decision
    return decisions


_ANOTHER_NUMBER = re.compile(r"\d{5}")


_SIGNERS_NUMBER = 0.25
"""What the number of a signature counts less where somebody else is to be called."""


def _beside(letter: Letter, phone: Candidate, person: Candidate | None, *, is_signers: bool) -> Candidate:
    """A number on the contact's line, or the next, is the contact's; one far away is somebody's.

    `is_signers`: whoever signs is to be called, so that the signature's number is the contact's.
    """
    if person is None or person.span is None or phone.span is None:
        return phone
    contact = person.span
    between = letter.plain[min(contact[1], phone.span[1]) : max(contact[0], phone.span[0])]
    lines = between.count("\n")
    zones_of = letter.zone_at(contact[0]), letter.zone_at(phone.span[0])
    same_zone = zones_of[0] is zones_of[1]
    follows = phone.span[0] >= contact[1]
    bonus = 0.05 if same_zone and lines <= 3 else 0.0
    if not is_signers and zones_of == (Zone.BODY, Zone.SIGNATURE):
        bonus = -_SIGNERS_NUMBER
    if not lines and len(between) < 40:
        bonus = 0.3 if follows and len(between) < 12 and not _ANOTHER_NUMBER.search(between) else 0.16
    return Candidate(
        phone.field, phone.value, phone.span, phone.source, phone.rule, min(0.98, phone.score + bonus)
    )


def _missing(
    values: Mapping[str, Found], kind: KindFound, faults: Sequence[Symptom], *, is_reply: bool
) -> tuple[str, ...]:
    """What of a report's facts (P-20, P-23) the message and the directory do not tell, or not surely enough.

    Whether somebody is asked for it is the policy's business: of a chat no number is needed to answer it.
    """
    if kind.value == "confirmation" or (kind.value == "refusal" and is_reply):
        return ()  # it goes on with a case, which knows them
    sure = {name for name, found in values.items() if found.is_sure}
    lacking = [name for name in ("company", "contact", "phone") if name not in sure]
    if kind.value == "fault" and not faults:
        lacking.append("symptoms")
    return tuple(lacking)


def _as_found(letter: Letter, decision: Decision) -> Found:
    candidate = decision.candidate
    span = letter.printed(candidate.span) if candidate.span else None
    return Found(candidate.value, round(decision.confidence, 2), candidate.source, span)


def _sender_address(letter: Letter) -> Found | None:
    sender = letter.sender
    return Found(sender.address, 1.0, "header", None) if sender and sender.address else None


def _names_anybody(found: Sequence[Candidate]) -> bool:
    return any(candidate.field in (Field.COMPANY, Field.CONTACT) for candidate in found)


def _is_reply(inbound: Inbound) -> bool | None:
    """What the headers say: an answer to something, a first mail, or nobody knows."""
    if inbound.in_reply_to or inbound.references:
        return True
    prefix = inbound.subject.strip().lower()
    return True if prefix.startswith(("re:", "re：", "回复", "答复", "回覆", "aw:", "sv:")) else None
