"""Measures a grouping against labelled events: B-cubed (Bagga and Baldwin 1998)."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple


class Score(NamedTuple):
    """Means over all posts, 0 to 1."""

    f1: float  # harmonic mean of the two
    precision: float  # of the posts in a post's group, the share that belongs to its event
    recall: float  # of the posts of its event, the share that is in its group


def b_cubed(events: Sequence[Hashable], groups: Sequence[Hashable]) -> Score:
    """Score groups against events, post by post. A post whose group is None stands alone."""
    if not events:
        return Score(0.0, 0.0, 0.0)
    found = [("alone", place) if group is None else ("group", group) for place, group in enumerate(groups)]
    shared = Counter(zip(events, found, strict=True))
    sizes, truth = Counter(found), Counter(events)
    precision = sum(count * count / sizes[group] for (_, group), count in shared.items()) / len(events)
    recall = sum(count * count / truth[event] for (event, _), count in shared.items()) / len(events)
    return Score(2 * precision * recall / (precision + recall), precision, recall)
