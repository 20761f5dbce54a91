"""The settings of those who make cases and sites outside; which of them are needed, `usher.toml` decides."""

import binascii
from base64 import b64decode
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings

from bot.domain.loopback import keeps_secrets
from bot.domain.provisioning import Way

_WHSEC = "whsec_"
_KEY_BYTES = range(24, 65)  #: Standard Webhooks


class ProvisioningSettings(BaseSettings):
    """Joined into `bot.settings.Settings`; names are those of the environment, in lower case."""

    netsuite_url: str = ""
    netsuite_client_id: str = ""
    netsuite_certificate_id: str = ""
    netsuite_private_key: str = ""  #: the path of a PEM file
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")

    @field_validator("netsuite_url")
    @classmethod
    def _account(cls, value: str) -> str:
        if value and (not _is_plain(value) or urlsplit(value).path not in ("", "/")):
            raise ValueError("must be https://ACCOUNT.suitetalk.api.netsuite.com, without a path")
        return value.rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _receiver(cls, value: str) -> str:
        if value and not _is_plain(value):
            raise ValueError("must be https://HOST/PATH (http:// on loopback only), without ?, # and log-in")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _key(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(_decode(value)) not in _KEY_BYTES:
            raise ValueError(
                "must be whsec_ and 24 to 64 bytes as base64; make one with: python3 -c 'import base64, "
                'secrets; print("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())\''
            )
        return value

    @property
    def webhook_key(self) -> bytes:
        return _decode(self.webhook_secret)

    def list_lacking(self, way: Way) -> list[str]:
        """What has to be set for this way and is not, each with its meaning."""
        return [
            f"{name.upper()} is missing: {what}" for name, what in _NEEDS[way].items() if not self._has(name)
        ]

    def _has(self, name: str) -> bool:
        value = getattr(self, name)
        return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


_NEEDS: dict[Way, dict[str, str]] = {
    Way.DESK: {},
    Way.NETSUITE: {
        "netsuite_url": "e.g. https://1234567.suitetalk.api.netsuite.com",
        "netsuite_client_id": "of the integration record, shown once when it is saved",
        "netsuite_certificate_id": "from 'OAuth 2.0 Client Credentials (M2M) Setup'",
        "netsuite_private_key": "the PEM file of that certificate's private key",
    },
    Way.WEBHOOK: {
        "webhook_url": "where orders are sent, e.g. https://sites.example.com/usher",
        "webhook_secret": "what both sides sign with: whsec_ and base64",
    },
}


def _is_plain(url: str) -> bool:
    if not keeps_secrets(url):
        return False
    parts = urlsplit(url)
    return not (parts.query or parts.fragment or parts.username or "?" in url or "#" in url)


def _decode(secret: SecretStr) -> bytes:
    """The key's bytes; none where it is not written as it should be."""
    text = secret.get_secret_value()
    if not text.startswith(_WHSEC):
        return b""
    try:
        return b64decode(text.removeprefix(_WHSEC), validate=True)
    except (binascii.Error, ValueError):
        return b""
