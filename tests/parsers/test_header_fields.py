"""Addresses, ids and dates from fields that follow no grammar."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.messages import Address
from gateway.parsers.header_fields import MAX_ADDRESSES, addresses, date, message_ids, own_message_id

CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@b.cn", [(None, "a@b.cn")]),
        ("Wang Fang <W.Fang@B.CN>", [("Wang Fang", "W.Fang@b.cn")]),
        ('"Wang, Fang" <a@b.cn>, c@d.cn', [("Wang, Fang", "a@b.cn"), (None, "c@d.cn")]),
        ("a@b.cn (Wang (IT) Fang)", [("Wang (IT) Fang", "a@b.cn")]),
        ("Desk: a@b.cn, B <b@b.cn>;, c@d.cn", [(None, "a@b.cn"), ("B", "b@b.cn"), (None, "c@d.cn")]),
        ("undisclosed-recipients:;", []),
        ("<a@b.cn", [(None, "a@b.cn")]),
        ("'Wang Fang' <mailto:a@b.cn>", [("Wang Fang", "a@b.cn")]),
        ("=?utf-8?B?546L6Iqz?= <a@b.cn>", [("王芳", "a@b.cn")]),
        ("MAILER-DAEMON", [("MAILER-DAEMON", "")]),
        ("a@b.cn; c@d.cn", [(None, "a@b.cn"), (None, "c@d.cn")]),
        ("Wang Fang a@b.cn", [("Wang Fang", "a@b.cn")]),
        ("<>", []),
        ("", []),
    ],
)
def test_mailboxes_are_found(text: str, found: list[tuple[str | None, str]]) -> None:
    """Name and address as a reader would tell them."""
    assert addresses(text) == tuple(Address(*one) for one in found)


def test_an_address_field_has_an_end() -> None:
    """L-60: a person for each of a million recipients is an attack."""
    assert len(addresses("a@b.cn," * 5000)) == MAX_ADDRESSES


@pytest.mark.parametrize("text", ["<", "a:b;c;", "(" * 5000, "<[123]@x", '"', "\\", "a@[", ":" * 50])
def test_what_kills_the_standard_library_is_harmless(text: str) -> None:
    """0.10, L-83: IndexError, AttributeError, RecursionError on fields of a few bytes."""
    addresses(text)
    message_ids(text)
    date(text)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("<a@x> <b@x>", ("<a@x>", "<b@x>")),
        ("<a@x><b@x>,<c@x>", ("<a@x>", "<b@x>", "<c@x>")),
        ("Your message of Monday <a@x>", ("<a@x>",)),
        ("a@x, b@x", ("<a@x>", "<b@x>")),
        ("<abc def@x>", ("<abc def@x>",)),
        ("<[123]@x>", ("<[123]@x>",)),
        ("no id here", ()),
    ],
)
def test_ids_are_found_whatever_stands_between_them(text: str, ids: tuple[str, ...]) -> None:
    """L-34, L-83."""
    assert message_ids(text) == ids


def test_an_own_id_may_lack_brackets_and_even_the_at() -> None:
    """Answers come back with brackets, so ours is kept with them."""
    assert own_message_id("k9=&Zt@mail.example") == "<k9=&Zt@mail.example>"
    assert own_message_id("12345") == "<12345>"
    assert own_message_id(" ") is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Tue, 24 Nov 2026 09:15:00 +0800", datetime(2026, 11, 24, 9, 15, tzinfo=CHINA)),
        (
            "24 Nov 2026 (a (nested) comment) 09:15:00 +0800 (CST)",
            datetime(2026, 11, 24, 9, 15, tzinfo=CHINA),
        ),
        ("Tue, 24 Nov 2026 09:15 GMT+0800", datetime(2026, 11, 24, 9, 15, tzinfo=CHINA)),
        ("2026-11-24T09:15:00+08:00", datetime(2026, 11, 24, 9, 15, tzinfo=CHINA)),
        ("2026年11月24日 09:15:00 +0800", datetime(2026, 11, 24, 9, 15, tzinfo=CHINA)),
        ("Tue, 24 Nov 2026 09:15:00", datetime(2026, 11, 24, 9, 15, tzinfo=UTC)),
        ("yesterday", None),
        ("Tue, 99 Nov 2026 09:15:00 +0800", None),
        ("Tue, 24 Nov 2026 09:15:00 +9999", None),
        ("", None),
    ],
)
def test_dates_are_aware_or_absent(text: str, moment: datetime | None) -> None:
    """A time without a zone is read as UTC; rubbish is no date."""
    assert date(text) == moment


@given(st.text(max_size=120))
def test_no_text_raises(text: str) -> None:
    """All three readers are total, and a date always has a zone."""
    addresses(text)
    own_message_id(text)
    moment = date(text)
    assert moment is None or moment.utcoffset() is not None
