"""Bytes to text, HTML to text, and text that any database can keep."""

import codecs
import re
from typing import NamedTuple

import lxml.html
from lxml import etree

BROKEN = "�"
FEW = 0.02  # of the characters of a page: so many broken ones, and it is still in the encoding that it says

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DECLARED = re.compile(rb"""(?:encoding|charset)\s*=\s*["']?\s*([A-Za-z0-9._-]+)""")
_ANY_BYTE = frozenset({"latin-1", "iso8859-1", "cp1252", "ascii"})  # these say yes to everything, or say too little
_CHINESE = frozenset({"gb2312", "gbk", "hz"})  # GB18030 reads all that these can write
HEAD = 1024  # bytes in which a page declares its encoding

_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
_BLANKS = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s*\n\s*\n\s*")
_AROUND_BREAK = re.compile(r"[^\S\n]*\n[^\S\n]*")
_SKIPPED = frozenset({"script", "style", "noscript", "template", "iframe", "object", "svg", "head"})
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "section",
        "article",
        "header",
        "footer",
        "pre",
        "dd",
        "dt",
        "hr",
        "figure",
    ]
)


class Decoded(NamedTuple):
    """A body as text."""

    text: str
    encoding: str
    repaired: bool  # some bytes were no characters in any encoding


def decode_body(body: bytes, content_type: str = "") -> Decoded:
    """Read a body as text: by its mark, else as UTF-8 if it is that, else as it says, else as GB18030.

    Chinese pages say GB2312 and send GB18030, or say ISO-8859-1 or UTF-8 and send GB18030: what the bytes are goes before
    what the page says.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _lenient(body, encoding)
    declared = _declared(body, content_type)
    for encoding in ("utf-8", *declared):
        if encoding not in _ANY_BYTE and (text := _strict(body, encoding)) is not None:
            return Decoded(text, encoding, repaired=False)
    utf8 = _lenient(body, "utf-8")
    if utf8.text.count(BROKEN) <= FEW * len(utf8.text):
        return utf8
    for encoding in ("gb18030", *declared):
        if (text := _strict(body, encoding)) is not None:
            return Decoded(text, encoding, repaired=False)
    return min((_lenient(body, encoding) for encoding in ("gb18030", "utf-8", *declared)), key=lambda found: found.text.count(BROKEN))


def _declared(body: bytes, content_type: str) -> list[str]:
    names = _DECLARED.findall(body[:HEAD]) + _DECLARED.findall(content_type.encode("latin-1", "replace"))
    found = []
    for name in names:
        try:
            encoding = codecs.lookup(name.decode("ascii")).name
        except LookupError:
            continue
        found.append("gb18030" if encoding in _CHINESE else encoding)
    return found


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _lenient(body: bytes, encoding: str) -> Decoded:
    text = body.decode(encoding, "replace")
    return Decoded(text, encoding, repaired=BROKEN in text)


def repair(text: str) -> tuple[str, bool]:
    """Replace what no database keeps (NUL and other controls, lone surrogates) by U+FFFD; and whether there was any."""
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # joins the pairs, breaks what is alone
        fixed = _REFUSED.sub(BROKEN, text)
        return fixed, BROKEN in fixed
    fixed = _REFUSED.sub(BROKEN, text)
    return fixed, fixed != text


def html_to_text(html: str) -> str:
    """Read the text of a piece of HTML: blocks on lines of their own, the pictures of smileys as their names, no scripts."""
    if "<" not in html and "&" not in html:
        return tidy(html)
    try:
        root = lxml.html.fragment_fromstring(_REFUSED.sub(BROKEN, html), create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return tidy(re.sub(r"<[^>]*>", " ", html))
    parts: list[str] = []
    _collect(root, parts)
    return tidy("".join(parts))


def _collect(root: etree._Element, parts: list[str]) -> None:
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            if element.tag in _SKIPPED:
                element.text = None
                for child in list(element):
                    element.remove(child)
            if element.tag in _BLOCKS:
                parts.append("\n")
            if element.tag == "img":
                parts.append(element.get("alt") or "")
            parts.append(element.text or "")
            continue
        if event == "end" and element.tag in _BLOCKS:
            parts.append("\n")
        if element is not root:
            parts.append(element.tail or "")


def tidy(text: str) -> str:
    """One blank for many, no blank lines, nothing around it."""
    text = _BLANKS.sub(" ", text.replace("\u200b", "").replace("\r", "\n"))
    return _AROUND_BREAK.sub("\n", _BREAKS.sub("\n", text)).strip()
