"""Groups JSON lines: posts in time order in, for each the incident that it ends up in, after all merges.

A post that shares its group with no other and is no candidate (not negative, asks for nothing, doesn't spread) belongs to
none. A line without `sentiment` is tagged; one without `forwards` and `comments` doesn't spread.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from config.incidents import CandidateRules
from incidents.asks import Asks
from incidents.candidates import is_candidate
from incidents.errors import BadLine
from incidents.grouping import Grouper
from incidents.state import Arrival

Sentiments = Callable[[Sequence[str]], Sequence[tuple[int, float]]]  # of texts: −1, 0 or 1, and how sure

_OUT_OF_ORDER = timedelta(hours=24)  # a post this much older than one before it makes grouping worse: worth telling
_COUNTS = ("forwards", "comments")


class Line(NamedTuple):
    """A usable line."""

    arrival: Arrival
    sentiment: tuple[int, float] | None  # None where the line doesn't say
    spread: int


class _Kept(NamedTuple):
    """What is remembered of a line until the end."""

    id: str | None
    error: str | None = None


class LineGrouper:
    """Takes lines as they come and answers at the end. Remembers ids, not texts."""

    def __init__(self, grouper: Grouper, rules: CandidateRules, asks: Asks, *, sentiments: Sentiments, zone: ZoneInfo) -> None:
        self._grouper, self._rules, self._asks, self._sentiments, self._zone = grouper, rules, asks, sentiments, zone
        self._lines: list[_Kept] = []
        self._groups: dict[str, str] = {}  # by post
        self._into: dict[str, str] = {}
        self._with_candidate: set[str] = set()
        self._newest: datetime | None = None
        self.unusable = 0
        self.out_of_order = 0

    def add(self, lines: Sequence[bytes]) -> None:
        """Group the next lines. A post that was there before stays where it is."""
        fresh: dict[str, Line] = {}
        for content in lines:
            line = self._read(content)
            if line is not None and line.arrival.id not in self._groups:
                fresh.setdefault(line.arrival.id, line)
        update = self._grouper.add([line.arrival for line in fresh.values()])
        self._groups.update(zip(fresh, update.groups, strict=True))
        self._into.update({merge.gone: merge.into for merge in update.merges})
        for line, felt in zip(fresh.values(), self._felt([*fresh.values()]), strict=True):
            if is_candidate(line.arrival.text, felt, line.spread, self._rules, self._asks):
                self._with_candidate.add(self._groups[line.arrival.id])

    def finish(self) -> Iterator[dict[str, Any]]:
        """One answer for each line, in order: `id` and `incident`, and `error` where the line could not be used."""
        self._into.update({merge.gone: merge.into for merge in self._grouper.settle()})
        final = {post: self._last(group) for post, group in self._groups.items()}
        sizes = Counter(final.values())
        candidates = {self._last(group) for group in self._with_candidate}
        for place, line in enumerate(self._lines, 1):
            if line.error is not None or line.id is None:
                yield {"id": line.id, "incident": None, "line": place, "error": line.error}
                continue
            group = final[line.id]
            yield {"id": line.id, "incident": group if sizes[group] > 1 or group in candidates else None}

    def _read(self, content: bytes) -> Line | None:
        fields: dict[str, Any] = {}
        try:
            fields.update(_decode(content))
            line = _line(fields, self._zone)
        except BadLine as error:
            known = fields.get("id")
            self._lines.append(_Kept(known if isinstance(known, str) else None, str(error)))
            self.unusable += 1
            return None
        self._lines.append(_Kept(line.arrival.id))
        if self._newest is not None and self._newest - line.arrival.at > _OUT_OF_ORDER:
            self.out_of_order += 1
        self._newest = max(self._newest or line.arrival.at, line.arrival.at)
        return line

    def _felt(self, lines: Sequence[Line]) -> Iterator[tuple[int, float]]:
        tagged = iter(self._sentiments([line.arrival.text for line in lines if line.sentiment is None]))
        for line in lines:
            yield next(tagged) if line.sentiment is None else line.sentiment

    def _last(self, group: str) -> str:
        while group in self._into:
            group = self._into[group]
        return group


def _decode(content: bytes) -> dict[str, Any]:
    if not content.strip():
        raise BadLine("empty", "an empty line")
    try:
        value = _json(content)
    except UnicodeDecodeError as error:
        raise BadLine("not_utf8", f"not UTF-8 at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise BadLine("not_json", f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadLine("not_object", 'not a JSON object: write {"id": …, "published_at": …, "text": …}')
    return value


def _json(content: bytes) -> Any:
    """Read JSON; lone surrogates, which the fast reader refuses, are let through: the words around them count."""
    try:
        return msgspec.json.decode(content)
    except msgspec.DecodeError:
        return json.loads(content.decode("utf-8-sig"))


def _line(fields: dict[str, Any], zone: ZoneInfo) -> Line:
    identifier, text = fields.get("id"), fields.get("text")
    if isinstance(identifier, int) and not isinstance(identifier, bool):
        identifier = fields["id"] = str(identifier)
    if not isinstance(identifier, str) or not identifier:
        raise BadLine("no_id", "no id: give each post a text or number of its own")
    if not isinstance(text, str):
        raise BadLine("no_text", "no text" if text is None else "text is not a string")
    counts = [value for name in _COUNTS if isinstance(value := fields.get(name), int) and value > 0]
    return Line(Arrival(identifier, _time(fields.get("published_at"), zone), text), _given_sentiment(fields), sum(counts))


def _time(given: Any, zone: ZoneInfo) -> datetime:
    """Read ISO 8601; without an offset it is the office's time."""
    if not isinstance(given, str):
        raise BadLine("no_time", "no published_at" if given is None else "published_at is not a string")
    try:
        at = datetime.fromisoformat(given.strip())
        return at if at.tzinfo else at.replace(tzinfo=zone)
    except ValueError as error:
        raise BadLine("bad_time", f"published_at is not a time: {given[:40]!r}; write it like 2026-11-03T18:55:00+08:00") from error


def _given_sentiment(fields: dict[str, Any]) -> tuple[int, float] | None:
    sentiment, score = fields.get("sentiment"), fields.get("sentiment_score", 1.0)
    if sentiment not in (-1, 0, 1) or isinstance(sentiment, bool) or not isinstance(score, int | float):
        return None
    return int(sentiment), float(score)
