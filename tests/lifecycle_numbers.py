"""What is drawn for the clock's properties: policies as the oracle knows them, and what people do."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """A policy as the oracle knows it."""

    zone: str
    weekdays: tuple[str, ...]
    valid: int
    validation: int
    reminder: int
    back: int
    hold: int
    hour: time
    most: int  #: mails that go without a click

    def at(self, day: date) -> datetime:
        return datetime.combine(day, self.hour, tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def due(self, stage: str, end: date) -> datetime:
        if stage == "expired":
            return self.at(end + timedelta(days=1))
        day = end - timedelta(days=self.validation if stage == "validation" else self.reminder)
        while f"{day:%a}".lower() not in self.weekdays:
            day -= timedelta(days=1)
        return self.at(day)

    def today(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.zone)).date()

    def policy(self, shipped: Policy) -> Policy:
        clock = {
            "valid_days": self.valid, "validation_days": self.validation, "reminder_days": self.reminder,
            "reactivation_days": self.back, "expiry_hold_days": self.hold, "hour": self.hour,
            "most_a_day": self.most,
        }  # fmt: skip
        extranet = shipped.extranet.model_copy(
            update={"clock": shipped.extranet.clock.model_copy(update=clock)}
        )
        return shipped.model_copy(
            update={
                "extranet": extranet,
                "desk": shipped.desk.model_copy(update={"timezone": self.zone}),
                "calendar": shipped.calendar.model_copy(
                    update={"working_days": self.weekdays, "holidays": ""}
                ),
            }
        )


@st.composite
def numbers(draw: st.DrawFn) -> Numbers:
    validation = draw(st.integers(8, 60))
    week = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return Numbers(
        zone=draw(st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])),
        weekdays=draw(st.sampled_from([week[:5], week, ("wed",)])),
        valid=validation + draw(st.integers(1, 90)),
        validation=validation,
        reminder=draw(st.integers(1, validation - 1)),
        back=draw(st.integers(1, 90)),
        hold=draw(st.integers(8, 30)),
        hour=draw(st.sampled_from([time(0), time(2, 30), time(9), time(23, 59)])),
        most=draw(st.sampled_from([1_000, 1_000, 1])),
    )


whom = st.integers(0, 5)
acts = st.one_of(
    st.tuples(st.just("wait"), st.one_of(st.integers(0, 200), st.sampled_from([0.01, 0.4, 1, 1, 7]))),
    st.tuples(st.just("days"), st.integers(5, 40)),
    st.tuples(st.just("edge"), whom),
    st.tuples(st.just("edge"), whom),
    st.tuples(st.just("days"), st.integers(20, 100)),
    st.tuples(st.just("work"), st.just(0)),
    st.tuples(st.just("refuse"), st.just(0)),
    st.tuples(st.just("bounce"), whom),
    st.tuples(st.just("validate"), whom),
    st.tuples(st.just("extend"), st.tuples(whom, st.integers(-10, 120))),
    st.tuples(st.just("extend"), st.tuples(whom, st.integers(0, 30))),
    st.tuples(st.just("kill"), st.tuples(st.integers(1, 60), st.integers(0, 2))),
    st.tuples(st.just("policy"), numbers()),
    st.tuples(st.just("address"), whom),
    st.tuples(st.just("close"), whom),
    st.tuples(st.just("reopen"), whom),
    st.tuples(st.just("import"), st.integers(-30, 80)),
    st.tuples(st.just("ignore"), st.integers(1, 20)),
)
