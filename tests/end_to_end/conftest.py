"""One running gateway for the tests that only talk to it; those that stop or kill one start their own."""

from collections.abc import Generator

import pytest

from tests.gateway_process import GatewayProcess, everybody_on_duty, running


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Generator[GatewayProcess]:
    """SMTP, LMTP and HTTP on free ports, SQLite and Maildir in a folder of its own; all colleagues at work."""
    folder = tmp_path_factory.mktemp("gateway")
    on_duty = everybody_on_duty(tmp_path_factory.mktemp("directory"))
    with running(folder, channels__lmtp__listen="127.0.0.1:0", directory__file=on_duty) as gateway:
        yield gateway
