"""Settings from file and environment: every key can be overridden, every mistake is told at once."""

import os
from pathlib import Path

import pytest
from pydantic import SecretStr

from gateway.config import Config, load
from gateway.errors import ConfigError, Mistake
from tests.builders import CONFIG_FILE

SMALL = """
[vendor]
names = ["某某安全"]
[channels.mail]
address = "support@vendor.example"
[[level]]
level = 3
priority = "normal"
[[calendar]]
name = "5x8"
always = true
[[plan]]
name = "5x8"
calendar = "5x8"
"""


def config_of(tmp_path: Path, text: str = SMALL) -> Config:
    """Settings of these words."""
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def mistakes(tmp_path: Path, text: str) -> list[Mistake]:
    """What is wrong with settings of these words."""
    with pytest.raises(ConfigError) as caught:
        config_of(tmp_path, text)
    return caught.value.mistakes


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine's reaches these tests."""
    for name in [name for name in os.environ if name.startswith("GATEWAY__")]:
        monkeypatch.delenv(name)


class TestDefaults:
    def test_a_small_file_is_enough(self, tmp_path: Path) -> None:
        """INTERFACES: embedded defaults; SQLite in data_dir, outgoing mail into its Maildir."""
        config = config_of(tmp_path)
        assert config.data == tmp_path / "var"
        assert config.database_url == f"sqlite:///{tmp_path / 'var' / 'gateway.db'}"
        assert config.relay_url == f"maildir:{tmp_path / 'var' / 'outgoing'}"
        assert not config.is_durable_relay
        assert config.channels.smtp.listen == ("127.0.0.1", 2525)
        assert config.portal.listen == ("127.0.0.1", 8080)
        assert config.channels.telegram.token.get_secret_value() == ""

    def test_the_shipped_file_listens_where_the_interface_says(self) -> None:
        """A newcomer's `make run`."""
        config = load(CONFIG_FILE)
        assert config.channels.smtp.listen == ("127.0.0.1", 2525)
        assert config.channels.lmtp.listen is None


class TestTheEnvironment:
    @pytest.mark.parametrize(
        ("name", "value", "read"),
        [
            ("DATA_DIR", "/somewhere", Path("/somewhere")),
            ("DATABASE__URL", "postgresql+psycopg://u@h/n", "postgresql+psycopg://u@h/n"),
            ("VENDOR__NAMES", '["甲", "乙"]', ("甲", "乙")),
            ("VENDOR__DOMAINS", '["a.example"]', ("a.example",)),
            ("CHANNELS__MAIL__ADDRESS", "help@a.example", "help@a.example"),
            ("CHANNELS__SMTP__LISTEN", "[::1]:3525", ("::1", 3525)),
            ("CHANNELS__SMTP__LISTEN", "", None),
            ("CHANNELS__LMTP__LISTEN", "127.0.0.1:24", ("127.0.0.1", 24)),
            ("CHANNELS__RELAY__URL", "smtp://mx.example:25", "smtp://mx.example:25"),
            ("CHANNELS__IMAP__URL", "imaps://u:pw@mx.example", "imaps://u:pw@mx.example"),
            ("CHANNELS__TELEGRAM__TOKEN", "1:x", "1:x"),
            ("CHANNELS__TELEGRAM__BASE_URL", "http://t.example", "http://t.example"),
            ("PORTAL__LISTEN", "127.0.0.2:80", ("127.0.0.2", 80)),
            ("PORTAL__PUBLIC_URL", "https://p.example", "https://p.example"),
        ],
    )
    def test_every_key_of_the_interface_can_be_overridden(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, read: object
    ) -> None:
        """INTERFACES "Settings": these keys keep their names."""
        monkeypatch.setenv(f"GATEWAY__{name}", value)
        found: object = config_of(tmp_path)
        for step in name.lower().split("__"):
            found = getattr(found, step)
        assert (found.get_secret_value() if isinstance(found, SecretStr) else found) == read

    def test_a_wrong_value_names_its_variable(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody should look for it in the file."""
        monkeypatch.setenv("GATEWAY__CHANNELS__SMTP__LISTEN", "everywhere")
        (found,) = mistakes(tmp_path, SMALL)
        assert found.file == "environment variable GATEWAY__CHANNELS__SMTP__LISTEN"
        assert "host:port" in found.problem

    def test_a_list_that_is_no_json_says_how_lists_are_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And names the variable."""
        monkeypatch.setenv("GATEWAY__VENDOR", "某某安全")
        (found,) = mistakes(tmp_path, SMALL)
        assert "GATEWAY__VENDOR" in found.key
        assert "JSON" in found.advice


class TestSecrets:
    def test_a_secret_may_lie_in_a_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """INTERFACES: `file:PATH`; the newline that editors add is not part of it."""
        (tmp_path / "token").write_text("123:abcdef\n")
        monkeypatch.setenv("GATEWAY__CHANNELS__TELEGRAM__TOKEN", f"file:{tmp_path / 'token'}")
        assert config_of(tmp_path).channels.telegram.token.get_secret_value() == "123:abcdef"

    def test_a_secret_whose_file_is_missing_is_a_mistake(self, tmp_path: Path) -> None:
        """With the reason."""
        (found,) = mistakes(tmp_path, SMALL + '[reply]\nkeys = ["file:/nowhere/key"]\n')
        assert found.key.startswith("reply.keys")
        assert "cannot read the file" in found.problem

    def test_no_secret_is_shown_when_the_settings_are_printed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Settings end up in logs and bug reports."""
        monkeypatch.setenv("GATEWAY__CHANNELS__RELAY__URL", "smtp://user:hunter2secret@mx.example")
        config = config_of(tmp_path)
        assert "hunter2secret" not in repr(config)
        assert config.secrets() == ("smtp://user:hunter2secret@mx.example", "hunter2secret")


class TestMistakes:
    def test_every_mistake_is_reported_at_once(self, tmp_path: Path) -> None:
        """File, key and what is wrong, for each."""
        found = mistakes(
            tmp_path,
            SMALL.replace('names = ["某某安全"]', "names = []").replace("support@", "two words@")
            + '[log]\nlevel = "loud"\n[portal]\nlisten = "8080"\n[delivery]\nrelay_connections = 0\n[portl]\n',
        )
        assert {each.key for each in found} == {
            "vendor.names",
            "channels.mail",
            "log.level",
            "portal.listen",
            "delivery.relay_connections",
            "portl",
        }
        assert all(each.file.endswith("config.toml") and each.problem for each in found)

    @pytest.mark.parametrize(
        "address",
        ["support", "@vendor.example", "su pport@vendor.example", "x" * 40 + "@vendor.example", "a@b@c.d"],
    )
    def test_the_support_address_must_leave_room_for_a_token(self, tmp_path: Path, address: str) -> None:
        """support+<token>@… must fit into the 64 characters of a local part (RFC 5321, 4.5.3.1.1)."""
        (found,) = mistakes(tmp_path, SMALL.replace("support@vendor.example", address))
        assert found.key == "channels.mail"

    @pytest.mark.parametrize("listen", ["2525", "host:", "host:99999", "host:smtp"])
    def test_an_endpoint_is_host_and_port(self, tmp_path: Path, listen: str) -> None:
        """With an example in the answer."""
        (found,) = mistakes(tmp_path, SMALL + f'[channels.smtp]\nlisten = "{listen}"\n')
        assert (found.key, "127.0.0.1:2525" in found.problem) == ("channels.smtp.listen", True)

    @pytest.mark.parametrize("content", [b"vendor = ", b"\xff\xfe"])
    def test_what_is_no_toml_says_so(self, tmp_path: Path, content: bytes) -> None:
        """With the place, where TOML knows it."""
        (tmp_path / "config.toml").write_bytes(content)
        with pytest.raises(ConfigError, match="is no valid TOML"):
            load(tmp_path / "config.toml")

    def test_a_missing_file_says_what_to_do(self, tmp_path: Path) -> None:
        """The first thing a newcomer meets in the wrong folder."""
        with pytest.raises(ConfigError, match="--config"):
            load(tmp_path / "config.toml")
