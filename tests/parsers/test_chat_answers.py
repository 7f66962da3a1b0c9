"""What a line in a chat says to the open question: names are taken, whatever does something else is not."""

import pytest

from gateway.parsers import chat_answers
from gateway.parsers.chat_answers import Said
from tests.parsers.reading import stranger

BOTH = ("company", "contact")

SOMETHING_ELSE = """
是的 | 对 | 稍等 | 稍等，我问一下同事 | 等我查一下 | 马上 | 一会儿回你 | 转人工 | 转人工客服 | 找人工
我要找客服 | 重启过了，还是不行 | 试过了 | 已经好了，谢谢 | 好了 | 好的 | 好 | 嗯 | 嗯嗯 | 收到 | 明白
知道了 | 谢谢 | 谢啦 | 在吗 | 怎么样了 | 有进展吗 | 什么时候能好 | 进度如何 | 我这边也是
请每两小时通知一次进展 | 我要投诉 | 尽快 | 加急 | 催一下 | 急 | 见附件 | 如图 | 看截图 | 为什么要问这个？
您是机器人吗 | 不行 | 还没好吗 | 明天再说 | 先处理问题吧 | 13800010002 | zhou@kehu.example | 财务部也登不上
昨天下午开始的 | 提示认证超时 | 👍 | 。 | 算了 | 取消 | 同上 | 請稍等 | 稍等，我問一下同事 | 等等 | 我問問
轉真人 | 已經好了，謝謝 | 還是不行 | 請每兩小時通知一次進度 | 了解 | 謝謝 | 好喔 | 儘快 | yes | ok | Okay
sure | Sorry | hold on | Hold on | wait | Wait | one moment | please wait | let me ask | talk to a human
agent please | human | any update? | any update | status | it works now | still broken
restart did not help | me too | same here | thanks | thank you | urgent | Later
please update us every two hours | +86 138 0001 0002 | see attached | good morning | hello | who is this
got it | never mind
"""

COMPANIES = """
宏远 = 宏远 | 宏远科技 = 宏远科技 | 我们是宏远科技 = 宏远科技 | 我们是宏远 = 宏远 | 公司是宏远 = 宏远
市一院 = 市一院 | 城南自来水 = 城南自来水 | 是宏图科技 = 宏图科技 | 华为技术有限公司 = 华为技术有限公司
希望集团 = 希望集团 | 宏远科技，堡垒机还是登录不上 = 宏远科技 | 我们是宏远，重启过了还是不行 = 宏远
國泰人壽 = 國泰人壽 | 中華電信 = 中華電信 | Acme = Acme | we are Acme = Acme | ACME Ltd = ACME Ltd
城南自来水有限公司，稍等我再问下电话 = 城南自来水有限公司
"""

CONTACTS = """
周敏 = 周敏 | 我叫周敏 = 周敏 | 我是周敏 = 周敏 | 周工 = 周工 | 老周 = 老周 | 周经理 = 周经理
找周敏 = 周敏 | 欧阳娜 = 欧阳娜 | 王小明先生 = 王小明先生 | 陳怡君 = 陳怡君 | 怡君 = 怡君 | 陳小姐 = 陳小姐
Kelvin = Kelvin | Kelvin Wong = Kelvin Wong | I am Kelvin = Kelvin | it's Kelvin = Kelvin
Emma Clarke = Emma Clarke | Ms Chan = Ms Chan | Li Lei = Li Lei | Winnie = Winnie
"""

UNKNOWN = """
不知道 | 我不知道 | 不清楚 | 不太清楚 | 没有 | 保密 | 不曉得 | 不清楚耶 | I don't know | don't know
no idea | Not sure | n/a
"""


def said(asked: str, line: str, offered: str | None = None) -> Said:
    """What the line says to this question, while contact, too, is missing."""
    lacking = BOTH if asked == "company" else BOTH[1:]
    return chat_answers.read(asked, lacking, line, stranger().read_chat(line), offered)


def each(lines: str) -> list[str]:
    """The lines of a list."""
    return [line.strip() for line in lines.replace("\n", "|").split("|") if line.strip()]


def pairs(lines: str) -> list[tuple[str, str]]:
    """The lines of a list, and what each says."""
    return [
        (line.strip(), value.strip()) for line, _, value in (item.partition(" = ") for item in each(lines))
    ]


@pytest.mark.parametrize("asked", BOTH)
def test_what_does_something_else_is_no_name(asked: str) -> None:
    """P-20: confirmations, refusals, thanks, "wait", requests, faults, numbers: none becomes a company or a contact."""
    taken = {
        line: answers
        for line in each(SOMETHING_ELSE)
        if (answers := {name for name, _ in said(asked, line).answers} & set(BOTH))
    }
    assert taken == {}


@pytest.mark.parametrize("asked", BOTH)
def test_what_does_something_else_is_not_offered_as_a_name_either(asked: str) -> None:
    """Nobody is asked "贵公司是“稍等”吗？"."""
    offered = {line: found.guess for line in each(SOMETHING_ELSE) if (found := said(asked, line)).guess}
    assert offered == {}


@pytest.mark.parametrize(("line", "company"), pairs(COMPANIES))
def test_a_company_in_bare_words_is_taken(line: str, company: str) -> None:
    """P-23: it was asked for, and has the shape of one or was recognised; what stands beside it is not taken along."""
    assert dict(said("company", line).answers) == {"company": company}


@pytest.mark.parametrize(("line", "contact"), pairs(CONTACTS))
def test_a_person_in_bare_words_is_taken(line: str, contact: str) -> None:
    """P-23: a name, with its title or without, in either script and in Latin letters."""
    assert dict(said("contact", line).answers) == {"contact": contact}


@pytest.mark.parametrize("line", ["周敏", "王小明先生", "Emma Clarke", "我叫周敏"])
def test_a_person_is_no_company(line: str) -> None:
    """Whoever introduces themselves when asked for their company has told their name, and the company is still open."""
    assert [name for name, _ in said("company", line).answers] == ["contact"]


def test_company_contact_and_number_in_one_line_are_all_heard() -> None:
    """P-20: nobody is asked for what stands there."""
    assert dict(said("company", "宏远，周敏，13800010002").answers) == {
        "company": "宏远",
        "contact": "周敏",
        "phone": "13800010002",
    }


def test_a_number_answers_for_the_telephone_though_nobody_asked() -> None:
    """It is no name."""
    assert said("contact", "13800010002").answers == (("phone", "13800010002"),)


@pytest.mark.parametrize("line", each(UNKNOWN))
@pytest.mark.parametrize("asked", BOTH)
def test_whoever_cannot_tell_says_so(asked: str, line: str) -> None:
    """It ends the question."""
    assert said(asked, line) == Said(cannot_tell=True)


@pytest.mark.parametrize("line", ["是的", "对的", "没错", "對", "yes", "that's right"])
def test_a_yes_takes_what_was_offered_and_means_nothing_else(line: str) -> None:
    """It agrees with what was asked back."""
    assert dict(said("company", line, "宏远").answers) == {"company": "宏远"}
    assert dict(said("company", line).answers) == {}


@pytest.mark.parametrize(
    "line", ["不是", "不是的", "不对", "不是宏远", "不是宏远科技", "no", "Nope", "No, we are not"]
)
def test_a_no_denies_what_was_offered(line: str) -> None:
    """It is neither the company's name nor a refusal of anything else."""
    found = said("company", line, "宏远")
    assert (found.denies, found.answers) == (True, ())


@pytest.mark.parametrize("line", ["不是，是宏图", "不是的，是宏图", "宏图"])
def test_a_name_said_instead_is_taken(line: str) -> None:
    """Nobody has to press a button first."""
    assert dict(said("company", line, "宏远").answers) == {"company": "宏图"}


@pytest.mark.parametrize("line", ["财务部也登不上", "重启过了，还是不行", "还在报错"])
def test_a_fault_denies_nothing(line: str) -> None:
    """It is about the fault and not about the company."""
    assert said("company", line, "宏远") == Said()


@pytest.mark.parametrize(
    ("asked", "line", "guess"),
    [("company", "Northwind", "Northwind"), ("company", "acme", "acme"), ("contact", "kelvin", "kelvin")],
)
def test_a_likely_word_is_asked_back(asked: str, line: str, guess: str) -> None:
    """It could be a person's, or anybody's: one tap makes it certain."""
    assert said(asked, line) == Said(guess=guess)


@pytest.mark.parametrize("line", ["华为", "我们是华为", "比亚迪", "信息科"])
def test_a_word_that_could_be_anything_is_unclear(line: str) -> None:
    """Asked once more they will write it in full."""
    found = said("company", line)
    assert (found.answers, found.guess, bool(found.unclear)) == ((), None, True)


def test_a_long_text_is_read_in_time_linear_to_it() -> None:
    """Hostile input: nothing but a beginning is looked at, and nothing raises."""
    assert said("company", "宏远，" * 50_000, "宏图").answers
    assert said("company", "." * 50_000) == Said()
