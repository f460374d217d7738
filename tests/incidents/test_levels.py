"""Which level is proposed, and what is said for it."""

import msgspec
import pytest

from config.accounts import MonitoredAccount
from config.topics import TopicEntry
from incidents.departments import propose_lead
from incidents.levels import Measures, propose
from tests.incidents.desk import RULES

QUIET = Measures(posts=1, growth=0, spread=0, accounts=1, negative=1)


def level(**more: int) -> str:
    return propose(msgspec.structs.replace(QUIET, **more), RULES.levels).level


def test_a_quiet_incident_is_blue() -> None:
    """Every incident has a level; the last needs nothing."""
    proposal = propose(QUIET, RULES.levels)
    assert (proposal.level, proposal.reached) == ("blue", ())
    assert proposal.reason == "建议蓝色：未达到更高级别的条件"
    assert proposal.source


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"posts": 499, "growth": 99, "negative": 0}, "orange"),
        ({"posts": 500, "growth": 100, "negative": 0}, "red"),
        ({"posts": 500, "growth": 0, "negative": 0}, "blue"),  # one threshold is not two
        ({"posts": 500, "growth": 0, "negative": 500}, "blue"),  # dissatisfied is what incidents are made of
        ({"posts": 20, "growth": 8, "negative": 0}, "yellow"),
        ({"accounts": 5, "spread": 10_000}, "red"),
        ({"posts": 20, "accounts": 2}, "yellow"),
    ],
)
def test_a_level_needs_enough_of_its_thresholds(more: dict[str, int], expected: str) -> None:
    """Two of those given, each at its edge; the most urgent level that is reached."""
    assert level(**more) == expected


@pytest.mark.parametrize(("posts", "expected"), [(4, "blue"), (5, "yellow")])
def test_an_office_may_ask_for_a_share_of_negative_posts(posts: int, expected: str) -> None:
    """Of four posts a share says nothing."""
    rules = [rule.model_copy(update={"negative_share": 0.5}) if rule.id == "yellow" else rule for rule in RULES.levels]
    assert propose(Measures(posts=posts, growth=0, spread=0, accounts=2, negative=posts), rules).level == expected


def test_the_reason_names_what_was_observed_and_what_was_asked() -> None:
    """An officer sees the numbers behind the colour."""
    proposal = propose(Measures(posts=120, growth=40, spread=50, accounts=1, negative=90), RULES.levels)
    assert proposal.reason == "建议橙色：帖文120条（≥100）、近1小时新增40条（≥30）"
    assert proposal.reached[0].observed == 120


def test_no_posts_are_no_error() -> None:
    """An incident whose posts were all withdrawn is blue."""
    assert level(posts=0, negative=0, accounts=0) == "blue"


TOPICS = (TopicEntry(name="城乡建设", departments=("zhujian",)), TopicEntry(name="交通运输", departments=("jiaotong", "gongan")))
MATRIX = {
    "ditie": MonitoredAccount(id="ditie", name="云溪地铁", department="jiaotong"),
    "fabu": MonitoredAccount(id="fabu", name="云溪发布"),
    "sf": MonitoredAccount(id="sf", name="云溪宣传", department="xuanchuan"),
}


@pytest.mark.parametrize(
    ("topic", "accounts", "department", "concerned"),
    [
        ("城乡建设", [], "zhujian", ("zhujian",)),
        ("城乡建设", ["fabu", "gone"], "zhujian", ("zhujian",)),
        ("城乡建设", ["ditie"], "xuanchuan", ("zhujian", "jiaotong")),
        ("交通运输", [], "xuanchuan", ("jiaotong", "gongan")),
        ("城乡建设", ["sf"], "zhujian", ("zhujian", "xuanchuan")),
        ("交通运输", ["ditie", "sf"], "jiaotong", ("jiaotong", "gongan", "xuanchuan")),
        ("交通运输", ["sf"], "xuanchuan", ("jiaotong", "gongan", "xuanchuan")),
        (None, ["sf"], "xuanchuan", ("xuanchuan",)),
        (None, ["ditie"], "jiaotong", ("jiaotong",)),
        (None, [], "xuanchuan", ()),
        ("环境保护", [], "xuanchuan", ()),
    ],
)
def test_one_department_leads_and_several_are_coordinated(
    topic: str | None, accounts: list[str], department: str, concerned: tuple[str, ...]
) -> None:
    """Whose matter it is leads, also where the coordinator's account is spoken to; where it is several's or nobody's, the coordinator does."""
    lead = propose_lead((topic or "",), accounts, TOPICS, MATRIX, RULES.routing)
    assert (lead.department, lead.concerned) == (department, concerned)
    assert "61号" in lead.source


def test_without_coordinator_nobody_is_proposed() -> None:
    """An officer decides."""
    alone = RULES.routing.model_copy(update={"coordinator": None})
    assert propose_lead((), [], TOPICS, MATRIX, alone).department is None
