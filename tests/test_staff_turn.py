"""What a colleague's reply does: their words go where the notice said, commands do what they say, slips hurt nobody."""

from dataclasses import replace

import pytest

from gateway.cases import events
from gateway.cases.case import Case, Party
from gateway.cases.directory import Directory, Staff
from gateway.staff_turn import Answered, Refusal, StaffTurn, read
from tests.house import CHEN, HE_LAN, MONDAY, SUN_JIE, SUPPORT, WANG, ZHOU, House

WU = Staff(id="wu", name="吴刚", email="wu@vendor.example", roles=frozenset({"engineer"}))
LIN = Staff(id="lin", name="林芳", email="lin@vendor.example", roles=frozenset({"desk"}))
DIRECTORY = Directory(staff=[WU, LIN])
ALLOWED = {
    "take": ["engineer"],
    "progress": ["engineer"],
    "plan": ["engineer"],
    "resolved": ["engineer"],
    "waiting": ["engineer", "desk"],
    "stuck": ["engineer"],
    "level": ["engineer", "desk"],
    "assign": ["desk"],
    "ack": ["level_manager:1"],
    "interval": ["engineer"],
    "company": ["desk"],
    "contact": ["desk"],
    "phone": ["desk"],
}
CASE = Case(
    number="C261123-000018",
    opened_at=MONDAY,
    reporter=Party(address="a@b.example"),
    subject="x",
    engineer="wu",
)


def turn(
    text: str, role: str = "engineer", meaning: str = "customer_text", case: Case = CASE, by: Staff = WU
) -> StaffTurn:
    """What these words, in answer to a notice with that meaning, do to the case."""
    return read(text, "zh-Hans", Answered(by, role, meaning), case, DIRECTORY, ALLOWED, (1, 2, 3, 4))


@pytest.mark.parametrize(
    ("meaning", "event"),
    [
        ("customer_text", events.EngineerReplied),
        ("update_line", events.ProgressGiven),
        ("decision", events.Acknowledged),
        ("note", events.NoteTaken),
        ("anything else", events.NoteTaken),
    ],
)
def test_plain_words_mean_what_the_notice_says_they_mean_and_are_internal_by_default(
    meaning: str, event: type[events.Event]
) -> None:
    """Nothing reaches the customer unless the notice says so (ARCHITECTURE "Decided", L-54, L-49)."""
    done = turn("已更换硬盘", meaning=meaning)
    assert [type(each) for each in done.events] == [event]
    assert done.events[0].by == "wu"
    assert not done.refusals


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("#take", events.Assigned(to="wu", by="wu")),
        ("＃接单", events.Assigned(to="wu", by="wu")),
        ("#progress disk replaced", events.ProgressGiven(text="disk replaced", by="wu")),
        ("#进展：已更换硬盘", events.ProgressGiven(text="已更换硬盘", by="wu")),
        ("#plan 明早更换", events.Planned(text="明早更换", by="wu")),
        ("#方案\n明早更换", events.Planned(text="明早更换", by="wu")),
        ("#已解決 重啟服務", events.Resolved(text="重啟服務", by="wu")),
        ("#resolved\nrestarted it", events.Resolved(text="restarted it", by="wu")),
        ("#等待客户 请提供日志", events.WaitingOnCustomer(text="请提供日志", by="wu")),
        ("#卡住 没有备件", events.Stuck(text="没有备件", by="wu")),
        ("#level 1", events.LevelChanged(level=1, by="wu")),
        ("#级别二", events.LevelChanged(level=2, by="wu")),
        ("#内部 客户脾气不好", events.NoteTaken(text="客户脾气不好", by="wu")),
    ],
)
def test_commands_work_in_both_scripts_and_in_english(text: str, event: events.Event) -> None:
    """Full-width signs and colons included; the words beside them belong to the command."""
    assert turn(text) == StaffTurn((event,), ())


def test_the_desk_gives_a_case_to_a_colleague_by_name_address_or_id() -> None:
    """And only to somebody there is."""
    for who in ("吴刚", "@wu", "WU@vendor.example"):
        assert turn(f"#assign {who}", "desk", "note", by=LIN).events == (events.Assigned(to="wu", by="lin"),)
    done = turn("#assign 无名氏", "desk", "note", by=LIN)
    assert done == StaffTurn((), (Refusal("unknown_command", "#assign 无名氏"),))


def test_a_note_and_an_answer_in_one_mail_stay_apart() -> None:
    """The note inside; the words below a blank line to the customer only if no command spoke already."""
    done = turn("#note 备件要订两天\n\n我们正在处理。")
    assert done.events == (
        events.NoteTaken(text="备件要订两天", by="wu"),
        events.NoteTaken(text="我们正在处理。", by="wu"),
    ), "beside a command with words, the rest stays inside: better a word too few than one too many"


def test_taking_a_case_and_answering_the_customer_go_together() -> None:
    """The commonest reply of all."""
    assert turn("#接单\n正在看，请稍候。").events == (
        events.Assigned(to="wu", by="wu"),
        events.EngineerReplied(text="正在看，请稍候。", by="wu"),
    )


def test_words_beside_a_command_that_was_not_understood_stay_inside() -> None:
    """ "#inside the customer is wrong" was meant for inside; nobody must read it (L-106)."""
    done = turn("#inside 客户自己弄坏的\n请勿外传")
    assert [type(event) for event in done.events] == [events.NoteTaken]
    assert [refusal.why for refusal in done.refusals] == ["unknown_command"]


@pytest.mark.parametrize("text", ["#level 9", "#level", "#级别 很高", "#interval tomorrow", "#level 5"])
def test_a_command_whose_argument_makes_no_sense_is_told_so(text: str) -> None:
    """And changes nothing."""
    done = turn(text)
    assert done.events == ()
    assert [refusal.why for refusal in done.refusals] == ["unknown_command"]


def test_a_command_that_the_role_may_not_give_is_refused_and_the_rest_stays_inside() -> None:
    """What was refused may have been the reason for the words."""
    done = turn("#已解决 好了\n请确认", "desk", "customer_text", by=LIN)
    assert [refusal.why for refusal in done.refusals] == ["not_allowed"]
    assert [type(event) for event in done.events] == [events.NoteTaken]


def test_a_note_may_be_taken_by_everybody_and_always() -> None:
    """Even on a closed case, even by a role that no command names."""
    closed = replace(CASE, status="closed")
    done = turn("#note 客户后来打电话致谢", "warehouse", case=closed)
    assert done == StaffTurn((events.NoteTaken(text="客户后来打电话致谢", by="wu"),), ())


def test_on_a_closed_case_nothing_moves_and_the_colleague_is_told() -> None:
    """The words are kept as a note; a customer is not written to about a case that is over (L-93)."""
    closed = replace(CASE, status="closed")
    done = turn("补充一句", case=closed)
    assert [type(event) for event in done.events] == [events.NoteTaken]
    assert done.refusals == (Refusal("case_closed", "补充一句"),)
    assert turn("#progress 还在看", case=closed) == StaffTurn(
        (), (Refusal("case_closed", "#progress 还在看"),)
    )


def test_a_reply_that_says_nothing_is_told_so() -> None:
    """Only a quote and a signature came: the colleague believes to have answered."""
    assert turn("  \n ") == StaffTurn((), (Refusal("nothing_found", ""),))


# Through the whole house.


async def opened(house: House) -> str:
    """A case of Zhou Min's."""
    outcome = await house.write(ZHOU, "堡垒机无法登录，十几人受影响。\n周敏\n青山农村商业银行股份有限公司")
    assert outcome.case_number
    return outcome.case_number


def test_a_manager_who_acknowledges_with_words_acknowledges_once() -> None:
    """The words beside #ack are for colleagues."""
    done = turn("#ack 我来处理", role="level_manager:1", meaning="decision")
    assert [type(each) for each in done.events].count(events.Acknowledged) == 1


def test_a_file_without_a_word_is_an_answer_to_the_customer() -> None:
    """An engineer who sends the log analysis and nothing else has replied (P-27)."""
    done = read(
        "", "other", Answered(WU, "engineer", "customer_text"), CASE, DIRECTORY, ALLOWED, (1,), ["日志.pdf"]
    )
    assert done.events == (
        events.EngineerReplied(text="附件：日志.pdf", language=CASE.reporter.language, by="wu"),
    )
    note = read("", "other", Answered(WU, "engineer", "note"), CASE, DIRECTORY, ALLOWED, (1,), ["日志.pdf"])
    assert note.refusals == (Refusal("nothing_found", ""),)


async def test_the_engineers_answer_reaches_the_customer_and_meets_the_response(house: House) -> None:
    """As from the desk, the new words only, never a quote; without the marks of an automatic mail (P-11, P-27)."""
    number = await opened(house)
    await house.answer(
        house.letter(WANG, "new_case"),
        "已确认是认证服务故障，正在恢复。\n\n王强\n\n> 新工单已登记\n> 内部承诺：P-12\n",
    )
    letter = house.letter(ZHOU, "engineer_reply")
    assert "已确认是认证服务故障" in letter.text
    assert "内部承诺" not in letter.text
    assert letter.headers["Auto-Submitted"] is None
    assert WANG not in letter.headers.as_string(), "the desk answers, not a person's mailbox"
    case = house.case(number)
    assert case.engineer == "wang.qiang"
    response = case.commitment("response")
    assert response is not None
    assert response.state == "met"


async def test_a_note_reaches_nobody_outside(house: House) -> None:
    """Neither at once nor with a later update."""
    number = await opened(house)
    await house.answer(house.letter(WANG, "new_case"), "#内部 怀疑是客户误操作")
    await house.wait(hours=3)
    assert "note_taken" in house.happened(number)
    assert not [
        letter for letter in house.letters(ZHOU) if "误操作" in letter.parcel.raw.decode(errors="ignore")
    ]
    assert not [letter for letter in house.letters(ZHOU) if "误操作" in letter.text]


async def test_the_desks_reply_to_a_new_case_is_a_note(house: House) -> None:
    """The engineer's reply means words to the customer, the desk's does not: the notice decides."""
    number = await opened(house)
    before = len(house.letters(ZHOU))
    await house.answer(house.letter(HE_LAN, "new_case"), "客户很急，请优先")
    assert house.happened(number)[-1] == "note_taken"
    assert len(house.letters(ZHOU)) == before


async def test_an_unknown_command_is_answered_once_with_what_there_is(house: House) -> None:
    """And the answer to our answer is not answered again (L-17, L-56)."""
    await opened(house)
    await house.answer(house.letter(WANG, "new_case"), "#frobnicate now")
    (told,) = house.letters(WANG, "reply_not_sent")
    assert "#frobnicate" in told.text
    raw_answer = told.parcel.raw.replace(b"auto-generated", b"auto-replied")
    await house.receive(raw_answer, sender=WANG)
    assert len(house.letters(WANG, "reply_not_sent")) == 1


async def test_a_command_not_allowed_changes_nothing_and_is_told(house: House) -> None:
    """The desk cannot resolve."""
    number = await opened(house)
    await house.answer(house.letter(HE_LAN, "new_case"), "#已解决 应该好了")
    assert house.case(number).status == "open"
    assert house.letters(HE_LAN, "reply_not_sent")
    assert not house.letters(notice="review_request")


async def test_a_colleagues_reply_address_is_worth_nothing_to_anybody_else(house: House) -> None:
    """Forwarded to the customer by mistake, or seen in copy: no command runs (G13, RELIABILITY T1)."""
    number = await opened(house)
    letter = house.letter(WANG, "new_case")
    for sender in (ZHOU, "stranger@evil.example", HE_LAN):
        outcome = await house.answer(letter, "#已解决 好了", sender=sender)
        assert outcome.case_number == number
    assert house.case(number).status == "open"
    assert not house.letters(notice="review_request")
    assert {said["audience"] for said in house.said(number)[1:]} == {"unverified"}


async def test_a_colleagues_reply_after_the_tokens_end_does_nothing(house: House) -> None:
    """An old mail, found and sent again, must not resolve anything (RELIABILITY T40)."""
    number = await opened(house)
    letter = house.letter(WANG, "new_case")
    house.clock.pass_(days=366)
    outcome = await house.answer(letter, "#已解决 好了")
    assert (outcome.name, outcome.case_number) == ("filed", None)
    assert "resolved" not in house.happened(number)


async def test_a_colleagues_mail_in_answer_to_nothing_is_filed_and_opens_no_case(house: House) -> None:
    """Staff are never the customer (L-50, L-53); the mail stays visible with its reason."""
    outcome = await house.write(WANG, "大家周五聚餐", subject="通知")
    assert outcome.name == "filed"
    assert house.numbers() == []


async def test_a_progress_line_goes_out_with_the_next_update_in_the_customers_words(house: House) -> None:
    """P-32: informed, on time, once."""
    await opened(house)
    await house.wait(minutes=20)
    prompt = house.letter(WANG, "update_prompt")
    await house.answer(prompt, "已定位到认证服务，正在重启。")
    second = house.letters(ZHOU, "second_reply")
    assert len(second) == 1
    assert "已定位到认证服务，正在重启。" in second[0].text


async def test_words_that_the_customer_does_not_read_go_to_the_liaison(house: House) -> None:
    """No machine translates (ARCHITECTURE "Decided"): meanwhile the customer hears what the case knows."""
    outcome = await house.write(
        "d.weber@qingshan-bank.example",
        "Since this morning nobody can log in to the bastion host.\n\nDaniel Weber",
        subject="Bastion host login fails",
    )
    case = house.case(outcome.case_number)
    assert case.reporter.language == "en"
    await house.answer(house.letters(notice="new_case")[0], "认证服务故障，正在恢复，请稍候。")
    assert house.letters(notice="wording_needed")
    for letter in house.letters("d.weber@qingshan-bank.example"):
        assert "认证服务故障" not in letter.text


async def test_our_own_support_address_is_no_colleague(house: House) -> None:
    """Own addresses can never be the requester (L-6)."""
    outcome = await house.write(SUPPORT, "x")
    assert outcome.name == "filed"


async def test_a_customer_of_another_region_has_that_regions_engineer(house: House) -> None:
    """Haiyan is looked after in the region it is in."""
    await house.write(CHEN, "防火牆 VPN 無法連線。\n陳怡君\n海燕物流股份有限公司")
    assert "huang.zhihao@yunling.example" in [letter.to for letter in house.letters(notice="new_case")]
    assert SUN_JIE not in [letter.to for letter in house.letters(notice="new_case")]


def test_an_engineer_who_acts_on_a_case_that_nobody_has_takes_it_by_that() -> None:
    """P-42: whoever answers first is who the customer's case is with."""
    nobodys = replace(CASE, engineer=None)
    taken, replied = turn("您好，已在处理。", case=nobodys).events
    assert taken == events.Assigned(to=WU.id, by=WU.id)
    assert isinstance(replied, events.EngineerReplied)
    assert [event.name for event in turn("#内部 先记一笔", case=nobodys).events] == ["note_taken"]


def test_a_helper_who_takes_helps_and_does_not_displace_the_engineer() -> None:
    """P-44: the case stays with whom it was given to."""
    (event,) = read(
        "#接单",
        "zh-Hans",
        Answered(WU, "implementation_engineer", "note"),
        CASE,
        DIRECTORY,
        {"take": ["implementation_engineer"]},
        (1,),
    ).events
    assert event == events.Assigned(to="wu", role="implementation_engineer", by="wu")


def test_passed_and_failed_in_one_mail_are_neither() -> None:
    """P-46: the customer must not be asked to confirm a case that goes back to work."""
    allowed = {"passed": ["centre_manager"], "failed": ["centre_manager"]}
    done = read(
        "#通过\n#不通过 还有报错",
        "zh-Hans",
        Answered(LIN, "centre_manager", "note"),
        CASE,
        DIRECTORY,
        allowed,
        (1,),
    )
    assert done.events == ()
    assert [refusal.why for refusal in done.refusals] == ["contradictory", "contradictory"]


@pytest.mark.parametrize(
    "line",
    [
        "#公司",
        "#公司　",
        "#联系人 " + "长" * 81,
        "#电话",
        "#电话 请看签名",
        "#phone 12",
        "#company " + "x" * 100_000,
    ],
)
def test_a_correction_that_makes_no_sense_is_refused_and_repeated(line: str) -> None:
    """P-20: nothing is put on the case that nobody could use."""
    done = turn(line, role="desk", meaning="note")
    assert (done.events, [each.why for each in done.refusals]) == ((), ["unknown_command"])
