"""Cuts text into words: one engine for training, tagging, indexing and queries.

`rjieba` (jieba's algorithm and dictionary in Rust) does all cutting. Engine, dictionary and cleaning decide what the words
are, so a `Stamp` of them stands on every model and index, and another stamp is refused.
"""

import functools
import hashlib
import importlib.metadata
import importlib.util
import itertools
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec
import numpy as np
import rjieba
from numpy.typing import NDArray

from nlp.clean import BREAK, BREAK_CODE, CLEANING, FIRST_PRIVATE_PLANE, REPLACEMENT, code_points, normalise_joined

# [doge], [允悲]: a platform's emoticons. Digits alone are a number in brackets.
_EMOTICON = re.compile(r"\[(?!\d+\])[a-z0-9\u4e00-\u9fff]{1,10}\]")
_FIRST_MARK = chr(FIRST_PRIVATE_PLANE)
_MARKS = 1 << 16
_PROBE_STEP = 100  # every hundredth word of the dictionary is asked for: enough to tell one from another in 60 ms
_PLANE = 1 << 16  # characters beyond are rare Han characters and pictures
_RARE_HAN = range(0x20000, 0x40000)

SILENT, OTHER, LETTER = range(3)  # what a character is, see `character_kinds`
_KINDS = dict.fromkeys(("Lu", "Ll", "Lt", "Lm", "Lo"), LETTER) | dict.fromkeys(("Nd", "Nl", "No", "So"), OTHER)


class Word(NamedTuple):
    """One word of an office dictionary, cleaned as texts are. Without frequency it is made one word where it stands."""

    text: str
    frequency: int | None
    tag: str | None


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """What decides how text is cut. Equal stamps cut alike."""

    engine: str  # "rjieba"
    version: str  # "0.2.2"
    dictionary: str  # 16 hex digits of what the dictionary holds, the office's words included
    cleaning: int

    def __str__(self) -> str:
        return f"{self.engine}-{self.version}-{self.dictionary}-{self.cleaning}"


class Batch(NamedTuple):
    """Texts cut together, whole. An emoticon stands as one private character, so that it counts as one character."""

    words: list[str]  # of all texts, one after the other, a line break between two texts; joined they are the cleaned batch
    codes: NDArray[np.uint32]  # the code points of the joined words, shape (characters,)
    starts: NDArray[np.int64]  # where each word begins in `codes`, shape (words,)
    lengths: NDArray[np.int64]  # characters of each word, shape (words,)
    texts: NDArray[np.int64]  # which text each word belongs to, from 0; shape (words,)
    is_word: NDArray[np.bool_]  # whether it is more than punctuation, blanks or a break; shape (words,)
    emoticons: list[str]  # what the private characters stand for, in order
    size: int  # number of texts


class Segmenter:
    """Cuts with the built-in dictionary and, where given, an office's own words. Safe to share between threads."""

    def __init__(self, words: Sequence[Word] = ()) -> None:
        self._words = tuple(words)
        self._engine: Any = rjieba.Jieba() if words else rjieba
        for word in words:
            self._engine.add_word(word.text, word.frequency, word.tag)

    @classmethod
    def of_office(cls, path: Path | None) -> Self:
        """A segmenter that also knows the words of an office dictionary, if there is one. Raises DictionaryError."""
        if path is None:
            return cls()
        from nlp.office_words import read_office_words  # noqa: PLC0415 - jieba takes 0.4 s to import and few need it

        return cls(read_office_words(path))

    @functools.cached_property
    def stamp(self) -> Stamp:
        """Engine, version, dictionary and cleaning of this segmenter."""
        digest = hashlib.sha256(_built_in_dictionary().encode())
        for word in self._words:
            digest.update(f"{word.text} {word.frequency} {word.tag}\n".encode())
        version = importlib.metadata.version("rjieba")
        return Stamp(engine="rjieba", version=version, dictionary=digest.hexdigest()[:16], cleaning=CLEANING)

    def cut_batch(self, texts: Sequence[str]) -> Batch:
        """Clean and cut texts together; training and tagging start from this."""
        joined = normalise_joined(texts)
        emoticons: list[str] = []
        if "[" in joined:
            emoticons = _EMOTICON.findall(joined)
            joined = _EMOTICON.sub(_mark, joined)
        return _batch(self._engine.cut(joined), joined, emoticons, len(texts))

    def cut_many(self, texts: Sequence[str]) -> list[list[str]]:
        """The words of each text, cleaned, in order: without punctuation and blanks, emoticons and emoji kept whole."""
        return list(word_lists(self.cut_batch(texts)))

    def cut(self, text: str) -> list[str]:
        """The words of one text; see `cut_many`. Queries use this too."""
        return self.cut_many([text])[0]


def cut(text: str) -> list[str]:
    """Cut with the built-in dictionary; see `Segmenter.cut`."""
    return default().cut(text)


def cut_many(texts: Sequence[str]) -> list[list[str]]:
    """Cut with the built-in dictionary; see `Segmenter.cut_many`."""
    return default().cut_many(texts)


@functools.cache
def default() -> Segmenter:
    """The segmenter with the built-in dictionary only."""
    return Segmenter()


def batch_of_words(texts: Sequence[Sequence[str]]) -> Batch:
    """Texts that somebody else has cut, as a batch; each word is cleaned, empty ones fall away."""
    clean = iter(normalise_joined([*itertools.chain.from_iterable(texts)]).split(BREAK))
    words: list[str] = []
    for text in texts:
        words += [bare for word in itertools.islice(clean, len(text)) if (bare := word.strip())]
        words.append(BREAK)
    words = words[:-1]
    return _batch(words, "".join(words), [], len(texts))


def batch_of_clean(texts: Sequence[Sequence[str]]) -> Batch:
    """Texts of which every word is clean, blanks and marks of emoticons too, as one of a batch's own words is."""
    words = [word for text in texts for word in (*text, BREAK)][:-1]
    return _batch(words, "".join(words), [], len(texts))


def word_lists(batch: Batch) -> Iterator[list[str]]:
    """The words of each text of a batch, without punctuation and blanks, emoticons put back."""
    words = list(itertools.compress(batch.words, batch.is_word.tolist()))
    if batch.emoticons:
        emoticons = iter(batch.emoticons)
        words = [next(emoticons) if word >= _FIRST_MARK else word for word in words]
    counts = np.bincount(batch.texts[batch.is_word], minlength=batch.size)
    end = 0
    for count in counts.tolist():
        start, end = end, end + count
        yield words[start:end]


def _mark(emoticon: re.Match[str]) -> str:
    return chr(FIRST_PRIVATE_PLANE + zlib.crc32(emoticon[0].encode()) % _MARKS)


def _batch(words: list[str], joined: str, emoticons: list[str], size: int) -> Batch:
    codes = code_points(joined)
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    starts = np.cumsum(lengths) - lengths
    texts = np.cumsum(codes[starts] == BREAK_CODE)
    is_word = np.maximum.reduceat(character_kinds()[codes], starts).astype(np.bool_) if words else np.zeros(0, dtype=np.bool_)
    return Batch(words, codes, starts, lengths, texts, is_word, emoticons, size)


@functools.cache
def character_kinds() -> NDArray[np.uint8]:
    """For each code point whether it is a LETTER, another thing that says something (a digit, a picture), or SILENT."""
    table = np.full(FIRST_PRIVATE_PLANE + _MARKS, OTHER, dtype=np.uint8)
    table[:_PLANE] = [_KINDS.get(unicodedata.category(chr(code)), SILENT) for code in range(_PLANE)]
    table[REPLACEMENT] = SILENT
    table[_RARE_HAN.start : _RARE_HAN.stop] = LETTER
    return table


def dictionary_lines() -> list[str]:
    """The built-in dictionary as jieba keeps it, `word frequency kind`; rjieba has the same one inside."""
    found = importlib.util.find_spec("jieba")  # jieba's files, without the half second that importing it takes
    assert found
    assert found.origin
    return Path(found.origin).with_name("dict.txt").read_text(encoding="utf-8").splitlines()


@functools.cache
def _built_in_dictionary() -> str:
    """What tells the dictionary in rjieba from another: a hash of the frequencies of every hundredth word of jieba's."""
    digest = hashlib.sha256()
    for line in dictionary_lines()[::_PROBE_STEP]:
        word = line.split(" ", 1)[0]
        digest.update(f"{word} {rjieba.suggest_freq(word)}\n".encode())
    return digest.hexdigest()
