"""Tags JSON lines: one line out for one line in, in order, whatever stands in them."""

import codecs
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from nlp.tagger import Tagger
from streams.messages import Tags

_SHOWN = (
    "topic",
    "topic_score",
    "second_topic",
    "second_score",
    "own_topics",
    "own_topics_why",
    "sentiment",
    "sentiment_score",
    "form",
    "form_score",
    "asks",
    "asks_score",
    "language",
    "tokens",
    "keywords",
    "model",
    "tag_revision",
)


class Line(NamedTuple):
    """One line to write, without its line break."""

    content: bytes
    usable: bool


class _Unusable(Exception):
    """Why a line can't be tagged, and what of it can be given back."""

    def __init__(self, why: str, fields: dict[str, Any]) -> None:
        self.fields = fields
        super().__init__(why)


def tag_lines(lines: Sequence[bytes], tagger: Tagger, *, explain: bool = False) -> list[Line]:
    """Add the tags to each JSON object with a `text`, and as `because` the words that decided them; all its other fields stay.

    A line that can't be used comes back with `error`: an object with its fields, anything else as `line`.
    """
    read = [read_line(line) for line in lines]
    texts = [fields["text"] for fields, usable in read if usable]
    tags = map(_shown, tagger.tag_texts(texts)) if not explain else (_explained(tagger, text) for text in texts)
    return [write_line({**fields, **next(tags)}, usable=True) if usable else write_line(fields, usable=False) for fields, usable in read]


def read_line(line: bytes) -> tuple[dict[str, Any], bool]:
    """The fields of a line and whether it has a `text`; else with `error` among them."""
    try:
        return _fields(line), True
    except _Unusable as error:
        return {**error.fields, "error": str(error)}, False


def _fields(line: bytes) -> dict[str, Any]:
    try:
        value = _decode(line)
    except UnicodeDecodeError as error:
        raise _Unusable(f"invalid UTF-8 at byte {error.start}", _as_it_stood(line)) from error
    except (ValueError, RecursionError) as error:
        raise _Unusable(f"not JSON: {error}" if line.strip() else "an empty line", _as_it_stood(line)) from error
    if not isinstance(value, dict):
        raise _Unusable('not a JSON object: write {"text": "…"}', _as_it_stood(line))
    if "text" not in value:
        raise _Unusable("no text", value)
    if not isinstance(value["text"], str):
        raise _Unusable("text is not a string", value)
    return value


def _decode(line: bytes) -> Any:
    """Read JSON. The fast reader refuses lone surrogates; they are repaired later, so the patient one reads them."""
    line = line.removeprefix(codecs.BOM_UTF8)
    try:
        return msgspec.json.decode(line)
    except msgspec.DecodeError:
        return json.loads(line.decode(), parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number of JSON")


def _as_it_stood(line: bytes) -> dict[str, Any]:
    return {"line": line.decode(errors="replace")}


def _shown(tags: Tags) -> dict[str, Any]:
    return {name: getattr(tags, name) for name in _SHOWN}


def _explained(tagger: Tagger, text: str) -> dict[str, Any]:
    tags, because = tagger.explain(text)
    decided = {name: [[each.word, each.weight] for each in words] for name, words in because._asdict().items()}
    return {**_shown(tags), "because": decided}


def write_line(fields: dict[str, Any], *, usable: bool) -> Line:
    """The fields as a line of JSON."""
    try:
        return Line(msgspec.json.encode(fields), usable)
    except (UnicodeEncodeError, msgspec.MsgspecError):  # a lone surrogate in a field: escaped, as it came
        return Line(json.dumps(fields).encode(), usable)
