"""A Bot API server of our own, for tests and for trying the bot without a token.

As strict as the documentation (core.telegram.org/bots/api) and the behaviour of Telegram's server let it be, with
faults to order (RELIABILITY T29-T32, F26, F27). Inside out: `world` is the state, `sending`, `editing`, `receiving`,
`files` and `chats` are the methods, `bot_api` answers one call, `people` is what persons do, `server` puts it on a
port with the people's page. It knows nobody of the gateway but the errors.
"""

from gateway.chat_sandbox.bot_api import BotApi
from gateway.chat_sandbox.faults import Fault, Faults
from gateway.chat_sandbox.flood import FloodLimits, Rate
from gateway.chat_sandbox.people import CannotDo, Group, Person
from gateway.chat_sandbox.server import Sandbox, running
from gateway.chat_sandbox.world import Bot, CallbackQuery, Chat, Message

__all__ = [
    "Bot",
    "BotApi",
    "CallbackQuery",
    "CannotDo",
    "Chat",
    "Fault",
    "Faults",
    "FloodLimits",
    "Group",
    "Message",
    "Person",
    "Rate",
    "Sandbox",
    "running",
]
