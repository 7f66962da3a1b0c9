"""Twenty thousand damaged mails through everything that reads: nothing raises, nothing unfit comes out (G5, R9).

`GATEWAY_RIG_FUZZ=2000000 GATEWAY_RIG_SEED=… pytest -s -n 2 tests/parsers/fuzz` is the long version. A failure names the
number of its mail: `mutator.mail(number)` is that mail.
"""

import os
import re
import time
from dataclasses import astuple

import pytest

from gateway import colleague_report
from gateway.messages import Envelope, Inbound
from gateway.parsers import bounces, forwarding, mime, quoting, safe_html, screening
from gateway.parsers.report import Reader
from gateway.parsers.screening import OwnMail
from gateway.reading import frames
from gateway.reading.frames import Answer
from tests.parsers.fuzz import mutator

MAILS = int(os.environ.get("GATEWAY_RIG_FUZZ", "20000"))
FIRST = int(os.environ.get("GATEWAY_RIG_SEED", "0"))
SLICES = 40
READ_WHOLE = 10 if MAILS > 20_000 else 31
"""One mail in so many is read for names and symptoms too, and as a colleague's: that takes ten times as long."""

ENVELOPE = Envelope("smtp", "a@b.example", ("support@panshield.example",), "192.0.2.1")
OWN = OwnMail(domains=frozenset(("panshield.example",)), addresses=frozenset(("support@panshield.example",)))
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _read_all(reader: Reader, number: int) -> None:
    """One mail through the parsers, and the way back from the reading process."""
    raw = mutator.mail(number)
    inbound = mime.read(raw)
    _assert_fit(inbound)
    words = quoting.split(inbound.body, is_reply=None)
    list(forwarding.chain(words))
    screening.screen(inbound, ENVELOPE, OWN)
    bounces.read(inbound, ENVELOPE)
    if inbound.html is not None:
        safe_html.clean(inbound.html)
    if number % READ_WHOLE == 0:
        report = reader.read(inbound, ENVELOPE, raw)
        answer = Answer(report, colleague_report.read(report, inbound, reader))
        assert frames.answer(frames.pack(answer)[frames.LENGTH_BYTES :]) == answer


def _assert_fit(inbound: Inbound) -> None:
    """What `messages.Inbound` promises: no string with a control character, no date without its zone."""
    unfit = next((found for text in _texts(inbound) if (found := _UNFIT.search(text))), None)
    assert unfit is None, repr(unfit)
    assert inbound.date is None or inbound.date.utcoffset() is not None


def _texts(inbound: Inbound) -> list[str]:
    """Every string in it, however deep."""
    found: list[str] = []
    waiting: list[object] = list(astuple(inbound))
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, tuple):
            waiting.extend(one)  # pyright: ignore[reportUnknownArgumentType] - whatever is in it is looked at
    return found


@pytest.mark.parametrize("part", range(SLICES))
def test_no_mail_makes_a_reader_raise(reader: Reader, part: int) -> None:
    """0.10: of mails damaged like these, the standard library raises on one in two hundred."""
    slowest, cost = 0, 0.0
    for number in range(FIRST + part, FIRST + MAILS, SLICES):
        started = time.process_time()
        try:
            _read_all(reader, number)
        except Exception as error:
            raise AssertionError(f"mail {number}: {type(error).__name__}: {error}") from error
        if (spent := time.process_time() - started) > cost:
            slowest, cost = number, spent
    print(f"slice {part}: {MAILS // SLICES} mails, the slowest ({slowest}) took {cost:.3f} s of CPU")


def test_the_same_number_is_the_same_mail() -> None:
    """A failure must be found again tomorrow; and different numbers are different mails."""
    mails = [mutator.mail(number) for number in range(200)]
    assert mails == [mutator.mail(number) for number in range(200)]
    assert len(set(mails)) > 190
