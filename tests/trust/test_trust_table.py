"""The `[trust]` table: what is shipped, and what would widen trust by mistake."""

from ipaddress import ip_network

import pytest
from pydantic import ValidationError

from gateway.config import Config
from gateway.trust.budget import Limits
from gateway.trust.rules import TrustRules
from gateway.trust_rows import TrustSection


def test_what_is_shipped_trusts_this_machine_and_its_own_checks_only(shipped_config: Config) -> None:
    """`make run` works, and nothing from outside is believed that the owner did not name."""
    assert shipped_config.trust.rules == TrustRules()
    assert shipped_config.trust.limits == Limits()
    assert shipped_config.trust.hold_hours == 24


@pytest.mark.parametrize(
    "half",
    [{"authserv_id": "mx.example"}, {"border_strips": True}, {"trusted_sources": {"lmtp"}}],
)
def test_half_a_word_for_the_border_is_a_mistake(half: dict[str, object]) -> None:
    """T6: believing results that nobody strips, or from everywhere, is believing everybody."""
    with pytest.raises(ValidationError, match="only together"):
        TrustSection.model_validate(half)


def test_networks_are_networks() -> None:
    """A slip in one is found before the first mail comes."""
    assert TrustSection.model_validate({"border_hosts": ["10.1.0.0/16"]}).rules.border_hosts == (
        ip_network("10.1.0.0/16"),
    )
    with pytest.raises(ValidationError):
        TrustSection.model_validate({"border_hosts": ["10.1.0.0/99"]})
