"""Passwords and tokens: made, kept as hashes, and compared without telling by time."""

import hashlib
import hmac
import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from web.errors import WeakPassword

SHORTEST = 10  # characters
LONGEST = 1000  # characters: hashing more than anybody types is work for nothing
_COMMON = frozenset({"1234567890", "0123456789", "1111111111", "0000000000", "qwertyuiop", "password123", "1q2w3e4r5t", "abcdefghij"})

_hasher = PasswordHasher()  # argon2id, with the parameters of RFC 9106 for little memory (64 MiB, 3 passes, 4 lanes)
_at_once = threading.BoundedSemaphore(2)  # each takes 64 MiB: more at a time would let strangers fill the memory
_NOBODY = _hasher.hash(secrets.token_urlsafe())  # compared with where there is no user, so that both take alike


def check(password: str, name: str) -> None:
    """Raise WeakPassword where one is too short, is the name, or is what everybody takes."""
    if len(password) < SHORTEST:
        raise WeakPassword(f"密码太短，至少 {SHORTEST} 个字符")
    if len(password) > LONGEST:
        raise WeakPassword(f"密码太长，最多 {LONGEST} 个字符")
    if password.lower() in _COMMON or name.lower() in password.lower() or len(set(password)) < SHORTEST // 2:
        raise WeakPassword("密码太容易被猜到，请换一个")


def hashed(password: str) -> str:
    """Hash a password with argon2id and a salt of its own."""
    with _at_once:
        return _hasher.hash(password)


def fits(password: str, secret: str | None) -> bool:
    """Whether a password is the one that was hashed. None, for no user, takes as long and is False."""
    if len(password) > LONGEST:
        return False
    with _at_once:
        try:
            return _hasher.verify(secret or _NOBODY, password) and secret is not None
        except (VerificationError, InvalidHashError):
            return False


def make_token() -> str:
    """Make what nobody can guess: 256 bits."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """Give the hash under which a token is kept. It has 256 bits, so no salt and no slowness is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare without telling by time how far they agree."""
    return hmac.compare_digest(one.encode(), other.encode())
