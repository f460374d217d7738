"""Behind a proxy: everybody keeps the own address, where the proxy is one that is trusted."""

import httpx2
import pytest
from elasticsearch import Elasticsearch
from pydantic import ValidationError

from config.errors import ConfigError
from config.settings import Settings, WebSettings, load_settings
from indexers.names import Names
from indexers.people import People
from tests.web.served import Served


@pytest.mark.parametrize(
    ("trusted", "address"),
    [("127.0.0.1", "192.0.2.7"), ("10.0.0.0/8, 127.0.0.0/8", "192.0.2.7"), ("10.0.0.1", "127.0.0.1"), ("", "127.0.0.1")],
)
def test_only_trusted_proxies_say_who_asks(web_settings: Settings, database: Elasticsearch, trusted: str, address: str) -> None:
    """Else anybody could have any address, and guess from as many as they like."""
    settings = web_settings.model_copy(update={"web": web_settings.web.model_copy(update={"trusted_proxies": trusted})})
    served = Served(settings, database)
    served.start()
    try:
        given = {"X-Forwarded-For": "192.0.2.7", "Sec-Fetch-Site": "same-origin"}
        answer = httpx2.post(f"{served.url}/sign-in", data={"name": "zhou", "password": "wrong"}, headers=given)
        assert answer.status_code == 401
        names = Names(settings.elasticsearch.prefix)
        database.indices.refresh(index=names.everything)
        assert [one.address for one in People(database, names).audit()] == [address]
    finally:
        served.stop()


@pytest.mark.parametrize("given", ["*", "proxy.example", "10.0.0.1/8", "127.0.0.1;10.0.0.1"])
def test_what_is_no_address_is_refused(given: str) -> None:
    """A star would trust everybody."""
    with pytest.raises(ValidationError, match="not an address or a network"):
        WebSettings(trusted_proxies=given)


@pytest.mark.parametrize("given", ["0.0.0.0/0", "127.0.0.1, ::/0", "10.0.0.1,0.0.0.0/1,128.0.0.0/1", "::/1,8000::/1", "::ffff:0:0/96"])
def test_nobody_can_trust_everybody(given: str) -> None:
    """Every stranger could then have any address: refused at start, by the setting's name, also where several networks add up to all."""
    with pytest.raises(ConfigError, match=r"(?s)YUQING_WEB__TRUSTED_PROXIES.*would trust everybody"):
        load_settings(web={"trusted_proxies": given})
