"""Strangers, forged buttons, copied tokens, replayed links: what anybody can send to a bot, and gains nothing by."""

import re
from io import StringIO

import pytest
from rich.console import Console

from gateway import chat_command
from gateway.chat_sandbox import Person
from gateway.errors import GatewayError
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.chat.test_colleagues import colleague, reported
from tests.house import CHEN, EMMA, FAULT, WANG, ZHOU, mail


def code_in(text: str) -> str:
    """The code that was mailed."""
    found = re.search(r"/start ([a-z2-7]{32})", text)
    assert found, text
    return found[1]


async def test_a_code_mailed_to_the_directory_links_a_chat_once(scene: ChatScene) -> None:
    """Whoever reads 周敏's mail is 周敏 (T31); the same link again is worth nothing."""
    zhou, thief = scene.person("周敏"), scene.person("小偷")
    await scene.says(zhou, f"/link {ZHOU}")
    (letter,) = scene.house.letters(ZHOU)
    assert "https://t.me/support_bot?start=" in letter.text
    code = code_in(letter.text)
    await scene.says(zhou, f"/start {code}")
    assert "身份已关联" in scene.heard(zhou)[-1]
    await scene.says(thief, f"/start {code}")
    assert "无效" in scene.heard(thief)[-1]
    await scene.says(zhou, *FIVE_LINES)
    assert scene.case().reporter.known
    await scene.says(thief, "/status")
    assert scene.heard(thief)[-1] == "目前没有处理中的工单。"


async def test_a_colleague_is_linked_by_a_code_to_their_directory_mail(scene: ChatScene) -> None:
    """Staff codes go where the directory says, nowhere else."""
    wang = scene.person("王强")
    await scene.says(wang, f"/link {WANG}")
    await scene.says(wang, f"/start {code_in(scene.house.letter(WANG).text)}")
    await reported(scene)
    assert scene.case().number in scene.heard(wang)[-1]


async def test_a_code_is_too_old_after_half_an_hour(scene: ChatScene) -> None:
    """A mail that lies about for a day opens nothing."""
    zhou = scene.person("周敏")
    await scene.says(zhou, f"/link {ZHOU}")
    code = code_in(scene.house.letter(ZHOU).text)
    scene.house.clock.pass_(minutes=31)
    await scene.says(zhou, f"/start {code}")
    assert "无效" in scene.heard(zhou)[-1]


async def test_nobody_learns_from_us_whom_we_know(scene: ChatScene) -> None:
    """The answer is the same for an address of the directory and for any other; mail goes to the first alone (T2)."""
    li = scene.person("李娜")
    await scene.says(li, f"/link {ZHOU}")
    await scene.says(li, "/link nobody@elsewhere.example")
    known, unknown = scene.heard(li)[-2:]
    assert known == unknown
    assert scene.house.letters("nobody@elsewhere.example") == []


async def test_asking_for_codes_is_no_mail_bomb(scene: ChatScene) -> None:
    """T19: five an hour, from however many chats."""
    for number in range(8):
        await scene.says(scene.person(f"小偷{number}"), f"/link {ZHOU}")
    assert len(scene.house.letters(ZHOU)) == 5


async def test_a_code_in_a_group_links_nobody(scene: ChatScene) -> None:
    """Everybody there would be whoever it was for."""
    zhou = scene.person("周敏")
    await scene.says(zhou, f"/link {ZHOU}")
    code = code_in(scene.house.letter(ZHOU).text)
    group = scene.api.add_group("青山银行 · 运维", zhou)
    group.add(scene.bot, zhou)
    zhou.write(group.chat, f"/start@support_bot {code}")
    await scene.quiet()
    assert "私聊" in group.chat.transcript()[-1].text


async def taken_card(scene: ChatScene) -> tuple[Person, str]:
    """王强 has a card; the data of its first button."""
    wang = await colleague(scene, "王强", "wang.qiang")
    await reported(scene)
    markup = scene.messages(wang)[-1].markup
    found = re.search(r"take\.[a-z2-7]{24}", str(markup))
    assert found, markup
    return wang, found[0]


async def test_a_copied_button_is_worth_nothing_in_another_hand(scene: ChatScene) -> None:
    """A forwarded card, its token read off: it was made for another chat (forged callbacks, issue 6)."""
    _, data = await taken_card(scene)
    thief = scene.person("小偷")
    thief.start(scene.bot)
    await scene.quiet()
    before = scene.case()
    thief.forge_press(scene.messages(thief)[-1], data)
    outcomes = await scene.taken()
    assert [outcome.name for outcome in outcomes] == ["filed"]
    assert scene.case() == before
    assert "失效" in scene.heard(thief)[-1]


async def test_a_copied_button_is_worth_nothing_to_another_colleague_either(scene: ChatScene) -> None:
    """What is asked of one is not answered by another."""
    _, data = await taken_card(scene)
    he = await colleague(scene, "何兰", "he.lan")
    before = scene.case()
    he.forge_press(scene.messages(he)[-1], data)
    await scene.taken()
    assert scene.case() == before


@pytest.mark.parametrize(
    "verb", ["passed", "failed", "over", "to", "issued", "agree", "solved", "new", "", "x" * 30]
)
async def test_a_forged_verb_does_no_more_than_the_letter_allows(scene: ChatScene, verb: str) -> None:
    """The token is genuine and one's own; the verb belongs to another letter."""
    wang, data = await taken_card(scene)
    before = scene.case()
    token = data.partition(".")[2]
    wang.forge_press(scene.messages(wang)[-1], f"{verb}.{token}.qian.hong"[:64])
    outcomes = await scene.taken()
    assert [outcome.name for outcome in outcomes] == ["filed"]
    assert scene.case() == before


@pytest.mark.parametrize(
    "data", ["take", "take.", ".", "pick.aaaa.0", "take." + "a" * 24, "take.\u0000" * 3, "{{7*7}}"]
)
async def test_nonsense_behind_a_button_is_answered_and_forgotten(scene: ChatScene, data: str) -> None:
    """Whatever an altered app sends."""
    li = await reported(scene)
    before = scene.case()
    li.forge_press(scene.messages(li)[-1], data)
    outcomes = await scene.taken()
    assert [outcome.name for outcome in outcomes] == ["filed"]
    assert scene.case() == before


async def test_a_button_is_dead_once_its_colleague_has_another_chat(scene: ChatScene) -> None:
    """A stolen telephone is unlinked by linking the new one."""
    wang, data = await taken_card(scene)
    await scene.link(scene.person("王强"), "staff", "wang.qiang")
    wang.forge_press(scene.messages(wang)[-1], data)
    await scene.taken()
    assert scene.case().engineer is None


@pytest.mark.parametrize(
    "command", ["/case {}", "/take {}", "/resolved {} done", "/note {} x", "/mine", "#take", "{}"]
)
async def test_a_stranger_sees_and_moves_no_case_of_others(scene: ChatScene, command: str) -> None:
    """Knowing a number is knowing nothing (T2, G14)."""
    await reported(scene)
    before = scene.case()
    thief = scene.person("小偷")
    await scene.says(thief, command.format(before.number))
    assert scene.house.case(before.number) == before
    assert FIVE_LINES[0] not in "".join(scene.heard(thief))


async def test_a_choice_is_only_its_own_persons(scene: ChatScene) -> None:
    """The nonce of one person's question means nothing in another's chat."""
    li = await reported(scene)
    await scene.says(li, "/new 防火墙的报表导不出来")
    await scene.says(li, "重启以后还是不行")
    found = re.search(r"pick\.[a-z2-7]{8}\.0", str(scene.messages(li)[-1].markup))
    assert found
    thief = scene.person("小偷")
    thief.start(scene.bot)
    await scene.quiet()
    numbers = scene.house.numbers()
    thief.forge_press(scene.messages(thief)[-1], found[0])
    await scene.taken()
    thief.write(scene.chat(thief), "我来说两句，防火墙登录不上")
    await scene.quiet(31)
    new = set(scene.house.numbers()) - set(numbers)
    assert len(new) == 1, "a case of their own, and nothing on 李娜's"


async def mailed_link(scene: ChatScene, mailbox: str = ZHOU) -> str:
    """周敏 writes a mail; the code behind the link in the acknowledgement."""
    await scene.house.write(mailbox, FAULT)
    found = re.search(r"https://t\.me/support_bot\?start=([a-z2-7]{24})", scene.house.letter(mailbox).text)
    assert found
    return found[1]


async def test_the_link_in_a_mail_to_a_contact_links_a_chat_once(scene: ChatScene) -> None:
    """Start by mail, go on by chat: the case is there, and the offer is not made again."""
    code = await mailed_link(scene)
    zhou, thief = scene.person("周敏"), scene.person("小偷")
    await scene.says(zhou, f"/start {code}")
    await scene.says(thief, f"/start {code}")
    assert "身份已关联" in scene.heard(zhou)[-1]
    assert "无效" in scene.heard(thief)[-1]
    outcomes = await scene.says(zhou, "现在所有人都登录不上了")
    assert [(each.name, each.case_number) for each in outcomes] == [("added", scene.case().number)]
    await scene.house.write(ZHOU, FAULT, subject="另一台堡垒机")
    assert "t.me" not in scene.house.letter(ZHOU).text


async def test_the_link_in_a_mail_works_for_a_week(scene: ChatScene) -> None:
    """A letter is passed on, and found years later in an archive: whoever reads it then becomes nobody (T31)."""
    code = await mailed_link(scene)
    zhou, thief = scene.person("周敏"), scene.person("小偷")
    scene.house.clock.pass_(days=6, hours=23)
    await scene.says(zhou, f"/start {code}")
    assert "身份已关联" in scene.heard(zhou)[-1]
    code = await mailed_link(scene, CHEN)
    scene.house.clock.pass_(days=7, minutes=1)
    await scene.says(thief, f"/start {code}")
    assert "无效" in scene.heard(thief)[-1]


@pytest.mark.parametrize(
    ("mailbox", "subject", "undo"),
    [
        (ZHOU, "您的邮箱已关联一个聊天账号", "如非您本人操作，请直接回复本邮件"),
        (CHEN, "您的電子郵件已綁定一個聊天帳號", "若非您本人操作，請直接回覆本郵件"),
        (EMMA, "A chat was linked to your mail address", "If it was not you, please reply"),
        (WANG, "您的邮箱已关联一个聊天账号", "如非您本人操作，请直接回复本邮件"),
    ],
)
async def test_whose_chat_was_linked_reads_it_once_by_mail(
    scene: ChatScene, mailbox: str, subject: str, undo: str
) -> None:
    """T31: whoever was passed a letter could be in that chat; the mailbox hears of it, and how to undo it."""
    somebody = scene.person("某人", language="zh-hans")
    await scene.says(somebody, f"/link {mailbox}")
    await scene.says(somebody, f"/start {code_in(scene.house.letter(mailbox).text)}")
    _, told = scene.house.letters(mailbox)
    assert told.subject == subject
    assert all(part in told.text for part in (mailbox, undo, "/unlink"))


async def test_the_desk_undoes_a_link_and_the_chat_is_a_strangers(scene: ChatScene) -> None:
    """`gateway chat unlink`: what the mail promises; nobody else's link is touched."""
    thief, wang = scene.person("小偷"), await colleague(scene, "王强", "wang.qiang")
    await scene.link(thief, "contact", ZHOU)
    printed = Console(file=StringIO())
    chat_command.unlink(scene.house.engine, scene.house.parts.directory, ZHOU.upper(), printed)
    await scene.side.load()
    await scene.says(thief, *FIVE_LINES)
    assert not scene.case().reporter.known
    assert scene.case().number in scene.heard(wang)[-1]
    with pytest.raises(GatewayError, match="no chat is linked"):
        chat_command.unlink(scene.house.engine, scene.house.parts.directory, ZHOU, printed)


async def test_the_token_that_everybody_in_copy_sees_links_nothing(scene: ChatScene) -> None:
    """The Reply-To's is signed for answers, not for this (RELIABILITY 2.1)."""
    await mailed_link(scene)
    found = re.search(r"\+([a-z2-7]{24})@", scene.house.letter(ZHOU).reply_to)
    assert found
    thief = scene.person("小偷")
    await scene.says(thief, f"/start {found[1]}")
    assert "无效" in scene.heard(thief)[-1]


async def test_a_stranger_is_offered_no_link(scene: ChatScene) -> None:
    """Their letters hold fixed words."""
    await scene.house.write("somebody@elsewhere.example", FAULT)
    assert "t.me" not in scene.house.letter("somebody@elsewhere.example").text


async def test_a_code_of_the_desk_links_whom_it_was_made_for(scene: ChatScene) -> None:
    """For a customer on the telephone: `gateway chat link`; an address of nobody's is refused by name."""
    printed = StringIO()
    directory, engine = scene.house.parts.directory, scene.house.engine
    chat_command.link(engine, directory, ZHOU, Console(file=printed))
    zhou = scene.person("周敏")
    await scene.says(zhou, f"/start {code_in(printed.getvalue())}")
    assert "身份已关联" in scene.heard(zhou)[-1]
    with pytest.raises(GatewayError, match="directory"):
        chat_command.link(engine, directory, "nobody@elsewhere.example", Console(file=printed))


async def test_a_mail_that_claims_to_come_from_a_chat_is_answered_in_no_chat(scene: ChatScene) -> None:
    """A From line proves nothing: whoever writes a chat's address there neither speaks in it nor has us speak in it."""
    zhou = scene.person("周敏")
    await scene.link(zhou, "contact", ZHOU)
    chat = scene.address(zhou)
    raw = mail(ZHOU, FAULT).replace(f"From: {ZHOU}".encode(), f"From: <{chat}>".encode())
    assert chat.encode() in raw
    await scene.house.receive(raw, sender=chat)
    assert scene.case().reporter.address != chat
    assert scene.heard(zhou) == []
    await scene.says(zhou, "/status")
    assert scene.heard(zhou)[-1] == "目前没有处理中的工单。"
