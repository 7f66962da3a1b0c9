"""A report that a colleague takes for a customer and files by mail: as a form, in free words, or by passing a mail on.

Whoever takes a report, whatever their job, records company, contact and symptoms (SERVICE.md P-23); what they left out
is asked back from them (`parsers.answers` reads their reply). Of a mail that was passed on the customer's own words are
read (LESSONS L-50). The colleague, the people they work with and our own company are never taken for the customer.
"""

from dataclasses import dataclass, replace

from gateway.cases.directory import Directory
from gateway.colleague_report import merging, passed_on
from gateway.colleague_report.house import House
from gateway.colleague_report.merging import Sources
from gateway.messages import Address, Inbound
from gateway.parsers import callers, form, quoting
from gateway.parsers.report import Found, Reader, Report, Vendor

__all__ = ["Filed", "read"]


@dataclass(frozen=True, slots=True)
class Filed:
    """What a colleague filed.

    `report`      about the customer; its `inbound` is the customer's message, written by `customer`, as far as known
    `customer`    the mail address to answer and the name, where given, in the head of a forward, or in the directory
    `original_message_id`, `original_subject`  of the mail that was passed on; it may be on a case already
    `missing`     what the colleague must still say, of company, contact, symptoms (P-23) and phone, in this order
    `is_report`   false for a mail that reports nothing: lunch, thanks, a roster
    `is_passed_on`  whether somebody else's words are in it: attached, forwarded, or quoted under their head
    """

    report: Report
    customer: Address | None
    original_message_id: str | None
    original_subject: str | None
    missing: tuple[str, ...]
    is_report: bool
    is_passed_on: bool = False


def read(
    report: Report,
    inbound: Inbound,
    reader: Reader,
    *,
    vendor: Vendor | None = None,
    directory: Directory | None = None,
) -> Filed:
    """What a colleague's mail to the support address files, in answer to nothing of ours.

    `report` is what `reader` understood of `inbound`. `vendor` and `directory` say who we are and who is known; without
    them only the writer, and who shares their mail domain, is known as ours. Never raises; time linear in the body.
    """
    house = House(inbound.sender or Address(None, ""), vendor, directory or Directory())
    words = quoting.split(inbound.body, is_reply=False)
    note = _own_words(inbound.body, words)
    original = passed_on.find(inbound, words, house)
    subject = "" if original else house.without_us(inbound.subject)
    bare = house.without_us(note)
    noted = reader.read(Inbound(None, subject, None, None, body=bare))
    found = Sources(
        form=house.not_ours(form.read(house.without_writer(note))),
        caller=callers.find(f"{subject}\n{bare}"),
        noted=noted,
        original=reader.read(original) if original else None,
    )
    merged = merging.merge(found, house)
    contact = merging.known_contact(merged, house.directory)
    merged = merging.complete(merged, contact, is_forward=original is not None)
    customer = merging.customer(merged, found, contact, house)
    told = replace(original or replace(inbound, message_id=None), sender=customer, reply_to=())
    merged = replace(
        merged,
        inbound=told,
        text=merged.text if original else note,
        email=Found(customer.address, merging.STATED, "header" if original else "body", None)
        if customer
        else None,
    )
    is_report = report.bounce is None and _reports(report, merged, found, f"{subject}\n{bare}")
    return Filed(
        report=merged,
        customer=customer,
        original_message_id=original.message_id if original else None,
        original_subject=(original.subject or None) if original else None,
        missing=merged.missing if is_report else (),
        is_report=is_report,
        is_passed_on=original is not None,
    )


def _own_words(body: str, words: quoting.Words) -> str:
    """What the colleague wrote: without what they passed on and without their closing, but with all of a form.

    A form ends as a signature does, with a name and a number; where some of one was cut off it is put back.
    """
    text = words.text
    if words.forwarded and words.forwarded in text:
        return text[: text.index(words.forwarded)].strip()
    if words.signature:
        gap = "\n" if f"{text}\n{words.signature}" in body else "\n\n"
        whole = f"{text}{gap}{words.signature}"
        if len(form.read(whole).values) > len(form.read(text).values):
            return whole
    return text


def _reports(report: Report, merged: Report, found: Sources, said: str) -> bool:
    """Whether anything is reported; in doubt it is, for a question too many costs less than a fault lost (P-23)."""
    told = found.form.values
    if "symptoms" in told or ("company" in told and len(told) > 1):
        return True
    if found.original is not None:
        return merged.automatic is None and (merged.kind.value != "confirmation" or bool(merged.symptoms))
    if report.automatic is not None:
        return False
    spoken = callers.speaks_of_report(said)
    if spoken and (found.caller.contact is not None or merged.kind.value in merging.REQUESTS):
        return True
    return bool(merged.symptoms) and (spoken or merged.company is not None)
