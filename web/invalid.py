"""What is wrong with the fields of an address or a form, in the language of who reads it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from web.speech import Speech

_VALUES = re.compile(r"'([^']*)'")
_WORDS = {  # of pydantic's kinds of error; one that isn't here is told in pydantic's own words
    "extra_forbidden": "invalid.unknown",
    "missing": "invalid.missing",
    "literal_error": "invalid.choice",
    "enum": "invalid.choice",
    "string_too_long": "invalid.long",
    "too_long": "invalid.many",
    "int_parsing": "invalid.number",
    "greater_than_equal": "invalid.low",
    "less_than_equal": "invalid.high",
    "json_invalid": "invalid.json",
}
_LIMITS = ("max_length", "ge", "le")


def said(errors: Iterable[Mapping[str, Any]], speech: Speech) -> str:
    """Say what is wrong, field by field. `errors` are those of a pydantic validation."""
    return speech.say("invalid.and").join(_said(one, speech) for one in errors)


def _said(error: Mapping[str, Any], speech: Speech) -> str:
    field = ".".join(part for part in error["loc"][1:] if isinstance(part, str))
    given = error.get("ctx", {})
    return speech.say(
        _WORDS.get(error["type"], "invalid.other"),
        field=field,
        choices=speech.say("invalid.or").join(filter(None, _VALUES.findall(str(given.get("expected", ""))))),
        n=next((given[name] for name in _LIMITS if name in given), ""),
        said=error["msg"],
    )
