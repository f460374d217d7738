"""All that is ever said in the city, made once from a seed; what is visible depends on the time."""

import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from city.life import life, routine
from city.people import MUSEUM, OFFICIALS, VOICES, Person, citizens
from city.story import Beats, beats, story
from city.utterances import Form, Place, Utterance

PAST = timedelta(days=3)  # what was said before the story begins
MUSEUM_PAST = timedelta(days=40)  # of the account that will be hijacked: its habit must be known to be broken
FUTURE = timedelta(hours=12)  # and goes on being said after it, as fast as our own time
CROWD = 900
_FIRST_NUMBER = 5_300_000_000_000_000  # numbers look like Weibo's: 16 digits


class Strand:
    """Utterances of one list, oldest first. Cutting it at a time is a binary search."""

    def __init__(self) -> None:
        self._all: list[Utterance] = []
        self._moments: list[datetime] = []

    def add(self, utterance: Utterance) -> None:
        """Append; utterances come in order of time."""
        self._all.append(utterance)
        self._moments.append(utterance.at)

    def visible(self, now: datetime) -> int:
        """How many have been said by now."""
        return bisect_right(self._moments, now)

    def newest(self, now: datetime, skip: int, limit: int) -> list[Utterance]:
        """A page of those said by now, newest first."""
        last = self.visible(now) - skip
        return self._all[max(0, last - limit) : max(0, last)][::-1]

    def until(self, now: datetime) -> Sequence[Utterance]:
        """All said by now, oldest first."""
        return self._all[: self.visible(now)]


class World:
    """The city's utterances, in the lists in which its sites show them."""

    def __init__(self, seed: int, start: datetime) -> None:
        rng = random.Random(seed)  # noqa: S311 - a story that is the same each time, not a secret
        self.crowd: Sequence[Person] = citizens(rng, CROWD)
        self.beats: Beats = beats(rng, start)
        habit = routine(random.Random(seed + 1), MUSEUM, "教育文体", start - MUSEUM_PAST, start - PAST)  # noqa: S311 - as above
        said = [*habit, *life(rng, self.crowd, start - PAST, self.beats.end + FUTURE), *story(rng, self.crowd, self.beats)]
        self.everything = _numbered(said)
        self.by_number = {utterance.number: utterance for utterance in self.everything}
        self.people = {person.number: person for person in (*OFFICIALS, *VOICES, *self.crowd)}
        self._posts: dict[Place, Strand] = defaultdict(Strand)
        self._authors: dict[tuple[Place, int], Strand] = defaultdict(Strand)
        self._answers: dict[tuple[int, Form], Strand] = defaultdict(Strand)
        self._place_answers: dict[Place, Strand] = defaultdict(Strand)
        self._searches: dict[tuple[Place, str], Strand] = {}
        for utterance in self.everything:
            self._sort_in(utterance)

    def _sort_in(self, utterance: Utterance) -> None:
        if utterance.root is None:
            self._posts[utterance.place].add(utterance)
            self._authors[utterance.place, utterance.author.number].add(utterance)
        else:
            self._answers[utterance.root.number, utterance.form].add(utterance)
            self._place_answers[utterance.place].add(utterance)

    def posts(self, place: Place) -> Strand:
        """Everything posted in a place."""
        return self._posts[place]

    def by(self, place: Place, author: int) -> Strand:
        """What one account posted there."""
        return self._authors.get((place, author)) or Strand()

    def answers(self, root: Utterance, form: Form) -> Strand:
        """The comments on a post, or its reposts."""
        return self._answers.get((root.number, form)) or Strand()

    def comments(self, place: Place) -> Strand:
        """Every comment made in a place."""
        return self._place_answers[place]

    def search(self, place: Place, words: str) -> Strand:
        """What was posted there with all of these words in it."""
        found = self._searches.get((place, words))
        if found is None:
            found = Strand()
            for utterance in self._posts[place].until(self.everything[-1].at):
                if all(word in utterance.text for word in words.split()):
                    found.add(utterance)
            self._searches[place, words] = found
        return found

    def said(self, now: datetime) -> Iterator[Utterance]:
        """Everything said by now, oldest first."""
        return (utterance for utterance in self.everything if utterance.at <= now)


def _numbered(said: Iterable[Utterance]) -> list[Utterance]:
    """Put them in order of time and give each its number: milliseconds, one more where two would have the same."""
    ordered = sorted(said, key=lambda utterance: (utterance.at, utterance.root is not None))
    number = 0
    for utterance in ordered:
        number = max(number + 1, _FIRST_NUMBER + int(utterance.at.timestamp() * 1000) % 10**13)
        utterance.number = number
    return ordered
