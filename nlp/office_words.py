"""An office's own words: place names, campaigns, nicknames of departments. One a line in jieba's format: `word frequency tag`.

Frequency and tag may be left out: then the word gets a frequency that makes it one word where it stands. jieba itself reads
the format; it takes half a second to import, so this module is imported only where there is such a file.
"""

import warnings
from pathlib import Path

from nlp.clean import normalise
from nlp.errors import DictionaryError
from nlp.segment import Word

with warnings.catch_warnings():  # jieba's source has invalid escapes and asks for pkg_resources
    warnings.simplefilter("ignore")
    import jieba


class _Reader(jieba.Tokenizer):  # type: ignore[misc]
    """jieba's own reader of user dictionaries; it keeps the words instead of building jieba's slow tables."""

    def __init__(self) -> None:
        super().__init__()
        self.initialized = True
        self.words: list[Word] = []

    def add_word(self, word: str, freq: str | None = None, tag: str | None = None) -> None:
        self.words.append(Word(normalise(word), int(freq) if freq else None, tag))


def read_office_words(path: Path) -> tuple[Word, ...]:
    """Read an office dictionary.

    Raises DictionaryError where the file can't be read, is not UTF-8, or has a word that no text can be cut to.
    """
    reader = _Reader()
    try:
        with path.open("rb") as file:
            reader.load_userdict(file)
    except OSError as error:
        raise DictionaryError(f"{path}: can't be read ({error.strerror}): give a text file with one word a line") from error
    except ValueError as error:
        raise DictionaryError(f"{path}: is not UTF-8: save it as UTF-8") from error
    for number, word in enumerate(reader.words, 1):
        if not word.text.isalnum():
            raise DictionaryError(f"{path}: word {number} ({word.text!r}): letters and digits only, without blanks or punctuation")
    return tuple(reader.words)
