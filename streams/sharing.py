"""Who gets what: which partition a key belongs to, and which member of a group owns which partition."""

import zlib
from collections.abc import Iterable, Mapping

from streams.errors import ContractError
from streams.log import Message, Place, Topic

LARGEST_VALUE = 8 * 1024 * 1024  # bytes; larger ones are refused by both engines alike


def check(message: Message) -> Message:
    """Hand the message back if the log can carry it; else raise ContractError "invalid_key" or "message_too_large"."""
    try:
        message.key.encode()
    except UnicodeEncodeError as error:
        raise ContractError("invalid_key", f"the key {message.key!a} holds half a character (a lone surrogate)") from error
    size = len(message.value or b"")
    if size > LARGEST_VALUE:
        raise ContractError("message_too_large", f"the message {message.key!r} has {size:,} bytes, the log takes {LARGEST_VALUE:,}")
    return message


def partition_of(key: str, partitions: int) -> int:
    """Find the partition of a key: the same on every machine and in every version of the program."""
    return zlib.crc32(key.encode()) % partitions


def share_out(places: Iterable[Place], members: Mapping[str, frozenset[Topic]]) -> dict[Place, str]:
    """Deal the partitions out in turn to the members that want their topic; every member computes the same."""
    shares: dict[Place, str] = {}
    for number, place in enumerate(sorted(places)):
        takers = sorted(member for member, topics in members.items() if place.topic in topics)
        if takers:
            shares[place] = takers[number % len(takers)]
    return shares
