"""Proofreads JSON lines: one line out for one line in, in order, whatever stands in them."""

from collections.abc import Sequence

import msgspec

from nlp.lines import Line, read_line, write_line
from nlp.proofread.proofreader import Proofreader
from nlp.proofread.reasons import CHINESE, told_in


def proofread_lines(lines: Sequence[bytes], proofreader: Proofreader, language: str = CHINESE) -> list[Line]:
    """Add `corrected` and `findings` to each JSON object with a `text`, with reasons in a language; all its other fields stay.

    A line that can't be used comes back with `error`: an object with its fields, anything else as `line`.
    """
    return [_proofread_line(line, proofreader, language) for line in lines]


def _proofread_line(line: bytes, proofreader: Proofreader, language: str) -> Line:
    fields, usable = read_line(line)
    if usable:
        fields |= msgspec.to_builtins(told_in(proofreader.proofread(fields["text"]), language))
    return write_line(fields, usable=usable)
