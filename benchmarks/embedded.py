"""From the local log to searchable in the local store, by the role `work`; beside it, one `es.index` a post."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.handling import folder, obvious_speed, speed
from benchmarks.posts import texts
from benchmarks.rows import Given, Row, median
from config.settings import Settings, load_settings
from indexers.embedded.open import LocalStore
from nlp.tagger import Tagger
from streams.engines import open_log
from streams.log import Log

ASKED = 6000
POSTS = 100_000
FEW = 3000  # posts for the obvious way


def run(given: Given) -> list[Row]:
    """Measure by the clock on the wall. Second sightings and observations come on top of the posts that are counted."""
    count = given.posts or POSTS
    tagger = Tagger.load()
    return [
        Row(f"embedded: log to searchable, {count:,} posts", median(lambda: _speed(count)), "posts/s", ASKED, texts().origin),
        Row("obvious way: one es.index a post", median(lambda: _obvious(tagger, min(FEW, count))), "posts/s"),
    ]


@contextmanager
def opened() -> Iterator[tuple[Settings, LocalStore, Log]]:
    """A store and a log in a folder that goes away."""
    with folder() as path:
        settings = load_settings(data_dir=path)
        with LocalStore.open(path / "store") as store, open_log(settings) as log:
            yield settings, store, log


def _speed(count: int) -> float:
    with opened() as (settings, store, log):
        return speed(settings, log, store.client(), count)


def _obvious(tagger: Tagger, count: int) -> float:
    with opened() as (settings, store, _):
        return obvious_speed(store.client(), settings.elasticsearch.prefix, tagger, count)
