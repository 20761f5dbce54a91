"""What a partner's prolongation asks for, and what has to be waited for before it can be finished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.accounts import Account
from bot.domain.consents import MANDATORY, Answer, Consent
from bot.domain.lifecycle import ClockRules, Life, Stage


class ProlongStep(StrEnum):
    """What comes next. The address is proven already: by the link."""

    CONSENTS = "consents"
    PASSWORD = "password"  # noqa: S105 - the name of a step
    CONFIRM = "confirm"  # the password was changed in time: one click is left
    DONE = "done"  # the account was validated, by this link or another of the same validation


class Wished(StrEnum):
    """Why a link is mailed."""

    ON_PORTAL = "on_portal"  # somebody asked for it there, or signed in
    BY_MAIL = "by_mail"  # its owner wrote to us
    BY_DESK = "by_desk"  # staff send it


@dataclass(frozen=True, kw_only=True)
class Prolongation:
    """How far one is; `answers` are the newest of each consent before it."""

    account: Account
    life: Life
    step: ProlongStep
    answers: Mapping[Consent, Answer]
    changed_at: datetime | None  #: the password that counts for it was set then
    password_from: datetime | None = None  #: from when on a new password is taken, where not now
    unlocked_at: datetime | None = None  #: until when too many wrong passwords lock the account
    lost_app: bool = False  #: no authenticator app is set up
    first_app: bool = False  #: nor ever was: it is set up at the first sign-in

    @property
    def waits_until(self) -> datetime | None:
        """From when on it can be finished, where not now."""
        return max((at for at in (self.password_from, self.unlocked_at) if at), default=None)


def counts_from(rules: ClockRules, *, validated_on: date, ends_on: date) -> datetime:
    """A password that was set from then on is this validation's change.

    That is the day on which the first mail goes; never the day of the validation before, which took one too.
    """
    asked_on = rules.calendar.day_of(rules.due(Stage.VALIDATION, ends_on))
    return rules.begins(max(asked_on, validated_on + timedelta(days=1)))


def is_agreed(answers: Sequence[Answer], versions: Mapping[Consent, str]) -> bool:
    """Whether they answer every consent in its present version, with a yes to each mandatory one."""
    said = {one.consent: one for one in answers if one.version == versions[one.consent]}
    return len(said) == len(Consent) and all(said[one].agreed for one in MANDATORY)
