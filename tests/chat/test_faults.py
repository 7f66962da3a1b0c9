"""What goes wrong between Telegram and us, all at once: nothing lost, nothing twice (G1, G2, G4, G21)."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from telegram.error import TelegramError

from gateway.chat.patience import MOST_CHATS, Answer, Patience
from gateway.chat_sandbox import Fault
from gateway.responders import delivery
from gateway.storage.reading import list_inbox
from tests.chat.scene import FAILED_POLLS, ChatScene
from tests.chat.test_colleagues import colleague
from tests.house import CHEN, EMMA, FAULT, MONDAY, ZHOU, mail

PEOPLE, LINES = 12, 25


async def look_through_trouble(scene: ChatScene, chance: random.Random) -> None:
    """Poll until nothing is left, over broken answers and crashes that forget how far we had read."""
    key = f"telegram:{scene.bot.id}"
    quiet = 0
    while quiet < 2:
        if chance.random() < 0.5:
            scene.api.world.faults.next("getUpdates", chance.choice(FAILED_POLLS))
        if chance.random() < 0.2:  # killed between keeping and moving on: an older bookmark is what is left
            mark = await scene.house.store.run(lambda work: work.bookmark(key))
            older = str(max(int(mark or 0) - 7, 0))
            at = scene.house.clock.now()
            await scene.house.store.run(lambda work, older=older, at=at: work.leave_bookmark(key, older, at))
        try:
            quiet = 0 if await scene.telegram.polling.look() else quiet + 1
        except TelegramError:
            quiet = 0
    scene.api.world.faults.clear()


async def test_hundreds_of_updates_through_every_trouble_are_each_taken_in_once(scene: ChatScene) -> None:
    """Duplicates, broken answers, 409, 429, 5xx, poison and crashes: each line lies on exactly one case."""
    chance = random.Random(20_261_123)
    people = [scene.person(f"客户{number}") for number in range(PEOPLE)]
    for line in range(LINES):
        for number, person in enumerate(people):
            person.write(scene.chat(person), f"堡垒机登录不上，第 {number}-{line} 行")
        scene.bot.queue.add("message", {"message_id": "poison", "chat": line}, scene.house.clock.now())
        if line % 8 == 0:
            await look_through_trouble(scene, chance)
    await look_through_trouble(scene, chance)
    scene.house.clock.pass_(minutes=1)
    while await scene.side.intake.turn():
        pass
    said = Counter(
        line
        for number in scene.house.numbers()
        for each in scene.house.said(number)
        for line in str(each["words"]).splitlines()
    )
    assert len(scene.house.numbers()) == PEOPLE
    assert set(said.values()) == {1}
    assert len(said) == PEOPLE * LINES
    kept = list_inbox(scene.house.engine, limit=1000)
    assert len(kept) == PEOPLE * LINES + LINES
    assert {row["state"] for row in kept} == {"done"}, "everything ended somewhere"


async def test_what_the_bot_sends_is_said_once_however_it_is_answered(scene: ChatScene) -> None:
    """In doubt goes out again, once each time; refused and broken answers do not double it (G7, G8)."""
    li = scene.person("李娜")
    scene.api.world.faults.next("sendMessage", Fault.HTML_PAGE)
    scene.api.world.faults.next("sendMessage", Fault.internal())
    await scene.says(li, "堡垒机登录不上，十几个人受影响")
    await scene.house.wait(minutes=5)
    first_replies = [text for text in scene.heard(li) if "开始处理" in text]
    assert len(first_replies) == 1


async def test_a_chat_that_hangs_holds_up_no_mail(scene: ChatScene, monkeypatch: pytest.MonkeyPatch) -> None:
    """F27: a Bot API that takes a message and never answers; everybody who writes meanwhile is acknowledged."""
    monkeypatch.setattr(delivery, "GLANCE_SECONDS", 0.05)
    desk = await colleague(scene, "何岚", "he.lan")
    goes_on, send = asyncio.Event(), scene.telegram.client.send

    async def hanging(*message: Any, **how: Any) -> int:
        await goes_on.wait()
        return await send(*message, **how)

    monkeypatch.setattr(scene.telegram.client, "send", hanging)
    customers = (ZHOU, CHEN, EMMA)
    for number in range(60):
        await scene.house.keep(mail(customers[number % 3], f"{FAULT}{number}"))
    while await scene.house.intake.turn():
        pass
    while await scene.house.loop.turn():
        pass
    acknowledged = {
        letter.subject for each in customers for letter in scene.house.letters(each, "first_reply")
    }
    assert len(acknowledged) == 60
    assert scene.house.delivery.in_hand == 1, "one for the chat that hangs, and the others wait in the outbox"
    assert (await scene.house.store.run(lambda work: work.counts()))["outbox_waiting"] == 60
    goes_on.set()
    for _ in range(3):
        await scene.house.loop.turn()
    await scene.house.delivery.finish(5)
    cards = [text for text in scene.heard(desk) if "堡垒机" in text]
    assert len(set(cards)) >= 2, "one after the other"


async def test_a_flood_from_one_chat_is_heard_and_answered_within_measure(scene: ChatScene) -> None:
    """T32: everything is kept and settled; twenty answers a minute, one word that we are busy, nobody else waits."""
    flooder, li = scene.person("洪水"), scene.person("李娜")
    for _ in range(150):
        flooder.write(scene.chat(flooder), "/status")
    await scene.says(li, "堡垒机登录不上")
    assert len(scene.house.numbers()) == 1
    busy = [text for text in scene.heard(flooder) if "请稍候" in text]
    assert (len(scene.heard(flooder)), len(busy)) == (21, 1)
    assert {row["state"] for row in list_inbox(scene.house.engine, limit=1000)} == {"done"}
    scene.house.clock.pass_(minutes=2)
    await scene.says(flooder, "/status")
    assert scene.heard(flooder)[-1] == "目前没有处理中的工单。"


def test_who_was_answered_longest_ago_is_forgotten_first() -> None:
    """What is remembered of chats has an end, whoever writes (T32)."""
    patience, at = Patience(), MONDAY
    answers = [patience.answer("telegram:1/1", at) for _ in range(22)]
    assert answers == [Answer.ITSELF] * 20 + [Answer.BUSY, Answer.NOTHING]
    for number in range(MOST_CHATS):
        patience.answer(f"telegram:2/{number}", at)
    assert patience.answer("telegram:1/1", at) is Answer.ITSELF
