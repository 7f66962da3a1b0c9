"""What of the chats needs no event loop: a letter as a note, what the chats share with the house, what cards offer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway import reply_address
from gateway.cases.case import Case
from gateway.chat import buttons
from gateway.chat_note import Button, ChatFile, ChatNote, to_bytes
from gateway.chat_ports import Pause
from gateway.chats import Chats
from gateway.config import Config
from gateway.intake import Rules
from gateway.messages import Outbound
from gateway.ports import Clock, Ids, Letters
from gateway.responders.composer import Composer


@dataclass(frozen=True)
class ChatParts:
    """What the chat shares with the rest of the gateway."""

    config: Config
    rules: Rules
    letters: Letters
    composer: Composer
    chats: Chats
    clock: Clock
    ids: Ids


def chat_bytes(outbound: Outbound, composer: Composer, support: str, at: datetime) -> bytes:
    """A letter as a note for a chat: its words under their headline, the buttons that this letter has, its files."""
    token = next(iter(reply_address.tokens_in((outbound.reply_to.address,), (), support)), "")
    labelled = [
        Button(composer.phrase("button", verb, outbound.language, at), data)
        for verb, data in buttons.under(outbound, token)
    ]
    files = tuple(
        ChatFile(file.name or f"file-{place}", file.content)
        for place, file in enumerate(outbound.attachments, 1)
    )
    return to_bytes(ChatNote(outbound.text, tuple(labelled), outbound.headline, files))


def pause_of(config: Config) -> Pause:
    """How long a burst is waited for."""
    talk = config.channels.chat
    return Pause(timedelta(seconds=talk.quiet_seconds), timedelta(seconds=talk.longest_seconds))


def work_offered(parts: ChatParts, case: Case, staff_id: str, at: datetime) -> Sequence[Button]:
    """The work on a case, for the card of whoever has it; nothing for anybody else."""
    staff = parts.rules.directory.staff.get(staff_id)
    if staff is None or staff.id not in (case.engineer, *case.helpers):
        return ()
    reads = staff.languages[0] if staff.languages else "zh-Hans"
    return [
        Button(parts.composer.phrase("button", name, reads, at), f"{name}.{case.number}")
        for name in buttons.work_on(case, staff)
        if case.status in buttons.IN_HAND
    ]
