"""Which case a message belongs to, and why.

Only a token made for the sender, or a proved From in a conversation that the sender or a colleague of theirs has on the
case, puts a message on it as the customer's words. Without the proof the words lie there for people to read and decide
nothing: everybody in copy knows the ids and sees the token. Whoever else takes part is put there as a third party, and
everything less certain is a suggestion to the desk (RELIABILITY 2.1, G13, G14, LESSONS 26, 32, 33, 41, 45).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Who = Literal["own", "colleague", "circle", "ours", "other"]
"""Who the sender is in a conversation on a case: one who reported there; a colleague of theirs under one domain;
somebody whom its mails were addressed to, or who addresses those people; one of us; none of these."""

Link = Literal["message", "number"]
"""How a message points to a conversation: it answers a mail of it, or bears the number it has at the customer's."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A conversation on a case that a message goes on with."""

    case_number: str
    who: Who
    link: Link = "message"


@dataclass(frozen=True, slots=True)
class TokenEvidence:
    """A token of ours that verified. `from_bound`: the sender is whom it was made for; `same_house`: a colleague."""

    case_number: str
    role: str
    notice: str
    from_bound: bool
    same_house: bool
    expired: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a message says about where it belongs.

    `proved`: its From is true (RELIABILITY 2.1 rule 3).
    `answered`: conversations that it goes on with, the nearest first.
    `in_subject`: existing case numbers in the subject. `begun_in_chat`: the case of the sender's own chat that a fresh
    mail of theirs goes on with. `open_cases`: the sender's own, the latest first.
    """

    proved: bool = False
    token: TokenEvidence | None = None
    broken_token: bool = False
    answered: Sequence[Answered] = ()
    in_subject: Sequence[str] = ()
    begun_in_chat: str | None = None
    open_cases: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Considered:
    """One thing that was looked at: what `kind` it is, `what` it points to (a case number), and what it is worth."""

    kind: str
    what: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Match:
    """`number`: the case, if certain. `trusted`: the words are the customer's. `suggestion`: perhaps this one.

    `unproved`: the words are in the customer's name, and nothing proves that they are theirs.
    `considered` is all the evidence, the strongest first, also what did not decide.
    """

    reason: str
    number: str | None = None
    trusted: bool = False
    unproved: bool = False
    suggestion: str | None = None
    considered: tuple[Considered, ...] = ()


def find_case(evidence: Evidence) -> Match:
    """The case, or the best suggestion, with the reason in words for journal and desk, and all that was considered."""
    return replace(_chosen(evidence), considered=tuple(_considered(evidence)))


def _considered(evidence: Evidence) -> Iterator[Considered]:
    if evidence.token is not None:
        yield Considered(
            "signed address or id", evidence.token.case_number, _worth(evidence.token, proved=evidence.proved)
        )
    if evidence.broken_token:
        yield Considered("signed address or id", "", "not ours, or damaged")
    for each in evidence.answered:
        yield Considered(_LINKS[each.link], each.case_number, _worth_of(each.who, proved=evidence.proved))
    if evidence.begun_in_chat is not None:
        yield Considered(
            "begun in the sender's chat", evidence.begun_in_chat, "of the same symptoms: decides"
        )
    for number in evidence.in_subject:
        yield Considered("number in the subject", number, "anybody can type it: suggests")
    for number in evidence.open_cases:
        yield Considered("open case of the sender", number, "suggests, where nothing else does")


_LINKS: dict[Link, str] = {
    "message": "answers a message on the case",
    "number": "bears the customer's own number of the case",
}
_WORTH: dict[Who, str] = {
    "own": "the sender's own",
    "colleague": "a colleague's of theirs",
    "circle": "of people they write with: on the case, and not trusted",
    "ours": "one of us goes on with it: shown there",
    "other": "somebody else's: suggests",
}


_UNPROVED = "and nothing proves it: on the case as unverified"


def _worth_of(who: Who, *, proved: bool) -> str:
    if who not in ("own", "colleague"):
        return _WORTH[who]
    return f"{_WORTH[who]}: decides" if proved else f"{_WORTH[who]}, {_UNPROVED}"


def _worth(token: TokenEvidence, *, proved: bool) -> str:
    if token.expired:
        return "expired: suggests"
    if token.from_bound:
        return "from the person it went to: decides"
    if token.same_house and token.role == "customer":
        colleague = "from a colleague of the person it went to"
        return f"{colleague}: decides" if proved else f"{colleague}, {_UNPROVED}"
    return "from somebody else: on the case, and not trusted"


_REASONS: dict[tuple[Link, Who], str] = {
    ("message", "own"): "the sender answers a message of their own conversation on this case",
    ("message", "colleague"): "answers a message on this case, from a colleague of whoever reported it",
    ("number", "own"): "the sender's own number of this case is in the subject",
    ("number", "colleague"): "the number that this case has at the customer's is in the subject, from there",
}


def _chosen(evidence: Evidence) -> Match:
    token = evidence.token
    if token is not None and not token.expired:
        if token.from_bound:
            return Match(
                f"answers our {token.notice}, from the person it went to", token.case_number, trusted=True
            )
        if token.same_house and token.role == "customer":
            return Match(
                f"answers our {token.notice}, from a colleague of the person it went to",
                token.case_number,
                trusted=evidence.proved,
                unproved=not evidence.proved,
            )
        return Match(f"answers our {token.notice}, but from somebody else", token.case_number)
    for each in evidence.answered:
        if each.who in ("own", "colleague"):
            reason = _REASONS[each.link, each.who]
            return Match(reason, each.case_number, trusted=evidence.proved, unproved=not evidence.proved)
    if token is not None:
        return Match("carries a reply address that has expired", suggestion=token.case_number)
    for each in evidence.answered:
        if each.who == "circle":
            reason = "goes on with a conversation on this case, from somebody else who takes part in it"
            return Match(reason, each.case_number)
    if evidence.answered:
        first = evidence.answered[0]
        return Match("answers a message on that case, from somebody else", suggestion=first.case_number)
    if evidence.begun_in_chat is not None:
        return Match("goes on with what the sender began in their chat", evidence.begun_in_chat, trusted=True)
    if evidence.in_subject:
        return Match("names that case in its subject", suggestion=evidence.in_subject[0])
    if evidence.broken_token:
        return Match("carries a reply address that is not ours or was damaged", suggestion=_first(evidence))
    if evidence.open_cases:
        return Match("the sender has that case open", suggestion=_first(evidence))
    return Match("nothing points to an earlier case")


def _first(evidence: Evidence) -> str | None:
    return evidence.open_cases[0] if evidence.open_cases else None
