"""What a colleague says was misread of a report: company, contact or phone; and by which name a customer goes, too.

Each function reads the argument of one command ("#公司 青山农商行") and gives the event, or None where the argument
makes no sense. What follows from it for the contract and for the reader is `intake.learning`'s business (P-20, issue 5
"Learning from the desk").
"""

from gateway.cases import events
from gateway.cases.case import Case
from gateway.cases.directory import Directory
from gateway.parsers import form
from gateway.parsers.entities import meant

LONGEST_VALUE = 80


def company(argument: str, case: Case, directory: Directory, by: str) -> events.Corrected | None:
    """The customer whom the name certainly means, by their own name; or the words, for a company we do not know."""
    name = _one_value(argument)
    if name is None:
        return None
    read = case.proposed_alias or case.company or case.uncertain.get(events.COMPANY)
    customer = meant.by_name(directory, name).customer
    if customer is None:
        return events.Corrected(field=events.COMPANY, value=name, alias=read, by=by)
    return events.Corrected(
        field=events.COMPANY,
        value=customer.name,
        customer_id=customer.id,
        region=customer.region,
        alias=read if read and meant.may_be_called(directory, read) else None,
        by=by,
    )


def contact(argument: str, by: str) -> events.Corrected | None:
    """A person's name, as it is written."""
    name = _one_value(argument)
    return events.Corrected(field=events.CONTACT, value=name, by=by) if name else None


def phone(argument: str, by: str) -> events.Corrected | None:
    """The first telephone number of the argument."""
    number = form.phone_in(argument)
    return events.Corrected(field=events.PHONE, value=number, by=by) if number else None


def alias(argument: str, case: Case, directory: Directory, by: str) -> events.AliasTaught | None:
    """The name that was proposed, or another one; for a case whose customer is known, and a name that nobody has."""
    name = _one_value(argument) if argument.strip() else case.proposed_alias
    customer = directory.customers.get(case.customer_id or "")
    if name is None or customer is None or not meant.may_be_called(directory, name):
        return None
    return events.AliasTaught(alias=name, customer_id=customer.id, by=by)


def _one_value(argument: str) -> str | None:
    """The argument's one line without blanks around it; None for nothing, for several lines or for a whole text."""
    value = argument.strip()
    return value if value and "\n" not in value and len(value) <= LONGEST_VALUE else None
