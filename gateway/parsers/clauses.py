"""A letter cut into clauses, each with what it does where the model of acts is there to say so.

Clauses end at punctuation, at blanks between Han words (chats know no commas), at English conjunctions, and in speech
without any stop at the words that go on with something else. Symptoms,
levels and kinds are read from them; the signature is left out, as nobody tells a fault there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.parsers import acts
from gateway.parsers.entities.folding import lower
from gateway.parsers.entities.letter import Letter, Span, Zone

__all__ = ["Clause", "masked", "read"]

MOST_WEIGHED = 300
"""So many clauses are weighed at most: nobody tells what is broken on page ten, and time stays bounded."""

_HAN = re.compile(r"[\u4e00-\u9fff]")
_CLAUSE = re.compile(r"[^\n。!?;,、]+(?:,(?=\d{3}\b)[^\n。!?;,、]+)*")
_SPACES = re.compile(
    r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])|  +"
    r"|(?:(?<=了)|(?<=异常|断线|掉线|失败|故障|中断|报错|超时|当机|死机|宕机|停机|断网|离线)) +(?=[A-Za-z])"
    r"|(?<=[」”])(?=[\u4e00-\u9fff]{4})(?!后|就|的|之后|然后|并|字样|错误|弹窗|提示|画面|窗口|视窗|讯息|信息|和|与|而)"
)
_SENTENCE_DOT = re.compile(
    r"\.(?=\s+[A-Z\u4e00-\u9fff]|\s*$)|(?<=[a-z]{3})\.(?=\s)|(?<=[\u4e00-\u9fff])\.|\s[-–—]\s|: "
)
_LONGEST_BREATH = 36  # characters; whoever speaks a longer stretch into a telephone makes no stops
_RUN_ON = re.compile(
    "(?=然后|但是|不过|而且|还有|另外|所以|结果|麻烦|帮忙|你们帮|请你|我姓|我叫|电话是|打我|客户的|客户那|整个|大家都)"
    "|(?<=[了啊呢吧呀啦嘛的])(?=我|你们|他们|现在|今天|昨天|早上|刚才|一直|就是|那个|这个|网|电脑|设备|系统)"
    "|(?<=[啊呢吧呀啦嘛])(?=[\u4e00-\u9fff]{2})|(?<=[^不得]了)(?=[\u4e00-\u9fff]{1,6}[也都还又就])"
    "|(?=我看[机那你网设后控]|你帮|您帮)"
)
_LONGEST_LATIN_BREATH = 100
_LATIN_RUN_ON = re.compile(
    r"\s(?=(?:it's|its|this is|my name|the others|every(?:one|body)|nobody|only|just|no rush|not urgent"
    r"|can (?:you|we)|could you|please|pls|plz|thanks|thank you|oh|um|uh|anyway|basically|i|we|they|he|she)\b)"
    r"|(?<=\bum)\s|(?<=\buh)\s",
    re.IGNORECASE,
)
_CONJUNCTION = re.compile(
    r"(?:^|\s)(?:and|but|so|although|though|while|whereas|because|however|then|since then|or)\s",
    re.IGNORECASE,
)
_REPLY_PREFIX = re.compile(
    r"(?:(?:re|fw|fwd|回复|答复|转发|转寄|回覆|【[^】]{1,12}】|\[[^\]]{1,12}\])\s{0,2}:?\s{0,2})+",
    re.IGNORECASE,
)
_QUESTION_AFTER = re.compile(r"\s{0,20}[?]")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause by its span in the letter; `acts` is what it does (see `acts.ACTS`), empty where no model speaks."""

    span: Span
    zone: Zone
    asks: bool
    acts: Mapping[str, float]

    def does(self, act: str) -> float:
        """The probability of an act, 0 where nothing was weighed."""
        return self.acts.get(act, 0.0)


def read(letter: Letter, masked_text: str, *, with_model: bool) -> tuple[Clause, ...]:
    """The clauses in reading order. `masked_text` is the letter's with names and products blanked by `masked`."""
    spans = list(_clauses(letter))
    weighed: Sequence[Mapping[str, float]] = ()
    if with_model and spans:
        weighed = acts.weigh([lower(masked_text[start:end]).strip() for start, end in spans[:MOST_WEIGHED]])
    return tuple(
        Clause(
            span,
            letter.zone_at(span[0]),
            _QUESTION_AFTER.match(letter.plain, span[1]) is not None,
            weighed[at] if at < len(weighed) else {},
        )
        for at, span in enumerate(spans)
    )


def masked(text: str, spans: Iterable[Span]) -> str:
    """The text with these spans blanked, so that 防篡改 in a product's name is no defacement."""
    characters = list(text)
    for start, end in spans:
        characters[start:end] = "\x00" * (end - start)
    return "".join(characters)


def _clauses(letter: Letter) -> Iterator[Span]:
    for part in letter.parts:
        if part.zone is Zone.SIGNATURE:
            continue
        start = part.start
        if part.zone is Zone.SUBJECT and (prefix := _REPLY_PREFIX.match(letter.plain, start, part.end)):
            start = prefix.end()
        for match in _CLAUSE.finditer(letter.plain, start, part.end):
            yield from _split(letter.plain, match.span())


def _split(text: str, span: Span) -> Iterator[Span]:
    """A stretch between punctuation, cut at blanks between Han words or at English conjunctions; what is still longer
    than a breath, cut where speech goes on with something else."""
    in_han = _HAN.search(text, *span) is not None
    longest, run_on = (_LONGEST_BREATH, _RUN_ON) if in_han else (_LONGEST_LATIN_BREATH, _LATIN_RUN_ON)
    for piece in _cut(text, span, (_SENTENCE_DOT, _SPACES if in_han else _CONJUNCTION)):
        if piece[1] - piece[0] > longest:
            yield from _cut(text, piece, (run_on,))
        else:
            yield piece


def _cut(text: str, span: Span, at: Iterable[re.Pattern[str]]) -> Iterator[Span]:
    """The pieces of a stretch between the matches of some patterns."""
    clause = text[span[0] : span[1]]
    position = 0
    for start, end in sorted(match.span() for pattern in at for match in pattern.finditer(clause)):
        if start > position:
            yield span[0] + position, span[0] + start
        position = max(position, end)
    if position < len(clause):
        yield span[0] + position, span[1]
