"""A report as a Word document that can be edited: real headings, tables and links, Chinese fonts, page numbers, and a mark while it is a draft."""

import io
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as Written
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from reports.blocks import Block, Cell, Heading, Paragraph, Run, Table
from reports.layout import Laid
from reports.text import absolute

BODY, BOLD, LATIN = "仿宋", "黑体", "Times New Roman"  # what offices write in (GB/T 9704)
_STYLES = {"Normal": (BODY, 12), "Title": (BOLD, 20), "Subtitle": (BODY, 12), "Heading 1": (BOLD, 14), "Heading 2": (BOLD, 12)}
_TONES = {"text": "Normal", "item": "List Bullet", "step": "List Bullet 2", "note": "Normal", "warning": "Normal"}
_RED, _GREY, _BLUE, _BLACK = RGBColor(0xB0, 0x2A, 0x1A), RGBColor(0x59, 0x59, 0x59), RGBColor(0x0F, 0x52, 0x57), RGBColor(0, 0, 0)
SMALL = Pt(10.5)


def render(laid: Laid, made_at: datetime, address: str | None = None) -> bytes:
    """Write a report as DOCX. `address` is where the pages are; without one, numbers don't lead anywhere."""
    document = Document()
    _set_up(document, laid, made_at)
    document.add_paragraph(laid.title, "Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph(laid.period, "Subtitle").alignment = WD_ALIGN_PARAGRAPH.CENTER
    mark = document.add_paragraph(style="Subtitle")
    mark.alignment = WD_ALIGN_PARAGRAPH.CENTER
    written = mark.add_run(f"【{laid.mark}】")
    written.font.color.rgb = _RED if laid.draft else _BLACK
    for block in laid.blocks:
        _block(document, block, address)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: Written, laid: Laid, made_at: datetime) -> None:
    """Set paper, fonts, the header with the mark and the footer with page numbers."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(26)
    section.top_margin = section.bottom_margin = Mm(25)
    for name, (font, size) in _STYLES.items():
        _font(document.styles[name], font, size)
    core = document.core_properties
    core.title, core.author, core.language, core.comments = f"{laid.title} {laid.period}", laid.office, "zh-CN", laid.mark
    core.created = core.modified = made_at.astimezone(UTC)
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = header.add_run(laid.mark)
    run.font.size, run.font.color.rgb = Pt(9), _RED if laid.draft else _GREY
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run("— ")
    _field(footer, "PAGE")
    footer.add_run(" —")


def _font(style: ParagraphStyle, name: str, size: float) -> None:
    """Give a style a font for Chinese and one for all else. A font of the theme goes before both, so that is taken away."""
    style.font.name, style.font.size, style.font.color.rgb = LATIN, Pt(size), _BLACK
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for part in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.attrib.pop(qn(f"w:{part}Theme"), None)
    fonts.set(qn("w:cs"), LATIN)
    fonts.set(qn("w:eastAsia"), name)


def _block(document: Written, block: Block, address: str | None) -> None:
    match block:
        case Heading():
            document.add_heading(block.text, block.level)
        case Paragraph():
            if any(run.text for run in block.runs):
                _paragraph(document.add_paragraph(style=_TONES[block.tone]), block, address)
        case Table():
            _table(document, block, address)


def _paragraph(paragraph: WordParagraph, block: Paragraph, address: str | None) -> None:
    colour = {"warning": _RED, "note": _GREY}.get(block.tone)
    _runs(paragraph, block.runs, address, colour=colour, size=SMALL if block.tone in {"note", "step"} else None)


def _table(document: Written, block: Table, address: str | None) -> None:
    table = document.add_table(rows=1 + len(block.rows), cols=len(block.head), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    heads = table.rows[0]
    heads._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - repeated on each page: the library has no other way
    for cell, name in zip(heads.cells, block.head, strict=True):
        _cell(cell, (Run(name, strong=True),), address)
    for place, row in enumerate(block.rows, 1):
        cells = table.rows[place].cells
        for column, (cell, runs) in enumerate(zip(cells, row, strict=True)):
            _cell(cell, runs, address, right=column in block.numbers)
    document.add_paragraph()


def _cell(cell: _Cell, runs: Cell, address: str | None, *, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _runs(paragraph, runs, address, size=SMALL)


def _runs(paragraph: WordParagraph, runs: Cell, address: str | None, *, colour: RGBColor | None = None, size: Pt | None = None) -> None:
    for given in runs:
        link = absolute(given.link, address)
        if given.spelled and link is None:
            continue
        run = paragraph.add_run(given.text)
        run.bold = given.strong or None
        if size is not None:
            run.font.size = size
        if link is not None:
            run.font.color.rgb, run.font.underline = _BLUE, True
            _lead(paragraph, link)
        elif colour is not None:
            run.font.color.rgb = colour


def _lead(paragraph: WordParagraph, link: str) -> None:
    """Make the last run of a paragraph a link."""
    hyperlink = OxmlElement("w:hyperlink")
    hyperlink.set(qn("r:id"), paragraph.part.relate_to(link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.runs[-1]._r  # noqa: SLF001 - the library reads links and can't write them
    run.addprevious(hyperlink)
    hyperlink.append(run)


def _field(paragraph: WordParagraph, code: str) -> None:
    """Add a field that Word fills in."""
    for kind, text in (("begin", None), (None, code), ("end", None)):
        run = paragraph.add_run()._r  # noqa: SLF001 - the library has no fields
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run.append(element)
