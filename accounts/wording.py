"""How an account writes and what it links to, boiled down to what can be counted."""

import re
import zlib
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

BUCKETS = 1 << 14
_LINK = re.compile(r"https?://[^\s，。；、）】》」”]+", re.IGNORECASE)
_MENTION = re.compile(r"@[^\s@:：，。,]{1,30}")
_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")


def features(text: str) -> npt.NDArray[np.intp]:
    """Name the buckets of a text's pairs of Han characters and its other words, each once. Links and names called don't count."""
    plain = _MENTION.sub(" ", _LINK.sub(" ", text)).lower()
    found: set[int] = set()
    for run in _WORD.findall(plain):
        pieces = [run] if run[0].isascii() or len(run) == 1 else [run[place : place + 2] for place in range(len(run) - 1)]
        found.update(zlib.crc32(piece.encode()) % BUCKETS for piece in pieces)
    return np.array(sorted(found), dtype=np.intp)


def domains(text: str) -> tuple[str, ...]:
    """Name the hosts that a text links to, each once."""
    return tuple(dict.fromkeys(host for host in map(_host, _LINK.findall(text)) if host))


def _host(link: str) -> str | None:
    try:
        return urlsplit(link).hostname
    except ValueError:  # brackets that are no address
        return None
