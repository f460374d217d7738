"""The topics of posts, and the departments that each concerns: the seven that the tagger knows, and the office's own."""

from typing import Annotated, Self, TypeVar

from pydantic import Field, StringConstraints, model_validator

from config.accounts import Entry, Id
from config.errors import ConfigError, Problem
from config.lines import Document, read_yaml
from config.settings import Settings
from config.topic_names import OTHER, TOPIC_NAMES, TopicName

FILE = "topics.yaml"
SECTIONS = ("topics", "own")
SIMILAR = 0.2  # how like its examples a text must be, unless the office says otherwise; measured in docs/models.md


class TopicEntry(Entry):
    """One topic, and who is to hear of it."""

    name: TopicName
    departments: tuple[Id, ...] = ()


class OwnTopic(Entry):
    """A topic of the office's own: by words, by examples, or by both."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=40)]
    departments: tuple[Id, ...] = ()
    words: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)], ...] = ()  # any of them will do
    except_: Annotated[tuple[Annotated[str, StringConstraints(min_length=2, max_length=60)], ...], Field(alias="except")] = ()
    examples: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=8)], ...] = ()  # texts of the office's own
    similar: Annotated[float, Field(gt=0, le=1)] = SIMILAR  # how like the examples a text must be

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if not (self.words or self.examples):
            raise ValueError("nothing to find it by: give words, or examples, or both")
        return self


class Topics(Entry):
    """All of topics.yaml: the seven by their place in the file, and the office's own likewise."""

    topics: dict[int, TopicEntry] = Field(default_factory=dict)
    own: dict[int, OwnTopic] = Field(default_factory=dict)


def read_topics(document: Document) -> tuple[Topics, list[Problem]]:
    """Check topics.yaml; what is right comes back by its place in the file, beside every problem of the rest."""
    problems = [*document.problems, *document.unknown_sections(SECTIONS)]
    topics, wrong = _section(document, "topics", TopicEntry)
    own, amiss = _section(document, "own", OwnTopic)
    problems += [*wrong, *amiss]
    for index, topic in own.items():
        if topic.name in {*TOPIC_NAMES, OTHER}:
            what = f"{topic.name} is a topic that the tagger knows: give your own another name"
            problems.append(document.problem(("own", index, "name"), what))
    if not problems:
        missing = [name for name in TOPIC_NAMES if name not in {topic.name for topic in topics.values()}]
        problems += [document.problem(("topics",), f"the topic {name} is missing") for name in missing]
    return Topics(topics=topics, own=own), problems


Topic = TypeVar("Topic", TopicEntry, OwnTopic)


def _section(document: Document, section: str, model: type[Topic]) -> tuple[dict[int, Topic], list[Problem]]:
    """The topics of one list by their place in it, and what is wrong with it."""
    entries, problems = document.section(section)
    found: dict[int, Topic] = {}
    for index, given in enumerate(entries):
        topic, wrong = document.build(model, (section, index), given)
        problems += wrong
        if topic is not None:
            if topic.name in {other.name for other in found.values()}:
                problems.append(document.problem((section, index, "name"), f"{topic.name} stands twice"))
            found[index] = topic
    return found, problems


def load_topics(settings: Settings) -> tuple[TopicEntry | OwnTopic, ...]:
    """Read the topics, the office's own last. Raises ConfigError with every problem of the file; `config.check` reads all files together."""
    topics, problems = read_topics(read_yaml(settings.config_dir / FILE))
    if problems:
        raise ConfigError(problems)
    return (*topics.topics.values(), *topics.own.values())
