"""The seven topics that the tagger knows, and the departments that each concerns."""

from typing import Literal, get_args

from config.accounts import Entry, Id
from config.errors import ConfigError, Problem
from config.lines import Document, read_yaml
from config.settings import Settings

FILE = "topics.yaml"
SECTIONS = ("topics",)

TopicName = Literal["城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输"]
TOPIC_NAMES: tuple[str, ...] = get_args(TopicName)


class TopicEntry(Entry):
    """One topic, and who is to hear of it."""

    name: TopicName
    departments: tuple[Id, ...] = ()


def read_topics(document: Document) -> tuple[dict[int, TopicEntry], list[Problem]]:
    """Check topics.yaml; what is right comes back by its place in the file, beside every problem of the rest."""
    entries, wrong = document.section("topics")
    problems = [*document.problems, *document.unknown_sections(SECTIONS), *wrong]
    topics: dict[int, TopicEntry] = {}
    for index, given in enumerate(entries):
        topic, found = document.build(TopicEntry, ("topics", index), given)
        problems += found
        if topic is not None:
            if topic.name in {other.name for other in topics.values()}:
                problems.append(document.problem(("topics", index, "name"), f"{topic.name} stands twice"))
            topics[index] = topic
    if not problems:
        missing = [name for name in TOPIC_NAMES if name not in {topic.name for topic in topics.values()}]
        problems += [document.problem(("topics",), f"the topic {name} is missing") for name in missing]
    return topics, problems


def load_topics(settings: Settings) -> tuple[TopicEntry, ...]:
    """Read the topics. Raises ConfigError with every problem of the file; `config.check` reads all files together."""
    topics, problems = read_topics(read_yaml(settings.config_dir / FILE))
    if problems:
        raise ConfigError(problems)
    return tuple(topics.values())
