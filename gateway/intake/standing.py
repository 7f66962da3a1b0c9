"""How a message stands before the matrix of `trust.authority`: who sent it, what it brings, what proves it."""

from gateway import case_number
from gateway.cases.directory import Staff
from gateway.intake.proof import tokens
from gateway.intake.taking import Taking
from gateway.ports import Sent
from gateway.trust.authority import Standing, Token


def standing_of(taking: Taking, staff: Staff | None, sent: Sent | None) -> Standing:
    """`staff` is whom the sender's address belongs to, `sent` the message of ours that one of its tokens names."""
    message = taking.message
    numbers = case_number.find(message.inbound.subject)
    return Standing(
        colleague=staff is not None,
        token=_token(taking, staff, sent),
        authentication=message.authentication.result,
        role=sent.role if sent is not None else None,
        names_a_case=any(taking.work.has_case(number) for number in numbers),
    )


def _token(taking: Taking, staff: Staff | None, sent: Sent | None) -> Token:
    message = taking.message
    if sent is None:
        found = tokens(message.inbound, message.kept.envelope, taking.rules.support)
        return "broken" if found else "none"
    if sent.token_until < message.kept.received_at:
        return "expired"
    bound_to = {taking.sender, staff.email.lower()} if staff is not None else {taking.sender}
    return "valid_bound" if sent.recipient.lower() in bound_to else "valid_other"
