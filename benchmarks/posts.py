"""Posts to measure with: real texts where they are beside the project, else our own sentences; made-up ids, times and counts.

Spread evenly over 90 days. One in ten is seen again, some thousands of posts later, with higher counts, so that it is merged and
leaves observations; rates count each post once.
"""

import functools
import gzip
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from config.topic_names import TOPIC_NAMES
from streams.messages import Author, Kind, Post, Standing, TaggedPost, Tags

REPLAY = Path(__file__).parents[2] / "shared" / "data" / "replay" / "microblogs.jsonl.gz"
DAYS = 90
END = datetime(2026, 11, 1, tzinfo=UTC)
AGAIN = 10  # one post in so many is seen a second time
LATER = 5000  # posts between the two sightings
ACCOUNTS = tuple(f"office-{number:02}" for number in range(40))
_APART = (0, 997, 3989)  # texts between the three that are joined
LENGTH = 136  # characters of an average post in the replayed data

_PIECES = (
    "今天早上小区又停水了，物业说是管道检修，什么时候来水没人知道",
    "出租车司机拒载还乱收费，打了投诉电话没有人接，希望有人管一管",
    "感谢社区医院的护士，老人打针很耐心，还送到了门口[赞]",
    "学校门口的红绿灯坏了三天，孩子过马路很危险，请尽快修好",
    "河边的工厂晚上偷偷排污，味道很难闻，窗户都不敢开[怒]",
    "公司拖欠了两个月工资，去劳动监察大队登记了，等消息",
    "新开的图书馆环境真好，周末带孩子来看书，座位也多",
    "市政务服务中心通知明天系统升级，暂停办理业务，请改天再来",
    "高峰期地铁晚点二十分钟，站台上挤满了人，广播说信号故障",
    "景区门票涨价了，厕所却还是那么几个，排队排了半个小时",
)


class Texts(NamedTuple):
    """Texts, and in words where they are from."""

    texts: list[str]
    origin: str


@functools.cache
def texts() -> Texts:
    """The texts that posts are made of."""
    if REPLAY.exists():
        with gzip.open(REPLAY) as file:
            return Texts([text for line in file if (text := json.loads(line)["text"])], "replayed posts")
    chance = random.Random(0)
    size = LENGTH // (sum(map(len, _PIECES)) // len(_PIECES))
    return Texts(["。".join(chance.choices(_PIECES, k=size)) + f"。{chance.randrange(1000)}路" for _ in range(20_000)], "made-up posts")


def posts(count: int) -> Iterator[Post]:
    """So many posts, and among them the second sightings, in the order in which a crawl might bring them."""
    waiting: list[tuple[int, Post]] = []
    for number in range(count):
        post = _post(number, count)
        yield post
        if number % AGAIN == 0:
            waiting.append((number + LATER, _again(post)))
        while waiting and waiting[0][0] <= number:
            yield waiting.pop(0)[1]
    for _, post in waiting:
        yield post


def _post(number: int, count: int) -> Post:
    chance = random.Random(number)
    published = END - timedelta(seconds=DAYS * 86400 * (1 - number / count))
    repost = number % 4 == 3
    return Post(
        id=f"weibo:{5_300_000_000_000_000 + number}",
        platform="weibo",
        kind=Kind.REPOST if repost else Kind.POST,
        author=_author(chance),
        text=_text(number),
        published_at=published,
        collected_at=published + timedelta(seconds=chance.uniform(20, 600)),
        source="weibo",
        url=f"https://weibo.example/{number}",
        root_id=f"weibo:{5_300_000_000_000_000 + number - 3}" if repost else None,
        forwards=int(chance.paretovariate(1.0)) - 1,
        comments=int(chance.paretovariate(1.1)) - 1,
        likes=int(chance.paretovariate(0.9)) - 1,
        accounts=tuple(chance.sample(ACCOUNTS, chance.choice((1, 1, 1, 2)))),
    )


def tagged(number: int, at: datetime, account: str, chance: random.Random, *, found_after: timedelta) -> TaggedPost:
    """A post with made-up tags, for measuring what comes after tagging."""
    given = texts().texts
    post = Post(
        id=f"weibo:{number}",
        platform="weibo",
        kind=Kind.POST,
        author=Author(id=f"p:{number:032x}"),
        text=given[number % len(given)],
        published_at=at,
        collected_at=at + found_after,
        source="weibo",
        accounts=(account,),
    )
    tags = Tags(
        topic=chance.choice(TOPIC_NAMES),
        topic_score=0.9,
        sentiment=chance.choice((-1, 0, 1)),
        sentiment_score=0.9,
        tokens="地铁 停运",
        keywords=(),
        model="made-up",
        tag_revision=1,
    )
    return TaggedPost(post=post, tags=tags)


def _text(number: int) -> str:
    """Each real text once, then thirds of three, so that there are no more copies among many posts than among the real ones."""
    given = texts().texts
    turn, place = divmod(number, len(given))
    first, second, third = (given[(place + turn * apart) % len(given)] for apart in _APART)
    if turn == 0:
        return first
    return first[: len(first) // 3] + second[len(second) // 3 : 2 * len(second) // 3] + third[2 * len(third) // 3 :]


def _author(chance: random.Random) -> Author:
    if chance.random() < 0.9:
        return Author(id=f"p:{chance.getrandbits(128):032x}")
    return Author(id=str(chance.getrandbits(32)), standing=Standing.MEDIA, name="云溪某媒体", followers=chance.randrange(10**6))


def _again(post: Post) -> Post:
    later = post.collected_at + timedelta(hours=1)
    return msgspec.structs.replace(post, collected_at=later, forwards=(post.forwards or 0) + 7, likes=(post.likes or 0) + 30)
