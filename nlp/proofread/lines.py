"""Proofreads JSON lines: one line out for one line in, in order, whatever stands in them."""

from collections.abc import Sequence

import msgspec

from nlp.lines import Line, read_line, write_line
from nlp.proofread.proofreader import Proofreader


def proofread_lines(lines: Sequence[bytes], proofreader: Proofreader) -> list[Line]:
    """Add `corrected` and `findings` to each JSON object with a `text`; all its other fields stay.

    A line that can't be used comes back with `error`: an object with its fields, anything else as `line`.
    """
    return [_proofread_line(line, proofreader) for line in lines]


def _proofread_line(line: bytes, proofreader: Proofreader) -> Line:
    fields, usable = read_line(line)
    if usable:
        fields |= msgspec.to_builtins(proofreader.proofread(fields["text"]))
    return write_line(fields, usable=usable)
