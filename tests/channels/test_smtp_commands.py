"""What a command line says, and what is refused instead of raising."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.smtp_commands import (
    Refused,
    check_mail_parameters,
    domain_of,
    is_postmaster,
    read_path,
    split_command,
)


@pytest.mark.parametrize(
    ("argument", "address"),
    [
        ("FROM:<a@plant.example>", "a@plant.example"),
        ("from:<a@plant.example>", "a@plant.example"),
        ("FROM: <a@plant.example>", "a@plant.example"),
        ("FROM:a@plant.example", "a@plant.example"),
        ("FROM:<>", ""),
        ("FROM:<root>", "root"),
        ('FROM:<"a b>c"@plant.example>', '"a b>c"@plant.example'),
        ('FROM:<"say \\"x\\""@plant.example>', '"say \\"x\\""@plant.example'),
        ("FROM:<@relay.example,@other.example:a@plant.example>", "a@plant.example"),
        ("FROM:<a@[192.0.2.1]>", "a@[192.0.2.1]"),
        ("FROM:<张伟@例子.example>", "张伟@例子.example"),
        (f"FROM:<bounce+{'x' * 200}@plant.example>", f"bounce+{'x' * 200}@plant.example"),
    ],
)
def test_a_path_is_read_as_it_was_written(argument: str, address: str) -> None:
    """Senders write paths in many ways, and a bounce must reach exactly the one they wrote."""
    assert read_path("FROM:", argument).address == address


@pytest.mark.parametrize(
    "argument",
    [
        "",
        "FROM",
        "TO:<a@b.example>",
        "FROM:",
        "FROM:<a@b",
        "FROM:a b>",
        "FROM:<a@b@c>",
        "FROM:<a@>",
        "FROM:<<a>>",
        "FROM:<a@b.example>SIZE=1",
        "FROM:<a@b.example> =1",
        "FROM:<a@b.example> SIZE=1 size=2",
        'FROM:<"a>',
    ],
)
def test_a_path_that_cannot_be_read_gets_a_501(argument: str) -> None:
    """A permanent mistake of the sender is told as one, at the command that has it."""
    with pytest.raises(Refused) as refused:
        read_path("FROM:", argument)
    assert refused.value.reply.startswith("501 ")


@given(st.binary(max_size=300))
def test_any_line_is_read_or_refused(line: bytes) -> None:
    """Nothing from outside raises anything but a refusal (RELIABILITY 0.10), and none comes out undecoded."""
    try:
        verb, argument = split_command(line)
    except Refused:
        return
    assert verb == verb.strip().upper()
    assert argument.encode() in line


@given(st.text(alphabet='<>@:",\\ =()ab.[]\t', max_size=60))
def test_any_path_is_read_or_refused(text: str) -> None:
    """The characters that upset address parsers, in every order."""
    try:
        address = read_path("TO:", f"TO:{text}").address
    except Refused:
        return
    assert address in text


def test_a_line_with_control_characters_is_refused() -> None:
    """An address with a CR in it would become a command for the next server (RELIABILITY T9)."""
    for line in (b"MAIL FROM:<a\r@b.example>", b"RCPT TO:<a\0@b.example>", b"NOOP \x1b[2J"):
        with pytest.raises(Refused):
            split_command(line)


def test_the_verb_is_upper_case_and_the_argument_is_trimmed() -> None:
    """Verbs have no case: RFC 5321 section 2.4."""
    assert split_command(b"mail  FROM:<a@b.example> ") == ("MAIL", "FROM:<a@b.example>")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"SIZE": "101"}, "552 5.3.4"),
        ({"SIZE": "9" * 20}, "552 5.3.4"),
        ({"SIZE": "²"}, "501"),
        ({"SIZE": ""}, "501"),
        ({"SIZE": "-1"}, "501"),
        ({"BODY": "BINARYMIME"}, "501"),
        ({"SMTPUTF8": "yes"}, "501"),
        ({"RET": "FULL"}, "555"),
    ],
)
def test_a_parameter_not_offered_or_too_large_is_refused(parameters: dict[str, str], code: str) -> None:
    """A size that will not do is refused before the message is sent (RFC 1870)."""
    with pytest.raises(Refused) as refused:
        check_mail_parameters(parameters, max_size=100)
    assert refused.value.reply.startswith(code)


def test_the_parameters_that_are_offered_are_taken() -> None:
    """What EHLO offers must work."""
    check_mail_parameters({"SIZE": "100", "BODY": "8bitmime", "SMTPUTF8": ""}, max_size=100)


def test_postmaster_is_known_by_its_local_part_only() -> None:
    """RFC 5321 section 4.5.1: with a domain, without, in any case; but nobody who merely sounds like it."""
    assert all(map(is_postmaster, ("postmaster", "Postmaster", "POSTMASTER@gateway.example")))
    assert not any(map(is_postmaster, ("", "postmaster2", "not-postmaster@x.example", "a@postmaster")))


def test_a_log_line_gets_the_domain_and_no_more() -> None:
    """Addresses are personal data and do not belong in logs; a domain of any length must not flood them."""
    assert domain_of("Zhang.Wei@Plant.example") == "plant.example"
    assert domain_of("root") == ""
    assert len(domain_of("a@" + "x" * 2000)) == 255
