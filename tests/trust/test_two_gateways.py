"""Two gateways facing each other, neither of which takes the other for a machine: they fall silent (T20)."""

import email
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest

from gateway.config import Config
from gateway.parsers.report import Reader
from gateway.parts import build_parts
from gateway.storage import schema
from gateway.storage.engine import open_engine
from tests.house import FAULT, SUPPORT, FakeClock, House, Letter, close, mail
from tests.trust.outside import Outside, stand_outside

OTHER = "support@other-desk.example"
MOST_ROUNDS = 5
SIGNS_OF_A_MACHINE = (
    "Auto-Submitted",
    "Precedence",
    "X-Auto-Response-Suppress",
    "X-Intake-Gateway",
    "X-Loop",
    "List-Id",
    "Feedback-ID",
)
SIGNS_OF_A_THREAD = ("Reply-To", "In-Reply-To", "References", "Message-ID", "Thread-Topic", "Thread-Index")


@pytest.fixture
async def other_house(
    shipped_config: Config, reader: Reader, house: House, tmp_path: Path
) -> AsyncGenerator[House]:
    """Another vendor's gateway, with its own name, keys and database, on the same clock."""
    channels = shipped_config.channels
    config = shipped_config.model_copy(
        update={
            "data_dir": tmp_path / "other",
            "vendor": shipped_config.vendor.model_copy(update={"domains": ("other-desk.example",)}),
            "channels": channels.model_copy(
                update={"mail": channels.mail.model_copy(update={"address": OTHER})}
            ),
        }
    )
    assert isinstance(house.clock, FakeClock)
    engine = open_engine(f"sqlite:///{tmp_path}/other.db", writes=True)
    schema.migrate(engine)
    other = House(build_parts(config, clock=house.clock), reader, engine)
    other.store.start()
    yield other
    await close(other)


def hidden(letter: Letter, without: Sequence[str]) -> bytes:
    """The letter without these header fields: as a gateway on the way left it."""
    message = email.message_from_bytes(letter.parcel.raw)
    for name in without:
        del message[name]
    return message.as_bytes()


def crossing(house: House, address: str) -> list[Letter]:
    """What a house has sent to the other's domain."""
    return [each for each in house.letters() if each.to.rpartition("@")[2] == address.rpartition("@")[2]]


async def cross(house: House, there: Outside, address: str, sent: int, without: Sequence[str]) -> int:
    """What it has sent there since the first `sent` letters arrives; how many it has sent now."""
    letters = crossing(house, address)
    for letter in letters[sent:]:
        await there.send(hidden(letter, without), sender=letter.parcel.sender, to=(letter.to,))
    return len(letters)


@pytest.mark.parametrize(
    "without",
    [SIGNS_OF_A_MACHINE, SIGNS_OF_A_MACHINE + SIGNS_OF_A_THREAD],
    ids=["machine", "machine and thread"],
)
async def test_they_fall_silent_within_five_rounds_and_stay_silent(
    house: House, other_house: House, without: Sequence[str]
) -> None:
    """T20, L-3: each takes the other's letters for a person's mail; hours later there is still nothing new."""
    ours, theirs = stand_outside(house), stand_outside(other_house)
    await ours.send(mail(OTHER, FAULT, subject="fault"), sender=OTHER)
    assert house.letters(OTHER), "the first acknowledgement sets it off"
    sent, answered, rounds = 0, 0, 0
    for hours in (0, 1, 24):
        await house.wait(hours=hours)
        await other_house.settle()
        while len(crossing(house, OTHER)) > sent or len(crossing(other_house, SUPPORT)) > answered:
            rounds += 1
            assert rounds <= MOST_ROUNDS
            sent = await cross(house, theirs, OTHER, sent, without)
            answered = await cross(other_house, ours, SUPPORT, answered, without)
    assert rounds >= 1
