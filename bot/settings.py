"""Connections and secrets from the environment or `.env`, checked all at once at the threshold."""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from dotenv.parser import parse_stream
from pydantic import SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.domain.errors import SettingsFault
from bot.domain.loopback import is_root, keeps_secrets
from bot.mail_settings import MailAuth, MailSettings, Tls, UncheckedMailSettings
from bot.provisioning_settings import ProvisioningSettings
from bot.setting_values import (
    Keys,
    Names,
    NewKeys,
    Senders,
    check_folder,
    check_listed,
    is_bind,
    is_port,
    shown,
    split,
)
from bot.sms_settings import SmsSettings, UncheckedSmsSettings

__all__ = [
    "MailAuth",
    "ReadingSettings",
    "Settings",
    "Tls",
    "list_misspelt",
    "load",
    "load_given",
    "load_reading",
]


ENV_FILE = ".env"
OTHERS = frozenset({"HTTP_PROXY"})  #: near a name of ours, and other programs'
YEARS = range(1970, 2200)  #: to which a rehearsal's clock may be turned


class ReadingSettings(BaseSettings):
    """What it takes to read a mail or a question without any connection; everything has a default."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: str = "sqlite:///usher.db"
    imap_user: str = ""
    mail_from: str = ""
    support_address: str = ""
    sponsors: Senders = ()
    trusted_authserv_id: str = ""
    secret_key: Keys = ()
    portal_url: str = "http://127.0.0.1:8080"  #: which answers link to; without a slash at its end
    usher_config: Path | None = None
    templates_dir: Path | None = None

    @field_validator("database_url")
    @classmethod
    def _sqlite(cls, value: str) -> str:
        if not value.startswith("sqlite:///") or value.removeprefix("sqlite:///") in ("", ":memory:"):
            raise ValueError("must be sqlite:///FILE, e.g. sqlite:///usher.db")
        return value

    @field_validator("trusted_authserv_id")
    @classmethod
    def _one_word(cls, value: str) -> str:
        if re.search(r"[\s;\"']", value):
            raise ValueError("must be one word, such as mx.example.com")
        return value

    @field_validator("portal_url")
    @classmethod
    def _portal(cls, value: str) -> str:
        """At the root: the pages' cookies, forms and links are; nobody on the way may read these.

        It is kept without the slash, which every link adds.
        """
        if not keeps_secrets(value) or not is_root(value):
            raise ValueError("must be https://HOST (or http:// on loopback), without path, query and log-in")
        return value.removesuffix("/")

    @field_validator("templates_dir")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None:
            check_folder(value)
        return value

    @property
    def database_path(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def own_addresses(self) -> frozenset[str]:
        """Every address that is ours: what comes from one of them is no customer."""
        addresses = (self.imap_user, self.mail_from, self.support_address)
        return frozenset(address.lower() for address in addresses if "@" in address)

    def secret_keys(self) -> tuple[str, ...]:
        return tuple(key.get_secret_value() for key in self.secret_key)


class Settings(MailSettings, ProvisioningSettings, SmsSettings, ReadingSettings):
    """Everything the service needs; names are those of the environment, in lower case."""

    delivery: str = "hold"

    slack_bot_token: SecretStr
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    slack_approvals_channel: str
    slack_support_channel: str
    slack_staff: Names
    slack_approvers: Names

    portal_bind: str = "127.0.0.1:8080"
    ops_bind: str = "127.0.0.1:8081"
    trusted_proxies: Names = ()
    client_cert_verify_header: str = ""
    client_cert_subject_header: str = ""
    https_proxy: str = ""
    ca_bundle: Path | None = None

    secret_key: NewKeys
    usher_clock: str = "real"

    @field_validator("slack_staff", "slack_approvers")
    @classmethod
    def _named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError(
                "names nobody; give Slack ids, e-mail addresses or a user group (S…), comma-separated"
            )
        return value

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith("xoxb-"):
            raise ValueError("must be a bot token (xoxb-…), from Slack's page 'OAuth & Permissions'")
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not value.get_secret_value().startswith("xapp-"):
            raise ValueError("must be an app-level token (xapp-…) with connections:write, or empty for HTTP")
        return value

    @field_validator("delivery")
    @classmethod
    def _delivery(cls, value: str) -> str:
        if value in ("hold", "live"):
            return value
        only = split(value.removeprefix("only:"))
        if not value.startswith("only:") or not only:
            raise ValueError("must be hold, live, or only:anna@example.com,example.org")
        check_listed(only)
        return value

    @field_validator("portal_bind", "ops_bind")
    @classmethod
    def _bind(cls, value: str, info: ValidationInfo) -> str:
        if not is_bind(value):
            raise ValueError(f"must be HOST:PORT, e.g. {cls.model_fields[str(info.field_name)].default}")
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _url(cls, value: str) -> str:
        if not keeps_secrets(value):
            raise ValueError("must be an address that starts with https:// (or http:// on loopback)")
        return value

    @field_validator("ca_bundle")
    @classmethod
    def _bundle(cls, value: Path | None) -> Path | None:
        if value is not None and not os.path.isfile(value):  # noqa: PTH113 - Path's raises where a name is too long
            raise ValueError(f"{shown(value)} is no file; name one in PEM form, or leave it away")
        return value

    @field_validator("https_proxy")
    @classmethod
    def _proxy(cls, value: str) -> str:
        found = re.fullmatch(r"(?:https?://)?[^/\s]*[^/\s:]:(\d{1,5})/?", value, re.ASCII)
        if value and not (found and is_port(found[1])):
            raise ValueError("must be http://HOST:PORT, or empty")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network, strict=False)
            except ValueError:
                raise ValueError(
                    f"{shown(network)} is no address or network: write 10.0.0.5 or 10.0.0.0/24"
                ) from None
        return value

    @field_validator("client_cert_verify_header", "client_cert_subject_header")
    @classmethod
    def _header(cls, value: str) -> str:
        if value and not re.fullmatch(r"X-[A-Za-z0-9-]+", value):
            raise ValueError("must be the name of a header of your own, such as X-Client-Verify, or empty")
        return value

    @field_validator("usher_clock")
    @classmethod
    def _clock(cls, value: str) -> str:
        if value != "real":
            _instant(value)
        return value

    @property
    def live(self) -> bool:
        return self.delivery == "live"

    @property
    def delivery_only(self) -> tuple[str, ...] | None:
        """The addresses and domains of a rehearsal, or None."""
        if not self.delivery.startswith("only:"):
            return None
        return tuple(part.lower() for part in split(self.delivery[5:]))

    def clock_start(self) -> datetime | None:
        """The instant a rehearsal's clock starts from, or None for the real one."""
        return None if self.usher_clock == "real" else _instant(self.usher_clock)


def _instant(value: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be real, or an ISO time such as 2026-03-01T08:00+00:00") from None
    if instant.year not in YEARS:  # nearer to the calendar's ends there is no reckoning with zones and days
        raise ValueError(f"must be a time from {YEARS.start} to {YEARS.stop - 1}")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


class _Unchecked(UncheckedMailSettings, UncheckedSmsSettings):
    """The settings that depend on one another, as written: looked at also when others are wrong."""

    model_config = ReadingSettings.model_config

    slack_app_token: Any = ""
    slack_signing_secret: Any = ""
    client_cert_verify_header: Any = ""
    client_cert_subject_header: Any = ""

    def faults(self) -> list[str]:
        faults = [*UncheckedMailSettings.faults(self), *UncheckedSmsSettings.faults(self)]
        if not self.slack_app_token and not self.slack_signing_secret:
            faults.append(
                "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing: give the app token (Socket Mode) "
                "or the signing secret (HTTP at /slack/events)"
            )
        if bool(self.client_cert_verify_header) != bool(self.client_cert_subject_header):
            faults.append(
                "CLIENT_CERT_VERIFY_HEADER: it and CLIENT_CERT_SUBJECT_HEADER are nothing without each other"
            )
        return faults


def load(values: Mapping[str, Any] | None = None, *, env_file: str | None = ENV_FILE) -> Settings:
    """Read and check every setting; raise one SettingsFault that names all that is wrong.

    `values` win over the environment.
    """
    return _checked(Settings, _Unchecked, values or {}, env_file)


def load_given(values: Mapping[str, Any]) -> Settings:
    """The same from these values alone: the sandbox takes nothing from the machine it runs on."""
    return _checked(_Given, _UncheckedGiven, values, None)


def load_reading(
    values: Mapping[str, Any] | None = None, *, env_file: str | None = ENV_FILE
) -> ReadingSettings:
    """Read the settings that help to read a mail or file; none is needed."""
    _check_file(env_file)
    try:
        return ReadingSettings(_env_file=env_file, **(values or {}))  # type: ignore[call-arg]
    except ValidationError as exc:
        raise SettingsFault(*[_fault(error) for error in exc.errors()]) from None


class _Alone(BaseSettings):
    """Mixed in first: neither environment nor `.env` is looked at."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings' signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


class _Given(_Alone, Settings):
    pass


class _UncheckedGiven(_Alone, _Unchecked):
    pass


def _checked(
    kind: type[Settings], unchecked: type[_Unchecked], values: Mapping[str, Any], env_file: str | None
) -> Settings:
    _check_file(env_file)
    faults: list[str] = []
    settings = None
    try:
        settings = kind(_env_file=env_file, **values)  # type: ignore[call-arg]
    except ValidationError as exc:
        faults += [_fault(error) for error in exc.errors()]
    faults += unchecked(_env_file=env_file, **values).faults()  # type: ignore[call-arg]
    if settings is None or faults:
        raise SettingsFault(*sorted(faults, key=_place))
    return settings


def _check_file(env_file: str | None) -> None:
    """Refuse a file that is there but cannot be read: half the settings would silently be the defaults."""
    if env_file is None:
        return
    try:
        with Path(env_file).open(encoding="utf-8") as lines:
            broken = [line.original.line for line in parse_stream(lines) if line.error]
    except FileNotFoundError:
        return
    except OSError as exc:
        raise SettingsFault(f"{env_file}: cannot be read ({exc.strerror}); mend or remove it") from None
    except UnicodeDecodeError:
        raise SettingsFault(f"{env_file}: is not UTF-8 text; save it as such") from None
    if broken:
        raise SettingsFault(*[f"{env_file}: line {line} is not NAME=value" for line in broken])


def list_misspelt(env_file: str = ENV_FILE) -> list[tuple[str, str]]:
    """Names in `.env` and the environment that are no setting, each with the one that was evidently meant."""
    known = [name.upper() for name in Settings.model_fields]
    try:
        with Path(env_file).open(encoding="utf-8") as lines:
            written = [line.key.upper() for line in parse_stream(lines) if line.key]
    except FileNotFoundError:
        written = []
    # Other programs have names of their own in the environment: there it has to be nearer.
    around = [name for name in map(str.upper, os.environ) if name not in OTHERS]
    close = dict.fromkeys(around, 0.9) | dict.fromkeys(written, 0.8)
    near = {
        name: get_close_matches(name, known, n=1, cutoff=close[name]) for name in close.keys() - set(known)
    }
    return sorted((name, meant[0]) for name, meant in near.items() if meant)


def _fault(error: ErrorDetails) -> str:
    name = str(error["loc"][0]).upper() if error["loc"] else "settings"
    if error["type"] == "missing":
        return f"{name} is missing: set it in the environment or .env (see .env.example)"
    if error["type"] == "enum":
        return f"{name}: must be {error['ctx']['expected'].replace(chr(39), '')}"
    if error["type"] == "int_parsing":
        return f"{name}: must be a whole number"
    said = error["msg"].removeprefix("Value error, ").replace("Input should", "must")
    return f"{name}: {said}"


def _place(fault: str) -> int:
    """Where the setting that a fault begins with stands: faults come in the order of `.env.example`."""
    name = fault.replace(":", " ").split()[0].lower()
    return ["database_url", *(name for kind in _KINDS for name in kind.__annotations__)].index(name)


_KINDS = (MailSettings, Settings, ReadingSettings, ProvisioningSettings, SmsSettings)
