"""A producer or a consumer in a process of its own, to be killed: `python -m tests.streams.child produce|consume …`.

The log comes from the settings in the environment. Each line on standard output is an event that the test waits for.
"""

import argparse
import os
import signal
from pathlib import Path

from config.settings import load_settings
from streams.engines import open_log
from streams.errors import PartitionsLost
from streams.log import Batch, Consumer, Log, Message, Topic

KEYS = 5
AT_ONCE = 7
BATCH = 20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["produce", "consume"])
    parser.add_argument("--first", type=int, default=0, help="number of the first message to produce")
    parser.add_argument("--handled", type=Path, help="file that the numbers of handled messages are written to")
    parser.add_argument("--die-after", choices=["poll", "handling", "commit"], help="kill yourself at this step of the second batch")
    parser.add_argument("--wait", action="store_true", help="after each poll, wait for a line on standard input")
    given = parser.parse_args()
    with open_log(load_settings()) as log:
        if given.role == "produce":
            produce(log, given.first)
        else:
            with log.consumer("work", [Topic.POSTS]) as consumer:
                consume(consumer, given.handled, given.die_after, wait=given.wait)


def produce(log: Log, first: int) -> None:
    """Append numbered messages for ever; say how far they are acknowledged."""
    number = first
    while True:
        numbers = range(number, number + AT_ONCE)
        log.append([Message(topic=Topic.POSTS, key=f"key-{n % KEYS}", value=b"%d" % n) for n in numbers])
        number += AT_ONCE
        say(f"acknowledged {number}")


def consume(consumer: Consumer, handled: Path, die_after: str | None, *, wait: bool) -> None:
    """Poll, handle, commit, for ever."""
    batches = 0
    while True:
        batch = consumer.poll(BATCH, 0.2)
        if not batch:
            continue
        batches += 1
        deadly = die_after if batches == 2 else None
        say(f"polled {len(batch.records)}")
        if wait:
            input()
        die_if(deadly == "poll")
        write(handled, batch)
        die_if(deadly == "handling")
        try:
            consumer.commit(batch)
            say(f"committed {len(batch.records)}")
        except PartitionsLost:
            say("lost")
        die_if(deadly == "commit")


def write(handled: Path, batch: Batch) -> None:
    with handled.open("a") as file:
        file.writelines(f"{(record.value or b'').decode()}\n" for record in batch.records)


def die_if(condition: bool) -> None:
    if condition:
        os.kill(os.getpid(), signal.SIGKILL)


def say(what: str) -> None:
    print(what, flush=True)  # noqa: T201 the test reads it


if __name__ == "__main__":
    main()
