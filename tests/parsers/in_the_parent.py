"""What reads strangers' text in the gateway's own process, where no limit of the confined one holds it."""

from collections.abc import Callable

from gateway import case_number, digest, reply_address
from gateway.channels import imap_envelope
from gateway.messages import Address
from gateway.parsers import subjects, ticket_numbers
from gateway.trust import author, dkim_signature, header_block, results_header
from gateway.trust.evidence import Unfit
from gateway.trust.tags import read_tags

SENDER = Address("", "a@b.example")


def _or_unfit(read: Callable[[str], object]) -> Callable[[str], object]:
    def reading(text: str) -> object:
        try:
            return read(text)
        except Unfit:
            return None

    return reading


def _header(text: str) -> header_block.Letter:
    return header_block.cut(text.encode("utf-8", "replace"))


def _author(head: str, tail: str) -> Callable[[str], object]:
    return _or_unfit(
        lambda text: author.author_domain(
            _header(f"From: {head}{text.replace(chr(10), ' ')}{tail}\n\nx"), SENDER
        )
    )


def _signature(text: str) -> None:
    for field in _header(f"DKIM-Signature: v=1; a=rsa-sha256; d=b.example; b={text}\n\nx").all(
        "dkim-signature"
    ):
        dkim_signature.domain_of(field)
        dkim_signature.claims_a_part(field)


IN_THE_PARENT: dict[str, Callable[[str], object]] = {
    "a header block": _or_unfit(_header),
    "a header field": _or_unfit(lambda text: _header(f"X: {text}\n\nx")),
    "an author": _author("", ""),
    "an author's name": _author('"', '" <a@b.example>'),
    "an author's comment": _author("(", ") <a@b.example>"),
    "Authentication-Results": _or_unfit(
        lambda text: results_header.read_results(f"mx.example; dkim=pass {text}", "mx.example")
    ),
    "DKIM tags": _or_unfit(read_tags),
    "a DKIM signature": _or_unfit(_signature),
    "trace fields": lambda text: imap_envelope.envelope_of(text.encode(), "imap:x", "a@b.example", ""),
    "a return path": lambda text: imap_envelope.envelope_of(
        f"Return-Path: {text}".encode(), "imap:x", "a@b.example", ""
    ),
    "a stand-in": lambda text: imap_envelope.stand_in(text.encode(), "too large"),
    "a digest": lambda text: digest.of_message(text.encode()),
    "case numbers": case_number.find,
    "a subject without numbers": case_number.without,
    "foreign numbers": ticket_numbers.find,
    "the same matter": lambda text: subjects.same_matter(text, text[:-1]),
    "tokens": lambda text: reply_address.tokens_in([text], [text], "support@x.example"),
}
