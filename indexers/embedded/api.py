"""What the handlers of requests share: the request, the answer, and reading flags and JSON."""

from typing import Any, NamedTuple

import msgspec

from indexers.embedded.errors import ApiFault, invalid, unsupported


class Request(NamedTuple):
    """One request, its path matched and its parameters checked."""

    named: dict[str, str]
    parameters: dict[str, str]
    body: bytes

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read a parameter that is true or false."""
        return read_flag(name, self.parameters.get(name), default=default)

    def json(self) -> dict[str, Any]:
        """Read the body; an absent one is an empty object."""
        return read_object(self.body) if self.body.strip() else {}


class Answer(NamedTuple):
    """A status and what is sent as JSON."""

    status: int
    body: Any


def read_flag(name: str, value: object, *, default: bool = False) -> bool:
    """Read true or false, as JSON or as a parameter. Raises ApiFault (400)."""
    if value is None:
        return default
    if value in {True, "true", ""}:
        return True
    if value in {False, "false"}:
        return False
    raise invalid(f"Failed to parse value [{value}] of [{name}] as only [true] or [false] are allowed.")


def read_object(text: bytes) -> dict[str, Any]:
    """Read a JSON object. Raises ApiFault (400)."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiFault(400, "parsing_exception", f"the request's body is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise ApiFault(400, "parsing_exception", "the request's body is not a JSON object")
    return found


def known_only(given: dict[str, Any], known: frozenset[str], where: str) -> None:
    """Refuse by name what is not known."""
    for name in given:
        if name not in known:
            raise unsupported(f"[{name}] in {where}")
