"""A small labelled data set of our own sentences, in the files that training reads."""

import gzip
import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PLACES = ("东湖小区", "新民路", "桃园街道", "河东广场", "北站", "青山镇", "老城区", "滨江公园")
COMPLAINTS = {
    "城乡建设": ("路灯坏了没有物业来修", "房屋漏水开发商不管", "违章建筑一直没有拆除"),
    "劳动和社会保障": ("工资拖欠三个月没有发", "社保断缴公司不补", "退休金计算有误差"),
    "教育文体": ("学校补课收费太高", "老师招生名额不公开", "幼儿园学位不够用"),
    "商贸旅游": ("超市商品价格欺诈消费者", "传销团伙又来骗老人", "景区门票乱涨价"),
    "环境保护": ("工厂排污废水流进河里", "夜间施工噪音扰民", "垃圾焚烧异味很大"),
    "卫生计生": ("医院挂号排队半天", "医生态度恶劣药费贵", "疫苗接种没有预约"),
    "交通运输": ("出租车司机拒载乘客", "公交线路班次太少", "客运站大巴超载"),
}
FEELINGS = {
    -1: ("太让人气愤了", "真是失望透顶[怒]", "烦死了又被骗"),
    0: ("今天发布通知", "会议于九点开始", "附件是名单"),
    1: ("太感谢了点赞", "真是开心[心]", "好喜欢这里的变化"),
}


EVERYDAY = ("周末去看演唱会", "新手机拍照真好看", "球队今晚赢了", "这部剧的结局太意外", "买了一束花送给妈妈", "股票又涨了一点")
NEWS = ("记者从发布会获悉，{place}明日举行展览", "据悉，{place}警方通报一起案件", "近日，{place}召开工作会议，部署下一步任务")
ADVERTS = ("{place}旺铺转让，加微信优惠", "新店开业限时折扣，地址{place}，下单包邮", "{place}旁两室出租，扫码咨询看房")
ASKS = {
    "complaint": "{place}夜里施工扰民，投诉多次没人管，请处理",
    "question": "请问{place}什么时候能通水？",
    "suggestion": "建议有关部门在{place}加装路灯",
}
NAMED = (
    ("云溪交警", "云溪交警回应：事故责任已认定", 1),
    ("云溪交警", "据云溪交警消息，今天有雨", 0),
    ("云溪大学", "他毕业于云溪大学，今年三十岁", 0),
)


def write(folder: Path) -> Path:
    """Write all files below the folder; every fifth sentence is kept for development."""
    _write_sets(folder)
    _write_labels(folder)
    return folder


def _write_labels(folder: Path) -> None:
    """Everyday microblogs, messages, and labels on them, in a folder that stands for ours."""
    texts: list[tuple[str, str, str, str]] = []  # text, form, asks, topic
    for place, turn in itertools.product(PLACES, range(3)):
        texts.append((f"{EVERYDAY[turn]}，{place}", "voice", "none", "其他"))
        texts.append((NEWS[turn].format(place=place), "news", "none", "其他"))
        texts.append((ADVERTS[turn].format(place=place), "advert", "none", "其他"))
        texts += [(asks.format(place=place), "voice", kind, "城乡建设") for kind, asks in list(ASKS.items())[turn : turn + 1]]
    blogs = [
        {"id": str(number), "text": text, "verified_type": 3 if form == "news" else None} for number, (text, form, _, _) in enumerate(texts)
    ]
    rest = [
        {"id": f"r{number}", "text": EVERYDAY[number % 6] + str(number), "verified_type": 3 if number % 7 == 0 else None}
        for number in range(60)
    ]
    write_rows(folder / "replay" / "microblogs.jsonl.gz", [*blogs, *rest])
    write_rows(folder / "incidents" / "social.jsonl.gz", ({key: row[key] for key in ("id", "text", "verified_type")} for row in _named()))
    letters = [
        {"id": 1000 + number, "title": kind, "text": asks.format(place=place)}
        for number, (place, (kind, asks)) in enumerate(itertools.product(PLACES, ASKS.items()))
    ]
    write_rows(folder / "incidents" / "messages.jsonl.gz", letters)
    labels = folder / "labels"
    labels.mkdir(exist_ok=True)
    every = list(enumerate(texts))
    _write_csv(labels / "topics.csv", "topics", [("replay", "random" if n % 3 else "cued", str(n), topic) for n, (_, _, _, topic) in every])
    _write_csv(labels / "forms.csv", "form", [("replay", "random", str(n), form) for n, (_, form, _, _) in every])
    asked = [("replay", "random", str(n), asks) for n, (_, _, asks, _) in every]
    _write_csv(labels / "asks.csv", "asks", asked + [("messages", "random", str(row["id"]), str(row["title"])) for row in letters[:9]])
    lines = [f"social,{row['draw']},{row['id']},{row['name']},{row['about']}" for row in _named()]
    (labels / "about.csv").write_text("\n".join(["set,draw,id,name,about", *lines]) + "\n", encoding="utf-8")
    own = [{"text": text + "。", "form": form, "asks": asks} for text, form, asks, _ in texts[::3]]
    (labels / "own.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in own), encoding="utf-8")


def _named() -> list[dict[str, Any]]:
    return [
        {
            "id": f"n{number}",
            "text": f"{text}{number}",
            "verified_type": None,
            "draw": "test" if number % 2 else "train",
            "name": name,
            "about": about,
        }
        for number, (name, text, about) in enumerate(NAMED * 4)
    ]


def _write_csv(path: Path, column: str, rows: Iterable[tuple[str, str, str, str]]) -> None:
    lines = [",".join(row) for row in rows]
    path.write_text("\n".join([f"set,draw,id,{column}", *lines]) + "\n", encoding="utf-8")


def _write_sets(folder: Path) -> None:
    felt = [
        {"text": f"{place}{feeling}", "sentiment": sentiment, "set": domain}
        for (sentiment, feelings), place, domain in itertools.product(FEELINGS.items(), PLACES, ("usual", "virus"))
        for feeling in feelings
    ]
    messages = [
        {"text": f"{place}的{complaint}，请领导处理。", "topic": topic}
        for (topic, complaints), place in itertools.product(COMPLAINTS.items(), PLACES)
        for complaint in complaints
    ]
    cut = [{"tokens": [row["text"][:3], row["text"][3:7], *row["text"][7:-7:2]], "topic": row["topic"]} for row in messages]
    for name, rows in (("sentiment", felt), ("topic", cut)):
        write_rows(folder / name / "train.jsonl.gz", (row for place, row in enumerate(rows) if place % 5))
        write_rows(folder / name / "dev.jsonl.gz", rows[::5])
    write_rows(folder / "topic" / "dev_raw.jsonl.gz", messages[::5])


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as JSON lines, gzip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
