"""A made-up city's week: a few stories told in different words, and daily life between them."""

from datetime import UTC, datetime, timedelta

from incidents.state import Arrival

START = datetime(2026, 11, 2, 8, tzinfo=UTC)

WATER = (
    "云溪东湖小区停水三天了，物业电话没人接，老人小孩都没法洗澡",
    "东湖小区又停水，物业只说抢修，三天没水喝谁来管",
    "求助！东湖小区停水第三天，送水车也没来，物业不接电话",
    "东湖小区停水三天，居民提着桶到隔壁小区接水",
    "物业回应东湖小区停水：水泵烧毁，正在抢修",
)
BRIDGE = (
    "清水河大桥伸缩缝损坏，早高峰车辆颠簸严重，盼交通部门维修",
    "【清水河大桥伸缩缝破损】多名司机反映大桥伸缩缝翘起，轮胎被扎",
    "清水河大桥的伸缩缝翘起来一块，今早两辆车爆胎，注意绕行",
    "交通局：清水河大桥伸缩缝今晚封闭维修，请司机绕行",
)
DAILY = (
    "今天食堂的红烧肉真好吃",
    "周末想去爬山，有一起的吗",
    "新买的耳机音质不错，推荐给大家",
    "公园的银杏黄了，适合拍照",
    "下班路上看到一只橘猫，胖得走不动",
    "终于把拖了半年的书看完",
    "雨天在家睡懒觉",
    "奶茶店排队一小时，下次再也不来",
)


def arrival(name: str, text: str, *, hours: float = 0.0) -> Arrival:
    """One post, so many hours after the beginning."""
    return Arrival(f"weibo:{name}", START + timedelta(hours=hours), text)


def week() -> list[Arrival]:
    """Two stories that run side by side, with daily life between: 17 posts within four hours."""
    told = [(f"water{number}", text) for number, text in enumerate(WATER)] + [
        (f"bridge{number}", text) for number, text in enumerate(BRIDGE)
    ]
    posts = [arrival(name, text, hours=(place * 5 % 9) * 0.4) for place, (name, text) in enumerate(told)]
    posts += [arrival(f"daily{number}", text, hours=number * 0.45) for number, text in enumerate(DAILY)]
    return sorted(posts, key=lambda post: post.at)
