"""What the tests of the crawlers share: a site, a log, an office."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.accounts import MonitoredAccount
from config.settings import CrawlSettings, OfficeSettings, Settings
from config.sources import SPIDERS, Source
from crawlers.run import crawl
from streams.messages import Coverage
from tests.crawlers.memory_log import MemoryLog
from tests.crawlers.site import Site

KEY = "k" * 32

ACCOUNTS = (
    MonitoredAccount(id="fabu", name="云溪发布", keywords=("清水河",), platforms={"weibo": "7700000001", "mastodon": "1001"}),
    MonitoredAccount(id="ditie", name="云溪地铁", platforms={"weibo": "7700000005", "mastodon": "ditie"}),
)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    quick = CrawlSettings(delay_s=0, timeout_s=5, retries=0, linger_s=0.005, grace_s=0.1, max_body_mb=1)
    return Settings(data_dir=tmp_path / "var", office=OfficeSettings(pseudonym_key=KEY), crawl=quick)


Once = Callable[..., Coverage]


def a_source(**given: Any) -> Source:
    """Make a source as sources.yaml would."""
    return SPIDERS[given["spider"]].model_validate({"id": "test", "interval": 60, **given})


@pytest.fixture
def once(settings: Settings, log: MemoryLog) -> Once:
    """Crawl one source once."""

    def run(*, using: Settings = settings, fresh: bool = False, **given: Any) -> Coverage:
        return crawl(using, [a_source(**given)], log, accounts=ACCOUNTS, fresh=fresh)[0]

    return run
