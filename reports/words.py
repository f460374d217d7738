"""What people call what stands in a report. Reports are Chinese, whatever language the pages speak."""

from alerts.messages import LEVEL_WORDS, SENTIMENT_WORDS
from alerts.words import STATUS_WORDS
from incidents.words import CLOCKS, MILESTONES, REQUEST_KINDS, REQUEST_STAGES, STAGES

__all__ = [
    "CLOCKS",
    "GAPS",
    "HAPPENED",
    "KINDS",
    "LEVEL_WORDS",
    "MILESTONES",
    "NUMERALS",
    "PLATFORMS",
    "REQUEST_KINDS",
    "REQUEST_STAGES",
    "SENTIMENT_WORDS",
    "STAGES",
    "STATUS_WORDS",
    "named",
]

KINDS = {"daily": "日报", "handover": "交接班"}
PLATFORMS = {"weibo": "微博", "wechat": "微信", "mastodon": "长毛象", "web": "网站", "report": "人工上报", "push": "推送", "file": "文件"}
GAPS = {"failed": "失败", "partial": "不完整", "silent": "无消息", "never": "尚未运行"}
HAPPENED = {"warned": "已提醒", "passed": "已超时", "met": "已完成"}
NUMERALS = "一二三四五六七八九十"


def named(words: dict[str, str], value: str) -> str:
    """Give the word for a value; the value itself where there is none."""
    return words.get(value, value)
