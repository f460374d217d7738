# ruff: noqa: INP001 - docs is a folder of pages, no package of the program
"""`python -m docs.screenshots [FOLDER]`: draws each page of the demo in a real Chromium, once its story is told.

What is to be seen is the simulated city's: no other text stands in these pictures. Needs what the browser tests need.
"""

import base64
import shutil
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright

from config.check import load_office
from config.settings import Settings, load_settings
from incidents.desk import Wanted
from incidents.people import Actor, Role
from incidents.records import Given, Stage
from indexers.embedded.open import folder_of, reach
from services.demo import OFFICER, Show, running_demo
from services.follow import desk_of
from services.stop import stop_on_signals

FOLDER = Path(__file__).parent / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1280, 800
WATER, TOPIC = "自来水", "城乡建设"
PAGES = {  # the name of each picture, and what is drawn
    "duty": "/duty",
    "alerts": "/alerts",
    "incidents": "/incidents",
    "requests": "/requests",
    "search": f"/search?q={WATER}&sort=spread",
    "accounts": "/accounts",
    "account": "/accounts/yunxi-bowuguan",
    "sources": "/sources",
    "report": "/report",
}
# A browser writes fields of dates in its own language, whatever the page's, and Debian's speaks English alone: as a Chinese one does it.
CHINESE_DATES = """() => {
  for (const field of document.querySelectorAll("input[type=date], input[type=datetime-local]")) {
    const written = field.value.replaceAll("-", "/").replace("T", " ");
    field.type = "text";
    field.value = written;
    field.size = written.length + 2;
  }
}"""
COLOURS = 128  # of a picture: enough for a page with charts, and a third of the size
ROUGHNESS = 8  # shades that are taken for one before the commonest are chosen
PIXELS = """async picture => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const bytes = context.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}"""


def main() -> None:
    """Run the demo, do what an officer does, and draw."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    stop = stop_on_signals()
    with tempfile.TemporaryDirectory() as data, running_demo(load_settings(data_dir=Path(data), web={"port": 0}), stop) as show:
        for progress in show.watch(stop):
            click.echo(f"\r{progress.share:4.0%}", nl=False)
        own = Path(data) / "demo"
        incident = begin_to_handle(load_settings(data_dir=own, config_dir=own / "config"))
        for name, picture in pictures(show, incident):
            (folder / f"{name}.png").write_bytes(picture)
            click.echo(f" {name} {len(picture) // 1000} kB", nl=False)
    click.echo()


def begin_to_handle(settings: Settings) -> str:
    """Judge, rate and assign the incident of the water, so that its clocks run; give the address of its page."""
    client = reach(folder_of(settings))
    assert client is not None
    desk, officer = desk_of(settings, client, load_office(settings, secrets=False)), Actor(OFFICER, Role.DUTY)
    found = next(row.filed.incident for row in desk.find(Wanted(), size=20).rows if row.filed.incident.topic == TOPIC)
    for stage, given in (
        (Stage.JUDGED, Given(grounds=("public_interest",), reason="涉及柳塘区居民用水，核实后回应")),
        (Stage.RATED, Given(level="orange")),
        (Stage.ASSIGNED, Given(lead_department="zhujian", due=datetime.now(UTC) + timedelta(hours=3))),
    ):
        desk.move(found.id, stage, officer, given)
    client.close()
    return f"/incidents/{found.id}"


def pictures(show: Show, incident: str) -> Iterator[tuple[str, bytes]]:
    """Draw each page as the officer on duty sees it; give it by the name of its picture."""
    browsers = [path for name in BROWSERS if (path := shutil.which(name))]
    with sync_playwright() as driver, driver.chromium.launch(executable_path=browsers[0], args=["--no-sandbox"]) as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce", locale="zh-CN")
        painter = browser.new_page()  # an empty one: ours lets no script but its own fetch anything
        page.goto(show.entry())
        for name, address in {**PAGES, "incident": incident}.items():
            page.goto(show.address + address)
            yield name, drawn(page, painter)
        page.goto(f"{show.address}/alerts?rule=takeover")
        page.locator("table.alerts th a").last.click()
        yield "alert", drawn(page, painter)
        page.goto(f"{show.address}/reports")
        page.locator('form:has(input[value="daily"]) button').click()
        yield "daily", drawn(page, painter)
        page.goto(f"{show.address}/reports")
        yield "reports", drawn(page, painter)


def drawn(page: Page, painter: Page) -> bytes:
    """Draw a page, once its charts are there, as a small PNG."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(700)
    page.evaluate(CHINESE_DATES)
    picture = base64.b64encode(page.screenshot()).decode()
    pixels = np.frombuffer(base64.b64decode(painter.evaluate(PIXELS, picture)), dtype=np.uint8)
    return indexed(pixels.reshape(HEIGHT, WIDTH, 4)[:, :, :3])


def indexed(pixels: NDArray[np.uint8]) -> bytes:
    """Write a picture, of shape (height, width, 3), as a PNG with its commonest colours; each other one becomes the nearest of them."""
    shades = pixels.reshape(-1, 3).astype(np.int64)
    groups, members, counts = np.unique(shades // ROUGHNESS @ (1 << 16, 1 << 8, 1), return_inverse=True, return_counts=True)
    centres = np.stack([np.bincount(members, shades[:, channel]) for channel in range(3)], axis=1) / counts[:, None]
    palette = centres[np.argsort(-counts)[:COLOURS]]
    nearest = np.argmin(((centres[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2), axis=1).astype(np.uint8)
    assert len(nearest) == len(groups)
    height, width, _ = pixels.shape
    rows = np.zeros((height, width + 1), dtype=np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = nearest[members].reshape(height, width)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = palette.round().astype(np.uint8).tobytes()
    parts = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


if __name__ == "__main__":
    main()
