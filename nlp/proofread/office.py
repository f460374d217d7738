"""What an office's files say of right and wrong: its lists of words, the names of its accounts, departments and places."""

from collections.abc import Iterator
from typing import NamedTuple, Self

from config.accounts import Department, MonitoredAccount, Place
from config.check import Office
from config.proofread import Proofreading, Wording
from nlp.proofread.findings import AGENCY, FORBIDDEN, LISTED, NAME, PLACE, SENSITIVE

_PERHAPS = 0.45  # a person whose name is nearly that of a listed one may be somebody else: it is told, and not put right
_SHORT = 2  # a name of so many characters is too often a part of something else to be looked for in a wrong form


class Entry(NamedTuple):
    """A listed word or phrase, and what it means where it stands."""

    word: str
    rule: str
    suggestion: str | None
    why: str | None
    except_: tuple[str, ...] = ()


class RightName(NamedTuple):
    """A name that is right as it stands here, and may stand in a text in a wrong form."""

    name: str
    rule: str
    confidence: float = 0.9  # that a name with a character of like sound or look is this one


class OfficeLists(NamedTuple):
    """All that an office has listed."""

    lists: Proofreading = Proofreading()
    accounts: tuple[MonitoredAccount, ...] = ()
    departments: tuple[Department, ...] = ()
    places: tuple[Place, ...] = ()

    @classmethod
    def of(cls, office: Office) -> Self:
        """Take them from the office's files."""
        return cls(office.proofreading, office.accounts, office.departments, office.places)

    def entries(self) -> Iterator[Entry]:
        """Every word that is wrong, forbidden or sensitive wherever it stands."""
        for word in self.lists.wrong:
            yield Entry(word.wrong, LISTED, word.right, None, word.except_)
        for rule, person in ((NAME, person) for person in self.lists.persons):
            yield from (Entry(wrong, rule, person.name, None) for wrong in person.wrong)
        for named in self.lists.names:
            yield from (Entry(wrong, named.kind, named.name, None) for wrong in named.wrong)
        yield from _wordings(self.lists.forbidden, FORBIDDEN)
        yield from _wordings(self.lists.sensitive, SENSITIVE)

    def right_names(self) -> Iterator[RightName]:
        """Every name long enough to be looked for in a wrong form."""
        yield from (RightName(person.name, NAME, _PERHAPS) for person in self.lists.persons if len(person.name) > _SHORT)
        for account in self.accounts:
            yield from (RightName(name, AGENCY) for name in (*account.names, *account.keywords) if len(name) > _SHORT)
        yield from (RightName(department.name, AGENCY) for department in self.departments if len(department.name) > _SHORT)
        yield from (RightName(place.name, PLACE) for place in self.places if len(place.name) > _SHORT)
        yield from (RightName(named.name, named.kind) for named in self.lists.names if len(named.name) > _SHORT)

    def kept(self) -> Iterator[str]:
        """Everything that is right as it stands."""
        yield from self.lists.keep
        yield from (person.name for person in self.lists.persons)
        yield from (named.name for named in self.lists.names)
        yield from (place.name for place in self.places)
        yield from (department.name for department in self.departments)
        for account in self.accounts:
            yield from (*account.names, *account.keywords, *account.excluded)


def _wordings(wordings: tuple[Wording, ...], rule: str) -> Iterator[Entry]:
    for wording in wordings:
        yield from (Entry(word, rule, wording.instead, wording.why, wording.except_) for word in wording.words)
