"""What users read: Chinese, and English by choice. One YAML file a language, with the same keys."""

import functools
from collections.abc import Mapping
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "words"
LANGUAGES = ("zh", "en")  # the first is the default
COOKIE = "yuqing-language"


class Speech:
    """One language. `say` gives the sentence of a key, with what stands in its braces."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language = language
        self.words = words

    def say(self, key: str, **given: object) -> str:
        """Give the sentence. Raises KeyError for a key that the language lacks: a test compares the files."""
        return self.words[key].format(**given) if given else self.words[key]

    def name(self, group: str, value: object) -> str:
        """Give the name of a value, for example of a sentiment; the value itself where it has none."""
        return self.words.get(f"{group}.{value}", str(value))


@functools.cache
def speech(language: str | None) -> Speech:
    """Give a language by its name; the default for any other."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    words: dict[str, str] = yaml.safe_load((FOLDER / f"{known}.yaml").read_text(encoding="utf-8"))
    return Speech(known, words)
