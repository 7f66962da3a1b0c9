"""Whether a message was heard before: by another road, or sent again by whoever caught it (RELIABILITY T3, T40, L-46).

The inbox knows the same bytes again, whatever trace headers they gathered. Lists, gateways and mailboxes change more:
so the same person's same words under the same Message-ID are the same mail too. An id alone proves nothing, and a copy
that lies on a case only as unverified stands in nobody's way: a forged mail cannot suppress a real one.

A true mail may also be caught and sent again under another id: then the same words of the same colleague count again
only when they were written after they were first heard. Only a signature travels with the bytes: what was proved by the
way it came cannot be sent again by a stranger.
"""

from gateway.cases.case import Case
from gateway.intake.message import ADDED, Outcome
from gateway.intake.taking import Taking
from gateway.parsers import screening
from gateway.ports import Copy

TRAVELLING = frozenset({"dkim", "authentication-results"})

FOOTER_LINES = 8
"""So many lines at most a mailing list puts below what it passes on."""


def same_mail(taking: Taking) -> Outcome | None:
    """The mail lies on a case already and came once more; None when it is new."""
    message_id = taking.message.inbound.message_id
    if not message_id or not taking.sender:
        return None
    first = next(
        (
            copy
            for copy in taking.work.earlier_copies(message_id, taking.sender)
            if _says_the_same(taking, copy)
        ),
        None,
    )
    if first is None:
        return None
    taking.work.came_again(first.inbox_id, taking.message.kept)
    return Outcome(ADDED, first.case_number, "the same mail, by another road")


def _says_the_same(taking: Taking, copy: Copy) -> bool:
    """Word for word, blanks apart; one of the two may have a list's footer. Files without words are never the same."""
    before, now = _lines(copy.words), _lines(taking.message.report.text)
    if not before or not now:
        return False
    if len(now) > len(before) and not screening.came_through_a_list(taking.message.inbound):
        return False
    shorter, longer = sorted((before, now), key=len)
    return longer[: len(shorter)] == shorter and len(longer) - len(shorter) <= FOOTER_LINES


def _lines(words: str) -> list[str]:
    return [line for line in (" ".join(each.split()) for each in words.splitlines()) if line]


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
