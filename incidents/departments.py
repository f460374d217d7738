"""Which departments an incident is proposed to, from its topic and the accounts that it concerns."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from config.accounts import MonitoredAccount
from config.incidents import Routing
from config.topics import OwnTopic, TopicEntry


class Lead(NamedTuple):
    """A proposal: an officer assigns."""

    department: str | None  # None where neither topic nor coordinator says
    concerned: tuple[str, ...]  # all that have to do with it
    reason: str  # for people, in Chinese
    source: str  # of the rule


def propose_lead(
    named: Sequence[str],
    accounts: Sequence[str],
    topics: Sequence[TopicEntry | OwnTopic],
    matrix: Mapping[str, MonitoredAccount],
    routing: Routing,
) -> Lead:
    """The one department that is concerned, or the coordinator where there are several or none (属地管理、谁主管谁负责).

    The coordinator's own accounts are spoken to about everybody's matters, so beside one other department it is not concerned itself.
    Of several it is the one that both the topic and the accounts point to. `named` are the topics of what is to be handled, by name;
    `topics` are all that the office has.
    """
    by_topic = [department for entry in topics if entry.name in named for department in entry.departments]
    by_account = [department for account in accounts if account in matrix and (department := matrix[account].department) is not None]
    concerned = tuple(dict.fromkeys([*by_topic, *by_account]))
    others = [department for department in concerned if department != routing.coordinator] or list(concerned)
    if len(others) == 1:
        return Lead(others[0], concerned, "仅涉及一个部门" if len(concerned) == 1 else "除统筹部门外仅涉及一个部门", routing.source)
    both = [department for department in others if department in by_topic and department in by_account]
    if len(both) == 1:
        return Lead(both[0], concerned, "话题与账号同属一个部门", routing.source)
    reason = "涉及多个部门，由统筹部门牵头" if concerned else "未能判断部门，由统筹部门研判"
    return Lead(routing.coordinator, concerned, reason, routing.source)
