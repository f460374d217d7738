"""A Kibana as we speak to it: signed in, patient with what passes, and plain about what does not."""

import base64
import json
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import urllib3

from config.errors import ConfigError, Problem
from config.settings import KibanaSettings
from dashboards.errors import KibanaError, KibanaNotSet
from dashboards.kibana import Json

OLDEST = (9, 5)  # the first whose Dashboards API is for general use, and stays as it is
API_VERSION = "2023-10-31"
TRY_AGAIN = frozenset({408, 425, 429, 502, 503, 504})
TRIES = 4
WAIT_S = 1.0  # before the second try; twice as long before each one after it
LONGEST_WAIT_S = 30.0
LONGEST_WORDS = 800  # characters of Kibana's own words in a message
SIGN_IN = "look at YUQING_KIBANA__USER and YUQING_KIBANA__PASSWORD, or at YUQING_KIBANA__API_KEY"
TRUST = "give the authority that signed it as YUQING_KIBANA__CA"
RIGHTS = "give its role Kibana's privileges « all » for Dashboard and Data View Management in that space"


class Answer(NamedTuple):
    """What came back."""

    status: int
    retry_after: str | None
    location: str | None
    content: bytes


class Kibana:
    """A Kibana, by the settings. Nothing is sent before the first question. Raises KibanaNotSet and ConfigError."""

    def __init__(self, given: KibanaSettings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        if given.url is None:
            raise KibanaNotSet("no Kibana is set; say where it is with YUQING_KIBANA__URL, for example https://kibana.example.cn:5601")
        self.place = given.url.rstrip("/")
        self.space = given.space
        self._headers = {"kbn-xsrf": "true", "Elastic-Api-Version": API_VERSION, "User-Agent": "yuqing", **_sign_in(given)}
        timeout = urllib3.Timeout(connect=given.timeout_s, read=given.timeout_s)
        self._pool = urllib3.PoolManager(retries=False, timeout=timeout, ssl_context=_authority(given.ca))
        self._sleep = sleep

    def version(self) -> str:
        """Ask which version it is. Raises KibanaError, "too_old" where our dashboards can't be taken."""
        said = self._read("/api/status", self._patiently("GET", "/api/status", None)).get("version")
        number = str(said.get("number", "")) if isinstance(said, dict) else ""
        parts = number.split(".")[: len(OLDEST)]
        if len(parts) < len(OLDEST) or not all(part.isdecimal() for part in parts):
            raise KibanaError("no_kibana", f"{self.place} answers, but not as a Kibana does; look at YUQING_KIBANA__URL")
        if tuple(map(int, parts)) < OLDEST:
            wanted = ".".join(map(str, OLDEST))
            raise KibanaError("too_old", f"{self.place} is Kibana {number}, and the dashboards need {wanted} or newer: update Kibana")
        return number

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """Send one request to the API of the space, and give the answer. Raises KibanaError."""
        path = f"/s/{self.space}{path}" if self.space else path
        return self._read(path, self._patiently(method, path, body))

    def _patiently(self, method: str, path: str, body: Json | None) -> Answer:
        for number in range(TRIES - 1):
            try:
                answer = self._send(method, path, body)
            except urllib3.exceptions.SSLError as error:
                raise KibanaError("unreachable", f"{self.place}: its certificate can't be checked ({error}): {TRUST}") from error
            except urllib3.exceptions.HTTPError:
                self._sleep(WAIT_S * 2**number)
                continue
            if answer.status not in TRY_AGAIN:
                return answer
            self._sleep(_wait(answer.retry_after, WAIT_S * 2**number))
        try:
            return self._send(method, path, body)
        except urllib3.exceptions.HTTPError as error:
            what = f"{self.place} does not answer ({type(error).__name__}): is it running, and is YUQING_KIBANA__URL right?"
            raise KibanaError("unreachable", what) from error

    def _send(self, method: str, path: str, body: Json | None) -> Answer:
        headers, content = dict(self._headers), None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body, ensure_ascii=False).encode()
        answer = self._pool.request(method, self.place + path, body=content, headers=headers, redirect=False)
        return Answer(answer.status, answer.headers.get("Retry-After"), answer.headers.get("Location"), answer.data)

    def _read(self, path: str, answer: Answer) -> Json:
        status = answer.status
        if not 200 <= status < 300:  # noqa: PLR2004 - the range of success
            raise self._refused(path, answer)
        try:
            said = json.loads(answer.content)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise KibanaError(
                "no_kibana", f"{self.place}{path} answers with no JSON; look at YUQING_KIBANA__URL and at proxies", http_status=status
            )
        return said

    def _refused(self, path: str, answer: Answer) -> KibanaError:
        status, words = answer.status, _words(answer.content)
        where = f"the space {self.space!r}" if self.space else "the default space"
        if 300 <= status < 400:  # noqa: PLR2004 - redirects
            what = f"{self.place} sends us on to {answer.location}; write the address itself into YUQING_KIBANA__URL"
            return KibanaError("no_kibana", what, http_status=status)
        reasons = {
            401: ("signed_out", f"{self.place} does not let us in: {SIGN_IN} (Kibana says: {words})"),
            403: ("no_right", f"the user may not write {path} in {where}: {RIGHTS} (Kibana says: {words})"),
            404: (
                "not_found",
                f"{self.place} knows no {path}: create {where} first, or correct YUQING_KIBANA__SPACE (Kibana says: {words})",
            ),
        }
        refused = (
            f"{self.place} refuses {path}; `yuqing dashboards export` shows what was sent, please report it with Kibana's words: {words}"
        )
        failing = f"{self.place} fails with {status} at {path}; look at Kibana's own log and try again later (Kibana says: {words})"
        reason, what = reasons.get(status, ("refused", refused) if status < 500 else ("failing", failing))  # noqa: PLR2004 - its own faults
        return KibanaError(reason, what, http_status=status)


def _authority(path: Path | None) -> ssl.SSLContext | None:
    if path is None:
        return None
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:  # of which ssl.SSLError is one
        what = f"{path} holds no certificates in PEM that can be read: {error}"
        raise ConfigError([Problem("environment", None, "YUQING_KIBANA__CA", what)]) from error


def _sign_in(given: KibanaSettings) -> dict[str, str]:
    if given.api_key is not None:
        return {"Authorization": f"ApiKey {given.api_key.get_secret_value()}"}
    if given.user is not None and given.password is not None:
        both = f"{given.user}:{given.password.get_secret_value()}".encode()
        return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}
    return {}


def _wait(retry_after: str | None, otherwise: float) -> float:
    wanted = float(retry_after) if retry_after is not None and retry_after.isdecimal() else otherwise
    return min(wanted, LONGEST_WAIT_S)


def _words(content: bytes) -> str:
    """Find Kibana's own words in an error; its message where there is one."""
    try:
        said = json.loads(content)
    except ValueError:
        said = None
    message = said.get("message") if isinstance(said, dict) else None
    text = str(message) if message else content.decode(errors="replace")
    return " ".join(text.split())[:LONGEST_WORDS] or "nothing"
