"""The desk: officers list, look at and move incidents; of two one wins. On both engines."""

from datetime import timedelta

import pytest

from incidents.desk import Desk, PostSort, Sort, Wanted, WantedPosts
from incidents.errors import Conflict, NoSuchCase, NotAllowed
from incidents.filed import INCIDENTS
from incidents.records import Given, Grade, Milestone, Stage
from indexers.slots import Window
from tests.incidents.desk import DUTY, HANDLER, LINK, NO_DUTY, OFFICER, VIEWER
from tests.incidents.posted import City, Killed, kill_at, of, post, stories
from tests.incidents.stories import BRIDGE, WATER


@pytest.fixture
def water(city: City) -> str:
    """The incident of the water, among others."""
    city.put(*stories())
    city.follow()
    return city.incident_of("water0")


def ids(desk: Desk, **wanted: object) -> list[str]:
    return [row.filed.incident.id for row in desk.find(Wanted(**wanted)).rows]  # type: ignore[arg-type]


def test_the_largest_is_listed_first(city: City, desk: Desk, water: str) -> None:
    """With how many came lately and the level that is proposed; those of one post only are listed when asked for."""
    found = desk.find(Wanted())
    assert found.rows[0].filed.incident.id == water
    assert found.rows[0].proposal.level == "blue"
    assert found.total < desk.find(Wanted(small=True)).total == len(city.incidents())
    assert found.rows[0].growth == 0
    assert not found.rows[0].overdue


def test_pages_of_incidents_neither_skip_nor_repeat(city: City, desk: Desk, water: str) -> None:
    """In whatever order they are listed."""
    for sort in Sort:
        names: list[str] = []
        after = None
        while True:
            page = desk.find(Wanted(small=True), sort=sort, size=3, after=after)
            names += [row.filed.incident.id for row in page.rows]
            after = page.after
            if after is None:
                break
        assert sorted(names) == sorted(city.incidents())


def test_incidents_are_narrowed_down(city: City, desk: Desk, water: str) -> None:
    """By state, level, department and clocks that have passed."""
    desk.move(water, Stage.JUDGED, OFFICER, NO_DUTY)
    desk.move(water, Stage.RATED, OFFICER, Given(level="red"))
    assert ids(desk, states=("rated",)) == ids(desk, levels=("red",)) == ids(desk, topics=("城乡建设",), states=("rated",)) == [water]
    assert ids(desk, levels=("blue",)) == []
    assert ids(desk, overdue=True) == []
    city.now += timedelta(minutes=31)
    assert ids(desk, overdue=True) == [water]
    desk.move(water, Stage.ASSIGNED, OFFICER, Given(lead_department="zhujian", due=city.now + timedelta(hours=2)))
    assert water in ids(desk, departments=("zhujian",))
    desk.move(water, Stage.HANDLED, HANDLER, Given(report="水泵已更换"))
    assert ids(desk, overdue=True) == []
    desk.move(water, Stage.CLOSED, OFFICER, Given(reason="已恢复"))
    assert water not in ids(desk, going_on=True)
    assert water in ids(desk)


def test_an_incident_is_shown_with_all_that_is_known_of_it(desk: Desk, water: str) -> None:
    """How it grew, who should lead, its records and clocks, and what one could do."""
    desk.move(water, Stage.JUDGED, OFFICER, DUTY)
    desk.note(water, Milestone.REMARK, OFFICER, Given(reason="已电话核实"))
    shown = desk.show(water, OFFICER)
    assert sum(slot.posts for slot in shown.timeline) == shown.row.filed.posts
    assert [record.number for record in shown.records] == [1, 2]
    assert [clock.rule.id for clock in shown.clocks] == ["answer"]
    assert shown.row.filed.ends_at == shown.clocks[0].due_at
    assert {str(step.to) for step in shown.possible} == {"rated", "judged", "dismissed"}
    assert shown.lead.department is not None
    assert desk.show(water, VIEWER).possible == ()
    assert [filed.incident.id for filed, _ in desk.running()] == [water]


def test_posts_come_in_pages(desk: Desk, water: str) -> None:
    """The newest first, each with its text."""
    first = desk.posts(water, VIEWER, size=5)
    rest = desk.posts(water, VIEWER, size=5, after=first.after)
    rows = first.rows + rest.rows
    assert [row.member.published_at for row in rows] == sorted((row.member.published_at for row in rows), reverse=True)
    assert {row.member.id for row in rows} >= {f"weibo:{name}" for name in of(WATER, "water")}
    assert all(row.post is not None and row.text == row.post.text for row in rows)
    assert desk.posts(water, VIEWER, sort=PostSort.SPREAD, size=1).total == len(rows)


def test_posts_are_narrowed_down(desk: Desk, water: str) -> None:
    """By time, sentiment, topic and kind; in whatever order, there are as many as are listed."""
    every = desk.posts(water, VIEWER, size=100)
    times = [row.member.published_at for row in every.rows]
    half = Window(min(times), sorted(times)[len(times) // 2])
    assert desk.posts(water, VIEWER, WantedPosts(window=half)).total == sum(at < half.end for at in times)
    assert desk.posts(water, VIEWER, WantedPosts(sentiments=(1,))).total == 0
    assert desk.posts(water, VIEWER, WantedPosts(topics=("城乡建设",), kinds=("comment",))).total == 3
    assert desk.posts(water, VIEWER, WantedPosts(accounts=("yunxi-fabu",))).total == 0
    assert desk.posts(water, VIEWER, sort=PostSort.FIRST, size=1).rows[0].member.published_at == min(times)


def test_the_telling_posts_are_the_first_and_those_that_went_furthest(city: City, desk: Desk, water: str) -> None:
    """The first by publication, whatever opened the incident."""
    city.put(post("far", "东湖小区停水，全网都在转", hours=2, forwards=50))
    city.follow()
    filed = desk.show(water, VIEWER).row.filed
    telling = desk.telling(filed, VIEWER, size=2)
    assert telling.first is not None
    assert telling.first.member.id == "weibo:water0"
    assert telling.furthest[0].member.id == "weibo:far"


def test_incidents_are_counted_as_they_are_found(desk: Desk, water: str) -> None:
    """By state, topic and department, led or proposed; each value finds as many as is said."""
    desk.move(water, Stage.JUDGED, OFFICER, NO_DUTY)
    counts = desk.counts(Wanted(small=True))
    for state, number in counts["state"].items():
        assert desk.find(Wanted(small=True, states=(state,))).total == number
    for department, number in counts["department"].items():
        assert desk.find(Wanted(small=True, departments=(department,))).total == number
    assert counts["state"]["judged"] == 1
    assert "zhujian" in counts["department"]


def test_an_incident_is_found_in_the_hour_in_which_it_has_grown(city: City, desk: Desk) -> None:
    """One post, and hours later the second: it is of that shift; and one that stays small is of the shift of its post."""
    city.put(post("water0", WATER[0], hours=0), post("bridge0", BRIDGE[0], hours=0))
    city.follow()
    first = Window(city.now - timedelta(hours=1), city.now + timedelta(hours=1))
    city.now += timedelta(hours=3)
    city.put(post("water1", WATER[1], hours=3))
    city.follow()
    assert city.together("water0", "water1")
    later = Window(city.now - timedelta(hours=1), city.now + timedelta(hours=1))

    def found(window: Window, *, small: bool) -> set[str]:
        return {row.filed.incident.id for row in desk.find(Wanted(found=window, small=small)).rows}

    water, bridge = city.incident_of("water0"), city.incident_of("bridge0")
    assert (found(first, small=False), found(later, small=False)) == (set(), {water})
    assert (found(first, small=True), found(later, small=True)) == ({bridge}, {water})


def test_what_presses_is_going_on_or_has_a_clock(city: City, desk: Desk, water: str) -> None:
    """What is closed with the law's clock still running presses, what is dismissed does not; clocks come first."""
    grave = Given(grounds=("emergency",), emergency=Grade.MAJOR, reason="管网爆裂")
    for stage, given in (
        (Stage.JUDGED, grave),
        (Stage.RATED, Given(level="red")),
        (Stage.ASSIGNED, Given(lead_department="zhujian", due=city.now + timedelta(hours=9))),
        (Stage.HANDLED, Given(report="已修复")),
        (Stage.ANSWERED, Given(link=LINK)),
        (Stage.CLOSED, Given(reason="已恢复")),
    ):
        desk.move(water, stage, OFFICER, given)
    bridge = city.incident_of("bridge0")
    rows = desk.find(Wanted(pressing=True), sort=Sort.URGENT).rows
    assert rows[0].filed.incident.id == water
    assert [clock.rule.id for clock in rows[0].running] == ["authoritative_information", "press_conference"]
    desk.move(bridge, Stage.DISMISSED, OFFICER, Given(reason="误报"))
    assert bridge not in ids(desk, pressing=True)


def test_a_post_knows_its_incident(city: City, desk: Desk, water: str) -> None:
    """What it came to, or what that was merged into; none for others."""
    filed = desk.incident_of("weibo:water1")
    assert filed is not None
    assert filed.incident.id == water
    assert desk.incident_of("weibo:never") is None


def test_of_two_officers_one_wins(desk: Desk, water: str) -> None:
    """Both have looked at the same; the second is told who was faster and what is possible now, and nothing of theirs is kept."""
    desk.move(water, Stage.JUDGED, OFFICER, DUTY, seen=0)
    with pytest.raises(Conflict, match="wang has made it judged") as told:
        desk.move(water, Stage.DISMISSED, OFFICER._replace(user="li"), Given(reason="误报"), seen=0)
    assert told.value.possible == ("rated", "judged", "dismissed")
    assert (told.value.by, told.value.to) == ("wang", "judged")
    assert desk.show(water, OFFICER).row.filed.incident.records == 1


def test_of_two_officers_in_the_same_moment_one_wins(city: City, desk: Desk, water: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the second has looked before the first had written."""
    create, other = city.records.create, Desk(city.reader, city.office, city.rules, clock=city.clock)

    def slow(*given: object) -> object:
        monkeypatch.undo()
        desk.move(water, Stage.JUDGED, OFFICER, DUTY)
        return create(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(type(city.records), "create", lambda self, *given: slow(*given))
    with pytest.raises(Conflict):
        other.move(water, Stage.DISMISSED, OFFICER, Given(reason="误报"))
    assert desk.show(water, OFFICER).row.filed.incident.state is Stage.JUDGED


def test_an_officer_and_the_follower_don_t_disturb_each_other(city: City, desk: Desk, water: str) -> None:
    """Posts that come in while somebody moves an incident are counted, and the step stands."""
    city.put(post("late", "东湖小区停水第四天，物业电话没人接", hours=3))
    follower = city.follower()
    write = follower._file

    def after_an_officer(change: object) -> bool:
        if desk.show(water, OFFICER).row.filed.incident.state is Stage.FOUND:
            desk.move(water, Stage.JUDGED, OFFICER, DUTY)
        return write(change)  # type: ignore[arg-type]

    follower._file = after_an_officer  # type: ignore[method-assign,assignment]
    posts = city.incidents()[water].posts
    city.follow(follower)
    city.refresh()
    filed = city.incidents()[water]
    assert (filed.posts, filed.incident.state) == (posts + 1, Stage.JUDGED)


@pytest.mark.parametrize("write", [1, 2])
def test_a_step_that_was_recorded_stands(city: City, desk: Desk, water: str, write: int) -> None:
    """Whoever dies after the record and before the incident has moved has moved it; clocks run from then."""
    end = kill_at(city, write, answered=True)
    with pytest.raises(Killed):
        desk.move(water, Stage.JUDGED, OFFICER, DUTY)
    end()
    shown = desk.show(water, OFFICER)
    assert (shown.row.filed.incident.state, len(shown.records)) == (Stage.JUDGED, 1)
    read = city.records.get(INCIDENTS, water)
    assert read is not None
    assert read.body.ends_at == shown.clocks[0].due_at


def test_what_is_out_of_order_is_refused(desk: Desk, water: str) -> None:
    """It says what is possible, and an unknown incident is named."""
    with pytest.raises(NotAllowed) as told:
        desk.move(water, Stage.CLOSED, OFFICER, Given(reason="x"))
    assert told.value.possible == ("judged", "dismissed")
    with pytest.raises(NoSuchCase, match="inc-none"):
        desk.show("inc-none", OFFICER)


def test_the_way_to_the_end(city: City, desk: Desk, water: str) -> None:
    """Judged, rated, assigned, handled, answered, closed and reviewed, each with its record."""
    steps = [
        (Stage.JUDGED, DUTY, OFFICER),
        (Stage.RATED, Given(level="yellow"), OFFICER),
        (Stage.ASSIGNED, Given(lead_department="zhujian", due=city.now + timedelta(hours=9)), OFFICER),
        (Stage.HANDLED, Given(report="水泵已更换"), HANDLER),
        (Stage.ANSWERED, Given(link=LINK), HANDLER),
        (Stage.CLOSED, Given(reason="已恢复供水"), OFFICER),
        (Stage.REVIEWED, Given(review="加强巡检"), OFFICER),
    ]
    for number, (stage, given, by) in enumerate(steps):
        city.now += timedelta(minutes=10)
        desk.move(water, stage, by, given, seen=number)
    shown = desk.show(water, OFFICER)
    assert [record.to for record in shown.records] == [stage for stage, _, _ in steps]
    assert shown.row.filed.ends_at is None
    assert {clock.state.value for clock in shown.clocks} == {"met"}
