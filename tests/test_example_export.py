"""Corrected reports as labelled messages: whatever they hold, the file gives it back, and nobody else reads it."""

import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import example_export
from gateway.errors import GatewayError
from gateway.parsers import mime
from gateway.ports import Example
from gateway.storage.learning import CorrectedReport
from tests.builders import at
from tests.house import mail
from tests.parsers import scoring
from tests.parsers.reading import stranger

NUMBER = "C261123-000018"


def corrected(raw: bytes | None, field: str = "company", after: str = "衡岳钢铁有限公司") -> CorrectedReport:
    """A report of which one field was put right."""
    example = Example(NUMBER, at("2026-11-23 09:00"), "he.lan", field, "衡岳", after)
    return CorrectedReport(NUMBER, raw, [example])


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"), min_size=1))
def test_what_is_written_is_what_was_received(text: str, right: str) -> None:
    """Quotation marks, backslashes and whatever else a log or an attacker puts into a mail."""
    raw = mail("wubo@customer.example", text)
    (message,) = tomllib.loads("".join(example_export.written([corrected(raw, after=right)])))["message"]
    assert message["text"] == mime.read(raw).body
    assert message["company"] == right
    assert message["before"] == {"company": "衡岳"}


def test_it_is_scored_like_the_labelled_messages_of_the_repository() -> None:
    """Issue 5: whoever improves the reader puts it beside them as it is."""
    raw = mail("吴波 <wubo@customer.example>", "防火墙登录不上。\n吴波\n衡岳钢铁有限公司", subject="报障")
    (message,) = tomllib.loads("".join(example_export.written([corrected(raw)])))["message"]
    (outcome,) = scoring.outcomes(message, scoring.read(stranger(), message))
    assert (outcome.field, outcome.right) == ("company", True)


def test_a_report_that_is_gone_is_passed_over() -> None:
    """Mail is kept for so long and not longer (T34)."""
    assert list(example_export.written([corrected(None)])) == []


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It holds names and numbers of customers, also where a file of that name was there and open to all."""
    file = tmp_path / "examples.toml"
    file.touch(mode=0o644)
    example_export.save(file, "x = 1\n")
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("x = 1\n", 0o600)
    with pytest.raises(GatewayError, match="cannot be written"):
        example_export.save(tmp_path / "nowhere" / "examples.toml", "")
