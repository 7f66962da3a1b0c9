"""Customers in a chat: five short lines, one case; one question at a time; which case a message is about."""

from datetime import timedelta

import pytest

from gateway.chat_sandbox import Person
from gateway.storage.reading import read_case
from tests.chat.customers import reported_in_a_group
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.house import MONDAY, QIAN, WANG, ZHOU


async def test_five_short_lines_are_one_case_and_one_acknowledgement(scene: ChatScene) -> None:
    """People write as they speak (issue 6); the promises run from their first line (P-30)."""
    li = scene.person("李娜")
    outcomes = await scene.says(li, *FIVE_LINES)
    assert [outcome.name for outcome in outcomes] == ["case_opened"]
    case = scene.case()
    assert (case.channel, case.subject, case.opened_at) == ("telegram", FIVE_LINES[0], MONDAY)
    (said,) = scene.house.said(case.number)
    assert said["words"] == "\n".join(FIVE_LINES)
    (reply,) = scene.heard(li)
    assert case.number in reply
    assert "30 分钟" in reply


async def test_an_acknowledgement_in_a_chat_is_short_and_asks_one_question(scene: ChatScene) -> None:
    """No greeting, no signature, and only the first of what is missing (P-20, P-23)."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    (reply,) = scene.heard(li)
    assert reply.endswith("请问贵公司全称是什么？")
    assert "您好" not in reply
    assert "本邮件" not in reply


async def test_each_answer_is_followed_by_the_next_question_until_all_is_known(scene: ChatScene) -> None:
    """A bare name is an answer, since it was asked for."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.says(li, "青山农村商业银行股份有限公司")
    assert scene.heard(li)[-1] == "好的，已记录。请问联系人怎么称呼？"
    await scene.says(li, "李娜")
    case = scene.case()
    assert (case.company, case.contact, case.missing) == ("青山农村商业银行股份有限公司", "李娜", ())
    assert case.number in scene.heard(li)[-1]
    assert len(scene.house.numbers()) == 1


async def test_a_hello_alone_is_greeted_and_opens_nothing(scene: ChatScene) -> None:
    """Nobody's night is disturbed for it."""
    li = scene.person("李娜")
    outcomes = await scene.says(li, "你好")
    assert [outcome.name for outcome in outcomes] == ["filed"]
    assert "云岭安全服务中心" in scene.heard(li)[-1]


@pytest.mark.parametrize(
    ("language", "lines", "question"),
    [
        ("zh-hant", ("堡壘機登入不了", "從早上就這樣"), "請問貴公司全名是什麼？"),
        (
            "en",
            ("Our firewall rejects every login", "about thirty users"),
            "Which company are you writing for?",
        ),
    ],
)
async def test_everybody_is_answered_in_their_language_and_script(
    scene: ChatScene, language: str, lines: tuple[str, ...], question: str
) -> None:
    """As by mail."""
    person = scene.person("Chan", language=language)
    await scene.says(person, *lines)
    assert scene.heard(person)[-1].endswith(question)


async def test_a_contact_whose_chat_is_linked_is_known_and_asked_nothing(scene: ChatScene) -> None:
    """Company, contract and name come from the directory; the answer says what we understood."""
    zhou = scene.person("周敏")
    await scene.link(zhou, "contact", ZHOU)
    await scene.says(zhou, *FIVE_LINES)
    case = scene.case()
    assert (case.reporter.known, case.contact, case.plan, case.missing) == (True, "周敏", "7x24", ())
    assert case.customer_id is not None
    assert "产品：堡垒机" in scene.heard(zhou)[-1]


async def test_the_timed_replies_come_into_the_chat(scene: ChatScene) -> None:
    """P-30, P-31 and P-32 reach the customer where they came from; nothing goes out by mail to a chat."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.house.wait(hours=2)
    notices = [text.split("\n")[0] for text in scene.heard(li)]
    assert len(notices) == 3, "first reply, second reply, one hourly update"
    assert all("telegram" not in parcel.recipient for parcel in scene.house.outgoing.parcels)


async def test_the_engineers_words_come_into_the_chat_and_nothing_else_of_the_mail(scene: ChatScene) -> None:
    """P-27: as from the desk."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "请把 <syslog> 发来看看。")
    assert scene.heard(li)[-1] == "请把 <syslog> 发来看看。"


async def test_a_further_message_stays_with_the_only_open_case(scene: ChatScene) -> None:
    """Threading by chat."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    outcomes = await scene.says(li, "现在连管理页面也打不开了")
    assert [(outcome.name, outcome.case_number) for outcome in outcomes] == [("added", scene.case().number)]


async def test_a_new_matter_is_a_case_of_its_own(scene: ChatScene) -> None:
    """/new, with its words or before them (LESSONS 105)."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.says(li, "/new")
    assert "新的问题" in scene.heard(li)[-1]
    await scene.says(li, "防火墙的报表导不出来")
    assert len(scene.house.numbers()) == 2
    await scene.says(li, "/new VPN 也连不上了")
    assert len(scene.house.numbers()) == 3


async def two_cases(scene: ChatScene) -> tuple[Person, str, str]:
    """李娜 has two open cases; the older one first."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.says(li, "/new 防火墙的报表导不出来")
    newer, older = scene.house.numbers()
    return li, older, newer


async def test_with_several_open_cases_a_button_says_which_one_it_is_about(scene: ChatScene) -> None:
    """Nobody guesses; the words wait in the inbox, and go where the button says."""
    li, older, _ = await two_cases(scene)
    outcomes = await scene.says(li, "重启以后还是不行")
    assert [outcome.name for outcome in outcomes] == ["postponed"]
    assert scene.heard(li)[-1] == "这条消息是关于哪个工单的？"
    outcomes = await scene.presses(li, f"{older} {FIVE_LINES[0]}")
    assert (outcomes[0].name, outcomes[0].case_number) == ("added", older)
    assert [said["words"] for said in scene.house.said(older)][-1] == "重启以后还是不行"


async def test_an_answer_to_a_message_of_a_case_needs_no_button(scene: ChatScene) -> None:
    """It says itself what it is about."""
    li, older, newer = await two_cases(scene)
    about = next(message for message in scene.messages(li) if newer in message.text)
    outcomes = await scene.says(li, "今天又试了一次", reply_to=about)
    assert (outcomes[0].name, outcomes[0].case_number) == ("added", newer)
    assert len(scene.house.said(older)) == 1


async def test_who_never_chooses_is_heard_all_the_same(scene: ChatScene) -> None:
    """After ten minutes it is a case of its own, and the desk sorts it out (G4)."""
    li, *_ = await two_cases(scene)
    await scene.says(li, "重启以后还是不行")
    outcomes = await scene.quiet(600)
    assert [outcome.name for outcome in outcomes] == ["case_opened"]


async def test_a_command_meanwhile_is_answered_and_the_words_wait_on(scene: ChatScene) -> None:
    """What waits for a choice is not lost by asking something else."""
    li, older, _ = await two_cases(scene)
    await scene.says(li, "重启以后还是不行")
    await scene.says(li, "/status")
    assert older in scene.heard(li)[-1]
    outcomes = await scene.presses(li, f"{older} {FIVE_LINES[0]}")
    assert (outcomes[0].name, outcomes[0].case_number) == ("added", older)


@pytest.mark.parametrize("asked", ["/status", "进度", "查進度"])
async def test_the_status_is_told_at_any_time(scene: ChatScene, asked: str) -> None:
    """By command or by the word for it."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.says(li, asked)
    assert scene.heard(li)[-1].startswith(f"{scene.case().number}　已受理，待分派　{FIVE_LINES[0]}")


async def test_the_customer_confirms_by_button_and_the_case_is_closed(scene: ChatScene) -> None:
    """P-34, P-35; a second press changes nothing."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.house.solve()
    await scene.presses(li, "已解决")
    assert scene.case().status == "closed"
    asking = next(message for message in scene.messages(li) if "请您确认" in message.text)
    assert asking.markup is None, "used buttons go away"


async def test_a_customer_who_says_it_is_not_solved_is_heard_by_button_too(scene: ChatScene) -> None:
    """P-35: the case goes on."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.house.solve()
    scene.house.clock.pass_(minutes=1)
    await scene.presses(li, "仍有问题")
    assert scene.case().status == "in_progress"
    assert "仍未解决" in scene.heard(li)[-1]


async def test_an_edit_adds_to_its_case_and_erases_nothing(scene: ChatScene) -> None:
    """LESSONS 104; within the burst the edited line is read as it now stands."""
    li = scene.person("李娜")
    first = li.write(scene.chat(li), "堡磊机登录不上")
    li.edit(first, "堡垒机登录不上")
    await scene.quiet()
    assert scene.case().subject == "堡垒机登录不上"
    li.edit(first, "堡垒机登录不上，SN 是 YL-2201")
    outcomes = await scene.quiet()
    assert [outcome.name for outcome in outcomes] == ["added"]
    assert [said["words"] for said in scene.house.said(scene.case().number)] == [
        "堡垒机登录不上",
        "堡垒机登录不上，SN 是 YL-2201",
    ]


async def test_what_cannot_be_read_is_kindly_declined_and_a_photo_is_kept(scene: ChatScene) -> None:
    """Voice, stickers and places are declined in words; pictures and files come with the case."""
    li = scene.person("李娜")
    li.send_voice(scene.chat(li))
    outcomes = await scene.quiet()
    assert [outcome.name for outcome in outcomes] == ["filed"]
    assert "暂时无法识别语音" in scene.heard(li)[-1]
    li.send_photo(scene.chat(li), b"\xff\xd8\xff picture", caption="堡垒机登录不上，见截图")
    await scene.quiet()
    assert "image/jpeg" in scene.house.said(scene.case().number)[0]["words"]


async def test_a_poison_update_holds_up_nobody(scene: ChatScene) -> None:
    """F9: it ends as filed, with its bytes; the next message is a case."""
    scene.bot.queue.add("message", {"chat": "nonsense"}, scene.house.clock.now())
    li = scene.person("李娜")
    outcomes = await scene.says(li, *FIVE_LINES)
    assert sorted(outcome.name for outcome in outcomes) == ["case_opened", "filed"]


async def test_a_group_is_quiet_unless_it_is_spoken_to(scene: ChatScene) -> None:
    """Colleagues talk among themselves (LESSONS 103); a mention or a command is for us."""
    li = scene.person("李娜")
    group = scene.api.add_group("青山银行 · 运维", li)
    group.add(scene.bot, li, administrator=True)
    li.write(group.chat, "堡垒机登录不上")
    assert {outcome.name for outcome in await scene.quiet()} == {"filed"}
    ours = [message.text for message in group.chat.transcript() if message.sender.id == scene.bot.id]
    assert [text for text in ours if not text.startswith("大家好")] == []
    li.write(group.chat, "@support_bot 堡垒机登录不上，十几个人受影响")
    assert [outcome.name for outcome in await scene.quiet()] == ["case_opened"]
    assert scene.case().number in group.chat.transcript()[-1].text
    assert scene.case().reporter.known is False, "everybody in the group reads the answers"


async def test_two_people_in_a_group_are_two_voices_on_one_case(scene: ChatScene) -> None:
    """What a colleague answers to our message lies on its case."""
    group, _, mei, ours = await reported_in_a_group(scene)
    mei.write(group.chat, "我这边也是", reply_to=ours)
    outcomes = await scene.quiet()
    assert [(outcome.name, outcome.case_number) for outcome in outcomes] == [("added", scene.case().number)]


async def test_centre_manager_by_mail_and_customer_by_chat_are_one_case(scene: ChatScene) -> None:
    """One case, many channels: each is told where they are."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.house.solve()
    assert scene.house.letters(QIAN, "review_request")
    scene.house.clock.moment += timedelta(minutes=1)
    await scene.says(li, "已经好了，谢谢")
    assert scene.case().status == "closed"


async def test_a_question_that_the_night_left_open_is_asked_when_handling_begins(scene: ChatScene) -> None:
    """One at a time, and of what is still missing: the second, where the first was answered at night (P-20, P-23)."""
    scene.house.clock.moment = MONDAY.replace(hour=21)
    li = scene.person("李娜")
    await scene.says(li, "堡垒机登录不上")
    assert scene.heard(li)[-1].endswith("请问贵公司全称是什么？")
    await scene.says(li, "青山农村商业银行股份有限公司")
    await scene.house.wait(hours=13)
    first_reply = next(text for text in scene.heard(li) if "已开始处理" in text)
    assert first_reply.endswith("请问联系人怎么称呼？")


async def test_a_conversation_ends_with_its_case(scene: ChatScene) -> None:
    """L-105: thanks afterwards stay with what is over; the next fault in the same chat is a case of its own."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.house.solve()
    await scene.presses(li, "已解决")
    closed = scene.case().number
    assert [outcome.name for outcome in await scene.says(li, "谢谢")] == ["filed"]
    assert scene.case().number == closed
    outcomes = await scene.says(li, "VPN 连不上了，从今天上午开始")
    assert [outcome.name for outcome in outcomes] == ["case_opened"]
    assert scene.house.case(closed).status == "closed"


async def test_colleagues_read_on_the_case_what_the_bot_has_said(scene: ChatScene) -> None:
    """L-107: every letter that the chat was sent lies on the case, word for word."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    await scene.house.wait(hours=1)
    _, _, on_case = read_case(scene.house.engine, scene.case().number)
    told = [str(each["words"]).strip() for each in on_case if each["person"] == scene.address(li)]
    assert told[:1] == ["\n".join(FIVE_LINES)]
    assert told[1:] == scene.heard(li)
    assert len(told) >= 3
