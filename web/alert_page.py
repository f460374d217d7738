"""One alert as its page shows it: what was observed and expected, which posts, by which rule, each step, and who was told how."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from alerts import episodes
from alerts.desk import Told
from alerts.episodes import Episode, Notice
from alerts.outbox import Delivery
from config.alerts import Rule, whole
from incidents.people import Actor
from indexers import queries
from indexers.slots import Window
from web.alert_chart import Chart, chart_of
from web.alert_views import SECOND, AlertItem, alert_item, posts_link, step_of
from web.desk import Desk
from web.views import Named, PostItem, View, models_of, post_item

MOST_OBSERVATIONS = 2000


class Sign(View):
    """One thing about a post that is not like its account; `rarity` is -log10."""

    kind: str
    rarity: float
    evidence: str


class Observed(View):
    """The counts of the post at one time; null where the source did not show one."""

    at: datetime
    forwards: int | None
    comments: int | None
    likes: int | None


class RuleItem(View):
    """The rule as it was when the alert opened, and what has become of it: same, changed, off or gone."""

    id: str
    name: str
    kind: str
    model: str
    level: str
    parameters: dict[str, Any]
    filter: dict[str, Any]
    calm_s: int
    by_person: bool  # only a person ends what it has found: a step of an incident, a post
    now: Literal["same", "changed", "off", "gone"]


class Attempt(View):
    """One try to deliver; no reason means that it was taken."""

    at: datetime
    reason: str | None
    what: str | None


class Sending(View):
    """What was or will be sent of a step, to whom, and how it went. `kind` is null where the channel is configured no more."""

    id: str
    channel: str
    kind: str | None
    readers: tuple[Named, ...]  # subscriptions
    state: str
    due_at: datetime
    attempts: tuple[Attempt, ...]


class StepItem(View):
    """One step of an alert, with what was observed then."""

    number: int
    step: str
    at: datetime
    by: str | None
    why: str | None
    observed: float
    sendings: tuple[Sending, ...]
    handed: bool  # False: the outbox does not have it yet


class AlertView(View):
    """The page of an alert."""

    alert: AlertItem
    chart: Chart | None
    signs: tuple[Sign, ...]
    observations: tuple[Observed, ...]  # of the post that an alert about an account rests on
    posts: tuple[PostItem, ...]
    posts_gone: int  # named by the alert, and in the database no more
    posts_withheld: int  # reports (举报) that are not for who looks
    posts_link: str | None  # all posts behind it; null where those named are all
    models: tuple[str, ...]  # that tagged the posts
    rule: RuleItem
    steps: tuple[StepItem, ...]
    can: tuple[str, ...]  # steps that the reader may take now
    message: str = ""  # why a step was refused
    why: str = ""  # the reason that was given with it


def alert_view(desk: Desk, told: Told, by: Actor, can: Sequence[str], *, message: str = "", why: str = "") -> AlertView:
    """Ask for all that the page shows somebody; `can` are the steps that their role may take. Raises DatabaseUnavailable."""
    episode = told.episode
    finding = episode.finding
    found = queries.get_posts(desk.reader, finding.posts)
    withheld = desk.withheld.among(found.values(), by)
    posts = tuple(post_item(found[name], desk.accounts) for name in finding.posts if name in found and name not in withheld)
    return AlertView(
        alert=alert_item(desk, episode, _states(told.deliveries)),
        chart=chart_of(desk, episode, by),
        signs=tuple(Sign(kind=sign.kind, rarity=round(sign.rarity, 2), evidence=sign.evidence) for sign in finding.signs),
        observations=_observations(desk, episode),
        posts=posts,
        posts_gone=len(finding.posts) - len(found),
        posts_withheld=len(withheld),
        posts_link=_all_posts(desk, episode),
        models=models_of(posts),
        rule=_rule(desk, episode),
        steps=tuple(_steps(desk, told)),
        can=tuple(step for step in episodes.possible(episode) if step in can),
        message=message,
        why=why,
    )


def _states(deliveries: Iterable[Delivery]) -> Mapping[str, int]:
    states: dict[str, int] = {}
    for delivery in deliveries:
        states[delivery.state] = states.get(delivery.state, 0) + 1
    return states


def _observations(desk: Desk, episode: Episode) -> tuple[Observed, ...]:
    finding = episode.finding
    if finding.kind != "takeover" or not finding.posts:
        return ()
    seen = islice(queries.observations_of(desk.reader, finding.posts[0]), MOST_OBSERVATIONS)
    return tuple(Observed(at=one.observed_at, forwards=one.forwards, comments=one.comments, likes=one.likes) for one in seen)


def _all_posts(desk: Desk, episode: Episode) -> str | None:
    finding = episode.finding
    if finding.subject.incident is not None or finding.kind == "takeover":
        return None
    end = episode.last_at + (step_of(episode.rule) if finding.kind == "spike" else SECOND)
    return posts_link(desk, finding, episode.rule, Window(min(finding.since, finding.at), end))


def _rule(desk: Desk, episode: Episode) -> RuleItem:
    copy, finding = episode.rule, episode.finding
    return RuleItem(
        id=finding.rule,
        name=finding.rule_name,
        kind=finding.kind,
        model=finding.model,
        level=finding.level,
        parameters=copy["parameters"],
        filter={name: value for name, value in copy["filter"].items() if value},
        calm_s=copy["calm_s"],
        by_person=finding.once is not None,
        now=compared(copy, {rule.id: rule for rule in desk.office.alerts.rules}.get(finding.rule)),
    )


def compared(copy: Mapping[str, Any], now: Rule | None) -> Literal["same", "changed", "off", "gone"]:
    """Say what has become of a rule since it was copied."""
    if now is None:
        return "gone"
    if now.off:
        return "off"
    return "same" if whole(now) == copy else "changed"


def _steps(desk: Desk, told: Told) -> Iterable[StepItem]:
    for number, step in enumerate(told.episode.steps, 1):
        yield _step(desk, step, number, told)


def _step(desk: Desk, step: Notice, number: int, told: Told) -> StepItem:
    sendings = tuple(_sending(desk, delivery) for delivery in told.deliveries if delivery.notice == step.id)
    return StepItem(
        number=number,
        step=step.step,
        at=step.at,
        by=step.by,
        why=step.why,
        observed=step.finding.observed,
        sendings=sendings,
        handed=number <= told.episode.handed,
    )


def _sending(desk: Desk, delivery: Delivery) -> Sending:
    kinds = {channel.id: channel.kind for channel in desk.office.alerts.channels}
    names = {one.id: one.name for one in desk.office.alerts.subscriptions}
    return Sending(
        id=delivery.id,
        channel=delivery.channel,
        kind=kinds.get(delivery.channel),
        readers=tuple(Named(id=key, name=names.get(key, key)) for key in delivery.subscriptions),
        state=delivery.state,
        due_at=delivery.due_at,
        attempts=tuple(Attempt(at=one.at, reason=one.reason, what=one.what) for one in delivery.attempts),
    )
