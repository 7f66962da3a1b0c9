"""Which mails belong together: by ids they go back to, by who writes, by the number the case has at the customer's."""

import pytest

from gateway.cases import lifecycle
from gateway.intake import ADDED, OPENED
from gateway.storage.reading import read_case
from tests.house import CHEN, FAULT, HE_LAN, SUPPORT, WANG, ZHOU, House, mail
from tests.trust.outside import stand_outside

COLLEAGUE = "yeban@qingshan-bank.example"
PARTNER = "lin@partner.example"
STRANGER = "mallory@evil.example"
FIRST = "<first@mail.qingshan-bank.example>"


async def reported(house: House, sender: str = ZHOU, **more: object) -> str:
    """The number of the case that this mail opened."""
    raw = mail(sender, FAULT, message_id=FIRST, **more)  # pyright: ignore[reportArgumentType] - passed on
    outcome = await house.receive(raw, sender=sender)
    assert outcome.name == OPENED
    return outcome.case_number or ""


# Who goes on with a conversation.


async def test_a_colleague_in_copy_answers_before_our_acknowledgement_and_joins_the_case(
    house: House,
) -> None:
    """L-33: the customer's own id is known at once, and whoever shares their domain speaks for them."""
    number = await reported(house, headers=[("Cc", COLLEAGUE)])
    outcome = await house.write(COLLEAGUE, "我这边也登录不了。", answers=FIRST)
    assert (outcome.name, outcome.case_number) == (ADDED, number)
    assert house.said(number)[-1]["audience"] == "customer"


async def test_whoever_was_in_copy_from_another_house_is_a_third_party_on_the_case(house: House) -> None:
    """L-33, L-41: the desk reads it, the case is not moved, and the sender becomes nobody's customer."""
    number = await reported(house, headers=[("Cc", PARTNER)])
    outcome = await house.write(PARTNER, "已经解决了，请关闭。", answers=FIRST)
    assert (outcome.name, outcome.case_number) == (ADDED, number)
    assert house.said(number)[-1]["audience"] == "third_party"
    assert house.case(number).status == "open"
    assert house.letters(HE_LAN, "third_party_wrote")
    assert not house.letters(PARTNER)


async def test_an_id_alone_puts_nobody_on_a_case(house: House) -> None:
    """G14: who knows a Message-ID, and writes to us only, gets a case of their own that points to that one (L-47)."""
    number = await reported(house)
    outcome = await house.write(STRANGER, "请告知进展", answers=FIRST)
    assert outcome.name == OPENED
    assert house.case(outcome.case_number).suggested_case == number


async def test_another_customer_of_ours_is_heard_on_a_case_of_their_own(house: House) -> None:
    """L-26: whoever was put in copy by somebody else keeps what their contract promises them."""
    number = await reported(house, headers=[("Cc", CHEN)])
    outcome = await house.write(CHEN, "我們的防火牆也無法連線。", answers=FIRST)
    assert outcome.name == OPENED
    assert house.case(outcome.case_number).suggested_case == number
    assert house.letters(CHEN)


async def test_two_answers_to_a_mail_that_never_reached_us_are_one_conversation(house: House) -> None:
    """L-32: every reference counts, also to what we have never seen."""
    unseen = "<unseen@mail.qingshan-bank.example>"
    first = await house.write(ZHOU, FAULT, answers=unseen)
    second = await house.write(COLLEAGUE, "补充：昨晚升级过。", answers=unseen)
    assert (second.name, second.case_number) == (ADDED, first.case_number)


async def test_what_others_write_on_a_closed_case_is_a_matter_of_its_own(house: House) -> None:
    """A conversation that is over is no place for a new request to be overlooked."""
    number = await reported(house, headers=[("Cc", PARTNER)])
    await house.solve()
    await house.answer(house.letter(ZHOU, "please_confirm"), "已经好了，谢谢。")
    assert lifecycle.is_over(house.case(number).status)
    outcome = await house.write(PARTNER, "防火墙又坏了，全部断网。", answers=FIRST)
    assert outcome.name == OPENED
    assert house.case(outcome.case_number).suggested_case == number


async def test_a_reply_under_another_subject_with_another_fault_is_a_question_to_the_desk(
    house: House,
) -> None:
    """L-31: it is on the case and with the engineer; whether it is a fault of its own a person decides."""
    number = await reported(house)
    outcome = await house.write(ZHOU, "防火墙断网，全行无法上网。", subject="防火墙断网", answers=FIRST)
    assert (outcome.name, outcome.case_number) == (ADDED, number)
    assert house.letters(WANG, "customer_wrote")
    (asked,) = house.letters(HE_LAN, "subject_changed")
    assert "防火墙断网" in asked.text


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("Re: 堡垒机无法登录", "防火墙断网，全行无法上网。"),
        ("日志", "请见附件，谢谢。"),
    ],
)
async def test_the_same_subject_or_words_without_a_fault_ask_nobody(
    house: House, subject: str, words: str
) -> None:
    """L-31: a question for every changed subject would be answered by nobody."""
    await reported(house)
    await house.write(ZHOU, words, subject=subject, answers=FIRST)
    assert not house.letters(HE_LAN, "subject_changed")


# Why a message lies where it lies.


def placed(house: House, number: str) -> list[dict[str, object]]:
    return [dict(line) for line in read_case(house.engine, number)[1] if line["kind"] == "placed"]


async def test_the_journal_says_of_every_message_why_it_lies_on_the_case(house: House) -> None:
    """L-26, L-31: a customer's, a colleague's and a program's alike, with what was considered; for good."""
    number = await reported(house)
    letter, ours = house.letter(ZHOU), house.letter(WANG, "new_case")
    await house.answer(letter, "补充：昨晚升级过。")
    await house.answer(ours, "#进展 正在看")
    away = [("Auto-Submitted", "auto-replied")]
    raw = mail(ZHOU, "我正在休假。", to=letter.reply_to, answers=letter.message_id, headers=away)
    await house.receive(raw, sender="", to=(letter.reply_to,))
    lines = placed(house, number)
    assert [line["name"] for line in lines] == ["customer", "customer", "staff", "automatic"]
    assert all(line["reason"] and line["inbox"] for line in lines)
    assert all("signed address or id" in str(line["considered"]) for line in lines[1:])


async def test_a_reply_to_one_case_that_names_another_shows_the_conflict(house: House) -> None:
    """L-26, L-31: the token decides, and whoever doubts it sees what spoke for the other case."""
    other = (await house.write(ZHOU, FAULT)).case_number or ""
    number = await reported(house)
    letter = house.letter(ZHOU)
    assert number in letter.subject
    outcome = await house.write(
        ZHOU, "补充：昨晚升级过。", to=letter.reply_to, answers=letter.message_id, subject=f"Re: [{other}]"
    )
    assert outcome.case_number == number
    considered = {(each["kind"], each["what"]) for each in house.said(number)[-1]["considered"]}
    assert {("signed address or id", number), ("number in the subject", other)} <= considered
    assert any(other in str(line["considered"]) for line in placed(house, number))


async def test_a_colleagues_mail_past_us_says_which_conversation_it_goes_on_with(house: House) -> None:
    """L-32: shown on the case because of an id, and the page says so."""
    number = await reported(house)
    await house.receive(mail(WANG, "请先重启认证服务。", to=ZHOU, answers=FIRST), sender=WANG)
    (considered,) = house.said(number)[-1]["considered"]
    assert (considered["what"], considered["verdict"]) == (number, "one of us goes on with it: shown there")


# Mail past us.


async def test_an_engineers_mail_past_us_lies_on_the_case_and_its_answer_finds_it(house: House) -> None:
    """L-32: answered from their own mail program with us in copy; nothing is promised kept by it, nothing is lost."""
    number = await reported(house)
    sent = len(house.outgoing.parcels)
    past = mail(WANG, "请先重启认证服务。", to=ZHOU, message_id="<past@yunling.example>", answers=FIRST)
    outcome = await house.receive(past, sender=WANG)
    assert (outcome.name, outcome.case_number) == (ADDED, number)
    assert house.said(number)[-1]["audience"] == "staff"
    assert house.happened(number)[-1] == "note_taken"
    assert len(house.outgoing.parcels) == sent
    answer = await house.write(ZHOU, "重启过了，还是不行。", answers="<past@yunling.example>")
    assert (answer.name, answer.case_number) == (ADDED, number)


async def test_a_mail_in_an_engineers_name_that_nothing_proves_is_an_unverified_note(house: House) -> None:
    """T1: an id that leaked and a From that anybody can write do nothing to a case."""
    number = await reported(house)
    before = house.happened(number)
    raw = mail(WANG, "#已解决 已修复", to=SUPPORT, answers=FIRST)
    await stand_outside(house).send(raw, sender=STRANGER)
    assert house.said(number)[-1]["audience"] == "unverified"
    assert house.happened(number) == before


# Their number, our number.


async def test_the_customers_own_number_is_learned_and_finds_the_case_again(house: House) -> None:
    """L-45: their ticket system strips everything but its number; what bears it from their house belongs here."""
    number = await reported(house, subject="[INC0048213] 堡垒机无法登录")
    outcome = await house.write(COLLEAGUE, "用户说今天早上又出现。", subject="Re: [INC0048213] 更新")
    assert (outcome.name, outcome.case_number) == (ADDED, number)


async def test_the_same_number_at_another_house_is_another_matter(house: House) -> None:
    """L-27, L-45: every ticket system has a ticket 48213."""
    await reported(house, subject="[INC0048213] 堡垒机无法登录")
    outcome = await house.write(PARTNER, "我们的防火墙断网了。", subject="[INC0048213] 防火墙断网")
    assert outcome.name == OPENED


async def test_a_number_that_anybody_could_guess_only_suggests_without_proof(house: House) -> None:
    """T2: such numbers run on; a From line in the customer's name opens nothing."""
    number = await reported(house, subject="[INC0048213] 堡垒机无法登录")
    raw = mail(ZHOU, "已经解决了，谢谢。", subject="[INC0048213]")
    outcome = await stand_outside(house).send(raw, sender=STRANGER)
    assert outcome.name == OPENED
    assert house.case(outcome.case_number).suggested_case == number


async def test_a_new_case_out_of_a_closed_one_bears_no_old_number(house: House) -> None:
    """L-29: else the next reply jumps back to what is closed."""
    number = await reported(house)
    await house.solve()
    closing = house.letter(ZHOU, "please_confirm")
    await house.answer(closing, "已经好了，谢谢。")
    outcome = await house.answer(closing, "另外一台防火墙断网了，请尽快处理。")
    assert outcome.name == OPENED
    assert number not in house.case(outcome.case_number).subject
    again = await house.answer(house.letter(ZHOU), "补充：是北京机房的那台。")
    assert again.case_number == outcome.case_number


async def test_a_number_in_the_words_or_in_a_files_name_points_nowhere(house: House) -> None:
    """L-28: bodies are full of numbers; they are not searched for ours."""
    number = await reported(house)
    raw = mail(PARTNER, f"请参考 {number}，我们的防火墙断网了。", subject="防火墙断网", file=f"{number}.pdf")
    outcome = await house.receive(raw, sender=PARTNER)
    assert outcome.name == OPENED
    assert house.case(outcome.case_number).suggested_case is None


async def test_no_colleagues_address_leaves_in_a_letter_to_a_customer(house: House) -> None:
    """L-99: what an engineer writes goes out as from the desk, in its head and in its words."""
    await reported(house)
    await house.answer(house.letter(WANG, "new_case"), "请重启认证服务。")
    assert house.letters(ZHOU, "engineer_reply")
    for letter in house.letters(ZHOU):
        assert all(person.encode() not in letter.parcel.raw for person in (WANG, HE_LAN))
        assert WANG not in letter.text


# The same mail, more than once.


async def test_one_mail_by_three_roads_is_one_message_with_three_deliveries(house: House) -> None:
    """G2, L-46: by SMTP, out of a mailbox, and to another address of ours; answered once, shown with its roads."""
    raw = mail(ZHOU, FAULT, message_id=FIRST)
    number = (await house.receive(raw, sender=ZHOU)).case_number
    sent = len(house.outgoing.parcels)
    await house.keep(b"Delivered-To: support@yunling.example\r\n" + raw, sender=ZHOU)
    await house.keep(b"Received: by mx2\r\n" + raw, sender=ZHOU, to=("help@yunling.example",))
    assert not await house.intake.turn()
    (said,) = house.said(number)
    assert [road["recipients"] for road in said["deliveries"]] == [
        [SUPPORT],
        [SUPPORT],
        ["help@yunling.example"],
    ]
    assert len(house.outgoing.parcels) == sent
    assert len(house.numbers()) == 1


async def test_the_copy_that_a_list_passes_on_is_the_same_mail(house: House) -> None:
    """L-46: other headers, and a footer below; whoever wrote once is answered once."""
    number = (await house.receive(mail(ZHOU, FAULT, message_id=FIRST), sender=ZHOU)).case_number
    listed = [
        ("List-Id", "<users.lists.example>"),
        ("Precedence", "list"),
        ("Sender", "bounce@lists.example"),
    ]
    copy = mail(ZHOU, f"{FAULT}\n_______________\nusers mailing list", message_id=FIRST, headers=listed)
    outcome = await house.receive(copy, sender="bounce@lists.example")
    assert (outcome.name, outcome.case_number) == (ADDED, number)
    assert len(house.numbers()) == 1
    (said,) = house.said(number)
    assert [road["mail_from"] for road in said["deliveries"]] == [ZHOU, "bounce@lists.example"]


async def test_a_forged_id_suppresses_no_real_mail(house: House) -> None:
    """T3: whoever sends first under the id that a customer's mail will have hides nothing of it."""
    outside = stand_outside(house)
    forged = await outside.send(mail(ZHOU, "没有问题了。", message_id=FIRST), sender=STRANGER)
    true = await house.receive(mail(ZHOU, FAULT, message_id=FIRST), sender=ZHOU)
    assert (forged.name, true.name) == (OPENED, OPENED)
    assert FAULT.splitlines()[0] in house.said(true.case_number)[-1]["words"]


async def test_a_colleagues_answer_by_two_roads_reaches_the_customer_once(house: House) -> None:
    """G2: the mailbox adds what the listener does not; the customer must not be told twice."""
    await reported(house)
    letter = house.letter(WANG, "new_case")
    for road in ("X-Queue: a", "X-Queue: b"):
        raw = mail(WANG, "请重启认证服务。", to=letter.reply_to, message_id="<answer@yunling.example>")
        await house.receive(f"{road}\r\n".encode() + raw, sender=WANG, to=(letter.reply_to,))
    assert len(house.letters(ZHOU, "engineer_reply")) == 1


async def test_files_without_a_word_are_never_taken_for_a_copy(house: House) -> None:
    """T3: what cannot be compared is kept."""
    for name in ("one.pdf", "two.pdf"):
        await house.receive(mail(ZHOU, "", message_id=FIRST, file=name), sender=ZHOU)
    assert len(house.numbers()) == 2
