"""Which departments an incident is proposed to, from its topic and the accounts that it concerns."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from config.accounts import MonitoredAccount
from config.incidents import Routing
from config.topics import TopicEntry


class Lead(NamedTuple):
    """A proposal: an officer assigns."""

    department: str | None  # None where neither topic nor coordinator says
    concerned: tuple[str, ...]  # all that have to do with it
    reason: str  # for people, in Chinese
    source: str  # of the rule


def propose_lead(
    topic: str | None, accounts: Sequence[str], topics: Sequence[TopicEntry], matrix: Mapping[str, MonitoredAccount], routing: Routing
) -> Lead:
    """The one department that is concerned, or the coordinator where there are several or none (属地管理、谁主管谁负责)."""
    by_topic = next((entry.departments for entry in topics if entry.name == topic), ())
    by_account = [matrix[account].department for account in accounts if account in matrix]
    concerned = tuple(dict.fromkeys([*by_topic, *(department for department in by_account if department is not None)]))
    if len(concerned) == 1:
        return Lead(concerned[0], concerned, "仅涉及一个部门", routing.source)
    reason = "涉及多个部门，由统筹部门牵头" if concerned else "未能判断部门，由统筹部门研判"
    return Lead(routing.coordinator, concerned, reason, routing.source)
