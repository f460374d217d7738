"""Compares texts for being copies, without a model or a table: small enough for processes that don't tag.

A text's own part ends where a chain of reposts (`//@`) begins. Of it only letters and digits outside hashtags and addresses count.
"""

import re
import unicodedata

COPY = 0.8  # the share of common shingles from which on a text is a copy
CHAIN = "//@"
WIDTH = 3  # letters of a shingle

_ADDRESS = r"(?:https?://|www\.)[a-z0-9\-._~:/?#@!$&'()*+,;=%]+"  # as cleaning takes them out, see `nlp.clean`
_TAG = "#[^#]+#"
# What platforms and people write where they add nothing.
_NO_WORDS = re.compile(
    rf"{_ADDRESS}|转发微博|轉發微博|转发|轉發|转自|快转|repost|回复@[^:：\s]*[:：]?|@[^\s:：,，@]+|\[[^\[\]]{{1,10}}\]|{_TAG}"
)
_TAG_OR_ADDRESS = re.compile(f"{_ADDRESS}|{_TAG}")
_LEAST_LETTERS, _LEAST_LATIN = 2, 3  # fewer are no word: "tt" and numbers are what machines put before a repost
_LETTER, _WORD_LETTER = re.compile(r"[^\W_]"), re.compile(r"[^\W\d_]")


def has_own_words(text: str) -> bool:
    """Whether a text says anything before the chain of reposts that it hands on."""
    letters = "".join(_WORD_LETTER.findall(_NO_WORDS.sub(" ", _plain(own_part(text)))))
    return len(letters) >= (_LEAST_LATIN if letters.isascii() else _LEAST_LETTERS)


def own_part(text: str) -> str:
    """What stands before the chain of reposts."""
    return text.partition(CHAIN)[0]


def origin_in(text: str) -> str:
    """The text at the end of a chain of reposts, without who wrote it; "" where there is no chain."""
    _, chain, rest = text.rpartition(CHAIN)
    if not chain:
        return ""
    head, colon, tail = rest.replace("：", ":").partition(":")
    return tail if colon and len(head) < len(rest) else rest


def shingles(text: str) -> frozenset[str]:
    """The runs of WIDTH letters in a text's own part."""
    letters = "".join(_LETTER.findall(_TAG_OR_ADDRESS.sub(" ", _plain(own_part(text)))))
    return frozenset(letters[place : place + WIDTH] for place in range(len(letters) - WIDTH + 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of shingles that two texts have in common (Jaccard), 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
