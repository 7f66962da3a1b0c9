"""Three days of a hundred cases: nothing overlooked, twice, or left over (G7, G10). The season is `make soak`."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from gateway.storage.engine import open_engine
from gateway.storage.outbox import FAILED, SENT
from gateway.storage.tables import cases, journal, outbox
from tests.soak.counting import count_up
from tests.soak.season import BEGINS, Season

DAYS, CASES = 3, 100
FAULTLESS = {"noticed_late": 0, "overlooked": 0, "fired_twice": 0, "sent_twice": 0, "unsent": 0}
NONE_MISSED: dict[str, object] = {"missed_by_gateway": ()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the season lies, so that what was counted can be tampered with and counted again."""
    return tmp_path_factory.mktemp("season")


async def test_a_busy_season_ends_with_nothing_late_twice_or_left_over(folder: Path) -> None:
    """Every moment of every case is seen to, once, while a hundred others want something."""
    figures = asdict((await Season(folder, days=DAYS, cases=CASES).play()).figures)
    assert figures | FAULTLESS | NONE_MISSED == figures
    assert figures["cases"] >= CASES
    assert figures["closed"] > CASES / 4
    assert figures["letters"] > 10 * CASES


def test_the_counting_sees_what_is_late_twice_or_left_over(folder: Path) -> None:
    """After the season above: one missed twice, one of ours missed, a case passed over, a letter that never left."""
    engine = open_engine(f"sqlite:///{folder / 'gateway.db'}", writes=True)
    with engine.begin() as connection:
        missed = journal.c.kind == "commitment", journal.c.detail.contains('"missed"')
        row = connection.execute(select(journal).where(*missed).limit(1)).mappings().one()
        copied = {name: value for name, value in row.items() if name != "id"}
        connection.execute(insert(journal).values(copied | {"at": row["at"] + timedelta(hours=1)}))
        kept = journal.c.detail.contains('"met"'), journal.c.detail.contains('"gateway"')
        ours = connection.execute(select(journal).where(*kept).limit(1)).mappings().one()
        broken = {"id": None, "detail": ours["detail"].replace('"met"', '"missed"')}
        connection.execute(insert(journal).values(dict(ours) | broken))
        passed_over = select(cases.c.number).where(cases.c.next_due.is_not(None)).limit(1).scalar_subquery()
        connection.execute(update(cases).where(cases.c.number == passed_over).values(next_due=BEGINS))
        never_left = select(outbox.c.id).where(outbox.c.state == SENT).limit(1).scalar_subquery()
        connection.execute(update(outbox).where(outbox.c.id == never_left).values(state=FAILED))
        left = len(connection.execute(select(outbox.c.id).where(outbox.c.state == SENT)).all()) + 1
    figures = asdict(count_up(engine, BEGINS + timedelta(days=DAYS), left))
    engine.dispose()
    assert {name: figures[name] for name in FAULTLESS} == dict.fromkeys(FAULTLESS, 1)
    (missed,) = figures["missed_by_gateway"]
    assert missed.startswith(f"{ours['promise']} {ours['name']} of {ours['case_number']}, due 2026-09-")
