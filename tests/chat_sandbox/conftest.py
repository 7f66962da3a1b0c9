"""The scene that most tests here play on."""

import pytest

from tests.chat_sandbox.scene import Scene


@pytest.fixture
def scene() -> Scene:
    """A sandbox of the test's own, without network."""
    return Scene()
