"""What is found in a text, and the text with it put right."""

from collections.abc import Iterable

import msgspec

APPLIED = 0.5  # a finding as sure as this is put right in the corrected text

CHARACTER = "character"  # wrong by sound, shape or sense: the model says so
LISTED = "listed"  # the office's own list of wrong words
NAME, TITLE, AGENCY, PLACE = "name", "title", "agency", "place"
FORBIDDEN, SENSITIVE = "forbidden", "sensitive"
PUNCTUATION, NUMBER = "punctuation", "number"
RULES = (LISTED, NAME, TITLE, AGENCY, PLACE, FORBIDDEN, SENSITIVE, PUNCTUATION, NUMBER, CHARACTER)  # whom to believe first, first


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something to look at: `text` stands at text[offset : offset + length], counted in characters (code points) of the text as given."""

    offset: int
    length: int
    text: str
    suggestion: str | None  # None where somebody must decide; "" to leave it out
    rule: str  # one of RULES
    confidence: float  # 0 to 1
    why: str | None = None

    @property
    def end(self) -> int:
        """Where it ends in the text as given."""
        return self.offset + self.length

    @property
    def applied(self) -> bool:
        """Whether it is sure enough to be put right in the corrected text."""
        return self.suggestion is not None and self.confidence >= APPLIED


class Proofread(msgspec.Struct, frozen=True, kw_only=True):
    """A text as it should stand, and every finding in the order of the text."""

    corrected: str
    findings: tuple[Finding, ...]


def correct(text: str, findings: Iterable[Finding]) -> str:
    """The text with all sure findings put right; of such as overlap, the one whose rule stands first in RULES, then the longest."""
    taken: list[Finding] = []
    covered = bytearray(len(text))
    for finding in sorted((one for one in findings if one.applied), key=lambda one: (RULES.index(one.rule), -one.length, one.offset)):
        if not any(covered[finding.offset : finding.end]):
            covered[finding.offset : finding.end] = b"\x01" * finding.length
            taken.append(finding)
    pieces, place = [], 0
    for finding in sorted(taken, key=lambda one: one.offset):
        pieces += [text[place : finding.offset], finding.suggestion or ""]
        place = finding.end
    return "".join([*pieces, text[place:]])


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of the text; what several rules say alike stands once, with the surest."""
    surest: dict[tuple[int, int, str | None], Finding] = {}
    for finding in sorted(findings, key=lambda one: (RULES.index(one.rule), -one.confidence)):
        key = (finding.offset, finding.length, finding.suggestion if finding.suggestion is not None else finding.rule)
        if key not in surest or surest[key].confidence < finding.confidence:
            surest[key] = finding
    return tuple(sorted(surest.values(), key=lambda one: (one.offset, one.length, RULES.index(one.rule))))
