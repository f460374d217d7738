"""Rows of files: JSON lines, CSV and Excel sheets, of whatever encoding offices and vendors send."""

import codecs
import csv
import io
import itertools
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple
from zipfile import BadZipFile

from crawlers.errors import MappingError

Format = Literal["jsonl", "csv", "xlsx"]
SUFFIXES: Mapping[str, Format] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".csv": "csv",
    ".txt": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
}
SAMPLE = 1 << 20  # bytes by which an encoding is told
LONGEST_FIELD = 10_000_000  # characters


class Row(NamedTuple):
    """One row, or what is wrong with it. Numbers count from 1, as editors and spreadsheets show them."""

    number: int
    values: Mapping[str, Any] | None
    error: str = ""
    size: int = 0  # characters of a row that can't be read
    table: bool = True  # all rows have the same columns


def format_of(name: str, given: Format | None = None) -> Format:
    """Tell the format of a file by its name. Raises MappingError where that does not say it."""
    found = given or SUFFIXES.get(Path(name).suffix.lower()) or ("jsonl" if name == "-" else None)
    if found is None:
        raise MappingError(f"{name}: can't tell the format by the name; say it with --format jsonl, csv or xlsx")
    return found


def read_rows(file: BinaryIO, kind: Format, name: str) -> Iterator[Row]:
    """Read the rows of a file, one by one. Raises MappingError where the file as a whole is none of its kind."""
    readers = {"jsonl": _json_lines, "csv": _csv_rows, "xlsx": _sheet_rows}
    return readers[kind](file, name)


def encoding_of(sample: bytes) -> str:
    """Tell UTF-8 (with or without a mark), UTF-16 with a mark, and GB18030 apart."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _text(file: BinaryIO) -> io.TextIOWrapper:
    buffered = io.BufferedReader(_Raw(file), SAMPLE)
    sample = buffered.peek(SAMPLE)[:SAMPLE]
    return io.TextIOWrapper(buffered, encoding=encoding_of(sample), errors="replace", newline="")


class _Raw(io.RawIOBase):
    """Any readable thing as a raw stream, so that its beginning can be looked at before it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._file.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def _json_lines(file: BinaryIO, _name: str) -> Iterator[Row]:
    for number, line in enumerate(_text(file), start=1):
        text = line.strip()
        if not text:
            continue
        try:
            values = json.loads(text)
        except (json.JSONDecodeError, RecursionError):
            yield Row(number, None, "not JSON", len(text))
            continue
        yield Row(number, values, table=False) if isinstance(values, dict) else Row(number, None, "not a JSON object", len(text))


def _csv_rows(file: BinaryIO, name: str) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_FIELD)
    text = _text(file)
    first = text.readline()
    delimiter = max(",\t;", key=first.count)
    header = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])]
    if not any(header):
        raise MappingError(f"{name}: the first line must name the columns")
    lines: list[str] = []  # of the row that is being read
    reader = csv.reader(_noting(text, lines), delimiter=delimiter)
    while True:
        number = reader.line_num + 2
        lines.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, None, f"broken CSV: {error}")
            continue
        if _unclosed(lines, delimiter):
            yield Row(number, None, f"a quotation mark is not closed, so {len(lines)} lines can't be told apart", sum(map(len, lines)))
        elif any(cell.strip() for cell in cells):
            yield _row(number, header, cells)


def _noting(text: Iterator[str], lines: list[str]) -> Iterator[str]:
    for line in text:
        lines.append(line.replace("\x00", "\ufffd"))
        yield lines[-1]


def _unclosed(lines: list[str], delimiter: str) -> bool:
    """Whether a quotation mark swallowed all that follows it. Only a strict reader says so, but it refuses much else."""
    if sum(line.count('"') for line in lines) % 2 == 0:
        return False
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def _row(number: int, header: list[str], cells: list[Any]) -> Row:
    if len(cells) > len(header):
        return Row(number, None, f"{len(cells)} cells where there are {len(header)} columns", sum(len(str(cell)) for cell in cells))
    return Row(number, dict(zip(header, cells, strict=False)))


def _sheet_rows(file: BinaryIO, name: str) -> Iterator[Row]:
    import openpyxl  # noqa: PLC0415 - 6 MB that nobody needs who reads no sheet, such as a server of pages
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = openpyxl.load_workbook(io.BytesIO(file.read()), read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, OSError, KeyError, ValueError, SyntaxError) as error:
        raise MappingError(f"{name}: not an Excel file (.xlsx): {type(error).__name__}") from error
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        header = ["" if cell is None else str(cell).strip() for cell in next(rows, ())]
        if not any(header):
            raise MappingError(f"{name}: the first row of the first sheet must name the columns")
        yield from _sheet_body(rows, header)
    finally:
        book.close()


def _sheet_body(rows: Iterator[tuple[Any, ...]], header: list[str]) -> Iterator[Row]:
    for number in itertools.count(2):
        try:
            cells = next(rows, None)
        except (SyntaxError, BadZipFile, zlib.error, KeyError, ValueError) as error:  # openpyxl reads on as it is asked
            yield Row(number, None, f"the file breaks off or is damaged here, and the rows from here on are lost: {type(error).__name__}")
            return
        if cells is None:
            return
        if any(cell is not None and str(cell).strip() for cell in cells):
            yield _row(number, header, list(cells))
