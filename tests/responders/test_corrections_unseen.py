"""What a colleague puts right of a report is between ourselves: no letter to anybody outside ever holds it."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.cases import events, lifecycle, saying, steps
from gateway.cases.case import Case, Notice
from gateway.responders.letters import OUTSIDE
from tests.builders import a_case, at, terms
from tests.responders.correspondence import LANGUAGES, SHIPPED, customer
from tests.responders.test_templates import CUSTOMER_NOTICES

SECRET = "不可外传"
WORDS = st.text(st.characters(codec="utf-8"), max_size=12).map(lambda text: f"{SECRET}{text}")
CORRECTIONS = st.lists(
    st.builds(
        events.Corrected,
        field=st.sampled_from([events.COMPANY, events.CONTACT, events.PHONE]),
        value=WORDS,
        customer_id=st.sampled_from([None, "qingshan-bank"]),
        region=st.none() | WORDS,
        alias=st.none() | WORDS,
        by=st.just("he.lan"),
    )
    | st.builds(events.AliasTaught, alias=WORDS, customer_id=st.just("qingshan-bank"), by=st.just("he.lan")),
    min_size=1,
    max_size=4,
)
FOUND_OUT = st.sampled_from([(), ("company",), ("company", "contact", "phone")])


def letters_about(case: Case) -> str:
    """Every letter that a customer could get about this case, in every language."""
    written = (
        SHIPPED.compose(
            Notice(id="1", name=name, to=saying.CUSTOMER), case, customer(language), case.opened_at
        )
        for name in CUSTOMER_NOTICES
        for language in LANGUAGES
    )
    return "\n".join(f"{letter.subject}\n{letter.text}\n{letter.html}" for letter in written)


@settings(max_examples=15)
@given(CORRECTIONS, FOUND_OUT, st.sampled_from(sorted(lifecycle.STATUSES)))
def test_no_correction_ever_reaches_the_customers_eyes(
    corrections: list[events.Event], missing: tuple[str, ...], status: str
) -> None:
    """P-31: whatever is put right, in any order, at any moment of the case; and nothing is said outside about it."""
    case = replace(a_case(), missing=missing, uncertain=dict.fromkeys(missing, "谁知道"), status=status)
    step = steps.advance_together(case, corrections, at("2026-11-23 09:30"), terms())
    assert not [notice for notice in step.notices if notice.to in OUTSIDE]
    assert SECRET not in letters_about(step.case)


def test_the_customer_does_read_what_they_said_themselves() -> None:
    """Or the law above would hold for letters that say nothing."""
    case = a_case()
    assert str(case.contact) in letters_about(case)
