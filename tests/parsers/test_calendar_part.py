"""Invitations: shown as words, where the words are nowhere else."""

import pytest

from gateway.parsers import calendar_part, mime

INVITATION = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:China
END:VTIMEZONE
BEGIN:VEVENT
ORGANIZER;CN="周敏: 运维":mailto:zhou.min@qingshan.example
SUMMARY:巡检\\, 第四季度
DTSTART;TZID=Asia/Shanghai:20261124T100000
DTEND;TZID=Asia/Shanghai:20261124T113000
LOCATION:机房
DESCRIPTION:请带上\\n备
 件。
BEGIN:VALARM
DESCRIPTION:reminder
END:VALARM
END:VEVENT
END:VCALENDAR
"""

TOLD = """[invitation]
巡检, 第四季度
2026-11-24 10:00 (Asia/Shanghai) – 2026-11-24 11:30 (Asia/Shanghai)
机房
周敏: 运维 <zhou.min@qingshan.example>

请带上
备件。"""


def test_what_when_where_and_from_whom_are_told() -> None:
    """Times as they were written: a desk must not be shown a conversion that nobody checked."""
    assert calendar_part.summary(INVITATION) == TOLD
    assert calendar_part.summary(INVITATION.replace("\n", "\r\n")) == TOLD


@pytest.mark.parametrize(
    ("calendar", "told"),
    [
        ("", ""),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", ""),
        ("BEGIN:VEVENT\nEND:VEVENT", ""),
        ("METHOD:CANCEL\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART;VALUE=DATE:20261124", "[cancelled]\nx\n2026-11-24"),
        ("BEGIN:VEVENT\nDTSTART:20261124T020000Z\nDTEND:soon", "[invitation]\n2026-11-24 02:00 (UTC) – soon"),
        ('BEGIN:VEVENT\nSUMMARY;X="a:x\nLOCATION:y', "[invitation]\ny"),
    ],
)
def test_calendars_without_much_in_them_are_read_too(calendar: str, told: str) -> None:
    """Nothing is promised about what other programs write."""
    assert calendar_part.summary(calendar) == told


def test_a_mail_that_is_only_an_invitation_says_what_it_invites_to() -> None:
    """Otherwise the case would be empty and the customer's question inside a file."""
    head = b"From: a@b.example\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\n\n"
    inbound = mime.read(head + INVITATION.encode())
    assert inbound.body == TOLD
    assert [file.type for file in inbound.attachments] == ["text/calendar"]


def test_an_invitation_beside_words_does_not_add_to_them() -> None:
    """Outlook and Gmail write the time into the text already."""
    inbound = mime.read(
        b"From: a@b.example\nContent-Type: multipart/alternative; boundary=x\n\n--x\n\nplease come\n--x\n"
        b"Content-Type: text/calendar; charset=utf-8\n\n" + INVITATION.encode() + b"\n--x--\n"
    )
    assert inbound.body == "please come"
    assert len(inbound.attachments) == 1


def test_only_the_first_events_of_many_are_told() -> None:
    """A year of shifts is no text to read."""
    many = "BEGIN:VEVENT\nSUMMARY:shift\nEND:VEVENT\n" * 1000
    assert calendar_part.summary(many).count("shift") == calendar_part.MAX_EVENTS
