"""Whether a text asks for something, and for what: by the words that the office has listed, and by how the text speaks.

Words alone find a report of somebody else's complaint as often as a complaint; so they count only where the voice of the text
(`nlp.voice`) does not speak clearly against it. Without them the voice must be clear, and clearer still where no sign in the text says what
for: of short remarks ("收到。") the voice knows nothing. The limits were chosen on our labels, see docs/models.md.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from matching.words import Listed, Words
from streams.messages import AskKind

WORDED = 0.2  # a text with a word of the office's asks where its voice says so with this probability,
REPORTED = 0.1  # with a word for a report (举报) already with this one: one that is missed is open to those whom it is against,
SIGNED = 0.5  # with a sign of asking with this one,
ALONE = 0.8  # and with this one without any, where it is no mere remark and its author not content
LEAST_LETTERS = 12  # of what is no mere remark
# How a text that asks without such a word is told, the first that fits.
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "question": ("请问", "咨询", "想问", "问一下", "吗？", "吗?", "什么时候", "何时", "怎么办", "能否", "可以吗", "多久", "哪里可以"),
    "suggestion": ("建议", "希望", "呼吁", "恳请", "能不能", "可否", "应该"),
    "help": ("求助", "救命", "急求", "帮帮", "走失", "谁能帮", "求转发"),
    "praise": ("感谢", "谢谢", "表扬", "点赞", "点个赞", "好样的", "辛苦了", "给力", "多亏", "真负责", "真好", "真不错"),
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
        signs = {kind: Listed(words) for kind, words in _SIGNS.items()}
        self._signs = Words({**signs, _GRIEVANCE: Listed(_GRIEVANCES)})
        self._put_right = Words({_PUT_RIGHT: Listed(_PUTS_RIGHT)})

    def find(self, folded: str) -> Worded | None:
        """The office's words in a folded text (`matching.fold`); None where there are none."""
        return self._first(self._words.find(folded))

    def judge(self, folded: str, probability: float, *, sentiment: int = 0) -> Judged:
        """What a text asks for, given how probable its voice makes it that it asks.

        sentiment: of its author. Where it is positive, a voice that nothing else bears out is not believed, and what thanks for a thing
        put right ("昨天反映，今天就修好了，表扬") is thanks. Where it is negative, what hopes for something without a word of the office's
        ("臭得睡不着，希望重视") complains.
        """
        found = self._words.find(folded)
        return Judged(self._kind(folded, self._first(found), probability, sentiment), AskKind.REPORT.value in found)

    def _first(self, found: Mapping[str, tuple[str, ...]]) -> Worded | None:
        return next((Worded(kind, found[kind.value]) for kind in self._order if kind.value in found), None) if found else None

    def _thanks(self, folded: str) -> bool:
        """Whether a text praises, or thanks for a thing put right, and asks for nothing more."""
        signs = self._signs.find(folded)
        praise = signs.get(AskKind.PRAISE.value, ())
        if not praise or any(sign in signs for sign in _STILL):
            return False
        return not _POLITE.issuperset(praise) or bool(self._put_right.find(folded))

    def _kind(self, folded: str, worded: Worded | None, probability: float, sentiment: int) -> AskKind | None:
        if worded is not None:
            if probability < (REPORTED if worded.kind is AskKind.REPORT else WORDED):
                return None
            thanks = sentiment > 0 and worded.kind not in _URGENT and self._thanks(folded)
            return AskKind.PRAISE if thanks else worded.kind
        signs = self._signs.find(folded) if probability >= SIGNED else {}
        if _GRIEVANCE in signs:
            return AskKind.COMPLAINT
        if signs:
            kind = next(AskKind(kind) for kind in _SIGNS if kind in signs)
            return AskKind.COMPLAINT if kind is AskKind.SUGGESTION and sentiment < 0 else kind
        clear = probability >= ALONE and sentiment <= 0
        return AskKind.COMPLAINT if clear and sum(map(str.isalpha, folded)) >= LEAST_LETTERS else None
