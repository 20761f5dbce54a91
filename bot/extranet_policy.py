"""`[programmes.extranet]` of `usher.toml`: the Partner Extranet, whose users are invited one by one."""

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.domain.addresses import mailbox_of
from bot.domain.consents import Consent
from bot.domain.lifecycle import WARNED_FOR, ClockRules
from bot.domain.review_values import is_address
from bot.domain.working_time import Calendar
from bot.password_policy import PasswordNumbers
from bot.policy_values import Days, MailAddress, Minutes, TimeOfDay, WebAddress


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ExtranetClock(_Part):
    """When an account is warned, when it expires, and until when it can come back, in days."""

    valid_days: Days = 90  #: from a validation to the end
    validation_days: Days = 30  #: before the end
    reminder_days: Days = 16  #: before the end
    reactivation_days: Days = 60  #: after the end
    hour: TimeOfDay = time(9)  #: of the desk's clocks, at which mails go
    expiry_hold_days: Days = 14  #: by which an end moves of which nobody was surely warned
    most_a_day: Annotated[int, Field(ge=1)] = 200  #: mails of the clock; more wait for a click
    longest_extension_days: Days = 180  #: from today, to which the desk moves an end at most

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.reminder_days < self.validation_days < self.valid_days:
            raise ValueError("valid_days, validation_days and reminder_days must each be more than the next")
        if min(self.validation_days, self.expiry_hold_days) <= WARNED_FOR.days:
            raise ValueError(
                f"validation_days and expiry_hold_days must be more than {WARNED_FOR.days}: "
                "nothing expires without a warning of so many days"
            )
        return self

    def rules(self, calendar: Calendar) -> ClockRules:
        return ClockRules(
            calendar=calendar,
            valid=self.valid_days,
            validation=self.validation_days,
            reminder=self.reminder_days,
            reactivation=self.reactivation_days,
            hour=self.hour,
            hold=self.expiry_hold_days,
            most_a_day=self.most_a_day,
            longest=self.longest_extension_days,
        )


class Said(_Part):
    """A sentence in each language."""

    en: str
    de: str

    def of(self, lang: str) -> str:
        return self.de if lang == "de" else self.en


class Opened(_Part):
    """Something that a role opens: a portal or a microsite, as the home page lists it."""

    name: str
    url: WebAddress = ""  #: "" where nothing is there yet
    about: Said


class Role(_Part):
    """What a partner may do, as whoever invites them chooses."""

    title: Said
    needs_vat_id: bool = False  #: channel and service partners must give one; others may say N/A
    opens: tuple[Opened, ...] = ()


class Wording(_Part):
    """What somebody agrees to: `[…]` in its words is the link to the whole text."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    url: WebAddress = ""
    en: Annotated[str, Field(min_length=1, max_length=1_000)]
    de: Annotated[str, Field(min_length=1, max_length=1_000)]

    def of(self, lang: str) -> str:
        return self.de if lang == "de" else self.en


#: as the source words them
_CONSENTS: Final = {
    Consent.PRIVACY: Wording(
        version="2024-01",
        en="I have read and agree to Fujitsu's [privacy policy].",
        de="Ich habe die Fujitsu [Datenschutzbestimmungen] gelesen und akzeptiere sie.",
    ),
    Consent.TERMS: Wording(
        version="2024-01",
        en="I have read and agree to Fujitsu's Partner Portal [Terms of use].",
        de="Ich habe die Fujitsu Partner Portal [Nutzungsbedingungen] gelesen und akzeptiert.",
    ),
    Consent.DECLARATION: Wording(
        version="2024-01",
        en="Yes, I have read and understood the [declaration of consent], and I agree that within the "
        "Fujitsu Partner Portal my personal data can be collected, stored, processed and transmitted.",
        de="Ja, ich habe die [Einverständniserklärung] gelesen und verstanden und bin damit einverstanden, "
        "dass meine personenbezogenen Daten im Fujitsu Partnerportal erhoben, gespeichert, verarbeitet und "
        "übermittelt werden.",
    ),
    Consent.MARKETING: Wording(
        version="2024-01",
        en="I agree to be contacted for marketing communications.",
        de="Ich bin damit einverstanden, dass ich für Marketing-Kommunikation kontaktiert werde.",
    ),
}


class Extranet(_Part):
    """The programme: whose it is, who answers, whom it lets in, and its clock."""

    name: str = "Partner Extranet"
    sender_name: str = "Partner Extranet"  #: from whom its mails come …
    sender_address: str = ""  #: … and from which address; "" for MAIL_FROM
    support_desk: str = "Extranet Helpdesk"  #: who owns questions, as every answer says
    support_address: MailAddress = ""  #: where questions go; without one, SUPPORT_ADDRESS of the settings
    accounts: Literal["here", "outside"] = "here"
    invitation_days: Annotated[int, Field(ge=1, le=365)] = 30  #: for which an invitation works
    activation_days: Annotated[int, Field(ge=1, le=365)] = 14  #: for which the link to a password works
    invitations_a_day: Annotated[int, Field(ge=1)] = 500  #: of the whole desk
    mails_within_minutes: Minutes = 20  #: in which the two mails are said to come
    sign_in_tries: Annotated[int, Field(ge=3, le=100)] = 10
    sign_in_lock_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    app_reset_hours: Annotated[int, Field(ge=1, le=336)] = 24  #: to stop the removal of a lost app
    mfa_guide_url: WebAddress = ""  #: how to set up an authenticator app; "" where there is no page
    prolongation_url: WebAddress = ""  #: where an expired account comes back; "" for this portal's page
    roles: dict[str, Role] = {"partner": Role(title=Said(en="Partner", de="Partner"))}
    consents: Mapping[Consent, Wording] = _CONSENTS
    password: PasswordNumbers = PasswordNumbers()
    clock: ExtranetClock = ExtranetClock()

    @field_validator("sender_address")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        if value and (not is_address(value) or mailbox_of(value) != value.lower()):
            raise ValueError("must be an e-mail address, or empty")
        return value

    @field_validator("roles")
    @classmethod
    def _some(cls, value: dict[str, Role]) -> dict[str, Role]:
        if not value or any(not name.isidentifier() for name in value):
            raise ValueError("needs at least one role, each named by letters, digits and underscores")
        return value

    @field_validator("consents")
    @classmethod
    def _all(cls, value: Mapping[Consent, Wording]) -> Mapping[Consent, Wording]:
        if missing := [one for one in Consent if one not in value]:
            raise ValueError(f"must word every consent; missing: {', '.join(missing)}")
        return value

    @property
    def keeps_accounts(self) -> bool:
        """Whether its people register and sign in on this portal."""
        return self.accounts == "here"
