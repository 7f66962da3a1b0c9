"""A storm in the chats: nothing is lost, nothing doubled (G1, G2, G4, G7, G21; RELIABILITY R8)."""

import os
from pathlib import Path

from tests.end_to_end.chat_storm import storm

UPDATES = int(os.environ.get("GATEWAY_RIG_UPDATES", "250"))
"""`make rigs` sets more."""

SEED = int(os.environ.get("GATEWAY_RIG_SEED", "1"))


async def test_nothing_said_in_a_chat_is_lost_or_doubled_by_whatever_goes_wrong(tmp_path: Path) -> None:
    """Duplicates, disorder, 409, 429, 5xx, HTML pages, broken answers, poison updates, and kill -9 among them."""
    kills = max(UPDATES // 400, 1)
    damage = await storm(tmp_path, updates=UPDATES, people=max(UPDATES // 50, 5), kills=kills, seed=SEED)
    print(damage)
    assert damage.is_none, damage
    assert damage.faults >= UPDATES // 50, "and calls went wrong"
    assert damage.repeated > 0, "and updates came again"
    assert damage.shuffled > 0, "and batches came out of order"
