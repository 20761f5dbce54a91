"""A year of ten thousand partners to the outbox: every mail and every state as a naive model counts them."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from random import Random

import pytest
from sqlite_utils import Database

from bot.services import lifecycle, lifecycle_rounds
from bot.store.database import count, rows, text_of, transaction
from tests.cast import Office
from tests.partners import a_partner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # half a minute of CPU where nobody else is at work

PEOPLE, DAYS, SEED = 10_000, 365, 20260302
CLOSED = frozenset({date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25)})
#: of a hundred: how many do what the mail asks for, each some days later
REACT = {"validation": 55, "reminder": 50, "expired": 30}
BAD_ADDRESSES = 3  #: of a hundred


def reaction(number: int, nth: int, stage: str) -> int | None:
    """After how many days somebody does what their n-th mail asks for; None for never."""
    chance = Random(f"{SEED}:{number}:{nth}:{stage}")
    return chance.randint(1, 12) if chance.randint(1, 100) <= REACT[stage] else None


@cache
def is_bad(number: int) -> bool:
    return Random(f"{SEED}:{number}").randint(1, 100) <= BAD_ADDRESSES


def validated_before(number: int) -> int:
    """How many days before the year begins."""
    return Random(f"{SEED}:{number}:begin").randint(0, 89)


@cache
def last_working_day(number: int) -> int:
    """Not after that day; days are counted as `date.toordinal` does."""
    day = date.fromordinal(number)
    return number if day.weekday() < 5 and day not in CLOSED else last_working_day(number - 1)


@dataclass
class Person:
    """One partner, day by day, by the words of the process: 90 days, T-30, T-16, T-0, T+60."""

    number: int
    end: int
    state: str = "valid"
    told: dict[str, int] = field(default_factory=dict)  #: since the last validation or hold
    mails: int = 0
    acts_on: int | None = None

    def live(self, today: int, counts: Counter[str]) -> None:
        if self.acts_on == today and self.state != "closed":
            counts["validated"] += 1
            self.state, self.end, self.told = "valid", today + 90, {}
        if self.state == "expired" and today > self.end + 60:
            self.state = "closed"
        if self.state != "valid" or today < self.end - 40:  # a working day is never ten days off
            return
        warned = not is_bad(self.number) and any(today - on >= 7 for on in self.told.values())
        if today > self.end and warned:
            self.state = "expired"
            self.tell("expired", today, counts)
            return
        too_late = not self.told and today > self.end - 7  # a warning now would not be a week old
        if today > self.end or too_late:
            counts["held"] += 1
            self.end, self.told = today + 14, {}
        for stage, before in (("reminder", 16), ("validation", 30)):
            if today >= last_working_day(self.end - before):
                if stage not in self.told:
                    self.tell(stage, today, counts)
                return

    def tell(self, stage: str, today: int, counts: Counter[str]) -> None:
        counts[stage] += 1
        self.mails += 1
        self.told[stage] = today
        if not is_bad(self.number) and (days := reaction(self.number, self.mails, stage)):
            self.acts_on = today + days


def modelled(first: int) -> tuple[Counter[str], list[Person]]:
    counts = Counter[str]()
    people = [Person(number, first + 90 - validated_before(number)) for number in range(PEOPLE)]
    for today in range(first, first + DAYS):
        for person in people:
            person.live(today, counts)
    return counts, people


def settle_mails(db: Database, office: Office, after: int) -> tuple[int, list[tuple[int, str]]]:
    """The mail server takes whatever is new, and what was for a bad address comes back."""
    fresh = rows(
        db, "select id, template, recipient from outbox where id > :id and kind = 'mail'", {"id": after}
    )
    with transaction(db):
        count(
            db,
            "update outbox set status = 'sent', sent_at = :now where id > :id and kind = 'mail'",
            {"id": after, "now": text_of(office.now)},
        )
        for one in fresh:
            if is_bad(int(one["recipient"].removeprefix("amara").partition("@")[0])):
                count(
                    db,
                    """insert into bounces (job_id, recipient, gave_up, hard, status, detail, mail_id, at)
                       values (:id, :to, 1, 1, '', '', 1, :now)""",
                    {"id": one["id"], "to": one["recipient"], "now": text_of(office.now)},
                )
    told = [
        (
            int(one["recipient"].removeprefix("amara").partition("@")[0]),
            one["template"].removeprefix("account_"),
        )
        for one in fresh
    ]
    return max((one["id"] for one in fresh), default=after), told


def lived(office: Office) -> Counter[str]:
    """The same year by the program; people read its mails, and do what they would do of the model's."""
    counts, last, mails, acts = Counter[str](), 0, Counter[int](), dict[int, date]()
    first = office.now.date()
    with office.connect() as db:
        db.execute("pragma synchronous = off")  # a year has a thousand commits, and no power cut
        with transaction(db):
            ids = []
            for number in range(PEOPLE):
                account = a_partner(db, number=number, now=office.now)
                begun_on = first - timedelta(days=validated_before(number))
                lifecycle.begin(db, office.desk, account, by="x", now=office.now, validated_on=begun_on)
                ids.append(account.id)
        for day in range(DAYS):
            today = first + timedelta(days=day)
            with transaction(db):
                for number in [number for number, on in acts.items() if on == today]:
                    lifecycle.validate(db, office.desk, ids[number], by="x", now=office.now)
                    counts["validated"] += 1
            counts["held"] += lifecycle_rounds.run(db, office.desk, now=office.now).held
            last, told = settle_mails(db, office, last)
            for number, stage in told:
                counts[stage] += 1
                mails[number] += 1
                if not is_bad(number) and (days := reaction(number, mails[number], stage)):
                    acts[number] = today + timedelta(days=days)
            office.clock.wait(days=1)
    return counts


def test_ten_thousand_partners_for_a_year(office: Office) -> None:
    policy = office.desk.policy
    clock = policy.extranet.clock.model_copy(update={"most_a_day": 1_000_000})
    calendar = policy.calendar.model_copy(update={"holidays": "", "closed": tuple(CLOSED)})
    changed = {"extranet": policy.extranet.model_copy(update={"clock": clock}), "calendar": calendar}
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy.model_copy(update=changed)))

    expected, people = modelled(office.now.date().toordinal())
    counts = lived(office)

    print(dict(counts))  # noqa: T201 - shown where somebody asks
    assert counts == expected
    with office.connect() as db:
        found = rows(db, "select state, ends_on from lives order by account_id")
    assert [(one["state"], one["ends_on"]) for one in found] == [
        (person.state, date.fromordinal(person.end).isoformat()) for person in people
    ]
    assert all(
        counts[what] > PEOPLE / 20 for what in ("validation", "reminder", "expired", "validated", "held")
    )
