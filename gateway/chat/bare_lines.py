"""A colleague's line in answer to nothing: where no reply can be pressed, it answers the prompt they were just given.

Not every chat service tells which message is answered (WeCom, DingTalk), and on a telephone few people press reply. So
the latest letters of ours in a colleague's chat are remembered; a single line answers a prompt among them if no other
is open, and if nothing about another case has been told there since: words for one customer never reach another.
"""

from collections.abc import Iterator
from datetime import datetime

from gateway.cases import lifecycle
from gateway.cases.case import Case
from gateway.cases.directory import Staff
from gateway.cases.policy import Policy
from gateway.chat import customers
from gateway.chat.burst import Words
from gateway.chat.taking import ChatTaking
from gateway.ports import Sent, Work
from gateway.staff_turn import NOTE, UPDATE_LINE

LONGEST_LINE = 200  # characters
MOST_REMEMBERED = 8


def remember(work: Work, chat: str, outbound_id: str, at: datetime) -> None:
    """A letter to a colleague stands in their chat."""
    letters = [*_remembered(work, chat), outbound_id]
    latest = list(dict.fromkeys(reversed(letters)))[:MOST_REMEMBERED]
    work.leave_bookmark(_key(chat), " ".join(reversed(latest)), at)


def prompt_of(taking: ChatTaking, staff: Staff, said: Words) -> Sent | None:
    """The prompt that the line answers; None where that is not certain, or where it is no line for a customer."""
    if not _is_line(said):
        return None
    latest = [sent for sent in _letters(taking) if sent.person == staff.id]
    prompts = [sent for sent in latest if _is_open(taking, sent)]
    if len({sent.case_number for sent in prompts}) != 1:
        return None
    since = latest[latest.index(prompts[-1]) :]
    return prompts[-1] if all(sent.case_number == prompts[-1].case_number for sent in since) else None


def _is_line(said: Words) -> bool:
    """Something to tell a customer: no "ok" and no question, nothing handed on."""
    (first, *others) = said.items
    text = said.text.strip()
    return (
        not others
        and not said.files
        and first.update.forwarded is None
        and "\n" not in text
        and len(text) <= LONGEST_LINE
        and not text.startswith(("#", "＃"))
        and not text.endswith(("?", "？"))
        and not customers.is_greeting(text)
    )


def _is_open(taking: ChatTaking, sent: Sent) -> bool:
    policy = taking.house.rules.policy
    if policy.reply_means.get((sent.notice, sent.role), NOTE) != UPDATE_LINE:
        return False
    case = taking.work.case(sent.case_number)
    return case is not None and _waits_for_a_line(case, sent.notice, policy)


def _waits_for_a_line(case: Case, prompt: str, policy: Policy) -> bool:
    """Whether an update that this prompt asked a line for has neither got one nor left."""
    if lifecycle.is_over(case.status) or case.pending_words is not None:
        return False
    prompted = (each for each in case.commitments if each.is_owed and each.prompted and not each.spoken)
    rows = (policy.by_name.get(each.name) for each in prompted)
    return any(row is not None and row.prompt is not None and row.prompt.notice == prompt for row in rows)


def _letters(taking: ChatTaking) -> Iterator[Sent]:
    """The latest in this chat, in their order."""
    for outbound_id in _remembered(taking.work, taking.speaker.at):
        sent = taking.work.sent(outbound_id)
        if sent is not None:
            yield sent


def _remembered(work: Work, chat: str) -> list[str]:
    return (work.bookmark(_key(chat)) or "").split()


def _key(chat: str) -> str:
    return f"latest letters in {chat}"
