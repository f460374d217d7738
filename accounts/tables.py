"""The indicators as a table for people, as JSON and as a spreadsheet."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from rich.table import Table

from accounts.indicators import Indicators, Period
from config.accounts import Department, MonitoredAccount
from config.accounts import Place as Area

UNKNOWN = "未知"
MATRIX = ("部门", "地区", "平台")
PLATFORMS = {"weibo": "微博", "wechat": "微信", "mastodon": "长毛象"}
COLUMNS: tuple[tuple[str, Callable[[Indicators], Any]], ...] = (
    ("账号", lambda row: row.name),
    ("发布数", lambda row: row.posts_published),
    ("新增粉丝", lambda row: row.followers_gained),
    ("被转发数", lambda row: row.forwards_received),
    ("未更新天数", lambda row: row.days_without_update),
    ("最长连续未更新", lambda row: row.longest_silence),
    ("粉丝总数", lambda row: row.followers_total),
    ("质量分", lambda row: row.quality),
    ("一票否决", lambda row: {True: "是（两周未更新）", False: "否", None: None}[row.silent]),
    ("采集缺失天数", lambda row: row.days_unknown),
)


def as_data(rows: Sequence[Indicators]) -> list[dict[str, Any]]:
    """Give JSON's types, with the ids of the posts behind each number."""
    return [msgspec.json.decode(msgspec.json.encode(row)) for row in rows]


def as_table(rows: Sequence[Indicators]) -> Table:
    """Give a table to print. What is not known says so."""
    table = Table()
    for title, _ in COLUMNS:
        table.add_column(title, overflow="fold")  # a narrow terminal breaks lines, and hides nothing
    for row in rows:
        table.add_row(
            *(UNKNOWN if (value := of(row)) is None else f"{value:,}" if isinstance(value, int) else str(value) for _, of in COLUMNS)
        )
    return table


class Place(NamedTuple):
    """Where an account stands in the matrix, in words for people."""

    department: str
    place: str
    platforms: str


def places(accounts: Iterable[MonitoredAccount], departments: Iterable[Department], areas: Iterable[Area]) -> dict[str, Place]:
    """Say of each account, by id, where it stands in the matrix."""
    names = {one.id: one.name for one in departments}
    where = {one.id: one.name for one in areas}
    return {
        account.id: Place(
            names.get(account.department or "", ""),
            where.get(account.place or "", ""),
            "、".join(PLATFORMS.get(platform, platform) for platform in account.platforms),
        )
        for account in accounts
    }


def as_xlsx(rows: Sequence[Indicators], period: Period, matrix: Mapping[str, Place] | None = None) -> bytes:
    """Give a workbook with one sheet, with `matrix` also where each account stands in it.

    Names are text whatever they begin with: none becomes a formula.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - 6 MB that a server of pages shall not take before somebody asks for a sheet
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.worksheet.worksheet import Worksheet  # noqa: PLC0415

    first, *rest = COLUMNS
    columns: list[tuple[str, Callable[[Indicators], Any]]] = [first]
    if matrix is not None:
        columns += [(title, lambda row, number=number: matrix[row.account][number]) for number, title in enumerate(MATRIX)]  # type: ignore[misc]
    columns += rest
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "账号指标"
    sheet.append([f"{period.first} 至 {period.last}"])
    sheet.append([title for title, _ in columns])
    for row in rows:
        sheet.append([UNKNOWN if (value := of(row)) is None else value for _, of in columns])
    for line in sheet.iter_rows(min_row=2):
        for cell in line:
            cell.font = Font(bold=cell.row == 2)  # noqa: PLR2004 the row of titles
            if isinstance(cell.value, str):
                cell.data_type = "s"
    sheet.append([f"规则版本 {rows[0].model}" if rows else "没有账号"])
    sheet.freeze_panes = "B3"
    sheet.column_dimensions["A"].width = 24
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
