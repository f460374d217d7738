"""Writing goes on while a refresh makes durable what came before."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexers.embedded.engine import Engine
from indexers.embedded.index import Family
from indexers.embedded.writes import Operation

BODY = {"mappings": {"properties": {"id": {"type": "keyword"}}}}
FAMILY = "index posts"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Give a store with one empty index."""
    engine = Engine(tmp_path)
    engine.create_index("posts", BODY)
    yield engine
    engine.close()


def write(engine: Engine, *names: str) -> list[int]:
    """Write documents; gives their statuses."""
    operations = [Operation("index", "posts", name, b'{"id":"%b"}' % name.encode()) for name in names]
    return [outcome.status for outcome in engine.write(operations)]


def found(engine: Engine) -> int:
    """How many documents a search sees."""
    return int(engine.families[FAMILY].snapshot().searcher.num_docs)


def test_a_write_does_not_wait_for_a_refresh(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written during a refresh is acknowledged at once, and found after the next one."""
    reached, let_go = threading.Event(), threading.Event()
    reload = Family._reload

    def slowly(self: Family) -> None:
        reached.set()
        assert let_go.wait(10)
        reload(self)

    monkeypatch.setattr(Family, "_reload", slowly)
    write(engine, "a")
    refresh = threading.Thread(target=engine.refresh)
    refresh.start()
    assert reached.wait(10)
    assert write(engine, "b", "a") == [201, 200]
    let_go.set()
    refresh.join()
    engine.refresh()
    assert found(engine) == 2


def test_what_waited_for_a_refresh_is_found_in_its_order(engine: Engine) -> None:
    """Many threads that write and refresh at once leave each document once, in its newest version."""

    def work(number: int) -> None:
        for turn in range(20):
            write(engine, str(turn), f"{number}-{turn}")
            if turn % 5 == number % 5:
                engine.refresh()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.refresh()
    assert found(engine) == 20 + 4 * 20
    assert engine.families[FAMILY].highest() == engine.store.next_seq - 1
