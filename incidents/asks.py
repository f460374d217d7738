"""Whether a post asks for something, and for what: by the words that the office has listed, so that everybody can see why."""

import enum
from collections.abc import Sequence
from typing import NamedTuple

from config.incidents import RequestKindRule
from matching.fold import fold
from nlp.asks import AskWords
from streams.messages import AskKind


class RequestKind(enum.StrEnum):
    """What a citizen asks for, and is to be given an answer to."""

    REPORT = "report"  # 举报, against a department or a person: for its readers alone
    COMPLAINT = "complaint"  # 投诉
    HELP = "help"  # 求助
    QUESTION = "question"  # 咨询
    SUGGESTION = "suggestion"  # 建议


class Ask(NamedTuple):
    """What was found in a text."""

    kind: RequestKind
    words: tuple[str, ...]  # of the text, that say so; none where only the voice of the text does


class Heard(NamedTuple):
    """What the tagger says of a text: what its author asks for, or that he asks for nothing; `by_person` where a correction says it instead."""

    asks: AskKind | None
    by_person: bool = False


class Asks:
    """Knows the office's words; see `nlp.asks.AskWords`, which finds them."""

    def __init__(self, kinds: Sequence[RequestKindRule]) -> None:
        self._words = AskWords(kinds)

    def find(self, text: str, heard: Heard | None = None) -> Ask | None:
        """What a text asks for, or None. Whether its author is a private one is for the caller to know.

        The words decide the kind, unless a person did. What the tagger heard decides whether it is the author who asks, and not somebody that the text
        tells of; where nothing was heard (None), words alone will do. Praise asks for nothing. Words of a report (举报) make one
        whatever was heard: a report that is taken for anything else would be open to those whom it is against.
        """
        found = self._words.find(fold(text))
        if found is not None and found.kind is AskKind.REPORT:
            return Ask(RequestKind.REPORT, found.words)
        if heard is not None and heard.asks in {None, AskKind.PRAISE}:
            return None
        if found is not None and not (heard is not None and heard.by_person and heard.asks is not found.kind):
            return Ask(RequestKind(found.kind.value), found.words)
        return None if heard is None or heard.asks is None else Ask(RequestKind(heard.asks.value), ())
