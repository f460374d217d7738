"""A report as a Word document: opened again it has the same numbers, real headings, tables and links, and takes any text."""

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.document import Document as Written
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.archive import Report, Words
from reports.blocks import Heading, Paragraph, Table
from reports.layout import lay_out
from reports.word import render
from tests.reports.example import MADE, content, report

ADDRESS = "https://yuqing.example"


def opened(made: Report, address: str | None = ADDRESS) -> Written:
    return Document(io.BytesIO(render(lay_out(made), made.made_at, address)))


def links(document: Written) -> dict[str, str]:
    """Where each linked text leads."""
    related = document.part.rels
    return {
        "".join(text.text or "" for text in link.iter(qn("w:t"))): related[link.get(qn("r:id"))].target_ref
        for link in document.element.body.iter(qn("w:hyperlink"))
    }


def test_the_same_numbers_come_back() -> None:
    """Every table cell and every paragraph of the layout, in order."""
    made = report(Words(analysis="投诉集中。\n多在夜间。"))
    document, laid = opened(made), lay_out(made)
    tables = [block for block in laid.blocks if isinstance(block, Table)]
    written = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    assert written == [[list(one.head), *([_text(cell) for cell in row] for row in one.rows)] for one in tables]
    assert ["全部", "1207", "1003", "1000.5"] in written[0]
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    for block in laid.blocks:
        if isinstance(block, Paragraph) and _text(block.runs):
            assert _text(block.runs) in paragraphs


def _text(runs: Any) -> str:
    return "".join(run.text for run in runs)


def test_headings_are_real() -> None:
    """So that Word makes an outline of them: a title, and a level 1 for each section."""
    document = opened(report())
    assert document.paragraphs[0].style is not None
    assert (document.paragraphs[0].style.name, document.paragraphs[0].text) == ("Title", "云溪市新媒体办舆情日报")
    found = [paragraph.text for paragraph in document.paragraphs if paragraph.style is not None and paragraph.style.name == "Heading 1"]
    assert found == [block.text for block in lay_out(report()).blocks if isinstance(block, Heading)]


def test_numbers_and_posts_lead_to_their_pages() -> None:
    """To the search that finds the posts, to the post here, and to the original."""
    found = links(opened(report()))
    assert found["1207"].startswith("https://yuqing.example/search?")
    assert found["本系统页面"] == "https://yuqing.example/posts/weibo:1"
    assert found["原文"] == "https://weibo.example/1?a=1&b=2"
    assert found["b-feed"] == "https://yuqing.example/sources/b-feed"


def test_without_an_address_only_originals_are_links() -> None:
    """A link that leads nowhere is none, and no empty word stays behind."""
    document = opened(report(), None)
    assert links(document) == {"原文": "https://weibo.example/1?a=1&b=2"}
    assert not any("本系统页面" in paragraph.text for paragraph in document.paragraphs)


def test_fonts_are_set_for_chinese() -> None:
    """For each style that is used, and no font of the theme goes before it."""
    document = opened(report())
    for name, font in {"Normal": "仿宋", "Heading 1": "黑体", "Title": "黑体"}.items():
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) == font
        assert not [key for key in fonts.attrib if key.endswith("Theme")]


def test_pages_have_numbers_and_a_draft_its_mark() -> None:
    """In the footer and the header of every page; signed, the mark says by whom."""
    section = opened(report()).sections[0]
    assert "PAGE" in "".join(text.text or "" for text in section.footer._element.iter(qn("w:instrText")))
    assert section.header.paragraphs[0].text == "草稿，未签发"
    signed = opened(report(signed_by="王敏", signed_at=MADE))
    assert signed.sections[0].header.paragraphs[0].text == "王敏 签发于 2026-11-19 01:00"
    assert "草稿" not in "".join(paragraph.text for paragraph in signed.paragraphs)


def test_the_head_of_a_table_is_repeated_on_each_page() -> None:
    """A long table can be read on its second page."""
    for table in opened(report()).tables:
        assert table.rows[0]._tr.trPr is not None
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_it_says_what_it_is() -> None:
    """Title, language and time of making stand in the document's properties; no name of this machine's user does."""
    core = opened(report()).core_properties
    assert (core.title, core.language, core.author) == ("云溪市新媒体办舆情日报 2026年11月18日（周三）", "zh-CN", "云溪市新媒体办")
    assert core.created == MADE.replace(tzinfo=core.created.tzinfo)  # type: ignore[union-attr]


HOSTILE = "\x00\x0b\x1f\ud800\ufffe\u202e]]>&<w:p/>🙂👨\u200d👩\u200d👧\u2028\r\n\t"


@pytest.mark.parametrize("words", [HOSTILE, "一" * 4000, "\n\n\n", "=HYPERLINK(1)"])
def test_no_text_breaks_it(words: str) -> None:
    """Control characters, halves of characters, XML and emoji in titles, posts and the officers' words."""
    said = content()
    led = said.led[0].model_copy(update={"text": words, "author": words})
    rows = said.clocks[0].model_copy(update={"title": words})
    made = report(Words(analysis=words, advice=words), content=said.model_copy(update={"led": (led,), "clocks": (rows,), "office": words}))
    document = opened(made)
    assert document.tables[0].rows[1].cells[1].text == "1207"
    assert len(document.tables) == len(opened(report()).tables)


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=60))
@settings(max_examples=25)
def test_any_text_can_be_written(text: str) -> None:
    """Whatever stands in a post, the document is a whole one that opens."""
    said = content()
    made = report(content=said.model_copy(update={"led": (said.led[0].model_copy(update={"text": text}),)}))
    with zipfile.ZipFile(io.BytesIO(render(lay_out(made), MADE, ADDRESS))) as file:
        assert file.testzip() is None
    assert opened(made).tables[0].rows[1].cells[1].text == "1207"
