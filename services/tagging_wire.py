"""What is said between a process and the one in which it tags: messages of MessagePack behind four bytes of length."""

import struct
from typing import BinaryIO, TypeVar

import msgspec

from streams.messages import Standing, Tags

_LENGTH = struct.Struct(">I")


class Ready(msgspec.Struct):
    """The child's first word: the stamp of what cuts the texts, or why it can't tag."""

    segmenter: str = ""
    error: str | None = None


class Said(msgspec.Struct, array_like=True):
    """What of a post is read."""

    title: str | None
    text: str
    standing: Standing
    accounts: tuple[str, ...]
    repost: bool


class Answer(msgspec.Struct):
    """Tags for each post, in order; or what broke."""

    tags: list[Tags] = []
    error: str | None = None


Body = TypeVar("Body")


def write(pipe: BinaryIO, body: bytes) -> None:
    """Write one message."""
    pipe.write(_LENGTH.pack(len(body)) + body)
    pipe.flush()


def read(pipe: BinaryIO, kind: type[Body]) -> Body | None:
    """Read one message; None at the end."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    size: int = _LENGTH.unpack(head)[0]
    body = pipe.read(size)
    return msgspec.msgpack.decode(body, type=kind) if len(body) == size else None
