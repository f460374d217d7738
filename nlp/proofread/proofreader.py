"""Reads a text and says what is wrong: the office's lists, names, punctuation, numbers, and what the model thinks of each character."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from nlp.proofread.findings import CHARACTER, Finding, Proofread, correct, in_order
from nlp.proofread.judge import Judge
from nlp.proofread.lists import Lists, Phrases
from nlp.proofread.names import NearNames, Persons
from nlp.proofread.numbers import find_numbers
from nlp.proofread.office import OfficeLists
from nlp.proofread.punctuation import find_punctuation
from nlp.proofread.reading import Reading
from nlp.proofread.weights import load

NO_LISTS = OfficeLists()


class Proofreader:
    """Knows an office's lists and the language. Build it once. Safe to share between threads."""

    def __init__(self, office: OfficeLists = NO_LISTS, judge: Judge | None = None) -> None:
        """Without a judge, lists and rules are all there is."""
        self._judge = judge
        self._lists = Lists(office.entries(), office.lists.keep)
        self._near = NearNames(office.right_names(), office.kept(), judge.is_word if judge else None)
        self._persons = Persons(office.lists.persons)
        self._kept = Phrases(office.kept())

    @classmethod
    def load(cls, office: OfficeLists = NO_LISTS, weights: Path | None = None) -> Self:
        """With the model of a folder of weights, by default the shipped one. Raises WeightsError."""
        return cls(office, load(weights))

    def proofread(self, text: str) -> Proofread:
        """Everything that is to be looked at in a text, and the text with all that is sure put right."""
        reading = Reading.of(text)
        findings: list[Finding] = [
            *self._lists.find(reading),
            *self._near.find(reading),
            *self._persons.find(reading),
            *find_punctuation(reading),
            *find_numbers(reading),
        ]
        findings += self._slips(reading, findings)
        return Proofread(corrected=correct(text, findings), findings=in_order(findings))

    def _slips(self, reading: Reading, findings: Sequence[Finding]) -> Iterator[Finding]:
        """What the model finds beside what is known to be right or wrong already."""
        if self._judge is None:
            return
        fixed = [*self._kept.spans(reading.text), *(reading.span(finding) for finding in findings)]
        for slip in self._judge.slips(reading.text, fixed):
            yield reading.finding((slip.start, slip.start + len(slip.meant)), slip.meant, CHARACTER, slip.probability)
