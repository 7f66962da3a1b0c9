"""The signed token: made and checked by one module, bound to everything that must not change."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway import reply_address
from gateway.reply_address import Bound

SUPPORT = "support@vendor.example"
KEY, OLDER_KEY = b"k" * 64, b"o" * 64
BOUND = Bound(
    look_up="abcdefgh",
    case_number="C261123-000018",
    address="li.lei@customer.example",
    role="customer",
    notice="receipt",
    until=datetime(2027, 11, 23, tzinfo=UTC),
)
TOKEN = reply_address.sign(KEY, BOUND)


def test_a_token_is_short_enough_for_every_mail_server() -> None:
    """24 letters of base32; with a support address of 32 the local part stays under RFC 5321's 64."""
    assert re.fullmatch(r"[a-z2-7]{24}", TOKEN)
    assert len(f"{'s' * 32}+{TOKEN}") < 64


def test_a_token_verifies_for_exactly_what_it_was_made_for_in_any_case() -> None:
    """Mail servers may change the case of a local part."""
    assert reply_address.verify([KEY], TOKEN, BOUND)
    assert reply_address.verify([KEY], TOKEN.upper(), BOUND)
    assert reply_address.verify([KEY], TOKEN, replace(BOUND, address="Li.Lei@Customer.example"))


@pytest.mark.parametrize(
    "changed",
    [
        replace(BOUND, look_up="abcdefgi"),
        replace(BOUND, case_number="C261123-000026"),
        replace(BOUND, address="other@customer.example"),
        replace(BOUND, role="engineer"),
        replace(BOUND, notice="new_case"),
        replace(BOUND, until=BOUND.until + timedelta(seconds=1)),
    ],
    ids=["look_up", "case", "address", "role", "notice", "expiry"],
)
def test_a_token_is_worth_nothing_for_anything_else(changed: Bound) -> None:
    """Bound to case, recipient, role, purpose and expiry (RELIABILITY 2.1)."""
    assert not reply_address.verify([KEY], TOKEN, changed)


def test_one_wrong_letter_anywhere_is_noticed() -> None:
    """Eighty bits of HMAC and the look-up id."""
    for place in range(24):
        wrong = TOKEN[:place] + ("a" if TOKEN[place] != "a" else "b") + TOKEN[place + 1 :]
        assert not reply_address.verify([KEY], wrong, BOUND)


def test_fields_cannot_be_shifted_into_each_other() -> None:
    """ "ab" + "c" must not sign like "a" + "bc"."""
    one = replace(BOUND, role="customer", notice="receipt")
    two = replace(BOUND, role="customerr", notice="eceipt")
    assert reply_address.sign(KEY, one) != reply_address.sign(KEY, two)


def test_keys_are_changed_without_losing_replies() -> None:
    """The first signs, all verify; a key that is gone verifies no more."""
    old = reply_address.sign(OLDER_KEY, BOUND)
    assert reply_address.verify([KEY, OLDER_KEY], old, BOUND)
    assert not reply_address.verify([KEY], old, BOUND)


def test_the_address_of_a_reply_and_our_message_id_carry_the_token() -> None:
    """One token in both, since plus-addresses do not survive everywhere (L-40)."""
    address = reply_address.reply_to(SUPPORT, TOKEN)
    assert address == f"support+{TOKEN}@vendor.example"
    assert reply_address.tokens_in([address], [], SUPPORT) == (TOKEN,)
    own_id = reply_address.message_id(TOKEN, "vendor.example")
    assert reply_address.tokens_in([], [own_id], SUPPORT) == (TOKEN,)
    assert reply_address.look_up_of(TOKEN) == BOUND.look_up


def test_tokens_are_found_once_nearest_first_and_only_on_our_own_domain() -> None:
    """Another host's message ids may look like ours."""
    other = "b" * 24
    found = reply_address.tokens_in(
        [
            f"Support+{TOKEN.upper()}@VENDOR.example",
            "support@vendor.example",
            f"support+{other}@evil.example",
        ],
        [f"<{TOKEN}@vendor.example>", f"<{other}@evil.example>", f"<{other}@vendor.example>", "", "<", "<@>"],
        SUPPORT,
    )
    assert found == (TOKEN, other)


@pytest.mark.parametrize("part", ["a" * 23, "a" * 25, "a" * 23 + "1", "a" * 23 + "é", "", "+" * 24])
def test_what_has_not_a_tokens_shape_is_none(part: str) -> None:
    """Nothing is looked up for it."""
    assert (
        reply_address.tokens_in([f"support+{part}@vendor.example"], [f"<{part}@vendor.example>"], SUPPORT)
        == ()
    )


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("support@vendor.example", True),
        ("SUPPORT@Vendor.Example", True),
        ("support+anything@vendor.example", True),
        ("support+@vendor.example", True),
        ("supporter@vendor.example", False),
        ("support@other.example", False),
        ("support@vendor.example.evil", False),
        ("support", False),
        ("", False),
    ],
)
def test_mail_to_the_support_address_is_ours_with_any_token_or_none(address: str, ours: bool) -> None:
    """A broken token is accepted and reviewed, never refused (ARCHITECTURE "Trust")."""
    assert reply_address.is_ours(address, SUPPORT) is ours


def test_hostile_tokens_are_compared_without_an_exception() -> None:
    """hmac.compare_digest refuses non-ASCII text; ours must answer."""
    assert not reply_address.verify([KEY], "é" * 24, BOUND)
    assert not reply_address.verify([KEY], "", BOUND)
    assert not reply_address.verify([], TOKEN, BOUND)
