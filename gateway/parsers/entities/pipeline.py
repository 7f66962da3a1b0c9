"""The blank spaCy pipeline that the finders run in: our tokeniser, one component per finder, candidates on the Doc.

No trained model is fetched (UNDERSTANDING "Facts about the tools"); the model of our own (`trained`) joins as one more
component that adds candidates, where its files are there. Importing spaCy takes more than a second: import this
module when a Reader is built.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, cast

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from gateway.parsers.entities import trained
from gateway.parsers.entities.candidates import Candidate, Finder
from gateway.parsers.entities.letter import Letter

_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+|\d+|[^\w\s]|_|\s+")
_FACTORY = "gateway_finder"
_WITNESS = "gateway_witness"
_MODEL = "model"

if not Doc.has_extension("letter"):
    Doc.set_extension("letter", default=None)
    Doc.set_extension("candidates", default=None)


class MixedTokeniser:
    """One token per Han character, per word of letters and per run of digits: names can begin and end anywhere."""

    def __init__(self, vocab: Vocab) -> None:
        self._vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for match in _TOKEN.finditer(text):
            if match[0] == " " and words and not spaces[-1]:
                spaces[-1] = True
            else:
                words.append(match[0])
                spaces.append(False)
        return Doc(self._vocab, words=words, spaces=spaces)


class FinderComponent:
    """A finder as a component: it sees what was found before it and adds its own."""

    def __init__(self) -> None:
        self.find: Finder = _nothing

    def __call__(self, doc: Doc) -> Doc:
        candidates = cast("list[Candidate]", doc._.candidates)
        candidates.extend(self.find(cast("Letter", doc._.letter), candidates))
        return doc


def _nothing(_letter: Letter, _found: Sequence[Candidate]) -> Iterable[Candidate]:
    return ()


def _component(nlp: Language, name: str) -> FinderComponent:
    return FinderComponent()


Language.factory(_FACTORY, func=_component)  # pyright: ignore[reportUnknownMemberType] - spaCy leaves it half typed


class WitnessComponent:
    """What the trained model recognised, as candidates beside those of the finders."""

    def __call__(self, doc: Doc) -> Doc:
        found = cast("list[Candidate]", doc._.candidates)
        found[:] = trained.weigh(doc, cast("Letter", doc._.letter), found)
        return doc


def _witness(nlp: Language, name: str) -> WitnessComponent:
    return WitnessComponent()


Language.factory(_WITNESS, func=_witness)  # pyright: ignore[reportUnknownMemberType] - spaCy leaves it half typed


def blank() -> Language:
    """A pipeline of nothing but our tokeniser: what the model is trained on and the finders run in."""
    nlp = spacy.blank("xx")
    nlp.tokenizer = MixedTokeniser(nlp.vocab)
    return nlp


def build(finders: Iterable[tuple[str, Finder]], *, with_model: bool = False) -> Language:
    """A pipeline of these finders, in their order, each under its name, and of the trained model as a last witness."""
    nlp = blank()
    if with_model:
        trained.tagger()
    for name, find in finders:
        component = cast("FinderComponent", nlp.add_pipe(_FACTORY, name=name))
        component.find = find
    if with_model:
        nlp.add_pipe(_WITNESS, name=_MODEL)
    return nlp


def run(nlp: Language, letter: Letter) -> list[Candidate]:
    """Everything the pipeline finds in a letter. Only the model reads tokens: none are made for the rules alone."""
    doc = nlp.make_doc(letter.plain if nlp.has_pipe(_MODEL) else "")
    extensions: Any = doc._
    extensions.letter, extensions.candidates = letter, []
    return cast("list[Candidate]", nlp(doc)._.candidates)
