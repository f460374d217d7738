"""Reports never reach the one reported, and open to their readers alone."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.accounts import Department, MonitoredAccount, read_accounts
from config.incidents import ReportRules
from config.lines import read_yaml
from config.settings import PACKAGE_DIR
from incidents.asks import Ask, RequestKind
from incidents.people import Actor, Role
from incidents.reports import HIDDEN, may_go_to, may_read, reported_departments, route, visible_text
from incidents.requests import Request
from tests.incidents.desk import NOW, RULES

SHIPPED = read_accounts(read_yaml(PACKAGE_DIR / "accounts.yaml"))[0]
DEPARTMENTS: tuple[Department, ...] = SHIPPED.departments
MATRIX = {account.id: account for account in SHIPPED.accounts}
IDS = [department.id for department in DEPARTMENTS]
REPORTS: ReportRules = RULES.reports


def reported(text: str, accounts: tuple[str, ...] = ()) -> set[str]:
    return set(reported_departments(text, accounts, DEPARTMENTS, MATRIX, REPORTS))


def report(*departments: str, kind: RequestKind = RequestKind.REPORT) -> Request:
    ask = Ask(kind, ())
    return Request(id="req-1", post="weibo:1", kind=ask.kind, words=(), received_at=NOW, due_at=NOW, reported=departments)


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("举报市交通运输局某科长", "jiaotong"),
        ("举报交通运输局", "jiaotong"),
        ("举报交通局乱收费", "jiaotong"),
        ("举报云溪市住建局的人吃拿卡要", "zhujian"),
        ("举报住建分局", "zhujian"),
        ("举报人社局窗口索要红包", "renshe"),
        ("举报卫健委领导", "weijian"),
        ("举报文旅局", "wenlv"),
        ("举报公安局某副局长", "gongan"),
        ("举报 教育局，收钱办入学", "jiaoyu"),
        ("举报云溪交警收钱", "gongan"),
        ("举报平安云溪小编", "gongan"),
        ("举报市委宣传部", "xuanchuan"),
        ("向纪委举报没用，纪委的人也拿钱", "jiwei"),
        ("举报信访干部", "xinfang"),
        ("举报市信访局", "xinfang"),
    ],
)
def test_a_department_is_found_by_every_name_people_use(text: str, department: str) -> None:
    """In full, shortened, by its account, or as a receiver's name."""
    assert department in reported(text)


def test_mentioned_accounts_count_as_reported() -> None:
    """A post that mentions an account may be against who runs it."""
    assert reported("举报你们", ("yunxi-weijian", "no-such")) == {"weijian"}


def test_a_text_that_names_nobody_is_against_nobody() -> None:
    """Such a report goes the usual way of reports."""
    assert reported("举报隔壁饭店用地沟油") == set()


def test_a_report_goes_to_the_first_receiver_that_it_does_not_name() -> None:
    """The discipline office, else the letters office, else nobody."""
    assert route((), REPORTS).department == "jiwei"
    assert route(("jiaotong",), REPORTS).department == "jiwei"
    assert route(("jiwei",), REPORTS).department == "xinfang"
    assert route(("xinfang", "jiwei"), REPORTS).department is None
    assert route((), REPORTS.model_copy(update={"receivers": ()})).department is None


@given(st.lists(st.sampled_from(IDS), unique=True), st.permutations(REPORTS.receivers))
def test_no_routing_ever_reaches_the_reported(departments: list[str], receivers: list[object]) -> None:
    """Whoever is reported, in whatever order the receivers stand: never there, and only ever to a receiver."""
    rules = REPORTS.model_copy(update={"receivers": tuple(receivers)})
    chosen = route(tuple(departments), rules).department
    assert chosen not in departments
    assert chosen is None or chosen in {"jiwei", "xinfang"}


@given(
    st.text(max_size=30),
    st.lists(st.sampled_from([*(department.name for department in DEPARTMENTS), "纪检组", "信访办", "交通局", "住建局"]), max_size=4),
    st.text(max_size=30),
    st.lists(st.sampled_from(sorted(MATRIX)), max_size=3),
)
def test_from_text_to_route_nobody_who_is_named_receives(before: str, names: list[str], after: str, accounts: list[str]) -> None:
    """The whole way: whatever else stands in a text, a department named in it by its full name does not get it."""
    text = before + "，".join(names) + after
    named = {department.id for department in DEPARTMENTS if department.name in names}
    run = {MATRIX[account].department for account in accounts}
    found = reported_departments(text, accounts, DEPARTMENTS, MATRIX, REPORTS)
    chosen = route(found, REPORTS).department
    assert named | run <= set(found)
    assert chosen not in found


@pytest.mark.parametrize("text", ["举报市纪委监委", "举 报：市 纪 委", "举报ＪＩＷＥＩ", "市\u200b纪委"])
def test_tricks_of_writing(text: str) -> None:
    """Invisible characters hide no name; blanks and pinyin do, so a reader may add whom a report is against."""
    assert ("jiwei" in reported(text)) == (text in {"举报市纪委监委", "市\u200b纪委"})


def test_only_named_readers_outside_the_reported_departments_read() -> None:
    """Every role and department: the text opens to the shipped reader's role, unless the reader sits where it is against."""
    for role, department, against in itertools.product(Role, [None, *IDS], [(), ("zhujian",), ("zhujian", "jiwei")]):
        by = Actor("x", role, department)
        allowed = role is Role.ADMIN and department not in against
        assert may_read(report(*against), by, REPORTS) is allowed
        assert visible_text(report(*against), "正文", by, REPORTS) == ("正文" if allowed else HIDDEN)


@pytest.mark.parametrize("kind", [kind for kind in RequestKind if kind is not RequestKind.REPORT])
def test_other_requests_are_open_and_free_to_go(kind: RequestKind) -> None:
    """A complaint about a department goes to that department: it has to answer."""
    request = report("zhujian", kind=kind)
    assert may_go_to(request, "zhujian")
    assert may_read(request, Actor("x", Role.VIEWER), REPORTS)
    assert visible_text(request, "正文", Actor("x", Role.VIEWER), REPORTS) == "正文"


def test_a_reader_can_be_another_role() -> None:
    """The office names its readers; then an administrator doesn't read."""
    rules = REPORTS.model_copy(update={"readers": ("duty",)})
    assert may_read(report(), Actor("x", Role.DUTY), rules)
    assert not may_read(report(), Actor("x", Role.ADMIN), rules)


def test_the_reason_of_a_route_says_nothing_of_the_text() -> None:
    """It is shown beside the request to people who may not read it."""
    reasons = {route(against, REPORTS).reason for against in ((), ("jiwei",), ("jiwei", "xinfang"))}
    assert len(reasons) == 3
    assert not any(name in reason for reason in reasons for name in ("纪委", "信访局", "jiwei"))


def test_an_office_without_departments_finds_none() -> None:
    """An empty matrix is no error."""
    assert reported_departments("举报交通局", (), (), {}, REPORTS) == ()
    assert reported_departments("举报", ("x",), (), {"x": MonitoredAccount(id="x", name="云溪某某")}, REPORTS) == ()
