"""`gateway parse`: one Report for each file, whatever is in it."""

import json
from pathlib import Path

import pytest

from gateway import parse_command
from gateway.cases.directory import Directory
from gateway.parsers.report import Reader, Vendor

VENDOR = Vendor(("卫城",), ("citadel.example",), "support@citadel.example")


def test_each_file_gives_one_report_in_order_even_one_that_is_not_there(tmp_path: Path) -> None:
    """INTERFACES: a file that cannot be read gives a line with `problems`."""
    good = tmp_path / "a.eml"
    good.write_bytes("Subject: WAF\r\nFrom: a@b.example\r\n\r\nWAF 宕机了\r\n".encode())
    absent = tmp_path / "b.eml"
    first, second = parse_command.run([good, absent], False, Directory(), VENDOR)
    assert (first["file"], first["kind"]["value"], first["problems"]) == (str(good), "fault", [])
    assert second["file"] == str(absent)
    assert "cannot read" in second["problems"][0]
    assert list(first) == list(second)
    json.dumps([first, second])


def test_a_chat_is_plain_text_in_utf_8(tmp_path: Path) -> None:
    """`--chat`: no head, no signature; broken bytes are read as well as they go."""
    file = tmp_path / "c.txt"
    file.write_bytes("WAF 宕机了\n云栖物流 温志强 ".encode() + b"\xff")
    (report,) = parse_command.run([file], True, None, VENDOR)
    assert report["company"]["value"] == "云栖物流"
    assert report["from"] is None


def test_a_parser_that_stumbles_costs_one_report_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The promise is "never raises"; should it be broken, the other files still get their Reports."""
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file in files:
        file.write_text("WAF 宕机了")
    read_chat = Reader.read_chat

    def stumbling(reader: Reader, text: str) -> object:
        if not stumbled:
            stumbled.append(text)
            raise RuntimeError("boom")
        return read_chat(reader, text)

    stumbled: list[str] = []
    monkeypatch.setattr(Reader, "read_chat", stumbling)
    first, second = parse_command.run(files, True, None, VENDOR)
    assert "boom" in first["problems"][0]
    assert second["kind"]["value"] == "fault"
