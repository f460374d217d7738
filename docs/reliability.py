# ruff: noqa: INP001 - docs is a folder of pages, no package of the program
"""Draws how often answers of each certainty were right: `yuqing evaluate --json` in, docs/reliability.svg out.

Example: yuqing evaluate --data ../shared/data --json | python docs/reliability.py
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SIZE, GAP, LEFT, TOP = 180, 48, 44, 30
OUT = Path(__file__).with_name("reliability.svg")


def main() -> None:
    """Read figures from standard input and write the picture."""
    sets = [one for model in json.load(sys.stdin)["sets"].values() for one in model]
    width, height = LEFT + len(sets) * (SIZE + GAP), TOP + SIZE + 44
    body = "\n".join(line for place, one in enumerate(sets) for line in panel(one, LEFT + place * (SIZE + GAP)))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">'
    OUT.write_text(f'{head}\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n', encoding="utf-8")


def panel(one: dict[str, Any], left: float) -> Iterator[str]:
    """One set: a dot for each bin, as large as it has answers; on the line answers are as often right as they are sure."""
    name = one["measure"].removeprefix("macro-F1, ")
    yield f'<text x="{left}" y="{TOP - 12}">{name}: {one["calibration_error"]:.3f} ({one["by_chance"]:.3f} by chance)</text>'
    yield f'<rect x="{left}" y="{TOP}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#999"/>'
    yield f'<line x1="{left}" y1="{TOP + SIZE}" x2="{left + SIZE}" y2="{TOP}" stroke="#bbb" stroke-dasharray="4 3"/>'
    for share in (0, 0.5, 1):
        yield f'<text x="{left + share * SIZE}" y="{TOP + SIZE + 14}" text-anchor="middle">{share:g}</text>'
        yield f'<text x="{left - 6}" y="{TOP + SIZE - share * SIZE + 4}" text-anchor="end">{share:g}</text>'
    yield f'<text x="{left + SIZE / 2}" y="{TOP + SIZE + 30}" text-anchor="middle">how sure → how often right</text>'
    for each in one["bins"]:
        radius = 1.5 + 9 * (each["rows"] / one["rows"]) ** 0.5
        x, y = left + each["said"] * SIZE, TOP + SIZE - each["right"] * SIZE
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="#2563eb" fill-opacity=".6"/>'


if __name__ == "__main__":
    main()
