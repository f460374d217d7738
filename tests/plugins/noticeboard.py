"""A sample spider of an office's own: it reads its source's options instead of a page."""

from collections.abc import AsyncIterator
from typing import Any, cast

from config.sources import PluginSource
from crawlers.find import Find
from crawlers.spiders.base import SourceSpider
from streams.messages import Kind


class NoticeboardSpider(SourceSpider):
    """Yields a find for each line under `options.lines`."""

    async def start(self) -> AsyncIterator[Any]:
        source = cast("PluginSource", self.visit.source)
        for number, line in enumerate(source.options["lines"]):
            yield Find(
                source=source.id,
                platform="board",
                native_id=str(number),
                kind=Kind.POST,
                text=line,
                published=None,
                collected_at=self.visit.clock.now(),
            )
