"""Who wrote a post, as far as we keep it: offices, media and monitored accounts by name, everybody else as a keyed pseudonym."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from config.accounts import MonitoredAccount
from config.settings import Settings
from crawlers.counts import read_count
from crawlers.errors import CountError, KeyMissing
from matching.fold import fold
from streams.messages import Author, Standing

KEY_FILE = "pseudonym.key"
KEY_BYTES = 32


class RawAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """An author as a page shows them. Never leaves the crawler: `Authors` makes of it what is kept."""

    id: str | None = None  # the platform's own id
    name: str | None = None
    standing: Standing = Standing.PRIVATE  # as the platform verified it
    region: str | None = None
    followers: object = None
    following: object = None
    posts: object = None
    handle: str | None = None  # a second name that addresses are made of

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that tells who it is."""
        return tuple(str(name) for name in (self.id, self.name, self.handle) if name)


def office_key(settings: Settings) -> bytes:
    """Get the office's key for pseudonyms: from the settings, else made once and kept in the data folder, readable by its owner only.

    Raises KeyMissing on Kafka, where machines that each make a key would call one person by several pseudonyms.
    """
    given = settings.office.pseudonym_key
    if given is not None:
        return given.get_secret_value().encode()
    if settings.kafka.bootstrap:
        raise KeyMissing(
            "YUQING_OFFICE__PSEUDONYM_KEY is not set: with Kafka several machines may crawl, and all must know the same key. "
            "Make one with `openssl rand -hex 32` and give it to each."
        )
    return _kept_key(settings.data_dir / KEY_FILE)


def _kept_key(path: Path) -> bytes:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        if not path.exists():
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            _claim(fresh, path)
        key = path.read_text().strip()
    except OSError as error:
        raise KeyMissing(
            f"{path}: the key for pseudonyms can't be read or made: {error.strerror}; make the data folder writable"
        ) from error
    if len(key) < KEY_BYTES:
        raise KeyMissing(f"{path}: the key for pseudonyms is too short; put back the saved one, or remove the file for a new one")
    return key.encode()


def _claim(fresh: Path, path: Path) -> None:
    """Give the new key its name, unless another process was first."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


class Authors:
    """Makes of a raw author what is kept. Pure: the same key and author give the same."""

    def __init__(self, accounts: Iterable[MonitoredAccount], key: bytes) -> None:
        accounts = tuple(accounts)
        self._by_id = {(platform, native): account for account in accounts for platform, native in account.platforms.items()}
        self._by_name = {fold(name): account for account in accounts for name in account.names}
        self._key = key

    def pseudonym(self, platform: str, who: str) -> str:
        """Make the name for a private author that only the office's key can lead to: "p:" and 32 hexadecimal digits."""
        digest = hmac.new(self._key, f"{platform}\x1f{who}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"p:{digest[:32]}"

    def monitored(self, platform: str, raw: RawAuthor) -> MonitoredAccount | None:
        """Find the monitored account that this author is, by its id on the platform.

        A name proves it only where the platform verified the author as an organisation: anybody can call themselves so.
        """
        for native in (raw.id, raw.handle):
            if native is not None and (account := self._by_id.get((platform, native))):
                return account
        if raw.standing in (Standing.ORGANISATION, Standing.MONITORED) and raw.name:
            return self._by_name.get(fold(raw.name.strip()))
        return None

    def kept(self, platform: str, raw: RawAuthor, post: str) -> Author:
        """Make the author as the log keeps them; `post` stands in for whoever a page does not name."""
        account = self.monitored(platform, raw)
        standing = Standing.MONITORED if account else raw.standing
        if standing in (Standing.PRIVATE, Standing.MONITORED) and account is None:
            who = raw.id or (f"name\x1f{raw.name}" if raw.name else f"post\x1f{post}")
            return Author(id=self.pseudonym(platform, who))
        identity = raw.id or (f"account:{account.id}" if account else raw.name) or "unnamed"
        return Author(
            id=f"{platform}:{identity}",
            standing=standing,
            name=raw.name or (account.name if account else None),
            region=raw.region,
            followers=_quiet_count(raw.followers),
            following=_quiet_count(raw.following),
            posts=_quiet_count(raw.posts),
        )


def _quiet_count(value: object) -> int | None:
    try:
        return read_count(value)
    except CountError:
        return None  # of a profile, not of the post: the post's own counts are flagged
