"""What an office knows of its own texts: names and titles, words that are often written wrong, forbidden and sensitive wording."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from config.accounts import Entry
from config.errors import ConfigError, Problem
from config.lines import Document, Path_, read_yaml
from config.settings import PACKAGE_DIR, Settings

FILE = "proofread.yaml"
SECTIONS = ("persons", "names", "wrong", "forbidden", "sensitive", "keep")

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]
Words = Annotated[tuple[Phrase, ...], Field(min_length=1)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200)]


class _Spelled(Entry):
    """A name, and how it is known to be written wrong."""

    name: Phrase
    wrong: tuple[Phrase, ...] = ()

    @model_validator(mode="after")
    def _not_itself(self) -> Self:
        if self.name in self.wrong:
            raise ValueError(f"{self.name} stands under wrong, too: leave one out")
        return self


class Person(_Spelled):
    """A person whom official texts name, and the titles by which they may do so."""

    titles: tuple[Phrase, ...] = ()


class ProperName(_Spelled):
    """An agency, a place, or anything else that has a name of its own."""

    kind: Literal["agency", "place", "name"] = "agency"


class WrongWord(Entry):
    """A word that is wrong wherever it stands."""

    wrong: Phrase
    right: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    except_: Annotated[tuple[Phrase, ...], Field(alias="except")] = ()  # phrases in which it is right

    @model_validator(mode="after")
    def _differs(self) -> Self:
        if self.wrong == self.right:
            raise ValueError("wrong and right are the same")
        return self


class Wording(Entry):
    """Words that must not stand in a text, or only after a second look."""

    words: Words
    instead: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] | None = None
    why: Reason | None = None
    except_: Annotated[tuple[Phrase, ...], Field(alias="except")] = ()  # phrases in which they may


class Proofreading(Entry):
    """All of proofread.yaml."""

    persons: tuple[Person, ...] = ()
    names: tuple[ProperName, ...] = ()
    wrong: tuple[WrongWord, ...] = ()
    forbidden: tuple[Wording, ...] = ()
    sensitive: tuple[Wording, ...] = ()
    keep: tuple[Phrase, ...] = ()  # right as they are, whatever a model thinks


def read_proofreading(document: Document) -> tuple[Proofreading, list[Problem]]:
    """Check proofread.yaml; what is right comes back beside every problem of the rest."""
    problems = [*document.problems, *document.unknown_sections(SECTIONS)]
    persons, wrong = document.entries("persons", Person)
    names, amiss = document.entries("names", ProperName)
    words, awry = document.entries("wrong", WrongWord)
    forbidden, faulty = document.entries("forbidden", Wording)
    sensitive, bad = document.entries("sensitive", Wording)
    keep, poor = _phrases(document, "keep")
    problems += [*wrong, *amiss, *awry, *faulty, *bad, *poor]
    problems += _contradictions(document, {"persons": persons, "names": names}, words, keep)
    lists = Proofreading(
        persons=tuple(persons.values()),
        names=tuple(names.values()),
        wrong=tuple(words.values()),
        forbidden=tuple(forbidden.values()),
        sensitive=tuple(sensitive.values()),
        keep=tuple(keep.values()),
    )
    return lists, problems


_PHRASE: TypeAdapter[str] = TypeAdapter(Phrase)


def _phrases(document: Document, section: str) -> tuple[dict[int, str], list[Problem]]:
    entries, problems = document.section(section)
    found: dict[int, str] = {}
    for index, given in enumerate(entries):
        try:
            found[index] = _PHRASE.validate_python(str(given) if isinstance(given, int | float) else given)
        except ValidationError as error:
            problems += [document.problem((section, index), detail["msg"]) for detail in error.errors(include_url=False)]
    return found, problems


def _contradictions(
    document: Document, named: Mapping[str, Mapping[int, Person | ProperName]], words: Mapping[int, WrongWord], keep: Mapping[int, str]
) -> list[Problem]:
    """What one place calls right and another wrong, and what stands twice."""
    problems: list[Problem] = []
    right: dict[str, str] = {phrase: f"keep[{index}]" for index, phrase in keep.items()}
    for section, entries in named.items():
        for index, entry in entries.items():
            if entry.name in right and right[entry.name].startswith(section):
                problems.append(document.problem((section, index, "name"), f"{entry.name} stands in {right[entry.name]}, too"))
            right[entry.name] = f"{section}[{index}]"
    seen: dict[str, str] = {}
    for path, wrong in _all_wrong(named, words):
        if wrong in right:
            problems.append(document.problem(path, f"{wrong} is right by {right[wrong]}: leave one out"))
        if wrong in seen:
            problems.append(document.problem(path, f"{wrong} stands in {seen[wrong]}, too"))
        seen.setdefault(wrong, f"{path[0]}[{path[1]}]")
    return problems


def _all_wrong(named: Mapping[str, Mapping[int, Person | ProperName]], words: Mapping[int, WrongWord]) -> Iterable[tuple[Path_, str]]:
    for section, entries in named.items():
        for index, entry in entries.items():
            for number, wrong in enumerate(entry.wrong):
                yield (section, index, "wrong", number), wrong
    for index, word in words.items():
        yield ("wrong", index, "wrong"), word.wrong


def open_document(settings: Settings) -> Document:
    """Read the office's file; where it has none, the one that comes with the program."""
    path = settings.config_dir / FILE
    return read_yaml(path if path.exists() else PACKAGE_DIR / FILE)


def load_proofreading(settings: Settings) -> Proofreading:
    """Read the lists alone. Raises ConfigError with every problem of the file; `config.check` reads all files together."""
    lists, problems = read_proofreading(open_document(settings))
    if problems:
        raise ConfigError(problems)
    return lists
