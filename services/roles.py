"""The roles that run for as long as the office does; each is a function that ends when told to stop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import structlog
from elasticsearch import Elasticsearch

from config.check import load_office
from config.settings import Settings
from indexers.errors import DatabaseUnavailable
from indexers.names import Names
from indexers.reader import Reader
from indexers.writer import Writer
from nlp.known import Known
from services.apart import ApartTagger, command_for
from services.copies import Copies
from services.memory import collect_rarely
from services.stop import Stop
from services.work import TOPICS, Tagging, Tally, Worker
from streams.dead import DeadLetters
from streams.log import Log

log = structlog.get_logger()


def run_work(
    settings: Settings,
    client: Elasticsearch,
    messages: Log,
    stop: Stop,
    ready: Callable[[Tally], None] | None = None,
    *,
    apart: bool = False,
) -> Tally:
    """The role `work`: tag and index what arrives until told to stop; returns what was done.

    `ready` is called once, with the running tally, before the first batch. `apart` tags in a process of its own: for one that
    is also the database. Raises what the models and the configuration raise; what the log and the database raise is waited out.
    """
    names = settings.elasticsearch
    with _cutter(settings, apart=apart) as cutter, messages.consumer(settings.work.group, TOPICS) as consumer:
        writer = Writer(client, names.prefix, segmenter=cutter.segmenter, replicas=names.replicas)
        reader = Reader(client, Names(names.prefix), settings.zone)
        worker = Worker(consumer, cutter.tagger, writer, DeadLetters(messages), copies=Copies(reader))
        collect_rarely()
        if ready is not None:
            ready(worker.tally)
        _set_up(writer, stop)
        worker.run(stop, limit=settings.work.batch, poll_s=settings.work.poll_s)
    return worker.tally


def _set_up(writer: Writer, stop: Stop) -> None:
    """Make the indices' templates as soon as the database takes them: other roles wait for them, and posts may be long in coming."""
    while not stop.requested:
        try:
            writer.set_up()
        except DatabaseUnavailable as error:
            log.warning("work.waiting", error=str(error))
            stop.wait(error.retry_after)
        else:
            return


class _Cutter(NamedTuple):
    """A tagger, and the stamp of what cuts its texts."""

    tagger: Tagging
    segmenter: str


@contextmanager
def _cutter(settings: Settings, *, apart: bool) -> Iterator[_Cutter]:
    if apart:
        with ApartTagger(command_for(settings), Known.of(load_office(settings))) as tagger:
            yield _Cutter(tagger, tagger.segmenter)
        return
    from nlp.office import office_tagger  # noqa: PLC0415 - 90 MB that a process which tags apart doesn't need

    own = office_tagger(settings.nlp, Known.of(load_office(settings)))
    yield _Cutter(own, own.segmenter)
