"""The shortest clauses that state a fault, and the clauses that only look like one."""

import pytest

from tests.parsers.reading import by_rules_alone, chat, mail, read


def stated(text: str, subject: str = "") -> list[str]:
    """The symptoms of a mail, as written."""
    return [symptom.value for symptom in read(text, subject=subject).symptoms]


@pytest.mark.parametrize(
    ("text", "symptom"),
    [
        ("今天上午 9:20 开始堡垒机登录不上。", "登录不上"),
        ("升级之后控制台白屏", "控制台白屏"),
        ("故障现象:会话数打满", "会话数打满"),
        ("網頁防篡改系統沒有攔住", "沒有攔住"),
        ("Since Monday our VPN client disconnects every hour", "disconnects every hour"),
        ("EDR 呢排食晒部機啲 CPU", "呢排食晒部機啲 CPU"),
    ],
    ids=[
        "time and product cut",
        "circumstance cut",
        "label cut",
        "product's own word",
        "English",
        "Cantonese",
    ],
)
def test_a_fault_is_stated_without_its_circumstances(text: str, symptom: str) -> None:
    """P-31 repeats the fault to the customer: his words, but not his whole sentence."""
    found = stated(text)
    assert len(found) == 1
    assert symptom.endswith(found[0])
    assert len(found[0]) >= 2


@pytest.mark.parametrize(
    "text",
    [
        "请问怎么批量导入黑名单？",
        "想了解一下账号被锁定多长时间",
        "希望能增加导出失败的提示",
        "运营商检查线路正常",
        "附件是报错截图",
        "How do we reset a locked account?",
        "No hurry, nothing urgent.",
        "Please send the error code list",
        "因新员工入职较多，现由贵司李工协助整理资产清单",
        "网络测过没有问题，打卡也没受影响",
        "去年贵司多次上门协助，领导十分满意",
        "My colleague will meet the engineer at the front desk on Thursday",
        "As agreed with Mr Tan, our team moved to the new building last week",
    ],
)
def test_questions_wishes_and_what_works_are_no_faults(text: str) -> None:
    """A wish taken for a fault opens a case of level 3 and wakes an engineer."""
    assert stated(text) == []


def test_the_name_of_a_product_is_no_fault() -> None:
    """防篡改, 漏洞扫描, 入侵检测: their names speak of the worst."""
    assert stated("我们买了网页防篡改系统和入侵检测系统") == []


def test_the_subject_counts_and_nothing_is_said_twice() -> None:
    """The README of the corpora: a symptom in the subject counts."""
    assert stated("WAF 宕机了", subject="Re: WAF 宕机了") == ["宕机了"]


def test_that_something_fails_is_no_symptom_unless_it_says_what() -> None:
    """A letter that repeats "不行" to the customer makes a native reader smile."""
    assert stated("堡垒机无法登录。换浏览器、重启客户端、也不行。") == ["无法登录"]


def test_a_signature_states_no_fault() -> None:
    """ "故障处理中心" below a name is a department."""
    assert stated("你好，资料已收到。\n\n--\n李雷\n故障抢修中断处理中心\n电话 021-5555 0199") == []


def test_chat_clauses_are_cut_at_blanks() -> None:
    """Chats have blanks for punctuation."""
    assert [symptom.value for symptom in chat("采集器全掉了 重启服务起不来").symptoms] == [
        "采集器全掉了",
        "重启服务起不来",
    ]


def test_a_page_of_faults_is_cut_short() -> None:
    """A log pasted into a mail must not become a hundred symptoms."""
    assert len(stated("\n".join(f"第{n}台设备无法登录" for n in range(50)))) == 12


def test_a_fault_in_new_words_is_kept_at_low_confidence() -> None:
    """Whoever writes about a product and neither asks nor thanks has a fault; below 0.5 it is asked, not used."""
    report = by_rules_alone().read(mail("数据库审计像老牛拉破车一样"))
    assert [symptom.confidence for symptom in report.symptoms] == [0.4]
    assert report.kind.value == "fault"
    assert read("数据库审计的资料请查收").symptoms == ()


@pytest.mark.parametrize(
    "text", ["还是老样子", "still the same", "VPN drops. Restarted, still broken.", "我們還是不行"]
)
def test_that_it_still_fails_is_no_symptom(text: str) -> None:
    """Nobody reads "still the same" back to the customer as what is wrong."""
    assert not [
        each.value for each in read(text).symptoms if "VPN" not in each.value and "drops" not in each.value
    ]


def test_what_customers_suffer_is_told_beside_the_fault_and_is_none() -> None:
    """Losses and angry people raise the level; nobody repairs them."""
    assert stated("VPN 网关连不上。每小时损失二十万，客户在群里骂，院长很生气。") == ["网关连不上"]


def test_english_speech_without_a_stop_is_told_apart() -> None:
    """Voice input knows no full stop in English either; short sentences are left whole."""
    found = [
        each.value
        for each in chat(
            "hello um this is Rita from Harbour Bakery in Xiamen the mail gateway keeps rejecting our invoices"
            " just the two of us in the office are hit the others are fine thanks my number is 138 0013 8000"
        ).symptoms
    ]
    assert len(found) == 1
    assert "rejecting our invoices" in found[0]
    assert len(found[0]) < 90


def test_lamps_and_power_that_are_missing_are_faults() -> None:
    """Two words are enough to say that a box is dead."""
    assert stated("The firewall is dead: no power, no lights") == ["is dead", "no power", "no lights"]


def test_speech_without_a_stop_is_told_apart() -> None:
    """Voice input: the fault lies in the middle of one breath of greetings, names and numbers."""
    found = [
        each.value
        for each in chat(
            "你好我是顺达物流的我们仓库那个网关啊昨天换完以后就特别卡然后扫码枪都连不上了麻烦你们派人看一下我姓邢"
        ).symptoms
    ]
    assert any("连不上" in words for words in found)
    assert all(len(words) < 30 for words in found)
