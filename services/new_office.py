"""What a new office is helped with: its first sources looked at and tried, its first receiver sent a message."""

import os
import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from alerts.errors import SendFailed
from alerts.trial import trial
from config.accounts import MonitoredAccount
from config.alerts import AnyChannel
from config.settings import KafkaSettings, Settings
from config.sources import SPIDERS, Source
from crawlers.fetch import Fetcher
from crawlers.probe import Offer, Probe, probe
from crawlers.run import crawl
from streams.engines import open_log
from streams.log import Topic
from streams.messages import Coverage, Post, decode

LONGEST_ID = 64
LONGEST_PLATFORM = 32


class Tried(NamedTuple):
    """What came of reading a source for the first time."""

    coverage: Coverage
    posts: tuple[Post, ...]  # all that were read, whether they concern an account or not

    @property
    def concerning(self) -> int:
        """How many of the posts concern a monitored account."""
        return sum(bool(post.accounts) for post in self.posts)


def look_at(settings: Settings, address: str) -> Probe:
    """Say what there is to read at an address as somebody typed it. Raises PageError where it can't be asked."""
    return probe(Fetcher(settings.crawl), address)


def source_of(offer: Offer, others: Sequence[Source], **given: Any) -> Source:
    """Make the entry of sources.yaml for what was found, beside others that there are; `given` are further keys."""
    host = urlsplit(offer.address).netloc.lower()
    name = re.sub(r"[^a-z0-9]+", "-", host.removeprefix("www.")).strip("-")[: LONGEST_ID - 4] or "source"
    own: dict[str, Any] = {"id": _untaken(name, [other.id for other in others]), "spider": offer.spider}
    own |= {"urls": (offer.address,)} if offer.spider == "feed" else {"base_url": offer.address}
    if offer.spider == "mastodon":
        own["public"] = True
        if any(other.platform == "mastodon" for other in others):  # each server numbers its own posts: a platform of its own
            own["platform"] = "m" + re.sub(r"[^a-z0-9]", "", host)[: LONGEST_PLATFORM - 1]
    return SPIDERS[offer.spider].model_validate(own | given)


def _untaken(name: str, taken: Collection[str]) -> str:
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (name, *numbered) if one not in taken)


def try_source(settings: Settings, source: Source, accounts: Sequence[MonitoredAccount]) -> Tried:
    """Read the first page of each list of a source, as it will be read every day. Leaves nothing behind."""
    once = source.model_copy(update={"max_pages": 1, "keep": "all"})
    with tempfile.TemporaryDirectory(prefix="yuqing-trial-") as folder:
        crawling = settings.crawl.model_copy(update={"retries": 0})
        own = settings.model_copy(update={"data_dir": Path(folder), "kafka": KafkaSettings(), "crawl": crawling})
        with open_log(own) as log:
            (coverage,) = crawl(own, [once], log, accounts=accounts)
            posts = tuple(decode(record.value or b"", Post) for record in log.read(Topic.POSTS))
    return Tried(coverage, posts)


def try_channel(channel: AnyChannel, variables: Mapping[str, str]) -> SendFailed | None:
    """Send a test message; gives what went wrong, if anything did. `variables` are those that the channel names as env:NAME."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)  # from where channels take them
    try:
        ((_, error),) = trial([channel], (channel.id,))
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
    return error
