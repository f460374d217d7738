"""Everything that an office edits, read and checked together: every problem at once, by file, line and key."""

from typing import NamedTuple

from config import accounts, alerts, incidents, proofread, sources, topics
from config.accounts import Assessment, Department, MonitoredAccount, Place
from config.alerts import AlertPlan
from config.errors import ConfigError, Problem
from config.incidents import IncidentRules
from config.lines import Document, read_yaml
from config.proofread import Proofreading
from config.settings import Settings
from config.sources import Source
from config.topics import OwnTopic, TopicEntry, Topics


class Office(NamedTuple):
    """What an office has configured."""

    departments: tuple[Department, ...]
    accounts: tuple[MonitoredAccount, ...]
    sources: tuple[Source, ...]
    topics: tuple[TopicEntry, ...]
    alerts: AlertPlan
    incidents: IncidentRules | None  # None only where its file has problems
    places: tuple[Place, ...] = ()
    assessment: Assessment = Assessment()
    own_topics: tuple[OwnTopic, ...] = ()
    proofreading: Proofreading = Proofreading()

    @property
    def every_topic(self) -> tuple[TopicEntry | OwnTopic, ...]:
        """The topics that the tagger knows and the office's own."""
        return (*self.topics, *self.own_topics)


def check_office(settings: Settings, *, secrets: bool = True) -> tuple[Office, tuple[Problem, ...]]:
    """Read every file of the office; what is right comes back beside every problem of the rest.

    Without `secrets` the environment need not have those of the channels.
    """
    matrix, problems = accounts.read_accounts(read_yaml(settings.config_dir / accounts.FILE))
    source_file = read_yaml(settings.config_dir / sources.FILE)
    found, wrong = sources.read_sources(source_file)
    topic_file = read_yaml(settings.config_dir / topics.FILE)
    subjects, amiss = topics.read_topics(topic_file)
    problems += [*wrong, *_unknown_accounts(source_file, found, matrix.accounts)]
    problems += [*amiss, *_unknown_departments(topic_file, subjects, matrix.departments)]
    plan, awry = alerts.read_alerts(alerts.open_document(settings), matrix.accounts, secrets=secrets)
    problems += awry
    rules, faulty = incidents.of_office(settings, {department.id for department in matrix.departments}, accounts.FILE)
    problems += faulty
    proofreading, bad = proofread.read_proofreading(proofread.open_document(settings))
    problems += bad
    office = Office(
        departments=matrix.departments,
        accounts=matrix.accounts,
        sources=tuple(found.values()),
        topics=tuple(subjects.topics.values()),
        alerts=plan,
        incidents=rules,
        places=matrix.places,
        assessment=matrix.assessment,
        own_topics=tuple(subjects.own.values()),
        proofreading=proofreading,
    )
    return office, tuple(problems)


def load_office(settings: Settings, *, secrets: bool = True) -> Office:
    """Read every file of the office. Raises ConfigError with every problem of all of them at once; see `check_office`."""
    office, problems = check_office(settings, secrets=secrets)
    if problems:
        raise ConfigError(problems)
    return office


def _unknown_accounts(document: Document, found: dict[int, Source], known: tuple[MonitoredAccount, ...]) -> list[Problem]:
    by_id = {account.id: account for account in known}
    problems = []
    for index, source in found.items():
        for path, name in source.account_ids.items():
            where = ("sources", index, *path)
            if name not in by_id:
                problems.append(document.problem(where, f"no such account: {name!r}; it must stand in {accounts.FILE}"))
            elif path[0] == "accounts" and source.platform not in by_id[name].platforms:
                problems.append(document.problem(where, f"{name!r} has no id for {source.platform}; add it under its platforms"))
    return problems


def _unknown_departments(document: Document, found: Topics, known: tuple[Department, ...]) -> list[Problem]:
    names = {department.id for department in known}
    return [
        document.problem((section, index, "departments", number), f"no such department: {name!r}; it must stand in {accounts.FILE}")
        for section, topics in (("topics", found.topics), ("own", found.own))
        for index, topic in topics.items()
        for number, name in enumerate(topic.departments)
        if name not in names
    ]
