"""Asking a customer in a chat: a line is an answer only if it is one, and what we guess is asked back."""

import pytest

from gateway.chat_sandbox import Person
from tests.chat.customers import reported_in_a_group
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.house import WANG

REPORTS = {
    "zh-hans": FIVE_LINES,
    "zh-hant": ("堡壘機登入不了", "十幾個人都受影響"),
    "en": ("The bastion host refuses every login", "about a dozen people are affected"),
}


async def asked_for_the_company(scene: ChatScene, language: str = "zh-hans") -> Person:
    """Somebody has reported a fault, and was asked for their company."""
    person = scene.person("Chan", language=language)
    await scene.says(person, *REPORTS[language])
    assert scene.case().missing == ("company", "contact")
    return person


@pytest.mark.parametrize(
    ("language", "asides"),
    [
        ("zh-hans", ("稍等", "转人工", "已经好了，谢谢", "是的", "有进展吗")),
        ("zh-hant", ("稍等，我問一下同事", "已經好了，謝謝", "轉真人")),
        ("en", ("hold on", "talk to a human", "any update?", "ok")),
    ],
)
async def test_between_question_and_answer_people_may_say_anything(
    scene: ChatScene, language: str, asides: tuple[str, ...]
) -> None:
    """P-20: nothing of it becomes a name, or is called one to the engineer; the answer is taken when it comes."""
    person = await asked_for_the_company(scene, language)
    for line in asides:
        await scene.says(person, line)
    case = scene.case()
    assert (case.company, case.contact, case.missing) == (None, None, ("company", "contact"))
    assert not [
        letter for letter in scene.house.letters(WANG) for line in asides if f"{line} 发来" in letter.text
    ]
    await scene.says(person, "宏远科技")
    assert scene.case().company == "宏远科技"


async def test_a_file_alone_is_no_answer(scene: ChatScene) -> None:
    """It comes with the case; its name is nobody's."""
    li = await asked_for_the_company(scene)
    li.send_file(scene.chat(li), "日志.txt", b"lines")
    await scene.quiet()
    assert (scene.case().company, scene.case().missing) == (None, ("company", "contact"))
    assert "日志.txt" in str(scene.house.said(scene.case().number)[-1]["words"])


async def test_what_is_missing_is_asked_once_more_and_then_let_be(scene: ChatScene) -> None:
    """P-23: after a message about the fault; whoever does not answer then is left in peace."""
    li = await asked_for_the_company(scene)
    heard = len(scene.heard(li))
    await scene.says(li, "现在连管理页面也打不开了")
    assert scene.heard(li)[heard:] == ["好的，已转给工程师。另外，请问贵公司全称是什么？"]
    await scene.says(li, "网页提示无法访问")
    assert len(scene.heard(li)) == heard + 1
    await scene.says(li, "宏远科技")
    assert scene.heard(li)[-1] == "好的，已记录。请问联系人怎么称呼？"


async def test_who_cannot_tell_is_not_asked_again_and_the_engineer_sees_what_is_missing(
    scene: ChatScene,
) -> None:
    """P-23: "不知道" ends that question, and the next one follows."""
    scene.house.clock.moment = scene.house.clock.moment.replace(hour=21)
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.says(li, "不知道")
    assert scene.heard(li)[-1] == "好的，没关系，工程师会再与您核对。请问联系人怎么称呼？"
    await scene.says(li, "李娜")
    assert scene.heard(li)[-1].startswith("好的，已记录，工单")
    await scene.house.wait(hours=13)
    assert "贵公司全称" not in "".join(scene.heard(li)[1:])
    case = scene.case()
    assert (case.company, case.contact, case.missing) == (None, "李娜", ("company",))
    assert "公司" in scene.house.letter(WANG, "new_case").text
    await scene.says(li, "问到了，是宏远科技")
    assert (scene.case().company, scene.case().missing) == ("宏远科技", ())


async def test_a_telephone_number_is_kept_as_one(scene: ChatScene) -> None:
    """P-20: nobody had asked for it; what was asked stays open."""
    li = await asked_for_the_company(scene)
    await scene.says(li, "13800010002")
    case = scene.case()
    assert (case.phone, case.contact, case.missing) == ("13800010002", None, ("company", "contact"))
    assert scene.heard(li)[-1] == "好的，已记录。请问贵公司全称是什么？"


@pytest.mark.parametrize(
    ("language", "wish", "answer"),
    [
        ("zh-hans", "请每两小时通知一次进展", "今后每 2 小时向您通报一次进展。"),
        ("zh-hant", "請每 30 分鐘通報一次進度", "之後每 30 分鐘向您回報一次進度。"),
        ("en", "please update us every two hours", "every 2 hours from now on."),
    ],
)
async def test_a_wish_for_an_interval_is_confirmed_in_words_and_answers_no_question(
    scene: ChatScene, language: str, wish: str, answer: str
) -> None:
    """P-32: it is set, they are told so, and that is all that is said."""
    person = await asked_for_the_company(scene, language)
    heard = len(scene.heard(person))
    await scene.says(person, wish)
    case = scene.case()
    assert case.update_interval is not None
    assert case.missing == ("company", "contact")
    (said,) = scene.heard(person)[heard:]
    assert said.endswith(answer)
    assert case.number in said


async def test_in_a_group_only_whoever_reported_answers(scene: ChatScene) -> None:
    """P-23: a colleague who replies to our question with anything at all is heard, and names nobody."""
    group, li, mei, ours = await reported_in_a_group(scene)
    for line in ("我这边也是", "周敏"):
        mei.write(group.chat, line, reply_to=ours)
        await scene.quiet()
    assert (scene.case().company, scene.case().contact) == (None, None)
    assert group.chat.transcript()[-1].text == "周敏", "nothing was answered to it"
    li.write(group.chat, "宏远科技", reply_to=ours)
    await scene.quiet()
    assert scene.case().company == "宏远科技"


GUESSED = {
    "zh-hans": (
        "防火墙登录不上，宏远的也是",
        "宏远",
        "贵公司是“宏远”吗？",
        "是的",
        "不是",
        "好的。请问贵公司全称是什么？",
    ),
    "zh-hant": (
        "防火牆登入不了，宏達的也是",
        "宏達",
        "貴公司是「宏達」嗎？",
        "是的",
        "不是",
        "好的。請問貴公司全名是什麼？",
    ),
    "en": (
        "The firewall at Northwind refuses every login",
        "Northwind",
        "Are you writing for “Northwind”?",
        "Yes",
        "No",
        "All right. Which company are you writing for?",
    ),
}


@pytest.mark.parametrize("language", GUESSED)
async def test_an_uncertain_company_is_asked_back_in_their_own_word(scene: ChatScene, language: str) -> None:
    """P-20; issue 6, 3: a button for yes takes it, and the next question follows."""
    report, word, question, yes, _, _ = GUESSED[language]
    person = scene.person("Chan", language=language)
    await scene.says(person, report)
    assert scene.case().company is None
    assert scene.heard(person)[-1].endswith(question)
    await scene.presses(person, yes)
    assert (scene.case().company, scene.case().missing) == (word, ("contact",))
    assert scene.messages(person)[0].markup is None, "used buttons go away"


@pytest.mark.parametrize("language", GUESSED)
async def test_no_asks_openly_and_a_name_said_instead_is_taken(scene: ChatScene, language: str) -> None:
    """Whatever comes then is no second guess of ours."""
    report, _, _, _, no, openly = GUESSED[language]
    person = scene.person("Chan", language=language)
    await scene.says(person, report)
    await scene.presses(person, no)
    assert (scene.case().company, scene.case().uncertain) == (None, {})
    assert scene.heard(person)[-1] == openly
    await scene.says(person, "宏图科技")
    assert scene.case().company == "宏图科技"


async def test_a_likely_name_is_asked_back_in_english_too(scene: ChatScene) -> None:
    """One word could be a person's as well: "yes" in words does what the button does."""
    person = await asked_for_the_company(scene, "en")
    await scene.says(person, "Northwind")
    assert scene.heard(person)[-1] == "All right. Are you writing for “Northwind”?"
    await scene.says(person, "yes")
    assert scene.case().company == "Northwind"


async def test_a_name_said_instead_of_pressing_is_taken_and_the_old_button_is_dead(scene: ChatScene) -> None:
    """Nothing that is decided is undone by a late tap."""
    li = scene.person("李娜")
    await scene.says(li, GUESSED["zh-hans"][0])
    asking = scene.messages(li)[0]
    await scene.says(li, "不是，是宏图科技")
    assert scene.case().company == "宏图科技"
    li.press(asking, "是的")
    await scene.taken()
    assert scene.case().company == "宏图科技"
    assert scene.heard(li)[-1] == "这个按钮已经失效。"


async def test_a_forged_yes_from_another_chat_does_nothing(scene: ChatScene) -> None:
    """T31: its data needs no token, since it agrees to the customer's own word, in the customer's own chat only."""
    li, stranger = scene.person("李娜"), scene.person("路人")
    await scene.says(li, GUESSED["zh-hans"][0])
    markup = scene.messages(li)[0].markup
    assert markup is not None
    data = str(markup).split("'callback_data': '")[1].split("'")[0]
    await scene.says(stranger, "你好")
    stranger.forge_press(scene.messages(stranger)[-1], data)
    await scene.taken()
    assert scene.case().company is None
    assert scene.heard(stranger)[-1] == "这个按钮已经失效。"


async def test_a_word_that_says_nothing_by_itself_is_asked_back_when_it_comes_again(scene: ChatScene) -> None:
    """A brand that is no company's name by its form: asked once more, then offered for confirmation."""
    li = await asked_for_the_company(scene)
    await scene.says(li, "比亚迪")
    assert scene.heard(li)[-1] == "好的，已转给工程师。另外，请问贵公司全称是什么？"
    await scene.says(li, "就是比亚迪")
    await scene.says(li, "比亚迪")
    assert scene.heard(li)[-1] == "好的。贵公司是“比亚迪”吗？"
    await scene.presses(li, "是的")
    assert scene.case().company == "比亚迪"
