"""Secrets are hashed by argon2id, and nobody's hash costs as much as somebody's."""

import pytest

from bot.adapters.argon import Argon2Hasher


def test_a_secret_fits_its_own_hash_only() -> None:
    hasher = Argon2Hasher()
    hashed = hasher.hash("Großer Bär 12 \udc80")

    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert hasher.verify(hashed, "Großer Bär 12 \udc80")
    assert not hasher.verify(hashed, "großer bär 12")
    assert hasher.hash("Großer Bär 12 \udc80") != hashed
    assert not hasher.is_outdated(hashed)


@pytest.mark.parametrize("hashed", ["", "no hash", "$argon2id$v=19$m=1,t=1,p=1$"])
def test_what_is_no_hash_fits_nothing(hashed: str) -> None:
    assert not Argon2Hasher().verify(hashed, "")
    assert not Argon2Hasher().verify(hashed, "nobody's")
