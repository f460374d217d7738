"""The merge of sightings: a join, in any order, any number of times."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexers.corrections import Correction, with_correction
from indexers.merge import COUNTS, DATE_FLAGS, StoredPost, lift, merge, observations
from streams.messages import Author, Flag, Kind, Standing, TaggedPost
from tests.indexers.posts import NOW, tagged

COUNT = st.none() | st.integers(0, 5)
NAMES = st.sampled_from([None, "甲", "乙"])


@st.composite
def sightings(draw: st.DrawFn) -> TaggedPost:
    """One sighting of one post; values are few, so that sightings often meet in time and in value."""
    at = NOW + timedelta(minutes=draw(st.integers(0, 3)))
    tags = {
        "tag_revision": draw(st.integers(1, 3)),
        "topic": draw(st.sampled_from(["交通运输", "环境保护"])),
        "sentiment": draw(st.sampled_from([-1, 0, 1])),
        "tokens": draw(st.sampled_from(["停运", "恢复 运行"])),
        "own_words": draw(st.booleans()),
        "copy_keys": draw(st.sampled_from([(), ("1", "2")])),
        "duplicate_of": draw(st.sampled_from([None, "web:1", "web:2"])),
    }
    author = Author(id="p:1", standing=draw(st.sampled_from(Standing)), name=draw(NAMES))
    return tagged(
        tags=tags,
        author=author,
        collected_at=at,
        kind=draw(st.sampled_from(Kind)),
        text=draw(st.sampled_from(["停运", "恢复运行"])),
        title=draw(NAMES),
        url=draw(NAMES),
        client=draw(NAMES),
        root_id=draw(NAMES),
        parent_id=draw(NAMES),
        source=draw(st.sampled_from(["one", "two"])),
        owner=draw(st.sampled_from([None, "metro"])),
        accounts=tuple(draw(st.lists(st.sampled_from(["metro", "bus"]), unique=True))),
        flags=tuple(draw(st.lists(st.sampled_from(Flag), unique=True))),
        media=tuple(draw(st.lists(st.sampled_from(["1.jpg", "2.jpg"]), unique=True))),
        **{name: draw(COUNT) for name in COUNTS},
    )


def stored(seen: Sequence[TaggedPost]) -> StoredPost:
    """What stands in the end."""
    return reduce(merge, map(lift, seen))


@given(sightings(), st.lists(sightings(), max_size=5), st.randoms(use_true_random=False))
def test_order_does_not_matter(first: TaggedPost, others: list[TaggedPost], random: object) -> None:
    """After the first write, any order and any repetition of sightings leaves the same record."""
    again = [first, *others, *others]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert stored([first, *again]) == stored([first, *others])


@given(st.lists(sightings(), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_only_the_date_depends_on_who_came_first(seen: list[TaggedPost], random: object) -> None:
    """Whoever writes first decides the date and its flags, and nothing else."""
    dated = [msgspec.structs.replace(one, post=msgspec.structs.replace(one.post, flags=())) for one in seen]
    shuffled = dated.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert stored(shuffled) == stored(dated)


@given(st.lists(sightings(), min_size=1, max_size=6))
def test_a_replay_changes_nothing(seen: list[TaggedPost]) -> None:
    """Once all sightings are merged, none of them changes anything or leaves an observation."""
    final = stored(seen)
    for one in seen:
        assert merge(final, lift(one)) == final
        assert observations(final, lift(one), merge(final, lift(one))) == ()


@given(sightings(), sightings(), sightings())
def test_parts_can_be_merged_first(one: TaggedPost, two: TaggedPost, three: TaggedPost) -> None:
    """What two writers merged apart and then together is what one would have merged."""
    first, second, third = lift(one), lift(two), lift(three)
    assert merge(merge(first, second), third) == merge(first, merge(second, third))


@given(st.lists(sightings(), min_size=1, max_size=4))
def test_what_stands_survives_the_database(seen: list[TaggedPost]) -> None:
    """A record read back from its JSON is the same record, so it merges as it did."""
    final = stored(seen)
    assert msgspec.json.decode(msgspec.json.encode(final), type=StoredPost) == final


def seen_at(minutes: int, **given: object) -> StoredPost:
    return lift(tagged(collected_at=NOW + timedelta(minutes=minutes), **given))


def test_an_unknown_count_never_erases_a_known() -> None:
    """A newer sighting that does not show forwards leaves those that are known, with their time."""
    merged = merge(seen_at(0, forwards=7, likes=1), seen_at(5, likes=2))
    assert (merged.forwards, merged.likes) == (7, 2)
    assert merged.counted_at.forwards == NOW
    assert merged.counted_at.likes == NOW + timedelta(minutes=5)


def test_a_count_may_fall() -> None:
    """The newest sighting is right, also where comments were deleted."""
    assert merge(seen_at(0, comments=9), seen_at(5, comments=4)).comments == 4
    assert merge(seen_at(5, comments=4), seen_at(0, comments=9)).comments == 4


def test_full_text_beats_a_newer_truncated_one() -> None:
    """A list that shows only the beginning does not shorten what is known."""
    whole = seen_at(0, text="停运三天，原因不明", flags=())
    part = seen_at(5, text="停运三天…", flags=(Flag.TRUNCATED,))
    for merged in (merge(whole, part), merge(part, whole)):
        assert merged.text == "停运三天，原因不明"
        assert Flag.TRUNCATED not in merged.flags


def test_an_edited_text_is_taken_over() -> None:
    """Of two whole texts the newer stays: the author has changed it."""
    assert merge(seen_at(5, text="恢复运行"), seen_at(0, text="停运")).text == "恢复运行"


def test_tags_come_from_the_highest_revision() -> None:
    """A newer model's tags stay, also when an older worker sees the post later."""
    new = lift(tagged(tags={"tag_revision": 2, "topic": "环境保护"}))
    old = lift(tagged(collected_at=NOW + timedelta(hours=1), tags={"tag_revision": 1, "topic": "交通运输"}))
    assert merge(new, old).topic == merge(old, new).topic == "环境保护"


def test_tags_of_one_revision_follow_the_better_text() -> None:
    """The whole text's tags replace those of its beginning."""
    part = lift(tagged(collected_at=NOW + timedelta(hours=1), flags=(Flag.TRUNCATED,), tags={"sentiment": 0}))
    whole = lift(tagged(tags={"sentiment": -1}))
    assert merge(part, whole).sentiment == merge(whole, part).sentiment == -1


def test_the_first_date_stays_with_its_flags() -> None:
    """The index was chosen by the first date, so a better one later does not move the post."""
    first = seen_at(0, published_at=NOW, flags=(Flag.INEXACT_DATE,))
    later = seen_at(5, published_at=NOW - timedelta(minutes=3))
    assert merge(first, later).published_at == NOW
    assert merge(first, later).flags == (Flag.INEXACT_DATE,)


def test_first_and_last_collection_are_kept() -> None:
    """Coverage needs to know since when a post is known and when it was last seen."""
    merged = merge(seen_at(5), seen_at(0))
    assert (merged.first_collected_at, merged.collected_at) == (NOW, NOW + timedelta(minutes=5))


@pytest.mark.parametrize(("counts", "spread"), [({}, 0), ({"forwards": 3}, 3), ({"forwards": 3, "comments": 4, "likes": 100}, 7)])
def test_spread_is_forwards_and_comments(counts: dict[str, int], spread: int) -> None:
    """What is unknown adds nothing, and likes carry a post nowhere."""
    assert lift(tagged(**counts)).spread == spread


def test_long_ids_are_hashed_alike_everywhere() -> None:
    """A comment still points to its root when both have ids that the database can't take."""
    long = "web:" + "长" * 400
    assert lift(tagged(root_id=long, parent_id=long)).root_id == lift(tagged(id=long)).id


def times(stored_post: StoredPost, seen: StoredPost) -> list[tuple[datetime, int | None]]:
    found = observations(stored_post, seen, merge(stored_post, seen))
    return [(one.observed_at, one.forwards) for one in found]


def test_changed_counts_leave_what_was_and_what_is() -> None:
    """From the two points on the spread between them can be measured."""
    assert times(seen_at(0, forwards=1), seen_at(5, forwards=9)) == [(NOW, 1), (NOW + timedelta(minutes=5), 9)]


def test_unchanged_counts_leave_nothing() -> None:
    """A post that is only seen again costs no observation."""
    assert times(seen_at(0, forwards=1), seen_at(5, forwards=1)) == []


def test_an_older_sighting_leaves_nothing() -> None:
    """What comes late and changes no count is not a change."""
    assert times(seen_at(5, forwards=9), seen_at(0, forwards=1)) == []


def test_first_known_counts_are_an_observation() -> None:
    """Where no count was known there is no earlier point."""
    assert times(seen_at(0), seen_at(5, forwards=9)) == [(NOW + timedelta(minutes=5), 9)]


def test_observations_have_the_same_id_again() -> None:
    """A writer that dies after the observations writes the same ones again, not more."""
    one, two = seen_at(0, forwards=1), seen_at(5, forwards=9)
    assert [o.id for o in observations(one, two, merge(one, two))] == [
        "weibo:1@2026-11-18T04:00:00.000000Z",
        "weibo:1@2026-11-18T04:05:00.000000Z",
    ]


def test_what_a_post_repeats_goes_with_its_text() -> None:
    """Known beats unknown in any order; another text repeats nothing that the first one did."""
    plain, copy = lift(tagged(1)), lift(tagged(1, tags={"duplicate_of": "weibo:0"}))
    assert merge(plain, copy) == merge(copy, plain)
    assert (merge(plain, copy).duplicate_of, merge(plain, copy).opinion) == ("weibo:0", False)
    edited = lift(tagged(1, text="另写了一段，与原来的毫不相干", collected_at=NOW + timedelta(hours=1)))
    assert merge(copy, edited) == merge(edited, copy)
    assert (merge(copy, edited).duplicate_of, merge(copy, edited).opinion) == (None, True)


@st.composite
def corrected(draw: st.DrawFn) -> StoredPost:
    """A sighting, perhaps with corrections; its date is exact, for that depends on who came first."""
    seen = draw(sightings())
    exact = tuple(flag for flag in seen.post.flags if flag not in DATE_FLAGS)
    post = lift(msgspec.structs.replace(seen, post=msgspec.structs.replace(seen.post, flags=exact)))
    for field, value in draw(st.lists(st.sampled_from([("topic", "卫生计生"), ("topic", "其他"), ("sentiment", "1")]), max_size=3)):
        at, by = NOW + timedelta(minutes=draw(st.integers(0, 2))), draw(st.sampled_from(["甲", "乙"]))
        post = with_correction(post, Correction(id="1", post=post.id, field=field, old=None, new=value, by=by, at=at))
    return post


@given(corrected(), corrected(), corrected())
def test_corrections_join_like_all_else(one: StoredPost, two: StoredPost, three: StoredPost) -> None:
    """In any order, any grouping and any repetition."""
    both = merge(one, two)
    assert both == merge(two, one) == merge(both, one) == merge(both, two)
    assert merge(both, three) == merge(one, merge(two, three))
