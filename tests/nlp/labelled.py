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


def write(folder: Path) -> Path:
    """Write all files below the folder; every fifth sentence is kept for development."""
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
    return folder


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows as JSON lines, gzip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
