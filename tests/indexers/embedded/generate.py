"""Documents, queries, sorts and aggregations as hypothesis makes them, all within what the local store takes."""

import random
from typing import Any

from hypothesis import strategies as st

Json = dict[str, Any]

MAPPING: Json = {
    "dynamic": "strict",
    "properties": {
        "id": {"type": "keyword"},
        "k": {"type": "keyword", "ignore_above": 5},
        "ks": {"type": "keyword"},
        "n": {"type": "long"},
        "ns": {"type": "long"},
        "i": {"type": "integer"},
        "x": {"type": "double"},
        "f": {"type": "float"},
        "b": {"type": "boolean"},
        "d": {"type": "date"},
        "e": {"type": "date"},
        "t": {"type": "text"},
        "w": {"type": "text", "analyzer": "whitespace", "norms": False},
        "o": {"properties": {"k": {"type": "keyword"}, "n": {"type": "long"}}},
        "hidden": {"type": "keyword", "index": False, "doc_values": False},
    },
}

KEYWORDS = ["a", "b", "B", "ab", "abc", "水", "水库", "😀", "z z", 'q"\\', "toolong"]
INTEGERS = [-5, -1, 0, 1, 2, 3, 7, 100, 1000, 2**53]
FRACTIONS = [-1.5, 0.0, 0.1, 0.25, 2.5, 1e6]
DATES = [
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00.500Z",
    "2026-10-31T15:59:59.999Z",
    "2026-10-31T16:00:00Z",
    "2026-11-01",
    "2026-11-01T07:15:00+08:00",
    "2026-11-29T12:00:00Z",
    "2027-01-01T00:00:00Z",
    1793548800000,
]
PIECES = [
    "水库",
    "停水",
    "了",
    "三天",
    "Hello",
    "world",
    "foo_bar",
    "3.5",
    "it's",
    "，",
    "。",
    "😀",
    " ",
    "カタカナ",
    "ひら",
    "ＡＢ",
    "123",
]
WORDS = ["停水", "三天", "水库", "热线", "a", "B", "b"]
TEXT_FIELDS, KEYWORD_FIELDS = ["t", "w"], ["id", "k", "ks", "o.k"]
NUMBER_FIELDS, WHOLE_FIELDS, DATE_FIELDS = ["n", "i", "x", "f", "ns", "o.n"], ["n", "i", "o.n"], ["d", "e"]
SORTABLE = ["n", "i", "x", "d", "e", "k", "o.k", "o.n", "b"]
ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "+08:00", "America/St_Johns"]


_LIKELY = 0.8  # that a document has a field


def documents(seed: int, count: int) -> list[Json]:
    """Documents with values from small pools, so that much ties and much is missing."""
    chance = random.Random(seed)

    def some(pool: list[Any], most: int = 1) -> Any:
        if most == 1:
            return chance.choice(pool) if chance.random() < _LIKELY else None
        return chance.sample(pool, chance.randrange(most + 1))

    def text(pieces: list[str], glue: str) -> str | None:
        return glue.join(chance.choices(pieces, k=chance.randrange(7))) if chance.random() < _LIKELY else None

    return [
        {
            "id": f"{number:03}",
            "k": some(KEYWORDS),
            "ks": some(KEYWORDS[:-1], 3),
            "n": some(INTEGERS),
            "ns": some(INTEGERS, 2),
            "i": some(INTEGERS[:-1]),
            "x": some(FRACTIONS),
            "f": some(FRACTIONS),
            "b": some([True, False]),
            "d": some(DATES),
            "e": some(DATES),
            "t": text(PIECES, ""),
            "w": text(WORDS, " "),
            "o": some([{}, {"k": "a"}, {"k": "水", "n": 3}, {"n": -1}, None]),
            "hidden": some(["x"]),
        }
        for number in range(count)
    ]


def _text(pieces: list[str], glue: str) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(pieces), max_size=6).map(glue.join)


_keyword_term = st.builds(lambda f, v: {"term": {f: v}}, st.sampled_from(KEYWORD_FIELDS), st.sampled_from(KEYWORDS))
_number_term = st.builds(
    lambda f, v: {"term": {f: {"value": v}}}, st.sampled_from(NUMBER_FIELDS), st.sampled_from([*INTEGERS[:-1], 0.1, 2.5])
)
_date_term = st.builds(lambda f, v: {"term": {f: v}}, st.sampled_from(DATE_FIELDS), st.sampled_from([*DATES, "2026-11", "2026"]))
_terms = st.builds(
    lambda f, v: {"terms": {f: v}}, st.sampled_from(KEYWORD_FIELDS), st.lists(st.sampled_from(KEYWORDS), min_size=1, max_size=4)
)
_number_terms = st.builds(
    lambda f, v: {"terms": {f: v}}, st.sampled_from(WHOLE_FIELDS), st.lists(st.sampled_from(INTEGERS[:-2]), min_size=1, max_size=4)
)


def _bounds(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    lower = st.one_of(st.just({}), values.map(lambda v: {"gte": v}), values.map(lambda v: {"gt": v}))
    upper = st.one_of(st.just({}), values.map(lambda v: {"lte": v}), values.map(lambda v: {"lt": v}))
    return st.builds(lambda a, b: {**a, **b}, lower, upper).filter(bool)


_number_range = st.builds(
    lambda f, b: {"range": {f: b}}, st.sampled_from(NUMBER_FIELDS), _bounds(st.sampled_from([*INTEGERS[:-1], 0.1, 0.5, -1.25]))
)
_date_range = st.builds(
    lambda f, b, z: {"range": {f: {**b, **z}}},
    st.sampled_from(DATE_FIELDS),
    _bounds(st.sampled_from([*DATES[:-1], "2026-11", "2026-11-01||/M", "2026-10-31||+1d/d", "2026-11-01T07"])),
    st.sampled_from([{}, {"time_zone": "Asia/Shanghai"}, {"time_zone": "-03:30"}]),
)
_keyword_range = st.builds(
    lambda f, b: {"range": {f: b}}, st.sampled_from(["k", "ks", "id"]), _bounds(st.sampled_from([*KEYWORDS, "5", "", "a\\", "水座"]))
)
_prefix = st.builds(
    lambda f, v: {"prefix": {f: v}}, st.sampled_from([*KEYWORD_FIELDS, "t", "w"]), st.sampled_from(["a", "水", "1", "hel", ""])
)
_exists = st.builds(
    lambda f: {"exists": {"field": f}}, st.sampled_from([*KEYWORD_FIELDS, *NUMBER_FIELDS, *DATE_FIELDS, "t", "w", "b", "o", "nothing"])
)
_ids = st.builds(lambda v: {"ids": {"values": [f"{n:03}" for n in v]}}, st.lists(st.integers(0, 130), min_size=1, max_size=5))
_match = st.builds(
    lambda f, v, o: {"match": {f: {"query": v, **o}}},
    st.sampled_from(TEXT_FIELDS),
    st.one_of(_text(PIECES, ""), _text(WORDS, " ")),
    st.sampled_from([{}, {"operator": "and"}, {"minimum_should_match": 2}, {"minimum_should_match": "50%"}]),
)
_phrase = st.builds(
    lambda f, v: {"match_phrase": {f: v}},
    st.sampled_from(TEXT_FIELDS),
    st.one_of(_text(PIECES[:8], "").filter(bool), _text(WORDS, " ").filter(bool)),
)
text_queries = st.one_of(_match, _phrase)
leaves = st.one_of(
    _keyword_range,
    _keyword_term,
    _number_term,
    _date_term,
    _terms,
    _number_terms,
    _number_range,
    _date_range,
    _prefix,
    _exists,
    _ids,
    _match,
    _phrase,
    st.builds(lambda v: {"term": {"b": v}}, st.booleans()),
    st.just({"match_all": {}}),
    st.just({"match_none": {}}),
)


def _bools(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    some = st.lists(inner, min_size=1, max_size=3)
    parts = st.fixed_dictionaries(
        {}, optional={"must": some, "filter": some, "should": some, "must_not": some, "minimum_should_match": st.integers(0, 2)}
    )
    return st.one_of(parts.map(lambda p: {"bool": p}), inner.map(lambda q: {"constant_score": {"filter": q}}))


queries = st.recursive(leaves, _bools, max_leaves=6)
orders = st.sampled_from(["asc", "desc"])
sorts = st.builds(
    lambda keys, last: [*({f: {"order": o}} for f, o in keys), {"id": last}],
    st.lists(st.tuples(st.sampled_from(SORTABLE), orders), max_size=2, unique_by=lambda key: key[0]),
    orders,
)

metrics = st.one_of(
    st.builds(
        lambda m, f: {m: {"field": f}}, st.sampled_from(["min", "max", "avg", "sum", "stats"]), st.sampled_from([*NUMBER_FIELDS, "d"])
    ),
    st.builds(
        lambda m, f: {m: {"field": f}},
        st.sampled_from(["value_count", "cardinality"]),
        st.sampled_from(["k", "ks", "n", "d", "b", "nothing"]),
    ),
    st.builds(lambda f: {"percentiles": {"field": f, "percents": [0, 50, 90, 100]}}, st.sampled_from(["i", "x"])),
    st.builds(
        lambda s, keys: {"top_hits": {"size": s, "sort": keys, "_source": ["id", "o.*"]}},
        st.integers(1, 3),
        sorts,
    ),
)
_terms_order = st.sampled_from(
    [{}, {"order": {"_key": "desc"}}, {"order": {"_count": "asc"}}, {"order": [{"_count": "desc"}, {"_key": "desc"}]}]
)


def _terms_of(values: Json, options: Json, order: Json) -> Json:
    return {"terms": {**values, **options, **order}}


_buckets = st.one_of(
    st.builds(
        _terms_of,
        st.sampled_from(
            [
                {"field": "k"},
                {"field": "ks", "include": ["a", "水", "ab"]},
                {"field": "ks", "exclude": ["a"]},
                {"field": "o.k", "missing": "none"},
                {"field": "n"},
                {"field": "ns"},
                {"field": "x"},
                {"field": "b"},
                {"field": "d"},
                {"field": "nothing"},
            ]
        ),
        st.sampled_from([{}, {"size": 2}, {"size": 1}, {"size": 50}, {"min_doc_count": 3}]),
        _terms_order,
    ),
    st.builds(
        lambda f, c, z, m: {"date_histogram": {"field": f, "calendar_interval": c, "time_zone": z, **m}},
        st.sampled_from(DATE_FIELDS),
        st.sampled_from(["day", "week", "month", "quarter", "year"]),
        st.sampled_from(ZONES),
        st.sampled_from([{}, {"min_doc_count": 1}, {"offset": "6h"}, {"extended_bounds": {"min": "2026-10-01", "max": "2026-12-01"}}]),
    ),
    st.builds(
        lambda f, i, o, m: {"date_histogram": {"field": f, "fixed_interval": i, **o, "min_doc_count": m}},
        st.sampled_from(DATE_FIELDS),
        st.sampled_from(["12h", "1d", "7d", "90m"]),
        st.sampled_from([{}, {"offset": "3h"}, {"offset": "-90m"}, {"time_zone": "Asia/Shanghai"}]),
        st.integers(0, 2),
    ).filter(lambda a: a["date_histogram"]["min_doc_count"] or a["date_histogram"]["fixed_interval"] != "90m"),
    st.builds(
        lambda f, i: {"histogram": {"field": f, "interval": i, "min_doc_count": 1}},
        st.sampled_from(["n", "i", "x"]),
        st.sampled_from([2, 5, 0.5, 50]),
    ),
    st.builds(
        lambda f, r: {"range": {"field": f, "ranges": r}},
        st.sampled_from(NUMBER_FIELDS),
        st.lists(
            st.sampled_from([{"to": 1}, {"from": 1, "to": 5}, {"from": 0, "key": "rest"}, {"from": -1.5, "to": 2.5}]),
            min_size=1,
            max_size=3,
            unique_by=str,
        ),
    ),
    st.builds(lambda q: {"filter": q}, queries),
    st.builds(lambda a, b: {"filters": {"filters": {"one": a, "two": b}}}, queries, queries),
    st.builds(lambda a, b: {"filters": {"filters": [a, b], "other_bucket_key": "rest"}}, queries, queries),
    st.builds(
        lambda f: {"missing": {"field": f}}, st.sampled_from(["k", "n", "d"])
    ),  # without a mapping the server counts its histograms twice
)
_composite_source = st.sampled_from(
    [
        {"one": {"terms": {"field": "k"}}},
        {"two": {"terms": {"field": "ks", "order": "desc"}}},
        {"three": {"terms": {"field": "n"}}},
        {"four": {"date_histogram": {"field": "d", "calendar_interval": "month", "time_zone": "Asia/Shanghai"}}},
        {"five": {"date_histogram": {"field": "e", "fixed_interval": "12h", "offset": "3h", "order": "desc"}}},
        {"six": {"terms": {"field": "b"}}},
    ]
)
composites = st.lists(_composite_source, min_size=1, max_size=3, unique_by=lambda one: next(iter(one)))


def _nested(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.builds(lambda outer, a, b: {**outer, "aggs": {"a": a, "b": b}}, _buckets, inner, metrics)


aggregations = st.recursive(st.one_of(_buckets, metrics), _nested, max_leaves=4)
