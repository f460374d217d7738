"""The roles that run for as long as the office does; each is a function that ends when told to stop."""

from collections.abc import Callable

from elasticsearch import Elasticsearch

from config.settings import Settings
from indexers.writer import Writer
from nlp.tagger import Tagger
from services.stop import Stop
from services.work import TOPICS, Tally, Worker
from streams.dead import DeadLetters
from streams.log import Log


def run_work(settings: Settings, client: Elasticsearch, messages: Log, stop: Stop, ready: Callable[[Tally], None] | None = None) -> Tally:
    """The role `work`: tag and index what arrives until told to stop; returns what was done.

    `ready` is called once, with the running tally, before the first batch. Raises what the models and the configuration
    raise; what the log and the database raise is waited out.
    """
    writer = Writer(client, settings.elasticsearch.prefix, replicas=settings.elasticsearch.replicas)
    with messages.consumer(settings.work.group, TOPICS) as consumer:
        worker = Worker(consumer, Tagger.load(), writer, DeadLetters(messages))
        if ready is not None:
            ready(worker.tally)
        worker.run(stop, limit=settings.work.batch, poll_s=settings.work.poll_s)
    return worker.tally
