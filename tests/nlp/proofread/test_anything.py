"""Whatever is handed in, findings lie where they say, and the corrected text is made of them."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.proofread.findings import RULES, Finding, correct
from nlp.proofread.judge import Judge
from nlp.proofread.proofreader import Proofreader
from nlp.proofread.spans import Cover, Span, longest
from nlp.proofread.weights import load
from tests.nlp.proofread.offices import OFFICE

PIECES = (
    "微薄",
    "发部",
    "残废人",
    "最佳",
    "市长",
    "林望舒",
    "林望书",
    "副",
    "市交通运输居",
    "柳糖区",
    "，，",
    "。",
    "《",
    "》",
    "“",
    "（",
    ")",
    "<<",
    ">>",
)
MORE = (
    "2月30日",
    "2026年11月25日（星期二）",
    "二零二六年",
    "惯彻落实",
    "領倒",
    "😀",
    "\u200b",
    "\x00",
    "\ud800",
    "𠮷",
    " ",
    "\n",
    "abc",
    "ཀ",
)


@pytest.fixture(scope="session")
def proofreader() -> Proofreader:
    return Proofreader(OFFICE, load())


@settings(max_examples=150)
@given(text=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES + MORE), max_size=25).map("".join)))
def test_findings_lie_where_they_say(proofreader: Proofreader, text: str) -> None:
    """Each names a place in the text, in order; the corrected text differs only where a sure finding is; a second reading gives the same."""
    read = proofreader.proofread(text)
    for finding in read.findings:
        assert finding.text == text[finding.offset : finding.offset + finding.length]
        assert finding.length > 0
        assert finding.rule in RULES
        assert 0 < finding.confidence <= 1
        assert finding.suggestion != finding.text
    assert [finding.offset for finding in read.findings] == sorted(finding.offset for finding in read.findings)
    assert read.corrected == correct(text, read.findings)
    if not any(finding.applied for finding in read.findings):
        assert read.corrected == text
    assert proofreader.proofread(text) == read


@pytest.mark.parametrize(
    "piece", ["云溪发步", "市长林望舒", "市长", "微薄", "残废人残废", "（", ">>", "<<", "“”》", "，，", "2月30日", "\u200b", "惯彻落实"]
)
def test_a_hundred_thousand_characters_of_one_thing(proofreader: Proofreader, piece: str) -> None:
    """However often a thing stands in a text, reading it ends, and takes time by its length only."""
    text = (piece * 100_000)[:100_000]
    read = proofreader.proofread(text)
    assert len(read.findings) <= len(text)


spans = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5)).map(lambda pair: Span(pair[0], sum(pair))), max_size=8)


@given(spans=spans, asked=st.tuples(st.integers(0, 12), st.integers(1, 5)))
def test_spans_are_found_as_by_looking_at_each(spans: list[Span], asked: tuple[int, int]) -> None:
    """Holding, touching and being longest are what they are by comparing all with all."""
    span = Span(asked[0], sum(asked))
    cover = Cover(spans)
    assert cover.holds(span) == any(other.start <= span.start and span.end <= other.end for other in spans)
    assert cover.touches(span) == any(span.start < other.end and other.start < span.end for other in spans)
    inside = {one for one, other in itertools.permutations(set(spans), 2) if other.start <= one.start and one.end <= other.end}
    assert longest(spans) == sorted(set(spans) - inside)


def test_of_findings_that_overlap_the_first_rule_counts() -> None:
    """The office's lists before rules, rules before the model; of one rule the longest."""

    def finding(offset: int, length: int, suggestion: str, rule: str, confidence: float = 1.0) -> Finding:
        return Finding(
            offset=offset, length=length, text="甲乙丙丁"[offset : offset + length], suggestion=suggestion, rule=rule, confidence=confidence
        )

    found = [
        finding(0, 1, "一", "character"),
        finding(0, 2, "二", "listed"),
        finding(2, 1, "", "punctuation"),
        finding(3, 1, "四", "character", 0.4),
    ]
    assert correct("甲乙丙丁", found) == "二丁"
    assert correct("甲乙丙丁", [finding(0, 1, "一", "place"), finding(0, 3, "三", "place")]) == "三丁"


def test_the_judge_can_be_shared(proofreader: Proofreader) -> None:
    """Loading twice gives the same answers."""
    assert isinstance(load(), Judge)
    text = "请各单位认真惯彻落实会议精神。"
    assert Proofreader(OFFICE, load()).proofread(text) == proofreader.proofread(text)
