"""Who speaks in the city: its own accounts, its media and organisations, and many private persons. All are made up."""

import random
from dataclasses import dataclass

GOVERNMENT, MEDIA, ORGANISATION, KNOWN, NOBODY = 1, 3, 7, 0, -1  # verified_type, as Weibo numbers it


@dataclass(frozen=True, slots=True)
class Person:
    """One account. `verified` is Weibo's verified_type; `number` serves as the id on every platform."""

    number: int
    name: str
    verified: int = NOBODY
    handle: str = ""
    region: str = "浙江"
    followers: int = 0
    following: int = 0
    posts: int = 0


def _official(number: int, name: str, handle: str, followers: int) -> Person:
    return Person(number, name, GOVERNMENT, handle, followers=followers, following=120, posts=8000)


FABU = _official(7700000001, "云溪发布", "yunxi_fabu", 865_000)
POLICE = _official(7700000002, "平安云溪", "yunxi_police", 412_000)
TRAFFIC = _official(7700000003, "云溪公安交警", "yunxi_traffic", 388_000)
MUSEUM = _official(7700000004, "云溪博物馆", "yunxi_museum", 157_000)
METRO = _official(7700000005, "云溪地铁", "yunxi_metro", 203_000)
ENVIRONMENT = _official(7700000006, "云溪生态环境", "yunxi_env", 61_000)
HEALTH = _official(7700000007, "健康云溪", "yunxi_health", 98_000)
SCHOOLS = _official(7700000008, "云溪教育", "yunxi_edu", 143_000)
OFFICIALS = (FABU, POLICE, TRAFFIC, MUSEUM, METRO, ENVIRONMENT, HEALTH, SCHOOLS)

VOICES = (
    Person(7700000101, "云溪日报", MEDIA, "yunxi_daily", followers=520_000, following=300, posts=45_000),
    Person(7700000102, "溪畔早新闻", MEDIA, "xipan_news", followers=88_000, following=210, posts=12_000),
    Person(7700000103, "云溪志愿者联合会", ORGANISATION, "yunxi_volunteers", followers=9_400, following=150, posts=2_300),
    Person(7700000104, "柳塘商会", ORGANISATION, "liutang_chamber", followers=3_100, following=80, posts=900),
)

_FRONT = (
    "柳塘",
    "爱吃",
    "早起的",
    "骑车的",
    "江边",
    "不想上班的",
    "小城",
    "南门",
    "喝茶的",
    "追风的",
    "隔壁",
    "打盹的",
    "云台山下",
    "晒太阳的",
)
_BACK = ("阿明", "小鱼", "老王", "糯米团", "青石", "豆豆妈", "面馆", "花猫", "跑者", "柚子", "木匠", "摄影", "阿姨", "晚风", "橘子", "石头")
_REGIONS = ("浙江", "浙江", "浙江", "江苏", "上海", "安徽", "广东", "北京", "四川")
_KNOWN_SHARE = 0.03  # private persons with a yellow V


def citizens(rng: random.Random, count: int) -> list[Person]:
    """Make up private persons."""
    return [
        Person(
            number=6_600_000_000 + place,
            name=f"{rng.choice(_FRONT)}{rng.choice(_BACK)}{place % 97 or ''}",
            verified=KNOWN if rng.random() < _KNOWN_SHARE else NOBODY,
            handle=f"u{place}",
            region=rng.choice(_REGIONS),
            followers=int(rng.lognormvariate(5, 1.3)),
            following=int(rng.lognormvariate(5, 0.8)),
            posts=int(rng.lognormvariate(6, 1.2)),
        )
        for place in range(count)
    ]
