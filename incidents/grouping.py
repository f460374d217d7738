"""Groups posts into incidents as they arrive.

A group is the sum of its posts' vectors, halved for every `half_life_h` without news. A post joins the group with the best
score, or opens one, named after that post, so that the same posts always give the same ids. After each block of posts
rarity is updated, groups that turn out to be the same are merged, and silent ones are forgotten. Results depend on the
posts and their order alone: not on how many come at once, nor on restarts in between (see `Grouper.export`).
"""

import hashlib
import zlib
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from incidents.background import background
from incidents.errors import StateRefused
from incidents.merging import Table, alike
from incidents.rarity import Rarity
from incidents.state import Arrival, Group, Merge, Pending, Recipe, State, Update, Vector, numbers, pack, unpack
from incidents.terms import WIDTH, Matrix, count_terms, no_rows
from nlp.segment import Segmenter, default

_HOUR = 3600.0


def incident_id(first_post: str) -> str:
    """The id of the incident that a post opens: the same post always opens the same one."""
    return f"inc-{hashlib.sha256(first_post.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


class Grouper:
    """Remembers groups and tells of each post which one it joins. Not safe to share between threads."""

    def __init__(self, recipe: Recipe | None = None, segmenter: Segmenter | None = None) -> None:
        self.recipe = recipe or Recipe()
        self._segmenter = segmenter or default()
        self._rarity = background()
        self._ids: list[str] = []
        self._held: set[str] = set()
        self._place(no_rows(), np.zeros(0), np.zeros(0), np.zeros(0))

    @property
    def _made_by(self) -> str:
        return f"{self.recipe.stamp}/{self._segmenter.stamp}"

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that still take posts, oldest first."""
        return tuple(self._ids)

    @property
    def waiting(self) -> int:
        """Posts of the block that is not yet full: `settle` would close it."""
        return self._pending

    def add(self, arrivals: Sequence[Arrival]) -> Update:
        """Group posts, in order of arrival. A post that is added twice counts twice: leave out what is known already."""
        groups: list[str] = []
        merges: list[Merge] = []
        done = 0
        while done < len(arrivals):
            part = arrivals[done : done + self.recipe.block - self._pending]
            groups += self._add(part)
            done += len(part)
            if self._pending == self.recipe.block:
                merges += self.settle()
        return Update(tuple(groups), tuple(merges))

    def settle(self) -> tuple[Merge, ...]:
        """Close the block early: update rarity, merge what is alike, forget what is silent. For quiet hours, and at the end."""
        if not self._pending:
            return ()
        self._rarity.learn(self._terms.indices, self._pending)
        changed = {self._ids[place] for place in self._assigned[: self._pending]}
        self._forget_silent()
        return self._merge(changed)

    def hold(self, group: str) -> None:
        """Take a group out of merging, since an officer has judged it; it still takes posts. Unknown groups are no error."""
        if group in self._ids:
            self._held.add(group)

    # -- one block ---------------------------------------------------------------------------------------------------

    def _place(self, sums: Matrix, sizes: NDArray[np.float64], weights: NDArray[np.float64], ats: NDArray[np.float64]) -> None:
        """Begin a block with these groups; arrays have room for one new group a post."""
        room = np.zeros(self.recipe.block)
        self._sums = sums
        self._by_term = sums.T.tocsr()
        self._sizes, self._weights, self._ats = (np.concatenate([known, room]) for known in (sizes, weights, ats))
        self._scales = np.concatenate([np.ones(len(sizes)), room + 1])
        self._pending = 0
        self._terms = self._vectors = no_rows()
        self._assigned = np.zeros(self.recipe.block, dtype=np.intp)
        self._shares = np.zeros(self.recipe.block)
        self._times = np.zeros(self.recipe.block)

    def _add(self, part: Sequence[Arrival]) -> list[str]:
        counted = count_terms([arrival.text for arrival in part], self._segmenter)
        vectors = self._rarity.vectors(counted)
        self._terms = sparse.vstack([self._terms, counted], format="csr")
        self._vectors = sparse.vstack([self._vectors, vectors], format="csr")
        to_groups = (vectors @ self._by_term).toarray()
        to_posts = (vectors @ self._vectors.T.tocsr()).toarray()
        return [self._ids[self._join(arrival, groups, posts)] for arrival, groups, posts in zip(part, to_groups, to_posts, strict=True)]

    def _join(self, arrival: Arrival, to_groups: NDArray[np.float32], to_posts: NDArray[np.float32]) -> int:
        """Put a post where it belongs, given its similarity to the groups' sums and to the posts of this block."""
        at = arrival.at.timestamp()
        best = self._best(at, to_groups, to_posts)
        if best is None:
            best = self._open(incident_id(arrival.id), at)
        fading = float(np.exp2(-abs(at - self._ats[best]) / (self.recipe.half_life_h * _HOUR)))
        share = 1.0
        if at >= self._ats[best]:
            self._scales[best] *= fading
            self._shares[: self._pending][self._assigned[: self._pending] == best] *= fading
            self._ats[best] = at
        else:
            share = fading
        self._sizes[best] += 1
        self._assigned[self._pending], self._shares[self._pending], self._times[self._pending] = best, share, at
        self._pending += 1
        return best

    def _open(self, group: str, at: float) -> int:
        if group in self._ids:  # the post was added before, and has nothing in common even with itself: no words
            return self._ids.index(group)
        self._ids.append(group)
        self._ats[len(self._ids) - 1] = at
        return len(self._ids) - 1

    def _best(self, at: float, to_groups: NDArray[np.float32], to_posts: NDArray[np.float32]) -> int | None:
        known = len(self._ids)
        if not known:
            return None
        near = np.zeros(known)
        near[: len(to_groups)] = to_groups * self._scales[: len(to_groups)]
        new = slice(self._pending)
        near += np.bincount(self._assigned[new], to_posts[new] * self._shares[new], minlength=known)
        fading = np.exp2(-np.abs(at - self._ats[:known]) / (self.recipe.half_life_h * _HOUR))
        scores = near * fading / self._sizes[:known] ** self.recipe.crowd
        scores[near < self.recipe.likeness * self._weighed()] = 0.0
        best = int(np.argmax(scores))
        return best if scores[best] >= self.recipe.join else None

    def _weighed(self) -> NDArray[np.float64]:
        """How many posts each group still amounts to after fading; shape (groups,)."""
        known, new = len(self._ids), slice(self._pending)
        weighed: NDArray[np.float64] = self._weights[:known] * self._scales[:known]
        weighed += np.bincount(self._assigned[new], self._shares[new], minlength=known)
        return weighed

    # -- between blocks ----------------------------------------------------------------------------------------------

    def _summed(self) -> Matrix:
        """The groups' sums with the posts of the block in them; shape (groups, WIDTH)."""
        known, new = len(self._ids), slice(self._pending)
        bounds = np.concatenate([self._sums.indptr, np.full(known - self._sums.shape[0], self._sums.indptr[-1])])
        grown = sparse.csr_array((self._sums.data, self._sums.indices, bounds), shape=(known, WIDTH))
        joined = sparse.csr_array((self._shares[new], (self._assigned[new], np.arange(self._pending))), shape=(known, self._pending))
        return _rows(sparse.diags_array(self._scales[:known]) @ grown + joined @ self._vectors)

    def _keep(self, sums: Matrix, kept: NDArray[np.intp]) -> None:
        """Begin a block with these of the groups, in this order."""
        weights = self._weighed()[kept]
        self._ids = [self._ids[place] for place in kept]
        self._held.intersection_update(self._ids)
        self._place(sums, self._sizes[kept], weights, self._ats[kept])

    def _forget_silent(self) -> None:
        """Leave out groups that have been silent for long. Now is the middle of the block: one wrong date moves nothing."""
        now = float(np.median(self._times[: self._pending]))
        known = len(self._ids)
        kept = np.flatnonzero(now - self._ats[:known] <= self.recipe.silent_h * _HOUR)
        if len(kept) > self.recipe.groups:
            kept = np.sort(kept[np.argsort(-self._ats[kept], kind="stable")[: self.recipe.groups]])
        self._keep(_heaviest(_rows(self._summed()[kept]), self.recipe.terms), kept)

    def _merge(self, changed: set[str]) -> tuple[Merge, ...]:
        """Make one of groups that are alike, where one of them has changed; the older one stays."""
        known = len(self._ids)
        may = np.array([group not in self._held for group in self._ids], dtype=np.bool_)
        moved = np.flatnonzero([group in changed for group in self._ids])
        table = Table(self._sums, self._by_term, self._sizes[:known], self._ats[:known], may)
        pairs = alike(table, moved, self.recipe)
        if not pairs:
            return ()
        together = sparse.lil_array((known, known))
        together.setdiag(1.0)
        for stays, goes in pairs:
            last = max(self._ats[stays], self._ats[goes])
            for place in (stays, goes):
                together[stays, place] = np.exp2(-(last - self._ats[place]) / (self.recipe.half_life_h * _HOUR))
            self._sizes[stays] += self._sizes[goes]
            self._ats[stays] = last
        self._weights[:known] = together.tocsr() @ self._weights[:known]
        merges = tuple(Merge(self._ids[goes], self._ids[stays]) for stays, goes in pairs)
        kept = np.setdiff1d(np.arange(known), [goes for _, goes in pairs])
        self._keep(_heaviest(_rows((together.tocsr() @ self._sums)[kept]), self.recipe.terms), kept)
        return merges

    # -- over a restart ----------------------------------------------------------------------------------------------

    def export(self) -> State:
        """Everything remembered, as values; `Grouper.of` goes on from them as if nothing had happened."""
        stored = self._sums.shape[0]
        empty = pack(no_rows(1), 0)
        groups = [
            Group(
                id=group,
                size=int(self._sizes[place]),
                weight=float(self._weights[place]),
                at=float(self._ats[place]),
                scale=float(self._scales[place]),
                held=group in self._held,
                sum=pack(self._sums, place) if place < stored else empty,
            )
            for place, group in enumerate(self._ids)
        ]
        pending = [
            Pending(
                group=self._ids[self._assigned[place]],
                at=float(self._times[place]),
                share=float(self._shares[place]),
                terms=pack(self._terms, place).columns,
                vector=pack(self._vectors, place),
            )
            for place in range(self._pending)
        ]
        return State(
            made_by=self._made_by,
            counts=zlib.compress(self._rarity.counts.astype("<f4").tobytes(), 1),
            posts=self._rarity.posts,
            settled=stored,
            groups=tuple(groups),
            pending=tuple(pending),
        )

    @classmethod
    def of(cls, state: State, recipe: Recipe | None = None, segmenter: Segmenter | None = None) -> Self:
        """Go on from an exported state. Raises StateRefused where it was made otherwise or is damaged."""
        grouper = cls(recipe, segmenter)
        if state.made_by != grouper._made_by:
            what = f"the stored groups were made by {state.made_by}, this program has {grouper._made_by}"
            raise StateRefused(f"{what}; start from an empty state")
        grouper._rarity = _rarity(state)
        grouper._restore(state)
        return grouper

    def _restore(self, state: State) -> None:
        where = {group.id: place for place, group in enumerate(state.groups)}
        new = len(state.groups) - state.settled  # groups that the open block has opened
        fits = len(where) == len(state.groups) and 0 <= new <= len(state.pending) < self.recipe.block
        if not fits or any(post.group not in where for post in state.pending):
            raise StateRefused("the stored groups are damaged: they don't fit the posts of the open block; start from an empty state")
        self._ids = list(where)
        self._held = {group.id for group in state.groups if group.held}
        settled = state.groups[: state.settled]
        self._place(unpack([group.sum for group in settled]), *(np.zeros(state.settled) for _ in range(3)))
        for place, group in enumerate(state.groups):
            self._sizes[place], self._weights[place], self._ats[place], self._scales[place] = (
                group.size,
                group.weight,
                group.at,
                group.scale,
            )
        for place, post in enumerate(state.pending):
            self._assigned[place], self._shares[place], self._times[place] = where[post.group], post.share, post.at
        self._pending = len(state.pending)
        self._vectors = unpack([post.vector for post in state.pending])
        self._terms = unpack([Vector(post.terms, b"\0" * len(post.terms)) for post in state.pending])


def _rarity(state: State) -> Rarity:
    try:
        counts = numbers(zlib.decompress(state.counts), "<f4").astype(np.float32)
    except zlib.error as error:
        raise StateRefused(f"the stored rarity is damaged ({error}); start from an empty state") from error
    if len(counts) != WIDTH:
        raise StateRefused(f"the stored rarity has {len(counts)} terms instead of {WIDTH}; start from an empty state")
    return Rarity(counts, state.posts)


def _rows(matrix: Any) -> Matrix:
    """In the form in which results don't depend on how the matrix came about."""
    made: Matrix = sparse.csr_array(matrix, dtype=np.float32)
    made.sum_duplicates()
    return made


def _heaviest(sums: Matrix, most: int) -> Matrix:
    """Leave each row its heaviest terms."""
    lengths = np.diff(sums.indptr)
    for place in np.flatnonzero(lengths > most):
        row = sums.data[sums.indptr[place] : sums.indptr[place + 1]]
        row[np.argpartition(row, len(row) - most)[: len(row) - most]] = 0.0
    sums.eliminate_zeros()
    return sums
