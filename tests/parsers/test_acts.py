"""What clauses do: the model of acts on clauses of its own making and on none of its making, and how it is bounded."""

import pytest

from gateway.parsers import acts
from gateway.parsers.acts import ACTS, BUCKETS, features, weigh
from gateway.training.acts import train
from gateway.training.clauses import clauses
from tests.parsers.reading import chat, read

TOLD = (
    ("扫码枪对着条码怎么都没声", "fault"),
    ("排口罩的机台全停工了", "standstill"),
    ("有人半夜拿管理员登进后台", "compromise"),
    ("十几个网点的同事都上不去", "scope"),
    ("隔壁办公室都正常", "lone"),
    ("先拿手机热点顶一下", "workaround"),
    ("不着急等你们有空", "calm"),
    ("请问在哪里改保存天数", "question"),
    ("麻烦给个三年维保的价格", "quote"),
    ("想请讲师给值班员上一课", "training"),
    ("你们工程师答应来又没来", "complaint"),
    ("已经恢复正常了谢谢", "solved"),
    ("还是老样子连不上", "unsolved"),
    ("the barcode readers keep hanging", "fault"),
    ("nobody at the plant can ship anything", "standstill"),
    ("somebody got into our file server", "compromise"),
    ("we use the spare line for now", "workaround"),
    ("how do i change the retention", "question"),
    ("what would twenty extra seats cost", "quote"),
    ("your technician never showed up", "complaint"),
)


def test_the_act_of_a_clause_is_heard() -> None:
    """Clauses that no grammar of ours writes: what counts is how people tell faults, not which words we listed. A new
    training may lose some of them."""
    unheard = [clause for clause, act in TOLD if weigh([clause])[0][act] < 0.6]
    assert len(unheard) <= 3, unheard


@pytest.mark.parametrize("clause", ["信息中心网络科", "sales office", "谢谢", "联系人 \x00", "kind regards"])
def test_names_and_courtesies_state_no_fault(clause: str) -> None:
    """Most lines of a letter are about who writes: a fault heard there would fill the case with addresses."""
    assert weigh([clause])[0]["fault"] < 0.5


def test_a_fault_in_words_of_no_list_is_a_symptom() -> None:
    """Issue 5: lists only know what was seen."""
    report = chat("扫码枪一靠近就乱蹦字符，堡垒机那台")
    assert [symptom.value for symptom in report.symptoms] == ["扫码枪一靠近就乱蹦字符"]
    assert report.kind.value == "fault"


def test_a_clause_costs_no_more_than_its_first_part() -> None:
    """A line of a megabyte is one clause."""
    assert features("无法登录" * 100_000) == features(("无法登录" * 100_000)[:160])
    assert max(features("x" * 100_000)) < BUCKETS


def test_an_empty_clause_has_acts_too() -> None:
    """Blanked names may be all there is of a clause."""
    assert set(weigh([""])[0]) == set(ACTS)


def test_numbers_and_masked_names_are_told_apart_by_nothing() -> None:
    """Which number or which name it is says nothing about the act."""
    assert features("共\x00\x00 12 台") == features("共\x00\x00\x00\x00 99 台")


def test_the_generator_writes_every_act_and_the_same_for_the_same_seed() -> None:
    """A model can be made again only from data that can."""
    first, second = list(clauses(7, 2_000)), list(clauses(7, 2_000))
    assert first == second
    assert {act for clause in first for act in clause.acts} == set(ACTS)
    assert len({clause.text for clause in first}) > 1_700


def test_a_model_is_trained_from_its_seed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`make model`: a short training finds most faults among clauses it has not seen."""
    folder = tmp_path_factory.mktemp("model")
    scores = train(folder / "acts.npy", 8_000)
    assert scores["fault"][0] > 60
    assert (folder / "acts.npy").stat().st_size == BUCKETS * len(ACTS) * 2 + 128


def test_a_model_of_other_acts_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Columns out of order would turn questions into standstills."""
    folder = tmp_path_factory.mktemp("model")
    train(folder / "acts.npy", 64)
    monkeypatch.setattr(acts, "ACTS", ACTS[:-1])
    monkeypatch.setattr(acts.model, "folder", lambda: folder)
    acts.load.cache_clear()
    with pytest.raises(ValueError, match="make model"):
        acts.load()
    acts.load.cache_clear()


def test_a_request_beside_a_fault_that_only_the_model_hears_is_a_request() -> None:
    """ "None of them has touched your platform" is why they want a training."""
    text = "None of our operators has ever touched the SOC platform. Could you give them a training on site?"
    assert read(text).kind.value == "training"
