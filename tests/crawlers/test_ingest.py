"""Tests of `crawlers.rows`, `crawlers.ingest` and the command."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from click.testing import CliRunner, Result

from cli.ingest import ingest as command
from config.settings import load_settings
from crawlers.edge import Edge
from crawlers.errors import MappingError
from crawlers.ingest import Rows, Taken, ingest, read_mapping, report
from crawlers.rows import Format, Row, format_of, read_rows
from streams.dead import DeadLetters
from streams.engines import open_log
from streams.errors import LogUnavailable
from streams.log import Topic
from streams.messages import Kind, Post, Standing, decode
from tests.crawlers.conftest import ACCOUNTS
from tests.crawlers.memory_log import MemoryLog

EDGE = Edge(ACCOUNTS, b"k" * 32, zone=ZoneInfo("Asia/Shanghai"))
MAPPING = {"text": "内容", "published_at": "发布时间", "author": "作者", "url": "链接", "likes": "点赞"}
TABLE = [
    ["内容", "发布时间", "作者", "链接", "点赞"],
    ["云溪地铁晚点 @河边柳树", "2026-03-01 08:00:00", "山间一棵树", "https://forum.example.cn/1", "1.2万"],
    ["天气晴", "昨天 23:10", "山间一棵树", "https://forum.example.cn/2", ""],
    ["", "今天", "山间一棵树", "https://forum.example.cn/3", ""],
]


def as_csv(encoding: str, delimiter: str = ",") -> bytes:
    """Write the table as CSV."""
    return "\r\n".join(delimiter.join(row) for row in TABLE).encode(encoding)


def as_lines(encoding: str) -> bytes:
    """Write the table as JSON lines."""
    return "\n".join(json.dumps(dict(zip(TABLE[0], row, strict=True)), ensure_ascii=False) for row in TABLE[1:]).encode(encoding)


def as_sheet() -> bytes:
    """Write the table as a spreadsheet, with a date that is one and a blank row."""
    book = openpyxl.Workbook()
    sheet = book.active
    for number, row in enumerate(TABLE):
        cells: list[Any] = [*row]
        if number == 1:
            cells[1] = datetime(2026, 3, 1, 8)  # noqa: DTZ001 - spreadsheets know no zones
        sheet.append(cells)
    sheet.append([None] * 5)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def cut_sheet() -> bytes:
    """A spreadsheet whose sheet breaks off before its last rows."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_sheet())) as whole, zipfile.ZipFile(written, "w") as cut:
        for name in whole.namelist():
            content = whole.read(name)
            cut.writestr(name, content[: content.index(b'<row r="4"')] if name.endswith("sheet1.xml") else content)
    return written.getvalue()


def take(body: bytes, kind: Format, log: MemoryLog, **given: Any) -> Taken:
    """Take a file in."""
    columns = Rows(MAPPING, source="vendor", platform="forum", zone=None)
    return ingest(read_rows(io.BytesIO(body), kind, "file"), columns, log, EDGE, name="file", **given)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (as_csv("utf-8"), "csv"),
        (as_csv("utf-8-sig"), "csv"),
        (as_csv("gb18030"), "csv"),
        (as_csv("utf-16"), "csv"),
        (as_csv("utf-8", "\t"), "csv"),
        (as_lines("utf-8"), "jsonl"),
        (as_lines("gb18030"), "jsonl"),
        (as_sheet(), "xlsx"),
    ],
)
def test_files_of_all_kinds_and_encodings(body: bytes, kind: Format, log: MemoryLog) -> None:
    """The row that mentions an account is kept as the spiders would, the empty one goes to the dead letters."""
    taken = take(body, kind, log)
    assert taken == Taken(rows=3, kept=1, irrelevant=1, broken=1)
    (post,) = log.posts()
    assert (post.text, post.likes, post.url) == ("云溪地铁晚点 @用户", 12_000, "https://forum.example.cn/1")
    assert post.published_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert (post.platform, post.source, post.kind) == ("forum", "vendor", Kind.POST)
    assert (post.author.standing, post.author.name) == (Standing.PRIVATE, None)
    (coverage,) = log.coverage()
    assert (coverage.source, coverage.outcome, coverage.reason, coverage.seen, coverage.kept) == (
        "vendor",
        "partial",
        "unusable_rows",
        3,
        1,
    )
    assert "山间一棵树".encode() not in log.bytes()


def test_all_keeps_what_mentions_nobody(log: MemoryLog) -> None:
    """With --all."""
    assert take(as_csv("utf-8"), "csv", log, keep_all=True) == Taken(rows=3, kept=2, broken=1)


def test_the_same_row_has_the_same_id_each_time(log: MemoryLog) -> None:
    """Taking a file in twice changes nothing downstream."""
    take(as_csv("utf-8"), "csv", log)
    take(as_lines("gb18030"), "jsonl", log)
    first, second = log.posts()
    assert first.id == second.id


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b'{"\xe5\x86\x85\xe5\xae\xb9": ', "jsonl", "not JSON"),
        (b"[1, 2]", "jsonl", "not a JSON object"),
        (as_csv("utf-8") + "\r\n山间一棵树,2,3,4,5,6,7".encode(), "csv", "7 cells where there are 5 columns"),
        (b'{"text": "' + b"[" * 100_000, "jsonl", "not JSON"),
        (
            as_csv("utf-8") + '\r\n"云溪地铁,1,山间一棵树,4,5\r\n6,7,8,9,10'.encode(),
            "csv",
            "a quotation mark is not closed, so 2 lines can't be told apart",
        ),
        (cut_sheet(), "xlsx", "the file breaks off or is damaged here, and the rows from here on are lost: ParseError"),
    ],
)
def test_a_row_that_can_not_be_read_is_named_by_its_place(body: bytes, kind: Format, error: str, log: MemoryLog) -> None:
    """The dead letter says where it stands, and nothing of what it says: nobody can tell whom it names."""
    take(body, kind, log)
    letters = [letter for letter in DeadLetters(log).list() if letter.reason == "unreadable_row"]
    assert [letter.error.partition(": ")[2] for letter in letters] == [error]
    assert "山间一棵树".encode() not in log.bytes()


def test_platforms_are_told_apart(log: MemoryLog) -> None:
    """In Chinese too; what we have no name for keeps its own in the id, so that no post takes another one's place."""
    rows = [{"内容": "云溪地铁", "id": "1", "platform": name, "root_id": "9"} for name in ("微博", "Weibo", "甲论坛", "乙论坛", "")]
    take("\n".join(json.dumps(row) for row in rows).encode(), "jsonl", log)
    assert [post.id for post in log.posts()] == ["weibo:1", "weibo:1", "forum:甲论坛/1", "forum:乙论坛/1", "forum:1"]
    assert [post.root_id for post in log.posts()] == ["weibo:9", "weibo:9", "forum:甲论坛/9", "forum:乙论坛/9", "forum:9"]


def test_comments_on_one_page_are_told_apart(log: MemoryLog) -> None:
    """Vendors give each comment the address of its page, and often no number."""
    rows = [{"内容": f"云溪地铁 {number}", "链接": "https://forum.example.cn/1", "kind": "评论"} for number in (1, 2, 2)]
    take("\n".join(json.dumps(row) for row in rows).encode(), "jsonl", log)
    first, second, again = (post.id for post in log.posts())
    assert first != second == again


def test_a_quotation_mark_inside_a_cell_is_only_that(log: MemoryLog) -> None:
    """Inches and careless exports: such rows are read as they stand."""
    rows = read_rows(io.BytesIO('text\n云溪地铁 5" 屏\n"云溪" 地铁"来了\n'.encode()), "csv", "f")
    assert [row.values for row in rows] == [{"text": '云溪地铁 5" 屏'}, {"text": '云溪 地铁"来了'}]


def test_fields_inside_others_and_offices(log: MemoryLog) -> None:
    """`user.name` looks inside; an author whom the file calls media keeps the name."""
    row = {"body": "云溪地铁回应", "user": {"name": "云溪晚报", "v": "媒体"}, "n": 5331146212902202.0}
    columns = Rows({"text": "body", "author": "user.name", "verified": "user.v", "id": "n"}, source="v", platform="weibo", zone=None)
    ingest([Row(1, row)], columns, log, EDGE, name="file")
    (post,) = log.posts()
    assert (post.id, post.author.name) == ("weibo:5331146212902202", "云溪晚报")


def test_a_log_that_is_away_ends_it_loudly(log: MemoryLog) -> None:
    """Nothing is dropped in silence."""
    log.away = 1
    with pytest.raises(LogUnavailable):
        take(as_csv("utf-8"), "csv", log)


@pytest.mark.parametrize(
    ("text", "said"),
    [("text", "not of the form"), ("text=", "not of the form"), ("txt=内容", "no such field: 'txt'")],
)
def test_a_wrong_mapping_is_refused(text: str, said: str) -> None:
    """With what would be right."""
    with pytest.raises(MappingError, match=said):
        read_mapping(text)


def test_a_mapping_is_read() -> None:
    """Also with the comma of a Chinese keyboard."""
    assert read_mapping("text=内容，url = 链接") == {"text": "内容", "url": "链接"}


@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (b"a,b\r\n1,2", "csv", "no such column: .*内容"),
        (b"", "csv", "the first line must name the columns"),
        (b"no sheet", "xlsx", "not an Excel file"),
    ],
)
def test_a_file_without_the_columns_is_refused(body: bytes, kind: Format, said: str, log: MemoryLog) -> None:
    """Before its first row, with the columns that it has."""
    with pytest.raises(MappingError, match=said):
        take(body, kind, log)
    assert log.messages == []


def test_the_format_is_told_by_the_name() -> None:
    """Or by hand; standard input is JSON lines."""
    assert [format_of("a.CSV"), format_of("b.xlsx"), format_of("-"), format_of("x", "csv")] == ["csv", "xlsx", "jsonl", "csv"]
    with pytest.raises(MappingError, match="--format"):
        format_of("file.doc")


def test_a_find_by_hand_is_always_kept() -> None:
    """With the accounts that the person names and those it mentions, under its address."""
    now = datetime(2026, 3, 1, tzinfo=UTC)
    post = report("https://weibo.com/5550001234/AbCdEf1", "云溪地铁 @山间一棵树", EDGE, now, accounts=["fabu"], published="5分钟前")
    assert (post.kind, post.text, post.accounts) == (Kind.REPORT, "云溪地铁 @用户", ("ditie", "fabu"))
    assert post.url == "https://m.weibo.cn/status/AbCdEf1"


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("YUQING_DATA_DIR", str(tmp_path / "var"))
    return lambda *arguments, **given: CliRunner().invoke(command, arguments, **given)


def kept() -> list[Post]:
    """The posts in the log of the settings."""
    with open_log(load_settings()) as log:
        return [decode(record.value or b"", Post) for record in log.read(Topic.POSTS)]


def test_the_command_takes_a_file_in(run: Run, tmp_path: Path) -> None:
    """It ends with 1 after the rest where a row could not be used, and shows no progress bar to a script."""
    file = tmp_path / "vendor.csv"
    file.write_bytes(as_csv("gb18030"))
    result = run(str(file), "--map", "text=内容,published_at=发布时间,url=链接", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"rows": 3, "kept": 1, "irrelevant": 1, "broken": 1}
    assert [post.text for post in kept()] == ["云溪地铁晚点 @用户"]


def test_the_command_reads_standard_input(run: Run) -> None:
    """JSON lines, unless told otherwise."""
    result = run("-", "--all", input='{"text": "你好"}\n')
    assert result.exit_code == 0
    assert "保留 1" in result.stdout


def test_the_command_reports_a_find(run: Run) -> None:
    """And says under which id."""
    result = run("--report", "https://forum.example.cn/5", "--text", "一处井盖缺失", "--account", "yunxi-fabu", "--json")
    assert result.exit_code == 0
    (post,) = kept()
    assert json.loads(result.stdout) == {"id": post.id, "accounts": ["yunxi-fabu"]}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a.csv", "--report", "https://x.cn"),
        ("nowhere.csv",),
        ("--report", "x", "--text", "y"),
        ("-", "--timezone", "Mars"),
        ("-", "--platform", "Some Forum"),
        ("--report", "https://x.cn", "--text", "y", "--published", "whenever"),
        ("--report", "https://x.cn", "--text", "y", "--account", "nobody"),
    ],
)
def test_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    """Ends with 2 and says what would be right."""
    assert run(*arguments).exit_code == 2
