"""How text becomes words: the same in writing, in queries and in marking what matched.

`standard` follows the word boundaries of Unicode (UAX 29), as the server's analyser does: each Han character is a word,
so is each Hiragana, runs of letters and digits are one, lower-cased; no more than 255 characters a word. A regular
expression says what words are. It takes 0.8 µs a word, so a document's text is laid out before it is indexed: runs of Han and
Hiragana need no expression, what stands between them is mostly known already, and tantivy only cuts at the blanks.
"""

import functools
import re
from typing import NamedTuple

import tantivy

LONGEST_WORD = 255

# The server's tables are those of Unicode 12.1: what is younger is no letter to it.
_MORE = r"[[\p{wb=Extend}\p{wb=Format}\p{wb=ZWJ}]&&\p{age=12.1}]*"
_LETTER = r"[[\p{wb=ALetter}\p{wb=Hebrew_Letter}]&&\p{age=12.1}]" + _MORE
_DIGIT = r"[[\p{wb=Numeric}\u{FF10}-\u{FF19}]&&\p{age=12.1}]" + _MORE
_KATAKANA = r"[\p{wb=Katakana}&&\p{age=12.1}]" + _MORE
_JOINER = r"(?:\p{wb=ExtendNumLet}" + _MORE + ")"
_IN_WORD = r"[\p{wb=MidLetter}\p{wb=MidNumLet}\p{wb=Single_Quote}]"
_IN_NUMBER = r"[\p{wb=MidNum}\p{wb=MidNumLet}\p{wb=Single_Quote}]"
_UNIT = rf"(?:{_LETTER}(?:(?:{_JOINER}*|{_IN_WORD}){_LETTER})*|{_DIGIT}(?:(?:{_JOINER}*|{_IN_NUMBER}){_DIGIT})*)"
_KANA = rf"(?:{_KATAKANA}(?:{_JOINER}*{_KATAKANA})*)"
_WORD = rf"{_JOINER}*(?:{_KANA}|{_UNIT}+)(?:{_JOINER}+(?:{_KANA}|{_UNIT}+))*{_JOINER}*"
_IDEOGRAPH = r"[[\p{Han}\p{Hiragana}]&&\p{age=12.1}]" + _MORE
_SOUTH_EAST = r"[[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Tham}\p{Tai_Viet}]&&[\p{L}\p{M}]]+" + _MORE
_PICTURE = r"[\p{Extended_Pictographic}\p{Emoji_Modifier}][\p{Emoji_Modifier}\p{wb=Extend}]*"
_EMOJI = rf"[0-9#*]\u{{FE0F}}?\u{{20E3}}|(?:\p{{Regional_Indicator}}{_MORE}){{2}}|{_PICTURE}(?:\u{{200D}}{_PICTURE})*{_MORE}"
_STANDARD = rf"{_WORD}|{_IDEOGRAPH}|{_EMOJI}|{_SOUTH_EAST}"
# Characters that are a word each, unless something that extends them follows. Those beyond these go through the expression.
_ALONE = re.compile("([\u3400-\u4db5\u4e00-\u9fef\u3041-\u3096]+)")
_ONE = "\u4e00"
_KNOWN = 8192  # runs between such characters that are remembered: "，", "2026", "！！"
_SHORT = 12  # characters of one worth remembering
_LONG = re.compile(rf"[A-Za-z0-9_]{{{LONGEST_WORD + 1},}}")


class Word(NamedTuple):
    """One word of a text: characters `start` to `end` of it."""

    text: str
    position: int
    start: int
    end: int


def build_laid_out() -> tantivy.TextAnalyzer:
    """Make the analyser of an index: it takes what `lay_out` gives."""
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def build(name: str) -> tantivy.TextAnalyzer:
    """Make an analyser of plain text."""
    if name == "whitespace":
        return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_STANDARD)).filter(tantivy.Filter.lowercase()).build()


_cached = functools.lru_cache(build)


def words(name: str, text: str) -> list[str]:
    """Cut a query's text as the documents were."""
    found: list[str] = _cached(name).analyze(split_long(text))
    return found


def lay_out(name: str, text: str) -> str:
    """Write a document's text so that blanks stand between its words: the same ones that `words` gives."""
    text = split_long(text)
    if name != "standard":
        return text
    parts = _ALONE.split(text)  # what stands between, a run of single characters, and so on
    laid: list[str] = []
    for place, part in enumerate(parts):
        if place % 2:
            laid.append(" ".join(part))
        elif part:
            between = _remembered(part) if len(part) <= _SHORT else _between(part)
            if between is None:
                return " ".join(words(name, text))
            laid.append(between)
    return " ".join(laid)


def _between(run: str) -> str | None:
    """Lay out what stands between single characters; None where it extends the one before it."""
    first, *rest = _cached("standard").analyze(_ONE + run)
    return " ".join(rest) if first == _ONE else None


_remembered = functools.lru_cache(_KNOWN)(_between)


def split_long(text: str) -> str:
    """Put blanks where the server cuts a word that is too long."""
    if len(text) <= LONGEST_WORD:
        return text
    return _LONG.sub(lambda run: " ".join(run[0][at : at + LONGEST_WORD] for at in range(0, len(run[0]), LONGEST_WORD)), text)


def has_long(text: str) -> bool:
    """Whether a word of the text would be cut by `split_long`."""
    return _LONG.search(text) is not None


def located(name: str, text: str) -> list[Word]:
    """Cut a text and say where each word stands in it."""
    tokens = _cached(name).pre_tokenize(text).tokens
    return [Word(token.text, token.position, token.char_offset_from, token.char_offset_to) for token in tokens]
