"""What users read: Chinese, and English by choice. YAML files of each language, with the same keys: `zh.yaml` and `zh.*.yaml`."""

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

    def span(self, seconds: float) -> str:
        """Give a length of time in the two largest of days, hours and minutes; less than a minute is one."""
        minutes = max(1, int(abs(seconds) // 60))
        days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
        parts = [("days", days), ("hours", hours)] if days else [("hours", hours), ("minutes", rest)]
        return " ".join(self.say(f"span.{unit}", n=n) for unit, n in parts if n)

    def name(self, group: str, value: object) -> str:
        """Give the name of a value, for example of a sentiment; the value itself where it has none."""
        return self.words.get(f"{group}.{value}", str(value))


@functools.cache
def speech(language: str | None) -> Speech:
    """Give a language by its name; the default for any other."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    files = sorted(FOLDER.glob(f"{known}*.yaml"))
    return Speech(known, {key: words for file in files for key, words in yaml.safe_load(file.read_text(encoding="utf-8")).items()})
