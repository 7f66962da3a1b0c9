"""A small cast for trying a bot by hand: a customer's people with their support group, and three of ours."""

from gateway.chat_sandbox.bot_api import BotApi
from gateway.chat_sandbox.flood import FloodLimits
from gateway.chat_sandbox.people import Person
from gateway.chat_sandbox.world import Bot

CUSTOMER, ENGINEER, MANAGER = "周敏", "王强", "钱虹"


def enter(api: BotApi) -> tuple[Bot, dict[str, Person]]:
    """The bot, and everybody by name; all but the strangers have a chat with it."""
    bot = api.add_bot("support_bot", limits=FloodLimits())
    zhou = api.add_person(CUSTOMER, language="zh-hans")
    chan = api.add_person("Yi-jun", "Chan", language="zh-hant")
    strangers = (chan, api.add_person("Wang", "Qiang", language="en"))
    ours = [api.add_person(name, language="zh-hans") for name in (ENGINEER, MANAGER)]
    for person in (zhou, *strangers, *ours):
        person.chat_with(bot)
    # As docs/chat.md advises: whatever names the bot reaches it.
    api.add_group("青山银行 · 运维支持", zhou, chan).add(bot, zhou, administrator=True)
    return bot, {person.user.name: person for person in (zhou, *strangers, *ours)}
