"""The model of acts, trained from its seed: logistic regression with AdaGrad over the n-grams of generated clauses.

A minute of one core. Each clause is seen once with a part of its n-grams left out, so that no act hangs on one word.
"""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from gateway.parsers.acts import ACTS, BUCKETS, features
from gateway.training.clauses import Clause, clauses

SEED = 20261123
CLAUSES = 400_000
UNSEEN = 4_000
BATCH = 256
DROPOUT = 0.3
LEARN_RATE = 0.25
DECAY = 2e-6


def train(path: Path, count: int = CLAUSES) -> dict[str, float]:
    """Train on `count` clauses, write the weights, and say how many of each act are found among unseen ones."""
    rng = np.random.default_rng(SEED)
    weights = np.zeros((BUCKETS, len(ACTS)), np.float32)
    squares = np.full((BUCKETS, len(ACTS)), 1e-4, np.float32)
    source = clauses(SEED, count)
    while batch := list(islice(source, BATCH)):
        _step(weights, squares, batch, rng)
    np.save(path, weights.astype(np.float16), allow_pickle=False)
    return _recall(weights, list(clauses(SEED + 1, UNSEEN)))


def _step(weights: Any, squares: Any, batch: Sequence[Clause], rng: np.random.Generator) -> None:
    """One step down the gradient, on the rows that the batch touches."""
    rows = [_thinned(np.array(features(clause.text)), rng) for clause in batch]
    lengths = np.array([len(row) for row in rows])
    flat = np.concatenate(rows)
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    scale = (1.0 / np.sqrt(lengths))[:, None].astype(np.float32)
    sums = np.add.reduceat(weights[flat], starts, axis=0) * scale
    errors = (1.0 / (1.0 + np.exp(-sums)) - _wanted(batch)) * scale
    touched, where = np.unique(flat, return_inverse=True)
    gradient = np.zeros((len(touched), len(ACTS)), np.float32)
    np.add.at(gradient, where, np.repeat(errors, lengths, axis=0))
    gradient += DECAY * weights[touched]
    squares[touched] += gradient**2
    weights[touched] -= LEARN_RATE * gradient / np.sqrt(squares[touched])


def _thinned(row: Any, rng: np.random.Generator) -> Any:
    kept = row[rng.random(len(row)) >= DROPOUT]
    return kept if len(kept) else row


def _wanted(batch: Sequence[Clause]) -> Any:
    return np.array([[act in clause.acts for act in ACTS] for clause in batch], np.float32)


def _recall(weights: Any, unseen: Sequence[Clause]) -> dict[str, float]:
    found = dict.fromkeys(ACTS, 0)
    wanted = dict.fromkeys(ACTS, 0)
    for clause in unseen:
        row = features(clause.text)
        sums = weights[row].sum(axis=0) / len(row) ** 0.5
        for act in clause.acts:
            wanted[act] += 1
            found[act] += bool(sums[ACTS.index(act)] > 0)
    return {act: round(100 * found[act] / max(1, wanted[act]), 1) for act in ACTS}
