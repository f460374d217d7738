"""The two dashboards: which panels stand where. The grid has 48 columns; a row is as high as the highest of its panels."""

from typing import NamedTuple

from dashboards import panels
from dashboards.panel import Listing, Panel
from dashboards.views import Text

COLUMNS = 48


class Place(NamedTuple):
    """Where a panel stands, in columns and rows of the grid."""

    x: int
    y: int
    w: int
    h: int


class Board(NamedTuple):
    """A dashboard."""

    id: str
    title: Text
    description: Text
    since: str  # what Kibana shows when it is opened: from then until now
    refresh_s: int
    placed: tuple[tuple[Panel | Listing, Place], ...]


DUTY = Board(
    "duty",
    Text("舆情 值班", "Public opinion: on duty"),
    Text(
        "按发布时间统计：声量、情感、主题、来源、事件与预警。负面指有人不满、可能需要回应；分类由模型给出，会有误差。",
        "By publication: volume, sentiment, topics, sources, incidents and alerts. Negative means that somebody is dissatisfied and may need an "
        "answer; models say so, and they err.",
    ),
    "now-24h",
    60,
    (
        (panels.TOTAL, Place(0, 0, 12, 6)),
        (panels.NEGATIVE_SHARE, Place(12, 0, 12, 6)),
        (panels.PLATFORMS, Place(24, 0, 12, 12)),
        (panels.CASES, Place(36, 0, 12, 12)),
        (panels.KEYWORDS, Place(0, 6, 24, 6)),
        (panels.VOLUME, Place(0, 12, 32, 12)),
        (panels.SHARES, Place(32, 12, 16, 12)),
        (panels.TOPICS, Place(0, 24, 16, 12)),
        (panels.TOPIC_SPREAD, Place(16, 24, 16, 12)),
        (panels.CONCERNED, Place(32, 24, 16, 12)),
        (panels.SPREADING, Place(0, 36, 48, 16)),
        (panels.ALERTS, Place(0, 52, 24, 10)),
        (panels.RUNS, Place(24, 52, 24, 10)),
        (panels.YIELD, Place(0, 62, 24, 14)),
        (panels.LAG, Place(24, 62, 24, 14)),
    ),
)
ACCOUNTS = Board(
    "accounts",
    Text("舆情 账号", "Public opinion: accounts"),
    Text(
        "本单位账号：每日发布、收到的互动、关注者。按账号名排列，不作排名。",
        "The office's accounts: what they publish each day, what they receive, their followers. In the order of the alphabet; no ranking.",
    ),
    "now-30d",
    900,
    (
        (panels.PER_DAY, Place(0, 0, 32, 14)),
        (panels.CONCERNED, Place(32, 0, 16, 14)),
        (panels.RECEIVED, Place(0, 14, 32, 14)),
        (panels.FOLLOWERS, Place(32, 14, 16, 14)),
        (panels.FOLLOWING, Place(0, 28, 48, 12)),
    ),
)

BOARDS = (DUTY, ACCOUNTS)
