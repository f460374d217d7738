"""A kind of rule from outside: posts published at night."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from alerts.facts import Facts, Finding, Subject, matches
from alerts.rules import RuleKind
from config.accounts import Entry

Hour = Annotated[int, Field(ge=0, le=23)]


class NightParameters(Entry):
    """Hours in UTC."""

    first_hour: Hour
    last_hour: Hour


class Night(RuleKind[NightParameters]):
    """Finds the posts of the small hours."""

    Parameters = NightParameters
    model = "night-1"

    def find(self, facts: Facts) -> Iterator[Finding]:
        for post in facts.posts:
            if matches(self.rule.filter, post) and self.parameters.first_hour <= post.published_at.hour <= self.parameters.last_hour:
                yield self.finding(
                    subject=Subject(), at=post.published_at, since=post.published_at, observed=1, why="夜间发布", posts=(post.id,)
                )
