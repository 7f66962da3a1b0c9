"""One report of all that a colleague sent: their form, the customer's own mail, who called, their free words.

Of each field the most deliberate source counts, and nothing of ours ever does. What nobody said about a contact whom
the directory knows is taken from there. Source: SERVICE.md P-20, P-23.
"""

from dataclasses import dataclass, replace

from gateway.cases.directory import Contact, Directory
from gateway.colleague_report.house import House, key_of
from gateway.messages import Address
from gateway.parsers import form
from gateway.parsers.answers import ASKED
from gateway.parsers.callers import Caller
from gateway.parsers.form import Form
from gateway.parsers.report import Found, KindFound, LevelFound, Report, Symptom

REQUESTS = ("question", "installation", "training", "inspection", "complaint", "out_of_scope", "quote")
STATED, SPOKEN_OF, KNOWN = 0.97, 0.85, 0.9
"""How sure we are of a form's field, of a caller in a sentence, and of what the directory says."""

_MOST_SYMPTOMS = 12
_LONGEST_SYMPTOM = 200


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a colleague's mail may say something; `original` is the customer's mail, if one was passed on."""

    form: Form
    caller: Caller
    noted: Report
    original: Report | None


def merge(found: Sources, house: House) -> Report:
    """One report: the fields of the best source each, and what is still missing."""
    about = found.original or found.noted
    merged = replace(
        about,
        company=_best("company", found, house),
        contact=_best("contact", found, house),
        phone=_best("phone", found, house),
        product=_best("product", found, house),
        place=_best("place", found, house),
        # Values come from several texts: a span into one of them would point into another.
        symptoms=tuple(replace(symptom, span=None) for symptom in _symptoms(found)),
        kind=_kind(found),
        fault_level=_level(found),
        commands=(),
    )
    return replace(merged, missing=_missing(merged))


def known_contact(report: Report, directory: Directory) -> Contact | None:
    """The directory's contact with this number, or of this name at this company."""
    if report.phone and (found := directory.contact_by_phone(report.phone.value)):
        return found
    if report.company is None or report.contact is None:
        return None
    company, person = key_of(report.company.value), key_of(report.contact.value)
    people = [
        contact
        for customer in directory.customers.values()
        if any(key_of(name) == company for name in (customer.name, *customer.names))
        for contact in customer.contacts
        if key_of(contact.name) == person
    ]
    return people[0] if len(people) == 1 else None


def complete(report: Report, contact: Contact | None, *, is_forward: bool) -> Report:
    """What the directory knows of the contact and nobody said: number, place, and the language to answer in."""
    if contact is None:
        return report
    phone = contact.phones[0] if contact.phones else None
    completed = replace(
        report,
        phone=report.phone or (Found(phone, KNOWN, "directory", None) if phone else None),
        place=report.place or (Found(contact.place, KNOWN, "directory", None) if contact.place else None),
        language=report.language if is_forward or not contact.language else contact.language,
    )
    return replace(completed, missing=_missing(completed))


def customer(report: Report, found: Sources, contact: Contact | None, house: House) -> Address | None:
    """Whom to answer: the address of the form, of the mail passed on, of the free words, or of the directory."""
    name = report.contact.value if report.contact else None
    if address := found.form.get("email"):
        return Address(name, address)
    sender = found.original.inbound.sender if found.original else None
    if sender and sender.address:
        return sender
    for each in (found.original, found.noted):
        if each and each.email and not house.owns(each.email.value):
            return Address(name, each.email.value)
    return Address(contact.name, contact.emails[0]) if contact and contact.emails else None


def _best(field: str, found: Sources, house: House) -> Found | None:
    """The value of a field: the form's, the customer's own, the caller's, the colleague's free words'."""
    if value := found.form.get(field):
        return Found(value, STATED, "body", None)
    in_mail: Found | None = getattr(found.original, field) if found.original else None
    in_note: Found | None = getattr(found.noted, field)
    spoken = {"company": found.caller.company, "contact": found.caller.contact}.get(field)
    called = Found(spoken, SPOKEN_OF, "body", None) if spoken else None
    if field in ("company", "contact") and field in found.form.empty:
        in_note = called = None  # left empty on purpose: what looks like a name elsewhere is a label
    trusts_note = field == "company" and in_note and _knows_better(in_note, found.caller)
    ranked = (in_mail, in_note, called) if trusts_note else (in_mail, called, in_note)
    best = next((each for each in ranked if each and not _is_ours(field, each, house)), None)
    return replace(best, span=None) if best else None


def _is_ours(field: str, found: Found, house: House) -> bool:
    return house.is_ours(field, found.value) or (field == "contact" and house.is_one_of_us(found))


def _knows_better(in_note: Found, caller: Caller) -> bool:
    """Whether the finders saw the same company, in full or from the directory, and not half a sentence about it."""
    if caller.contact and key_of(caller.contact) in key_of(in_note.value):
        return False
    return in_note.source == "directory" or key_of(caller.company or "") in key_of(in_note.value)


def _symptoms(found: Sources) -> tuple[Symptom, ...]:
    """The form's in the colleague's words, a line each; else what the customer states, else what the colleague does."""
    lines = (line.strip(" \t-*•·") for line in (found.form.get("symptoms") or "").split("\n"))
    told = tuple(Symptom(line[:_LONGEST_SYMPTOM], STATED, None) for line in lines if line)[:_MOST_SYMPTOMS]
    return told or (found.original.symptoms if found.original else ()) or found.noted.symptoms


def _kind(found: Sources) -> KindFound:
    """A fault as soon as anybody states one, be it that an old one is not gone; a complaint stays one (P-60)."""
    about = (found.original or found.noted).kind
    if about.value in ("fault", "complaint"):
        return about
    if found.form.get("symptoms") or (about.value in ("refusal", "confirmation") and _symptoms(found)):
        return KindFound("fault", STATED)
    return found.noted.kind if about.value == "other" or found.noted.kind.value == "fault" else about


def _level(found: Sources) -> LevelFound:
    """The level that the colleague names; else the graver of what the customer and the colleague describe."""
    if found.form.level is not None:
        return LevelFound(found.form.level, STATED, (found.form.values["level"],))
    named = form.level_in(f"{found.noted.text}\n{found.noted.signature}")
    if named is not None:
        return LevelFound(named, SPOKEN_OF, ())
    about = (found.original or found.noted).fault_level
    described = [each for each in (about, found.noted.fault_level) if each.evidence]
    return min(described, key=lambda each: each.value, default=about)


def _missing(report: Report) -> tuple[str, ...]:
    """What P-23 requires and nobody said; symptoms only where a fault, or nothing yet, is reported."""
    there = {
        "company": report.company is not None,
        "contact": report.contact is not None,
        "symptoms": bool(report.symptoms) or report.kind.value in REQUESTS,
        "phone": report.phone is not None,
    }
    return tuple(field for field in ASKED if not there[field])
