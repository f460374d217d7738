"""Reports (举报): never routed to the one reported, and their text for named readers alone (信访工作条例).

A report is never routed by its topic or by the accounts that it mentions, for these are as a rule the ones it is against.
It goes to the first of the office's receivers that it does not name; where it names all, to nobody: a reader decides.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from config.accounts import Department, MonitoredAccount
from config.incidents import Receiver, ReportRules
from incidents.people import Actor
from nlp.clean import normalise

HIDDEN = "（举报内容仅限指定人员查阅）"

_BODY = re.compile("[分支大总中]?[局委办部厅队处所院站]")


class Request(Protocol):
    """What of a request decides where it may go and who may read it."""

    @property
    def is_report(self) -> bool: ...
    @property
    def reported(self) -> tuple[str, ...]: ...


class Route(NamedTuple):
    """Where a report goes by itself."""

    department: str | None  # None: nowhere, a reader decides
    reason: str  # for people, in Chinese; says nothing of the text


def reported_departments(
    text: str, accounts: Iterable[str], departments: Sequence[Department], matrix: Mapping[str, MonitoredAccount], rules: ReportRules
) -> tuple[str, ...]:
    """Every department that a report may be against: named in the text, or running an account that it names or mentions.

    Rather one too many than one too few: a department that is only mentioned is kept from it too.
    """
    clean = normalise(text)
    mentioned = {matrix[account].department for account in accounts if account in matrix}
    mentioned |= {account.department for account in matrix.values() if any(normalise(name) in clean for name in account.names)}
    found = [department.id for department in departments if department.id in mentioned or _named(department.name, clean)]
    found += [receiver.department for receiver in rules.receivers if _names(receiver, clean) and receiver.department not in found]
    return tuple(found)


def route(reported: Sequence[str], rules: ReportRules) -> Route:
    """Where a report that may be against these departments goes by itself."""
    if not rules.receivers:
        return Route(None, "未设举报接收部门，由指定人员处理")
    free = next((receiver.department for receiver in rules.receivers if receiver.department not in reported), None)
    if free is None:
        return Route(None, "接收部门均被提及，由指定人员处理")
    first = rules.receivers[0].department == free
    return Route(free, "按举报接收顺序" if first else "按举报接收顺序，已回避被提及的部门")


def may_go_to(request: Request, department: str) -> bool:
    """Whether a request may be passed to a department, also by an officer's hand."""
    return not (request.is_report and department in request.reported)


def may_read(request: Request, by: Actor, rules: ReportRules) -> bool:
    """Whether the text opens to somebody: any signed-in user, or for a report a named role outside the departments reported."""
    if not request.is_report:
        return True
    return by.role.value in rules.readers and (by.department is None or by.department not in request.reported)


def visible_text(request: Request, text: str, by: Actor, rules: ReportRules) -> str:
    """The text as somebody may see it: whole, or a line that says that it is not for them."""
    return text if may_read(request, by, rules) else HIDDEN


def _names(receiver: Receiver, clean: str) -> bool:
    return any(normalise(name) in clean for name in receiver.names)


def _named(name: str, clean: str) -> bool:
    """Whether a department is named, in full or as people shorten it: 市住房和城乡建设局 as 城乡建设局, 住建局 or 住建分局.

    The two characters before 局, 委, 队 and their like need only stand in its name in that order.
    """
    whole = normalise(name)
    return whole in clean or any(_in_order(clean[max(0, body.start() - 2) : body.start()], whole) for body in _BODY.finditer(clean))


def _in_order(characters: str, name: str) -> bool:
    rest = iter(name)
    return len(characters) == 2 and all(character in rest for character in characters)  # noqa: PLR2004 - a pair
