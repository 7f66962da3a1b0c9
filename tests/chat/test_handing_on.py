"""What a colleague hands on is a case of whoever wrote it (P-23); files of a chat, and who looks at them."""

import pytest

from gateway.channels.clamd import Verdict
from gateway.chat_sandbox import Person
from gateway.intake import Outcome
from gateway.scanning import Scans
from tests.chat.scene import FIVE_LINES, ChatScene
from tests.chat.test_colleagues import colleague, reported
from tests.house import HE_LAN, ZHOU
from tests.test_scanning import Says

PASTED = f"""\
转给值班同事

发件人: 周敏 <{ZHOU}>
发送时间: 2026年11月23日 9:10
收件人: he.lan@yunling.example
主题: 堡垒机无法登录

堡垒机无法登录，十几人受影响。
周敏"""


async def forwards(scene: ChatScene, who: Person, customer: Person, *lines: str) -> list[Outcome]:
    """The customer wrote these lines somewhere else; the colleague forwards them to the bot."""
    elsewhere = scene.api.add_group("项目群", customer, who)
    for line in lines:
        message = customer.write(elsewhere.chat, line)
        who.forward(message, scene.chat(who))
    return await scene.quiet()


async def test_a_forwarded_chat_message_of_a_contact_is_their_case_and_answered_in_their_chat(
    scene: ChatScene,
) -> None:
    """The directory knows company and contract; the colleague is told the number."""
    he = await colleague(scene, "何岚", "he.lan")
    zhou = scene.person("周敏")
    zhou.start(scene.bot)
    await scene.quiet()
    await scene.link(zhou, "contact", ZHOU)
    outcomes = await forwards(scene, he, zhou, "堡垒机登录不上", "十几个人都受影响")
    assert [outcome.name for outcome in outcomes] == ["case_opened"]
    case = scene.case()
    assert (case.reported_by, case.contact, case.plan) == ("he.lan", "周敏", "7x24")
    assert case.reporter.address == scene.address(zhou)
    assert case.number in scene.heard(he)[-1]
    assert case.number in scene.heard(zhou)[-1]
    assert [said["words"] for said in scene.house.said(case.number)] == ["堡垒机登录不上\n十几个人都受影响"]


async def test_of_somebody_whom_telegram_names_only_the_rest_is_asked_back_in_the_chat(
    scene: ChatScene,
) -> None:
    """Contact, company and symptoms (P-23): the answer to the question fills the case."""
    he = await colleague(scene, "何岚", "he.lan")
    stranger = scene.api.add_person("李娜")
    await forwards(scene, he, stranger, "堡垒机登录不上，十几个人都受影响")
    case = scene.case()
    assert (case.contact, case.reporter.address) == ("李娜", "")
    assert "company" in case.missing
    question = next(message for message in scene.messages(he) if "请向客户问明" in message.text)
    assert not scene.house.letters(HE_LAN, "facts_wanted")
    await scene.says(he, "公司：青山农村商业银行股份有限公司", reply_to=question)
    assert scene.case().company == "青山农村商业银行股份有限公司"
    assert scene.house.numbers() == [case.number]


async def test_the_text_of_a_customers_mail_is_the_customers_report(scene: ChatScene) -> None:
    """Pasted with its head: answered by mail, where they wrote."""
    he = await colleague(scene, "何岚", "he.lan")
    outcomes = await scene.says(he, PASTED)
    assert [outcome.name for outcome in outcomes] == ["case_opened"]
    case = scene.case()
    assert (case.reporter.address, case.contact, case.reported_by) == (ZHOU, "周敏", "he.lan")
    assert case.number in scene.house.letter(ZHOU).text


@pytest.mark.parametrize("name", [f"周敏 <{ZHOU}>", ZHOU, f'"{ZHOU}"'])
async def test_a_name_that_looks_like_an_address_is_a_name(scene: ChatScene, name: str) -> None:
    """T31: anybody may call themselves anything; nobody's mailbox is written to for it, nobody's contract counts."""
    he = await colleague(scene, "何岚", "he.lan")
    await forwards(scene, he, scene.api.add_person(name), "堡垒机登录不上，十几个人都受影响")
    assert scene.case().reporter.address == ""
    assert scene.house.letters(ZHOU) == []


async def test_a_colleagues_own_words_are_no_report(scene: ChatScene) -> None:
    """Whoever forgets to press reply opens no case with what was meant for a customer."""
    wang = await colleague(scene, "王强", "wang.qiang")
    await scene.says(wang, "客户说堡垒机登录不上，请先重启认证服务。")
    assert scene.house.numbers() == []
    assert "/mine" in scene.heard(wang)[-1]


async def test_a_stranger_who_forwards_is_a_stranger_who_reports(scene: ChatScene) -> None:
    """Only colleagues hand things on: with anybody else, who writes is who reports."""
    li, zhou = scene.person("李娜"), scene.person("周敏")
    await scene.link(zhou, "contact", ZHOU)
    await forwards(scene, li, zhou, "堡垒机登录不上，十几个人都受影响")
    assert scene.case().reporter.address == scene.address(li)
    assert not scene.case().reporter.known


async def test_an_engineers_file_goes_to_a_customer_in_a_chat(scene: ChatScene) -> None:
    """With their words as its caption, from the desk; a note's file stays inside (LESSONS 106)."""
    wang = await colleague(scene, "王强", "wang.qiang")
    li = await reported(scene)
    card = scene.messages(wang)[-1]
    wang.send_file(scene.chat(wang), "内部.txt", b"secret", caption="/note 给同事看的", reply_to=card)
    await scene.quiet()
    wang.send_file(
        scene.chat(wang), "操作手册.pdf", b"%PDF-1.7", caption="请按手册第三步操作。", reply_to=card
    )
    await scene.quiet()
    file = scene.messages(li)[-1].content
    assert file["caption"] == "请按手册第三步操作。"
    assert "操作手册.pdf" in str(file["document"])
    assert "内部.txt" not in str([message.content for message in scene.messages(li)])


async def test_an_engineers_file_goes_with_the_mail_to_a_customer_who_writes_mails(scene: ChatScene) -> None:
    """One case, many channels: what was sent from a chat is attached."""
    wang = await colleague(scene, "王强", "wang.qiang")
    await scene.house.write(ZHOU, "堡垒机无法登录，十几人受影响。\n周敏")
    card = scene.messages(wang)[-1]
    wang.send_file(scene.chat(wang), "manual.pdf", b"%PDF-1.7", caption="请按手册第三步操作。", reply_to=card)
    await scene.quiet()
    letter = scene.house.letter(ZHOU, "engineer_reply")
    assert [part.get_filename() for part in letter.headers.iter_attachments()] == ["manual.pdf"]


async def test_a_harmful_file_of_a_chat_goes_to_nobody_and_is_named_on_its_case(scene: ChatScene) -> None:
    """T24: as of a mail's attachment; the words go on, and the bytes stay in the inbox."""
    scene.have_scanned(Scans(Says(Verdict("infected", "Eicar"))))
    wang = await colleague(scene, "王强", "wang.qiang")
    li = scene.person("李娜")
    li.send_file(scene.chat(li), "日志.zip", b"PK", caption="堡垒机登录不上，见附件")
    await scene.quiet()
    assert any("'日志.zip' is harmful (Eicar)" in each for each in scene.case().problems)
    assert "日志.zip" not in str(scene.house.said(scene.case().number)[0]["words"])
    card = next(message for message in scene.messages(wang) if "堡垒机登录不上" in message.text)
    wang.send_file(scene.chat(wang), "补丁.exe", b"MZ", caption="请安装补丁。", reply_to=card)
    await scene.quiet()
    assert scene.heard(li)[-1] == "请安装补丁。"
    assert "document" not in scene.messages(li)[-1].content


async def test_a_clean_file_is_worth_no_remark(scene: ChatScene) -> None:
    """It is named where it came, and that is all."""
    scene.have_scanned(Scans(Says(Verdict("clean"))))
    li = scene.person("李娜")
    await scene.says(li, *FIVE_LINES[:1])
    li.send_file(scene.chat(li), "日志.zip", b"PK", caption="这是日志")
    await scene.quiet()
    assert "[日志.zip]" in str(scene.house.said(scene.case().number)[-1]["words"])
    assert scene.case().problems == ()
