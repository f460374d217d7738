"""Who gets what: partitions of keys, shares of members, and what the log can't carry."""

from hypothesis import given
from hypothesis import strategies as st

from streams.log import Place, Topic
from streams.sharing import partition_of, share_out

PLACES = [Place(topic, number) for topic, count in ((Topic.POSTS, 6), (Topic.COVERAGE, 1)) for number in range(count)]
BOTH = frozenset({Topic.POSTS, Topic.COVERAGE})


def test_the_partition_of_a_key_never_changes() -> None:
    """These are fixed: another answer would put a conversation's next post on another partition."""
    assert [partition_of(key, 6) for key in ("weibo:5331146212902202", "web:https://127.0.0.1/1", "微博")] == [3, 2, 4]


@given(st.sets(st.text(min_size=1), min_size=1), st.integers(1, 64))
def test_every_partition_has_one_owner_and_shares_are_even(members: set[str], partitions: int) -> None:
    """Nothing is left out, and no member has two more than another."""
    places = [Place(Topic.POSTS, number) for number in range(partitions)]
    shares = share_out(places, dict.fromkeys(members, BOTH))
    sizes = [list(shares.values()).count(member) for member in members]
    assert shares.keys() == set(places)
    assert max(sizes) - min(sizes) <= 1


@given(st.permutations(PLACES), st.permutations(["a", "b", "c"]))
def test_all_members_compute_the_same(places: list[Place], members: list[str]) -> None:
    """The order in which a member sees partitions and members does not matter."""
    assert share_out(places, dict.fromkeys(members, BOTH)) == share_out(PLACES, dict.fromkeys("abc", BOTH))


def test_members_get_only_topics_that_they_want() -> None:
    """A partition goes to a member that reads its topic; one that nobody reads goes to nobody."""
    shares = share_out(PLACES, {"a": frozenset({Topic.POSTS}), "b": frozenset({Topic.POSTS})})
    assert Place(Topic.COVERAGE, 0) not in shares
    assert len(shares) == 6
