"""What every chat channel must do, Telegram, the signed webhook and the example package alike (gateway.chat_channel).

Each test runs against each of them; docs/chat-webhook.md tells the author of another how to have it run against theirs.
"""

import pytest

from gateway.chat_note import ChatNote, to_bytes
from gateway.errors import DeliveryError
from gateway.messages import Parcel
from gateway.storage.reading import list_inbox
from tests.chat.contract.bench import Trouble
from tests.chat.contract.conftest import CAPABLE, Meeting
from tests.chat.scene import FIVE_LINES
from tests.chat.test_handing_on import PASTED
from tests.house import HE_LAN, WANG, ZHOU

REPORT = "堡垒机登录不上，十几个人受影响"


def kept(meeting: Meeting) -> int:
    return len(list_inbox(meeting.house.engine, limit=1000))


# --- in --------------------------------------------------------------------------------------------------------


async def test_the_service_is_told_once_it_is_kept_and_not_before(meeting: Meeting) -> None:
    """G21: while we cannot keep it the service has it still, and brings it again."""
    meeting.bench.writes("li", REPORT)
    meeting.store.is_away = True
    assert not await meeting.bench.bring()
    assert kept(meeting) == 0
    meeting.store.is_away = False
    assert await meeting.bench.bring()
    assert kept(meeting) == 1


async def test_a_delivery_that_comes_again_changes_nothing(meeting: Meeting) -> None:
    """G2: every service delivers at least once."""
    await meeting.says("li", REPORT)
    meeting.bench.repeats()
    assert await meeting.taken() == []
    assert kept(meeting) == 1
    assert len(meeting.house.said(meeting.case().number)) == 1


async def test_five_short_lines_are_one_case_and_one_acknowledgement(meeting: Meeting) -> None:
    """Issue 6, in any service."""
    outcomes = await meeting.says("li", *FIVE_LINES)
    assert [outcome.name for outcome in outcomes] == ["case_opened"]
    case = meeting.case()
    assert (case.channel, case.reporter.address) == (meeting.bench.name, meeting.bench.address("li"))
    (said,) = meeting.house.said(case.number)
    assert said["words"] == "\n".join(FIVE_LINES)
    assert [case.number in text for text in meeting.hears("li")] == [True]


async def test_an_answer_to_a_message_of_ours_goes_to_its_case(meeting: Meeting) -> None:
    """Of two open cases the one that the message is about."""
    await meeting.says("li", REPORT)
    await meeting.says("li", "/new 防火墙的报表导不出来")
    _, older = meeting.house.numbers()
    about = next(shown for shown in meeting.bench.sees("li") if older in shown.text)
    outcomes = await meeting.says("li", "今天又试了一次", answers=about)
    assert [(outcome.name, outcome.case_number) for outcome in outcomes] == [("added", older)]


@pytest.mark.parametrize("meeting", CAPABLE, indirect=True)
async def test_an_edit_adds_and_erases_nothing(meeting: Meeting) -> None:
    """LESSONS 104."""
    message = meeting.bench.writes("li", REPORT)
    await meeting.taken()
    meeting.capable_bench.edits("li", message, f"{REPORT}，SN 是 YL-2201")
    outcomes = await meeting.taken()
    assert [outcome.name for outcome in outcomes] == ["added"]
    words = [said["words"] for said in meeting.house.said(meeting.case().number)]
    assert words == [REPORT, f"{REPORT}，SN 是 YL-2201"]


@pytest.mark.parametrize("meeting", CAPABLE, indirect=True)
async def test_a_file_is_kept_with_its_words(meeting: Meeting) -> None:
    """Whoever reads the case sees that it is there."""
    meeting.capable_bench.sends_file("li", "日志.txt", b"kernel panic", REPORT)
    await meeting.taken()
    (said,) = meeting.house.said(meeting.case().number)
    assert said["words"] == f"{REPORT}\n[日志.txt]"


async def test_what_cannot_be_read_is_kindly_declined(meeting: Meeting) -> None:
    """A sticker opens no case, and is not met with silence."""
    meeting.bench.sends_sticker("li")
    outcomes = await meeting.taken()
    assert [outcome.name for outcome in outcomes] == ["filed"]
    assert "暂时无法识别" in meeting.hears("li")[-1]


async def test_parts_that_nobody_knows_yet_are_passed_over(meeting: Meeting) -> None:
    """A service that grows does not stop us."""
    meeting.bench.says_more_than_we_know("li", REPORT)
    outcomes = await meeting.taken()
    assert [outcome.name for outcome in outcomes] == ["case_opened"]
    assert meeting.case().subject == REPORT


async def test_rubbish_gets_a_clear_answer_and_holds_up_nobody(meeting: Meeting) -> None:
    """F9: never a fault of ours, never a case, and the next message is heard."""
    for rubbish in meeting.bench.rubbish():
        assert await meeting.bench.throws(rubbish) in (200, 400), rubbish[:80]
    outcomes = await meeting.says("li", REPORT)
    assert {outcome.name for outcome in outcomes} <= {"case_opened", "filed"}
    assert len(meeting.house.numbers()) == 1


async def test_hostile_words_are_words(meeting: Meeting) -> None:
    """Markup, templates and controls come back to whom they were meant for as they were written, and do nothing."""
    await meeting.says(
        "li", "<b>堡垒机</b> {{111111*111111}} ${HOME} 登录不上\u202e\u0007 '; DROP TABLE cases; --"
    )
    (said,) = meeting.house.said(meeting.case().number)
    assert said["words"].startswith("<b>堡垒机</b> {{111111*111111}} ${HOME} 登录不上")
    assert "\u0007" not in said["words"]
    assert not any("12345654321" in text for text in meeting.hears("li"))


async def test_a_text_without_end_is_cut_where_we_stop_reading(meeting: Meeting) -> None:
    """20,000 characters, wherever a service allows more."""
    longest_of_theirs = 4000
    await meeting.says("li", *[REPORT + "，" + "很" * (longest_of_theirs - len(REPORT) - 1)] * 3)
    (said,) = meeting.house.said(meeting.case().number)
    assert len(said["words"]) <= 20_000


async def test_in_a_group_we_are_quiet_unless_spoken_to_and_answer_there(meeting: Meeting) -> None:
    """LESSONS 103; and nobody is more than a stranger where everybody reads."""
    await meeting.link("li", "contact", ZHOU)
    outcomes = await meeting.says("li", REPORT, in_group=True, to_us=False)
    assert [outcome.name for outcome in outcomes] == ["filed"]
    assert meeting.hears("li", in_group=True) == []
    outcomes = await meeting.says("li", REPORT, in_group=True)
    assert [outcome.name for outcome in outcomes] == ["case_opened"]
    assert not meeting.case().reporter.known
    assert meeting.case().number in meeting.hears("li", in_group=True)[-1]
    assert meeting.hears("li") == []


# --- out -------------------------------------------------------------------------------------------------------


async def test_a_button_does_what_it_says_and_does_it_once(meeting: Meeting) -> None:
    """P-35: the customer confirms with one tap; the second tap changes nothing."""
    await meeting.says("li", REPORT)
    await meeting.house.solve()
    asking = meeting.bench.sees("li")[-1]
    data = dict(asking.buttons)["已解决"]
    meeting.bench.presses("li", asking, data)
    await meeting.taken()
    assert meeting.case().status == "closed"
    happened = meeting.house.happened(meeting.case().number)
    meeting.bench.presses("li", asking, data)
    await meeting.taken()
    assert meeting.house.happened(meeting.case().number) == happened


async def test_a_button_is_worth_nothing_in_another_hand(meeting: Meeting) -> None:
    """T31: its data was made for one chat; copied into another it is answered like any dead button."""
    await meeting.says("li", REPORT)
    await meeting.house.solve()
    asking = meeting.bench.sees("li")[-1]
    number = meeting.case().number
    await meeting.says("thief", "/status")
    meeting.bench.presses("thief", meeting.bench.sees("thief")[-1], dict(asking.buttons)["已解决"])
    outcomes = await meeting.taken()
    assert [outcome.name for outcome in outcomes] == ["filed"]
    assert meeting.house.case(number).status == "awaiting_confirmation"


async def test_a_long_text_arrives_whole_in_order_and_in_pieces_that_fit(meeting: Meeting) -> None:
    """Whatever the service's limit; the pieces are cut at paragraphs, and lead back to the case."""
    await meeting.says("li", REPORT)
    size = min(meeting.bench.longest, 3000) - 50
    paragraphs = [character * size for character in "甲乙丙"]
    await meeting.house.answer(meeting.house.letter(WANG, "new_case"), "\n\n".join(paragraphs))
    shown = meeting.bench.sees("li")[1:]
    assert "\n\n".join(each.text for each in shown).split("\n\n") == paragraphs
    assert all(len(each.text) <= meeting.bench.longest for each in shown)
    outcomes = await meeting.says("li", "第二段看不懂", answers=shown[-1])
    assert outcomes[0].case_number == meeting.case().number


async def test_a_closed_chat_is_no_silence_for_somebody_whom_we_know(meeting: Meeting) -> None:
    """F26: what the chat does not take for good goes out once by mail."""
    await meeting.link("zhou", "contact", ZHOU)
    await meeting.says("zhou", REPORT)
    meeting.bench.fails(Trouble.CLOSED)
    await meeting.house.answer(meeting.house.letter(WANG, "new_case"), "请重启认证服务后再试。")
    (letter,) = meeting.house.letters(ZHOU)
    assert "请重启认证服务后再试。" in letter.text
    assert meeting.house.letters(HE_LAN, "notice_failed") == []


async def test_whoever_goes_on_by_mail_goes_on_with_the_case_of_the_chat_and_back(meeting: Meeting) -> None:
    """Issue 6, points 5 and 9: one case, answered where its contact wrote last, whichever service the chat is of."""
    await meeting.link("zhou", "contact", ZHOU)
    await meeting.says("zhou", *FIVE_LINES)
    number, heard = meeting.case().number, meeting.hears("zhou")
    outcome = await meeting.house.write(
        ZHOU, "堡垒机还是登录不上，我改用邮件联系。\n周敏", subject="登录问题"
    )
    assert (outcome.name, outcome.case_number) == ("added", number)
    await meeting.house.answer(meeting.house.letter(WANG, "new_case"), "请重启认证服务后再试。")
    assert "请重启认证服务后再试。" in meeting.house.letter(ZHOU).text
    assert meeting.hears("zhou") == heard, "nothing is said twice"
    await meeting.says("zhou", "重启过了，还是不行。")
    assert meeting.case().number == number
    await meeting.house.answer(meeting.house.letter(WANG, "new_case"), "工程师马上联系您。")
    assert meeting.hears("zhou")[-1] == "工程师马上联系您。"


async def test_what_a_colleague_hands_on_names_the_channel_that_it_came_by(meeting: Meeting) -> None:
    """P-23, in any service: pasted with its head it is the customer's case, answered in their chat if they have one."""
    await meeting.link("he", "staff", "he.lan")
    await meeting.link("zhou", "contact", ZHOU)
    await meeting.says("he", PASTED)
    case = meeting.case()
    assert (case.channel, case.reported_by) == (meeting.bench.name, "he.lan")
    assert case.number in meeting.hears("zhou")[-1]


async def test_a_closed_chat_of_a_stranger_is_somebodys_to_call(meeting: Meeting) -> None:
    """G9: there is no other way to them, so that the desk is told."""
    await meeting.says("li", REPORT)
    meeting.bench.fails(Trouble.CLOSED)
    await meeting.house.answer(meeting.house.letter(WANG, "new_case"), "请重启认证服务后再试。")
    assert meeting.house.letters(HE_LAN, "notice_failed")


async def test_a_service_that_asks_for_a_moment_has_it(meeting: Meeting) -> None:
    """F26: 429 is waited for, and the message is said once."""
    meeting.bench.fails(Trouble.BUSY)
    await meeting.says("li", REPORT)
    await meeting.house.wait(minutes=2)
    assert [meeting.case().number in text for text in meeting.hears("li")] == [True]


async def test_a_broken_service_hears_it_later_and_once(meeting: Meeting) -> None:
    """F19: the outbox tries again."""
    meeting.bench.fails(Trouble.BROKEN)
    await meeting.says("li", REPORT)
    assert meeting.hears("li") == []
    await meeting.house.wait(minutes=2)
    assert [meeting.case().number in text for text in meeting.hears("li")] == [True]


async def test_a_service_that_falls_silent_is_asked_again_under_the_same_id(meeting: Meeting) -> None:
    """F22: what may have arrived goes out once more; a service that knows repetitions shows it once."""
    meeting.bench.fails(Trouble.SILENT)
    await meeting.says("li", REPORT)
    assert len(meeting.hears("li")) == 1
    await meeting.house.wait(minutes=11)
    about = [text for text in meeting.hears("li") if meeting.hears("li")[0] == text]
    assert len(about) == (1 if meeting.bench.knows_repetitions else 2)


# --- life ------------------------------------------------------------------------------------------------------


async def test_a_channel_says_how_it_is(meeting: Meeting) -> None:
    """For /readyz."""
    await meeting.says("li", REPORT)
    assert meeting.bench.channel.name == meeting.bench.name
    assert meeting.bench.channel.health()["ok"] is True


async def test_nobody_is_reached_through_the_wrong_channel(meeting: Meeting) -> None:
    """An address of another service is refused for good, without asking anybody."""
    note = to_bytes(ChatNote("您好"))
    for recipient in ("other:/li", "telegram:1/abc", "zhou.min@qingshan-bank.example", ""):
        with pytest.raises(DeliveryError) as refused:
            await meeting.bench.channel.send(Parcel("k7m2qx4a", "", recipient, note))
        assert refused.value.permanent


async def test_an_engineer_answers_customer_and_prompt_where_no_reply_can_be_pressed(
    meeting: Meeting,
) -> None:
    """WeCom and DingTalk tell no bot what is answered: a command names the case, one line answers the only prompt."""
    await meeting.link("wang", "staff", "wang.qiang")
    await meeting.says("li", REPORT)
    number = meeting.case().number
    await meeting.says("wang", f"/reply {number} 请先重启认证服务。\n\n再试一次。")
    assert meeting.hears("li")[-1] == "请先重启认证服务。\n\n再试一次。"
    assert meeting.case().engineer == "wang.qiang"
    await meeting.house.wait(minutes=50)
    assert "请用一句话说明" in meeting.hears("wang")[-1]
    await meeting.says("wang", "备件已在路上")
    assert "备件已在路上" in meeting.hears("li")[-1]
    before = meeting.hears("li")
    await meeting.says("wang", "还有一句")
    assert meeting.hears("li") == before, "the prompt has its answer"
    assert "没有发给任何人" in meeting.hears("wang")[-1]
