"""Composes what people write from the sentences in texts.yaml, with a random generator that is handed in."""

import functools
import random
import re
from pathlib import Path
from typing import Any

import yaml

TOPICS = ("城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输")
_SLOT = re.compile(r"\{(\w+)\}")
_ADDRESSED = 0.55  # the share of daily posts that call an account


@functools.cache
def texts() -> dict[str, Any]:
    """Read texts.yaml, once."""
    read: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "texts.yaml").read_text(encoding="utf-8"))
    return read


def fill(sentence: str, rng: random.Random, **given: str) -> str:
    """Fill every slot of a sentence, values of slots included."""
    while match := _SLOT.search(sentence):
        value = given.get(match[1]) or rng.choice(texts()["slots"][match[1]])
        sentence = sentence[: match.start()] + value + sentence[match.end() :]
    return sentence


def daily(rng: random.Random, topic: str, sentiment: int) -> str:
    """Compose what somebody writes of daily life, about every second time to an account."""
    text = fill(rng.choice(texts()["daily"][topic][sentiment]) + rng.choice(texts()["slots"]["补充"]), rng)
    if rng.random() >= _ADDRESSED:
        return text
    account = rng.choice(texts()["mentions"][topic])
    return rng.choice((f"@{account} {text}", f"{text} @{account}", f"{account}看一下：{text}"))


def reply(rng: random.Random, sentiment: int) -> str:
    """Compose an answer to anything."""
    return fill(rng.choice(texts()["replies"][sentiment]), rng)


def article(rng: random.Random) -> tuple[str, str]:
    """Compose a longer piece: its title, and its paragraphs separated by newlines."""
    pieces = texts()["articles"]
    paragraphs = rng.sample(pieces["paragraphs"], k=rng.randint(3, 5))
    return fill(rng.choice(pieces["titles"]), rng), "\n".join(fill(paragraph, rng) for paragraph in paragraphs)
