"""Which chat channels config.toml may name, and what its owner is told of one that cannot be."""

import importlib
import sys
from pathlib import Path

import pytest

from gateway.channels.telegram_chat import TelegramChat
from gateway.channels.webhook import WebhookChat
from gateway.chat_channel import GROUP
from gateway.chat_kinds import kind_named, mistakes_of, openers_of
from gateway.chats import Chats
from gateway.config import Config, load
from gateway.errors import ConfigError
from tests.channels.chat_house import MemoryHouse
from tests.test_config import SMALL

ROW = """
[[chat_channels]]
name = "{name}"
kind = "{kind}"
settings = {{ url = "https://adapter.example/{name}" }}
secrets = {{ signing = "{secret}" }}
"""
SECRET = "a-secret-that-both-sides-know"


def row(name: str = "wecom", kind: str = "webhook", secret: str = SECRET) -> str:
    """One channel."""
    return ROW.format(name=name, kind=kind, secret=secret)


def config_of(folder: Path, *rows: str) -> Config:
    """Settings with these chat channels."""
    file = folder / "config.toml"
    file.write_text(SMALL + "".join(rows), encoding="utf-8")
    return load(file)


def complaint(folder: Path, *rows: str) -> str:
    """What the owner is told, whether at reading or at opening."""
    try:
        mistakes = mistakes_of(config_of(folder, *rows))
    except ConfigError as error:
        mistakes = error.mistakes
    (mistake,) = mistakes
    return str(mistake)


def package(folder: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package that brings the kind `pigeon` along."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\npigeon = {value}\n")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    importlib.invalidate_caches()


async def test_a_row_is_a_channel_of_its_name(tmp_path: Path) -> None:
    """The name is in every address of it; beside it stands Telegram, where it has a token."""
    config = config_of(tmp_path, "[channels.telegram]\ntoken = '71:abc'\n", row("wecom"))
    telegram, wecom = [opener(MemoryHouse()) for opener in openers_of(config, Chats())]
    assert isinstance(telegram, TelegramChat)
    assert isinstance(wecom, WebhookChat)
    assert (telegram.name, wecom.name) == ("telegram", "wecom")
    assert mistakes_of(config) == []
    for channel in (telegram, wecom):
        await channel.close()


def test_its_secrets_are_kept_out_of_the_log_with_all_others(tmp_path: Path) -> None:
    """T30, T33: what `secrets()` names is redacted."""
    assert SECRET in config_of(tmp_path, row()).secrets()


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    """T33: as every other."""
    (tmp_path / "signing").write_text(SECRET)
    config = config_of(tmp_path, row(secret=f"file:{tmp_path / 'signing'}"))
    assert config.chat_channels[0].secrets["signing"].get_secret_value() == SECRET


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([row("mail")], "cannot be called mail"),
        ([row("telegram")], "cannot be called telegram"),
        ([row("wecom"), row("wecom", secret="another-secret-of-ours")], "cannot be called wecom"),
        ([row("one"), row("two")], "one and two share a secret"),
        ([row("We Com")], "name"),
        ([row(kind="pigeon")], "no installed package brings the kind 'pigeon' along"),
        ([row(secret="short")], "at least 16 characters"),
        ([row().replace("https://", "ftp://")], "a chat webhook is http:// or https://"),
        ([row().replace("settings = {", "settings = { speed = 9,")], "no setting speed"),
        (["[portal]\nlisten = ''\n", row()], "nothing listens"),
    ],
)
def test_what_cannot_be_is_told_before_anything_runs(tmp_path: Path, rows: list[str], told: str) -> None:
    """`gateway check` and the start say the same."""
    assert told in complaint(tmp_path, *rows)
    assert SECRET not in complaint(tmp_path, *rows)


def test_a_kind_comes_from_an_installed_package_by_its_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 6, 9: nothing in the gateway knows it."""
    package(tmp_path / "site", "gateway-pigeon", "gateway.channels.webhook:open_channel", monkeypatch)
    channel = kind_named("pigeon")
    assert channel is kind_named("webhook")
    assert mistakes_of(config_of(tmp_path, row(kind="pigeon"))) == []


def test_two_packages_for_one_kind_are_a_question_for_the_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which of them was meant nobody can know; and no package takes the place of a kind of ours."""
    package(tmp_path / "one", "gateway-pigeon", "a.b:c", monkeypatch)
    package(tmp_path / "two", "other-pigeon", "d.e:f", monkeypatch)
    with pytest.raises(LookupError, match=r"several packages .*-pigeon, .*-pigeon"):
        kind_named("pigeon")


def test_a_package_that_cannot_be_imported_is_a_mistake_and_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner learns which one."""
    package(tmp_path / "site", "gateway-pigeon", "no_such_module:open", monkeypatch)
    assert "no_such_module" in complaint(tmp_path, row(kind="pigeon"))
