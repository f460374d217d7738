"""Small sets in the form of those beside the project, of sentences of our own."""

import gzip
import itertools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

_WHO = ("市民政局", "区教育局", "街道办事处", "社区居委会", "县水利局", "镇人民政府")
_WHAT = ("认真贯彻会议精神", "加强安全生产检查", "推进乡村振兴工作", "做好防汛抗旱准备", "落实惠民利民政策", "开展环境卫生整治")
_WHEN = ("近日", "本月")
_SLIPS = {"贯": "惯", "检": "捡", "振": "镇", "汛": "讯", "策": "册", "整": "正"}
_DOUBLE = ("利民", "黎明")


def write(folder: Path) -> Path:
    """Write all sets that training needs."""
    right = [f"{when}{who}{what}。" for when, who, what in itertools.product(_WHEN, _WHO, _WHAT)]
    wrong = [(_with_slip(sentence, number), sentence) for number, sentence in enumerate(right)]
    pairs = [{"source": source, "target": target} for source, target in wrong] + [
        {"source": sentence, "target": sentence} for sentence in right[::2]
    ]
    for name in ("official_dev", "news_dev", "newspaper"):
        _write(folder / "proofread" / f"{name}.jsonl.gz", pairs)
    texts = [
        {"text": f"{what}，{who}{when}{what}。", "title": who, "reply": what} for what, who, when in itertools.product(_WHAT, _WHO, _WHEN)
    ]
    for path in (
        "replies/messages_with_replies",
        "replay/official_account",
        "replay/microblogs",
        "incidents/org",
        "incidents/social",
        "incidents/messages",
        "topic/dev_raw",
        "sentiment/train",
    ):
        _write(folder / f"{path}.jsonl.gz", texts)
    return folder


def _with_slip(sentence: str, number: int) -> str:
    if number % 5 == 0 and _DOUBLE[0] in sentence:
        return sentence.replace(*_DOUBLE)
    for right, wrong in _SLIPS.items():
        if right in sentence:
            return sentence.replace(right, wrong)
    return sentence


def _write(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
