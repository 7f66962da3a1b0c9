"""A storm in the chats: updates twice, out of order, broken or poisoned, over a Bot API that fails, under kill -9.

The gateway is the real process, Telegram the strict sandbox, which redelivers until the offset moves. What is counted
comes from outside: what was written, what lies on which case, what each person heard.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from gateway.chat_sandbox import Bot, BotApi, Fault, Person
from gateway.chat_sandbox import running as sandbox_running
from gateway.chat_sandbox.updates import MOST_AT_ONCE, Update, UpdateQueue
from gateway.storage.tables import inbox, messages, outbox
from tests.chat.scene import FAILED_POLLS
from tests.gateway_process import GatewayProcess, everybody_on_duty, running

PATIENCE_SECONDS = 90.0
PATIENCE_SECONDS_EACH = 0.12
"""How long the calm after so many updates may take on a busy machine."""
LOOK_SECONDS = 0.25
SENDS = (Fault.HTML_PAGE, Fault.internal(), Fault.DROPPED_AFTER_ACCEPTING, Fault.flood(retry_after=1))


@dataclass
class UnrulyQueue(UpdateQueue):
    """Gives a batch in any order, and now and then one that was confirmed long ago."""

    chance: random.Random = field(default_factory=random.Random)
    given: list[Update] = field(default_factory=list[Update])
    repeated: int = 0

    def take(self, offset: int, limit: int, now: datetime) -> list[Update]:
        """Shuffled; what was given before comes along again."""
        batch = super().take(offset, limit, now)
        self.chance.shuffle(batch)
        if 0 < len(batch) < MOST_AT_ONCE and self.given and self.chance.random() < 0.3:
            batch.append(self.chance.choice(self.given))
            self.repeated += 1
        self.given = [*self.given, *batch][-500:]
        return batch


@dataclass(frozen=True)
class ChatDamage:
    """What a storm did: all but the first five zero is the promise.

    `in_doubt`: acknowledgements of which nobody can know whether they arrived, each counted as often as it was so.
    """

    kills: int
    updates: int
    repeated: int
    faults: int
    in_doubt: int
    lost: int
    doubled: int
    other_cases: int
    unsettled: int
    unacknowledged: int
    acknowledged_twice: int

    @property
    def is_none(self) -> bool:
        """Every line once, on one case for each person, who was told once (G1, G2, G4, G7, G21)."""
        return not (
            self.lost
            or self.doubled
            or self.other_cases
            or self.unsettled
            or self.unacknowledged
            or self.acknowledged_twice
        )


async def storm(folder: Path, *, updates: int, people: int, kills: int, seed: int) -> ChatDamage:
    """So many updates from so many people, and so many kills among them."""
    chance = random.Random(seed)
    api = BotApi(lambda: datetime.now(UTC))
    bot = api.add_bot("support_bot")
    bot.queue = queue = UnrulyQueue(chance=chance)
    customers = [api.add_person(f"客户{number}", language="zh-hans") for number in range(people)]
    with ExitStack() as stack:
        async with sandbox_running(api) as sandbox:
            gateway = await asyncio.to_thread(
                stack.enter_context, running(folder, **_settings(bot, sandbox.url, folder / "directory"))
            )
            faults = await _rage(gateway, api, bot, customers, updates=updates, kills=kills, chance=chance)
            await _calm(gateway, queue, expected=updates)
            damage = _count(gateway, bot, customers, updates)
            await asyncio.to_thread(stack.close)
    return replace(damage, kills=kills, repeated=queue.repeated, faults=faults)


def _settings(bot: Bot, url: str, directory: Path) -> dict[str, str]:
    """Served day and night by people on duty: what is counted must not depend on the hour of the run."""
    return {
        "policy__default_plan": "7x24",
        "directory__file": everybody_on_duty(directory),
        "channels__telegram__token": bot.token,
        "channels__telegram__base_url": url,
        "channels__chat__quiet_seconds": "1",
        "channels__chat__longest_seconds": "5",
        "delivery__back_off_minutes": "[0, 0, 0, 0, 0, 1]",
    }


async def _rage(
    gateway: GatewayProcess,
    api: BotApi,
    bot: Bot,
    customers: Sequence[Person],
    *,
    updates: int,
    kills: int,
    chance: random.Random,
) -> int:
    """Everybody writes; every so often something goes wrong. How many calls were to go wrong."""
    deaths = sorted(chance.sample(range(updates), kills))
    faults = 0
    for number in range(updates):
        person = customers[number % len(customers)]
        person.write(person.chat_with(bot), line(number))
        if number % 25 == 0:
            bot.queue.add("message", {"message_id": "poison", "chat": number}, api.world.now())
        if chance.random() < 0.05:
            api.world.faults.next("getUpdates", chance.choice(FAILED_POLLS), after=chance.randrange(3))
            faults += 1
        if chance.random() < 0.02:
            api.world.faults.next("sendMessage", chance.choice(SENDS), after=chance.randrange(3))
            faults += 1
        if deaths and number >= deaths[0]:
            deaths.pop(0)
            await asyncio.sleep(chance.random())
            await asyncio.to_thread(gateway.kill)
            await asyncio.to_thread(gateway.start)
        await asyncio.sleep(0.002)
    api.world.faults.clear()
    return faults


def line(number: int) -> str:
    """What is written: each line once in the world."""
    return f"堡垒机登录不上，第 {number} 条日志"


async def _calm(gateway: GatewayProcess, queue: UnrulyQueue, *, expected: int) -> None:
    """Until everything is fetched and settled, and nothing is left to be sent at once."""
    stop = asyncio.get_running_loop().time() + PATIENCE_SECONDS + expected * PATIENCE_SECONDS_EACH
    while not (len(queue) <= 1 and await asyncio.to_thread(_is_settled, gateway, expected)):
        assert asyncio.get_running_loop().time() < stop, (
            f"{len(queue)} updates or what they led to never settled"
        )
        await asyncio.sleep(LOOK_SECONDS)


def _is_settled(gateway: GatewayProcess, expected: int) -> bool:
    with gateway.engine() as engine, engine.connect() as connection:
        states: Counter[str] = Counter(connection.execute(select(inbox.c.state)).scalars())
        waiting = connection.execute(
            select(outbox.c.id).where(outbox.c.state.in_(("waiting", "attempting")), outbox.c.in_doubt == 0)
        ).first()
    return states["done"] > expected and not states["kept"] and waiting is None


def _count(gateway: GatewayProcess, bot: Bot, customers: Sequence[Person], updates: int) -> ChatDamage:
    with gateway.engine() as engine, engine.connect() as connection:
        rows = connection.execute(select(messages.c.case_number, messages.c.person, messages.c.words))
        said = [(str(row.case_number), str(row.person), str(row.words)) for row in rows]
        doubtful = connection.execute(
            select(outbox.c.recipient, outbox.c.in_doubt).where(
                outbox.c.notice == "first_reply", outbox.c.role == "customer", outbox.c.in_doubt > 0
            )
        )
        in_doubt = {str(row.recipient): int(row.in_doubt) for row in doubtful}
        unsettled = len(connection.execute(select(inbox.c.id).where(inbox.c.state != "done")).all())
    lines = Counter(text for _, _, words in said for text in words.splitlines())
    cases = Counter(person for person, _ in {(person, number) for number, person, _ in said})
    heard = [
        sum(
            "已开始处理" in message.text
            for message in person.chat_with(bot).transcript()
            if message.sender.is_bot
        )
        for person in customers
    ]
    addresses = [f"telegram:{bot.id}/{person.user.id}" for person in customers]
    return ChatDamage(
        kills=0,
        updates=updates,
        repeated=0,
        faults=0,
        in_doubt=sum(in_doubt.values()),
        lost=sum(line(number) not in lines for number in range(updates)),
        doubled=sum(lines[line(number)] > 1 for number in range(updates)),
        other_cases=sum(cases[address] != 1 for address in addresses),
        unsettled=unsettled,
        unacknowledged=sum(
            not times and address not in in_doubt for times, address in zip(heard, addresses, strict=True)
        ),
        # What Telegram may have taken before it fell silent, or we did, goes out again: once each time (G8).
        acknowledged_twice=sum(
            times > 1 + in_doubt.get(address, 0) for times, address in zip(heard, addresses, strict=True)
        ),
    )
