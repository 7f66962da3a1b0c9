"""The chat's inward road: claim a burst, read its words in the confined reader, take its parts in, answer.

Each part is one transaction, as a mail is (RELIABILITY G1, G2, G4). What is said at once is said after the commit;
what is owed lies in the outbox by then.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from gateway import chat_update
from gateway.chat import asking, colleagues, commands, customers, presses
from gateway.chat.burst import Act, Item, Part, Words, parts, without_name
from gateway.chat.buttons import RIGHT, WRONG
from gateway.chat.customers import NEW, PICK, Question, question_of
from gateway.chat.patience import Answer, Patience
from gateway.chat.people import Speaker, speaker_of
from gateway.chat.reading import PartReader, Scans, Understood
from gateway.chat.saying import Phrases, Spoken, Voice, spoken, written
from gateway.chat.taking import After, ChatTaking, CodeByMail, House
from gateway.errors import NotNow, StaleCase
from gateway.intake.message import FAILED, FILED, POSTPONED, SET_ASIDE, Outcome
from gateway.intake.queue import LAST_LIVES, Readings
from gateway.ports import Kept, Store, Work

log = structlog.get_logger()

NOTHING = Outcome(FILED, None, "nothing that a person said to us")
NOT_TO_US = Outcome(FILED, None, "said in a group, and not to us")


class Postman(Protocol):
    """Mails a code to a mailbox of the directory; what goes wrong is logged, and the person asks again."""

    async def mail_code(self, code: CodeByMail) -> None:
        """Nothing is raised."""
        ...


class ChatIntake:
    """Takes bursts in, one after the other."""

    def __init__(
        self,
        store: Store,
        readings: Readings,
        house: House,
        phrases: Phrases,
        voice: Voice,
        postman: Postman,
        scans: Scans | None = None,
    ) -> None:
        self._store = store
        self._reader = PartReader(readings, house, phrases, scans)
        self._house = house
        self._phrases = phrases
        self._voice = voice
        self._postman = postman
        self._patience = Patience()

    async def turn(self) -> Sequence[Outcome]:
        """Take in what one person has done in one chat; what each part became. Empty when nobody has paused."""
        at, pause = self._house.clock.now(), self._house.chat.pause
        claimed = await self._store.run(lambda work: work.claim_burst(at, pause))
        return await self._burst(claimed) if claimed else ()

    async def _burst(self, claimed: Sequence[Kept]) -> Sequence[Outcome]:
        if claimed[0].deaths >= LAST_LIVES:
            return [await self._set_aside(claimed[0])]
        # What was kept within one moment has no order of ours; the service gives its updates one.
        name = self._house.chat.chats.bot_name
        items = sorted(
            (without_name(Item(kept, chat_update.from_bytes(kept.raw)), name) for kept in claimed),
            key=lambda item: item.update.order,
        )
        who = _who(items[0], self._house)
        asked = question_of(await self._store.run(lambda work: work.asked(who.who))) if who else None
        choice = _choice(asked, items)
        return [await self._part(part, asked, choice, items) for part in parts(items)]

    async def _part(
        self, part: Part, asked: Question | None, choice: str | None, burst: Sequence[Item]
    ) -> Outcome:
        after = After()
        waits_on = asked is not None and asked.kind == PICK and choice is None and _is_act_there(burst)
        try:
            if isinstance(part, Words) and waits_on:
                await self._release(part)
                return Outcome(POSTPONED, None, "its writer is still choosing a case")
            late = NEW if asked is not None and asked.kind in (PICK, NEW) and choice is None else choice
            safe = await self._reader.without_harm(part)
            read = await self._reader.read(safe)
            outcome = await self._store.run(lambda work: self._take_in(work, safe, read, late, after))
        except NotNow as error:
            log.warning("intake_postponed", inbox=part.every[0].kept.id, reason=str(error))
            await self._release(part)
            return Outcome(POSTPONED)
        except StaleCase:
            log.info("intake_settled_elsewhere", inbox=part.every[0].kept.id)
            return Outcome(POSTPONED)
        except Exception as error:
            # Whatever a message does to us, the chat moves on (F9).
            log.exception("intake_failed", inbox=part.every[0].kept.id)
            return Outcome(FAILED, reason=type(error).__name__)
        await self._afterwards(after)
        log.info(
            "message_taken_in",
            inbox=part.every[0].kept.id,
            messages=len(part.every),
            outcome=outcome.name,
            case=outcome.case_number,
        )
        return outcome

    def _take_in(self, work: Work, part: Part, read: Understood, choice: str | None, after: After) -> Outcome:
        """Everything that one part does, in the caller's transaction. A part that waits is given back unread."""
        speaker = _who(part.every[0], self._house)
        if speaker is None:
            return _settled(work, part, NOTHING)
        taking = ChatTaking(work, self._house, speaker, part.every[0], after)
        outcome = decide(taking, part, read, choice)
        if outcome is None:
            for item in part.every:
                work.release_inbox(item.kept.id)
            return Outcome(POSTPONED, None, "its writer is asked which case")
        return _settled(work, part, outcome)

    async def _afterwards(self, after: After) -> None:
        """What follows once all is stored."""
        if after.links_changed:
            chats = self._house.chat.chats
            chats.load(await self._store.run(lambda work: work.links()))
            chats.load_moves(await self._store.run(lambda work: work.moves()))
        at = self._house.clock.now()
        for each in after.said:
            if each.used is not None:
                await self._voice.take_buttons_away(each.chat, each.used)
            else:
                await self._say(each, at)
        for code in after.codes:
            await self._postman.mail_code(code)

    async def _say(self, each: Spoken, at: datetime) -> None:
        """As far as this chat has not had its share (T32)."""
        match self._patience.answer(each.chat, at):
            case Answer.ITSELF:
                await self._voice.say(each.chat, *written(each, self._phrases, at))
            case Answer.BUSY:
                busy = spoken(each.chat, each.language, "busy")
                await self._voice.say(each.chat, *written(busy, self._phrases, at))
            case Answer.NOTHING:
                log.info("chat_answer_withheld", chat=each.chat)

    async def _release(self, part: Part) -> None:
        """It is no death of the message's."""

        def release(work: Work) -> None:
            for item in part.every:
                work.release_inbox(item.kept.id)

        try:
            await self._store.run(release)
        except NotNow:
            log.warning("intake_not_released", inbox=part.every[0].kept.id)

    async def _set_aside(self, kept: Kept) -> Outcome:
        """Even unread it took the process down: visible, with its bytes, and tried no more (F9)."""
        reason = f"taking it in failed {kept.deaths} times"
        await self._store.run(lambda work: work.settle(kept.id, SET_ASIDE, reason=reason))
        log.error("message_set_aside", inbox=kept.id, deaths=kept.deaths)
        return Outcome(SET_ASIDE, None, reason)


def decide(taking: ChatTaking, part: Part, read: Understood, choice: str | None) -> Outcome | None:
    """What one part does; None: it waits for its writer's choice."""
    report = read.report
    update = taking.item.update
    staff = taking.speaker.staff
    if isinstance(part, Words):
        if not _is_to_us(taking, part):
            return NOT_TO_US
        if staff is not None:
            return colleagues.words(taking, staff, part, report, read.filed)
        if part.text.strip().lower() in commands.STATUS_WORDS:
            return commands.status(taking)
        outcome = customers.take(taking, part, report, choice)
        if outcome is not None:
            taking.work.forget_question(taking.speaker.who)
        return outcome
    if update.kind == "moved" and update.chat is not None and update.moved_to is not None:
        return _moved(taking, update.chat, update.moved_to)
    if update.kind == "press":
        if (update.pressed or "").startswith(f"{PICK}."):
            return _picked(taking)
        if (update.pressed or "").startswith((f"{RIGHT}.", f"{WRONG}.")):
            return asking.pressed(taking, report)
        return presses.press(taking, report)
    if update.command is not None and _is_ours(taking, update.command.bot):
        return commands.run(taking, update.command, report)
    if update.kind == "edit" and staff is None:
        return customers.correct(taking, report)
    if update.declined is not None and (taking.speaker.chat.is_private or update.answers_us):
        taking.say("declined")
        return Outcome(FILED, None, f"a {update.declined}, which we cannot read")
    return NOTHING


def _moved(taking: ChatTaking, before: str, now: str) -> Outcome:
    """A group became a supergroup: the same chat under another number, told by Telegram in both of them."""
    group = replace(taking.speaker.there, topic=None)
    taking.work.move_chat(str(replace(group, chat=before)), str(replace(group, chat=now)))
    taking.after.links_changed = True
    return Outcome(FILED, None, "the group became a supergroup")


def _picked(taking: ChatTaking) -> Outcome:
    """The choice itself: its words came before it in the same burst, or have been settled by now."""
    taking.work.forget_question(taking.speaker.who)
    taking.buttons_used()
    return Outcome(FILED, None, "chose a case")


def _is_to_us(taking: ChatTaking, words: Words) -> bool:
    """In a group we are quiet unless addressed (issue 6, LESSONS 103)."""
    name = taking.house.chat.chats.bot_name
    updates = [item.update for item in words.items]
    return taking.speaker.chat.is_private or any(
        update.answers_us or (name is not None and name.lower() in update.mentions) for update in updates
    )


def _is_ours(taking: ChatTaking, named: str | None) -> bool:
    name = taking.house.chat.chats.bot_name
    return named is None or name is None or named == name.lower()


def _who(item: Item, house: House) -> Speaker | None:
    return speaker_of(item, house.chat.chats, house.rules.directory)


def _choice(asked: Question | None, burst: Sequence[Item]) -> str | None:
    """The case number that was chosen, or `NEW`; None where nothing was."""
    if asked is None or asked.kind != PICK:
        return None
    for item in burst:
        pick, nonce, place = (*(item.update.pressed or "").split("."), "", "", "")[:3]
        if pick != PICK or nonce != asked.nonce:
            continue
        if place.isdecimal() and int(place) < len(asked.numbers):
            return asked.numbers[int(place)]
        if place == NEW:
            return NEW
    return None


def _is_act_there(burst: Sequence[Item]) -> bool:
    """Something other than time made the burst ripe."""
    return any(isinstance(part, Act) for part in parts(burst))


def _settled(work: Work, part: Part, outcome: Outcome) -> Outcome:
    """Every message of the part ends where it ended (G4)."""
    for item in part.every:
        work.settle(item.kept.id, outcome.name, reason=outcome.reason, case_number=outcome.case_number)
    return outcome
