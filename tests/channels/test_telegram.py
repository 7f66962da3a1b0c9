"""Telegram, both ways, against the strict Bot API server of our own."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from structlog.testing import capture_logs
from telegram.error import NetworkError

from gateway.channels.telegram import Pace, TelegramChannel
from gateway.channels.telegram_client import TelegramClient
from gateway.channels.telegram_polling import TelegramPolling
from gateway.channels.telegram_trouble import Troubles
from gateway.chat_address import TELEGRAM, ChatAddress
from gateway.chat_note import Button, ChatNote, to_bytes
from gateway.chat_sandbox import Bot, BotApi, Fault, Person, Sandbox, running
from gateway.chat_update import envelope_of
from gateway.errors import DeliveryError, StorageUnavailable
from gateway.messages import Parcel
from tests.channels.chat_house import MemoryHouse
from tests.channels.mailbox_bench import until

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@dataclass
class Stage:
    """A sandbox with Li in it, and our channel."""

    sandbox: Sandbox
    bot: Bot
    li: Person
    client: TelegramClient
    channel: TelegramChannel
    troubles: Troubles
    polling: TelegramPolling
    house: MemoryHouse

    @property
    def chat(self) -> ChatAddress:
        """Li's private chat."""
        return ChatAddress(TELEGRAM, str(self.bot.id), str(self.li.user.id))

    def fault(self, fault: Fault, *, method: str = "sendMessage", times: int = 1, after: int = 0) -> None:
        """The next call goes wrong like this, after so many that go well."""
        self.sandbox.api.world.faults.next(method, fault, times=times, after=after)

    def parcel(self, text: str = "您好", *buttons: Button) -> Parcel:
        """A note to Li."""
        return Parcel("k7m2qx4a", "", str(self.chat), to_bytes(ChatNote(text, buttons)))

    def from_us(self) -> list[str]:
        """What Li has of us."""
        return [
            message.text
            for message in self.li.chat_with(self.bot).transcript()
            if message.sender.id == self.bot.id
        ]


@pytest.fixture
async def stage() -> AsyncGenerator[Stage]:
    """Everything joined, without the pauses between messages."""
    api = BotApi(lambda: datetime.now(UTC))
    bot, li = api.add_bot("support_bot"), api.add_person("Li")
    li.start(bot)
    bot.queue.drop()
    house = MemoryHouse()

    async with running(api, retry_seconds=0.01) as sandbox:
        client = TelegramClient(bot.token, sandbox.url)
        channel, troubles = TelegramChannel(client, house.left, Pace(0, 0, 0)), Troubles(bot.id, house.now)
        polling = TelegramPolling(client, house, troubles, wait_seconds=0)
        yield Stage(sandbox, bot, li, client, channel, troubles, polling, house)
        await channel.close()


# --- out -------------------------------------------------------------------------------------------------------


async def test_a_note_reaches_its_chat_and_we_know_under_which_number(stage: Stage) -> None:
    """By that number a reply to it is recognised later."""
    await stage.channel.send(stage.parcel("工单 C-1 已登记", Button("已解决", "confirm.x")))
    (message,) = [
        each for each in stage.li.chat_with(stage.bot).transcript() if each.sender.id == stage.bot.id
    ]
    assert message.text == "工单 C-1 已登记"
    assert stage.house.noted == [(stage.chat, str(message.id), "k7m2qx4a")]
    assert message.markup is not None


async def test_a_blocked_bot_is_a_permanent_failure(stage: Stage) -> None:
    """403: this chat is closed; it is said another way (F26)."""
    stage.li.block(stage.bot)
    with pytest.raises(DeliveryError) as refused:
        await stage.channel.send(stage.parcel())
    assert refused.value.permanent


async def test_markup_that_telegram_refuses_goes_out_once_as_plain_text(stage: Stage) -> None:
    """400 on formatting: resent as plain text once (F26)."""
    refusal = Fault.refused(HTTPStatus.BAD_REQUEST, "Bad Request: can't parse entities: unclosed tag")
    stage.fault(refusal)
    await stage.channel.send(stage.parcel("a < b"))
    assert stage.from_us() == ["a < b"]
    stage.fault(refusal, times=2)
    with pytest.raises(DeliveryError):
        await stage.channel.send(stage.parcel("a < b"))


async def test_a_short_wait_that_telegram_asks_for_is_waited_here(stage: Stage) -> None:
    """429 with a retry_after of a second is no failure (F26)."""
    stage.fault(Fault.flood(retry_after=1))
    await stage.channel.send(stage.parcel("later"))
    assert stage.from_us() == ["later"]


async def test_a_long_wait_goes_back_to_the_outbox_and_other_chats_go_on(stage: Stage) -> None:
    """retry_after holds for the chat that it was said of (F26); nothing is asked before it is over."""
    stage.fault(Fault.flood(retry_after=600))
    for _ in range(2):
        with pytest.raises(DeliveryError) as asked:
            await stage.channel.send(stage.parcel("later"))
        assert not asked.value.permanent
        assert not asked.value.in_doubt
    mei = stage.sandbox.api.add_person("Mei")
    mei.start(stage.bot)
    await stage.channel.send(
        replace(stage.parcel("hello"), recipient=f"{TELEGRAM}:{stage.bot.id}/{mei.user.id}")
    )
    assert mei.chat_with(stage.bot).transcript()[-1].text == "hello"


@pytest.mark.parametrize(
    ("fault", "in_doubt"),
    [
        (Fault.HTML_PAGE, False),
        (Fault.internal(), False),
        (Fault.GARBAGE, True),
        (Fault.DROPPED_AFTER_ACCEPTING, True),
    ],
)
async def test_trouble_on_the_way_is_tried_again_and_silence_is_in_doubt(
    stage: Stage, fault: Fault, in_doubt: bool
) -> None:
    """What Telegram may have taken before it fell silent goes out again later, as with a relay (F22, F26)."""
    stage.fault(fault)
    with pytest.raises(DeliveryError) as failed:
        await stage.channel.send(stage.parcel())
    assert (failed.value.permanent, failed.value.in_doubt) == (False, in_doubt)


async def test_the_pieces_of_a_long_text_that_have_arrived_are_not_sent_again(stage: Stage) -> None:
    """The second try goes on where the first one stopped (G7)."""
    long = "一" * 4000 + "\n\n" + "二" * 4000
    stage.fault(Fault.HTML_PAGE, after=1)
    with pytest.raises(DeliveryError):
        await stage.channel.send(stage.parcel(long))
    assert [text[0] for text in stage.from_us()] == ["一"]
    await stage.channel.send(stage.parcel(long))
    assert [text[0] for text in stage.from_us()] == ["一", "二"]


async def test_a_group_that_became_a_supergroup_is_followed(stage: Stage) -> None:
    """Telegram tells the new id with its refusal; the message is not lost."""
    group = stage.sandbox.api.add_group("青山银行", stage.li)
    group.add(stage.bot, stage.li)
    old = f"{TELEGRAM}:{stage.bot.id}/{group.chat.id}"
    upgraded = group.upgrade(stage.li)
    await stage.channel.send(replace(stage.parcel("to all"), recipient=old))
    assert upgraded.chat.transcript()[-1].text == "to all"


async def test_nothing_listens_is_not_in_doubt(stage: Stage) -> None:
    """A dead Bot API took nothing (F27)."""
    client = TelegramClient(stage.bot.token, "http://127.0.0.1:9")

    async def nowhere(*_: object) -> None: ...

    channel = TelegramChannel(client, nowhere)
    with pytest.raises(DeliveryError) as failed:
        await channel.send(stage.parcel())
    await channel.close()
    assert (failed.value.permanent, failed.value.in_doubt) == (False, False)


# --- in --------------------------------------------------------------------------------------------------------


async def test_an_update_is_kept_before_the_offset_moves(stage: Stage) -> None:
    """G21: while the inbox refuses, Telegram keeps the update for us."""
    stage.li.write(stage.li.chat_with(stage.bot), "登录不上")
    stage.house.refuses = True
    with pytest.raises(StorageUnavailable):
        await stage.polling.look()
    assert stage.house.marks == {}
    stage.house.refuses = False
    assert await stage.polling.look() == 1
    assert stage.house.texts == ["登录不上"]
    assert await stage.polling.look() == 0


async def test_an_update_that_comes_again_after_a_crash_is_known(stage: Stage) -> None:
    """Killed between keeping and moving on: the same digest (G2)."""
    stage.li.write(stage.li.chat_with(stage.bot), "登录不上")
    await stage.polling.look()
    stage.house.marks.clear()
    assert await stage.polling.look() == 1
    assert stage.house.texts == ["登录不上"]


async def test_an_update_that_nobody_can_read_holds_up_no_other(stage: Stage) -> None:
    """It is kept as it came; whether it means anything is not the channel's business (F9)."""
    stage.bot.queue.add("message", {"chat": "nonsense", "from": None}, AT)
    stage.li.write(stage.li.chat_with(stage.bot), "登录不上")
    assert await stage.polling.look() == 2
    assert len(stage.house.rows) == 2


async def test_the_envelope_says_which_chat_topic_and_hand_it_came_from(stage: Stage) -> None:
    """Each apart (LESSONS 102, 103); a press or a command waits for nothing more."""
    chat = stage.li.chat_with(stage.bot)
    await stage.channel.send(stage.parcel("?", Button("Yes", "yes")))
    stage.li.write(chat, "登录不上")
    stage.li.write(chat, "/status")
    stage.li.press(chat.transcript()[1], "Yes")
    await stage.polling.look()
    envelopes = [envelope_of(update) for update in stage.house.kept]
    assert [each.source for each in envelopes] == [f"chat:telegram{act}" for act in ("", ":act", ":act")]
    assert {each.mail_from for each in envelopes} == {str(stage.chat)}
    assert {each.peer for each in envelopes} == {str(stage.li.user.id)}
    assert all(query.answered for query in stage.bot.callbacks.values()), "the button stops waiting"


async def test_a_file_is_kept_with_the_message_it_came_with(stage: Stage) -> None:
    """Telegram gives files away for an hour only; one beyond 20 MB it does not give to bots at all."""
    chat = stage.li.chat_with(stage.bot)
    stage.li.send_file(chat, "syslog.txt", b"kernel panic", caption="日志")
    stage.li.send_file(chat, "dump.bin", b"x", size=30_000_000)
    await stage.polling.look()
    whole, lost = stage.house.kept
    assert whole.file is not None
    assert (whole.file.name, whole.file.content) == ("syslog.txt", b"kernel panic")
    assert (lost.file, lost.problems) == (None, ("the file dump.bin is too large",))


async def test_a_dead_bot_api_is_one_alarm_however_long_it_lasts(stage: Stage) -> None:
    """F27: unreachable for days is one line, and health says so; its return ends it."""
    with capture_logs() as lines:
        for _ in range(40):
            stage.house.moment += timedelta(minutes=1)
            stage.troubles.failed(NetworkError("Bad Gateway"))
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["telegram_troubled"]
    assert stage.troubles.health()["ok"] is False
    polling = asyncio.create_task(stage.polling.run())
    await until("the poll to be well", lambda: stage.troubles.health()["ok"])
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)


async def test_another_program_that_polls_the_same_bot_is_trouble_at_once(stage: Stage) -> None:
    """409 does not mend itself."""
    stage.fault(
        Fault.refused(HTTPStatus.CONFLICT, "Conflict: terminated by other getUpdates request"),
        method="getUpdates",
    )
    task = asyncio.create_task(stage.polling.run())
    await until("the trouble", lambda: not stage.troubles.health()["ok"])
    assert stage.troubles.health()["why"] == "another program polls the same bot"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
