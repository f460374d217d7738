"""Whether a text that names an account is about it, or names it in passing: as a source, a place, an employer, part of another name.

A small logistic regression over what stands around each name. What is found in doubt is shown so, never left out.
"""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from matching.mentions import Mentions, Place
from nlp.logistic import Logistic

INPUTS = (
    "early", "times", "only_in_hashtags", "in_headline", "acts", "acts_in_hashtag", "acted_on", "source_before", "source_after", "at_end",
    "longer_name", "person_of", "place", "place_tag", "listed", "hashtags", "items", "length", "news", "advert",
)  # fmt: skip
DOUBTFUL = 0.25  # an account that a text is less likely about than this is marked

_NEAR, _EARLY, _END = 14, 30, 12  # characters
_MOST_PLACES = 8  # that are looked at
_ITEMS_WITHIN = 3000  # characters in which the items of a list are counted
_ACTS = re.compile(
    r"回应|通报|发布|回复|答复|公告|辟谣|致歉|道歉|关闭|开放|介入|立案|调查|核实|处罚|撤销|取消|拟|将|调价|涨价|降价|调整|举行|召开|举办|推出|提醒|规定"
    r"|要求|印发|公布|宣布|决定|部署|启用|上线|联合|诚邀|透露|排查|赔|退|接到|热线|投诉|举报|不作为|不管|不理|没人|态度|服务|官方|称|预报|预警"
    r"|什么|怎么|为什么|何时|能不能|你|管|太|真|又"
)
_ACTED_ON = re.compile(
    r"(?:致电|联系|拨打|起诉|诉|状告|围绕|质疑|批评|曝光|关于|对|向|给|被|问|找|打|@|请|感谢|谢谢|投诉|举报|希望|建议|恳请)$"
)
_SOURCE_BEFORE = re.compile(r"(?:据|来源|来源:|via|转自|供图|编辑|原标题|\(|（|接受|我读)[:《“\"]?$")
_SOURCE_AFTER = re.compile(
    r"》?(?:的?微博|的?视频|直播|客户端|健康客户端|消息|讯|报道|记者|数据|统计|获悉|网|评论|撰文|署名|采访|新闻|\)|）|发表|刊)"
)
_LONGER = re.compile(
    r"(?:人民|附属|第[一二三四五六七八九]|深圳|首钢|医院|教授|博士|硕士|本科|毕业|校友|学院|研究[院所]|研究生|部长|部门|设备|器材|安全|科技|公司|集团"
    r"|[东南西北]?路|街|店|酒店|宾馆|公寓|小区|花园|广场|会馆|培训|幼儿园|出版社|本硕|国家|教师|师生|宿舍|总署|社|学|杯|牌|版|员|关联)"
)
_PERSON = re.compile(r"(?:毕业于|考入|考上|考取|就读|任职于|曾任|在|到|于|录取到|滑档到|年)$")
_PLACE_AFTER = re.compile(r"(?:附近|旁|对面|门口|楼下|站|号口|周边|一带|隔壁|[东南西北]门)")
_PLACE_BEFORE = re.compile(r"(?:走进|参观|打卡|偶遇|来到|去|逛|位于|·)$")
_TAG = re.compile(r"·[^·\s]{0,10}$")
_ITEM = re.compile(r"(?:^|[\s;；。])\d{1,2}[、.]")
_HASHTAG = re.compile(r"#[^#]{1,60}#")
_LIST = "、,，/"


class Named(NamedTuple):
    """A text that names an account, and how it speaks: the probabilities of its being news and an advert."""

    text: str
    places: Sequence[Place]  # of this account alone
    news: float
    advert: float


class About:
    """Judges which of the accounts that a post concerns it is really about. Safe to share between threads."""

    def __init__(self, mentions: Mentions, model: Logistic) -> None:
        self._mentions, self._model = mentions, model

    def doubtful(
        self, folded: Sequence[str], accounts: Sequence[Sequence[str]], news: Sequence[float], advert: Sequence[float]
    ) -> list[tuple[str, ...]]:
        """For each folded text those of its accounts that it names but is probably not about; one that it doesn't name is never in doubt.

        `news` and `advert` are the probabilities of its being one.
        """
        found: list[tuple[int, str]] = []
        rows: list[list[float]] = []
        for number, (text, concerned) in enumerate(zip(folded, accounts, strict=True)):
            places = self._mentions.places_in(text) if concerned else []
            for account in concerned:
                own = [place for place in places if place.account == account]
                if own:
                    found.append((number, account))
                    rows.append(look(Named(text, own, news[number], advert[number])))
        doubts: list[list[str]] = [[] for _ in folded]
        if rows:
            sure = self._model.probabilities(np.array(rows, dtype=np.float32))[:, 1]
            for (number, account), likely in zip(found, sure.tolist(), strict=True):
                if likely < DOUBTFUL:
                    doubts[number].append(account)
        return [tuple(one) for one in doubts]


def look(named: Named) -> list[float]:
    """What the model sees, in the order of INPUTS. The text is folded; what holds of any place holds."""
    text = named.text
    hashtags = [match.span() for match in _HASHTAG.finditer(text)] if "#" in text else []
    seen = [_look_at(text, place, hashtags) for place in named.places[:_MOST_PLACES]]
    inside, *rest = zip(*seen, strict=True)
    first = named.places[0].start
    return [
        float(first <= _EARLY),
        math.log1p(len(named.places)),
        float(min(inside)),
        float("【" in text[:first] and "】" not in text[text.rfind("【", 0, first) : first]),
        *(float(max(values)) for values in rest),
        math.log1p(len(hashtags)),
        math.log1p(len(_ITEM.findall(text, 0, _ITEMS_WITHIN))),
        math.log1p(len(text)),
        named.news,
        named.advert,
    ]


def _look_at(text: str, place: Place, hashtags: Sequence[tuple[int, int]]) -> tuple[float, ...]:
    before, after = text[max(0, place.start - 6) : place.start], text[place.end : place.end + _NEAR]
    inside = any(start <= place.start < end for start, end in hashtags)
    acts = _ACTS.search(after.partition("#")[0].partition("。")[0]) is not None
    return (
        inside,
        acts and not inside,
        acts and inside,
        _ACTED_ON.search(before) is not None,
        _SOURCE_BEFORE.search(before) is not None,
        _SOURCE_AFTER.match(after) is not None,
        len(text) - place.end < _END and place.start > _EARLY,
        _LONGER.match(after) is not None,
        _PERSON.search(before) is not None,
        _PLACE_AFTER.match(after) is not None or _PLACE_BEFORE.search(before) is not None,
        _TAG.search(before) is not None,
        ((before[-1:] in _LIST and before != "") + (after[:1] in _LIST and after != "")) / 2,
    )
