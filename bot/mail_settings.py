"""The settings of the two mail servers: where they are, and how Usher logs in to them."""

import re
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from bot.domain.addresses import is_address_or_domain
from bot.domain.ledger import ASIDE_FOLDER, DONE_FOLDER
from bot.domain.loopback import is_host, is_loopback, keeps_secrets

Port = Annotated[int, Field(ge=1, le=65535)]


class Tls(StrEnum):
    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class MailAuth(StrEnum):
    PASSWORD = "password"  # noqa: S105 - the name of a way to log in
    OAUTH2 = "oauth2"


IMAP_PORTS = {Tls.TLS: 993, Tls.STARTTLS: 143, Tls.NONE: 143}
#: compared with a folder's name in small letters, behind whatever the server calls a person's own
_OWN_FOLDERS = tuple(f"/{folder}".casefold() for folder in (DONE_FOLDER, ASIDE_FOLDER))
SMTP_PORTS = {Tls.TLS: 465, Tls.STARTTLS: 587, Tls.NONE: 25}


class MailSettings(BaseSettings):
    """Joined into `bot.settings.Settings`; names are those of the environment, in lower case."""

    imap_host: str
    imap_port: Port | None = None  #: None: the usual one
    imap_tls: Tls = Tls.TLS
    imap_user: str
    imap_password: SecretStr = SecretStr("")
    imap_folder: str = "INBOX"

    smtp_host: str
    smtp_port: Port | None = None
    smtp_tls: Tls = Tls.STARTTLS
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_rate: Annotated[int, Field(ge=1)] = 30
    mail_from: str
    support_address: str

    mail_auth: MailAuth = MailAuth.PASSWORD
    oauth_token_url: str = ""
    oauth_client_id: str = ""
    oauth_client_secret: SecretStr = SecretStr("")
    oauth_scope: str = ""

    @field_validator("mail_from", "support_address")
    @classmethod
    def _address(cls, value: str) -> str:
        if "@" not in value or not is_address_or_domain(value):
            raise ValueError("must be a plain mail address such as desk@example.com")
        return value

    @field_validator("imap_host", "smtp_host")
    @classmethod
    def _host(cls, value: str) -> str:
        if not is_host(value):
            raise ValueError("must be the name of a server, such as mail.example.com")
        return value

    @field_validator("imap_folder")
    @classmethod
    def _watched(cls, value: str) -> str:
        """What is dealt with moves there: a mail would come in again each time it is moved."""
        if re.sub(r"[./\\]", "/", f"/{value}").casefold().endswith(_OWN_FOLDERS):
            raise ValueError("must be the folder where mail arrives, not where Usher moves it")
        return value

    @field_validator("oauth_token_url")
    @classmethod
    def _token_url(cls, value: str) -> str:
        if value and not keeps_secrets(value):
            raise ValueError(
                "must be https://HOST/PATH, the address where the provider issues tokens "
                "(http:// on loopback only: the client secret goes there)"
            )
        return value

    @property
    def imap_endpoint(self) -> tuple[str, int]:
        return self.imap_host, self.imap_port or IMAP_PORTS[self.imap_tls]

    @property
    def smtp_endpoint(self) -> tuple[str, int]:
        return self.smtp_host, self.smtp_port or SMTP_PORTS[self.smtp_tls]


class UncheckedMailSettings(BaseSettings):
    """What depends on how Usher logs in, as written: looked at also when other settings are wrong."""

    mail_auth: Any = ""
    imap_host: Any = ""
    imap_tls: Any = ""
    imap_password: Any = ""
    smtp_host: Any = ""
    smtp_tls: Any = ""
    smtp_user: Any = ""
    smtp_password: Any = ""
    oauth_token_url: Any = ""
    oauth_client_id: Any = ""
    oauth_client_secret: Any = ""
    oauth_scope: Any = ""

    def faults(self) -> list[str]:
        return [*self._log_in_faults(), *self._open_lines()]

    def _open_lines(self) -> list[str]:
        """Without TLS whoever stands on the way reads the password, and every mail."""
        return [
            f"{name}_TLS: none is for a server on this machine only; {host} needs tls or starttls"
            for name, host, tls in (
                ("IMAP", str(self.imap_host), self.imap_tls),
                ("SMTP", str(self.smtp_host), self.smtp_tls),
            )
            if is_host(host)
            and str(tls).lower() == Tls.NONE
            and not is_loopback(f"//[{host}]" if ":" in host else f"//{host}")
        ]

    def _log_in_faults(self) -> list[str]:
        if str(self.mail_auth).lower() == MailAuth.OAUTH2:
            return [
                f"{name.upper()} is missing: MAIL_AUTH=oauth2 needs it: {what}"
                for name, what in _OAUTH_NEEDS.items()
                if not getattr(self, name)
            ]
        faults = []
        if not self.imap_password:
            faults.append("IMAP_PASSWORD is missing: set it in the environment or .env (see .env.example)")
        if self.smtp_user and not self.smtp_password:
            faults.append("SMTP_PASSWORD is missing: SMTP_USER is given; give both, or neither")
        return faults


_OAUTH_NEEDS = {
    "oauth_token_url": "e.g. https://login.microsoftonline.com/TENANT/oauth2/v2.0/token",
    "oauth_client_id": "of the app that was registered for Usher, on its 'overview' page",
    "oauth_client_secret": "of the same app, under 'certificates and secrets' (the value, not the id)",
    "oauth_scope": "e.g. https://outlook.office365.com/.default",
}
