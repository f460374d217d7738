"""How many posts a second are tagged on one core, and how well sentiment is told, beside the obvious way.

That is `jieba.lcut` for words, and snownlp or cnsenti for sentiment, each as it comes.
"""

import gzip
import json
import random
import statistics
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nlp.data import felt_texts
from nlp.evaluate import macro_f1
from nlp.features import Hashed
from nlp.models import SHIPPED, load
from nlp.segment import cut_many, default
from nlp.tagger import Tagger

with warnings.catch_warnings():  # invalid escapes in their sources
    warnings.simplefilter("ignore")
    import jieba
    from cnsenti import Sentiment
    from snownlp import SnowNLP

DATA = Path(__file__).parents[2] / "shared" / "data"
REPLAY = DATA / "replay" / "microblogs.jsonl.gz"
FELT_EVERY = 10  # snownlp and cnsenti take 19 ms a text
LENGTH = 136  # characters of an average post in the replay data
ROUNDS = 3
BATCH = 2000
PART = 512  # texts that the tagger takes at once
SLOWER = 40  # the obvious way gets this much less to do

_PIECES = (
    "今天早上小区又停水了，物业说是管道检修",
    "出租车司机拒载还乱收费，打了投诉电话没有人接",
    "感谢社区医院的护士，老人打针很耐心[赞]",
    "学校门口的红绿灯坏了三天，孩子过马路很危险",
    "河边的工厂晚上偷偷排污，味道很难闻[怒]",
    "公司拖欠了两个月工资，去劳动监察大队登记了",
    "新开的图书馆环境真好，周末带孩子来看书",
    "市政务服务中心通知明天系统升级，暂停办理业务",
)


def run(posts: int = 20_000) -> list[dict[str, Any]]:
    """Measure on that many posts; the median of three rounds. Each row has `name`, `value`, `unit`."""
    texts, source = _texts(posts)
    tagger, cnsenti = Tagger.load(), Sentiment()
    jieba.setLogLevel("WARNING")
    jieba.initialize()
    few = texts[: max(1, posts // SLOWER)]
    return [
        _row(f"tag: everything that a tagged post carries ({source})", texts, tagger.tag_texts),
        _row("tag: cut only", texts, cut_many),
        _row("tag one post at a time", few, lambda batch: [tagger.tag_texts([text]) for text in batch]),
        _row("obvious way: jieba.lcut and snownlp", few, lambda batch: [(jieba.lcut(text), SnowNLP(text).sentiments) for text in batch]),
        _row("obvious way: jieba.lcut only", few, lambda batch: [jieba.lcut(text) for text in batch]),
        _row("sentiment only: ours", texts, Feeling().scores),
        _row("sentiment only: snownlp", few, lambda batch: [SnowNLP(text).sentiments for text in batch]),
        _row("sentiment only: cnsenti", few, lambda batch: [cnsenti.sentiment_calculate(text) for text in batch]),
        *_sentiment(tagger, cnsenti),
    ]


class Feeling:
    """Our sentiment by itself, without all else that a tagged post carries."""

    def __init__(self) -> None:
        self._segmenter = default()
        self._model = load(SHIPPED, self._segmenter).sentiment

    def scores(self, texts: Sequence[str]) -> None:
        """Answer for a batch, in parts as large as the tagger's."""
        for start in range(0, len(texts), PART):
            self._model.answer(Hashed(self._segmenter.cut_batch(texts[start : start + PART])))


def _sentiment(tagger: Tagger, cnsenti: Sentiment) -> list[dict[str, Any]]:
    """How well sentiment is told, beside snownlp and cnsenti; nothing where the labelled sets are not beside the project."""
    if not DATA.exists():
        return []
    rows = felt_texts(DATA, "dev")[::FELT_EVERY]
    right = [row.sentiment for row in rows]
    ours = [tags.sentiment for tags in tagger.tag_texts([row.text for row in rows])]
    snownlp = [_felt(SnowNLP(row.text).sentiments) for row in rows]
    counted = [_more(cnsenti.sentiment_calculate(row.text)) for row in rows]
    named = (("ours", ours), ("snownlp", snownlp), ("cnsenti", counted))
    figures: tuple[tuple[str, Callable[[Sequence[int], Sequence[int]], float]], ...] = (("macro-F1", _macro_f1), ("right", _right))
    return [
        {"name": f"sentiment, {len(rows)} dev texts: {name}", "value": round(100 * figure(right, said), 1), "unit": f"% {measure}"}
        for name, said in named
        for measure, figure in figures
    ]


def _felt(score: float) -> int:
    """Snownlp's score as a sentiment: its outer 40 % on either side."""
    return (score > 0.6) - (score < 0.4)


def _more(score: Mapping[str, float]) -> int:
    """Cnsenti's scores as a sentiment: the larger one."""
    return int(score["pos"] > score["neg"]) - int(score["pos"] < score["neg"])


def _right(right: Sequence[int], said: Sequence[int]) -> float:
    return sum(one == other for one, other in zip(right, said, strict=True)) / len(right)


def _macro_f1(right: Sequence[int], said: Sequence[int]) -> float:
    matrix = np.zeros((1, 3, 3), dtype=np.int64)
    np.add.at(matrix[0], (np.array(right) + 1, np.array(said) + 1), 1)
    return float(macro_f1(matrix)[0])


def _texts(posts: int) -> tuple[list[str], str]:
    """That many texts, and where they are from: real posts where they are beside the project, else our own sentences."""
    if REPLAY.exists():
        with gzip.open(REPLAY) as file:
            real = [text for line in file if (text := json.loads(line)["text"])]
        return [real[place % len(real)] for place in range(posts)], "replayed posts"
    chance = random.Random(0)
    return ["。".join(chance.choices(_PIECES, k=LENGTH // 19)) for _ in range(posts)], "made-up posts"


def _row(name: str, texts: Sequence[str], work: Callable[[Sequence[str]], object]) -> dict[str, Any]:
    work(texts[:BATCH])
    return {"name": name, "value": round(statistics.median(_speed(texts, work) for _ in range(ROUNDS))), "unit": "posts/s"}


def _speed(texts: Sequence[str], work: Callable[[Sequence[str]], object]) -> float:
    """Posts a second of this process's own time, so that what else runs on the machine hardly counts."""
    begun = time.process_time()
    for start in range(0, len(texts), BATCH):
        work(texts[start : start + BATCH])
    return len(texts) / (time.process_time() - begun)


if __name__ == "__main__":
    for row in run():
        print(f"{row['value']:>8,} {row['unit']}  {row['name']}")
