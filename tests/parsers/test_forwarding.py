"""The message inside a forward: whoever drew its head, the same sender, date, subject and words come out of it."""

import tomllib
from pathlib import Path

import pytest

from gateway.messages import Address
from gateway.parsers import forwarding, quoting
from gateway.parsers.forwarding import Forwarded

ADA = Address("Ada Quill", "ada@quill.example")
MIN = Address("邹敏", "zou.min@qinglan.example")


def inner(body: str) -> Forwarded:
    """The message that this one carries."""
    found = forwarding.inner(quoting.split(body, is_reply=False))
    assert found is not None
    return found


HEADS = tomllib.loads(Path(__file__).with_name("forward_heads.toml").read_text("utf-8"))


@pytest.mark.parametrize("head", HEADS["english"].values(), ids=HEADS["english"])
@pytest.mark.parametrize("note", ["", "Please see below.\n\n"])
def test_every_english_head_says_the_same(head: str, note: str) -> None:
    """With a note above it or none."""
    found = inner(f"{note}{head}\nThe VPN is down.\n\nAda")
    assert (found.sender, found.subject, found.body) == (ADA, "down", "The VPN is down.\n\nAda")
    assert found.date is not None
    assert "2" in found.date
    assert [person.address for person in found.to] == ["d@v.example"]


@pytest.mark.parametrize("head", HEADS["chinese"].values(), ids=HEADS["chinese"])
@pytest.mark.parametrize("note", ["", "请处理。\n\n"])
def test_every_chinese_head_says_the_same(head: str, note: str) -> None:
    """Both scripts, all widths of colon, and a table."""
    found = inner(f"{note}{head}\n堡垒机登录不上。\n邹敏")
    assert (found.sender, found.subject, found.body) == (MIN, "登录不上", "堡垒机登录不上。\n邹敏")
    assert found.date is not None
    assert found.date.startswith("2026")
    assert [person.address for person in found.to] == ["d@v.example"]


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 2 Mar 2026 at 09:12, Ada Quill <ada@quill.example> wrote:",
        "在 2026年3月2日 09:12，Ada Quill <ada@quill.example> 写道：",
        "Ada Quill <ada@quill.example> 于2026年3月2日周一 09:12写道：",
        "於 2026年3月2日 週一 上午9:12，Ada Quill <ada@quill.example> 寫道：",
    ],
)
def test_an_attribution_is_a_head_of_one_line(attribution: str) -> None:
    """Whoever puts us in copy of an answer passes the customer's mail on as well."""
    found = inner(f"Adding support.\n\n{attribution}\n> The VPN is down.\n>\n> Ada")
    assert (found.sender, found.body) == (ADA, "The VPN is down.\n\nAda")


def test_quote_marks_of_the_wrapper_go_and_those_of_the_message_stay() -> None:
    """Apple Mail quotes all of the forward once; what the customer quoted was quoted before."""
    found = inner(
        "Begin forwarded message:\n\n> From: Ada Quill <ada@quill.example>\n> Date: 2 March 2026\n> Subject: down\n>\n"
        "> Still down.\n> > Is it better?"
    )
    assert found.body == "Still down.\n> Is it better?"


def test_what_is_no_mailbox_names_nobody() -> None:
    """Chinese Outlook leaves font names that begin with an @ (L-50, freescout#5480)."""
    found = inner(
        '发件人: \\@DengXian 邹敏 @font-face\n发送时间: 2026-03-02\n收件人: "@等线"\n主题: x\n\n登录不上'
    )
    assert found.sender is not None
    assert found.sender.address == ""
    assert found.to == ()


def test_a_head_without_an_address_still_names_somebody() -> None:
    """Exchange shows the name alone."""
    found = inner("From: Ada Quill\nSent: 2 March 2026\nTo: Desk\nSubject: down\n\nThe VPN is down.")
    assert found.sender == Address("Ada Quill", "")


def test_a_wrapped_list_of_recipients_is_one_list() -> None:
    """The second line of a field belongs to the first, and nobody is named twice."""
    found = inner(
        "From: Ada Quill <ada@quill.example>\nSent: 2 March 2026\nTo: A <a@v.example>;\n B <b@v.example>; a@v.example\n"
        "Subject: down\n\nThe VPN is down."
    )
    assert found.to == (Address("A", "a@v.example"), Address("B", "b@v.example"))


def test_a_chain_is_unwrapped_one_by_one_and_not_for_ever() -> None:
    """A forward of a forward names both; one of fifty is followed for ten."""
    head = "From: P{0} <p{0}@v.example>\nSent: 2 March 2026\nTo: x@v.example\nSubject: s{0}\n\n"
    words = quoting.split(
        "".join(head.format(number) for number in range(50)) + "The VPN is down.", is_reply=False
    )
    senders = [message.sender.address for message in forwarding.chain(words) if message.sender]
    assert senders == [f"p{number}@v.example" for number in range(forwarding.MOST_LEVELS)]


@pytest.mark.parametrize(
    "body", ["", "The VPN is down.", "From: me\n\nno head", "a > b\n> c", "Regards,\nAda\nada@quill.example"]
)
def test_a_mail_that_carries_none_has_no_inner_message(body: str) -> None:
    """A first mail is nobody's forward."""
    assert forwarding.inner(quoting.split(body, is_reply=False)) is None


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Fw: 转发：登录不上", "登录不上"),
        ("FWD:Fwd: [FWD] down", "down"),
        ("轉寄: 回覆: 當機", "回覆: 當機"),
        ("Re: down", "Re: down"),
        ("Fwoosh: down", "Fwoosh: down"),
        ("", ""),
    ],
)
def test_the_prefixes_of_forwarding_are_taken_off_a_subject(subject: str, bare: str) -> None:
    """What the customer wrote above their mail is the case's subject; that it was an answer stays to be seen (L-30)."""
    assert forwarding.bare_subject(subject) == bare
