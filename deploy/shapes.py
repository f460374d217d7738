"""`python deploy/shapes.py > nlp/proofread/shapes.txt`: which characters look alike, by comparing their pictures.

Each character of GB 2312 is drawn by Chromium in Noto Sans CJK SC, 32 x 32 points, blurred a little, so that strokes need not meet exactly; two
pictures are as alike as the cosine between them, their means taken away. Needs the development environment, Chromium and the font.
"""

import base64
import sys

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
SIZE = 32  # points
LEAST, MOST = 72, 10  # likeness (of 100) from which on two are said to be alike, and others of a character
BLUR = (1, 2, 3, 2, 1)
HEAD = """\
# Characters that look alike: a character, then others, each with how alike their pictures are (of 100), ten at most, from 72 on.
# Of the characters of GB 2312, compared as pictures of 32 x 32 points in Noto Sans CJK SC (SIL Open Font License); made by deploy/shapes.py.
"""
DRAW = """([characters, size]) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = `${size - 2}px "Noto Sans CJK SC"`;
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  const points = new Uint8Array(characters.length * size * size);
  let place = 0;
  for (const character of characters) {
    pen.clearRect(0, 0, size, size);
    pen.fillText(character, size / 2, size / 2 + 1);
    const picture = pen.getImageData(0, 0, size, size).data;
    for (let alpha = 3; alpha < picture.length; alpha += 4) points[place++] = picture[alpha];
  }
  let text = "";
  for (let start = 0; start < points.length; start += 8192) text += String.fromCharCode(...points.subarray(start, start + 8192));
  return btoa(text);
}"""


def common() -> list[str]:
    """The Han characters of GB 2312."""
    cells = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return [character for cell in cells if (character := cell.decode("gb2312", "ignore"))]


def pictures(characters: list[str]) -> NDArray[np.float32]:
    """Draw all characters; shape (characters, SIZE, SIZE)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        points = base64.b64decode(browser.new_page().evaluate(DRAW, [characters, SIZE]))
        browser.close()
    return np.frombuffer(points, dtype=np.uint8).reshape(len(characters), SIZE, SIZE).astype(np.float32)


def likeness(drawn: NDArray[np.float32]) -> NDArray[np.float32]:
    """How alike each two are, −1 to 1; 0 for a character and itself."""
    for axis in (1, 2):
        drawn = sum(weight * np.roll(drawn, shift, axis=axis) for shift, weight in zip(range(-2, 3), BLUR, strict=True))
    rows = drawn.reshape(len(drawn), -1)
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    alike = rows @ rows.T
    np.fill_diagonal(alike, 0)
    return alike


def main() -> None:
    """Print the file."""
    characters = common()
    sys.stdout.write(HEAD)
    for character, row in zip(characters, likeness(pictures(characters)), strict=True):
        best = [(characters[other], round(float(row[other]) * 100)) for other in np.argsort(-row, kind="stable")[:MOST].tolist()]
        others = "".join(f"{other}{min(alike, 99)}" for other, alike in best if alike >= LEAST)
        if others:
            sys.stdout.write(f"{character} {others}\n")


if __name__ == "__main__":
    main()
