"""Names of persons, places and organisations that nobody has, as far as we know, made of parts by a fixed rule."""

import random
from collections.abc import Iterator

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文斌海燕鹏飞宇浩然子涵欣怡梓轩雨泽晨曦嘉懿思源佳琪俊凯博睿瑾瑜舒望砚怀若溪语桐清扬亦菲婉婷景行知远承泽云帆允执其中"
_WATERS = "柳云石青白龙清沙金玉凤双大小东西南北上下新老长高平安太永福寿仁义和兴宁泰吉祥梅桃杏枫松竹兰荷菱芦茅棠槐榆桐"
_LANDS = "塘溪桥河湖湾坪岭坡岗坳沟庄家寨屯堡店铺集泉井潭渡口滩洲墩埠浦港梁冲"
_KINDS = "省市区县镇乡村街道路桥"
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


def persons(number: int, seed: int = 1) -> list[str]:
    """Full names, two or three characters."""
    draw = random.Random(seed)
    return [draw.choice(_SURNAMES) + "".join(draw.choices(_GIVEN, k=draw.choice((1, 2, 2)))) for _ in range(number)]


def places(number: int, seed: int = 2) -> list[str]:
    """Names of villages, towns, streets, districts."""
    draw = random.Random(seed)
    return [draw.choice(_WATERS) + draw.choice(_LANDS) + draw.choice(_KINDS) for _ in range(number)]


def organisations(number: int, seed: int = 3) -> list[str]:
    """Names of agencies, schools, companies."""
    draw = random.Random(seed)
    return [place[:2] + draw.choice(("", place[2])) + draw.choice(_FIELDS) for place in places(number, seed)]


def sentences(seed: int = 4) -> Iterator[tuple[str, str]]:
    """A sentence with each name, and the name."""
    draw = random.Random(seed)
    about = (
        (
            persons(400),
            ("{}出席会议并讲话。", "记者{}报道", "市民{}反映，小区停水三天。", "会议由{}主持。", "联系人：{}", "{}、{}同志任副局长。"),
        ),
        (places(400), ("{}的居民反映道路不平。", "施工路段位于{}。", "从{}到市区的公交", "{}党委书记", "家住{}的市民")),
        (organisations(400), ("{}发布通告。", "由{}负责解释。", "请到{}办理。", "{}负责人表示", "据{}介绍")),
    )
    for names, frames in about:
        for name in names:
            frame = draw.choice(frames)
            yield frame.format(*[name] * frame.count("{}")), name
