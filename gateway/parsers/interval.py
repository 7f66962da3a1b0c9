"""How often somebody wants to hear from us: "请每30分钟通报一次进展", "please update us every 2 hours" (P-32)."""

import re

from gateway.cases.business_time import Span

_AMOUNT = re.compile(
    r"(?P<number>\d{1,3}|半|一|两|兩|二|三|四|half an|an|one|two|three|four)?\s*(?:个|個)?\s*(?P<half>半)?"
    r"(?P<unit>分钟|分鐘|分|小时|小時|钟头|鐘頭|minutes?|mins?|m\b|hours?|hrs?|h\b)",
    re.IGNORECASE,
)
_EVERY = re.compile(r"每隔?|every|each", re.IGNORECASE)
_ABOUT_UPDATES = re.compile(
    r"更新|通报|通報|反馈|反饋|汇报|匯報|进展|進展|进度|進度|同步|update|report|status|progress",
    re.IGNORECASE,
)
_WORDS = {
    "一": 1,
    "an": 1,
    "one": 1,
    "两": 2,
    "兩": 2,
    "二": 2,
    "two": 2,
    "三": 3,
    "three": 3,
    "四": 4,
    "four": 4,
}
SHORTEST_MINUTES = 10
LONGEST_MINUTES = 24 * 60
_WINDOW = 60
_SEARCHED = 4000


def read(text: str) -> Span | None:
    """The interval asked for in running text; None unless a sentence speaks of updates and says every so often."""
    for sentence in re.split(r"[。！？!?\n;；]|\.\s", text[:_SEARCHED]):
        every = _EVERY.search(sentence)
        if every and _ABOUT_UPDATES.search(sentence):
            return read_amount(sentence[every.end() : every.end() + _WINDOW])
    return None


def read_amount(text: str) -> Span | None:
    """A duration such as "30分钟", "半小时", "2 hours", in working time; None when it is absurd or none at all."""
    found = _AMOUNT.search(text)
    if found is None:
        return None
    number = (found["number"] or "1").lower()
    unit_minutes = 60 if found["unit"][0].lower() in "小钟鐘h" else 1
    halves = 1 if number in ("半", "half an") else 2 * (_WORDS.get(number) or int(number))
    if found["half"]:
        halves += 1
    minutes = halves * unit_minutes // 2
    return Span(minutes, "wm") if SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES else None
