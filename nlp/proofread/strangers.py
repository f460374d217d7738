"""Names that nobody has, as far as we know, in sentences: how many of them are touched is measured with these.

They are of other parts, and stand in other sentences, than those that the model learns from (`made_up.py`).
"""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

import rjieba

from nlp.proofread.made_up import SURNAMES
from nlp.proofread.spans import Span

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文斌海燕鹏飞宇浩然子涵欣怡梓轩雨泽晨曦嘉懿思源佳琪俊凯博睿瑾瑜舒望砚怀若溪语桐清扬亦菲婉婷景行知远承泽云帆允执其中"
_WATERS = "柳云石青白龙清沙金玉凤双大小东西南北上下新老长高平安太永福寿仁义和兴宁泰吉祥梅桃杏枫松竹兰荷菱芦茅棠槐榆桐"
_LANDS = "塘溪桥河湖湾坪岭坡岗坳沟庄家寨屯堡店铺集泉井潭渡口滩洲墩埠浦港梁冲"
_ENDS = "省市区县镇乡村街道路桥"
_FIELDS = (
    "融媒体中心",
    "水务集团有限公司",
    "实验小学",
    "人民医院",
    "文化馆",
    "残疾人联合会",
    "市场监督管理局",
    "城市建设投资公司",
    "律师事务所",
    "物业服务有限公司",
)
PERSONS, PLACES, AGENCIES, STAND_INS = KINDS = (
    "persons",
    "places",
    "agencies",
    "stand-ins",
)  # the last for known names, in sentences of the sets
_SENTENCES = {
    PERSONS: (
        "{}",
        "{}、{}、{}",
        "{}出席会议并讲话。",
        "记者{}报道",
        "市民{}反映，小区停水三天。",
        "会议由{}主持。",
        "联系人：{}",
        "{}、{}同志任副局长。",
    ),
    PLACES: ("{}", "{}、{}、{}", "{}的居民反映道路不平。", "施工路段位于{}。", "从{}到市区的公交", "{}党委书记", "家住{}的市民"),
    AGENCIES: ("{}", "{}、{}", "{}发布通告。", "由{}负责解释。", "请到{}办理。", "{}负责人表示", "据{}介绍"),
}
_FULL = 3  # characters of a full name


class Named(NamedTuple):
    """A sentence, and where names that nobody has stand in it."""

    kind: str  # one of KINDS
    text: str
    names: tuple[Span, ...]


def person(draw: random.Random) -> str:
    """A full name of two or three characters."""
    return draw.choice(_SURNAMES) + "".join(draw.choices(_GIVEN, k=draw.choice((1, 2, 2))))


def place(draw: random.Random) -> str:
    """The name of a village, a town, a street, a district."""
    return draw.choice(_WATERS) + draw.choice(_LANDS) + draw.choice(_ENDS)


def agency(draw: random.Random) -> str:
    """The name of an agency, a school, a company."""
    name = place(draw)
    return name[:2] + draw.choice(("", name[2])) + draw.choice(_FIELDS)


def sentences(number: int, seed: int) -> Iterator[Named]:
    """So many sentences of each kind, each with a name or more; some are names only."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    make: dict[str, Callable[[random.Random], str]] = {PERSONS: person, PLACES: place, AGENCIES: agency}
    for kind, frames in _SENTENCES.items():
        for _ in range(number):
            pieces: list[tuple[str, bool]] = []
            for between in draw.choice(frames).split("{}"):
                pieces += [(make[kind](draw), True), (between, False)] if pieces else [(between, False)]
            yield _joined(kind, pieces)


def stand_ins(text: str, draw: random.Random) -> Named | None:
    """A right sentence with all known names of persons and places replaced; None where it has none."""
    pieces = [_stand_in(word, tag, draw) for word, tag in rjieba.tag(text)]
    return _joined(STAND_INS, pieces) if any(new for _, new in pieces) else None


def _stand_in(word: str, tag: str, draw: random.Random) -> tuple[str, bool]:
    """Another name for a person or a place, whatever else as it is; and whether it is another."""
    if tag == "nrt" or (tag == "nr" and 1 < len(word) <= _FULL and word[0] in SURNAMES):
        return person(draw), True
    if tag == "ns" and len(word) > 1:
        end = word[-1] if len(word) >= _FULL and word[-1] in _ENDS else ""
        return place(draw)[:2] + end, True
    return word, False


def _joined(kind: str, pieces: list[tuple[str, bool]]) -> Named:
    """A text of pieces, each with whether it is a name."""
    text, names = "", []
    for piece, name in pieces:
        if name:
            names.append(Span(len(text), len(text) + len(piece)))
        text += piece
    return Named(kind, text, tuple(names))
