"""The settings of the gateway that carries texts to phones."""

from typing import Any

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings

from bot.domain.loopback import keeps_secrets


class SmsSettings(BaseSettings):
    """Joined into `bot.settings.Settings`; names are those of the environment, in lower case."""

    sms_url: str = ""  #: "" where no texts are sent
    sms_token: SecretStr = SecretStr("")

    @field_validator("sms_url")
    @classmethod
    def _gateway(cls, value: str) -> str:
        if value and (not keeps_secrets(value) or "@" in value or "#" in value):
            raise ValueError("must be https://HOST/PATH (http:// on loopback only), without # and log-in")
        return value


class UncheckedSmsSettings(BaseSettings):
    """As written: one is nothing without the other."""

    sms_url: Any = ""
    sms_token: Any = ""

    def faults(self) -> list[str]:
        if bool(self.sms_url) == bool(self.sms_token):
            return []
        lacking, other = ("SMS_TOKEN", "SMS_URL") if self.sms_url else ("SMS_URL", "SMS_TOKEN")
        return [f"{lacking} is missing: {other} is set, and one is nothing without the other"]
