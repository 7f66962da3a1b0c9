"""Numbers of the customers' own ticket systems: only what is marked as one (L-27, L-45)."""

import pytest

from gateway.parsers import ticket_numbers


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [INC0012345] 防火墙", ("INC0012345",)),
        ("答复：【工单号：20261123001】登录不上", ("20261123001",)),
        ("工單編號 HD-20417 無法連線", ("HD-20417",)),
        ("[Ticket#2026112310000018] WAF down", ("2026112310000018",)),
        ("Case No. 48213 / req-778899", ("48213", "REQ-778899")),
        ("[#204881] VPN", ("204881",)),
        ("inc0012345 and INC0012345", ("INC0012345",)),
    ],
)
def test_a_marked_number_is_read_whatever_marks_it(subject: str, numbers: tuple[str, ...]) -> None:
    """L-45: ServiceNow, OTRS, Zendesk and home-made ones, in three scripts."""
    assert ticket_numbers.find(subject) == numbers


@pytest.mark.parametrize(
    "subject",
    [
        "USG6000 无法登录",
        "[USG6000E] 升级失败",
        "CVE-2026-12345 影响吗",
        "订单 718740 的发票",
        "2026-11-23 巡检报告",
        "电话 13800010001",
        "Re: [C261123-048213] 堡垒机",
        "[PATCH v2 00/24] fix",
        "case 12",
        "",
    ],
)
def test_what_nobody_marked_as_a_ticket_is_none(subject: str) -> None:
    """L-27: models, dates, orders, advisories and our own numbers must bring nothing together."""
    assert ticket_numbers.find(subject) == ()


def test_a_subject_full_of_numbers_has_a_bounded_number_of_them() -> None:
    """Each is looked up in the database."""
    assert len(ticket_numbers.find(" ".join(f"INC{number:07}" for number in range(10_000)))) == 5
