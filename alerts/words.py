"""Alerts in words for people: one line in a list, and the whole story of one."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from alerts.desk import Told
from alerts.episodes import Episode
from alerts.health import Health, seen_now
from alerts.messages import LEVEL_WORDS, subject_words
from alerts.outbox import Delivery

STATUS_WORDS = {"open": "待确认", "acknowledged": "已确认", "resolved": "已结束"}
STEP_NAMES = {"opened": "开始", "grown": "加剧", "acknowledged": "确认", "resolved": "结束"}
STATE_WORDS = {"waiting": "待发", "claimed": "发送中", "sent": "已送达", "dead": "无法送达"}
OUTCOME_WORDS = {"complete": "正常", "partial": "不完整", "failed": "停止"}
COUNTING = frozenset({"spike", "frequency"})  # kinds that count posts; what others observe is no number of anything
NOBODY: Mapping[str, str] = MappingProxyType({})


def line(episode: Episode, zone: ZoneInfo, names: Mapping[str, str] = NOBODY) -> str:
    """One line of a list. `names` are those of accounts, by id."""
    finding = episode.finding
    who = f"，{episode.acknowledged_by}" if episode.acknowledged_by else ""
    return (
        f"{episode.id[:10]}  {_local(episode.opened_at, zone)}  {LEVEL_WORDS[finding.level]}  {STATUS_WORDS[episode.status]}{who}"
        f"  {finding.rule_name}：{subject_words(finding, names)}  {finding.why}"
    )


def explained(told: Told, zone: ZoneInfo, names: Mapping[str, str] = NOBODY) -> Iterator[str]:
    """Tell why an alert went out, and what became of it. `names` are those of accounts, by id."""
    episode, finding = told.episode, told.episode.finding
    counts = finding.kind in COUNTING
    parameters = episode.rule.get("parameters") or {}
    yield f"{finding.rule_name}：{subject_words(finding, names)}（{LEVEL_WORDS[finding.level]}，{STATUS_WORDS[episode.status]}）"
    yield f"编号    {episode.id}"
    yield f"情况    {finding.why}"
    yield f"实际    {f'{finding.observed:g}' if counts else '–'}"
    yield f"预期    {'–' if finding.expected is None else f'{finding.expected:.2f}'}"
    yield f"罕见度  {'–' if finding.score is None else f'{finding.score:.2f}（-log10 概率）'}"
    yield f"起于    {_local(finding.since, zone)}，最近 {_local(finding.at, zone)}"
    yield f"规则    {finding.rule}（{finding.kind}，版本 {finding.model}）"
    yield "参数    " + ("，".join(f"{name}={_value(value)}" for name, value in parameters.items()) or "默认")
    yield f"帖文    {len(finding.posts)} 条" + "".join(f"\n        {post}" for post in finding.posts)
    for step in episode.steps:
        by = "".join(f"，{part}" for part in (step.by, step.why) if part)
        yield f"{STEP_NAMES[step.step]}    {_local(step.at, zone)}{f'，当时 {step.finding.observed:g} 条' if counts else ''}{by}"
    for delivery in told.deliveries:
        yield f"通知    {delivery.id}  {_delivered(delivery, zone)}"


def health_line(health: Health | None, zone: ZoneInfo) -> str:
    """One sentence on the watcher, as it is now."""
    said = seen_now(health, datetime.now(zone))
    if said is None:
        return "预警程序从未运行：yuqing watch"
    return f"预警程序{OUTCOME_WORDS[said.outcome]}" + (f"：{said.detail}" if said.detail else "")


def _delivered(delivery: Delivery, zone: ZoneInfo) -> str:
    last = delivery.attempts[-1] if delivery.attempts else None
    words = f"{STATE_WORDS[delivery.state]}，{len(delivery.attempts)} 次"
    return words if last is None else f"{words}，{_local(last.at, zone)}" + (f"（{last.reason}）" if last.reason else "")


def _value(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
