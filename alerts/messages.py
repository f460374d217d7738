"""What a receiver reads: the words for people, in Chinese, and the same as data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from alerts.episodes import Notice
from alerts.facts import Finding

VERSION = 1  # of the data; raised when a reader would have to change
LEVEL_WORDS = {"notice": "提示", "warning": "预警", "urgent": "紧急"}
STEP_WORDS = {"opened": "", "grown": "（加剧）", "acknowledged": "（已确认）", "resolved": "（已结束）"}
SENTIMENT_WORDS = {-1: "负面", 0: "中性", 1: "正面"}
LONGEST_TITLE = 120  # characters


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One notification, ready to send by any channel."""

    key: str  # of the notice: the same each time it is sent, so that a receiver can tell a repeat
    title: str
    text: str
    data: dict[str, Any]  # JSON's types


class Wording(NamedTuple):
    """What the office's messages need besides what they tell."""

    zone: ZoneInfo = ZoneInfo("UTC")  # in which times are told
    names: Mapping[str, str] = MappingProxyType({})  # of accounts, by id
    address: str | None = None  # where the web pages are


def render(notice: Notice, wording: Wording = Wording()) -> Message:  # noqa: B008 - immutable
    """Put a step of an episode into words."""
    finding, zone = notice.finding, wording.zone
    head = f"【{LEVEL_WORDS[finding.level]}】{finding.rule_name}{STEP_WORDS[notice.step]}"
    about = subject_words(finding, wording.names)
    link = f"{wording.address.rstrip('/')}/alerts/{notice.episode}" if wording.address else None
    lines = [
        f"对象：{about}",
        f"情况：{finding.why}",
        f"时间：{finding.since.astimezone(zone):%Y-%m-%d %H:%M} 起，{finding.at.astimezone(zone):%m-%d %H:%M} 发现",
        *([f"操作：{notice.by}"] if notice.by else []),
        *([f"说明：{notice.why}"] if notice.why else []),
        *([f"详情：{link}"] if link else []),
        f"依据：{finding.rule}（{finding.model}），编号 {notice.id}",
    ]
    data = {"version": VERSION, "link": link, "notice": msgspec.json.decode(msgspec.json.encode(notice))}
    return Message(key=notice.id, title=_one_line(f"{head}：{about}"), text="\n".join(lines), data=data)


def subject_words(finding: Finding, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Say what a finding is about, an account by its name where that is known."""
    subject = finding.subject
    account = names.get(subject.account, subject.account) if subject.account else None
    parts = [account, subject.topic, None if subject.sentiment is None else SENTIMENT_WORDS[subject.sentiment], subject.incident]
    return finding.title or " · ".join(part for part in parts if part) or "全部"


def _one_line(text: str) -> str:
    """Make a title of a text that may come from anywhere: no line breaks, which would forge a header, and not too long."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"
