"""One message laid out for reading: its zones in a row, folded, with a way back to the printed text.

Every finder works on `plain`; what it reports are offsets into it. `Letter.printed` turns them into offsets
in the Report's `text` + `signature`, `Letter.words` into the words as the sender wrote them.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from gateway.messages import Address
from gateway.parsers.entities.folding import Folded, fold, lower

Span = tuple[int, int]

# Beyond this a zone is not read for names: nobody introduces himself on page ten, and time stays bounded.
LONGEST_ZONE = 20_000


class Zone(StrEnum):
    """Where in a message something stands; the values are the `source` words of the Report."""

    SUBJECT = "subject"
    BODY = "body"
    SIGNATURE = "signature"
    QUOTED = "quoted"


@dataclass(frozen=True, slots=True)
class Part:
    """A zone's stretch of the letter. `printed_at`: where its source begins in text + signature, None if nowhere."""

    zone: Zone
    start: int
    end: int
    folded: Folded
    printed_at: int | None


@dataclass(frozen=True)
class Letter:
    """A message to be understood. `sender` is whoever wrote the words that count (of a forward: the inner
    sender), `chat` says that no header and no signature can be expected."""

    parts: tuple[Part, ...]
    sender: Address | None = None
    chat: bool = False
    cut: bool = field(default=False)

    @cached_property
    def plain(self) -> str:
        """All zones folded, a line end between them."""
        return "\n".join(part.folded.plain for part in self.parts)

    @cached_property
    def lowered(self) -> str:
        """`plain` in lower case, of the same length."""
        return lower(self.plain)

    @cached_property
    def original(self) -> str:
        """All zones as written, of the same length as `plain`."""
        return "\n".join(part.folded.text for part in self.parts)

    @cached_property
    def _starts(self) -> list[int]:
        return [part.start for part in self.parts]

    def part_at(self, offset: int) -> Part:
        """The part that holds an offset."""
        return self.parts[max(0, bisect_right(self._starts, offset) - 1)]

    def zone_at(self, offset: int) -> Zone:
        """The zone that holds an offset."""
        return self.part_at(offset).zone

    def words(self, span: Span) -> str:
        """The words of a span as the sender wrote them."""
        return self.original[span[0] : span[1]]

    def printed(self, span: Span) -> Span | None:
        """The span in the Report's text + signature; None when it was not read from there."""
        part = self.part_at(span[0])
        if part.printed_at is None:
            return None
        first = part.folded.source_offset(span[0] - part.start)
        last = part.folded.source_offset(span[1] - 1 - part.start)
        return part.printed_at + first, part.printed_at + last + 1

    def line_of(self, offset: int) -> Span:
        """The line around an offset."""
        start = self.plain.rfind("\n", 0, offset) + 1
        end = self.plain.find("\n", offset)
        return start, len(self.plain) if end < 0 else end


def lay_out(
    zones: list[tuple[Zone, str, int | None]], *, sender: Address | None = None, chat: bool = False
) -> Letter:
    """A letter of these zones: (zone, source text, where that source begins in text + signature or None)."""
    parts: list[Part] = []
    start = 0
    for zone, source, printed_at in zones:
        folded = fold(source[:LONGEST_ZONE])
        end = start + len(folded.plain)
        parts.append(Part(zone, start, end, folded, printed_at))
        start = end + 1
    return Letter(tuple(parts), sender, chat, cut=any(len(source) > LONGEST_ZONE for _, source, _ in zones))
