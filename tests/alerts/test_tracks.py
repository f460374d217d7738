"""A rule over time: what is late counts where it was published, and a restart changes nothing."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest

from alerts.kinds import Spike
from alerts.tracks import Kept, Track, subjects_of
from config.alerts import Rule
from indexers.series import Cell

ZONE = ZoneInfo("Asia/Shanghai")
STEP = 900.0
START = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
DAYS = 3
END = START + DAYS * 86400
RULE = Spike(Rule(id="r", name="r", kind="spike", parameters={"by": ["account"], "step_s": STEP}))
SUBJECTS = subjects_of(RULE, ("metro", "bus"), ())


def cell(at: float, posts: int, account: str = "metro") -> Cell:
    return Cell(account, None, None, at, posts)


def quiet(start: float, end: float) -> list[Cell]:
    chance = np.random.default_rng(int(start))
    return [cell(at, int(chance.poisson(1.5))) for at in np.arange(start, end, STEP)]


def learned(kept: Kept | None = None) -> Track:
    track = Track(RULE, SUBJECTS, ZONE, kept)
    if kept is None:
        track.learn(quiet(START, END), START, END, collected=START, posts=400)
    return track


def alerts(track: Track, cells: list[Cell], end: float = END + 3 * STEP) -> list[float]:
    return [reading.at for reading in track.look(cells, end, collected=START).readings]


STORM = [cell(END, 2), cell(END + STEP, 30), cell(END + 2 * STEP, 25), cell(END + 3 * STEP, 1)]


def test_the_order_in_which_posts_come_does_not_matter() -> None:
    """All at once, or the middle last: the same alerts at the same times."""
    whole = alerts(learned(), STORM)
    assert whole == [END + STEP]
    late = learned()
    assert alerts(late, [STORM[0], STORM[3]]) == []
    assert alerts(late, STORM) == whole


def test_a_look_that_shows_nothing_new_gives_nothing() -> None:
    """Unless it is asked for again, since what came of it could not be stored."""
    track = learned()
    assert alerts(track, STORM) == [END + STEP]
    assert alerts(track, STORM) == []
    track.again()
    assert alerts(track, STORM) == [END + STEP]


def test_a_restart_goes_on_exactly() -> None:
    """What is kept is a JSON-like document; going on from it reads as if nothing had happened."""
    track = learned()
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(track.kept()), type=Kept)
    again = learned(kept)
    assert (again.learned_to, again.posts, again.begun) == (END, 400, START)
    for one, other in zip(
        track.bank.fork().walk([(END, np.array([9.0, 0.0]))]), again.bank.walk([(END, np.array([9.0, 0.0]))]), strict=True
    ):
        assert np.array_equal(one.surprise, other.surprise)
        assert np.array_equal(one.expected, other.expected)


def test_another_step_begins_anew() -> None:
    """What was learned by the quarter of an hour says nothing of hours."""
    hourly = Spike(Rule(id="r", name="r", kind="spike", parameters={"by": ["account"], "step_s": 3600}))
    assert Track(hourly, SUBJECTS, ZONE, learned().kept()).learned_to is None
    assert learned().forget().kept() is None


def test_looking_teaches_nothing() -> None:
    """Only what has settled is learned."""
    track = learned()
    before = track.kept()
    alerts(track, STORM)
    assert msgspec.msgpack.encode(track.kept()) == msgspec.msgpack.encode(before)


@pytest.mark.parametrize(("collected", "known"), [(START, DAYS * 96), (END, 96)])
def test_silence_before_collection_began_is_unknown(collected: float, known: int) -> None:
    """Of a series whose first post lies a day back, the days before count as silent only if somebody was collecting."""
    track = Track(RULE, SUBJECTS, ZONE)
    track.learn([cell(END - 86400, 1), cell(END - STEP, 1)], START, END, collected=collected, posts=2)
    assert track.bank.known[0] == known
    assert track.bank.known[1] == (DAYS * 96 if collected == START else 0)


def test_subjects_are_what_the_filter_lets_in() -> None:
    """Every combination of what is cut by; what is not cut by is one."""
    rule = Rule(
        id="r", name="r", kind="spike", filter={"accounts": ["metro"], "sentiments": [-1, 0]}, parameters={"by": ["account", "sentiment"]}
    )
    keys = [subject.key for subject in subjects_of(Spike(rule), ("metro", "bus"), ("交通运输",))]
    assert keys == ["account=metro;sentiment=-1", "account=metro;sentiment=0"]
    everything = Rule(id="r", name="r", kind="spike", parameters={"by": ["account", "topic", "sentiment"]})
    assert len(subjects_of(Spike(everything), ("metro", "bus"), ("交通运输", "教育文体"))) == 12
    assert [subject.key for subject in subjects_of(Spike(Rule(id="r", name="r", kind="spike", parameters={"by": []})), (), ())] == ["all"]
