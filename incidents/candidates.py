"""Which tagged posts may become an incident: those that are negative, ask for something, or spread.

Negative means that somebody is dissatisfied and may need an answer, not that somebody is against anybody.
"""

import enum
from typing import NamedTuple

from config.incidents import CandidateRules
from incidents.asks import Ask, Asks, Heard
from indexers.merge import StoredPost
from nlp.tagger import text_of
from streams.messages import Standing, TaggedPost, Tags


class Why(enum.StrEnum):
    """Why a post is looked at."""

    NEGATIVE = "negative"
    ASKS = "asks"
    SPREADS = "spreads"
    DISCUSSED = "discussed"  # others under it are dissatisfied or ask; it need not be a candidate itself


class Look(NamedTuple):
    """What a look at a post has found."""

    why: tuple[Why, ...]
    ask: Ask | None  # of a private author


def look(
    text: str,
    standing: Standing,
    felt: tuple[int, float],
    spread: int,
    *,
    rules: CandidateRules,
    asks: Asks,
    heard: Heard | None = None,
) -> Look:
    """Why a post may belong to an incident, and what it asks for. `felt` is the sentiment and how sure it is, `heard` what the tagger says.

    Only a private author asks: a newspaper that writes 投诉 tells of somebody else's. What the office's own accounts publish
    is no dissatisfaction with them, but may spread.
    """
    sentiment, score = felt
    ask = asks.find(text, heard) if standing is Standing.PRIVATE else None
    found = {
        Why.NEGATIVE: standing is not Standing.MONITORED and sentiment < 0 and score >= rules.negative_score,
        Why.ASKS: ask is not None,
        Why.SPREADS: spread >= rules.spread,
    }
    return Look(tuple(why for why, holds in found.items() if holds), ask)


def reasons(tagged: TaggedPost, rules: CandidateRules, asks: Asks) -> tuple[Why, ...]:
    """Why a post may belong to an incident; empty where it need not be looked at."""
    post, tags = tagged.post, tagged.tags
    spread = (post.forwards or 0) + (post.comments or 0)
    felt, heard = (tags.sentiment, tags.sentiment_score), heard_of(tags)
    return look(text_of(post), post.author.standing, felt, spread, rules=rules, asks=asks, heard=heard).why


def heard_of(said: Tags | StoredPost) -> Heard | None:
    """What the tagger, or a person instead, says of what a post asks for; None where it was tagged by one that doesn't listen for it."""
    if is_called(said):
        return Heard(said.asks, by_person=True)
    return None if said.asks_score is None else Heard(said.asks)


def is_called(said: Tags | StoredPost) -> bool:
    """Whether a person has said what a post asks for."""
    return isinstance(said, StoredPost) and "asks" in said.corrected


def is_candidate(text: str, felt: tuple[int, float], spread: int, rules: CandidateRules, asks: Asks) -> bool:
    """The same of a private author's text, where nothing more is known."""
    return bool(look(text, Standing.PRIVATE, felt, spread, rules=rules, asks=asks).why)
