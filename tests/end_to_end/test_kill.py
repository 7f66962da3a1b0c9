"""Kill -9 at any moment: every mail that was answered 250 is one case with one acknowledgement (G1, G2, F1-F4)."""

import os
from pathlib import Path

from tests.end_to_end.storm import storm

KILLS = int(os.environ.get("GATEWAY_RIG_KILLS", "20"))
"""`make rigs` sets more."""

SEED = int(os.environ.get("GATEWAY_RIG_SEED", "1"))


def test_nothing_is_lost_and_nothing_doubled_by_kill_9(tmp_path: Path) -> None:
    """The sender resends what was not answered; what is counted is what the outside can see."""
    damage = storm(tmp_path, kills=KILLS, seed=SEED)
    print(damage)
    assert damage.is_none, damage
    assert damage.mails > KILLS, "mails did stream in meanwhile"
    assert damage.resent > 0, "and kills did hit them"
