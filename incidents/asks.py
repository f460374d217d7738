"""Whether a post asks for something, and for what: by the words that the office has listed, so that everybody can see why."""

import enum
import re
from collections.abc import Sequence
from typing import NamedTuple

from config.incidents import RequestKindRule
from nlp.clean import normalise


class RequestKind(enum.StrEnum):
    """What a citizen asks for."""

    REPORT = "report"  # 举报, against a department or a person: for its readers alone
    COMPLAINT = "complaint"  # 投诉
    HELP = "help"  # 求助
    QUESTION = "question"  # 咨询
    SUGGESTION = "suggestion"  # 建议


class Ask(NamedTuple):
    """What was found in a text."""

    kind: RequestKind
    words: tuple[str, ...]  # of the text, that say so


class Asks:
    """Knows the office's words. The first kind in the office's order one of whose words stands in a text is the text's;
    a report (举报) goes before all, wherever it stands in the list, since its text must not be opened by mistake.
    """  # noqa: D205 - one sentence

    def __init__(self, kinds: Sequence[RequestKindRule]) -> None:
        ordered = sorted(kinds, key=lambda kind: kind.id != RequestKind.REPORT.value)
        self._kinds = [(RequestKind(kind.id), _either(kind.words), _either(kind.except_)) for kind in ordered]

    def find(self, text: str) -> Ask | None:
        """What a text asks for, or None. Whether its author is a private one is for the caller to know."""
        clean = normalise(text)
        for kind, words, exceptions in self._kinds:
            rest = exceptions.sub("\n", clean) if exceptions else clean
            found = tuple(dict.fromkeys(words.findall(rest))) if words else ()
            if found:
                return Ask(kind, found)
        return None


def _either(words: Sequence[str]) -> re.Pattern[str] | None:
    """Any of the words, the longest where several begin alike; None where there are none."""
    ordered = sorted((normalise(word) for word in words), key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in ordered)) if ordered else None
