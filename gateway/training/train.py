"""`make model`: train the tagger on generated messages and write it with its card into gateway/parsers/model/.

One pass over fresh messages, none seen twice; the seed fixes messages, weights and order. One thread, some minutes.
"""

import platform
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from thinc.api import (
    Adam,
    fix_random_seed,
    set_dropout_rate,  # pyright: ignore[reportUnknownVariableType] - thinc leaves it half typed
)

from gateway.parsers import model
from gateway.parsers.entities import pipeline, traits
from gateway.parsers.entities.tagger import LABELS, Network, Tagger, network, tags_of
from gateway.training.composer import Labelled, messages

SEED = 20261122
MESSAGES = 120_000
UNSEEN = 500
BATCH = 24
DROPOUT = 0.1
LEARN_RATE = 0.001
SHARE_WITHOUT_LISTS = 0.2
SHARE_OF_LISTED_HIDDEN = 0.05
SHARE_OF_WORDS_HIDDEN = 0.08
"""Real names are in no list and made of other words: the model is to miss both now and then."""

Scores = Mapping[str, tuple[float, float]]
"""Precision and recall by label, from 0 to 1."""


def main() -> None:
    """Train, measure on unseen generated messages, write the weights and the card."""
    begun = time.process_time()
    fix_random_seed(SEED)
    nlp = pipeline.blank()
    weights = _train(nlp)
    model.names().write_bytes(weights)
    scores = _scores(nlp, Tagger(weights))
    _write_card(model.folder(), scores, len(weights), time.process_time() - begun)


def _train(nlp: Language) -> bytes:
    """Train, and give back the weights averaged over the run: they vary less from seed to seed than the last ones."""
    net: Network = network()
    net.initialize()
    set_dropout_rate(net, DROPOUT)
    optimizer = Adam(LEARN_RATE, grad_clip=1.0, use_averages=True)
    rng = np.random.default_rng(SEED)
    source = messages(SEED, MESSAGES)
    seen, loss = 0, 0.0
    while batch := list(islice(source, BATCH)):
        docs = [nlp.make_doc(message.text) for message in batch]
        told, learn = net.begin_update([_with_gaps(traits.of(doc), rng) for doc in docs])
        wanted = [tags_of(doc, message.spans) for doc, message in zip(docs, batch, strict=True)]
        learn([(said - right) / len(batch) for said, right in zip(told, wanted, strict=True)])
        net.finish_update(optimizer)
        seen += len(batch)
        loss += sum(_surprise(said, right) for said, right in zip(told, wanted, strict=True))
        if seen // BATCH % 200 == 0:
            print(f"{seen:6d} messages, loss {loss / 200 / BATCH:.2f}", flush=True)
            loss = 0.0
    with net.use_params(optimizer.averages):
        return net.to_bytes()


def _with_gaps(seen: traits.Traits, rng: np.random.Generator) -> traits.Traits:
    """Traits with words hidden here and there, and the lists hidden in one message of five."""
    lists = [traits.COLUMNS.index(column) for column in ("part", "cue")]
    if rng.random() < SHARE_WITHOUT_LISTS:
        seen[:, lists] = 0
    else:
        seen[rng.random(len(seen)) < SHARE_OF_LISTED_HIDDEN, lists[0]] = 0
    hidden = rng.random(len(seen)) < SHARE_OF_WORDS_HIDDEN
    for column in ("word", "pair", "pair or end"):
        seen[hidden, traits.COLUMNS.index(column)] = 1
    return seen


def _surprise(said: Any, right: Any) -> float:
    return float(-np.log(np.maximum((said * right).sum(axis=1), 1e-9)).sum())


def _scores(nlp: Language, tagger: Tagger) -> Scores:
    found: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    for message, said in _read(nlp, tagger):
        right = set(message.spans)
        found.update(label for _, _, label in said)
        wanted.update(label for _, _, label in right)
        hits.update(label for _, _, label in said & right)
    return {
        label: (hits[label] / max(1, found[label]), hits[label] / max(1, wanted[label])) for label in LABELS
    }


def _read(nlp: Language, tagger: Tagger) -> Iterator[tuple[Labelled, set[tuple[int, int, str]]]]:
    """Messages that were not trained on, with what the tagger marks in them."""
    for message in messages(SEED + 1, UNSEEN):
        marked = tagger.marked(nlp.make_doc(message.text))
        yield message, {(*each.span, each.label) for each in marked}


def _write_card(folder: Path, scores: Scores, size: int, seconds: float) -> None:
    rows = "\n".join(
        f"| {label} | {100 * precision:.1f} | {100 * recall:.1f} |"
        for label, (precision, recall) in scores.items()
    )
    card = _CARD.format(
        messages=MESSAGES,
        unseen=UNSEEN,
        seed=SEED,
        minutes=seconds / 60,
        megabytes=size / 1e6,
        python=platform.python_version(),
        rows=rows,
    )
    (folder / "README.md").write_text(card, "utf-8")


_CARD = """# The model of the parsers

A tagger ({megabytes:.1f} MB; embedded traits of tokens, three windows of context, softmax over tags) for messages to a
support desk in Chinese and English: COMPANY (an organisation that speaks or is spoken for), PERSON (whom to call),
PLACE, and what is merely mentioned (ORG_OTHER, PERSON_OTHER). It weighs what the rules find and speaks where they are
silent (`gateway/parsers/entities/trained.py`); without its file the parsers work on rules alone.

- **Data**: {messages} messages generated by `gateway/training` from the seed {seed}. Grammars, words and names are our
  own or drawn at random from syllables and the parsers' lexicons; no corpus, no mail of anybody is in it.
- **Licence**: that of the project (Apache-2.0), weights included.
- **Rebuilt** by `make model` ({minutes:.1f} minutes of one core, Python {python});
  the same seed and versions give the same messages in the same order.
- **Not meant for** running text, news or other trades; it knows where names stand in such messages, not who exists.

On {unseen} generated messages that it has not seen, per cent (what it adds on real voices is in docs/understanding.md):

| label | precision | recall |
| --- | ---: | ---: |
{rows}
"""


if __name__ == "__main__":
    main()
