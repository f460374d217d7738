"""Reads what people type into the search box, and builds the query that both engines understand alike.

    地铁 停运             both words, cut as posts are cut
    "早高峰停运"          this very text, whatever the words are
    -演练                 without this
    地铁 OR 公交          either side
    topic:交通运输 sentiment:负面 asks:投诉 form:广告 account:metro platform:weibo kind:comment copies:weibo:1 from:2026-11-01 to:2026-11-07

Words and fields that stand side by side must all hold; OR binds weaker. Chinese quotes and colons do as well.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from elasticsearch.dsl import Q
from elasticsearch.dsl.query import Query

from indexers.errors import SearchBoxError
from indexers.reader import iso
from streams.messages import AskKind, Form, Kind

Cut = Callable[[str], Sequence[str]]
Chosen = TypeVar("Chosen", int, str)

QUOTES = {'"': '"', "“": "”", "「": "」"}
MINUSES = "-－"
SENTIMENTS = {"负面": -1, "negative": -1, "-1": -1, "中性": 0, "neutral": 0, "0": 0, "正面": 1, "positive": 1, "1": 1}
FORMS = {
    "本人": "voice",
    "自述": "voice",
    "新闻": "news",
    "广告": "advert",
    "官方": "official",
    **{form.value: form.value for form in Form},
}
ASKS = {
    "举报": "report", "投诉": "complaint", "求助": "help", "咨询": "question", "建议": "suggestion", "表扬": "praise",
    **{kind.value: kind.value for kind in AskKind},
}  # fmt: skip
TERMS = {"account": "accounts", "platform": "platform", "copies": "duplicate_of"}  # name in the box → field
CHOICES: Mapping[str, Mapping[str, str]] = {"form": FORMS, "asks": ASKS, "kind": {kind.value: kind.value for kind in Kind}}
FIELDS = ("topic", *TERMS, "sentiment", *CHOICES, "from", "to")
# A known name and its colon; or any other name in Latin letters, which is a mistake unless an address begins there.
_FIELD = re.compile(r"([A-Za-z_]+)[:：](?!//)")
_WORD = re.compile(r'[^\s"“「]+')


class Item(NamedTuple):
    """One thing that must hold, or must not. `field` is None for words, "" for a quoted phrase."""

    position: int
    excluded: bool
    field: str | None
    value: str


def parse(text: str, cut: Cut, zone: ZoneInfo) -> Query | None:
    """Build the query for what was typed; None for nothing. `cut` is the segmenter that cut the posts, dates are in `zone`.

    Raises SearchBoxError with the position of what can't be read.
    """
    groups: list[list[Item]] = [[]]
    bar = 0
    for item in scan(text):
        if item.field is not None or item.value != "OR" or item.excluded:
            groups[-1].append(item)
        elif not groups[-1]:
            raise SearchBoxError("OR 的左边没有内容", item.position)
        else:
            groups.append([])
            bar = item.position
    if not groups[-1]:
        if len(groups) == 1:
            return None
        raise SearchBoxError("OR 的右边没有内容", bar)
    sides = [_all_of(group, cut, zone) for group in groups]
    return sides[0] if len(sides) == 1 else Q("bool", should=sides, minimum_should_match=1)


def scan(text: str) -> Iterator[Item]:
    """Take apart what was typed. Raises SearchBoxError."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        start = at
        excluded = text[at] in MINUSES
        at += excluded
        name = _FIELD.match(text, at)
        if name is not None:
            if name[1].lower() not in FIELDS:
                raise SearchBoxError(f"没有“{name[1]}”这个字段，可用：{'、'.join(FIELDS)}", at)
            at = name.end()
        value, end = _value(text, at)
        quoted = text[at : at + 1] in QUOTES and at < len(text)
        if not value.strip():
            raise SearchBoxError("这里缺少内容", at if at < len(text) else start)
        yield Item(start, excluded, name[1].lower() if name else ("" if quoted else None), value)
        at = end


def _value(text: str, at: int) -> tuple[str, int]:
    """Read a quoted or a bare value; returns it and where it ends."""
    closing = QUOTES.get(text[at : at + 1])
    if closing is None:
        bare = _WORD.match(text, at)
        return (bare[0], bare.end()) if bare else ("", at)
    end = text.find(closing, at + 1)
    if end < 0:
        raise SearchBoxError("引号没有闭合", at)
    return text[at + 1 : end], end + 1


def _all_of(group: Sequence[Item], cut: Cut, zone: ZoneInfo) -> Query:
    wanted = [_one(item, cut, zone) for item in group if not item.excluded]
    unwanted = [_one(item, cut, zone) for item in group if item.excluded]
    return Q("bool", **({"filter": wanted} if wanted else {}), **({"must_not": unwanted} if unwanted else {}))


def _one(item: Item, cut: Cut, zone: ZoneInfo) -> Query:
    if item.field is None:
        return _words(item, cut)
    if item.field == "":
        return _phrase(item)
    if item.field in {"from", "to"}:
        day = _day(item, zone)
        return Q("range", published_at={"gte": iso(day)} if item.field == "from" else {"lt": iso(day + timedelta(days=1))})
    return _valued(item, item.field)


def _valued(item: Item, field: str) -> Query:
    if field == "topic":  # one that the tagger knows, or one of the office's own
        return Q("bool", should=[Q("term", topic=item.value), Q("term", own_topics=item.value)], minimum_should_match=1)
    if field in TERMS:
        return Q("term", **{TERMS[field]: item.value})
    if field == "sentiment":
        return Q("term", sentiment=_choice(item, SENTIMENTS))
    return Q("term", **{field: _choice(item, CHOICES[field])})


def _words(item: Item, cut: Cut) -> Query:
    words = cut(item.value)
    if not words:
        raise SearchBoxError(f"“{item.value}”里没有可搜索的词", item.position)
    return Q("term", tokens=words[0]) if len(words) == 1 else Q("match_phrase", tokens=" ".join(words))


def _phrase(item: Item) -> Query:
    if not any(character.isalnum() for character in item.value):
        raise SearchBoxError(f"“{item.value}”里没有可搜索的字", item.position)
    return Q("bool", should=[Q("match_phrase", text=item.value), Q("match_phrase", title=item.value)], minimum_should_match=1)


def _choice(item: Item, choices: Mapping[str, Chosen]) -> Chosen:
    chosen = choices.get(item.value.lower())
    if chosen is None:
        raise SearchBoxError(f"{item.field} 没有“{item.value}”这个值，可用：{'、'.join(choices)}", item.position)
    return chosen


def _day(item: Item, zone: ZoneInfo) -> datetime:
    """Give the midnight, in the office's zone, with which the day begins."""
    try:
        return datetime.strptime(item.value, "%Y-%m-%d").replace(tzinfo=zone)
    except ValueError as error:
        raise SearchBoxError(f"“{item.value}”不是日期，请写成 2026-11-03", item.position) from error
