"""Which groups turn out to be about the same incident."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from incidents.state import Recipe
from incidents.terms import Matrix

_HOUR = 3600.0


class Pair(NamedTuple):
    """Two groups by their places: the older stays."""

    stays: int
    goes: int


class Table(NamedTuple):
    """All groups, oldest first."""

    sums: Matrix  # shape (groups, terms)
    by_term: Matrix  # the same turned round
    sizes: NDArray[np.float64]  # posts
    ats: NDArray[np.float64]  # of the last post, seconds since 1970
    may_merge: NDArray[np.bool_]


def alike(table: Table, moved: NDArray[np.intp], recipe: Recipe) -> list[Pair]:
    """Pairs to merge, best first, no group in two of them. `moved` are the places of the groups that have changed.

    The score is the similarity of two sums over the product of their sizes to a power, halved for every
    `merge_half_life_h` between their last posts.
    """
    sizes, ats = table.sizes, table.ats
    if not len(moved):
        return []
    near = (table.sums[moved] @ table.by_term).tocoo()
    one, other = moved[near.row], near.col
    apart = np.abs(ats[one] - ats[other]) / (recipe.merge_half_life_h * _HOUR)
    scores = near.data * np.exp2(-apart) / (sizes[one] * sizes[other]) ** recipe.merge_crowd
    good = np.flatnonzero((one != other) & table.may_merge[one] & table.may_merge[other] & (scores >= recipe.merge))
    pairs: list[Pair] = []
    taken: set[int] = set()
    for place in good[np.lexsort((other[good], one[good], -scores[good]))]:
        stays, goes = sorted((int(one[place]), int(other[place])))
        if stays not in taken and goes not in taken:
            taken |= {stays, goes}
            pairs.append(Pair(stays, goes))
    return pairs
