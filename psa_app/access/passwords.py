"""Passwords are kept as argon2id; checking one takes the same time whether the user exists or not."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from psa_app.rules.passwords import normal

# OWASP's second choice for argon2id: 19 MiB, 2 passes; about 20 ms on the machines we know.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16)


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its salt and parameters."""
    return _hasher.hash(normal(password))


def verify_password(kept_hash: str, password: str) -> bool:
    """True if the password is the one that was kept; without a kept hash it works just as long, in vain."""
    try:
        return _hasher.verify(kept_hash or _nobody(), normal(password)) and bool(kept_hash)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept_hash: str) -> bool:
    """True if the hash was made with other parameters than today's."""
    try:
        return _hasher.check_needs_rehash(kept_hash)
    except InvalidHashError:
        return True


@cache
def _nobody() -> str:
    """The hash that an unknown user is checked against; no password fits it."""
    return _hasher.hash("nobody has this password")
