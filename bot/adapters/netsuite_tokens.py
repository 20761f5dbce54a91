"""How NetSuite is shown who we are: a JWT signed with our key (RFC 7523), in exchange for an access token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.adapters.oauth_words import Cause
from bot.domain.errors import SettingsFault

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - an address
SCOPE = "rest_webservices"
LIFETIME = timedelta(minutes=5)  # NetSuite takes anything below an hour

_KIND = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: by the curve's name; NetSuite takes no other
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """The private half of the certificate that was uploaded to NetSuite."""

    key: RSAPrivateKey | EllipticCurvePrivateKey = field(repr=False)
    algorithm: str


@dataclass(frozen=True, kw_only=True)
class SignedAssertion:
    """Implements `bot.adapters.oauth.Credentials`."""

    token_url: str
    client_id: str
    certificate_id: str
    signing: SigningKey
    now: Callable[[], datetime]
    setting: str = "NETSUITE_URL"

    def make_form(self) -> dict[str, str]:
        now = self.now()
        claims = {
            "iss": self.client_id,
            "scope": SCOPE,
            "aud": self.token_url,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
        }
        assertion = jwt.encode(
            claims, self.signing.key, self.signing.algorithm, headers={"kid": self.certificate_id}
        )
        return {"client_assertion_type": _KIND, "client_assertion": assertion}

    def find_cause(self, said: Mapping[str, Any]) -> tuple[Cause | None, str]:
        name = said.get("error")
        cause = _CAUSES.get(name) if isinstance(name, str) else None
        return cause, str(name) if cause else ""


def read_key(path: Path) -> SigningKey:
    """Read the key and choose the algorithm that fits it; raise SettingsFault for a file that is none."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as exc:
        raise SettingsFault(f"NETSUITE_PRIVATE_KEY: {path} cannot be read ({exc.strerror})") from None
    except TypeError:
        raise SettingsFault(
            f"NETSUITE_PRIVATE_KEY: {path} asks for a pass phrase; "
            "store it without one, readable by Usher's user only"
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise SettingsFault(
            f"NETSUITE_PRIVATE_KEY: {path} holds no private key; give a file in PEM form"
        ) from None
    if isinstance(key, RSAPrivateKey):
        return SigningKey(key=key, algorithm="PS256")
    if isinstance(key, EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return SigningKey(key=key, algorithm=_CURVES[key.curve.name])
    raise SettingsFault(
        f"NETSUITE_PRIVATE_KEY: {path} holds a key of a kind that NetSuite does not take; "
        "make one of RSA (3072 or 4096 bits) or on the curve P-256, P-384 or P-521"
    )


_WRONG_KEY = Cause(
    "client id, certificate and key do not belong together, or the certificate has expired",
    "compare NETSUITE_CLIENT_ID and NETSUITE_CERTIFICATE_ID with 'OAuth 2.0 Client Credentials "
    "(M2M) Setup', check that NETSUITE_PRIVATE_KEY is that certificate's, and this machine's clock",
)
_NOT_ALLOWED = Cause(
    "the integration may not have tokens of its own",
    "tick 'Client Credentials (Machine to Machine) Grant' and 'REST Web Services' at the integration record",
)
#: RFC 6749 5.2; NetSuite says little more
_CAUSES = {
    "invalid_client": _WRONG_KEY,
    "invalid_grant": _WRONG_KEY,
    "invalid_request": _WRONG_KEY,
    "unauthorized_client": _NOT_ALLOWED,
    "access_denied": _NOT_ALLOWED,
    "invalid_scope": _NOT_ALLOWED,
    "unsupported_grant_type": _NOT_ALLOWED,
}
