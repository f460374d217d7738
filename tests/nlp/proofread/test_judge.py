"""What the shipped model finds, what it leaves alone, and that it can be handed anything."""

import tracemalloc

import pytest

from nlp.proofread.judge import MOST, Judge, Slip, parts, surest
from nlp.proofread.measure import touched
from nlp.proofread.proofreader import Proofreader
from nlp.proofread.spans import Span
from nlp.proofread.strangers import AGENCIES, PERSONS, PLACES, sentences
from nlp.proofread.weights import load
from tests.nlp.proofread.offices import OFFICE


@pytest.fixture(scope="session")
def judge() -> Judge:
    return load()


@pytest.fixture(scope="session")
def proofreader(judge: Judge) -> Proofreader:
    return Proofreader(OFFICE, judge)


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("请各单位认真惯彻落实会议精神。", "请各单位认真贯彻落实会议精神。"),
        ("加强对安全生产工作的领倒。", "加强对安全生产工作的领导。"),
        ("积极推进乡村振新战略。", "积极推进乡村振兴战略。"),
        ("关于近一步加强食品安全监管的通知", "关于进一步加强食品安全监管的通知"),
        ("切实维护人民群众的生命财产安权。", "切实维护人民群众的生命财产安全。"),
    ],
)
def test_wrong_characters_are_put_right(judge: Judge, text: str, corrected: str) -> None:
    """Characters of like sound or look, in sentences that officials write."""
    read = Proofreader(judge=judge).proofread(text)
    assert read.corrected == corrected
    assert {finding.rule for finding in read.findings} == {"character"}
    assert all(text[finding.offset : finding.offset + finding.length] == finding.text for finding in read.findings)


@pytest.mark.parametrize("before", ["", "😀", "𠮷", "\u200b", "👨\u200d👩\u200d👧", "\x00"])
def test_places_are_those_of_the_text_as_given(judge: Judge, before: str) -> None:
    """Offsets count characters of the text, whatever stands before and between."""
    text = f"{before}请各单位认真惯\u200b彻落实会议精神。"
    (finding,) = Proofreader(judge=judge).proofread(text).findings
    assert (finding.text, finding.suggestion, finding.offset) == ("惯", "贯", text.index("惯"))


def test_traditional_texts_are_read_and_answered_in_their_characters(judge: Judge) -> None:
    """A slip in a traditional text is found as in a simplified one."""
    assert Proofreader(judge=judge).proofread("請各單位認真慣徹落實會議精神。").corrected == "請各單位認真貫徹落實會議精神。"


def test_nothing_inside_what_is_known(judge: Judge, proofreader: Proofreader) -> None:
    """Words that the office keeps, and names of its lists, are never touched, however odd."""
    for kept in ("云溪泮", "林望舒", "周怀瑾", "云溪市融媒体中心"):
        text = f"{kept}，{kept}认真贯彻{kept}精神"
        assert proofreader.proofread(text).findings == ()
    text = "请各单位认真惯彻落实会议精神。"
    assert judge.slips(text, [(6, 7)]) == []


def test_names_that_nobody_has_are_left_alone(judge: Judge) -> None:
    """Of persons, places and agencies, alone and in sentences, at most one in five hundred is touched."""
    for kind in (PERSONS, PLACES, AGENCIES):
        hits = [
            hit
            for named in sentences(300, 1)
            if named.kind == kind
            for hit in touched(named.names, [Span(slip.start, slip.start + len(slip.meant)) for slip in judge.slips(named.text)])
        ]
        assert len(hits) >= 300
        assert sum(hits) <= len(hits) // 500, kind


@pytest.mark.parametrize(
    "text",
    [
        "崔子格保定演唱会完满结束被深情告白感动落泪",
        "小克里钦科职业生涯最惨痛的一次失败",
        "途经永原高速的车辆请绕行",
        "桃昌街道警方通报",
    ],
)
def test_names_in_sentences_are_left_alone(judge: Judge, text: str) -> None:
    """Of places, persons and foreigners, whose characters a model of words takes for slips."""
    assert judge.slips(text) == []


def test_slips_beside_names_are_found(judge: Judge) -> None:
    """What stands around a name is judged as ever."""
    text = "柳塘镇党委书记陈允执认真惯彻落实会议精神。"
    assert [(slip.start, slip.meant) for slip in judge.slips(text)] == [(text.index("惯"), "贯")]


@pytest.mark.parametrize("text", ["", "。", "😀😀", "\x00\x00", "hello", "ཀ་ཁ", "123", "惯"])
def test_texts_without_anything_to_judge(judge: Judge, text: str) -> None:
    """What is no Chinese sentence has no slips."""
    assert judge.slips(text) == []


def test_the_parts_make_up_the_text() -> None:
    """Long texts are judged in parts that end with a sentence where that can be."""
    text = "这是一句话。" * 1000 + "没有标点" * 1000
    spans = list(parts(text))
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(end - start <= MOST for start, end in spans)
    assert text[spans[0][1] - 1] == "。"
    assert list(parts("")) == []


def test_a_hundred_thousand_characters_take_bounded_memory(judge: Judge) -> None:
    """A text of 100,000 characters, with emoji and without an end of a sentence, needs little more than a page."""
    text = ("请各单位认真惯彻落实会议精神😀" * 7000)[:100_000]
    judge.slips(text[:MOST])
    tracemalloc.start()
    found = judge.slips(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found) > 6000
    assert peak < 60e6


def test_the_same_text_gives_the_same_slips(judge: Judge) -> None:
    """Nothing is left to chance."""
    text = "请各单位认真惯彻落实会议精神，加强领倒。"
    assert judge.slips(text) == judge.slips(text)


def test_of_slips_that_overlap_the_surest_counts() -> None:
    """Of equals the first."""
    slips = [Slip(0, "甲乙", 0.6), Slip(1, "丙", 0.9), Slip(2, "丁", 0.6), Slip(2, "戊", 0.6)]
    assert sorted(surest(slips)) == [Slip(1, "丙", 0.9), Slip(2, "丁", 0.6)]
