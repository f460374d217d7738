"""Which tagged posts may become an incident: those that are negative, ask for something, or spread.

Negative means that somebody is dissatisfied and may need an answer, not that somebody is against anybody.
"""

import enum

from config.incidents import CandidateRules
from incidents.asks import Asks
from nlp.tagger import text_of
from streams.messages import Standing, TaggedPost


class Why(enum.StrEnum):
    """Why a post is looked at."""

    NEGATIVE = "negative"
    ASKS = "asks"
    SPREADS = "spreads"


def reasons(tagged: TaggedPost, rules: CandidateRules, asks: Asks) -> tuple[Why, ...]:
    """Why a post may belong to an incident; empty where it need not be looked at.

    Only a private author asks: a newspaper that writes 投诉 tells of somebody else's. What the office's own accounts publish
    is no dissatisfaction with them, but may spread.
    """
    post, tags = tagged.post, tagged.tags
    own = post.author.standing is Standing.MONITORED
    private = post.author.standing is Standing.PRIVATE
    spread = (post.forwards or 0) + (post.comments or 0)
    found = {
        Why.NEGATIVE: not own and tags.sentiment < 0 and tags.sentiment_score >= rules.negative_score,
        Why.ASKS: private and asks.find(text_of(post)) is not None,
        Why.SPREADS: spread >= rules.spread,
    }
    return tuple(why for why, holds in found.items() if holds)


def is_candidate(text: str, felt: tuple[int, float], spread: int, rules: CandidateRules, asks: Asks) -> bool:
    """The same of a private author's text, where nothing more is known. `felt` is the sentiment and how sure it is."""
    sentiment, score = felt
    return (sentiment < 0 and score >= rules.negative_score) or spread >= rules.spread or asks.find(text) is not None
