"""The settings: read from the environment, frozen, and wrong ones told all at once."""

import pytest
from pydantic import ValidationError

from config.errors import ConfigError
from config.settings import load_settings, setting_names


def test_defaults_run_everything_on_this_machine() -> None:
    """Nothing need be set: the log and the database are files of the data folder."""
    settings = load_settings()
    assert settings.kafka.bootstrap is None
    assert settings.elasticsearch.url is None


def test_variables_are_read_and_then_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable sets a setting, an empty one is an unset one, and nothing changes it afterwards."""
    monkeypatch.setenv("YUQING_CRAWL__DELAY_S", "3.5")
    monkeypatch.setenv("YUQING_KAFKA__BOOTSTRAP", "")
    settings = load_settings()
    assert settings.crawl.delay_s == 3.5
    assert settings.kafka.bootstrap is None
    with pytest.raises(ValidationError, match="frozen"):
        settings.crawl.delay_s = 0  # type: ignore[misc]


def test_every_problem_is_told_once_and_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown names come with what may have been meant, wrong values with what is right, each under its variable."""
    monkeypatch.setenv("YUQING_ELASTICSEARCH__URI", "http://127.0.0.1:9200")
    monkeypatch.setenv("YUQING_TEA_BREAKS_PER_SHIFT", "red")
    monkeypatch.setenv("YUQING_OFFICE__TIMEZONE", "Mars")
    monkeypatch.setenv("YUQING_CRAWL__BATCH", "0")
    monkeypatch.setenv("YUQING_KAFKA__SECURITY_PROTOCOL", "SASL_SSL")
    with pytest.raises(ConfigError) as raised:
        load_settings()
    assert {problem.key: problem.what for problem in raised.value.problems} == {
        "YUQING_ELASTICSEARCH__URI": "no such setting; did you mean YUQING_ELASTICSEARCH__URL?",
        "YUQING_TEA_BREAKS_PER_SHIFT": "no such setting",
        "YUQING_OFFICE__TIMEZONE": "no such time zone: 'Mars'; use a name like Asia/Shanghai",
        "YUQING_CRAWL__BATCH": "Input should be greater than or equal to 1",
        "YUQING_KAFKA": "security_protocol SASL_SSL needs sasl_username and sasl_password",
    }
    assert len(raised.value.problems) == 5
    assert raised.value.status == 2


@pytest.mark.parametrize(
    "url", ["foo", "https://es.example.cn", "es.example.cn:9200", "http://es.example.cn:x", "ftp://a.cn:9200", "http://"]
)
def test_an_address_without_its_parts_is_told_at_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """The client would end with a traceback; the error shows how to write one."""
    monkeypatch.setenv("YUQING_ELASTICSEARCH__URL", url)
    with pytest.raises(ConfigError, match=r"YUQING_ELASTICSEARCH__URL: not an address .* like https://es.example.cn:9200"):
        load_settings()


def test_a_password_in_the_address_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors and logs show the address."""
    monkeypatch.setenv("YUQING_ELASTICSEARCH__URL", "https://yuqing:moonlight@es.example.cn:9200")
    with pytest.raises(ConfigError) as raised:
        load_settings()
    assert "moonlight" not in str(raised.value)
    monkeypatch.setenv("YUQING_ELASTICSEARCH__URL", "https://[2001:db8::1]:9200/es")
    assert load_settings().elasticsearch.url


def test_a_secret_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the settings nor the error about a secret that is too short show it."""
    monkeypatch.setenv("YUQING_OFFICE__PSEUDONYM_KEY", "k" * 40)
    assert "kkkk" not in repr(load_settings())
    monkeypatch.setenv("YUQING_OFFICE__PSEUDONYM_KEY", "secret")
    with pytest.raises(ConfigError) as raised:
        load_settings()
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"sasl_username": "office", "sasl_password": "moonlight"},
            "sasl_username and sasl_password can only be used with security_protocol SASL_SSL",
        ),
        ({"ssl_cafile": "/etc/ca.pem"}, "ssl_cafile can only be used with security_protocol SSL or SASL_SSL"),
        ({"security_protocol": "SSL", "ssl_keyfile": "/etc/me.key"}, "ssl_keyfile needs ssl_certfile"),
        ({"security_protocol": "SASL_SSL", "sasl_username": "office"}, "needs sasl_username and sasl_password"),
    ],
)
def test_half_a_sign_in_to_kafka_is_refused(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str) -> None:
    """What would silently not be used, so that passwords and posts went over the line in the clear."""
    for name, value in given.items():
        monkeypatch.setenv(f"YUQING_KAFKA__{name.upper()}", value)
    with pytest.raises(ConfigError, match=said) as raised:
        load_settings()
    assert "moonlight" not in str(raised.value)


@pytest.mark.parametrize("server", ["ELASTICSEARCH", "KIBANA"])
def test_an_authority_without_encryption_is_refused(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    """Passwords would go over the line in the clear, though somebody thought of certificates."""
    monkeypatch.setenv(f"YUQING_{server}__URL", "http://server.example.cn:9200")
    monkeypatch.setenv(f"YUQING_{server}__CA", "/etc/ca.pem")
    with pytest.raises(ConfigError, match="ca can only be used with an url that begins with https"):
        load_settings()


def test_each_setting_says_what_it_is_for() -> None:
    """A setting without a description is one that nobody can set."""
    assert [name for name, what in setting_names().items() if not what] == []
