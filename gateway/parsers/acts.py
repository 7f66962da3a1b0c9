"""What a clause does: states a fault, says that business stands still, asks, wants a price, thanks, blames.

A linear model over n-grams of characters and words, trained on clauses of our own making (gateway/training/acts.py). It
speaks where no list of words does, so that a fault told in new words is still a fault; where its file is not there the
parsers work by rules alone. A clause may do several things: each act has a probability of its own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from zlib import crc32

from gateway.parsers import model

__all__ = ["ACTS", "BUCKETS", "features", "is_there", "load", "weigh"]

ACTS = (
    *("fault", "standstill", "compromise", "scope", "lone", "workaround", "works", "calm", "deadline"),
    *("question", "wish", "quote", "installation", "training", "inspection", "complaint", "consult"),
    *("solved", "unsolved", "tried", "told", "courtesy"),
)
"""What a clause may do, in the order of the model's columns."""
BUCKETS = 1 << 17
"""How many rows the model has: an n-gram's row is its hash modulo this."""
_LONGEST = 160
_LONGEST_PIECE = 24
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+(?:'[a-z]+)?|\d+|\x00+|[?!%\"]")


def is_there() -> bool:
    """Whether the weights ship with this installation."""
    return (model.folder() / "acts.npy").is_file()


def weigh(clauses: Sequence[str]) -> list[Mapping[str, float]]:
    """For each clause (folded, in lower case, names and products masked by NUL) the probability of every act."""
    import numpy as np

    weights = load()
    rows = [features(clause) for clause in clauses]
    sums = np.array([weights[row].sum(axis=0, dtype=np.float32) / len(row) ** 0.5 for row in rows])
    shares = 1.0 / (1.0 + np.exp(-np.clip(sums, -30, 30)))
    return [dict(zip(ACTS, map(float, share), strict=True)) for share in shares]


def features(clause: str) -> list[int]:
    """The rows of a clause's n-grams, each once: of up to three tokens in a row, and of four letters within a word."""
    words = _TOKEN.findall(clause[:_LONGEST])
    return sorted({digest % BUCKETS for digest in (*_of_runs(words), *_of_pieces(words))})


def _of_runs(words: Sequence[str]) -> Iterator[int]:
    """The checksums of one, two and three tokens in a row; each goes on from the shorter one's."""
    tokens = [b"^", *(_token(word).encode("utf-8", "replace") for word in words), b"$"]
    behind = [b" " + token for token in tokens]
    last = len(tokens) - 1
    for at, token in enumerate(tokens):
        digest = crc32(token)
        yield digest
        if at < last:
            digest = crc32(behind[at + 1], digest)
            yield digest
        if at + 1 < last:
            yield crc32(behind[at + 2], digest)


def _of_pieces(words: Sequence[str]) -> Iterator[int]:
    """The checksums of every four letters within a word."""
    for word in words:
        if len(word) > 3 and word[0].isalpha():
            piece = f"<{word[:_LONGEST_PIECE]}>"
            for start in range(len(piece) - 3):
                yield crc32(piece[start : start + 4].encode("utf-8", "replace"))


def _token(word: str) -> str:
    """Numbers by their number of digits and masked names as one sign: which ones they are says nothing."""
    if word[0] == "\x00":
        return "N"
    return f"0{min(len(word), 4)}" if word.isdigit() else word


@cache
def load() -> Any:
    """The model: BUCKETS rows of half-precision weights, a column an act. Raises ValueError when it is for others.

    Read once, when a Reader is built: later its process may open no file any more.
    """
    import numpy as np

    weights = np.load(model.folder() / "acts.npy", allow_pickle=False)
    if weights.shape != (BUCKETS, len(ACTS)):
        raise ValueError("acts.npy was trained for other acts; make model")
    return weights
