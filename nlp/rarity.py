"""Counts how rare words are in a body of texts, for keywords."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.features import Hashed, Hashes
from nlp.segment import Batch, batch_of_words, dictionary_lines

_LEAST_TEXTS = 2
_UNKNOWN_TEXTS = 8  # a word that was never seen counts like one seen this often: many of them are misprints
_COMMON = 0.01  # of all texts: a word in more of them is a keyword only if it is a noun
# Pronouns, adverbs, numerals, particles and their like are never keywords; the letters are jieba's, from its dictionary.
_SILENT_KINDS = frozenset("rdmqpcuyeofhkwxt")


def rarity(batches: Sequence[Batch]) -> Mapping[str, NDArray[Any]]:
    """The arrays of the keyword model: `hashes`, sorted; `idf`, 0 for words that are never keywords; `unknown`, a number."""
    hashes, counts = np.unique(np.concatenate([_in_texts(batch) for batch in batches]), return_counts=True)
    hashes, counts = hashes[counts >= _LEAST_TEXTS], counts[counts >= _LEAST_TEXTS]
    texts = sum(batch.size for batch in batches)
    idf = np.log(texts / counts)
    silent, nouns = _hashes_by_kind()
    idf[np.isin(hashes, silent) | (counts > texts * _COMMON) & ~np.isin(hashes, nouns)] = 0
    unseen = np.setdiff1d(silent, hashes)
    order = np.argsort(np.concatenate([hashes, unseen]))
    return {
        "hashes": np.concatenate([hashes, unseen])[order],
        "idf": np.concatenate([idf, np.zeros(len(unseen))])[order].astype(np.float16),
        "unknown": np.array(np.log(texts / _UNKNOWN_TEXTS), dtype=np.float32),
    }


def _in_texts(batch: Batch) -> Hashes:
    """The hash of each word once for each text that it stands in."""
    words = Hashed(batch).words
    return np.unique(words.texts.astype(np.uint64) << np.uint64(32) | words.hashes).astype(np.uint32)


def _hashes_by_kind() -> tuple[Hashes, Hashes]:
    """Of the built-in dictionary the words that are never keywords, and the nouns."""
    silent: list[str] = []
    nouns: list[str] = []
    for line in dictionary_lines():
        word, _, kind = line.split(" ")
        if kind[0] in _SILENT_KINDS:
            silent.append(word)
        elif kind[0] == "n":
            nouns.append(word)
    return _hash(silent), _hash(nouns)


def _hash(words: Sequence[str]) -> Hashes:
    return np.unique(Hashed(batch_of_words([[word] for word in words])).words.hashes)
