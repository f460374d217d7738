"""What was collected in a stretch of time, and how each source fared just before and after; on both engines."""

from datetime import timedelta

import pytest

from indexers import coverage_queries
from indexers.coverage_queries import Ends, completed_after, ends_before, runs_between
from indexers.reader import Reader
from indexers.slots import Window
from indexers.writer import Writer
from streams.messages import Coverage
from tests.indexers.posts import NOW

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def run(source: str, hours: float, outcome: str = "complete") -> Coverage:
    started = NOW + hours * HOUR
    return Coverage(id=f"{source}:{hours}", source=source, started_at=started, ended_at=started + MINUTE, outcome=outcome)


@pytest.fixture
def filled(reader: Reader) -> Reader:
    """Runs of two sources, an hour apart; one of them fails at the edges."""
    runs = [run("feed", hours) for hours in range(-3, 4)]
    runs += [run("news", hours, "failed" if hours in (-1, 3) else "complete") for hours in range(-3, 5)]
    Writer(reader.client, reader.names.prefix, segmenter="stamp").write_coverage(runs)
    reader.client.indices.refresh(index=reader.names.coverage)
    return reader


def test_runs_of_a_window_come_in_order(filled: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each that touches it, once, however small the pages; the one that ended at its start and not the one that begins at its end."""
    monkeypatch.setattr(coverage_queries, "PAGE", 2)
    found = [run.id for run in runs_between(filled, Window(NOW - HOUR + MINUTE, NOW + 2 * HOUR))]
    assert found == ["feed:-1", "news:-1", "feed:0", "news:0", "feed:1", "news:1"]


def test_what_came_before_is_known(filled: Reader) -> None:
    """When each source was last heard, and when it last brought all."""
    assert ends_before(filled, NOW) == {
        "feed": Ends(NOW - HOUR + MINUTE, NOW - HOUR + MINUTE),
        "news": Ends(NOW - HOUR + MINUTE, NOW - 2 * HOUR + MINUTE),
    }
    assert ends_before(filled, NOW - 10 * HOUR) == {}


def test_a_source_that_never_was_whole_says_so(reader: Reader) -> None:
    """It was heard, but never brought all."""
    Writer(reader.client, reader.names.prefix, segmenter="stamp").write_coverage([run("news", -1, "failed")])
    reader.client.indices.refresh(index=reader.names.coverage)
    assert ends_before(reader, NOW) == {"news": Ends(NOW - HOUR + MINUTE, None)}
    assert completed_after(reader, NOW - 5 * HOUR) == {}


def test_what_came_after_is_known(filled: Reader) -> None:
    """The end of the next complete run of each source."""
    assert completed_after(filled, NOW + 3 * HOUR) == {"feed": NOW + 3 * HOUR + MINUTE, "news": NOW + 4 * HOUR + MINUTE}


def test_nothing_is_known_before_the_first_run(reader: Reader) -> None:
    """No index, no runs."""
    assert list(runs_between(reader, Window(NOW, NOW + HOUR))) == []
    assert ends_before(reader, NOW) == {} == completed_after(reader, NOW)
