"""What the tagger knows of an office: whom it watches, what it listens for, and its own topics.

Plain values that can be sent to another process, which so need not read the office's files, nor load what checks them.
"""

from typing import TYPE_CHECKING, Self

import msgspec

if TYPE_CHECKING:
    from config.check import Office


class Watched(msgspec.Struct, frozen=True):
    """A monitored account by what it is called."""

    id: str
    names: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()  # phrases in which a name or keyword does not mean it


class TopicOfOffice(msgspec.Struct, frozen=True):
    """A topic of the office's own: see `config.topics.OwnTopic`."""

    name: str
    words: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    similar: float = 1.0


class AskRule(msgspec.Struct, frozen=True):
    """By which words a text asks for something: see `config.incidents.RequestKindRule`."""

    id: str
    words: tuple[str, ...]
    except_: tuple[str, ...] = ()


class Known(msgspec.Struct, frozen=True):
    """The parts of an office's configuration that tags depend on."""

    accounts: tuple[Watched, ...] = ()
    topics: tuple[TopicOfOffice, ...] = ()
    asks: tuple[AskRule, ...] = ()

    @classmethod
    def of(cls, office: "Office") -> Self:
        """Take them from the office's files."""
        kinds = office.incidents.requests.kinds if office.incidents else ()
        return cls(
            tuple(Watched(one.id, one.names, one.keywords, one.excluded) for one in office.accounts),
            tuple(TopicOfOffice(one.name, one.words, one.except_, one.examples, one.similar) for one in office.own_topics),
            tuple(AskRule(kind.id, kind.words, kind.except_) for kind in kinds),
        )


NOTHING = Known()
