"""Posts in, groups out: what belongs together, what stays the same, what is forgotten."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from city.words import fill, texts
from incidents.errors import StateRefused
from incidents.follow import RECIPE
from incidents.grouping import Grouper, incident_id
from incidents.labelled import labelled_posts
from incidents.score import b_cubed
from incidents.state import Arrival, Recipe, State
from tests.incidents.stories import BRIDGE, DAILY, START, WATER, arrival, week

SMALL = Recipe(block=4, likeness=0.01)


def group(posts: Sequence[Arrival], recipe: Recipe | None = None, step: int = 1000, restart_after: int = 0) -> dict[str, str]:
    """Which group each post is in at the end, merges followed, state stored and read back as often as asked for."""
    grouper = Grouper(recipe)
    groups: dict[str, str] = {}
    into: dict[str, str] = {}
    for start in range(0, len(posts), step):
        part = posts[start : start + step]
        update = grouper.add(part)
        groups.update(zip((post.id for post in part), update.groups, strict=True))
        into.update({merge.gone: merge.into for merge in update.merges})
        if restart_after and start // step % restart_after == 0:
            grouper = Grouper.of(stored(grouper), recipe)
    into.update({merge.gone: merge.into for merge in grouper.settle()})
    return {post: final(name, into) for post, name in groups.items()}


def stored(grouper: Grouper) -> State:
    return msgspec.json.decode(msgspec.json.encode(grouper.export()), type=State)


def final(name: str, into: dict[str, str]) -> str:
    while name in into:
        name = into[name]
    return name


def by_group(groups: dict[str, str]) -> list[set[str]]:
    found = defaultdict(set)
    for post, name in groups.items():
        found[name].add(post)
    return sorted(found.values(), key=lambda posts: (-len(posts), min(posts)))


def test_stories_become_groups_and_daily_life_stays_apart() -> None:
    """Two complaints told side by side are two groups, and posts about nothing common are alone."""
    found = by_group(group(week()))
    assert found[0] == {f"weibo:water{number}" for number in range(len(WATER))}
    assert found[1] == {f"weibo:bridge{number}" for number in range(len(BRIDGE))}
    assert all(len(posts) == 1 for posts in found[2:])
    assert len(found) == 2 + len(DAILY)


def test_a_group_is_named_after_its_first_post() -> None:
    """Whoever groups the same posts gets the same ids."""
    groups = group(week())
    assert groups["weibo:water0"] == incident_id("weibo:water0")
    assert incident_id("weibo:\ud800") != incident_id("weibo:")


@pytest.mark.parametrize("step", [1, 3, 7])
def test_result_does_not_depend_on_how_many_come_at_once(step: int) -> None:
    """One by one or all together: the same groups."""
    assert group(week(), SMALL, step) == group(week(), SMALL)


@pytest.mark.parametrize("step", [1, 3, 5])
def test_result_is_the_same_after_restarts(step: int) -> None:
    """State that was stored as JSON and read back at any moment goes on as if nothing had happened."""
    assert group(week(), SMALL, step, restart_after=1) == group(week(), SMALL)


WORDS = st.sampled_from(["停水", "大桥", "东湖小区", "维修", "物业", "学校", "噪音", "地铁", "涨价", ""])
TEXTS = st.lists(WORDS, max_size=6).map("，".join)
STREAMS = st.lists(st.tuples(TEXTS, st.floats(0, 400)), max_size=40)


@settings(deadline=None, max_examples=40)
@given(STREAMS, st.integers(1, 9), st.integers(0, 3))
def test_any_stream_groups_alike_in_any_portions(stream: list[tuple[str, float]], step: int, restart_after: int) -> None:
    """Whatever comes, in whatever order of time, portions and restarts change nothing, and every post has a group."""
    posts = [arrival(str(number), text, hours=hours) for number, (text, hours) in enumerate(stream)]
    at_once = group(posts, SMALL)
    assert group(posts, SMALL, step, restart_after) == at_once
    assert at_once.keys() == {post.id for post in posts}


def test_what_is_silent_takes_no_more_posts() -> None:
    """The same story ten days later is another incident, and the old one is no longer kept."""
    grouper = Grouper(SMALL)
    first = grouper.add([arrival(f"a{number}", text) for number, text in enumerate(WATER[:4])]).groups
    later = grouper.add([arrival(f"b{number}", text, hours=240) for number, text in enumerate(WATER[:4])]).groups
    assert set(first).isdisjoint(later)
    assert set(grouper.groups) == set(later)


def test_one_wrong_date_forgets_nothing() -> None:
    """A post dated 2099 neither makes the others look old nor draws them to itself."""
    posts = week()
    odd = Arrival("weibo:odd", datetime(2099, 1, 1, tzinfo=START.tzinfo), "云溪东湖小区停水三天了，物业电话没人接")
    groups = group([*posts[:6], odd, *posts[6:]], SMALL)
    del groups["weibo:odd"]
    assert groups == group(posts, SMALL)


def test_groups_that_turn_out_alike_merge_into_the_older() -> None:
    """What began as two groups becomes one, and what goes is told."""
    grouper = Grouper(Recipe(block=4, join=0.99, merge=0.05))
    update = grouper.add([arrival(str(number), text, hours=number / 10) for number, text in enumerate(WATER[:4])])
    assert len(set(update.groups)) == 4
    assert update.merges
    order = list(update.groups)
    assert all(order.index(merge.into) < order.index(merge.gone) for merge in update.merges)
    assert set(grouper.groups) == set(update.groups) - {merge.gone for merge in update.merges}


def test_what_an_officer_has_judged_does_not_merge() -> None:
    """A held group neither goes into another nor takes another in, also after a restart; posts still join it."""
    recipe = Recipe(block=4, join=0.5, merge=0.05)
    posts = [arrival(str(number), text, hours=number / 10) for number, text in enumerate(WATER[:4])]
    grouper = Grouper(recipe)
    groups = set(grouper.add(posts[:3]).groups)
    for name in groups:
        grouper.hold(name)
    grouper = Grouper.of(stored(grouper), recipe)
    assert not grouper.add(posts[3:]).merges
    assert grouper.add([arrival("again", WATER[0], hours=1)]).groups[0] == incident_id("weibo:0")


def test_holding_an_unknown_group_is_no_error() -> None:
    """An officer may judge what grouping has forgotten long ago."""
    grouper = Grouper()
    grouper.hold("inc-0000000000000000")
    assert grouper.groups == ()


def test_memory_is_bounded_by_groups_and_terms() -> None:
    """Beyond the most groups kept, those that are silent longest go; each keeps so many terms."""
    recipe = Recipe(block=10, groups=20, terms=5, join=2.0, merge=2.0)
    grouper = Grouper(recipe)
    texts = [
        f"{'甲乙丙丁戊己庚辛壬癸'[number % 10]}{'子丑寅卯辰巳午未申酉'[number // 10]}路段积水，车辆熄火，行人绕行" for number in range(100)
    ]
    update = grouper.add([arrival(str(number), text, hours=number / 10) for number, text in enumerate(texts)])
    assert grouper.groups == update.groups[-20:]
    assert all(len(kept.sum.columns) == 5 * 4 for kept in grouper.export().groups)


def test_a_post_without_words_added_twice_has_one_group() -> None:
    """Ids stay unique, even where a post has nothing in common with itself."""
    grouper = Grouper()
    assert len(set(grouper.add([arrival("x", "😀"), arrival("x", "😀")]).groups)) == 1
    assert len(grouper.groups) == 1


def test_state_holds_no_text_and_no_post_ids() -> None:
    """What is stored can't be read back into what people wrote."""
    grouper = Grouper()
    grouper.add(week())
    content = msgspec.json.encode(grouper.export()).decode()
    assert "停水" not in content
    assert "weibo" not in content


def test_state_of_another_recipe_is_refused() -> None:
    """Numbers made one way would go on to other results another way."""
    with pytest.raises(StateRefused, match="start from an empty state"):
        Grouper.of(Grouper(SMALL).export(), Recipe(block=5))


def damaged() -> Iterable[object]:
    grouper = Grouper(SMALL)
    grouper.add(week()[:6])
    state = grouper.export()
    bad_sum = msgspec.structs.replace(state.groups[0], sum=msgspec.structs.replace(state.groups[0].sum, columns=b"\xff\xff\xff\xff"))
    half = msgspec.structs.replace(state.groups[0], sum=msgspec.structs.replace(state.groups[0].sum, columns=b"\x00"))
    yield pytest.param(msgspec.structs.replace(state, counts=b"no zlib"), id="rarity")
    yield pytest.param(msgspec.structs.replace(state, counts=b"x\x9c\x03\x00\x00\x00\x00\x01"), id="short rarity")
    yield pytest.param(msgspec.structs.replace(state, groups=(bad_sum, *state.groups[1:])), id="columns")
    yield pytest.param(msgspec.structs.replace(state, groups=(half, *state.groups[1:])), id="half a number")
    yield pytest.param(msgspec.structs.replace(state, groups=state.groups[:-1]), id="lost group")
    yield pytest.param(msgspec.structs.replace(state, pending=state.pending * 9), id="too many pending")
    yield pytest.param(msgspec.structs.replace(state, settled=99), id="too many settled")


@pytest.mark.parametrize("state", list(damaged()))
def test_damaged_state_is_refused(state: State) -> None:
    """It is said and refused, never read into wrong groups."""
    with pytest.raises(StateRefused, match=r"damaged|rarity"):
        Grouper.of(state, SMALL)


def test_settling_nothing_does_nothing() -> None:
    """Quiet hours may settle as often as they like."""
    grouper = Grouper()
    assert grouper.settle() == ()
    grouper.add(week())
    grouper.settle()
    before = grouper.export()
    assert grouper.settle() == ()
    assert grouper.export() == before


@pytest.mark.data
def test_labelled_microblogs_are_grouped_as_well_as_promised(shared_data: Path) -> None:
    """B-cubed F1 on the organisations' and media's posts; the card in docs/incidents.md has the exact figures."""
    labelled = labelled_posts(shared_data / "incidents" / "org.jsonl.gz")
    groups = group([post.arrival for post in labelled])
    score = b_cubed([post.event for post in labelled], [groups[post.arrival.id] for post in labelled])
    assert score.f1 >= 0.71
    assert np.isfinite(score.precision)
    assert labelled[-1].arrival.at - labelled[0].arrival.at > timedelta(days=1)


def test_a_large_incident_draws_in_nothing_for_a_phrase() -> None:
    """Of hundreds of posts some share a turn of speech with anything: that alone brings no stranger to an incident of the desk."""
    rng = random.Random(7)
    posts = [fill(rng.choice(texts()["water"]["growing"]), rng, 天="二", 区="柳塘区") for _ in range(300)]
    incident = [arrival(f"water{number}", text, hours=number / 60) for number, text in enumerate(posts)]
    stranger = arrival("lift", "江畔花园的电梯坏了三天了，老人每天爬楼梯，物业电话打了两次没人来修", hours=5.1)

    def drawn_in(recipe: Recipe) -> bool:
        groups = group([*incident, stranger], recipe, restart_after=1, step=120)
        return groups[stranger.id] == groups["weibo:water299"]

    assert not drawn_in(RECIPE)
    assert drawn_in(msgspec.structs.replace(RECIPE, likeness=0.0))
