"""Starting, stopping, refusing to start: the process as its operator meets it."""

import contextlib
import socket
import time
from pathlib import Path

from tests.gateway_process import GatewayProcess, Letter, running
from tests.house import ZHOU, mail

FAULT = "堡垒机无法登录，十几名运维人员受影响。\n周敏\n青山农村商业银行股份有限公司"


def test_sigterm_stops_it_cleanly_with_a_client_on_the_line(tmp_path: Path) -> None:
    """Within ten seconds (INTERFACES); the promise is about its own time, so only a wide bound is checked (F42)."""
    with running(tmp_path) as gateway:
        idle = socket.create_connection(("127.0.0.1", gateway.port("smtp")))
        raw = mail(ZHOU, FAULT)
        gateway.send(raw, ZHOU)
        started = time.monotonic()
        assert gateway.stop() == 0
        assert time.monotonic() - started < 30
        idle.close()
        assert gateway.logged("gateway_stopped")
        assert not gateway.logged("delivery_not_recorded")
        gateway.start()
        assert not gateway.logged("deliveries_in_doubt"), "a clean stop leaves no doubt"
        gateway.letter(ZHOU, answering=Letter(raw).message_id)


def test_a_second_gateway_on_the_same_data_is_refused_with_a_clear_line(tmp_path: Path) -> None:
    """Each would believe to be the only one (F36); the lock dies with its holder."""
    with running(tmp_path) as first:
        second = GatewayProcess(tmp_path)
        refused = second.run("serve", check=False)
        assert refused.returncode == 1
        assert b"another gateway is running" in refused.stderr
        assert str(tmp_path).encode() in refused.stderr.replace(b"\n", b"")
        assert b"Traceback" not in refused.stderr
        first.kill()
        first.start()
        assert first.stop() == 0


def test_a_port_that_is_taken_is_named_with_what_to_do(tmp_path: Path) -> None:
    """Not a stack, but the setting to change."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        gateway = GatewayProcess(tmp_path, channels__smtp__listen=f"127.0.0.1:{port}")
        refused = gateway.run("serve", check=False)
    assert refused.returncode == 1
    assert b"channels.smtp.listen" in refused.stderr.replace(b"\n", b" ")
    assert b"Traceback" not in refused.stderr


def test_every_mistake_of_a_broken_config_is_told_at_once(tmp_path: Path) -> None:
    """File, key and what to do; exit 1; nothing is half-loaded."""
    config = tmp_path / "config.toml"
    shipped = (Path(__file__).parents[2] / "config.toml").read_text()
    config.write_text(
        shipped.replace('listen = "127.0.0.1:2525"', 'listen = "here"')
        .replace("connections = 500", 'connections = "many"')
        .replace('data_dir = "var"', 'data_dirr = "var"')
    )
    gateway = GatewayProcess(tmp_path / "data")
    for key in ("CHANNELS__SMTP__LISTEN", "DATA_DIR"):
        del gateway.environment[f"GATEWAY__{key}"]
    for command in ("check", "serve"):
        done = gateway.run(command, "--config", config, check=False)
        told = (done.stdout + done.stderr).decode()
        assert done.returncode == 1
        for key in ("channels.smtp.listen", "channels.smtp.connections", "data_dirr"):
            assert key in told, f"{command} names {key}"
        assert "Traceback" not in told


def test_the_shipped_config_passes_its_check(tmp_path: Path) -> None:
    """What a newcomer starts with."""
    done = GatewayProcess(tmp_path).run("check", check=False)
    assert "0 mistake" in done.stdout.decode() or "ready to serve" in done.stdout.decode()


def test_mail_that_comes_while_the_parsers_load_is_kept_and_taken_in(tmp_path: Path) -> None:
    """The port opens before spaCy has loaded: nobody is turned away."""
    with contextlib.closing(GatewayProcess(tmp_path)) as gateway:
        gateway.start("gateway_started")
        raw = mail(ZHOU, FAULT)
        assert gateway.send(raw, ZHOU) == {}
        gateway.letter(ZHOU, answering=Letter(raw).message_id)


def test_looking_at_cases_before_there_is_a_database_says_what_to_do(tmp_path: Path) -> None:
    """And makes no stack."""
    done = GatewayProcess(tmp_path).run("cases", "list", check=False)
    assert done.returncode == 1
    assert b"gateway migrate" in done.stderr
