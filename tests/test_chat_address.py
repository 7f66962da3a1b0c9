"""Where a chat is, as text: read back as it was, compared in lower case, and never mistaken for a mailbox."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import chat_address
from gateway.chat_address import ChatAddress

IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(IDS, IDS, st.booleans(), st.none() | IDS)
def test_whatever_ids_a_service_has_the_address_is_read_back(
    account: str, chat: str, is_group: bool, topic: str | None
) -> None:
    """And stands in lower case without an @, since mailboxes are compared so."""
    address = ChatAddress("wecom", account, chat, is_group, topic)
    written = str(address)
    if len(written) <= chat_address.LONGEST:
        assert chat_address.read(written) == address
    assert written == written.lower()
    assert "@" not in written


@pytest.mark.parametrize(
    ("address", "written"),
    [
        (ChatAddress("telegram", "71", "52"), "telegram:71/52"),
        (ChatAddress("telegram", "71", "1001", is_group=True, topic="7"), "telegram:71/-1001/7"),
        (ChatAddress("wecom", "", "ZhangSan"), "wecom:/~zhang~san"),
        (ChatAddress("wecom", "", "-52"), "wecom:/%2d52"),
        (ChatAddress("dingtalk", "", "cid/a+B=", is_group=True), "dingtalk:/-cid%2fa%2b~b%3d"),
    ],
)
def test_an_address_names_channel_account_and_chat(address: ChatAddress, written: str) -> None:
    """A person who is called like a group is no group."""
    assert str(address) == written
    assert chat_address.read(written) == address
    assert address.is_private is not address.is_group


@pytest.mark.parametrize(
    "text",
    [
        *("", "telegram", "telegram:", "telegram:71", "telegram:71/", "telegram:71/-", ":/x", "wecom:/x/"),
        *(
            "wecom:/ZhangSan",
            "wecom:/%5A",
            "wecom:/%5a",
            "wecom:/%",
            "wecom:/%zz",
            "wecom:/a~",
            "wecom:/x/y/z",
        ),
        *("zhou.min@qingshan-bank.example", "telegram:71/52@x.example", "wecom:/x\n", "wecom:/x y", "9:/x"),
        *("a" * 16 + ":/x", "wecom:/" + "x" * 80, "wecom:/" + "~a" * 4_000_000),
    ],
)
def test_what_no_channel_writes_is_no_chat(text: str) -> None:
    """One chat has one spelling, so that nobody has two of them."""
    assert chat_address.read(text) is None
