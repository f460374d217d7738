"""The only place that makes a client of the database, whichever engine answers."""

import ssl
from pathlib import Path
from typing import Any

import msgspec
from elasticsearch import Elasticsearch
from elasticsearch.serializer import JsonSerializer

from config.errors import ConfigError, Problem
from config.settings import ElasticsearchSettings, Settings


class FastJson(JsonSerializer):
    """Reads answers with msgspec: those to bulk requests are large, and the standard library takes longer than writing them."""

    def json_loads(self, data: bytes) -> Any:
        try:
            return msgspec.json.decode(data)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from error  # what the client understands


def connect(settings: Settings) -> Elasticsearch:
    """Make a client: of Elasticsearch where an address is set, else of the local store in the data folder.

    Nothing is asked of Elasticsearch yet, so a server that is away is found by the first query. Failed requests are not
    tried again here: each caller knows how long it can wait. Raises ConfigError, and what `open_local` raises.
    """
    if settings.elasticsearch.url is not None:
        return Elasticsearch(settings.elasticsearch.url, **_options(settings.elasticsearch))
    from indexers.embedded.open import open_local  # noqa: PLC0415 - with Elasticsearch, the local engine is not loaded

    return open_local(settings)


def follow(settings: Settings) -> Elasticsearch:
    """Make a client for a process that runs for long beside the owner of the local store: it follows the store to each new owner.

    Where nobody owns it, this process does. Raises ConfigError, and what `open_local` raises.
    """
    if settings.elasticsearch.url is not None:
        return connect(settings)
    from indexers.embedded.follow import follow_owner  # noqa: PLC0415 - as above
    from indexers.embedded.open import folder_of, reach  # noqa: PLC0415

    other = reach(folder_of(settings))
    if other is None:
        return connect(settings)
    other.close()
    return follow_owner(folder_of(settings))


def _options(given: ElasticsearchSettings) -> dict[str, Any]:
    options: dict[str, Any] = {"request_timeout": given.timeout_s, "max_retries": 0, "retry_on_timeout": False}
    options["serializers"] = {FastJson.mimetype: FastJson()}
    if given.api_key is not None:
        options["api_key"] = given.api_key.get_secret_value()
    if given.user is not None and given.password is not None:
        options["basic_auth"] = (given.user, given.password.get_secret_value())
    if given.ca is not None:
        options["ca_certs"] = str(_authority(given.ca))
    return options


def _authority(path: Path) -> Path:
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        what = f"{path} holds no certificates in PEM that can be read: {error}"
        raise ConfigError([Problem("environment", None, "YUQING_ELASTICSEARCH__CA", what)]) from error
    return path
