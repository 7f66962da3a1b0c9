"""Which message of ours a message answers, and which case it belongs to: evidence looked up for `cases.matching`."""

from collections.abc import Sequence

from gateway import case_number, reply_address
from gateway.cases import matching
from gateway.cases.matching import Considered, Evidence, Match, TokenEvidence
from gateway.intake import across, conversing
from gateway.intake.proof import tokens
from gateway.intake.taking import Taking
from gateway.parsers.bounces import Bounce
from gateway.ports import Sent
from gateway.reply_address import Bound

MOST_TOKENS = 10
"""How many reply tokens of one message are looked up; a genuine answer carries one or two."""


def answered(taking: Taking) -> Sent | None:
    """The message of ours that this one answers, if one of its tokens is genuine."""
    return _genuine(taking, _tokens(taking))


def returned(taking: Taking, bounce: Bounce) -> Sent | None:
    """The message of ours that did not arrive; None where the bounce does not prove that it speaks of one (T22, L-21).

    Proof is our signed return path, to which it came, or the signed Message-ID of what it returns; whatever else
    it says or is addressed to is only its sender's text.
    """
    message = taking.message
    signed = reply_address.tokens_in(
        message.kept.envelope.recipients, [bounce.original_message_id or ""], taking.rules.support
    )
    sent = _genuine(taking, signed)
    return sent if sent is not None and sent.token_until >= message.kept.received_at else None


def _genuine(taking: Taking, signed: Sequence[str]) -> Sent | None:
    """What was sent under the first token that we signed."""
    for token in signed[:MOST_TOKENS]:
        sent = taking.work.sent(reply_address.look_up_of(token))
        if sent is None:
            continue
        bound = Bound(sent.id, sent.case_number, sent.recipient, sent.role, sent.notice, sent.token_until)
        if reply_address.verify(taking.rules.keys, token, bound):
            return sent
    return None


def _tokens(taking: Taking) -> tuple[str, ...]:
    message = taking.message
    return tokens(message.inbound, message.kept.envelope, taking.rules.support)


def considered(taking: Taking, sent: Sent | None) -> tuple[Considered, ...]:
    """What speaks for which case, for a message that is placed by other rules: a colleague's, or a program's."""
    return place(taking, sent).considered


def place(taking: Taking, sent: Sent | None) -> Match:
    """Which case the message belongs to, and why; `sent` is the message of ours that it answers.

    All evidence is looked up, also where a token decides: whoever doubts the place sees what spoke against it.
    """
    work, message, sender = taking.work, taking.message, taking.sender
    inbound = message.inbound
    proved = message.authentication.result == "pass"
    token = None
    if sent is not None:
        token = TokenEvidence(
            case_number=sent.case_number,
            role=sent.role,
            notice=sent.notice,
            from_bound=sent.recipient.lower() == sender,
            same_house=conversing.share_a_house(taking.rules, sender, sent.recipient),
            expired=sent.token_until < message.kept.received_at,
        )
    return matching.find_case(
        Evidence(
            proved=proved,
            token=token,
            broken_token=sent is None and bool(_tokens(taking)),
            answered=conversing.answered(work, message, taking.rules),
            in_subject=[number for number in case_number.find(inbound.subject) if work.has_case(number)],
            begun_in_chat=across.begun_in_chat(taking),
            open_cases=across.open_cases(taking),
        )
    )
