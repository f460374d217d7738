"""What the tagger knows of an office: whom it watches, what it listens for, and its own topics."""

from typing import NamedTuple, Self

from config.accounts import MonitoredAccount
from config.check import Office
from config.incidents import RequestKindRule
from config.topics import OwnTopic


class Known(NamedTuple):
    """The parts of an office's configuration that tags depend on."""

    accounts: tuple[MonitoredAccount, ...] = ()
    topics: tuple[OwnTopic, ...] = ()
    asks: tuple[RequestKindRule, ...] = ()

    @classmethod
    def of(cls, office: Office) -> Self:
        """Take them from the office's files."""
        return cls(office.accounts, office.own_topics, office.incidents.requests.kinds if office.incidents else ())


NOTHING = Known()
