"""What an office has listed is found exactly: its words, names and titles; each at its place in the text as given."""

from collections.abc import Sequence

import pytest

from nlp.proofread.findings import Finding
from nlp.proofread.proofreader import Proofreader
from tests.nlp.proofread.offices import OFFICE


@pytest.fixture(scope="module")
def proofreader() -> Proofreader:
    return Proofreader(OFFICE)


def brief(findings: Sequence[Finding]) -> list[tuple[str, str | None, str]]:
    """What is said of each place."""
    return [(finding.text, finding.suggestion, finding.rule) for finding in findings]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("官方微薄辟谣", [("微薄", "微博", "listed")]),
        ("尽微薄之力", []),
        ("尽微薄之力，看微薄", [("微薄", "微博", "listed")]),
        ("帮扶残废人", [("残废人", "残疾人", "forbidden")]),
        ("最佳方案，最佳状态", [("最佳", None, "sensitive")]),
        ("周怀谨出席", [("周怀谨", "周怀瑾", "name")]),
        ("走进柳唐古镇", [("柳唐古镇", "柳塘古镇", "place")]),
    ],
)
def test_listed_words_are_found_where_they_count(proofreader: Proofreader, text: str, found: list[tuple[str, str | None, str]]) -> None:
    """Each with what the list says; not inside a phrase that excepts them; of one list only the longest."""
    assert brief(proofreader.proofread(text).findings) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("市交通运输居通报", [("市交通运输居", "市交通运输局", "agency")]),
        ("云溪发步提醒", [("云溪发步", "云溪发布", "agency")]),
        ("云西市政府新闻办", [("云西市政府新闻办", "云溪市政府新闻办", "agency")]),
        ("云溪市融媒体中兴揭牌", [("云溪市融媒体中兴", "云溪市融媒体中心", "agency")]),
        ("柳糖区停水", [("柳糖区", "柳塘区", "place")]),
        ("市交运输局通报", [("市交运输局", "市交通运输局", "agency")]),
        ("云溪市媒体中心揭牌", [("云溪市媒体中心", "云溪市融媒体中心", "agency")]),
        ("云溪市融媒中心揭牌", [("云溪市融媒中心", "云溪市融媒体中心", "agency")]),
        ("云溪融媒体中心揭牌", []),
        ("市商务局、云溪发布、柳塘区", []),
        ("这是商务局的事", []),
        ("云溪发展很快", []),
        ("柳州区域发展", []),
    ],
)
def test_names_that_are_nearly_right(proofreader: Proofreader, text: str, found: list[tuple[str, str | None, str]]) -> None:
    """A name with a character of like sound or look is found; other names are not."""
    assert brief(proofreader.proofread(text).findings) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("市长周怀瑾、市委书记林望舒、副市长沈砚出席", []),
        ("市委副书记、市长周怀瑾主持", []),
        ("市长林望舒讲话", [("市长", "市委书记", "title")]),
        ("市委书记周怀瑾讲话", [("市委书记", None, "title")]),
        ("沈砚市长讲话", [("市长", "副市长", "title")]),
        ("时任副市长周怀瑾", [("副市长", None, "title")]),
        ("前市长林望舒", []),
        ("市长周怀锦讲话", [("周怀锦", "周怀瑾", "name")]),
        ("林望书市委书记", [("林望书", "林望舒", "name")]),
        ("市长王建军来访", []),
        ("林望书是个作家", [("林望书", "林望舒", "name")]),
        ("沈燕是个作家", []),
    ],
)
def test_persons_and_their_titles(proofreader: Proofreader, text: str, found: list[tuple[str, str | None, str]]) -> None:
    """A listed person goes with their own titles, and beside a title with their own name; anybody else is left alone."""
    assert brief(proofreader.proofread(text).findings) == found


def test_a_name_alone_is_told_and_not_put_right(proofreader: Proofreader) -> None:
    """Whose name is nearly that of a listed person may be somebody else; beside the title it is the one who is meant."""
    assert proofreader.proofread("林望书是个作家").corrected == "林望书是个作家"
    read = proofreader.proofread("市委书记林望书讲话")
    assert [(finding.suggestion, finding.confidence) for finding in read.findings] == [("林望舒", 0.9)]
    assert read.corrected == "市委书记林望舒讲话"


@pytest.mark.parametrize("before", ["", "😀", "𠮷野家", "👨\u200d👩\u200d👧", "\u200b\ufeff", "e\u0301", "\x00", "\ud800"])
def test_places_are_those_of_the_text_as_given(proofreader: Proofreader, before: str) -> None:
    """Offsets count characters of the text, whatever stands before: pictures, rare characters, invisible ones, lone surrogates."""
    text = f"{before}看微\u200b薄，找市交通运输居"
    read = proofreader.proofread(text)
    assert [finding.text for finding in read.findings] == ["微\u200b薄", "市交通运输居"]
    assert all(text[finding.offset : finding.offset + finding.length] == finding.text for finding in read.findings)
    assert read.corrected == f"{before}看微博，找市交通运输局"


def test_traditional_characters_stay_traditional(proofreader: Proofreader) -> None:
    """A text in traditional characters is read as well, and suggestions are written in its characters."""
    read = proofreader.proofread("雲溪發步的微薄發佈，幫扶殘廢人")
    assert brief(read.findings) == [("雲溪發步", "雲溪發布", "agency"), ("微薄", "微博", "listed"), ("殘廢人", "殘疾人", "forbidden")]
    assert read.corrected == "雲溪發布的微博發佈，幫扶殘疾人"


@pytest.mark.parametrize("text", ["", " ", "\n", "\x00" * 10, "😀" * 50])
def test_nothing_to_find(proofreader: Proofreader, text: str) -> None:
    """A text without words comes back as it was."""
    read = proofreader.proofread(text)
    assert (read.corrected, read.findings) == (text, ())


def test_an_office_without_lists(proofreader: Proofreader) -> None:
    """Without any list the rules of punctuation and numbers are left."""
    assert brief(Proofreader().proofread("看微薄。。").findings) == [("。。", "。", "punctuation")]


def test_the_same_text_gives_the_same_findings(proofreader: Proofreader) -> None:
    """Reading a text twice changes nothing, and a corrected text has nothing that is put right again."""
    text = "市长林望舒在微薄发部：市交通运输居，，柳糖区。"
    read = proofreader.proofread(text)
    assert proofreader.proofread(text) == read
    again = proofreader.proofread(read.corrected)
    assert again.corrected == read.corrected == "市委书记林望舒在微博发布：市交通运输局，柳塘区。"
