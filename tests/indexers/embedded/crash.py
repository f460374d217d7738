"""A process that writes to a local store until it is killed, and says on standard output what was acknowledged.

    python -m tests.indexers.embedded.crash FOLDER START [MOST]

Each line is the number of a document whose write was acknowledged. Every third one is written a second time, every tenth
one deleted, so that replaced and deleted documents are on the way too.
"""

import sys
from pathlib import Path

import structlog

from indexers.embedded.open import LocalStore

BATCH = 50


def main() -> None:
    """Write batches and report them until killed, or until `MOST` documents."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    folder, start, *most = sys.argv[1:]
    with LocalStore.open(Path(folder)) as store:
        client = store.client()
        for first in range(int(start), int(most[0]) if most else sys.maxsize, BATCH):
            numbers = range(first, first + BATCH)
            operations: list[dict[str, object]] = []
            for number in numbers:
                index = {"_index": f"things-{number % 2}", "_id": str(number)}
                operations += [{"index": index}, {"id": str(number), "n": 0, "t": "水库 停水 " * 20}]
                if number % 3 == 0:
                    operations += [{"index": index}, {"id": str(number), "n": 1, "t": "水库"}]
                if number % 10 == 0:
                    operations += [{"delete": index}]
            answer = client.bulk(operations=operations)
            assert not answer["errors"]
            sys.stdout.write("".join(f"{number}\n" for number in numbers))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
