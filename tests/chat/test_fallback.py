"""When a chat does not take what we owe: by mail to whom we know, aloud to the desk for whom we do not."""

from http import HTTPStatus

import pytest

from gateway.chat_sandbox import Fault, Person
from gateway.errors import StorageUnavailable
from gateway.storage.work import DatabaseWork
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.chat.test_colleagues import colleague
from tests.house import FAULT, HE_LAN, WANG, ZHOU
from tests.test_bounces import WEBER, bounce


async def begun(scene: ChatScene) -> Person:
    """周敏, whose chat is linked, and has greeted her."""
    zhou = scene.person("周敏")
    zhou.start(scene.bot)
    await scene.quiet()
    await scene.link(zhou, "contact", ZHOU)
    return zhou


async def test_a_blocked_bot_is_no_silence_for_a_contact_whom_we_know(scene: ChatScene) -> None:
    """403: the same words by mail, once (F26); and nothing is said twice."""
    zhou = scene.person("周敏")
    await scene.link(zhou, "contact", ZHOU)
    await scene.says(zhou, *FIVE_LINES)
    zhou.block(scene.bot)
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "请重启认证服务后再试。")
    (letter,) = scene.house.letters(ZHOU)
    assert "请重启认证服务后再试。" in letter.text
    assert scene.house.letters(HE_LAN, "notice_failed") == []


async def test_a_file_goes_with_its_words_wherever_they_go(scene: ChatScene) -> None:
    """ "Follow step three of the attachment", by mail too: a letter without its file is half a letter (issue 6, 5)."""
    zhou, wang = scene.person("周敏"), await colleague(scene, "王强", "wang.qiang")
    await scene.link(zhou, "contact", ZHOU)
    await scene.says(zhou, *FIVE_LINES)
    zhou.block(scene.bot)
    card = next(each for each in scene.messages(wang) if FIVE_LINES[0] in each.text)
    steps = b"%PDF-1.7 \x00\xff step three"
    wang.send_file(scene.chat(wang), "操作步骤.pdf", steps, caption="请按附件第三步操作。", reply_to=card)
    await scene.quiet()
    (letter,) = scene.house.letters(ZHOU)
    assert "请按附件第三步操作。" in letter.text
    (file,) = letter.headers.iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == ("操作步骤.pdf", steps)


async def test_an_answer_to_that_mail_comes_onto_the_same_case(scene: ChatScene) -> None:
    """One case, many channels: its reply address is as good as any."""
    zhou = scene.person("周敏")
    await scene.link(zhou, "contact", ZHOU)
    await scene.says(zhou, *FIVE_LINES)
    zhou.block(scene.bot)
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "请重启认证服务后再试。")
    outcome = await scene.house.answer(scene.house.letter(ZHOU), "重启过了，还是不行。")
    assert (outcome.name, outcome.case_number) == ("added", scene.case().number)


async def test_a_stranger_who_blocks_the_bot_is_somebodys_to_call(scene: ChatScene) -> None:
    """There is no other way to reach them: the desk is told (G9)."""
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    li.block(scene.bot)
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "请重启认证服务后再试。")
    assert scene.house.letters(HE_LAN, "notice_failed")


async def test_a_telegram_that_is_away_costs_a_contact_minutes_and_mail_nothing(scene: ChatScene) -> None:
    """After three attempts a promise does not wait for Telegram; other mail goes on meanwhile (F27)."""
    zhou = scene.person("周敏")
    await scene.link(zhou, "contact", ZHOU)
    scene.api.world.faults.next("sendMessage", Fault.HTML_PAGE, times=1000)
    await scene.says(zhou, *FIVE_LINES)
    assert scene.house.letters(WANG, "new_case"), "mail is untouched"
    await scene.house.wait(minutes=6)
    (letter,) = scene.house.letters(ZHOU)
    assert scene.case().number in letter.text


async def test_a_colleagues_card_that_cannot_be_delivered_is_a_mail(scene: ChatScene) -> None:
    """A manager's telephone may be off; the escalation is not."""
    wang = scene.person("王强")
    await scene.link(wang, "staff", "wang.qiang")
    refusal = Fault.refused(HTTPStatus.FORBIDDEN, "Forbidden: bot can't initiate conversation with a user")
    scene.api.world.faults.next("sendMessage", refusal, times=1)
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES)
    assert scene.house.letters(WANG, "new_case")


async def test_a_mail_that_cannot_be_made_just_now_is_made_at_the_next_attempt(
    scene: ChatScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk at the wrong moment must not cost the letter its other way (G9): no end without a reason."""
    zhou = scene.person("周敏")
    await scene.link(zhou, "contact", ZHOU)
    await scene.says(zhou, *FIVE_LINES)
    zhou.block(scene.bot)

    def refuse(*_: object) -> None:
        raise StorageUnavailable("the disk is full")

    with monkeypatch.context() as while_the_disk_is_full:
        while_the_disk_is_full.setattr(DatabaseWork, "replace_letter", refuse)
        await scene.house.answer(scene.house.letter(WANG, "new_case"), "请重启认证服务后再试。")
    assert scene.house.letters(ZHOU) == []
    await scene.house.wait(minutes=2)
    assert "请重启认证服务后再试。" in scene.house.letter(ZHOU).text
    assert scene.house.letters(HE_LAN, "notice_failed") == []


async def test_a_mail_that_comes_back_is_said_in_the_same_persons_chat(scene: ChatScene) -> None:
    """Issue 6, point 5: nobody else reads her letter while there is another way to herself (F24)."""
    zhou = await begun(scene)
    await scene.house.write(ZHOU, FAULT)
    number = scene.case().number
    await bounce(scene.house, scene.house.letter(ZHOU, "first_reply"))
    assert [number in text for text in scene.heard(zhou)] == [False, True]
    assert scene.house.letters(WEBER) == []
    told = scene.house.letter(HE_LAN, "notice_failed").text
    assert "已改发给：本人的聊天窗口" in told
    assert scene.address(zhou) not in told
    await scene.house.answer(scene.house.letter(WANG, "new_case"), "请重启认证服务后再试。")
    assert scene.heard(zhou)[-1] == "请重启认证服务后再试。"
    await scene.says(zhou, "重启过了，还是不行。")
    assert scene.house.said(number)[-1]["words"] == "重启过了，还是不行。", "what follows is one case"


async def test_where_neither_the_mailbox_nor_the_chat_takes_it_the_desk_is_told_and_it_ends(
    scene: ChatScene,
) -> None:
    """Two ways that point at each other are no loop: each was tried once (F24, F26)."""
    zhou = await begun(scene)
    await scene.house.write(ZHOU, FAULT)
    mails = len(scene.house.letters(ZHOU))
    zhou.block(scene.bot)
    await bounce(scene.house, scene.house.letter(ZHOU, "first_reply"))
    await scene.house.wait(minutes=10)
    assert len(scene.house.letters(ZHOU)) == mails
    assert "bot was blocked" in scene.house.letter(HE_LAN, "notice_failed").text


async def test_a_mail_in_place_of_a_closed_chat_that_comes_back_too_is_the_desks(scene: ChatScene) -> None:
    """The other way round: both ways have been tried, and a colleague of hers is not written to behind her back."""
    zhou = await begun(scene)
    await scene.says(zhou, *FIVE_LINES)
    zhou.block(scene.bot)
    await scene.house.wait(hours=1)
    mails = len(scene.house.letters(ZHOU))
    await bounce(scene.house, scene.house.letter(ZHOU, "second_reply"))
    await scene.house.wait(hours=1)
    assert len(scene.house.letters(ZHOU)) == mails
    assert scene.house.letters(WEBER) == []
    assert "bot was blocked" in scene.house.letter(HE_LAN, "notice_failed").text
