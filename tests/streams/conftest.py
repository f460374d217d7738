"""What the tests of both engines share."""

import gc
import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def forgotten_sockets(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Collect what kafka-python leaves lying: a socket for each connection that is refused. The test must not warn of them."""
    caplog.set_level(logging.CRITICAL, logger="kafka")  # a log record's traceback would keep them
    yield
    gc.collect()
