"""The model of names, part by part: what it sees of a token, how chances become names, how it weighs what rules say."""

import numpy as np
import pytest

from gateway.parsers import model
from gateway.parsers.entities import pipeline, tagger, trained, traits
from gateway.parsers.entities.candidates import Candidate, Field
from gateway.parsers.entities.letter import Zone, lay_out
from gateway.parsers.entities.tagger import LABELS, TAGS, Chances, Tagger

NLP = pipeline.blank()
TEXT = "我们是拓梵有限公司的\n\n阮青"


def trait(text: str, column: str) -> list[int]:
    """One trait of every token of a text."""
    seen = traits.of(NLP.make_doc(text))
    return [int(value) for value in seen[:, traits.COLUMNS.index(column)]]


def certain(text: str, *named: tuple[str, str]) -> Chances:
    """The chances of a model that is sure of these names and of nothing else; the rest is no name."""
    spans = [(text.index(words), text.index(words) + len(words), label) for words, label in named]
    return tagger.tags_of(NLP.make_doc(text), spans)


# ------------------------------------------------------------------------------------------------ traits


def test_every_token_has_every_trait() -> None:
    """An empty message is one, too."""
    assert traits.of(NLP.make_doc(TEXT)).shape == (len(NLP.make_doc(TEXT)), len(traits.COLUMNS))
    assert traits.of(NLP.make_doc("")).shape == (0, len(traits.COLUMNS))
    assert traits.of(NLP.make_doc("\n\n")).shape == (1, len(traits.COLUMNS))


def test_a_legal_form_is_seen_with_its_first_and_its_last_token() -> None:
    """What the rules know of names the model knows, too, and learns how much it is worth."""
    plain, form = trait("拓梵", "part"), trait("拓梵有限公司", "part")[2:]
    assert form[0] % 4 == 1
    assert form[-1] % 4 == 2
    assert len({value // 4 for value in form}) == 1
    assert form[0] // 4 not in {value // 4 for value in plain}


def test_a_token_knows_where_its_line_stands() -> None:
    """Who stands alone on the last line signs; the same word in the middle of a sentence does not."""
    assert trait("坏了\n阮青", "line")[-1] != trait("坏了阮青\n了", "line")[3]
    assert trait("坏了\n\n\n阮青", "line")[-1] == trait("坏了\n阮青", "line")[-1], (
        "empty lines count for nothing"
    )


def test_a_word_is_seen_beside_its_neighbours() -> None:
    """是 before a name and 是 before a verb are two things."""
    assert trait("是的", "pair")[0] != trait("是我", "pair")[0]
    assert trait("是的", "word")[0] == trait("是我", "word")[0]


# ------------------------------------------------------------------------------------------------ tagging


def test_what_is_certain_is_marked_as_it_is() -> None:
    """Begin, inside, last; single tokens; two names side by side."""
    text = "拓梵有限公司阮青 Kim"
    chances = certain(text, ("拓梵有限公司", "COMPANY"), ("阮青", "PERSON"), ("Kim", "PERSON"))
    marked = list(tagger.names_in(NLP.make_doc(text), chances))
    assert [(text[slice(*each.span)], each.label) for each in marked] == [
        ("拓梵有限公司", "COMPANY"),
        ("阮青", "PERSON"),
        ("Kim", "PERSON"),
    ]
    assert all(each.chance == pytest.approx(1, abs=0.01) for each in marked)


def test_names_begin_and_end_whatever_the_chances_say() -> None:
    """Tags that make no sense together are no names: the best sequence of those that do is taken."""
    doc = NLP.make_doc("拓梵好")
    chances = np.full((3, len(TAGS)), 0.01, np.float32)
    for at, tag in enumerate(("B-COMPANY", "L-PERSON", "O")):
        chances[at, TAGS.index(tag)] = 0.6
    marked = list(tagger.names_in(doc, chances))
    assert all(label in LABELS for label in (each.label for each in marked))
    assert len({each.label for each in marked if each.span[0] < 2}) <= 2
    assert all(start < end <= 2 for start, end in (each.span for each in marked))


def test_a_word_too_much_makes_a_name_unlikely() -> None:
    """A rule that took some of the sentence's words with it is told so."""
    text = "收到拓梵公司"
    doc, chances = NLP.make_doc(text), certain(text, ("拓梵公司", "COMPANY"))
    assert tagger.chance_of(doc, chances, (2, 6), ["COMPANY"]) > 0.99
    assert tagger.chance_of(doc, chances, (0, 6), ["COMPANY"]) < 0.1
    assert tagger.chance_of(doc, chances, (2, 6), ["PERSON"]) < 0.1


def test_the_shipped_weights_are_those_of_this_network() -> None:
    """A network of another shape would not load them; every installation would fall silent."""
    shipped = Tagger(model.names().read_bytes())
    assert shipped.chances(NLP.make_doc(TEXT)).shape == (len(NLP.make_doc(TEXT)), len(TAGS))
    assert shipped.marked(NLP.make_doc("")) == []


# ------------------------------------------------------------------------------------------------ weighing


def weighed(text: str, *found: Candidate) -> list[Candidate]:
    """Candidates of a chat message as the shipped model weighs them, with its own."""
    return trained.weigh(NLP.make_doc(text), lay_out([(Zone.BODY, text, 0)], chat=True), found)


def company(text: str, words: str, score: float, rule: str = "introduction") -> Candidate:
    start = text.index(words)
    return Candidate(Field.COMPANY, words, (start, start + len(words)), "body", rule, score)


def test_a_rule_is_believed_more_where_the_model_agrees_and_less_where_it_does_not() -> None:
    """Two witnesses are better than one, and one against the other is worth less than one alone."""
    text = "我们是拓梵物流的，防火墙断网了，电话 13855520164"
    agreed, *_ = weighed(text, company(text, "拓梵物流", 0.7))
    denied, *_ = weighed(text, company(text, "防火墙断网", 0.7))
    assert agreed.score > 0.7 > denied.score


def test_what_has_no_place_in_the_text_is_left_as_it_is() -> None:
    """The directory and the mail's header are no business of the model's."""
    known = Candidate(Field.COMPANY, "青山银行", None, "directory", "sender", 0.99)
    assert weighed("防火墙断网了", known) == [known]
    assert weighed("", known) == [known]


def test_a_rule_that_knows_the_role_is_not_doubted_for_the_role() -> None:
    """Whom "现场联系人：" names is the contact, whatever the model takes such people for."""
    text = "你们的小刘上次来过"
    named = Candidate(Field.CONTACT, "小刘", (3, 5), "body", "named contact", 0.9)
    guessed = Candidate(Field.CONTACT, "小刘", (3, 5), "body", "among names", 0.9)
    assert weighed(text, named)[0].score >= weighed(text, guessed)[0].score
