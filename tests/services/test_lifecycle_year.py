"""A year of ten thousand partners to the outbox: every mail and every state as a naive model counts them."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlite_utils import Database

from bot.services import lifecycle, lifecycle_rounds
from bot.store.database import count, rows, text_of, transaction
from tests.cast import Office
from tests.partner_year import CLOSED, DAYS, is_bad, modelled, reaction, validated_before
from tests.partners import a_partner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # half a minute of CPU where nobody else is at work

PEOPLE = 10_000


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

    expected, people = modelled(PEOPLE, office.now.date().toordinal())
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
