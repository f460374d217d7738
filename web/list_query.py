"""What the addresses of lists have in common: chosen values, an order, and where the page before ended."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from web.errors import BadInput
from web.links import address
from web.views import View

Value = Annotated[str, Field(max_length=256)]
Values = Annotated[list[Value], Field(max_length=50, default_factory=list)]
After = Annotated[str, Field(max_length=600, description="Where the page before ended; as given by it.")]
_LOWEST, _HIGHEST = -(1 << 63), (1 << 63) - 1


class ListQuery(BaseModel):
    """The query of a list. Values of one field are alternatives, fields add up. A field that isn't here is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    after: After = ""

    paged: ClassVar[frozenset[str]] = frozenset({"after"})

    def pairs(self) -> list[tuple[str, str]]:
        """Give the query as it stands in an address, without the page and without what is as by default."""
        found: list[tuple[str, str]] = []
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if name in self.paged or value == field.get_default(call_default_factory=True):
                continue
            values = value if isinstance(value, list) else [value]
            found += [(field.alias or name, str(one)) for one in values]
        return found

    def place(self, keys: int) -> tuple[Any, ...] | None:
        """Read where the page before ended: so many sort keys, and an id. Raises BadInput."""
        if not self.after:
            return None
        try:
            found = msgspec.json.decode(self.after, type=list[int | str | None])
        except msgspec.DecodeError as error:
            raise _no_place() from error
        *numbers, name = found or [None]
        fits = all(one is None or (isinstance(one, int) and _LOWEST <= one <= _HIGHEST) for one in numbers)
        if len(numbers) != keys or not fits or not isinstance(name, str):
            raise _no_place()
        return tuple(found)

    def link(self, path: str, *, after: Sequence[Any] | None = None, **changed: object) -> str:
        """Give the address of this list, or of the page after, or with other values of some fields."""
        query = self.model_copy(update=changed) if changed else self
        place = [] if after is None else [("after", msgspec.json.encode(list(after)).decode())]
        return address(path, [*query.pairs(), *place])

    def toggled(self, path: str, name: str, value: str) -> str:
        """Give the address with one value chosen, or no longer chosen."""
        chosen = [str(one) for one in getattr(self, name)]
        values = [one for one in chosen if one != value] if value in chosen else [*chosen, value]
        return self.link(path, **{name: values})


class Choice(View):
    """A value of a field, how many there are of it, and the address with it chosen or no longer chosen."""

    value: str
    name: str
    count: int
    chosen: bool
    link: str


class Choices(View):
    """The values of one field."""

    field: str
    values: tuple[Choice, ...]


def choices(query: ListQuery, path: str, field: str, sizes: Mapping[str, int], names: Mapping[str, str]) -> Choices:
    """Make of the sizes of a field's values what a list shows beside it; what is chosen is there, also where it finds nothing."""
    chosen = [str(value) for value in getattr(query, field)]
    return Choices(
        field=field,
        values=tuple(
            Choice(
                value=value,
                name=names.get(value, value),
                count=sizes.get(value, 0),
                chosen=value in chosen,
                link=query.toggled(path, field, value),
            )
            for value in dict.fromkeys([*sizes, *chosen])
        ),
    )


def _no_place() -> BadInput:
    return BadInput("翻页位置无法识别，请从第一页开始")
