"""The clock strikes: every case in its own step, once, late if it must; one broken case stops no other."""

import pytest

from gateway.cases.case import Case
from gateway.errors import StorageUnavailable
from gateway.responders import due
from tests.house import CHEN, FAULT, WANG, ZHOU, House


async def opened(house: House, sender: str = ZHOU, text: str = FAULT) -> str:
    """The number of a case that this mail opened."""
    outcome = await house.write(sender, text)
    assert outcome.case_number
    return outcome.case_number


async def test_the_engineer_is_asked_ten_minutes_ahead_and_the_customer_hears_in_time(house: House) -> None:
    """P-31: 30 minutes, with a prompt at 20 and a truthful holding update at 29."""
    number = await opened(house)
    began = house.clock.now()
    await house.wait(minutes=20)
    assert house.letters(WANG, "update_prompt")
    assert not house.letters(ZHOU, "second_reply")
    await house.wait(minutes=10)
    second = house.case(number).commitment("second_reply")
    assert second is not None
    assert second.state == "met"
    assert second.ended_at is not None
    assert (second.ended_at - began).total_seconds() == 29 * 60


async def test_updates_go_on_every_hour_and_never_twice(house: House) -> None:
    """P-32."""
    await opened(house)
    await house.wait(hours=4)
    assert len(house.letters(ZHOU, "status_update")) == 3


async def test_after_an_outage_one_update_goes_out_and_not_twenty(house: House) -> None:
    """G10, F29: late, once, with the truth of now."""
    await opened(house)
    before = len(house.letters(ZHOU))
    house.clock.pass_(days=2)
    await house.settle()
    assert len(house.letters(ZHOU)) == before + 1


async def test_a_missed_response_climbs_one_rung_and_says_so_once(house: House) -> None:
    """P-50: nobody answered the customer; somebody above is told, once for each rung (G11)."""
    number = await opened(house, CHEN, "防火牆無法連線，約二十位同仁受影響。\n陳怡君")
    await house.wait(hours=9)
    response = house.case(number).commitment("response")
    assert response is not None
    assert response.state == "missed"
    rungs = [letter.to for letter in house.letters(notice="escalation")]
    assert rungs
    assert len(rungs) == len(set(rungs))
    assert house.case(number).raised >= 1
    counted = house.metrics.registry.get_sample_value(
        "gateway_commitments_missed_total", {"promise": response.promise}
    )
    assert counted == 1, "whoever watches the figures sees it too"


async def test_a_clock_set_back_fires_nothing_twice(house: House) -> None:
    """F31: fired rows have a state, not "the last time was later"."""
    await opened(house)
    await house.wait(hours=1)
    sent = len(house.outgoing.parcels)
    house.clock.pass_(hours=-2)
    await house.settle()
    assert len(house.outgoing.parcels) == sent


async def test_a_closed_case_never_fires(house: House) -> None:
    """G11: silence after the end."""
    await opened(house)
    await house.solve()
    await house.answer(house.letter(ZHOU, "please_confirm"), "已解决，谢谢")
    sent = len(house.outgoing.parcels)
    await house.wait(days=10)
    assert len(house.outgoing.parcels) == sent


async def test_a_case_that_cannot_be_advanced_rests_and_the_others_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours in one case must not cost another customer their update."""
    bad = await opened(house)
    good = await opened(house, CHEN, "防火牆無法連線，約二十位同仁受影響。\n陳怡君\n海燕物流股份有限公司")
    real = due.steps.look_at_the_clock
    looked: list[str] = []

    def broken(case: Case, *rest: object) -> object:
        looked.append(case.number)
        if case.number == bad:
            raise ZeroDivisionError
        return real(case, *rest)  # type: ignore[arg-type] - passed on as they came

    monkeypatch.setattr(due.steps, "look_at_the_clock", broken)
    house.clock.pass_(minutes=29)
    await house.settle()
    assert good in looked
    assert looked.count(bad) == 1, "it rests"
    assert house.letters(CHEN, "second_reply")
    house.clock.pass_(minutes=5)
    await house.settle()
    assert looked.count(bad) == 2, "and is tried again later"
    monkeypatch.undo()
    house.clock.pass_(minutes=5)
    await house.settle()
    assert house.letters(ZHOU, "second_reply"), "late, but not lost"


async def test_a_database_that_is_away_only_delays(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """No rest and no alarm for a passing fault: the next turn does it."""
    await opened(house)
    house.clock.pass_(minutes=29)

    def away(*_: object) -> None:
        raise StorageUnavailable("locked")

    with monkeypatch.context() as patch:
        patch.setattr("gateway.storage.work.DatabaseWork.record", away)
        assert await house.due.turn(house.clock.now()) == 0
    await house.settle()
    assert house.letters(ZHOU, "second_reply")
