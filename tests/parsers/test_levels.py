"""Fault levels by SERVICE.md: standstill or compromise, scope, a way round, a question; and what proves them."""

import pytest

from tests.parsers.reading import read


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("产线全部停了，防火墙两台同时离线", 1),
        ("服务器文件被加密，留了勒索信", 1),
        ("整個園區斷網", 1),
        ("our homepage has been defaced", 1),
        ("The whole production network is unreachable", 1),
        ("全公司的 VPN 都连不上", 2),
        ("報表匯出失敗，稽核明天要看", 2),
        ("SIEM not ingesting anything", 2),
        ("一台电脑的客户端闪退，同事的都没事", 3),
        ("页面报表显示异常，不急", 3),
        ("one user gets a timeout, others are fine", 3),
        ("全店刷不了卡，客人都走光了，收银机全部连不上", 1),
        ("手册页脚的年份写错了，页脚的字体也不对，不急", 4),
        ("收银系统连不上总部，店里没法收钱，只能关门", 1),
        ("桌布换成外文要付赎金，图纸全变成 .abcx", 1),
        ("从中午起商城没有一笔订单进得来，防火墙把付款页拦了", 1),
        ("whole office cannot work, the VPN gateway is gone", 1),
        ("logins to the PLC from a foreign IP, somebody is moving the valves, it is not us", 1),
        ("车牌识别频繁掉线，只能人工放行", 2),
        ("IDS 一直误报，调度业务未受影响，值班员先手工筛选", 3),
        ("会计室两个人开报税软件就被端点防护隔离，先借旁边的电脑用", 3),
        ("请问 WAF 支持 IPv6 吗？", 4),
        ("请问贵司的防火墙能不能防勒索病毒？", 4),
        ("想了解防勒索病毒的方案，请报个价", 4),
        ("please send a quote for the WAF", 4),
    ],
)
def test_the_level_follows_the_definitions(text: str, level: int) -> None:
    """SERVICE.md, "The level definitions were a picture": our reading of them."""
    assert read(text).fault_level.value == level


def test_the_level_names_its_evidence_in_the_senders_script() -> None:
    """The desk must see why: the words as written, not as folded."""
    assert "斷網" in "".join(read("整個園區斷網").fault_level.evidence)


def test_the_name_of_a_product_is_no_evidence() -> None:
    """防篡改 does not speak of a defacement, nor 杀毒 of a virus."""
    assert read("网页防篡改的控制台有一个按钮显示异常，不急").fault_level.value == 3


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("服务器被黑客入侵，文件都被加密了", ("入侵", "加密")),
        ("somebody broke into our mail server, it was hacked", ("hacked",)),
        ("防火墙登录不上，我们很怕中毒", ()),
        ("防火墙宕机，全公司断网", ()),
        ("can your firewall stop ransomware?", ()),
    ],
)
def test_a_break_in_is_told_apart_from_a_standstill_and_from_a_fear(
    text: str, signs: tuple[str, ...]
) -> None:
    """P-04: only what has happened to the customer is for security consulting."""
    incident = read(text).incident
    assert bool(incident) == bool(signs)
    assert all(any(sign in words for words in incident) for sign in signs)


def test_a_break_in_that_is_over_needs_no_consultant() -> None:
    """P-04, P-35: who confirms that the trojan is gone does not have the case raised and a colleague woken."""
    report = read("木马已经清除，系统恢复正常了，谢谢", subject="回复: 请确认故障已恢复", reply=True)
    assert (report.kind.value, report.incident) == ("confirmation", ())


def test_that_others_are_fine_settles_the_scope() -> None:
    """ "all others are fine" holds the word all."""
    assert read("My VPN client crashes, all others are fine").fault_level.value == 3
