"""Whether a text asks for something, and for what: by the words that the office has listed, and by how the text speaks.

Words alone find a report of somebody else's complaint as often as a complaint; so they count only where the voice of the text
(`nlp.voice`) does not speak clearly against it. Without them the voice must be clear, and clearer still where no sign in the text says what
for: of short remarks ("收到。") the voice knows nothing. It learned from long letters and is seldom sure of three lines, so less will do where
they are about a public matter: who is angry about one complains, who asks briefly asks, and who thanks somebody that serves the public praises.
The limits were chosen on our labels, see docs/models.md.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from matching.words import Listed, Words
from streams.messages import AskKind

WORDED = 0.2  # a text with a word of the office's asks where its voice says so with this probability,
REPORTED = 0.1  # with a word for a report (举报) already with this one: one that is missed is open to those whom it is against,
SIGNED = 0.5  # with a sign of asking with this one,
NAMED = 0.15  # with thanks to whom the public is served by, or with a brief question about what an authority deals with, with this one,
CIVIC = 0.4  # with a brief question about one of the topics,
ANGRY = 0.55  # with anger about one of them,
BRIEF = 60  # characters that such a question has at most: long texts ask themselves
ALONE = 0.8  # and with this one without any, where it is no mere remark and its author not content
LEAST_LETTERS = 12  # of what is no mere remark
# How a text that asks without such a word is told, the first that fits.
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "question": (
        *("请问", "咨询", "想问", "问一下", "吗？", "吗?", "什么时候", "何时", "怎么办", "能否", "可以吗", "多久", "哪里可以"),
        *("啥时候", "几时", "有谁知道", "有人知道", "咋整", "咋办", "怎么弄", "去哪里办", "在哪办", "要带哪些", "合法吗", "有消息了吗"),
    ),
    "suggestion": ("建议", "希望", "呼吁", "恳请", "能不能", "可否", "应该", "要是能", "就好了"),
    "help": (
        *("求助", "救命", "急求", "帮帮", "走失", "谁能帮", "求转发"),
        *("有人能帮", "能帮我", "走丢", "捡到的", "求扩散", "好心人", "急需", "被困", "求救援"),
    ),
    "praise": (
        "感谢",
        "谢谢",
        "表扬",
        "点赞",
        "点个赞",
        "好样的",
        "辛苦了",
        "给力",
        "多亏",
        "真负责",
        "真好",
        "真不错",
        "暖心",
        "贴心",
        "效率真高",
    ),
}
_URGENT = frozenset({AskKind.REPORT, AskKind.HELP})  # what is never taken for thanks
_POLITE = frozenset({"感谢", "谢谢", "辛苦了"})  # what ends many a text that asks, too ("请尽快处理，谢谢")
_STILL = ("question", "suggestion", "help")  # signs of what is no thanks, however polite
_PUT_RIGHT = "put right"
_PUTS_RIGHT = (
    "解决了",
    "已解决",
    "已经解决",
    "圆满解决",
    "处理好了",
    "处理完",
    "修好了",
    "修复了",
    "换好了",
    "弄好了",
    "办好了",
    "办妥",
    "恢复了",
    "清理了",
    "拆除了",
    "整改了",
    "找到了",
)
_NO_SIGNS = ("真好吃", "真好看", "真好听", "真好喝", "真好玩", "真好笑")
_SERVANTS = "servants"  # who serves the public
_WHO_SERVES = (
    *("民警", "警官", "交警", "警察", "派出所", "公安", "消防", "医生", "大夫", "护士", "医院", "急诊", "社区", "街道办", "居委会", "物业"),
    *("窗口", "政务", "城管", "环卫", "志愿者", "公交", "司机师傅", "地铁", "12345", "热线", "政府", "住建", "交通局", "教育局"),
)
_MATTERS = "matters"  # what an authority deals with
_WHAT_CONCERNS = (
    *(
        "社保",
        "医保",
        "公积金",
        "养老金",
        "退休金",
        "户口",
        "落户",
        "居住证",
        "身份证",
        "入学",
        "学籍",
        "中考",
        "学位",
        "限号",
        "公交",
        "地铁",
    ),
    *("公租房", "补贴", "补助", "低保", "疫苗", "社区医院", "派出所", "图书馆", "停水", "停电", "暖气", "加装电梯", "驾照", "违章", "年审"),
    *("报销", "劳动仲裁", "产假", "失业", "落实政策"),
)
_WARM = "warm"  # what says thanks where it is said of them
_WARMLY = ("感动", "暖", "满意", "耐心", "热情", "细心", "负责", "点赞", "致敬")
_ASKED = "asked"  # what makes a brief text a question
_ASKS_BRIEFLY = (
    *("怎么办", "怎么弄", "怎么算", "怎么申请", "怎么激活", "几点", "几号", "几月", "几天", "多少", "哪里", "哪儿", "哪些"),
    *("有没有", "要不要", "能不能"),
)
_QUESTION_ENDS = ("吗", "么", "不", "没", "没有")
_AFTER_ALL = " ?？。.!！~…"
_GRIEVANCE = "grievance"
_GRIEVANCES = (
    "投诉",
    "扰民",
    "没人管",
    "无人管",
    "不作为",
    "推诿",
    "坏了",
    "拖欠",
    "不退",
    "态度恶劣",
    "严重影响",
    "隐患",
    "违规",
    "违法",
    "反映",
    "给个说法",
    "求回复",
    "谁管",
    "没人接",
    "没人来",
    "没人修",
    "没人理",
    "没人处理",
    "没有人管",
    "有没有人管",
    "有人管吗",
    "谁来管",
    "从来不管",
    "没人问",
    "推来推去",
    "互相推",
    "不处理",
    "偷排",
    "报修",
)


class Rule(Protocol):
    """By which words a text asks for something: see `config.incidents.RequestKindRule`."""

    @property
    def id(self) -> str: ...
    @property
    def words(self) -> tuple[str, ...]: ...
    @property
    def except_(self) -> tuple[str, ...]: ...


class Worded(NamedTuple):
    """Which of the office's kinds a text has words of, and which words."""

    kind: AskKind
    words: tuple[str, ...]


class Judged(NamedTuple):
    """What a text asks for; and whether it has words of a report (举报), whoever reports whom."""

    kind: AskKind | None
    is_report: bool


class AskWords:
    """Knows the office's words. The first kind in the office's order one of whose words stands in a text is the text's;
    a report (举报) goes before all, wherever it stands in the list, since its text must not be opened by mistake.
    """  # noqa: D205 - one sentence

    def __init__(self, kinds: Sequence[Rule]) -> None:
        ordered = sorted(kinds, key=lambda kind: kind.id != AskKind.REPORT.value)
        self._order = [AskKind(kind.id) for kind in ordered]
        self._words = Words({kind.id: Listed(kind.words, kind.except_) for kind in ordered})
        signs = {kind: Listed(words, _NO_SIGNS) for kind, words in _SIGNS.items()}
        self._signs = Words({**signs, _GRIEVANCE: Listed(_GRIEVANCES)})
        self._put_right = Words({_PUT_RIGHT: Listed(_PUTS_RIGHT)})
        named = {_SERVANTS: _WHO_SERVES, _MATTERS: _WHAT_CONCERNS, _WARM: _WARMLY, _ASKED: _ASKS_BRIEFLY}
        self._named = Words({name: Listed(words) for name, words in named.items()})

    def find(self, folded: str) -> Worded | None:
        """The office's words in a folded text (`matching.fold`); None where there are none."""
        return self._first(self._words.find(folded))

    def judge(self, folded: str, probability: float, *, sentiment: int = 0, civic: bool = False) -> Judged:
        """What a text asks for, given how probable its voice makes it that it asks.

        civic: whether somebody speaks for himself in it about one of the seven topics.
        sentiment: of its author. Where it is positive, a voice that nothing else bears out is not believed, and what thanks for a thing
        put right ("昨天反映，今天就修好了，表扬") is thanks. Where it is negative, what hopes for something without a word of the office's
        ("臭得睡不着，希望重视") complains.
        """
        found = self._words.find(folded)
        return Judged(self._kind(folded, self._first(found), _Heard(probability, sentiment, civic)), AskKind.REPORT.value in found)

    def _first(self, found: Mapping[str, tuple[str, ...]]) -> Worded | None:
        return next((Worded(kind, found[kind.value]) for kind in self._order if kind.value in found), None) if found else None

    def _thanks(self, folded: str) -> bool:
        """Whether a text praises, or thanks for a thing put right, and asks for nothing more."""
        signs = self._signs.find(folded)
        praise = signs.get(AskKind.PRAISE.value, ())
        if not praise or any(sign in signs for sign in _STILL):
            return False
        return not _POLITE.issuperset(praise) or bool(self._put_right.find(folded))

    def _kind(self, folded: str, worded: Worded | None, heard: "_Heard") -> AskKind | None:
        probability, sentiment, _ = heard
        if worded is not None:
            if probability < (REPORTED if worded.kind is AskKind.REPORT else WORDED):
                return None
            thanks = sentiment > 0 and worded.kind not in _URGENT and self._thanks(folded)
            return AskKind.PRAISE if thanks else worded.kind
        if probability < NAMED:
            return None
        signs = self._signs.find(folded)
        if probability >= SIGNED and _GRIEVANCE in signs:
            return AskKind.COMPLAINT
        if probability >= SIGNED and signs:
            kind = next(AskKind(kind) for kind in _SIGNS if kind in signs)
            return AskKind.COMPLAINT if kind is AskKind.SUGGESTION and sentiment < 0 else kind
        return self._public_kind(folded, signs, heard) or self._plain_kind(folded, heard)

    def _public_kind(self, folded: str, signs: Mapping[str, tuple[str, ...]], heard: "_Heard") -> AskKind | None:
        """Thanks to somebody who serves the public, or a brief question about a public matter; None for all else."""
        named = self._named.find(folded)
        if heard.sentiment > 0 and _SERVANTS in named and (_WARM in named or AskKind.PRAISE.value in signs):
            return None if any(sign in signs for sign in _STILL) else AskKind.PRAISE
        asks = _ASKED in named or AskKind.QUESTION.value in signs or folded.rstrip(_AFTER_ALL).endswith(_QUESTION_ENDS)
        public = _MATTERS in named or (heard.civic and heard.probability >= CIVIC)
        return AskKind.QUESTION if asks and public and len(folded) <= BRIEF else None

    def _plain_kind(self, folded: str, heard: "_Heard") -> AskKind | None:
        """A complaint where the voice is clear, or clear enough for anger about a public matter, and it is no mere remark."""
        angry = heard.civic and heard.sentiment < 0 and heard.probability >= ANGRY
        clear = heard.probability >= ALONE and heard.sentiment <= 0
        return AskKind.COMPLAINT if (angry or clear) and sum(map(str.isalpha, folded)) >= LEAST_LETTERS else None


class _Heard(NamedTuple):
    """How a text sounds: how probable it is that it asks, what its author feels, and whether he speaks about one of the topics."""

    probability: float
    sentiment: int
    civic: bool
