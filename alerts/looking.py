"""What every look at the database needs: where to read, for which accounts and topics, and how a rule's filter is asked."""

from datetime import timedelta
from typing import NamedTuple

from elasticsearch.dsl import Q

from alerts.facts import Finding, PostFact
from config.alerts import Filter, Rule
from indexers.merge import StoredPost
from indexers.queries import Filters, most_spread
from indexers.reader import Reader
from indexers.slots import Window

SHOWN_POSTS = 20  # ids kept with a spike


class Looking(NamedTuple):
    """Where to look, and at what."""

    reader: Reader
    accounts: tuple[str, ...]  # ids
    topics: tuple[str, ...]
    learn: timedelta  # how much of the past a new watcher learns from


def filters_of(chosen: Filter, window: Window | None = None) -> Filters:
    """Ask of the database what a rule's filter asks of posts."""
    text = None
    if chosen.words:
        phrases = [Q("match_phrase", **{field: word}) for word in chosen.words for field in ("text", "title")]
        text = Q("bool", should=phrases, minimum_should_match=1)
    return Filters(
        accounts=chosen.accounts, topics=chosen.topics, sentiments=chosen.sentiments, platforms=chosen.platforms, window=window, text=text
    )


def fact_of(post: StoredPost) -> PostFact:
    """Give what a rule may know of a post."""
    return PostFact(
        id=post.id,
        published_at=post.published_at,
        first_collected_at=post.first_collected_at,
        platform=post.platform,
        text=f"{post.title}\n{post.text}" if post.title else post.text,
        topic=post.topic or "",
        sentiment=post.sentiment or 0,
        accounts=post.accounts,
    )


def asked(finding: Finding, chosen: Filter, window: Window) -> Filters:
    """Ask of the database for the posts that a rule's filter means and a finding is about."""
    subject = finding.subject
    narrowed = {
        "accounts": (subject.account,) if subject.account else chosen.accounts,
        "topics": (subject.topic,) if subject.topic else chosen.topics,
        "sentiments": chosen.sentiments if subject.sentiment is None else (subject.sentiment,),
    }
    return filters_of(chosen.model_copy(update=narrowed), window)


def behind(reader: Reader, finding: Finding, rule: Rule) -> tuple[str, ...]:
    """Name the posts behind a finding that is about a cut through the posts: those that came furthest in its time."""
    step = timedelta(seconds=float(rule.parameters.get("step_s", 300)))
    window = Window(min(finding.since, finding.at), finding.at + step)
    return tuple(post.id for post in most_spread(reader, asked(finding, rule.filter, window), size=SHOWN_POSTS))
