"""Secrets derived from SECRET_KEY: seal, open, sign and verify, one derived key per purpose."""

import base64
import hmac
import os
from collections.abc import Sequence
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SIGNATURE = 26  #: characters of base32
_NONCE = 12  #: bytes, as SP 800-38D wants them


class Keyring:
    """Several keys, newest first: the newest seals and signs, all of them open and verify."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a keyring needs at least one key")
        self._keys = tuple(key.encode() for key in keys)
        # Deriving takes far longer than what is done with the keys.
        self._derived = cache(self._derive)
        self._fernet = cache(self._make_fernet)
        self._former: dict[str, tuple[bytes, ...]] = {}

    def _derive(self, purpose: str) -> list[bytes]:
        return [HKDF(SHA256(), 32, None, f"usher:{purpose}".encode()).derive(key) for key in self._keys]

    def _make_fernet(self, purpose: str) -> MultiFernet:
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in self._derived(purpose)])

    def seal(self, purpose: str, text: str) -> str:
        return self._fernet(purpose).encrypt(text.encode()).decode()

    def open(self, purpose: str, sealed: str) -> str:
        """Raise ValueError when no key of the ring opens it."""
        try:
            return self._fernet(purpose).decrypt(sealed.encode()).decode()
        except InvalidToken as exc:
            raise ValueError(f"no key opens this {purpose}") from exc

    def seal_bytes(self, purpose: str, content: bytes) -> bytes:
        """AES-GCM, which makes nothing longer or slower to speak of: a mail may have many megabytes."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._derived(purpose)[0]).encrypt(nonce, content, None)

    def open_bytes(self, purpose: str, sealed: bytes) -> bytes:
        """Raise ValueError when no key of the ring opens it."""
        for key in self._derived(purpose):
            try:
                return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
            except InvalidTag:
                continue
        raise ValueError(f"no key opens this {purpose}")

    def opens(self, purpose: str, sealed: str) -> bool:
        """Whether a key of the ring opens it."""
        try:
            self.open(purpose, sealed)
        except ValueError:
            return False
        return True

    def sign(self, purpose: str, text: str) -> str:
        """Return HMAC-SHA256 cut to 130 bits (RFC 2104, 5) as 26 lower-case base32 characters.

        The whole would make a Message-ID that mail programs fold or encode when they quote it.
        """
        return _mac(self._derived(purpose)[0], text)

    def list_signatures(self, purpose: str, text: str) -> list[str]:
        """What `sign` returns now, and what it returned while each older key was the newest."""
        return [_mac(key, text) for key in (*self._derived(purpose), *self._former.get(purpose, ()))]

    def list_keys(self, purpose: str) -> list[bytes]:
        """By what `sign` signs for that purpose, and did while each older key was the newest."""
        return list(self._derived(purpose))

    def remember(self, purpose: str, keys: Sequence[bytes]) -> None:
        """Let `list_signatures` name those of keys that are no longer in the ring; nothing else asks them."""
        there = self._derived(purpose)
        self._former[purpose] = tuple(key for key in keys if key not in there)

    def reveal(self, purpose: str) -> str:
        """The newest key of that purpose as hexadecimal text, for whoever is to verify what it signs."""
        return self._derived(purpose)[0].hex()

    def verify(self, purpose: str, text: str, signature: str) -> bool:
        given = signature.encode("utf-8", "replace")
        return any(hmac.compare_digest(_mac(key, text).encode(), given) for key in self._derived(purpose))


def _mac(key: bytes, text: str) -> str:
    digest = hmac.digest(key, text.encode(), "sha256")[:20]  # more is cut off, and takes as long to encode
    return base64.b32encode(digest).decode()[:SIGNATURE].lower()
