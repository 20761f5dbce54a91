"""The codes of RFC 6238, and how far a phone's clock may be off."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.adapters.codes import TotpCodes

#: "12345678901234567890" of RFC 6238, appendix B, in base32
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
CODES = TotpCodes()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert CODES.find_step(SECRET, code, at=datetime.fromtimestamp(seconds, UTC)) == seconds // 30


@pytest.mark.parametrize(("off", "found"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_one_step_either_side_is_the_most_a_clock_may_be_off(off: int, found: bool) -> None:
    at = datetime.fromtimestamp(1111111109, UTC) + timedelta(seconds=off)

    assert (CODES.find_step(SECRET, "081804", at=at) == 1111111109 // 30) is found


@pytest.mark.parametrize("code", ["", "287083", "28708", "2870820", "a" * 100_000, "ab\ud800"[:2]])
def test_anything_else_is_of_no_step(code: str) -> None:
    assert CODES.find_step(SECRET, code, at=datetime.fromtimestamp(59, UTC)) is None


def test_secrets_are_new_each_time_and_160_bits_long() -> None:
    secrets = {CODES.new_secret() for _ in range(50)}

    assert len(secrets) == 50
    assert {len(secret) for secret in secrets} == {32}


def test_what_the_qr_code_holds_names_the_desk_and_the_person() -> None:
    uri = urlsplit(CODES.make_uri(SECRET, name="avery@desk.example.com", issuer="Desk & Co: onboarding"))

    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parse_qs(uri.query)["secret"] == [SECRET]
    assert parse_qs(uri.query)["issuer"] == ["Desk & Co: onboarding"]
