"""Old data goes by night: each class at its time, nothing that is needed, and in small bites."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.account_views import AccountAct
from bot.domain.accounts import Account
from bot.domain.lifecycle import Stage
from bot.domain.mail import Address
from bot.domain.people import GONE_ADDRESS
from bot.domain.retention import DataClass, Swept
from bot.retention_policy import Retention
from bot.services import account_views, audit, lifecycle, lifecycle_rounds, retention
from bot.store import accounts, outbox
from bot.store import retention as kept
from bot.store.database import transaction
from bot.store.lifecycle import job_key
from tests.cast import Office, a_case, a_mail
from tests.forms import sound_form
from tests.partners import begun, bounce
from tests.people import an_office_of_accounts, move_in

pytestmark = pytest.mark.slow
ASKER = Address(name="Ingrid Solberg", address="ingrid@solberg.example.org")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office_of_accounts(tmp_path)


def sweep(office: Office, *, most: int = retention.A_NIGHT, **days: object) -> dict[DataClass, Swept]:
    policy = office.desk.policy
    rules = Retention.model_validate(policy.retention.model_dump() | days)
    desk = replace(office.desk, policy=policy.model_copy(update={"retention": rules}))
    with office.connect() as db:
        return {one.data: one for one in retention.sweep(db, desk, now=office.now, most=most)}


def move(office: Office, case: int, status: str) -> None:
    with office.connect() as db:
        db.execute("update cases set status = ? where id = ?", [status, case])


def raws(office: Office) -> int:
    with office.connect() as db:
        return db["mail_sources"].count


def test_a_case_under_way_loses_nothing_and_an_ended_one_its_people(office: Office) -> None:
    row = office.take(a_mail(files=[("RIS.xlsx", sound_form())]))
    number = int(row.subject_ref.removeprefix("C-"))
    office.take(a_mail(sender=ASKER, text="Which phones work?"))
    office.work_till_quiet()
    before = office.case(row.subject_ref)
    office.clock.wait(days=3_000)
    sweep(office)

    assert raws(office) == 1
    assert replace(office.case(row.subject_ref), step=before.step) == before
    with office.connect() as db:
        assert ASKER.address not in str(list(db.query("select * from conversations")))
        assert db.execute("select count(*) from findables where findables match 'ingrid'").fetchone()[0] == 0
    move(office, number, "rejected")
    assert sweep(office, legal_hold=(row.subject_ref,))[DataClass.CASES].many == 0
    assert raws(office) == 1
    swept = sweep(office)
    assert (swept[DataClass.CASES].many, swept[DataClass.MAILS].many) == (1, 1)
    after = office.case(row.subject_ref)
    assert (after.ris.company.name, len(after.ris.users)) == (before.ris.company.name, len(before.ris.users))
    said = json.dumps([vars(user) for user in after.ris.users]) + str(after.sponsor)
    assert not any(user.last_name in said or user.email in said for user in before.ris.users)
    assert before.sponsor.address not in said
    assert not any(one.many for one in sweep(office).values())
    with office.connect() as db:
        assert audit.verify(db).broken_at is None
    assert {event.data["many"] for event in office.events() if event.tag == "data:swept"}


def test_the_clocks_proof_stays_as_long_as_its_cycle_runs(office: Office) -> None:
    with office.connect() as db:
        one, other = (begun(db, office.desk, number=number, now=office.now) for number in (1, 2))
        life = lifecycle.find(db, one.id)
        assert life
    office.clock.wait(days=61)
    with office.connect() as db:
        lifecycle_rounds.run(db, office.desk, now=office.now)
    office.work()
    key, returned = (
        job_key(life, Stage.VALIDATION),
        job_key(replace(life, account_id=other.id), Stage.VALIDATION),
    )
    with office.connect() as db:
        bounce(db, returned, now=office.now)
        before = [lifecycle.find(db, account.id) for account in (one, other)]
        job = outbox.find_by_key(db, key)
    office.clock.wait(days=10)
    assert sweep(office, outbox=1, bounces=1)[DataClass.BOUNCES].many == 0
    with office.connect() as db:
        assert [lifecycle.find(db, account.id) for account in (one, other)] == before
        assert outbox.find_by_key(db, key) == job
        with transaction(db):
            db.execute("update lives set cycle = 2")
    sweep(office, outbox=1, bounces=1)
    with office.connect() as db:
        emptied = outbox.find_by_key(db, key)
        assert db["bounces"].count == 0
    assert emptied
    assert (emptied.status, emptied.sent_at, emptied.recipient) == (
        job and job.status,
        job and job.sent_at,
        GONE_ADDRESS,
    )
    assert one.email not in json.dumps(emptied.values)


def close(office: Office, account: Account) -> None:
    with office.connect() as db:
        account_views.act(
            db,
            office.desk,
            AccountAct.CLOSE,
            account_id=account.id,
            by="cli:root",
            now=office.now,
        )


def test_a_closed_account_is_blanked_in_its_time_and_an_open_one_never(office: Office) -> None:
    case = a_case(office)
    with office.connect() as db:
        mara, tom = move_in(db, office.desk, case, now=office.now)
    move(office, case.id, "live")
    office.clock.wait(days=800)
    close(office, tom)
    assert sweep(office)[DataClass.ACCOUNTS].many == 0  # counted from its end, not from its beginning
    office.clock.wait(days=731)
    assert sweep(office, legal_hold=(tom.ref,))[DataClass.ACCOUNTS].many == 0
    assert sweep(office)[DataClass.ACCOUNTS].many == 1
    with office.connect() as db:
        partner = begun(db, office.desk, now=office.now)
        office.clock.wait(days=731)
        assert sweep(office)[DataClass.ACCOUNTS].many == 0
        db.execute("update lives set state = 'closed'")  # by the clock, which deactivates nobody
    assert sweep(office)[DataClass.ACCOUNTS].many == 1
    with office.connect() as db:
        found = accounts.find(db, tom.id)
        assert accounts.find(db, mara.id) == mara
        gone = accounts.find(db, partner.id)
        assert found
        assert gone
        assert gone.erased
        assert (found.erased, found.email, found.last_name) == (True, GONE_ADDRESS, "")
        assert account_views.get(db, office.desk, tom.id, now=office.now).acts == ()
    users = [user.email for user in office.case(case.ref).ris.users]
    assert users == [case.ris.users[0].email, GONE_ADDRESS]


Dies = Callable[[Database, kept.Rule, list[int]], None]


def test_a_night_takes_small_bites_and_goes_on_after_a_kill(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        office.take(a_mail(sender=ASKER, text=f"Question {number}"))
    office.work_till_quiet()
    office.clock.wait(days=400)
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    true, bites = kept.change, list[int]()

    def bite(db: Database, rule: kept.Rule, numbers: list[int]) -> None:
        bites.append(len(numbers))
        if len(bites) == 2:
            raise RuntimeError("killed")
        true(db, rule, numbers)

    monkeypatch.setattr(kept, "change", bite)
    with pytest.raises(RuntimeError):
        sweep(office)
    assert raws(office) == 5
    assert sweep(office, most=3)[DataClass.MAILS] == Swept(
        data=DataClass.MAILS, many=3, all_gone=False, at=office.now
    )
    assert sweep(office)[DataClass.MAILS].all_gone
    assert raws(office) == 0
    assert max(bites) == 2
    with office.connect() as db:
        assert {one.data for one in kept.list_swept(db)} == set(office.desk.policy.retention.kept.days)


def test_what_is_kept_for_good_is_kept_and_days_have_to_be_days(office: Office) -> None:
    office.take(a_mail(sender=ASKER))
    office.clock.wait(days=9_000)
    swept = sweep(office, **dict.fromkeys(map(str, office.desk.policy.retention.kept.days), 0))

    assert swept == {}
    assert raws(office) == 1
    for wrong in ({"mails": -1}, {"mails": "soon"}, {"audit": 3}, {"legal_hold": ["all"]}):
        with pytest.raises(ValueError, match="Retention"):
            Retention.model_validate(wrong)
    assert timedelta(days=Retention().outbox) > timedelta(days=90 + 60)
