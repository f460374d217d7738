"""Posts become incidents and requests as they come in, each once, whatever happens to the follower; on both engines."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from elasticsearch.dsl import Search

from incidents import follow
from incidents.desk import Desk
from incidents.errors import Superseded
from incidents.filed import INCIDENTS
from incidents.intake import SLOW_S, SPREAD_S, SWEEP_S
from incidents.records import Given, Stage
from incidents.requests import RequestKind
from incidents.turns import TURNS
from streams.messages import Author, Standing
from tests.incidents.desk import DUTY, OFFICER
from tests.incidents.posted import City, Killed, kill_at, of, post, stories, under
from tests.incidents.stories import BRIDGE, WATER


def standing(city: City) -> Any:
    """What stands in the database of it all, but for the turns in which it came about."""
    incidents = {name: msgspec.structs.replace(filed, turn=0) for name, filed in city.incidents().items()}
    return incidents, city.members(), city.requests()


def test_stories_become_incidents(city: City) -> None:
    """Posts about one thing are one incident, comments come with the post that they are under, and daily life stays apart."""
    city.put(*stories())
    city.follow()
    assert city.together(*of(WATER, "water"), "same0", "same1", "same2")
    assert city.together(*of(BRIDGE, "bridge"))
    assert not city.together("water0", "bridge0")
    largest = city.largest()
    assert largest.posts == largest.negative == len(WATER) + 3
    assert largest.topics == {"城乡建设": len(WATER)}
    assert "停水" in largest.incident.title


def test_each_post_counts_once(city: City) -> None:
    """Neither another turn nor another follower changes anything, also where posts are read a second time."""
    city.put(*stories())
    follower = city.follower()
    city.follow(follower)
    before = standing(city)
    city.now += timedelta(seconds=SLOW_S + SWEEP_S + 1)
    assert not any(city.follow(follower))
    assert not any(city.follow())
    assert standing(city) == before


def test_counts_add_up_over_turns(city: City) -> None:
    """What comes in portion by portion, with restarts between, is as if one had followed all the time."""
    posts = stories()
    for start in range(0, len(posts), 4):
        city.put(*posts[start : start + 4])
        city.follow()
    members, incidents = city.members(), city.incidents()
    assert len(members) == len(posts)
    assert sum(filed.posts for filed in incidents.values() if not filed.incident.merged_into) == len(posts)
    assert city.together(*of(WATER, "water"), "same2")


@pytest.mark.parametrize("answered", [True, False])
def test_a_killed_follower_loses_and_doubles_nothing(city: City, answered: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before or after any of its writes, the next one goes on: the same stands in the end as without."""
    monkeypatch.setattr(follow, "CHECKPOINT_POSTS", 8)
    posts = stories()
    for number, start in enumerate(range(0, len(posts), 5), 1):
        city.put(*posts[start : start + 5])
        for write in range(1, 20):
            end = kill_at(city, write, answered=answered)
            try:
                city.follow()
            except Killed:
                continue
            finally:
                end()
                city.refresh()
            break
        assert len(city.members()) == min(number * 5, len(posts))
    incidents = city.incidents()
    assert sum(filed.posts for filed in incidents.values() if not filed.incident.merged_into) == len(posts)
    assert city.together(*of(WATER, "water"), "same0", "same1", "same2")
    assert city.largest().posts == len(WATER) + 3


def test_an_unreachable_database_is_no_loss(city: City) -> None:
    """A follower that lives on after a failed write does the same turn again."""
    city.put(*stories())
    follower = city.follower()
    for write in (1, 2, 3, 4):
        end = kill_at(city, write, answered=False)
        with pytest.raises(Killed):
            city.follow(follower)
        end()
    city.follow(follower)
    city.refresh()
    assert sum(filed.posts for filed in city.incidents().values()) == len(stories())


def test_groups_that_merge_leave_where_they_went(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that goes says into which; its posts count there, and later ones come there."""
    merging(city, monkeypatch)
    gone = [filed for filed in city.incidents().values() if filed.incident.merged_into]
    assert len(gone) == 1
    into = city.incidents()[str(gone[0].incident.merged_into)]
    assert gone[0].incident.id in into.parts
    assert into.posts == 2
    assert city.together("a", "b")


@pytest.mark.parametrize("quiet", [timedelta(0), timedelta(minutes=10)])
def test_what_an_officer_has_judged_is_not_merged_away(city: City, desk: Desk, monkeypatch: pytest.MonkeyPatch, quiet: timedelta) -> None:
    """It stays with its posts, and what is like it stays apart, also where nothing came for a while after the judgement."""

    def judge() -> None:
        desk.move(city.incident_of("b"), Stage.JUDGED, OFFICER, DUTY)
        city.now += quiet

    merging(city, monkeypatch, judge)
    judged = city.incidents()[city.members()["weibo:b"].incident]
    assert judged.incident.state is Stage.JUDGED
    assert judged.incident.merged_into is None
    assert judged.posts == 1
    assert not city.together("a", "b")


def test_an_officer_who_judges_in_the_same_moment_wins(city: City, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's merge turns round: the judged incident takes in the other, whose later posts come to it."""
    late = follow.Follower._write_down

    def judge_first(self: follow.Follower, turn: Any) -> None:
        if turn.change.merges:
            desk.move(turn.change.merges[0][0], Stage.JUDGED, OFFICER, DUTY)
        late(self, turn)

    monkeypatch.setattr(follow.Follower, "_write_down", judge_first)
    merging(city, monkeypatch)
    kept = next(filed for filed in city.incidents().values() if filed.incident.state is Stage.JUDGED)
    assert kept.incident.merged_into is None
    assert kept.posts == 2
    assert city.together("a", "b")


def merging(city: City, monkeypatch: pytest.MonkeyPatch, between: Any = lambda: None) -> None:
    """Two posts open two incidents, which the next turn finds to be one."""
    from incidents.grouping import Grouper, incident_id  # noqa: PLC0415 - only here
    from incidents.state import Merge  # noqa: PLC0415

    city.put(post("a", "东湖小区停水三天，物业电话没人接"))
    city.put(post("b", "清水河大桥伸缩缝翘起，早高峰两辆车爆胎", hours=1))
    follower = city.follower()
    city.follow(follower)
    between()
    pair = Merge(incident_id("weibo:b"), incident_id("weibo:a"))

    def settle(self: Grouper) -> tuple[Merge, ...]:
        self._pending = 0
        return () if pair.gone in self._held else (pair,)

    monkeypatch.setattr(Grouper, "settle", settle)
    city.now += follow.SETTLE + timedelta(seconds=1)
    follower.once()
    city.refresh()


def test_posts_that_are_slow_to_become_searchable_are_found(city: City) -> None:
    """Written behind one that was read already, a post is found by the second reading."""
    follower = city.follower()
    city.put(post("a", WATER[0]))
    city.follow(follower)
    city.now -= timedelta(seconds=60)
    city.put(post("b", WATER[1]))
    city.now += timedelta(seconds=60)
    assert not any(city.follow(follower))
    city.now += timedelta(seconds=SLOW_S + SWEEP_S)
    city.follow(follower)
    assert city.together("a", "b")


def test_a_post_that_spreads_later_is_taken_in(city: City) -> None:
    """Nobody complains in it, so at first it is none of ours; how far it comes is counted once, and on."""
    quiet = post(
        "q", "【公告】清水河大桥今晚封闭维修", sentiment=0, forwards=3, author=Author(id="1", standing=Standing.MEDIA, name="云溪日报")
    )
    follower = city.follower()
    city.put(quiet)
    city.follow(follower)
    assert city.members() == {}
    for spread in (150, 400):
        seen = msgspec.structs.replace(quiet.post, forwards=spread, collected_at=quiet.post.collected_at + timedelta(hours=spread))
        city.now += timedelta(seconds=SPREAD_S + 1)
        city.put(msgspec.structs.replace(quiet, post=seen))
        city.follow(follower)
        assert city.largest().spread == city.members()["weibo:q"].spread == spread
    city.follow()
    assert city.largest().spread == 400


def test_only_one_of_two_followers_goes_on(city: City) -> None:
    """The slower one is told, reads anew what is kept, and doubles nothing."""
    one, other = city.follower(), city.follower()
    city.put(post("a", WATER[0]))
    city.follow(one)
    city.follow(other)
    city.put(post("b", WATER[1]))
    one.once()
    city.put(post("c", WATER[2]))
    with pytest.raises(Superseded):
        other.once()
    city.follow(other)
    city.refresh()
    assert city.largest().posts == 3


def test_a_report_comes_to_no_incident(city: City) -> None:
    """What it says is for its readers: it opens a request, which keeps neither its text nor its words."""
    city.put(post("r", "举报云溪市交通运输局工作人员收红包"))
    city.follow()
    assert city.incidents() == {}
    (request,) = city.requests()
    assert request.kind is RequestKind.REPORT
    assert request.words == ()
    assert not any(city.follow())
    assert city.requests() == [request]


def test_an_ask_opens_a_request_and_counts(city: City) -> None:
    """A citizen's question is a request, and a candidate besides."""
    city.put(post("q", "请问东湖小区什么时候能来水", sentiment=0))
    city.follow()
    (request,) = city.requests()
    assert request.kind is RequestKind.QUESTION
    assert "weibo:q" in city.members()


def test_what_people_are_dissatisfied_under_is_taken_in(city: City) -> None:
    """A notice that nobody would look at is the incident's first post once people complain under it; one that isn't there is no matter."""
    notice = post(
        "n", "【通报】东湖小区水泵烧毁，正在抢修", sentiment=0, author=Author(id="1", standing=Standing.MONITORED, name="云溪发布")
    )
    city.put(notice, under("n", "c", "又是套话", hours=1), under("gone", "d", "说了等于没说", hours=1))
    city.follow()
    assert city.together("n", "c")
    assert city.incidents()[city.incident_of("c")].incident.title.startswith("【通报】")
    assert not city.together("c", "d")


def test_an_incident_that_grows_is_named_anew_until_somebody_has_touched_it(city: City, desk: Desk) -> None:
    """After the post that shares most with the others; an officer's incident keeps the name they know it by."""
    follower = city.follower()
    city.put(post("odd", "停水！东湖小区，唉，今天又是没精打采的一天，什么都不顺，午饭也没吃好"))
    city.follow(follower)
    city.put(*(post(f"w{number}", "东湖小区停水三天，物业电话没人接") for number in range(5)))
    city.follow(follower)
    assert city.largest().incident.title == "东湖小区停水三天，物业电话没人接"
    desk.move(city.largest().incident.id, Stage.JUDGED, OFFICER, DUTY)
    city.put(*(post(f"late{number}", "东湖小区停水第四天，送水车还没有来，老人提不动") for number in range(25)))
    city.follow(follower)
    assert city.largest().incident.title == "东湖小区停水三天，物业电话没人接"


def test_superfluous_turns_are_taken_away(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint is all that a new follower needs; what it makes superfluous goes."""
    monkeypatch.setattr(follow, "CHECKPOINT_POSTS", 4)
    for one in stories():
        city.put(one)
        city.follow()
    assert city.records.count(TURNS, Search().filter("term", kind="incidents_turn")) <= 4


def test_later_posts_of_a_dismissed_incident_come_to_it(city: City, desk: Desk) -> None:
    """It isn't opened anew by the machine: an officer has judged that it is none."""
    city.put(post("a", WATER[0]))
    follower = city.follower()
    city.follow(follower)
    desk.move(city.incident_of("a"), Stage.DISMISSED, OFFICER, Given(reason="演练"))
    city.put(post("b", WATER[1]))
    city.follow(follower)
    read = city.records.get(INCIDENTS, city.incident_of("b"))
    assert read is not None
    assert (read.body.incident.state, read.body.posts) == (Stage.DISMISSED, 2)
