"""What one search reads from: a snapshot of one family, and the rows behind it."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from indexers.embedded.api import read_flag
from indexers.embedded.clauses import All, AnyOf, Clause
from indexers.embedded.engine import Engine
from indexers.embedded.fetch import Wanted
from indexers.embedded.index import PLACE, Snapshot
from indexers.embedded.indices import Index
from indexers.embedded.query import Context
from indexers.embedded.sort import Found, Key, Stale, shown
from indexers.embedded.store import Row
from indexers.embedded.typed import Flat
from indexers.embedded.writes import PRIMARY_TERM


class View(NamedTuple):
    """What one search reads from: a snapshot, its indices by number, and the clause that keeps to the indices asked for."""

    engine: Engine
    snapshot: Snapshot
    indices: dict[int, Index]
    within: Clause
    context: Context

    def read(self, seqs: Sequence[int]) -> list[tuple[Row, Flat]]:
        """Rows by sequence number, in the order given, with their indexed values. Raises Stale."""
        rows = self.engine.store.fetch(seqs)
        if len(rows) < len(set(seqs)):
            raise Stale
        return [(rows[seq], self.indices[rows[seq].place].intake.flatten(rows[seq].source or b"{}")) for seq in seqs]

    def hit(self, found: Found, keys: Sequence[Key], wanted: Wanted, body: dict[str, Any]) -> dict[str, Any]:
        """One hit as the answer carries it, without highlights."""
        row = found.row
        hit: dict[str, Any] = {"_index": self.indices[row.place].name, "_id": row.id}
        if read_flag("version", body.get("version")):
            hit["_version"] = row.version
        if read_flag("seq_no_primary_term", body.get("seq_no_primary_term")):
            hit |= {"_seq_no": row.seq, "_primary_term": PRIMARY_TERM}
        hit["_score"] = found.score
        hit |= wanted.of(row.source or b"{}")
        if keys:
            hit["sort"] = shown(keys, found.values)
        return hit

    @property
    def multiple(self) -> frozenset[str]:
        """Fields with several values in some documents."""
        return frozenset().union(*(index.intake.multiple for index in self.indices.values()))


def view_of(engine: Engine, indices: list[Index]) -> View:
    """Open one view of some indices of one family."""
    family, places = engine.one_family(indices)
    members = {index.id: index for index in engine.members(indices[0].family)}
    context = Context(
        fields=family.snapshot().fields,
        places={index.name: index.id for index in members.values()},
        now_ms=round(time.time() * 1000),
    )
    within: Clause = All() if places is None else AnyOf(PLACE, tuple(places))
    return View(engine, family.snapshot(), members, within, context)
