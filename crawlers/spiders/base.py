"""What all spiders share: asking a page, saying what became of it, yielding finds."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec
import scrapy
import structlog
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawlers import outcomes
from crawlers.errors import PageError
from crawlers.find import Find
from crawlers.text import decode_body
from crawlers.visit import Visit
from streams.dead import DeadLetter

log = structlog.get_logger()

Scraped = Find | DeadLetter | Request
Read = Callable[..., Iterable[Scraped]]
Kind = TypeVar("Kind")


class SourceSpider(scrapy.Spider):
    """Base of the spiders. A spider says what to ask `first`, and yields finds and further requests from what it reads.

    A reader raises PageError where a page is not what it should be; the page is then counted as failed, with the reason.
    """

    name = "source"

    def __init__(self, visit: Visit, **kwargs: Any) -> None:
        super().__init__(name=visit.source.id, **kwargs)
        self.visit = visit

    def first(self) -> Iterable[Request]:
        """The requests that a run begins with."""
        return ()

    async def start(self) -> AsyncIterator[Any]:
        """Begin the run."""
        for request in self.first():
            yield request

    def ask(self, url: str, read: Read, stream: str, *, instead: Find | None = None, **given: Any) -> Request:
        """Ask a page of a list (`stream`); `read(response, **given)` gets the answer, `instead` is what to take without one."""
        inside = {"read": read, "stream": stream, "instead": instead, "given": given}
        return Request(url, callback=self.answer, errback=self.failed, cb_kwargs=inside, dont_filter=True)

    def answer(self, response: Response, read: Read, stream: str, instead: Find | None, given: dict[str, Any]) -> Iterator[Scraped]:
        """Read one page, and keep the books."""
        try:
            yield from read(response, **given)
        except PageError as error:
            yield from self._without(stream, error.reason, str(error), instead)
        except Exception as error:  # noqa: BLE001 - a page that breaks our reading of it must not end the run; the ledger says so
            yield from self._without(stream, "layout_changed", type(error).__name__, instead)
        else:
            self.visit.ledger.page()

    def failed(self, failure: Failure) -> Iterator[Scraped]:
        """Note a page that could not be had."""
        request: Request = failure.request  # type: ignore[attr-defined]
        error: BaseException = failure.value  # type: ignore[assignment]
        asked = request.cb_kwargs
        yield from self._without(asked["stream"], outcomes.of_failure(error), type(error).__name__, asked["instead"])

    def _without(self, stream: str, reason: str, error: str, instead: Find | None) -> Iterator[Scraped]:
        self.visit.broke(stream, reason)
        log.warning("crawl.page_failed", source=self.name, stream=stream, reason=reason, error=error)
        if instead is not None:
            yield instead

    def lost(self, item: object, reason: str, url: str | None = None) -> DeadLetter:
        """Make the dead letter of a thing on a page that can't be read: its keys and nothing that stands in it."""
        shape = {str(key): type(value).__name__ for key, value in item.items()} if isinstance(item, dict) else type(item).__name__
        return DeadLetter.of_find(
            source=self.name,
            url=url,
            value=msgspec.json.encode(shape),
            reason=reason,
            error="not of the shape that this spider knows; only its keys are kept",
            at=self.visit.clock.now(),
        )


Shape = TypeVar("Shape", bound=msgspec.Struct)


def shaped(item: Any, shape: type[Shape]) -> Shape | None:
    """Read one thing of a page as what it should be; None where it is not."""
    try:
        return msgspec.convert(item, shape, strict=False)
    except msgspec.ValidationError:
        return None


def expected(answer: Any, kind: type[Kind]) -> Kind:
    """Take a part of a page that must be of a kind. Raises PageError where it is not: the layout has changed."""
    if not isinstance(answer, kind):
        raise PageError("layout_changed", f"a {type(answer).__name__} where a {kind.__name__} was due")
    return answer


def json_of(response: Response) -> Any:
    """Read a page that is to be JSON. Raises PageError."""
    content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
    text = decode_body(response.body, content_type).text
    reason = outcomes.of_html(text, "json")
    if reason:
        raise PageError(reason, "a web page where JSON was due")
    try:
        return json.loads(text)  # not msgspec: this one takes lone surrogates, which the edge repairs
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        raise PageError("cut_off" if cut else "not_json", "the JSON ends in its middle" if cut else "no JSON") from error
    except RecursionError as error:
        raise PageError("not_json", "the JSON is nested too deep") from error
