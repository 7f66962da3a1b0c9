"""What an SMTP or LMTP command line says: pure functions from bytes to meaning, or to the reply that refuses it.

aiosmtpd's own reading goes through the `email` package's header parser, which raises on tiny hostile inputs
(RELIABILITY 0.10); here every line gets an answer, in time proportional to its length.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

# Quoted or plain local part, then a domain or address literal that may be missing (bare `postmaster`).
_MAILBOX = r'(?:"(?:[^"\\]|\\.)*"|[^\s<>"\\@]+)(?:@[^\s<>"\\@]+)?'
# A source route (`<@relay.example:user@host>`) is understood and dropped: RFC 5321 appendix C.
_PATH = re.compile(rf"\s*(?:<(?:@[^\s<>:]+:)?(?P<path>{_MAILBOX}|)>|(?P<bare>{_MAILBOX}))(?P<rest>\s.*)?")
_PARAMETER = re.compile(r"(?P<keyword>[A-Za-z0-9][A-Za-z0-9-]*)(?:=(?P<value>[^\s=]+))?")
_SIZE = re.compile(r"[0-9]{1,20}")


class Refused(Exception):
    """The line is refused; `reply` is the whole reply to give."""

    def __init__(self, reply: str) -> None:
        super().__init__(reply)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Path:
    """An address from MAIL or RCPT, without its brackets (empty for `<>`), and the ESMTP parameters behind it."""

    address: str
    parameters: Mapping[str, str]


def split_command(line: bytes) -> tuple[str, str]:
    """A command line without its line end -> (verb in upper case, argument without outer blanks).

    Raises Refused for bytes that are not UTF-8 (RFC 6531 section 3.3) and for control characters.
    """
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        raise Refused("500 5.5.2 Commands are ASCII or UTF-8") from None
    if _CONTROL.search(text):
        raise Refused("500 5.5.2 Control characters are not allowed")
    verb, _, argument = text.partition(" ")
    return verb.upper(), argument.strip()


def read_path(keyword: str, argument: str) -> Path:
    """The argument of `MAIL` (keyword "FROM:") or `RCPT` (keyword "TO:"): RFC 5321 section 4.1.2.

    Takes more than the grammar where that is harmless: blanks after the colon, no brackets, any length of
    local part. Raises Refused.
    """
    if argument[: len(keyword)].upper() != keyword:
        raise Refused(f"501 5.5.4 Syntax: {keyword}<address>")
    match = _PATH.fullmatch(argument, len(keyword))
    if match is None:
        raise Refused("501 5.1.3 The address cannot be read")
    address = match["path"] if match["path"] is not None else match["bare"]
    return Path(address, _parameters(match["rest"] or ""))


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in text.split():
        match = _PARAMETER.fullmatch(word)
        if match is None or match["keyword"].upper() in found:
            raise Refused("501 5.5.4 The parameters cannot be read")
        found[match["keyword"].upper()] = match["value"] or ""
    return found


def check_mail_parameters(parameters: Mapping[str, str], max_size: int) -> None:
    """Refuse (raises Refused) what MAIL asks for and EHLO did not offer, or a declared size over `max_size` bytes.

    SIZE: RFC 1870 section 6.1. BODY: RFC 6152. SMTPUTF8: RFC 6531 section 3.4.
    """
    for keyword, value in parameters.items():
        match keyword:
            case "SIZE" if _SIZE.fullmatch(value):
                if int(value) > max_size:
                    raise Refused("552 5.3.4 The message is larger than this server takes")
            case "BODY" if value.upper() in {"7BIT", "8BITMIME"}:
                pass
            case "SMTPUTF8" if not value:
                pass
            case "SIZE" | "BODY" | "SMTPUTF8":
                raise Refused(f"501 5.5.4 {keyword} has a value that cannot be read")
            case _:
                raise Refused("555 5.5.4 A parameter of MAIL is not offered here")


def is_postmaster(address: str) -> bool:
    """Whether this is `postmaster`, with a domain or bare, in any case: always accepted (RFC 5321 section 4.5.1)."""
    local_part = address.rpartition("@")[0] or address
    return local_part.lower() == "postmaster"


def domain_of(address: str) -> str:
    """The domain alone, short enough for a log line; empty where there is none."""
    _, at, domain = address.rpartition("@")
    return domain.lower()[:255] if at else ""
