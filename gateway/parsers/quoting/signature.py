"""Where the new words end and the signature begins.

A signature is a tail of the message: a sign-off, a rule, "Sent from my …", a block of names and numbers, a
disclaimer. The earliest line that can begin one and is followed by nothing but its like is its first line.
"""

from gateway.parsers import lexicon
from gateway.parsers.folding import fold, width
from gateway.parsers.quoting.lines import Line, has_address, is_rule, tight

_PHRASES = lexicon.read("signature")
_MOST_LINES = 24
_LONGEST_LINE = 100
_MOST_BLANKS = 2
_LONGEST_NAME = 42
_LONGEST_PLACE = 70
_LONGEST_CLIENT = 90
_PROSE = 60
_ENDS = ".。!?！？…~"


def _folded(table: str, name: str) -> frozenset[str]:
    return frozenset(tight(fold(phrase)) for phrase in _PHRASES[table][name])


_STRONG = _folded("sign_off", "strong")
_WEAK = _folded("sign_off", "weak")
_CLIENT = tuple(map(fold, _PHRASES["client"]["starts"]))
_DISCLAIMER = tuple(map(fold, _PHRASES["disclaimer"]["starts"]))
_CONTACT_LABELS = _folded("contact", "labels")
_ORGANISATIONS = _folded("contact", "organisation")
_POSTS = _folded("contact", "posts")
_PLACES = _folded("contact", "places")
_CJK_ENDS = tuple(phrase for phrase in _ORGANISATIONS | _POSTS if phrase[0] >= "\u2e80")
_CJK_PLACES = tuple(phrase for phrase in _PLACES if phrase[0] >= "\u2e80")
_LATIN_MARKS = frozenset(phrase for phrase in _ORGANISATIONS | _POSTS | _PLACES if phrase[0] < "\u2e80")
_SURNAMES = frozenset("".join(_PHRASES["names"]["surnames"]))
_DOUBLE_SURNAMES = _PHRASES["names"]["doubles"]


def find_signature(lines: list[Line]) -> int:
    """The number of the first line of the signature; `len(lines)` when there is none.

    Never 0 while there is something to read: a message is not stripped to nothing (LESSONS L-86).
    """
    written = [number for number, line in enumerate(lines) if not line.blank]
    if not written:
        return len(lines)
    legal = _disclaimer_start(lines, written)
    tail = [number for number in written if number < legal][-_MOST_LINES:]
    start = min(_tail_start(lines, tail), _contact_block(lines, tail), legal)
    return start if start > written[0] else len(lines)


def is_client_line(line: Line) -> bool:
    """Whether the mail program speaks: "Sent from my …"."""
    plain = line.plain.partition("<http")[0].strip()
    if not plain.startswith(_CLIENT) or width(plain) > _LONGEST_CLIENT:
        return False
    return not any(mark in plain for mark in ",;，；、")


def _disclaimer_start(lines: list[Line], written: list[int]) -> int:
    """The first line of a disclaimer among the last lines; everything below belongs to it."""
    for number in written[-_MOST_LINES:]:
        if lines[number].plain.lstrip("#/*-_=【[ ").startswith(_DISCLAIMER) and number != written[0]:
            return _with_rule_above(lines, number)
    return len(lines)


def _with_rule_above(lines: list[Line], number: int) -> int:
    above = number - 1
    while above > 0 and lines[above].blank:
        above -= 1
    return above if above > 0 and is_rule(lines[above]) else number


def _tail_start(lines: list[Line], tail: list[int]) -> int:
    """The earliest line of the tail that begins a signature and has only signature below it."""
    start = len(lines)
    below: list[Line] = []
    for number in reversed(tail):
        line = lines[number]
        if _begins(line, below, above=lines[number - 1]):
            start = number
        elif _is_prose(line):
            break
        below.insert(0, line)
    return start


def _begins(line: Line, below: list[Line], *, above: Line) -> bool:
    """Whether a signature begins at this line, `below` being all written lines under it."""
    plain = line.plain
    if _is_delimiter(line):
        return bool(below)
    if is_client_line(line):
        return True
    words, _, rest = _sign_off(plain)
    if words in _STRONG:
        return _short(below) and (not rest or width(rest) <= _LONGEST_NAME)
    if words in _WEAK:
        return _short(below) and _can_be_name(
            rest or (below[0].words if below and not is_client_line(below[0]) else "")
        )
    return _is_dashed_name(line, above)


def _sign_off(plain: str) -> tuple[str, str, str]:
    """The sign-off of a line and what follows its comma ("regards, roman" -> "regards", "roman")."""
    bare = tight(plain.strip(" " + _ENDS + ",，、;:-"))
    if bare in _STRONG or bare in _WEAK:
        return bare, "", ""
    head, comma, rest = bare.partition(",")
    return head.strip(), comma, rest.strip()


def _is_delimiter(line: Line) -> bool:
    """`-- ` of RFC 3676 §4.3, its careless sisters, and rules."""
    return line.plain in {"--", "—", "––", "——", "―"} or is_rule(line)


def _is_dashed_name(line: Line, above: Line) -> bool:
    """ "-roman", "—Ryan", "/John": one to three words after the mark, and no list above."""
    written = line.words
    bare = written.lstrip("-—–/~")
    if bare == written or len(written) - len(bare) > 3:
        return False
    words = bare.strip(" .!").split()
    listed = above.words[:1] in {"-", "—", "–", "*"}
    compact = not bare.startswith(" ") or (bool(words) and words[0][:1].isupper())
    named = len(words) <= 3 and all(word.replace(".", "").replace("-", "").isalpha() for word in words)
    return bool(words) and named and compact and not listed and width(bare) <= _LONGEST_NAME // 2


def _short(lines: list[Line]) -> bool:
    return all(width(line.words) <= _LONGEST_LINE for line in lines)


def _is_prose(line: Line) -> bool:
    """A sentence: it ends like one and is more than a few words, or it is long and gives no way to reach anybody."""
    words = line.words
    if _is_contact(line):
        return False
    sentence = words.endswith((".", "。", "?", "？", "!", "！", "；", ";", "，", ",", ":", "："))
    return (sentence and width(words) > 30) or width(words) > _PROSE


# -- blocks of names and numbers without a sign-off ------------------------------------------------


def _contact_block(lines: list[Line], tail: list[int]) -> int:
    """The first line of a closing block that names somebody and says how to reach them.

    A block that only says how to reach somebody counts when a blank line stands above it.
    """
    start = named = len(lines)
    reachable = False
    previous = tail[-1] if tail else 0
    for number in reversed(tail):
        line = lines[number]
        if previous - number > _MOST_BLANKS:
            break
        name, contact = _is_name(line) or _names_organisation(line), _is_contact(line)
        if not (name or contact or is_client_line(line) or not line.plain.strip("| ")):
            break
        reachable = reachable or contact
        previous = start = number
        named = number if name else named
    if not reachable:
        return len(lines)
    return start if start < named and lines[start - 1].blank else named


def _is_contact(line: Line) -> bool:
    """Whether the line tells how or where to reach somebody, and is no sentence."""
    plain = line.plain
    if width(line.words) > _LONGEST_LINE or _has_sentence(line.words):
        return False
    label = plain.partition(":")[0].strip() if ":" in plain else plain.partition(" ")[0]
    if label in _CONTACT_LABELS or has_address(plain) or _is_link(plain) or _digits(plain) >= 7:
        return True
    return _names_organisation(line) or _names_place(line)


def _is_link(plain: str) -> bool:
    return plain.startswith(("http://", "https://", "www.", "<http", "[http"))


def _has_sentence(words: str) -> bool:
    """Whether a sentence ends in it."""
    return any(mark in words for mark in "。？！?!；") or words.endswith((",", "，", "、", ":", "："))


def _digits(plain: str) -> int:
    """How many digits a line of numbers holds; 0 when words prevail."""
    digits = sum(char.isdigit() for char in plain)
    return digits if digits * 2 >= len(plain.replace(" ", "")) or plain.startswith("+") else 0


def _names_organisation(line: Line) -> bool:
    plain = line.plain.strip(" .")
    if width(plain) > 70:
        return False
    parts = [part.strip(",.()") for part in plain.replace("|", " ").replace("/", " ").split()]
    cjk = any(part.endswith(_CJK_ENDS) for part in parts) and not any(mark in plain for mark in ",:，：")
    return cjk or (len(parts) <= 9 and any(part in _LATIN_MARKS for part in parts) and _is_titled(line.words))


def _is_titled(words: str) -> bool:
    """Whether at least half of the Latin words begin with a capital, as in names and titles."""
    latin = [word for word in words.split() if word[0].isalpha() and word[0] < "\u2e80"]
    return bool(latin) and sum(word[0].isupper() for word in latin) * 2 >= len(latin)


def _names_place(line: Line) -> bool:
    """A street and a number, or a postal code and a town."""
    plain, head = line.plain, line.plain.partition(" ")[0]
    if width(plain) > _LONGEST_PLACE or not any(char.isdigit() for char in plain):
        return False
    return any(place in plain for place in _CJK_PLACES) or (
        head.isdigit() and 4 <= len(head) <= 6 and _is_titled(line.words)
    )


def _can_be_name(text: str) -> bool:
    """Whether somebody may sign so: short and no sentence."""
    return bool(text.strip()) and width(text) <= _LONGEST_NAME and not _has_sentence(text)


def _is_name(line: Line) -> bool:
    """A person's name: a Chinese one first on its line, or capitalised Latin words alone on theirs."""
    words = line.words.strip(" ,，|")
    if not words or words.endswith(".") or width(words) > _LONGEST_NAME or _has_sentence(words):
        return False
    if ":" in words or "：" in words or fold(words) in _STRONG | _WEAK:
        return False
    parts = words.replace("|", " ").split()
    if any(char.isdigit() for char in words):
        return _is_chinese_name(parts[0])
    if any(char >= "\u2e80" for char in words):
        return any(map(_is_chinese_name, parts))
    return len(parts) <= 5 and all(part[0].isupper() or not part[0].isalpha() for part in parts)


def _is_chinese_name(part: str) -> bool:
    family = (part[:1] in _SURNAMES and 2 <= len(part) <= 3) or (
        part.startswith(_DOUBLE_SURNAMES) and 3 <= len(part) <= 4
    )
    return family and all("\u4e00" <= char <= "\u9fff" for char in part)
