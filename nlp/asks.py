"""Whether a text asks for something, and for what: by the words that the office has listed, and by how the text speaks.

Words alone find a report of somebody else's complaint as often as a complaint; so they count only where the voice of the text
(`nlp.voice`) does not speak clearly against it, and a clear voice counts without them.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from matching.words import Listed, Words
from streams.messages import AskKind

ASKED = 0.4  # a text asks where its voice says so with this probability,
WORDED = 0.1  # or with this one where it has a word of the office's
# How a text that asks without such a word is told, the first that fits.
_SIGNS: Mapping[str, tuple[str, ...]] = {
    "question": ("请问", "咨询", "想问", "问一下", "吗？", "吗?", "什么时候", "何时", "怎么办", "能否", "可以吗", "多久", "哪里可以"),
    "suggestion": ("建议", "希望", "呼吁", "恳请", "能不能", "可否", "应该"),
    "help": ("求助", "救命", "急求", "帮帮", "走失", "谁能帮", "求转发"),
    "praise": ("感谢", "谢谢", "表扬", "点赞", "点个赞", "好样的", "辛苦了", "给力", "多亏", "真负责", "真好"),
}
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

    def find(self, folded: str) -> Worded | None:
        """The office's words in a folded text (`matching.fold`); None where there are none."""
        found = self._words.find(folded)
        return next((Worded(kind, found[kind.value]) for kind in self._order if kind.value in found), None)

    def kind(self, folded: str, probability: float) -> AskKind | None:
        """What a text asks for, given how probable its voice makes it that it asks; None where it doesn't."""
        if probability < WORDED:
            return None
        worded = self.find(folded)
        if worded is not None:
            return worded.kind
        return self._guess(folded) if probability >= ASKED else None

    def _guess(self, folded: str) -> AskKind:
        signs = self._signs.find(folded)
        if _GRIEVANCE in signs:
            return AskKind.COMPLAINT
        return next((AskKind(kind) for kind in _SIGNS if kind in signs), AskKind.COMPLAINT)
