"""RSS and Atom: the city's website, a newspaper with an old feed in GB18030, a WeChat account through an RSS bridge."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from city.answers import Answer, Request, Route, as_html, not_found, paragraphs
from city.clock import CityClock
from city.utterances import Place, Utterance
from city.world import World

_ENTRIES = 20  # what a feed shows; older ones have gone


class Feeds:
    """The three feeds, and the pages that their entries lead to."""

    def __init__(self, world: World, clock: CityClock) -> None:
        self._world = world
        self._clock = clock

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(re.compile(r"/news/?"), self.front),
            Route(re.compile(r"/news/feed\.xml"), self.news),
            Route(re.compile(r"/paper/rss\.xml"), self.paper),
            Route(re.compile(r"/wechat/yunxi-fabu\.atom"), self.wechat),
            Route(re.compile(r"/(?:news|paper|wechat)/(?P<number>\d+)\.html"), self.page),
        ]

    def front(self, _request: Request) -> Answer:
        """The website's front page, which names its feed as websites do."""
        listed = "".join(f'<li><a href="/news/{entry.number}.html">{escape(entry.title)}</a></li>' for entry in self._newest(Place.NEWS))
        feed = '<link rel="alternate" type="application/rss+xml" title="云溪在线" href="/news/feed.xml">'
        return as_html(f"<!DOCTYPE html><html><head><title>云溪在线</title>{feed}</head><body><ul>{listed}</ul></body></html>")

    def news(self, request: Request) -> Answer:
        """RSS 2.0 in UTF-8."""
        text = rss("云溪在线", f"{request.base}/news", self._newest(Place.NEWS), "utf-8")
        return Answer(text.encode(), "application/rss+xml; charset=utf-8")

    def paper(self, request: Request) -> Answer:
        """RSS 2.0 in GB18030, which only the XML declaration says."""
        text = rss("云溪日报", f"{request.base}/paper", self._newest(Place.PAPER), "gb18030")
        return Answer(text.encode("gb18030"), "text/xml")

    def wechat(self, request: Request) -> Answer:
        """Atom, as RSS bridges make it."""
        return Answer(
            atom("云溪发布", f"{request.base}/wechat", self._newest(Place.WECHAT)).encode(), "application/atom+xml; charset=utf-8"
        )

    def page(self, _request: Request, number: str) -> Answer:
        """The page of one article."""
        article = self._world.by_number.get(int(number))
        if article is None or article.at > self._clock.now():
            return not_found()
        return as_html(f"<!DOCTYPE html><title>{escape(article.title)}</title><article>{paragraphs(article.text)}</article>")

    def _newest(self, place: Place) -> list[Utterance]:
        return self._world.posts(place).newest(self._clock.now(), 0, _ENTRIES)


def rss(title: str, base: str, entries: Iterable[Utterance], encoding: str) -> str:
    """Write a feed in RSS 2.0."""
    items = "".join(
        f"<item><title>{escape(entry.title)}</title><link>{base}/{entry.number}.html</link>"
        f'<guid isPermaLink="false">{entry.number}</guid><author>{escape(entry.author.name)}</author>'
        f"<pubDate>{format_datetime(entry.at)}</pubDate><description>{escape(paragraphs(entry.text))}</description></item>\n"
        for entry in entries
    )
    head = f"<title>{escape(title)}</title><link>{base}</link><description>{escape(title)}</description>"
    return f'<?xml version="1.0" encoding="{encoding}"?>\n<rss version="2.0"><channel>{head}\n{items}</channel></rss>'


def atom(title: str, base: str, entries: Iterable[Utterance]) -> str:
    """Write a feed in Atom."""
    listed = list(entries)
    updated = (listed[0].at if listed else datetime.fromtimestamp(0, UTC)).isoformat()
    items = "".join(
        f'<entry><title>{escape(entry.title)}</title><link href="{base}/{entry.number}.html"/><id>{base}/{entry.number}</id>'
        f"<updated>{entry.at.isoformat()}</updated><published>{entry.at.isoformat()}</published>"
        f'<author><name>{escape(entry.author.name)}</name></author><content type="html">{escape(paragraphs(entry.text))}</content></entry>\n'
        for entry in listed
    )
    head = f"<title>{escape(title)}</title><id>{base}</id><updated>{updated}</updated>"
    return f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{head}\n{items}</feed>'
