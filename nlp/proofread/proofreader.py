"""Reads a text and says what is wrong: the office's lists, names, punctuation, numbers, and what the model thinks of each character."""

from nlp.proofread.findings import Finding, Proofread, correct, in_order
from nlp.proofread.lists import Lists
from nlp.proofread.names import NearNames, Persons
from nlp.proofread.numbers import find_numbers
from nlp.proofread.office import OfficeLists
from nlp.proofread.punctuation import find_punctuation
from nlp.proofread.reading import Reading

NO_LISTS = OfficeLists()


class Proofreader:
    """Knows an office's lists. Build it once. Safe to share between threads."""

    def __init__(self, office: OfficeLists = NO_LISTS) -> None:
        self._lists = Lists(office.entries(), office.lists.keep)
        self._near = NearNames(office.right_names(), office.kept())
        self._persons = Persons(office.lists.persons)

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
        return Proofread(corrected=correct(text, findings), findings=in_order(findings))
