"""Whether a colleague's message was heard before: a true one, sent again by whoever caught it (RELIABILITY T40).

The inbox knows the same bytes again; but a header that no signature covers may be added by anybody. So the same words
of the same person count again only when they were written after they were first heard. Only a signature travels with
the bytes: what was proved by the way it came cannot be sent again by a stranger.
"""

from gateway.cases.case import Case
from gateway.intake.taking import Taking

TRAVELLING = frozenset({"dkim", "authentication-results"})


def is_replay(taking: Taking, case: Case) -> bool:
    """Whether these words, or this Message-ID, lie on the case as the sender's already."""
    message = taking.message
    if message.authentication.means not in TRAVELLING:
        return False
    heard = taking.work.said_before(
        case.number, taking.sender, message.inbound.message_id, message.report.text
    )
    if heard is None:
        return False
    same_message, at = heard
    written_at = message.inbound.date
    return same_message or written_at is None or written_at <= at
