"""Dead ends seen before they hurt: who hears of what, once a week, and nobody of nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.accounts import AccountStatus
from bot.domain.dead_ends import (
    ForAdministrators,
    MemberFacts,
    OrganisationFacts,
    PartnerFacts,
    Unaccepted,
    find_for_administrators,
    find_for_desk,
)
from bot.domain.lifecycle import ClockRules
from bot.domain.ris import Role
from bot.domain.working_time import Calendar
from bot.rendering import account_samples, samples
from bot.services import dead_ends, lifecycle_rounds
from bot.store import accounts, credentials
from bot.store.database import transaction
from tests.cast import Office, a_case
from tests.partners import begun, bounce
from tests.people import move_in

AT = samples.DECIDED_AT
HEAD = account_samples.account(samples.decided_case(), at=AT)
CLERK = replace(account_samples.account(samples.decided_case(), 1, at=AT), role=Role.USER)
DAY = timedelta(days=1)


def organisation(
    *,
    head: AccountStatus = AccountStatus.ACTIVE,
    heads: int = 2,
    phones: int = 2,
    codes: int = 0,
    waiting: int = 0,
    clerk: AccountStatus = AccountStatus.ACTIVE,
    role: Role = Role.USER,
) -> OrganisationFacts:
    leads = [
        replace(HEAD, id=9 + number, status=head, role=Role.ORGANIZATION_ADMINISTRATOR)
        for number in range(heads)
    ]
    person = replace(CLERK, status=clerk, role=role)
    return OrganisationFacts(
        id=7,
        company="Acme",
        members=(
            *(MemberFacts(account=one, phones=2) for one in leads),
            MemberFacts(account=person, phones=phones, recovery_codes=codes),
        ),
        unaccepted=(Unaccepted(application="ForumPass", waiting=waiting),),
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (organisation(), ""),
        (organisation(phones=1), "phone"),
        (organisation(phones=1, codes=3), ""),
        (organisation(phones=0), ""),  # not registered yet: no way in was lost
        (organisation(waiting=2), "terms"),
        (organisation(heads=1), "alone terms_alone"),
        (organisation(heads=1, role=Role.APPLICATION_ADMINISTRATOR), "alone"),  # who accepts terms, too
        (organisation(heads=1, phones=1, waiting=1), "phone terms alone terms_alone"),
        (organisation(clerk=AccountStatus.WAITING), "waiting"),
        (organisation(head=AccountStatus.WAITING, phones=1), ""),  # nobody could mend it
    ],
)
def test_administrators_hear_of_what_they_can_mend(facts: OrganisationFacts, said: str) -> None:
    found = find_for_administrators(facts, now=AT + 15 * DAY, activation=15 * DAY)
    assert " ".join(kinds(found)) == said


def test_whose_link_may_still_work_is_named_to_no_administrator() -> None:
    fresh = organisation(clerk=AccountStatus.WAITING)
    assert find_for_administrators(fresh, now=AT + 14 * DAY, activation=15 * DAY) is None


def kinds(found: ForAdministrators | None) -> Iterator[str]:
    if found:
        yield from ["phone"] * bool(found.one_phone)
        yield from ["terms"] * bool(found.unaccepted)
        yield from ["waiting"] * bool(found.waiting)
        yield from ["alone"] * found.alone
        yield from ["terms_alone"] * found.terms_alone


@pytest.mark.parametrize(
    "head",  # its status, its age in days, and how many organisations nobody administers then
    [
        (AccountStatus.ACTIVE, 99, 0),
        (AccountStatus.WAITING, 13, 0),  # the link in the mail works still
        (AccountStatus.WAITING, 15, 1),
    ],
)
@pytest.mark.parametrize(
    ("ends_in", "validated", "changed", "hurried"),  # in days, and days ago; None: and a warning came back
    [
        (8, 20, 20, 1),  # they came by it on the day of the validation, and it lasts another ten days
        (9, 20, 20, 0),  # the digest of next week is early enough
        (1, 20, 29, 0),  # it can be changed by then
        (1, 90, 0, 0),  # it counts as this validation's change
        (1, 90, None, 0),
    ],
)
def test_the_desk_hears_of_what_only_it_can_mend(
    head: tuple[AccountStatus, int, int], ends_in: int, validated: int, changed: int | None, hurried: int
) -> None:
    status, age, leaderless = head
    lost = changed is None
    now = AT + age * DAY
    partner = PartnerFacts(
        account=CLERK,
        validated_on=now.date() - validated * DAY,
        ends_on=now.date() + ends_in * DAY,
        password_set_at=now - changed * DAY if changed is not None else None,
        lost=lost,
    )
    found = find_for_desk(
        [organisation(head=status)],
        [partner],
        rules=ClockRules(calendar=Calendar(zone=ZoneInfo("UTC"))),
        now=now,
        between_changes=30 * DAY,
        activation=14 * DAY,
    )
    counts = (len(found.leaderless), len(found.hurried), len(found.unwarned)) if found else (0, 0, 0)
    assert counts == (leaderless, hurried, int(lost))


def test_one_digest_a_week_and_recipient_and_none_without_anything_to_say(office: Office) -> None:
    tell(office, "2026-03-02")
    assert not office.jobs("dead_ends")
    with office.connect() as db:
        head, clerk, *_ = move_in(db, office.desk, a_case(office), now=office.now)
        with transaction(db):
            phone = credentials.add_phone(db, clerk.id, "+4930123456", now=office.now)
            credentials.note_code(db, phone, now=office.now)
        partner = begun(db, office.desk, now=office.now, ends_on=date(2026, 3, 12))
        lifecycle_rounds.run(db, office.desk, now=office.now)
    office.work()
    with office.connect() as db:
        bounce(db, office.job("account_reminder").key, now=office.now)

    for occasion in ("2026-03-09", "2026-03-09", "2026-03-16"):
        tell(office, occasion)
    office.work()
    assert [job.recipient for job in office.jobs("dead_ends")] == [head.email] * 2
    text = office.mailer.sent[-1].text
    assert clerk.name in text
    assert "only Organization Administrator" in text
    notes = [one for one in office.chat.standing.values() if "Before it hurts" in one.text]
    assert len(notes) == 2
    assert partner.name in str(notes[0].blocks)
    with office.connect() as db:
        for one in (head.id, clerk.id, partner.id):
            accounts.move(db, one, since=AccountStatus.ACTIVE, to=AccountStatus.DEACTIVATED, now=office.now)
    tell(office, "2026-03-23")
    assert len(office.jobs("dead_ends")) == 2
    assert len(office.jobs("dead_ends_note")) == 2


def tell(office: Office, occasion: str) -> None:
    with office.connect() as db:
        dead_ends.tell(db, office.desk, occasion, now=office.now)
