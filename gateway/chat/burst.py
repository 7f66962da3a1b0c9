"""What one person has done in one chat since we last looked: five short lines are one report, a command is one act.

Pure. Words between two acts belong together; an edit of a message among them takes its place, any other edit is an act
of its own (issue 6: edits add, never erase: what was kept stays in the inbox).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.chat_update import NEW, ChatUpdate, Command
from gateway.messages import Attachment
from gateway.ports import Kept


@dataclass(frozen=True, slots=True)
class Item:
    """A message of the inbox and what it says."""

    kept: Kept
    update: ChatUpdate


@dataclass(frozen=True, slots=True)
class Words:
    """Messages that belong together, in order; `edits` are those that changed one of them.

    `is_new`: they follow a `/new`, whose own words are the first of them.
    """

    items: tuple[Item, ...]
    edits: tuple[Item, ...] = ()
    is_new: bool = False

    @property
    def every(self) -> tuple[Item, ...]:
        """Every message of the inbox in it."""
        return (*self.items, *self.edits)

    @property
    def text(self) -> str:
        """One text, a line for each message."""
        return "\n".join(item.update.text for item in self.items if item.update.text)

    @property
    def files(self) -> tuple[Attachment, ...]:
        """The files that came with them."""
        return tuple(item.update.file for item in self.items if item.update.file is not None)

    @property
    def problems(self) -> tuple[str, ...]:
        """What of them could not be had."""
        return tuple(problem for item in self.items for problem in item.update.problems)

    @property
    def reply_to(self) -> tuple[str, ...]:
        """The messages that they answer, the latest first."""
        return tuple(
            item.update.reply_to for item in reversed(self.items) if item.update.reply_to is not None
        )


@dataclass(frozen=True, slots=True)
class Act:
    """Anything that stands for itself: a command, a press, an edit, a sticker."""

    item: Item

    @property
    def every(self) -> tuple[Item, ...]:
        """Every message of the inbox in it."""
        return (self.item,)


Part = Words | Act


def without_name(item: Item, name: str | None) -> Item:
    """The same item without the `@name` by which a group speaks to us: it is an address, and no word of the report."""
    update = item.update
    if name is None or name.lower() not in update.mentions or update.command is not None:
        return item  # a command names us in its own way
    text = re.sub(rf"@{re.escape(name)}\b[ ,，:：]*", "", update.text, flags=re.IGNORECASE).strip()
    return replace(item, update=replace(update, text=text))


def parts(items: Iterable[Item], name: str | None = None) -> Sequence[Part]:
    """The burst in parts, in order; `name` is ours, by which a group calls us."""
    found: list[Part] = []
    for item in items:
        update = item.update
        last = found[-1] if found else None
        if update.kind == "edit" and isinstance(last, Words) and _holds(last, update):
            found[-1] = _edited(last, item)
        elif not _is_words(update):
            found.append(Act(item))
        elif isinstance(last, Words):
            found[-1] = replace(last, items=(*last.items, item))
        elif isinstance(last, Act) and (opening := _opening(last.item, name)) is not None:
            found[-1] = Words((opening, item), is_new=True)
        else:
            found.append(Words((item,)))
    return found


def _opening(item: Item, name: str | None) -> Item | None:
    """A `/new` to us as the first words of its matter; people go on in lines of their own."""
    command = item.update.command
    if command is None or command.name != NEW or not is_for(command, name):
        return None
    return replace(item, update=replace(item.update, text=command.argument))


def is_for(command: Command, name: str | None) -> bool:
    """Whether a command is ours: named to us, or to nobody."""
    return command.bot is None or name is None or command.bot == name.lower()


def _is_words(update: ChatUpdate) -> bool:
    says = bool(update.text or update.file or update.problems)
    return update.kind == "words" and update.command is None and says


def _holds(words: Words, edit: ChatUpdate) -> bool:
    return any(item.update.message == edit.message for item in words.items)


def _edited(words: Words, edit: Item) -> Words:
    items = tuple(
        Item(item.kept, replace(item.update, text=edit.update.text))
        if item.update.message == edit.update.message
        else item
        for item in words.items
    )
    return replace(words, items=items, edits=(*words.edits, edit))
