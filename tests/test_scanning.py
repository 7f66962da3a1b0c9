"""Files are looked at where there is a scanner: what is harmful goes to nobody, no mail is lost or held up (T24)."""

import asyncio
import base64
from dataclasses import dataclass, field

import pytest

from gateway.channels.clamd import Clamd, Verdict
from gateway.config import DEFAULT_CONFIG, load
from gateway.errors import ConfigError
from gateway.intake import OPENED, Intake
from gateway.scanning import ScannedReadings, Scanner, Scans
from tests.channels.test_clamd import EICAR, clamd, scanning
from tests.house import FAULT, WANG, ZHOU, House, mail


@dataclass
class Says:
    """A scanner that answers by heart, or never."""

    verdict: Verdict | None = None
    asked: list[bytes] = field(default_factory=list[bytes])

    async def scan(self, data: bytes) -> Verdict:
        """The same each time."""
        self.asked.append(data)
        if self.verdict is None:
            await asyncio.Event().wait()
        return self.verdict or Verdict("unscanned")


def with_scanner(house: House, scanner: Scanner, patience: float = 30.0) -> None:
    """The house's reader has a scanner beside it, as `app` joins them."""
    parts = house.parts
    scanned = ScannedReadings(house.readings, Scans(scanner, patience))
    house.intake = Intake(house.store, scanned, parts.rules, parts.letters, parts.clock, parts.ids)


async def test_a_harmful_file_is_found_by_clamd_and_named_on_the_case(house: House) -> None:
    """The case is opened and answered all the same; a person sees what was in it."""
    raw = mail(ZHOU, FAULT, file="日志.pdf").replace(b"JVBERi0xLjcgYSByZXBvcnQ=", _base64(EICAR))
    async with clamd(scanning) as url:
        with_scanner(house, Clamd(url))
        outcome = await house.receive(raw, sender=ZHOU)
    assert outcome.name == OPENED
    assert house.letters(ZHOU)
    assert any("'日志.pdf' is harmful (Eicar" in each for each in house.case(outcome.case_number).problems)


async def test_an_engineers_harmful_file_does_not_reach_the_customer(house: House) -> None:
    """Their words do; the same file without a finding goes with them."""
    await house.write(ZHOU, FAULT)
    letter = house.letter(WANG, "new_case")
    for verdict, sent in ((Verdict("infected", "Trojan"), 0), (Verdict("clean"), 1)):
        with_scanner(house, Says(verdict))
        await house.write(
            WANG, f"请看附件。{sent}", to=letter.reply_to, answers=letter.message_id, file="a.pdf"
        )
        answer = house.letter(ZHOU, "engineer_reply")
        assert f"请看附件。{sent}" in answer.text
        assert len(list(answer.headers.iter_attachments())) == sent


async def test_a_scanner_that_hangs_costs_one_message_its_patience_and_no_other(house: House) -> None:
    """It is left alone for a while; files are unscanned, mail goes its way."""
    says = Says()
    with_scanner(house, says, patience=0.01)
    first = await house.write(ZHOU, FAULT, file="a.pdf")
    second = await house.write(ZHOU, f"{FAULT}另一台", file="b.pdf")
    assert [each.name for each in (first, second)] == [OPENED, OPENED]
    assert len(says.asked) == 1
    assert any("not scanned: no answer within" in each for each in house.case(first.case_number).problems)
    assert any("did not answer of late" in each for each in house.case(second.case_number).problems)


async def test_mail_without_files_asks_nobody(house: House) -> None:
    """The scanner's outage is no matter of theirs."""
    says = Says(Verdict("unscanned", "down"))
    with_scanner(house, says)
    outcome = await house.write(ZHOU, FAULT)
    assert not says.asked
    assert not any("scanned" in each for each in house.case(outcome.case_number).problems)


@pytest.mark.parametrize("url", ["http://127.0.0.1", "tcp://", "unix:clamd.ctl"])
def test_a_url_of_another_kind_is_a_mistake_of_the_configuration(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by `gateway check`, not by the first file."""
    monkeypatch.setenv("GATEWAY__SCANNER__URL", url)
    with pytest.raises(ConfigError, match="scanner"):
        load(DEFAULT_CONFIG)


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data)
