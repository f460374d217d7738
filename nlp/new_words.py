"""Proposes words that the dictionary lacks: characters that stand together more often than chance has it, among changing neighbours.

For names, slang and campaigns of the day, to be looked through by a person before they enter the office's dictionary. Pure counting
over the texts that are given, each counted once; nothing is kept. jieba's own guess at unknown words (its hidden Markov model, which
`segment` cuts with) is told beside each proposal.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from nlp.segment import Segmenter, dictionary_lines

LONGEST = 6  # characters: 政务服务中心
_AT_ONCE = 2000  # texts cut at once
_HAN = (0x4E00, 0xA000)
_NOBODY = 0  # as a neighbour: a break or a sign, each time another one
# Pronouns, particles, numerals, measure words and their like, by jieba's letters: alone at its edge they make a phrase, not a word.
_LOOSE_KINDS = frozenset("rpcuymqdfe")

Places = NDArray[np.int64]


class NewWord(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal for the dictionary."""

    word: str
    texts: int  # that say it
    cohesion: float  # of its two parts at its weakest joint: 1 where they never stand apart, 0 where they meet by chance
    freedom: float  # in bits: how much its neighbours change, on the side where they change least
    guessed: float  # share of its places, 0 to 1, where it is cut as one word already, by guess
    parts: tuple[str, ...]  # as it is cut alone


class Limits(NamedTuple):
    """What is proposed at all."""

    texts: int = 5
    cohesion: float = 0.5
    freedom: float = 1.5


class _Body(NamedTuple):
    """All texts, one after the other, a break between two."""

    codes: NDArray[np.uint32]  # shape (characters,)
    texts: Places  # which text each character belongs to
    words: NDArray[np.int64]  # the length of the word that begins at each character, 0 where none does


def propose(
    texts: Sequence[str],
    segmenter: Segmenter,
    *,
    known: Sequence[str] = (),
    limits: Limits | None = None,
    tell: Callable[[int], object] = lambda _: None,
) -> list[NewWord]:
    """Propose words that neither jieba's dictionary holds nor `known` names, those in most texts first.

    `tell` hears how many texts were cut, part by part. Some ten seconds for 20,000 microblogs.
    """
    body = _read(list(dict.fromkeys(texts)), segmenter, tell)
    words, loose = _dictionary()
    shut = words | set(known)
    found = [
        msgspec.structs.replace(word, parts=tuple(segmenter.cut(word.word)))
        for word in _candidates(body, limits or Limits())
        if not (word.word in shut or loose & {word.word[0], word.word[-1]} or len(set(word.word)) == 1)  # 哈哈哈 is no word
    ]
    return sorted(found, key=lambda word: (-word.texts, word.word))


def _read(texts: Sequence[str], segmenter: Segmenter, tell: Callable[[int], object]) -> _Body:
    codes, places, words = [np.zeros(0, np.uint32)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for start in range(0, len(texts), _AT_ONCE):
        batch = segmenter.cut_batch([*texts[start : start + _AT_ONCE], ""])  # the last one leaves a break before the next part
        lengths = np.zeros(len(batch.codes), np.int64)
        lengths[batch.starts] = batch.lengths
        codes.append(batch.codes)
        places.append(start + np.repeat(batch.texts, batch.lengths))
        words.append(lengths)
        tell(min(_AT_ONCE, len(texts) - start))
    return _Body(np.concatenate(codes), np.concatenate(places), np.concatenate(words))


def _candidates(body: _Body, limits: Limits) -> Iterator[NewWord]:
    """Every string of Han characters within the limits. One grows only out of two frequent ones, so few are ever counted."""
    han = (body.codes >= _HAN[0]) & (body.codes < _HAN[1])
    _, names = np.unique(body.codes, return_inverse=True)
    names = np.where(han, names.astype(np.int64), -1)
    counts = [_counted(names)]
    total = int(han.sum())
    for _ in range(LONGEST - 1):
        names = _longer(names, counts[-1] >= limits.texts)
        counts.append(_counted(names))
        yield from _chosen(body, names, counts, total, limits)


def _counted(names: Places) -> Places:
    """How often what begins at each place stands in the texts; 0 where nothing does."""
    counts = np.bincount(names[names >= 0], minlength=1)
    return np.where(names >= 0, counts[names], 0)


def _longer(names: Places, frequent: NDArray[np.bool_]) -> Places:
    """Name the strings that are one character longer, where both strings inside them are frequent; -1 elsewhere."""
    longer = np.full(len(names), -1, np.int64)
    places = np.flatnonzero(frequent[:-1] & frequent[1:] & (names[:-1] >= 0) & (names[1:] >= 0))
    if len(places):
        _, longer[places] = np.unique(names[places] * (names.max() + 1) + names[places + 1], return_inverse=True)
    return longer


def _chosen(body: _Body, names: Places, counts: Sequence[Places], total: int, limits: Limits) -> Iterator[NewWord]:
    length = len(counts)
    places = np.flatnonzero(counts[-1] >= limits.texts)
    if not len(places):
        return
    kinds, first, of = np.unique(names[places], return_index=True, return_inverse=True)
    begins = places[first]
    texts = _distinct(of, body.texts[places], len(kinds))
    cohesion = _cohesion(begins, counts, total)
    freedom = np.minimum(*(_freedom(of, _neighbours(body, places + step), len(kinds)) for step in (-1, length)))
    guessed = np.bincount(of, weights=body.words[places] == length, minlength=len(kinds)) / np.bincount(of, minlength=len(kinds))
    for kind in np.flatnonzero((texts >= limits.texts) & (cohesion >= limits.cohesion) & (freedom >= limits.freedom)).tolist():
        start = int(begins[kind])
        yield NewWord(
            word="".join(map(chr, body.codes[start : start + length].tolist())),
            texts=int(texts[kind]),
            cohesion=round(float(cohesion[kind]), 2),
            freedom=round(float(freedom[kind]), 2),
            guessed=round(float(guessed[kind]), 2),
            parts=(),
        )


def _distinct(of: Places, texts: Places, kinds: int) -> Places:
    pairs = np.unique(of * (texts.max() + 1) + texts)
    return np.bincount(pairs // (texts.max() + 1), minlength=kinds)


def _cohesion(begins: Places, counts: Sequence[Places], total: int) -> NDArray[np.float64]:
    """Normalised pointwise mutual information of the two parts, at the joint where it is least."""
    whole, length = counts[-1][begins] / total, len(counts)
    joints = [counts[cut - 1][begins] / total * (counts[length - cut - 1][begins + cut] / total) for cut in range(1, length)]
    least: NDArray[np.float64] = np.log2(whole / np.max(joints, axis=0)) / -np.log2(whole)
    return least


def _neighbours(body: _Body, places: Places) -> Places:
    """The character at each place, 0 for a break, a sign or the edge of all."""
    inside = (places >= 0) & (places < len(body.codes))
    codes = body.codes[np.where(inside, places, 0)].astype(np.int64)
    letters = inside & (codes >= _HAN[0]) & (codes < _HAN[1])
    return np.where(letters, codes, _NOBODY)


def _freedom(of: Places, neighbours: Places, kinds: int) -> NDArray[np.float64]:
    """Entropy of the neighbours of each string; a sign or a break counts as one of its own each time."""
    total = np.bincount(of, minlength=kinds)
    spoken = neighbours != _NOBODY
    pairs, times = np.unique(of[spoken] << 21 | neighbours[spoken], return_counts=True)
    taken = np.bincount(pairs >> 21, weights=times * np.log2(times), minlength=kinds)
    entropy: NDArray[np.float64] = np.log2(total) - taken / total
    return entropy


@functools.cache
def _dictionary() -> tuple[frozenset[str], frozenset[str]]:
    """The words of jieba's dictionary, and of its characters those that alone are no part of a name: of, and, this, very."""
    kinds = {word: kind for word, _, kind in (line.split(" ") for line in dictionary_lines())}
    return frozenset(kinds), frozenset(word for word, kind in kinds.items() if len(word) == 1 and kind[0] in _LOOSE_KINDS)
