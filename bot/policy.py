"""The desk's policy from `usher.toml`: names, addresses, links, limits; shipped with the sources' values."""

import tomllib
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision, list_currencies
from pydantic import (
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from bot.brand_policy import Brand
from bot.calendar_policy import WorkingTimes, known_zone
from bot.domain.approvals import ApprovalRules, Grave
from bot.domain.errors import SettingsFault
from bot.domain.license_keys import KeysTo
from bot.domain.lifecycle import ClockRules
from bot.domain.loopback import keeps_secrets
from bot.domain.money import Money
from bot.domain.passwords import PasswordRules, words_of
from bot.domain.programmes import Programme
from bot.domain.ris import Credential
from bot.domain.sessions import Strength
from bot.domain.working_time import Calendar
from bot.extranet_policy import Extranet
from bot.password_policy import PasswordNumbers
from bot.policy_values import Days, Hours, MailAddress, Minutes, WebAddress
from bot.provisioning_policy import Provisioning
from bot.retention_policy import Retention

_HERE = Path(__file__)
#: beside the package in a wheel, at the root of a checkout
SHIPPED = next(
    (path for path in (_HERE.with_name("usher.toml"), _HERE.parents[1] / "usher.toml") if path.exists()),
    _HERE.with_name("usher.toml"),
)


#: stands in sample mails where no settings say SUPPORT_ADDRESS
SAMPLE_ADDRESS = "support@onboarding.example.com"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Desk(_Part):
    """The people behind the bot."""

    name: str
    timezone: str
    imprint_url: WebAddress = ""  #: the whole text stands there; "" when there is none
    privacy_url: WebAddress = ""
    terms_url: WebAddress = ""

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return known_zone(value)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def day_of(self, moment: datetime) -> date:
        """Which day that is at the desk."""
        return moment.astimezone(self.zone).date()


#: each is told once on the way down
Thresholds = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=5)]


class Price(_Part):
    """What one seat costs the sponsor."""

    amount: Annotated[Decimal, Field(ge=0, lt=1_000_000, allow_inf_nan=False)]
    currency: str  #: ISO 4217, three letters

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.currency not in list_currencies():
            raise ValueError("currency must be three letters of ISO 4217, such as EUR")
        digits = get_currency_precision(self.currency)
        if self.amount != round(self.amount, digits):
            raise ValueError(f"amount has more than the {digits} decimal places of {self.currency}")
        return self


class Launch(_Part):
    """How an application is opened from the dashboard."""

    url: str = ""  #: takes the signed hand-over; "" where nothing does yet
    strength: Literal["password", "phone_otp", "mloa_hardware"] = "phone_otp"  #: that a session needs for it

    @field_validator("url")
    @classmethod
    def _plain(cls, value: str) -> str:
        if value and (not keeps_secrets(value) or "?" in value or "#" in value):
            raise ValueError("must be https://HOST/PATH (http:// on loopback only), without ? and #")
        return value

    @property
    def needs(self) -> Strength:
        return Strength[self.strength.upper()]


class ProgrammePolicy(_Part):
    """One programme of the desk: who it is for and which words its mails take."""

    name: str
    sponsor: str
    support_desk: str  #: who owns questions, as every answer says
    support_address: MailAddress = ""  #: where questions go; without one, SUPPORT_ADDRESS of the settings
    applications: tuple[str, ...]
    launch: dict[str, Launch] = {}  #: by application
    #: of one seat, by credential; without one nothing is charged, and nothing told to sponsors
    prices: dict[Credential, Price] = {}
    keys_to: KeysTo = KeysTo.USERS
    invitation_days: Annotated[int, Field(ge=1, le=365)] = 30  #: for which an invitation to register works
    activation_days: Annotated[int, Field(ge=1, le=365)] = 14  #: for which an activation mail's link works
    #: wrong passwords in a row, which lock an account …
    sign_in_tries: Annotated[int, Field(ge=3, le=100)] = 10
    sign_in_lock_minutes: Annotated[int, Field(ge=1, le=1440)] = 30  #: … for so long
    phone_reset_hours: Annotated[int, Field(ge=1, le=336)] = 24  #: to stop the removal of lost phones
    accounts: Literal["here", "outside"] = "here"  #: "outside": the desk ticks what is done there
    registration_url: WebAddress = ""  #: where organisations register; "" for this portal
    key_url: WebAddress = ""  #: where a License Key is entered; "" for this portal's dashboard
    administrator_url: WebAddress = (
        ""  #: what an Organization Administrator has to do; "" where there is no page
    )
    webinars_url: WebAddress = ""  #: for administrators; "" where there are none
    fis_url: WebAddress = ""  #: the Federated Identity Service page, on credentials; "" where there is none
    password: PasswordNumbers = PasswordNumbers()

    @field_validator("prices")
    @classmethod
    def _sold(cls, value: dict[Credential, Price]) -> dict[Credential, Price]:
        if Credential.MLOA_HARDWARE in value:
            raise ValueError("mloa_hardware is not bought here: its users take no License Key")
        return value

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        outside = {"registration_url": self.registration_url, "key_url": self.key_url}
        missing = [name for name, url in outside.items() if not url]
        if not self.keeps_accounts and missing:
            raise ValueError(f"{' and '.join(missing)} must say where, as accounts are kept outside")
        if self.keeps_accounts and self.registration_url:
            raise ValueError('registration_url is for accounts = "outside": here organisations register here')
        return self

    @property
    def keeps_accounts(self) -> bool:
        """Whether organisations register, and people sign in, on this portal."""
        return self.accounts == "here"

    def launch_of(self, application: str) -> Launch:
        return self.launch.get(application, Launch())

    @property
    def seat_price(self) -> Money | None:
        """What one seat takes off a purchase order; None where nothing is charged."""
        price = self.prices.get(Credential.PHONE_OTP)
        return Money.of(price.amount, price.currency) if price else None


class Stock(_Part):
    """When it is said that vouchers or money run low."""

    warn_below_keys: Thresholds = (20, 5)
    warn_below_seats: Thresholds = (20, 5)  #: that a purchase order's balance still pays for


class Limits(_Part):
    """What the desk takes in and how often it answers by itself."""

    mail_bytes: Annotated[int, Field(ge=100_000)] = 26_214_400
    answers_per_address: Annotated[int, Field(ge=1)] = 10
    answers_per_case: Annotated[int, Field(ge=1)] = 10
    answers_within_hours: Hours = 24
    forms_per_sender: Annotated[int, Field(ge=1)] = 30
    forms_within_hours: Hours = 1
    status_link_days: Days = 180
    form_bytes: Annotated[int, Field(ge=100_000)] = 10_000_000
    form_unpacked_bytes: Annotated[int, Field(ge=1_000_000)] = 150_000_000
    form_rows: Annotated[int, Field(ge=100)] = 20_050
    forms_per_mail: Annotated[int, Field(ge=1, le=100)] = 20


class Groups(_Part):
    """Who decides what: Slack ids, e-mail addresses or user groups; where none is named, SLACK_APPROVERS."""

    review: tuple[str, ...] = ()
    purchase: tuple[str, ...] = ()
    registration: tuple[str, ...] = ()
    override: tuple[str, ...] = ()
    erasure: tuple[str, ...] = ()
    account: tuple[str, ...] = ()


class Approvals(_Part):
    """How a decision is made: how many have to agree, what asks for a code, what happens when it waits."""

    groups: Groups = Groups()
    second_above_seats: Annotated[int, Field(ge=0)] | None = None
    second_above_amount: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] | None = None
    second_if_unverified: bool = True
    step_up: tuple[Grave, ...] = ()
    remind_after_hours: Hours = 8
    escalate_after_hours: Hours = 16
    escalate_to: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.escalate_after_hours <= self.remind_after_hours:
            raise ValueError("escalate_after_hours must be more than remind_after_hours")
        return self

    @property
    def rules(self) -> ApprovalRules:
        return ApprovalRules(
            second_above_seats=self.second_above_seats,
            second_above_amount=self.second_above_amount,
            second_if_unverified=self.second_if_unverified,
            step_up=frozenset(self.step_up),
        )


class Nudges(_Part):
    """When somebody outside is reminded of what waits for them, in their working days."""

    after_days: tuple[Days, ...] = (3, 7)
    desk_after_days: Days = 10

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = [*self.after_days, self.desk_after_days]
        if days != sorted(set(days)):
            raise ValueError("after_days and then desk_after_days must each be more than the one before")
        return self


class Answers(_Part):
    """Questions, and the people who answer them."""

    #: "suggest": staff are shown the article and send it; "answer": it goes by itself when that is sure
    faq_mode: Literal["suggest", "answer"] = "suggest"
    #: working hours of the desk in which whoever asks hears from a person
    first_reply_hours: Annotated[int, Field(ge=1, le=400)] = 8


class Alarms(_Part):
    """When trouble is told in the support channel."""

    unwell_minutes: Minutes = 10
    silent_mails: Annotated[int, Field(ge=1)] = 5
    silent_hours: Hours = 2
    false_mails: Annotated[int, Field(ge=1)] = 3


class Policy(_Part):
    """The whole of `usher.toml`."""

    desk: Desk
    brand: Brand = Brand()
    programmes: dict[str, ProgrammePolicy]  #: those to which organisations are taken
    extranet: Extranet = Field(default=Extranet(), validation_alias=AliasPath("programmes", "extranet"))
    approvals: Approvals = Approvals()
    provisioning: Provisioning = Provisioning()
    calendar: WorkingTimes = WorkingTimes()
    nudges: Nudges = Nudges()
    answers: Answers = Answers()
    stock: Stock = Stock()
    limits: Limits = Limits()
    alarms: Alarms = Alarms()
    retention: Retention = Retention()

    @field_validator("programmes", mode="before")
    @classmethod
    def _of_organisations(cls, value: object) -> object:
        """The Partner Extranet stands beside them, and has another shape."""
        if not isinstance(value, dict):
            return value
        return {name: programme for name, programme in value.items() if name != "extranet"}

    @field_validator("programmes")
    @classmethod
    def _has_mag(cls, value: dict[str, ProgrammePolicy]) -> dict[str, ProgrammePolicy]:
        if "mag" not in value:
            raise ValueError("needs [programmes.mag]")
        return value

    @property
    def mag(self) -> ProgrammePolicy:
        """The programme that the onboarding mailbox serves."""
        return self.programmes["mag"]

    def of(self, programme: Programme) -> ProgrammePolicy | Extranet:
        """The part of a programme's accounts."""
        return self.extranet if programme is Programme.EXTRANET else self.mag

    @property
    def with_accounts(self) -> list[ProgrammePolicy | Extranet]:
        """Those whose accounts are kept here."""
        return [one for one in (self.mag, self.extranet) if one.keeps_accounts]

    def reset_hours(self, programme: Programme) -> int:
        """In which an owner can stop the removal of a lost second factor, once two people have agreed."""
        partners = programme is Programme.EXTRANET
        return self.extranet.app_reset_hours if partners else self.mag.phone_reset_hours

    def password_rules(self, programme: Programme) -> PasswordRules:
        """No password is made of what the desk, the programme and the sponsor are called."""
        mag, own = self.mag, self.of(programme)
        names = (mag.sponsor, *mag.applications, own.name, own.support_desk, self.desk.name, "usher")
        return own.password.rules(words_of(names))

    @property
    def calendar_of_desk(self) -> Calendar:
        return self.calendar.over(Calendar(zone=self.desk.zone))

    @property
    def calendar_outside(self) -> Calendar:
        """The working time of those to whom the desk writes."""
        outside, own = self.calendar.outside, self.calendar_of_desk
        zone = ZoneInfo(outside.timezone) if outside.timezone else own.zone
        return outside.over(replace(own, zone=zone))

    @property
    def clock_rules(self) -> ClockRules:
        """Of the Partner Extranet's accounts: their readers' working days, by the desk's clocks."""
        return self.extranet.clock.rules(replace(self.calendar_outside, zone=self.desk.zone))

    def answered_at(self, address: str) -> Self:
        """The same policy, where every programme that names no address of its own has this one."""
        programmes = {
            name: programme.model_copy(update={"support_address": programme.support_address or address})
            for name, programme in self.programmes.items()
        }
        extranet = {"support_address": self.extranet.support_address or address}
        return self.model_copy(
            update={"programmes": programmes, "extranet": self.extranet.model_copy(update=extranet)}
        )


def load(
    path: Path | None = None, *, support_address: str = SAMPLE_ADDRESS, setting: str = "USHER_CONFIG"
) -> Policy:
    """Read the policy; one SettingsFault names the setting, the file and every fault in it."""
    named = f"{setting}: {path}" if path else str(SHIPPED)
    path = path or SHIPPED
    try:
        policy = Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as exc:
        raise SettingsFault(f"{named}: cannot be read ({exc.strerror}); name your usher.toml") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsFault(f"{named}: is not valid TOML: {exc}") from None
    except ValidationError as exc:
        raise SettingsFault(
            *[f"{named}: {'.'.join(map(str, error['loc']))}: {_said(error)}" for error in exc.errors()]
        ) from None
    return policy.answered_at(support_address)


def _said(error: ErrorDetails) -> str:
    """A fault in words that name the mend."""
    words = {
        "missing": "is missing; the shipped usher.toml shows it with its meaning",
        "extra_forbidden": "is no setting of Usher; remove it, or correct its name",
    }
    said = error["msg"].removeprefix("Value error, ").replace("Input should", "must")
    return words.get(error["type"], said)
