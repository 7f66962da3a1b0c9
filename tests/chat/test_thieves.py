"""Generated attempts of strangers to see or move cases: none succeeds (issue 6, "Show"; RELIABILITY T2, T31)."""

import os
import random
import re

from tests.chat.scene import FIVE_LINES, ChatScene
from tests.chat.test_colleagues import colleague
from tests.chat.thieves import Loot, Thieves, acts_on, tokens_seen_by
from tests.house import CHEN, ZHOU

ATTEMPTS = int(os.environ.get("GATEWAY_RIG_THEFTS", "300"))
SEED = int(os.environ.get("GATEWAY_RIG_SEED", "1"))
AT_ONCE = 50


async def loot(scene: ChatScene) -> Loot:
    """周敏's linked chat has a case that waits for her word; 王强 has another; cards and a used link lie about."""
    wang = await colleague(scene, "王强", "wang.qiang")
    qian = await colleague(scene, "钱虹", "qian.hong")
    sun = await colleague(scene, "孙洁", "sun.jie")
    zhou = scene.person("周敏")
    await scene.says(zhou, f"/link {ZHOU}")
    found = re.search(r"/start ([a-z2-7]{32})", scene.house.letter(ZHOU).text)
    assert found is not None
    await scene.says(zhou, f"/start {found[1]}")
    await scene.says(zhou, *FIVE_LINES)
    await scene.presses(wang, "接单")
    await scene.says(wang, "/resolved 更换了认证模块")
    await scene.presses(qian, "审核通过")
    await scene.says(zhou, "/new 防火墙的报表导不出来")
    return Loot(
        tokens=tokens_seen_by(scene, wang, qian, sun, zhou),
        codes=[found[1]],
        numbers=scene.house.numbers(),
        cards=[message for person in (wang, zhou) for message in scene.messages(person)[1:]],
    )


async def test_nothing_that_thieves_make_up_moves_or_shows_a_case(scene: ChatScene) -> None:
    """Strangers, one of them under the customer's name, another customer's contact, a colleague's second telephone."""
    found = await loot(scene)
    assert len(found.tokens) >= 3
    people = [scene.person(name) for name in ("小偷", "周敏", "王强")]
    other = scene.person("陳怡君", language="zh-hant")
    await scene.link(other, "contact", CHEN)
    group = scene.api.add_group("谁都在的群", *people, other)
    group.add(scene.bot, people[0], administrator=True)
    for person in (*people, other):
        await scene.says(person, "/status")
    people[0].write(group.chat, "/status@support_bot")
    await scene.quiet()
    before, linked = acts_on(scene, found.numbers), await scene.house.store.run(lambda work: work.links())
    thieves = Thieves(scene, found, [*people, other], group, random.Random(SEED))
    succeeded = 0
    for number in range(ATTEMPTS):
        thieves.attempt()
        if number % AT_ONCE == AT_ONCE - 1 or number == ATTEMPTS - 1:
            await scene.quiet(61)
            moved = acts_on(scene, found.numbers) != before
            relinked = await scene.house.store.run(lambda work: work.links()) != linked
            succeeded += moved + relinked
    heard = "".join(
        message.text
        for chat in (*map(scene.chat, (*people, other)), group.chat)
        for message in chat.transcript()
        if message.sender.id == scene.bot.id
    )
    succeeded += sum(secret in heard for secret in (FIVE_LINES[0], FIVE_LINES[2], "报表导不出来", "认证模块"))
    print(f"{ATTEMPTS} attempts, seed {SEED}: {dict(thieves.tried)}; {succeeded} succeeded")
    assert sum(thieves.tried.values()) == ATTEMPTS
    assert set(thieves.tried) == {"press", "command", "link", "card"}
    assert succeeded == 0
