"""Codes of authenticator apps by RFC 6238: six digits, another one every 30 seconds."""

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
_NEAR = (0, -1, 1)  #: a phone's clock may be off, and typing takes a moment


class TotpCodes:
    """The port `Codes` by pyotp; it remembers nothing, least of all which codes were used."""

    def new_secret(self) -> str:
        return pyotp.random_base32()

    def find_step(self, secret: str, code: str, *, at: datetime) -> int | None:
        totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
        now = int(at.timestamp()) // STEP_SECONDS
        steps = (now + near for near in _NEAR)
        return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)), None)

    def make_uri(self, secret: str, *, name: str, issuer: str) -> str:
        return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=name, issuer_name=issuer)
