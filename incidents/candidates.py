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
