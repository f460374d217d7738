"""`python -m city`: the simulated city by hand, until Ctrl-C."""

import argparse
import signal
import sys
from pathlib import Path

from city.city import SPEED, City
from city.office import write


def main() -> None:
    """Serve the city, and say where."""
    parser = argparse.ArgumentParser(prog="python -m city", description="Serve the simulated city on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another city")
    parser.add_argument("--speed", type=float, default=SPEED, help=f"city seconds a real second (default {SPEED:.0f})")
    parser.add_argument("--replay", type=Path, help="JSON lines of recorded posts to serve under /replay")
    parser.add_argument("--office", type=Path, help="write the office's YAML files for this city into this folder")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    try:
        town = City(seed=given.seed, speed=given.speed, port=given.port, replay=given.replay)
    except OSError as error:  # the port is taken, or the file to replay can't be read
        parser.error(f"{error.filename or f'port {given.port}'}: {error.strerror}; give another one (port 0 is a free one)")
    with town as city:
        if given.office:
            write(given.office, city.port)
        print(city.url, flush=True)  # noqa: T201 - the address is this program's output
        try:
            signal.pause()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
