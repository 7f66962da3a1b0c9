"""Which case a message belongs to: a verified token or the sender's own message decides, everything else suggests."""

import pytest

from gateway.cases.matching import Answered, Evidence, Match, TokenEvidence, find_case

OURS = "C261123-000018"
OTHER = "C261120-000026"


def token(
    *, from_bound: bool = True, same_house: bool = True, expired: bool = False, role: str = "customer"
) -> TokenEvidence:
    return TokenEvidence(OURS, role, "first_reply", from_bound, same_house, expired)


def decided(match: Match) -> tuple[str | None, bool, str | None]:
    return match.number, match.trusted, match.suggestion


def test_our_token_from_whom_we_wrote_to_decides() -> None:
    """RELIABILITY 2.1: the token is bound to the address it was sent to."""
    assert decided(find_case(Evidence(token=token()))) == (OURS, True, None)


def test_a_colleague_of_the_customer_is_trusted_too() -> None:
    """L-33: the colleague in copy answers before anybody else; same organisation, same case."""
    assert decided(find_case(Evidence(proved=True, token=token(from_bound=False)))) == (OURS, True, None)


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(token=token(from_bound=False)),
        Evidence(answered=[Answered(OURS, "own")]),
        Evidence(answered=[Answered(OURS, "colleague")]),
    ],
)
def test_what_nothing_proves_lies_on_the_case_and_is_not_the_customers(evidence: Evidence) -> None:
    """G13, G14: a From line is anybody's, the id and the token were seen by everybody in copy."""
    match = find_case(evidence)
    assert (match.number, match.trusted, match.unproved) == (OURS, False, True)
    assert "nothing proves it" in match.considered[0].verdict


def test_a_stranger_with_our_token_is_put_on_the_case_but_not_trusted() -> None:
    """L-41: a token is seen by everybody in copy; somebody else who holds it becomes no customer."""
    match = find_case(Evidence(token=token(from_bound=False, same_house=False)))
    assert decided(match) == (OURS, False, None)


def test_a_colleague_of_ours_does_not_inherit_another_ones_token() -> None:
    """The staff side's rights are a person's, not a house's."""
    match = find_case(Evidence(token=token(from_bound=False, role="engineer")))
    assert decided(match) == (OURS, False, None)


def test_an_expired_token_only_suggests() -> None:
    """Accepted for review, never refused, never certain."""
    assert decided(find_case(Evidence(token=token(expired=True)))) == (None, False, OURS)


def test_a_reply_to_ones_own_message_decides() -> None:
    """L-33: "and one more thing", before our acknowledgement has arrived."""
    answered = [Answered(OURS, "own")]
    assert decided(find_case(Evidence(proved=True, answered=answered))) == (OURS, True, None)


def test_a_reply_to_somebody_elses_message_only_suggests() -> None:
    """A copied Message-ID proves nothing about who writes."""
    assert decided(find_case(Evidence(answered=[Answered(OURS, "other")]))) == (None, False, OURS)


def test_the_own_message_is_found_behind_a_foreign_one() -> None:
    """Every reference counts (L-32), not only the nearest."""
    answered = [Answered(OTHER, "other"), Answered(OURS, "own")]
    assert decided(find_case(Evidence(proved=True, answered=answered))) == (OURS, True, None)


def test_a_colleague_of_the_reporter_goes_on_with_their_conversation() -> None:
    """L-33: the colleague in copy answers the customer's own mail."""
    answered = [Answered(OURS, "colleague")]
    assert decided(find_case(Evidence(proved=True, answered=answered))) == (OURS, True, None)


def test_whoever_else_takes_part_is_put_on_the_case_and_not_trusted() -> None:
    """L-41: in copy, or writing to the same people; a person decides what it is worth."""
    assert decided(find_case(Evidence(answered=[Answered(OURS, "circle")]))) == (OURS, False, None)


def test_the_senders_own_conversation_is_preferred_to_one_they_are_in_copy_of() -> None:
    """A poisoned reference must not draw a customer's mail away from their case (T3)."""
    answered = [Answered(OTHER, "circle"), Answered(OURS, "own")]
    assert decided(find_case(Evidence(proved=True, answered=answered))) == (OURS, True, None)


def test_the_customers_own_number_decides_only_for_their_house() -> None:
    """L-45: learned per customer; elsewhere the same number means nothing."""
    answered = [Answered(OURS, "own", "number")]
    assert decided(find_case(Evidence(proved=True, answered=answered))) == (OURS, True, None)
    assert decided(find_case(Evidence(answered=[Answered(OURS, "other", "number")]))) == (None, False, OURS)


def test_a_number_in_the_subject_only_suggests() -> None:
    """L-26, T2: anybody can type a number."""
    assert decided(find_case(Evidence(in_subject=[OURS]))) == (None, False, OURS)


def test_an_open_case_of_the_sender_only_suggests_the_latest() -> None:
    """Their printer may have broken as well."""
    assert decided(find_case(Evidence(open_cases=[OURS, OTHER]))) == (None, False, OURS)


def test_a_broken_token_is_looked_at_by_a_person() -> None:
    """With the sender's open case as suggestion where there is one."""
    assert decided(find_case(Evidence(broken_token=True))) == (None, False, None)
    assert decided(find_case(Evidence(broken_token=True, open_cases=[OURS]))) == (None, False, OURS)


def test_nothing_at_all_opens_a_case_of_its_own() -> None:
    """And says so."""
    match = find_case(Evidence())
    assert decided(match) == (None, False, None)
    assert match.reason == "nothing points to an earlier case"


def test_the_strongest_evidence_wins() -> None:
    """A genuine token outweighs everything that somebody may have typed or quoted."""
    everything = Evidence(
        token=token(), answered=[Answered(OTHER, "other")], in_subject=[OTHER], open_cases=[OTHER]
    )
    assert find_case(everything).number == OURS


def test_a_match_keeps_all_that_was_considered_also_what_did_not_decide() -> None:
    """Whoever doubts where a mail lies must see what spoke for other cases (L-26, L-31)."""
    everything = Evidence(
        token=token(), answered=[Answered(OTHER, "other")], in_subject=[OTHER], open_cases=[OURS, OTHER]
    )
    considered = find_case(everything).considered
    assert [(each.what, each.verdict.rpartition(": ")[2]) for each in considered[:3]] == [
        (OURS, "decides"),
        (OTHER, "suggests"),
        (OTHER, "suggests"),
    ]
    assert [each.what for each in considered[3:]] == [OURS, OTHER]


@pytest.mark.parametrize(
    ("given", "proved", "verdict"),
    [
        (token(), False, "decides"),
        (token(from_bound=False), True, "decides"),
        (token(from_bound=False), False, "unverified"),
        (token(from_bound=False, same_house=False), True, "not trusted"),
        (token(expired=True), True, "suggests"),
    ],
)
def test_the_verdict_on_a_token_is_what_it_led_to(given: TokenEvidence, proved: bool, verdict: str) -> None:
    """L-41: the explanation must not promise more than the decision gave."""
    match = find_case(Evidence(proved=proved, token=given))
    assert match.considered[0].verdict.endswith(verdict)
    assert (match.number is not None and match.trusted) == (verdict == "decides")


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(token=token()),
        Evidence(token=token(from_bound=False)),
        Evidence(token=token(from_bound=False, same_house=False)),
        Evidence(token=token(expired=True)),
        Evidence(answered=[Answered(OURS, "own")]),
        Evidence(answered=[Answered(OURS, "other")]),
        Evidence(answered=[Answered(OURS, "colleague")]),
        Evidence(answered=[Answered(OURS, "circle")]),
        Evidence(answered=[Answered(OURS, "own", "number")]),
        Evidence(answered=[Answered(OURS, "colleague", "number")]),
        Evidence(in_subject=[OURS]),
        Evidence(open_cases=[OURS]),
        Evidence(broken_token=True),
    ],
)
def test_every_match_gives_its_reason(evidence: Evidence) -> None:
    """The desk reads why, in words."""
    assert len(find_case(evidence).reason.split()) >= 4
