"""How satisfied somebody says they are: a number from 1 to 5, or words for one (P-63)."""

import re

POOR = 2
_SEARCHED = 300
_SCORE = re.compile(
    r"(?<![\d.])([1-5])(?![\d.])\s*(?:分|星|点|點|/\s*5|points?|stars?|$|[\s,，。.!！;；:：])"
)
_WORDS = (
    (5, ("非常满意", "非常滿意", "很满意", "很滿意", "十分满意", "十分滿意", "very satisfied", "excellent")),
    (1, ("非常不满意", "非常不滿意", "很不满意", "很不滿意", "very dissatisfied", "terrible")),
    (2, ("不太满意", "不太滿意", "不满意", "不滿意", "dissatisfied", "unsatisfied", "poor")),
    (3, ("一般", "还行", "還行", "尚可", "so-so", "average", "neutral")),
    (4, ("比较满意", "比較滿意", "满意", "滿意", "satisfied", "good")),
)


def read(text: str) -> int | None:
    """The score in the first words of an answer; None when they do not say one."""
    head = text[:_SEARCHED].lower()
    if found := _SCORE.search(head):
        return int(found[1])
    for score, phrases in sorted(_WORDS, key=lambda each: -max(map(len, each[1]))):
        if any(phrase in head for phrase in phrases):
            return _not_negated(score, head)
    return None


def _not_negated(score: int, head: str) -> int:
    """The longest phrases come first, yet "不是很满意" holds a good one: a negation before it turns it."""
    turned = re.search(
        r"(?:不是|没有|沒有|not)\s*(?:很|太|非常|so|very)?\s*(?:满意|滿意|satisfied|good)", head
    )
    return 2 if turned and score > POOR else score
