"""The account matrix: which accounts the office watches, by which names people speak of them, which department runs each, and where."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from config.errors import ConfigError, Problem
from config.lines import Document, read_yaml
from config.settings import Settings

FILE = "accounts.yaml"
SECTIONS = ("departments", "places", "accounts")  # lists
ASSESSMENT = "assessment"

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Weight = Annotated[float, Field(ge=0, le=1)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]


class Entry(BaseModel):
    """One entry of a file that an office edits: frozen, and no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Department(Entry):
    """A department of the government, to which topics and accounts belong."""

    id: Id
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Place(Entry):
    """A part of the office's area, to which accounts belong: a district, a county, the city itself."""

    id: Id
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class MonitoredAccount(Entry):
    """One account of the matrix. A post concerns it when it says one of its names or keywords, is by it, or answers it."""

    id: Id
    name: Word  # as the platforms show it
    department: Id | None = None
    place: Id | None = None
    aliases: tuple[Word, ...] = ()  # other names by which only this account is meant
    keywords: tuple[Word, ...] = ()  # words that concern it; several accounts may share one
    excluded: tuple[Word, ...] = ()  # phrases in which a name or keyword does not mean it
    platforms: dict[str, Annotated[str, StringConstraints(min_length=1)]] = Field(default_factory=dict)  # platform: its id there

    @property
    def names(self) -> tuple[str, ...]:
        """The name and the aliases."""
        return (self.name, *self.aliases)


class Assessment(Entry):
    """How accounts are assessed. The days of the veto are those of 国办秘函〔2019〕19号; no source publishes weights for a quality score."""

    silent_days: Annotated[int, Field(ge=1, le=366)] = 14  # without update up to the period's last day: the veto
    answered_weight: Weight = 0.5  # share of posts that anybody forwarded or commented on
    original_weight: Weight = 0.3  # share of posts that are the account's own
    depth_weight: Weight = 0.2  # how much the middle post is talked about, as a logarithm
    full_depth: Annotated[int, Field(ge=1)] = 100  # forwards and comments of the middle post that count as full

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if not self.original_weight:  # the one part that is always known
            raise ValueError("original_weight must be more than 0: it is all there is where no counts are known")
        return self


class Matrix(Entry):
    """All of accounts.yaml."""

    departments: tuple[Department, ...] = ()
    places: tuple[Place, ...] = ()
    accounts: tuple[MonitoredAccount, ...] = ()
    assessment: Assessment = Assessment()


def read_accounts(document: Document) -> tuple[Matrix, list[Problem]]:
    """Check accounts.yaml; what is right comes back beside every problem of the rest."""
    problems = [*document.problems, *document.unknown_sections((*SECTIONS, ASSESSMENT))]
    built: dict[str, list[tuple[int, Entry]]] = {name: [] for name in SECTIONS}
    for section, model in (("departments", Department), ("places", Place), ("accounts", MonitoredAccount)):
        found, wrong = document.entries(section, model)
        problems += wrong
        built[section] = [*found.items()]
        problems += twice(
            document,
            section,
            [(index, entry.id) for index, entry in built[section] if isinstance(entry, Department | Place | MonitoredAccount)],
        )
    accounts = [(index, entry) for index, entry in built["accounts"] if isinstance(entry, MonitoredAccount)]
    departments = [entry for _, entry in built["departments"] if isinstance(entry, Department)]
    places = [entry for _, entry in built["places"] if isinstance(entry, Place)]
    problems += _shared_names(document, accounts)
    problems += _shared_ids(document, accounts)
    problems += _strangers(document, accounts, "department", {department.id for department in departments})
    problems += _strangers(document, accounts, "place", {place.id for place in places})
    assessment, wrong = _assessment(document)
    matrix = Matrix(
        departments=tuple(departments), places=tuple(places), accounts=tuple(account for _, account in accounts), assessment=assessment
    )
    return matrix, [*problems, *wrong]


def _assessment(document: Document) -> tuple[Assessment, list[Problem]]:
    given = document.data.get(ASSESSMENT) if isinstance(document.data, dict) else None
    built, problems = (None, []) if given is None else document.build(Assessment, (ASSESSMENT,), given)
    return built or Assessment(), problems


def twice(document: Document, section: str, ids: Sequence[tuple[int, str]]) -> list[Problem]:
    """Say which ids stand twice in a section."""
    first: dict[str, int] = {}
    problems = []
    for index, name in ids:
        if name in first:
            line = document.lines.get((section, first[name]))
            problems.append(
                document.problem((section, index, "id"), f"{name!r} is taken already by {section}[{first[name]}] in line {line}")
            )
        first.setdefault(name, index)
    return problems


def _shared_names(document: Document, accounts: Iterable[tuple[int, MonitoredAccount]]) -> list[Problem]:
    owner: dict[str, MonitoredAccount] = {}
    problems = []
    for index, account in accounts:
        places = [(("accounts", index, "name"), account.name)]
        places += [(("accounts", index, "aliases", number), alias) for number, alias in enumerate(account.aliases)]  # type: ignore[misc]
        for path, name in places:
            holder = owner.setdefault(name.casefold(), account)
            if holder.id != account.id:
                problems.append(
                    document.problem(path, f"{name!r} is a name of {holder.id} too; a name must mean one account (use keywords)")
                )
    return problems


def _shared_ids(document: Document, accounts: Iterable[tuple[int, MonitoredAccount]]) -> list[Problem]:
    owner: dict[tuple[str, str], str] = {}
    problems = []
    for index, account in accounts:
        for platform, native in account.platforms.items():
            holder = owner.setdefault((platform, native), account.id)
            if holder != account.id:
                problems.append(document.problem(("accounts", index, "platforms", platform), f"{native!r} is the id of {holder} too"))
    return problems


def _strangers(document: Document, accounts: Iterable[tuple[int, MonitoredAccount]], what: str, known: set[str]) -> list[Problem]:
    return [
        document.problem(("accounts", index, what), f"no such {what}: {named!r}; it must stand under {what}s")
        for index, account in accounts
        if (named := getattr(account, what)) is not None and named not in known
    ]


def load_accounts(settings: Settings) -> tuple[MonitoredAccount, ...]:
    """Read the monitored accounts. Raises ConfigError with every problem of the file; `config.check` reads all files together."""
    matrix, problems = read_accounts(read_yaml(settings.config_dir / FILE))
    if problems:
        raise ConfigError(problems)
    return matrix.accounts
