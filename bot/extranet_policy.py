"""`[programmes.extranet]` of `usher.toml`: the Partner Extranet, whose users are invited one by one."""

from datetime import time
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.domain.lifecycle import WARNED_FOR, ClockRules
from bot.domain.working_time import Calendar


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


Days = Annotated[int, Field(ge=1, le=3650)]


class ExtranetClock(_Part):
    """When an account is warned, when it expires, and until when it can come back, in days."""

    valid_days: Days = 90  #: from a validation to the end
    validation_days: Days = 30  #: before the end
    reminder_days: Days = 16  #: before the end
    reactivation_days: Days = 60  #: after the end
    hour: time = time(9)  #: of the desk's clocks, at which mails go
    expiry_hold_days: Days = 14  #: by which an end moves of which nobody was surely warned
    most_a_day: Annotated[int, Field(ge=1)] = 200  #: mails of the clock; more wait for a click

    @field_validator("hour", mode="before")
    @classmethod
    def _clock(cls, value: object) -> object:
        if isinstance(value, str | time) and "+" not in str(value) and "Z" not in str(value).upper():
            return value
        raise ValueError('must be a time of day such as "09:00"')

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
        )


class Extranet(_Part):
    """The programme: whose it is, who answers, and its clock."""

    name: str = "Partner Extranet"
    support_desk: str = "Extranet Helpdesk"  #: who owns questions, as every answer says
    support_address: str = ""  #: where questions go; without one, SUPPORT_ADDRESS of the settings
    clock: ExtranetClock = ExtranetClock()
