"""What every aggregation shares: where it stands, what it asks tantivy for, and how its answer is put together."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, runtime_checkable

from indexers.embedded.clauses import Clause, compiled, narrowed
from indexers.embedded.errors import ApiFault, unsupported
from indexers.embedded.mapping import Field
from indexers.embedded.view import View

Json = dict[str, Any]
MOST_BUCKETS = 65_000  # tantivy's own limit; the server's is 65,536


class TooManyBuckets(ApiFault):
    """More buckets than either engine gives."""

    def __init__(self) -> None:
        super().__init__(400, "too_many_buckets_exception", f"Trying to create too many buckets: over {MOST_BUCKETS}")


class Where(NamedTuple):
    """The documents over which an aggregation counts: those of the query, or of one bucket of it."""

    view: View
    clause: Clause

    def inside(self, clause: Clause) -> "Where":
        """The documents of one bucket of these."""
        return Where(self.view, narrowed(self.clause, clause))

    def size(self) -> int:
        """How many there are."""
        snapshot = self.view.snapshot
        return int(snapshot.searcher.search(compiled(self.clause, snapshot), 1, count=True).count)  # type: ignore[attr-defined]  # the stubs forget it

    def run(self, asked: Json) -> Json:
        """Compute aggregations in tantivy's own form. Raises TooManyBuckets."""
        if not asked:
            return {}
        snapshot = self.view.snapshot
        try:
            found: Json = snapshot.searcher.aggregate(compiled(self.clause, snapshot), asked)
        except ValueError as error:
            if "limit was exceeded" in str(error):
                raise TooManyBuckets from error
            raise
        return found

    def run_level(self, level: "Level") -> Json:
        """What tantivy finds for the aggregations of a level, with sketches where there is too much to count one by one."""
        try:
            return self.run(level.ask(exact=True))
        except TooManyBuckets:
            return self.run(level.ask(exact=False))


class Plan(Protocol):
    """One aggregation, read and checked."""

    def ask(self, *, exact: bool) -> Json:
        """What tantivy is to compute, by names of this plan's own; `exact` where it may take many buckets."""

    def answer(self, found: Json, where: Where) -> Json:
        """The server's answer from what tantivy found; an empty `found` is a bucket without documents."""


@runtime_checkable
class OrderedBy(Protocol):
    """A plan by whose value buckets can be ordered."""

    @property
    def kind(self) -> str: ...


class Level:
    """Aggregations that stand beside each other."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._plans = dict(plans)

    def __bool__(self) -> bool:
        return bool(self._plans)

    def metric(self, name: str) -> tuple[str | None, str]:
        """The kind of a metric over numbers that buckets can be ordered by, and under which key tantivy gives it."""
        for number, (own, plan) in enumerate(self._plans.items()):
            if own == name and isinstance(plan, OrderedBy):
                return plan.kind, f"{number}:"
        return None, ""

    def ask(self, *, exact: bool) -> Json:
        """What all of them ask for, in one request."""
        return {
            f"{number}:{name}": body for number, plan in enumerate(self._plans.values()) for name, body in plan.ask(exact=exact).items()
        }

    def answer(self, found: Json, where: Where) -> Json:
        """The answers by name."""
        answers = {}
        for number, (name, plan) in enumerate(self._plans.items()):
            head = f"{number}:"
            own = {key[len(head) :]: body for key, body in found.items() if key.startswith(head)}
            answers[name] = plan.answer(own, where)
        return answers


def with_level(body: Json, level: Level, *, exact: bool) -> Json:
    """A bucket aggregation with those inside it."""
    inner = level.ask(exact=exact)
    return {**body, "aggs": inner} if inner else body


class Options:
    """The options of one aggregation. What nobody has asked for by name is refused by `done`."""

    def __init__(self, name: str, given: object) -> None:
        if not isinstance(given, Mapping):
            raise ApiFault(400, "parsing_exception", f"the aggregation [{name}] needs an object")
        self.name = name
        self._given = dict(given)

    def take(self, key: str, default: Any = None) -> Any:
        return self._given.pop(key, default)

    def rest(self) -> Json:
        """All that has not been asked for."""
        rest, self._given = self._given, {}
        return rest

    def done(self) -> None:
        """Refuse what is left over. Raises ApiFault (400)."""
        for key in self._given:
            raise unsupported(f"[{key}] in the aggregation [{self.name}]")

    def field(self, where: Where) -> Field | None:
        """The field it is over; None where the mapping has none: the answer is then empty. Raises ApiFault for a text."""
        name = self.take("field")
        if not isinstance(name, str):
            raise ApiFault(400, "parsing_exception", f"the aggregation [{self.name}] needs a field")
        field = where.view.snapshot.fields.find(name)
        if field is not None and field.type == "text":
            raise ApiFault(400, "illegal_argument_exception", f"Fielddata is disabled on [{name}]: it is a text field")
        return field

    def choice(self, key: str, known: tuple[Any, ...], default: Any) -> Any:
        """One of some values. Raises ApiFault (400)."""
        value = self.take(key, default)
        if value not in known:
            raise unsupported(f"[{key}: {value}] in the aggregation [{self.name}]")
        return value

    def whole(self, key: str, default: int, least: int = 0) -> int:
        """A whole number. Raises ApiFault (400)."""
        value = self.take(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise ApiFault(400, "illegal_argument_exception", f"[{key}] must be at least {least}, found [{value}] in [{self.name}]")
        return value
