"""What the sender wants, and that a stated fault is never taken for a question about price."""

import pytest

from tests.parsers.reading import chat, read


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("WAF 宕机了，麻烦处理", "fault"),
        ("请问 WAF 怎么导入黑名单？", "question"),
        ("do you support IPv6?", "question"),
        ("请报价：WAF 三年维保", "quote"),
        ("新购的防火墙已到货，请安排工程师上门安装调试", "installation"),
        ("想安排一次管理员培训", "training"),
        ("本季度巡检什么时候做？", "inspection"),
        ("投诉：报修三天没人联系我", "complaint"),
        ("请帮我们修复漏洞扫描报告里的高危漏洞", "out_of_scope"),
        ("原来会用的同事调走了，现在没人会配策略，想请你们来讲一次课，大概六个人听", "training"),
        ("按合同一年巡检两次，上半年那次还没做，请安排时间", "inspection"),
        ("新分店下月开业，设备还没拆箱，请派人来安装上架", "installation"),
        ("资料已收到。", "other"),
        ("Backups through the gateway crawl along at 2 Mbit/s since the update. Any ideas?", "fault"),
        ("防火墙登不上，一直提示锁定。其他部门没有收到类似投诉，我内线没人接，打手机", "fault"),
        ("IPS 持续误报，请贵部以书面方式答复屏蔽规则的做法", "fault"),
        ("想把几个视频网站整个封掉，在哪里设置？找了一圈没看到", "question"),
    ],
)
def test_the_kind_is_told(text: str, kind: str) -> None:
    """P-04 to P-07 and P-60 each have their own road."""
    assert read(text).kind.value == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [("好了，谢谢", "confirmation"), ("还是不行", "refusal"), ("谢谢，但是还没好", "refusal")],
)
def test_an_answer_to_our_closing_request_is_one(text: str, kind: str) -> None:
    """P-35: a confirmation closes the case, a refusal does not."""
    assert read(text, subject="回复: 请确认故障已恢复", reply=True).kind.value == kind


def test_a_chat_that_opens_with_no_is_a_refusal() -> None:
    """P-35: nobody presses reply in a chat; a first report that ends with "still the same" is a fault."""
    assert chat("还是没好，跟之前一样").kind.value == "refusal"
    assert chat("VPN 从早上起连不上，重启了还是一样").kind.value == "fault"


def test_a_no_behind_a_courtesy_is_a_refusal_too() -> None:
    """Whoever is polite says sorry before saying no (P-35)."""
    assert chat("不好意思 刚才发来的补丁装完还是不行，麻烦再看看").kind.value == "refusal"


def test_what_is_asked_for_takes_weak_faults_away() -> None:
    """A request told in unfamiliar words is no list of faults: the desk would chase what nobody reported."""
    report = read("您好，想请贵司报个价：WAF 续保三年，含特征库升级，税点写清楚，月底走流程")
    assert report.kind.value == "quote"
    assert report.symptoms == ()


def test_a_compromise_is_a_fault_whatever_is_asked() -> None:
    """ "现在怎么办" behind a break-in is no question for the FAQ (P-72)."""
    assert read("主页被篡改了，请问现在怎么办？").kind.value == "fault"
