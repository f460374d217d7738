"""What all tests share: real servers, settings, the labelled data, and an account of what was not run.

Tests marked `stack` use `kafka_bootstrap` and `elasticsearch_url`. A server is started when the first test asks for it, and
stops with the session. One that `yuqing stack up` left running is used as it is: tests keep to prefixes of their own.
With CI=true a server that can't be had is a failure, elsewhere its tests are skipped with a line saying what to install.
"""

import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog
from elasticsearch import Elasticsearch

from config.settings import ENVIRONMENT_PREFIX, Settings, load_settings
from services.stack import Missing, running_stack
from services.stack.launch import status

ROOT = Path(__file__).parents[1]
hypothesis.settings.register_profile("patient", deadline=None)  # a test that is slow on a busy machine is no failure
hypothesis.settings.load_profile("patient")
IN_CI = os.environ.get("CI") == "true"
LEFT_RUNNING = ROOT / "var" / "stack"


def pytest_configure() -> None:
    """Forget the settings of whoever runs the tests: they are not the tests'."""
    for name in [name for name in os.environ if name.startswith(ENVIRONMENT_PREFIX)]:
        del os.environ[name]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give the defaults, with a data folder of the test's own."""
    return load_settings(data_dir=tmp_path / "var")


@pytest.fixture
def shared_data() -> Path:
    """Give the folder of the labelled data, or skip where it is not beside the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the labelled data are not here: put them at ../shared/data")
    return folder


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that a test ran says which events are shown, and of all processes this one: so it is taken back for the next test."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """Where a real Kafka takes connections: "127.0.0.1:port"."""
    yield from _server("kafka")


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """Where a real Elasticsearch answers, without sign-in: "http://127.0.0.1:port"."""
    yield from _server("elasticsearch")


@pytest.fixture(scope="module")
def server_prefix(elasticsearch_url: str) -> Iterator[str]:
    """A prefix for the tests of a module on the server. Each leaves it without indices, but with its templates: to make those takes a second.

    A module whose tests stamp their templates differently has one a test: `yield from prefix_on(elasticsearch_url)`.
    """
    yield from prefix_on(elasticsearch_url)


def prefix_on(url: str) -> Iterator[str]:
    """A prefix that nobody else has, and in the end nothing of it on the server."""
    prefix = f"t{uuid.uuid4().hex[:12]}"
    yield prefix
    with Elasticsearch(url) as client:
        delete_indices(client, prefix)
        client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}-*")


def delete_indices(client: Elasticsearch, prefix: str) -> None:
    """Leave the prefix as if nothing had been written under it."""
    indices = list(client.indices.get(index=f"{prefix}-*", features="aliases"))
    if indices:
        client.indices.delete(index=indices)


def _server(name: str) -> Iterator[str]:
    standing = None if IN_CI else status(LEFT_RUNNING)
    place = standing and (standing.kafka_bootstrap if name == "kafka" else standing.elasticsearch_url)
    if standing and place and not standing.elasticsearch_password:
        yield place
        return
    folder = Path(tempfile.mkdtemp(prefix=f"yuqing-{name}-"))
    folder.chmod(0o755)  # for the servers' own user
    try:
        with running_stack(folder, kafka=name == "kafka", elasticsearch=name == "elasticsearch", brief=True) as stack:
            yield str(stack.kafka_bootstrap or stack.elasticsearch_url)
    except Missing as error:
        missing(f"no real {name}: {error}")
    finally:
        shutil.rmtree(folder)


def missing(what: str) -> None:
    """Skip a test for want of something that this machine lacks; in CI that is a failure."""
    if IN_CI:
        pytest.fail(what, pytrace=False)
    pytest.skip(what)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """End with what was not run, and why."""
    reasons = Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", ())
        if isinstance(report.longrepr, tuple)
    )
    terminalreporter.section("not run")
    for reason, tests in reasons.most_common():
        terminalreporter.write_line(f"{tests} test(s): {reason}")
    if not reasons:
        terminalreporter.write_line("nothing was skipped")
