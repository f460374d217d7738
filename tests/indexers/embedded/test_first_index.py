"""Searches while the first index of a family is being made."""

import threading
from pathlib import Path

import pytest

from indexers.embedded.engine import Engine

BODY = {"mappings": {"properties": {"id": {"type": "keyword"}}}}


def test_a_search_waits_for_the_index_that_is_being_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that can be named already can be searched: the search waits until it is open instead of failing."""
    engine = Engine(tmp_path)
    found: list[object] = []
    searching: list[threading.Thread] = []
    open_family = Engine._open_family

    def slowly(self: Engine, name: str) -> None:
        searching.append(threading.Thread(target=lambda: found.append(self.one_family(self.resolve("new")))))
        searching[0].start()
        searching[0].join(0.2)
        open_family(self, name)

    monkeypatch.setattr(Engine, "_open_family", slowly)
    try:
        engine.create_index("new", BODY)
        searching[0].join(10)
        assert found == [(engine.families["index new"], None)]
    finally:
        engine.close()
