"""The pictures of the pages: one of each page of the menu, small, and shown in both READMEs."""

import re
import struct
import zlib

import numpy as np
import pytest

from docs.screenshots import COLOURS, FOLDER, HEIGHT, PAGES, WIDTH, indexed
from tests.docs.pages import DOCS, ROOT, links, read
from web.menu import MENU

LARGEST = 160_000  # bytes
NOT_FOR_DUTY = {"/audit"}  # pages that the officer on duty, who is at the desk in these pictures, may not open
MORE = {"incident", "alert", "daily", "reports"}  # drawn, too, at addresses that each run finds out anew


@pytest.mark.parametrize("name", sorted({*PAGES, *MORE}))
def test_each_page_has_a_small_picture(name: str) -> None:
    """Of the size that is drawn; nobody waits for megabytes to read a README."""
    picture = (FOLDER / f"{name}.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == (WIDTH, HEIGHT)
    assert len(picture) < LARGEST


def test_no_page_of_the_menu_is_forgotten() -> None:
    """A new page gets its picture with the next run of the script."""
    drawn = {address.partition("?")[0] for address in PAGES.values()} | {"/reports"}
    assert {row.path for row in MENU} - NOT_FOR_DUTY <= drawn


def test_no_picture_is_left_over() -> None:
    """One whose page is gone is taken away."""
    assert {path.stem for path in FOLDER.glob("*.png")} == {*PAGES, *MORE}


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_readers_see_the_desk_first(page: str) -> None:
    """The duty page, an incident and an alert stand where one reads what one will see."""
    seen = re.split(r"^## ", read(ROOT / page), flags=re.MULTILINE)[3]
    assert links(seen)[:3] == [f"docs/screenshots/{name}.png" for name in ("duty", "incident", "alert")]


def test_every_other_picture_is_shown_with_its_page() -> None:
    """In docs/web.md."""
    shown = {link for link in links(read(DOCS / "web.md")) if link.startswith("screenshots/")}
    assert shown == {f"screenshots/{name}.png" for name in {*PAGES, *MORE} - {"duty", "incident", "alert"}}


def test_colours_become_the_commonest_ones() -> None:
    """Of more colours than a palette holds, the common ones stay as they are and a rare one becomes the nearest."""
    chance = np.random.default_rng(1)
    pixels = np.full((40, 50, 3), 250, dtype=np.uint8)
    pixels[:20] = (10, 120, 60)
    pixels[0, :] = chance.integers(0, 256, (50, 3), dtype=np.uint8)
    pixels[39, 49] = (248, 251, 252)
    picture = indexed(pixels)
    chunks, at = {}, 8
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        kind, body = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        assert struct.unpack(">I", picture[at + 8 + length : at + 12 + length]) == (zlib.crc32(kind + body),)
        chunks[kind], at = body, at + 12 + length
    palette = np.frombuffer(chunks[b"PLTE"], dtype=np.uint8).reshape(-1, 3)
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(40, 51)
    shown = palette[rows[:, 1:]]
    assert len(palette) <= COLOURS
    assert (rows[:, 0] == 0).all()
    assert (shown[1:20] == (10, 120, 60)).all()
    assert np.abs(shown[39, 49].astype(int) - (250, 250, 250)).max() <= 2
