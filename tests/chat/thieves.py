"""Attempts of strangers to see or move what is not theirs, made up by chance from a seed (RELIABILITY T2, T31).

Each is a person, a chat, and what they do there: press a button with a token that was copied, altered or invented,
under any verb; type any command about any number; use a link again, or another's; pass on somebody's card.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gateway.chat_sandbox import Chat, Group, Message, Person
from tests.chat.scene import ChatScene

TOKEN = re.compile(r"[a-z2-7]{24}")
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
VERBS = (
    *("solved", "unsolved", "take", "later", "not_mine", "ack", "over", "assign", "to", "call", "progress"),
    *("passed", "failed", "agree", "issued", "reply", "resolved", "stuck", "onsite", "case", "which", "pick"),
    *("decline", "level", "link", "", "TAKE", "take take"),
)
ARGUMENTS = ("", "wang.qiang", "30", "0", "new", "../..", "{{7*7}}")


@dataclass(frozen=True, slots=True)
class Loot:
    """What thieves got hold of: tokens and one-time codes of others, case numbers, cards that can be forwarded."""

    tokens: Sequence[str]
    codes: Sequence[str]
    numbers: Sequence[str]
    cards: Sequence[Message]


@dataclass
class Thieves:
    """People who are not whom they say, and the group in which they are."""

    scene: ChatScene
    loot: Loot
    people: Sequence[Person]
    group: Group
    chance: random.Random
    tried: Counter[str] = field(default_factory=Counter[str])

    def attempt(self) -> None:
        """One more; what comes of it is seen once it is taken in."""
        kind = self.chance.choice(("press", "press", "press", "command", "link", "card"))
        person = self.chance.choice(self.people)
        chat = self.chance.choice((self.scene.chat(person), self.scene.chat(person), self.group.chat))
        ways: dict[str, Callable[[Person, Chat], None]] = {
            "press": self._press,
            "command": self._command,
            "link": self._link,
            "card": self._card,
        }
        ways[kind](person, chat)
        self.tried[kind] += 1

    def _press(self, person: Person, chat: Chat) -> None:
        ours = [each for each in chat.transcript() if each.sender.id == self.scene.bot.id]
        verb, argument = self.chance.choice(VERBS), self.chance.choice(ARGUMENTS)
        person.forge_press(self.chance.choice(ours), f"{verb}.{self._token()}.{argument}"[:64])

    def _command(self, person: Person, chat: Chat) -> None:
        verb = self.chance.choice(VERBS) or "status"
        number = self.chance.choice([*self.loot.numbers, "C000000-000000", self.loot.numbers[0].lower()])
        bot = "@support_bot" if chat is self.group.chat else ""
        person.write(chat, f"/{verb}{bot} {number} {self.chance.choice(ARGUMENTS)}")

    def _link(self, person: Person, chat: Chat) -> None:
        code = self.chance.choice([*self.loot.codes, *map(self._altered, self.loot.codes), self._token()])
        bot = "@support_bot" if chat is self.group.chat else ""
        person.write(chat, f"/start{bot} {code}")

    def _card(self, person: Person, chat: Chat) -> None:
        card = self.chance.choice(self.loot.cards)
        person.forward(card, chat)
        person.forge_press(card, f"{self.chance.choice(VERBS)}.{self._token()}")

    def _token(self) -> str:
        """Somebody else's, one letter off, half of one and half of another, or invented; or a case's number."""
        one, other = self.chance.choice(self.loot.tokens), self.chance.choice(self.loot.tokens)
        invented = "".join(self.chance.choices(BASE32, k=24))
        number = self.chance.choice(self.loot.numbers)
        return self.chance.choice((one, one, self._altered(one), one[:8] + other[8:], invented, number))

    def _altered(self, token: str) -> str:
        place = self.chance.randrange(len(token))
        letter = BASE32[(BASE32.find(token[place]) + self.chance.randrange(1, 31)) % 32]
        return token[:place] + letter + token[place + 1 :]


def tokens_seen_by(scene: ChatScene, *people: Person) -> list[str]:
    """Every token under a message of ours to these people."""
    markups = (str(message.markup) for person in people for message in scene.messages(person))
    return sorted({token for markup in markups for token in TOKEN.findall(markup)})


def acts_on(scene: ChatScene, numbers: Sequence[str]) -> list[list[str]]:
    """What people did to these cases; what the gateway does by the clock is nobody's theft."""
    return [
        [name for name in scene.house.happened(number) if name != "notice_sent"]
        + [said["words"] for said in scene.house.said(number)]
        for number in numbers
    ]
