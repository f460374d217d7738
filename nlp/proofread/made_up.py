"""Names that nobody has, made of parts, in sentences: from them the model learns to leave names alone that it has never seen.

`tests/nlp/proofread/made_up.py` measures with names of other parts, in other sentences.
"""

import random
from collections.abc import Iterator

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安"
    "常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计成戴谈宋庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍"
    "虞万柯管卢莫房裘缪解应宗丁邓郁单洪包左石崔吉龚程邢裴陆荣翁荀羊甄曲封储段富乌焦巴谷车侯班秋仲伊宫宁仇甘厉武符刘景詹龙叶幸司黎薄白蒲赖卓蔺屠池乔阴翟谭贡姬申冉"
    "牛尚农温庄晏柴阎连习艾鱼容向古易廖终居衡步耿满文欧沃利蔚越巩聂晁勾敖冷辛饶曾沙丰关查"
)
ENDS_OF_AGENCIES = (
    *(
        "有限公司",
        "公司",
        "集团",
        "小学",
        "中学",
        "大学",
        "学校",
        "学院",
        "幼儿园",
        "医院",
        "卫生院",
        "委员会",
        "办公室",
        "中心",
        "研究院",
        "法院",
        "检察院",
        "研究所",
    ),
    *(
        "派出所",
        "事务所",
        "供电所",
        "银行",
        "协会",
        "联合会",
        "商会",
        "学会",
        "合作社",
        "支队",
        "大队",
        "街道办",
        "居委会",
        "村委会",
        "报社",
        "电视台",
        "基金会",
        "出版社",
    ),
    *("客运站", "图书馆", "博物馆", "纪念馆", "文化馆", "局", "厂"),
)
ENDS_OF_PLACES = "省市区县旗镇乡村庄屯寨街道路巷桥河江湖湾港岛山岭坡塘溪园苑里"

_GIVEN = "国庆胜利永春长生德才有金福根水生巧云爱莲月仙小红翠花慧文素芬冬梅少华培源伯谦仲儒世昌茂林继祖承志向阳卫东援朝跃进海波振宇立群新民宏图耀祖启明正清若兰依依梦琪紫萱皓轩子墨沐辰奕诺"
_FIRST = "大小上下前后左右东西南北内外黄红黑绿银铜铁锡麒鹿马牛羊鸡鹤雁鸭虎豹枣柿李榴柏桑槐柚椿檀荆葛蒲艾苇蓼"
_SECOND = "川谷洼圩垸畈垄坑坪台岩崖峪峡滩嘴湴泊荡涧堰坝闸埝堤岸矶洞窑营卫所站关隘楼阁亭坊巷弄"
_OF = (
    "{}教育局",
    "{}卫生院",
    "{}第二中学",
    "{}农业合作社",
    "{}建筑工程有限公司",
    "{}派出所",
    "{}图书馆",
    "{}供电所",
    "{}商会",
    "{}客运站",
    "{}中心小学",
    "{}律师事务所",
    "{}农村商业银行",
    "{}自然资源和规划局",
    "{}消防救援大队",
    "{}红十字会",
    "{}供水有限公司",
    "{}食品加工厂",
    "{}养老服务中心",
    "{}公证处",
    "{}国有林场",
    "{}社区居委会",
    "{}机械制造集团",
    "{}中医医院",
    "{}广播电视台",
    "{}艺术学校",
)
_PERSON = (
    "{}",
    "{}、{}、{}",
    "{}同志任副主任",
    "受害人{}说",
    "村民{}告诉记者",
    "教师{}获奖",
    "据{}回忆，当时正在下雨。",
    "作者：{}",
    "{}主持会议，{}作报告。",
    "任命{}为局长",
    "{}等人参加",
    "采访{}",
)
_PLACE = (
    "{}",
    "{}、{}、{}",
    "{}发生火灾",
    "记者来到{}采访",
    "{}至{}段封闭施工",
    "地址：{}",
    "{}村民收入增加",
    "我是{}人",
    "在{}召开现场会",
    "{}的交通很方便",
    "{}位于城东",
)
_AGENCY = (
    "{}",
    "{}、{}",
    "{}发布公告",
    "记者从{}获悉",
    "{}的工作人员介绍",
    "向{}投诉",
    "{}被评为先进单位",
    "经{}批准",
    "{}党支部",
    "{}承办",
)


def sentences(number: int, seed: int) -> Iterator[str]:
    """So many sentences, each with one name or more."""
    draw = random.Random(seed)  # noqa: S311 - nothing secret
    kinds = ((_PERSON, person), (_PLACE, place), (_AGENCY, agency))
    for _ in range(number):
        frames, make = draw.choice(kinds)
        frame = draw.choice(frames)
        yield frame.format(*(make(draw) for _ in range(frame.count("{}"))))


def person(draw: random.Random) -> str:
    """A name of two or three characters."""
    return draw.choice(SURNAMES) + "".join(draw.choices(_GIVEN, k=draw.choice((1, 2, 2))))


def place(draw: random.Random) -> str:
    """A name of a place of two to four characters."""
    stem = draw.choice(_FIRST) + draw.choice(_SECOND) if draw.random() < 0.7 else draw.choice(SURNAMES) + draw.choice("家各店集铺")  # noqa: PLR2004
    return stem + draw.choice(ENDS_OF_PLACES[:20])


def agency(draw: random.Random) -> str:
    """A name of an agency, a school, a company."""
    name = place(draw)
    return draw.choice(_OF).format(name[: draw.choice((2, 3))])
