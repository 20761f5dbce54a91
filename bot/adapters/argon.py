"""Passwords and answers as argon2id hashes (RFC 9106), two at a time at most."""

from threading import Semaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: OWASP's Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane
_MEMORY_KIB, _PASSES, _LANES = 19_456, 2, 1
_AT_ONCE = 2  #: each takes a core and its memory for some hundredths of a second


class Argon2Hasher:
    """The port `Hasher`; a secret is hashed as the bytes of its UTF-8."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES)
        self._turns = Semaphore(_AT_ONCE)
        self._nobodys = ""

    def hash(self, secret: str) -> str:
        with self._turns:
            return self._hasher.hash(_bytes(secret))

    def verify(self, hashed: str, secret: str) -> bool:
        """No hash at all costs as much as a wrong one, so that time tells nobody who has an account."""
        known = hashed or self._decoy()
        with self._turns:
            try:
                fits = self._hasher.verify(known, _bytes(secret))
            except (VerificationError, InvalidHashError):
                return False
        return fits and bool(hashed)

    def is_outdated(self, hashed: str) -> bool:
        return self._hasher.check_needs_rehash(hashed)

    def _decoy(self) -> str:
        if not self._nobodys:
            self._nobodys = self.hash("nobody's")
        return self._nobodys


def _bytes(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")
