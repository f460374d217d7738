"""What can go wrong while crawling. The messages name places and kinds of trouble, never what a person wrote or is called."""

from config.errors import YuqingError


class CrawlError(YuqingError):
    """Base of the errors of this package. `reason` is a short constant: it stands in the coverage ledger and on dead letters."""

    reason = "failed"


class PageError(CrawlError):
    """A page is not what the spider can read."""

    def __init__(self, reason: str, what: str) -> None:
        self.reason = reason
        super().__init__(what)


class Unusable(CrawlError):
    """A find can't become a post; it goes to the dead letters under this reason."""

    def __init__(self, reason: str, what: str) -> None:
        self.reason = reason
        super().__init__(what)


class DateError(CrawlError):
    """A text is no date that we know."""

    reason = "unreadable_date"


class CountError(CrawlError):
    """A text is no count that we know."""

    reason = "unreadable_count"


class KeyMissing(CrawlError):
    """The office's key for pseudonyms must be set and is not, or its file can't be used."""

    status = 2
    reason = "no_pseudonym_key"


class MappingError(CrawlError):
    """The file to take in does not have the columns that were named, or is no such file."""

    status = 2
    reason = "wrong_columns"
