"""`[calendar]` of `usher.toml`: when the desk works, and those to whom it writes."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.domain.working_time import Calendar, public_holidays
from bot.policy_values import TimeOfDay

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEKDAYS = get_args(Weekday)
#: they are regions: to know that, nothing need be loaded that takes a third of a second
_REGIONS = ("", "DE", "GB", "US")


def known_zone(value: str) -> str:
    """Raise ValueError for what is no time zone."""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("must name a time zone such as Europe/Berlin") from None
    return value


class Times(BaseModel):
    """When somebody works; what is not said is as it is for the others."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    working_days: Annotated[tuple[Weekday, ...], Field(min_length=1)] | None = None
    opens: Annotated[TimeOfDay | None, Field(alias="from")] = None
    closes: Annotated[TimeOfDay | None, Field(alias="to")] = None
    holidays: str | None = None  #: "DE", "DE-BE", "GB-ENG": whose public holidays are free; "" has none
    closed: tuple[date, ...] | None = None

    @field_validator("holidays")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value and value not in _REGIONS:
            try:
                public_holidays(value, 2026)
            except ValueError:
                raise ValueError("must name a region such as DE, DE-BE or GB-ENG, or be empty") from None
        return value

    def over(self, calendar: Calendar) -> Calendar:
        """That calendar, with what is said here in its place."""
        days = None if self.working_days is None else frozenset(map(_WEEKDAYS.index, self.working_days))
        return replace(
            calendar,
            weekdays=calendar.weekdays if days is None else days,
            opens=calendar.opens if self.opens is None else self.opens,
            closes=calendar.closes if self.closes is None else self.closes,
            region=calendar.region if self.holidays is None else self.holidays,
            closed=calendar.closed if self.closed is None else frozenset(self.closed),
        )


class Outside(Times):
    """When those work to whom the desk writes, where that differs from its own times."""

    timezone: str = ""  #: "" for the desk's

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        return known_zone(value) if value else value


class WorkingTimes(Times):
    """When the desk works."""

    outside: Outside = Outside()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        desk = self.over(Calendar(zone=ZoneInfo("UTC")))
        if any(calendar.opens >= calendar.closes for calendar in (desk, self.outside.over(desk))):
            raise ValueError("from must be earlier than to")
        return self
