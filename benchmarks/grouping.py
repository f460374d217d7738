"""Grouping posts into incidents: speed, memory and B-cubed F1 on the labelled microblogs, and speed with many groups open."""

import resource
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from benchmarks.rows import Given, Row
from incidents.grouping import Grouper
from incidents.labelled import Labelled, labelled_posts
from incidents.score import b_cubed
from incidents.state import Arrival

DATA = Path(__file__).parents[2] / "shared" / "data" / "incidents"
ASKED = 500  # posts/s
POSTS = 12_000
_AT_ONCE = 500


def run(given: Given) -> list[Row]:
    """The process's own time, so that what else runs counts little. Labelled sets are left out where they are not there."""
    Grouper().add([Arrival("warm", datetime.now(UTC), "热身")])
    rows = [row for name in ("org", "social") if (DATA / f"{name}.jsonl.gz").exists() for row in _labelled(name)]
    return [*rows, *_crowded(given.posts or POSTS)]


def _labelled(name: str) -> list[Row]:
    posts = labelled_posts(DATA / f"{name}.jsonl.gz")
    began = time.process_time()
    groups = _group([post.arrival for post in posts])
    took = time.process_time() - began
    score = b_cubed([post.event for post in posts], [groups[post.arrival.id] for post in posts])
    note = f"precision {score.precision:.3f}, recall {score.recall:.3f}, {len(posts)} posts, {_events(posts)} events"
    return [
        Row(f"B-cubed F1, {name}", round(score.f1 * 100, 1), "%", note=note),
        Row(f"group, {name}", len(posts) / took, "posts/s", ASKED),
    ]


def _crowded(posts: int) -> list[Row]:
    """Posts that have hardly anything in common, so that the most groups that are kept stay open."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    arrivals = [Arrival(str(number), start + timedelta(seconds=5 * number), _text(number)) for number in range(posts)]
    grouper = Grouper()
    began = time.process_time()
    for place in range(0, posts, _AT_ONCE):
        grouper.add(arrivals[place : place + _AT_ONCE])
    took = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Row("group, crowded", posts / took, "posts/s", ASKED, f"{len(grouper.groups):,} groups open at the end"),
        Row("memory of it all", peak, "MB", note="peak resident, segmenter and libraries included"),
        Row("stored state", len(msgspec.json.encode(grouper.export())) / 1e6, "MB", note="as JSON"),
    ]


def _group(arrivals: list[Arrival]) -> dict[str, str]:
    grouper = Grouper()
    groups: dict[str, str] = {}
    into: dict[str, str] = {}
    for place in range(0, len(arrivals), _AT_ONCE):
        part = arrivals[place : place + _AT_ONCE]
        update = grouper.add(part)
        groups.update(zip((arrival.id for arrival in part), update.groups, strict=True))
        into.update({merge.gone: merge.into for merge in update.merges})
    into.update({merge.gone: merge.into for merge in grouper.settle()})
    for post, group in groups.items():
        last = group
        while last in into:
            last = into[last]
        groups[post] = last
    return groups


def _events(posts: list[Labelled]) -> int:
    return len({post.event for post in posts})


def _text(number: int) -> str:
    """Forty Han characters that depend on the number, in an order that hardly repeats."""
    return "".join(chr(0x4E00 + (number * 7919 + place * 104_729 + place * place * number) % 5000) for place in range(40))
