"""What an incident is called: the beginning of a post, without what says nothing.

At first of the post that opened it; once there are more, of the one that shares most with the others.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

LONGEST = 40  # characters
_LEAST = 6  # a shorter clause says too little by itself

_HEADLINE = re.compile("^【([^】]{4,60})】")
_NOISE = re.compile(r"https?://\S+|@[\w·-]+|\[[^\[\]]{1,8}\]|回复:|//")
_SALUTATION = re.compile(r"^[^\s，,。！!？?：:]{2,12}(?:看一下|看一看|看看|您好|你好)[：:，,！!\s]+")  # 云溪发布看一下：
_TOPIC = re.compile("#([^#]{1,40})#")
_END = re.compile("[。！？!?；;\n]+")


def title_of(text: str, title: str | None = None) -> str:
    """A line of at most LONGEST characters; never empty."""
    if title and (said := _calm(_NOISE.sub(" ", title))):
        return _short(said)
    clean = _calm(_NOISE.sub(" ", text))
    clean = _SALUTATION.sub("", clean) or clean
    headline = _HEADLINE.match(clean)
    rest = clean[headline.end() :] if headline else _TOPIC.sub(" ", clean)
    said = _clauses(rest)
    if headline:
        return _short(f"【{headline[1]}】{said}")
    return _short(said or clean) or "（无文字）"


def most_telling(texts: Sequence[str]) -> int:
    """The place of the text that shares most with the others, by pairs of neighbouring characters; of those alike the first.

    A long text shares more with everything, so what is shared counts by the root of the length.
    """
    pairs = [{text[place : place + 2] for place in range(len(text) - 1)} for text in texts]
    known = Counter(pair for one in pairs for pair in one)
    scores = [sum(known[pair] - 1 for pair in sorted(one)) / max(1, len(one)) ** 0.5 for one in pairs]
    return scores.index(max(scores))


def _clauses(text: str) -> str:
    """The first clauses that together say something."""
    said = ""
    for clause in (part.strip(" ，,、") for part in _END.split(text)):
        said = f"{said}，{clause}" if said and clause else said or clause
        if len(said) >= _LEAST:
            break
    return said


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _calm(text: str) -> str:
    """One line, without characters that steer a terminal or turn the direction of writing."""
    kept = ("\n" if character == "\n" else " " if unicodedata.category(character)[0] == "C" else character for character in text)
    return re.sub(r"[^\S\n]+", " ", "".join(kept)).strip()
