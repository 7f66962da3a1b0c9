"""An invitation as words: what, when, where, from whom (iCalendar, RFC 5545).

Calendars mail invitations whose text is only in the calendar part. No calendar is kept here: times are shown as they
were written, with the zone they name.
"""

import re
from collections.abc import Iterator
from itertools import islice

from gateway.parsers.header_text import one_line, parameters

MAX_LENGTH = 100_000
"""Characters of a calendar part that are looked at."""
MAX_EVENTS = 5
MAX_DESCRIPTION = 5000

_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{0,2}(Z?))?")
_LINES_SHOWN = ("SUMMARY", "LOCATION", "ORGANIZER")
_METHODS = {
    "REQUEST": "invitation",
    "CANCEL": "cancelled",
    "REPLY": "answer",
    "COUNTER": "another time proposed",
}


def summary(calendar: str) -> str:
    """The first events of a calendar as plain text, a paragraph each; empty when there is none. Total, linear."""
    method = "invitation"
    events: list[dict[str, str]] = []
    inside = False
    for name, value in _properties(calendar[:MAX_LENGTH]):
        if name == "METHOD":
            method = _METHODS.get(value.upper(), method)
        elif (name, value.upper()) == ("BEGIN", "VEVENT"):
            if len(events) == MAX_EVENTS:
                break
            events.append({})
            inside = True
        elif name in ("BEGIN", "END"):
            inside = False
        elif inside:
            events[-1].setdefault(name, value)
    return "\n\n".join(text for event in events if (text := _told(method, event)))


def _told(method: str, event: dict[str, str]) -> str:
    """One event, a line for each thing that is known of it."""
    shown = [event.get(name, "") for name in _LINES_SHOWN]
    when = " – ".join(filter(None, (event.get("DTSTART"), event.get("DTEND"))))
    lines = [line for line in (shown[0], when, *shown[1:]) if line]
    description = event.get("DESCRIPTION", "")[:MAX_DESCRIPTION].strip()
    if not lines and not description:
        return ""
    return "\n".join([f"[{method}]", *lines, *(("", description) if description else ())])


def _properties(calendar: str) -> Iterator[tuple[str, str]]:
    """The properties in order, as (name in upper case, what to show of its value)."""
    for line in islice(re.sub(r"\r?\n[ \t]", "", calendar).splitlines(), MAX_LENGTH // 8):
        head, colon, value = _split(line)
        if not colon:
            continue
        name, given = parameters(head)
        name = name.upper()
        if name in ("DTSTART", "DTEND"):
            yield name, _time(value, given.get("tzid", ""))
        elif name == "ORGANIZER":
            address = re.sub(r"(?i)^mailto:", "", value)
            yield name, one_line(" ".join(filter(None, (given.get("cn"), f"<{address}>"))))
        elif name == "DESCRIPTION":
            yield name, _unescaped(value)
        else:
            yield name, one_line(_unescaped(value))


def _split(line: str) -> tuple[str, str, str]:
    """At the first colon outside quotes: `ORGANIZER;CN="a: b":mailto:x`."""
    position = 0
    for number, stretch in enumerate(line.split('"')):
        colon = stretch.find(":") if number % 2 == 0 else -1
        if colon >= 0:
            return line[: position + colon], ":", line[position + colon + 1 :]
        position += len(stretch) + 1
    return "", "", ""


def _time(value: str, zone: str) -> str:
    """20261124T100000 in Asia/Shanghai as `2026-11-24 10:00 (Asia/Shanghai)`; anything else as it stands."""
    match = _TIME.fullmatch(value.strip())
    if match is None:
        return one_line(value)
    year, month, day, hour, minute, utc = match.groups()
    date = f"{year}-{month}-{day}"
    if hour is None:
        return date
    where = "UTC" if utc else zone
    return f"{date} {hour}:{minute}" + (f" ({one_line(where)})" if where else "")


def _unescaped(value: str) -> str:
    r"""`\n`, `\,` and their kin as what they mean (RFC 5545 §3.3.11)."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], value)
