"""What our border server found, where its Authentication-Results can be told from a stranger's (RFC 8601).

Read by a scanner of our own. The grammar we need is a list of `method=result` with properties; the `authres` package
reads more than that by regular expressions, and raises on what it does not know. Ours is one pass, and a field that is
not written as RFC 8601 says is no evidence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.messages import Envelope
from gateway.trust.author import domain_name
from gateway.trust.evidence import Unfit
from gateway.trust.header_block import Field, Letter, without_comments
from gateway.trust.rules import TrustRules

MAX_RESULTS = 50
_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;="]+)|([;=]))', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """One method's result, lower case both; `properties` by `ptype.property`, as written."""

    method: str
    result: str
    properties: dict[str, str]


def findings(letter: Letter, envelope: Envelope, rules: TrustRules) -> tuple[Finding, ...]:
    """What our border says of this message; nothing where it could be somebody else's word (RELIABILITY 2.1 rule 3).

    Of several fields of one server (each of its filters may write one) the uppermost decides about a method.
    """
    if not (rules.authserv_id and rules.border_strips and envelope.source in rules.trusted_sources):
        return ()
    decided: dict[str, list[Finding]] = {}
    for field in _topmost(letter, rules):
        found = read_results(field.text, rules.authserv_id)
        for method in dict.fromkeys(each.method for each in found):
            decided.setdefault(method, [each for each in found if each.method == method])
    return tuple(each for several in decided.values() for each in several)


def _topmost(letter: Letter, rules: TrustRules) -> Iterator[Field]:
    """Our server's fields that no Received divides, above the first Received that is not of one of our hosts."""
    begun = False
    for field in letter.fields:
        if field.key == "received" and (begun or not _is_ours(field, rules)):
            return
        if field.key == "authentication-results" and authserv_id_of(field.text) == rules.authserv_id.lower():
            begun = True
            yield field


def _is_ours(received: Field, rules: TrustRules) -> bool:
    """Whether one of our hosts wrote this Received: its name stands behind `by`."""
    try:
        words = without_comments(received.text).lower().split()
    except Unfit:
        return False
    host = words[words.index("by") + 1].rstrip(";.") if "by" in words[:-1] else ""
    return any(
        host == name.lower() or (name.startswith(".") and host.endswith(name.lower()))
        for name in rules.border_names
    )


def authserv_id_of(text: str) -> str | None:
    """Who wrote an Authentication-Results, in lower case; None where that cannot be read."""
    try:
        found = _TOKEN.match(without_comments(text))
    except Unfit:
        return None
    return (found[1] or found[2] or "").lower() or None if found else None


def read_results(text: str, authserv_id: str) -> tuple[Finding, ...]:
    """The results of one field, at most 50; none where it is of another server, another version or not well formed."""
    try:
        first, *rest = _statements(without_comments(text))
    except Unfit:
        return ()
    if not first or first[0].lower() != authserv_id.lower() or first[1:] not in ([], ["1"]):
        return ()
    found = [_finding(statement) for statement in rest if statement and statement != ["none"]]
    good = [each for each in found if each is not None]
    return tuple(good) if len(good) == len(found) <= MAX_RESULTS else ()


def _statements(text: str) -> list[list[str]]:
    """The words between semicolons, with `=` as a word; quoted strings without their quotes."""
    statements: list[list[str]] = [[]]
    position = 0
    text = text.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise Unfit("it has half a quoted string in it")
        position = token.end()
        quoted, word, mark = token.groups()
        if mark == ";":
            statements.append([])
        elif quoted is not None:
            statements[-1].append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            statements[-1].append(word or mark)
    return statements


def _finding(words: list[str]) -> Finding | None:
    """`method[/1] = result` and then triples of `property = value`."""
    if len(words) % 3 or words[1::3] != ["="] * (len(words) // 3):
        return None
    names, values = words[::3], words[2::3]
    method, _, version = names[0].lower().partition("/")
    if version not in ("", "1"):
        return None
    properties = {
        name.lower(): value for name, value in zip(names[1:], values[1:], strict=True) if name != "reason"
    }
    return Finding(method, values[0].lower(), properties)


def domain_of(finding: Finding) -> str | None:
    """The domain for which a finding of DKIM, SPF or DMARC speaks, lower case."""
    names = {
        "dkim": ("header.d", "header.i"),
        "spf": ("smtp.mailfrom",),
        "dmarc": ("header.from",),
    }
    written = [finding.properties.get(name) for name in names.get(finding.method, ())]
    value = next((each for each in written if each), "")
    return domain_name(value.rpartition("@")[2])
