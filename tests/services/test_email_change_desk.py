"""How a change of address by the desk ends without one: whoever says no, whatever comes between."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.account_views import ActTooLate
from bot.domain.accounts import Account, AccountStatus
from bot.domain.email_change_refusals import ChangeSettled, OwnChange
from bot.domain.email_changes import End as EndOf
from bot.domain.errors import LinkExpired, LinkUnknown, Refusal
from bot.domain.license_keys import Mailed
from bot.domain.lifecycle import LifeState
from bot.domain.outbox import JobKind, JobStatus
from bot.domain.recovery import LINK as RECOVERY
from bot.domain.staff import Act, Staff
from bot.services import accounts as account_service
from bot.services import (
    email_change_desk,
    email_change_notices,
    email_changes,
    key_mails,
    lifecycle,
    outbox,
    passwords,
    seat_holders,
)
from bot.services.queueing import issue_link
from bot.store import accounts, credentials, links
from bot.store import lifecycle as lives
from bot.store.database import transaction
from tests.authenticators import Phone, enrolled
from tests.cast import AVERY, CASEY, Office, a_case
from tests.people import an_office_of_accounts, hand_key, move_in
from tests.services.mail_ends import End, dropped, ends, given_up, held, returned

MAIL = ":stood_in"  #: ends the key of the mail about who stands in
NEW = "mara@nordwind.example.org"
Happens = Callable[[Database, Office, Account, str, str], object]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office_of_accounts(tmp_path)


@pytest.fixture
def mara(office: Office) -> Account:
    with office.connect() as db:
        return move_in(db, office.desk, a_case(office), now=office.now)[0]


@pytest.fixture
def casey(office: Office) -> Phone:
    return enrolled(office, CASEY)


def ask(office: Office, owner: Account, *, email: str = NEW) -> tuple[str, str]:
    """Avery does; the links of the old and the new mailbox."""
    before = len(office.tokens)
    with office.connect() as db:
        email_change_desk.ask(
            db, office.desk, account_id=owner.id, email=email, reason="misspelt", by=AVERY, now=office.now
        )
    old, new = office.tokens[before:]
    return old, new


def stand_in(office: Office, code: str, by: Staff = CASEY) -> None:
    with office.connect() as db:
        email_change_desk.agree(db, office.desk, change_id=1, by=by, code=code, now=office.now)


def told(office: Office) -> list[str]:
    """What Avery is told below the card."""
    office.work()
    texts = (json.dumps(one.blocks, ensure_ascii=False) for one in office.chat.standing.values())
    return [one for one in texts if f"<@{AVERY.id}>: E-1" in one]


def refuse(by: Staff) -> Happens:
    return lambda db, office, *_: email_change_desk.refuse(db, change_id=1, by=by, now=office.now)


def by_link(end: int) -> Happens:
    return lambda db, office, _, *links: email_changes.refuse(db, links[end], now=office.now)


def another(_: Database, office: Office, owner: Account, *__: str) -> None:
    ask(office, owner, email="mara@other.example.org")


def new_password(db: Database, office: Office, owner: Account, *_: str) -> None:
    with transaction(db):
        passwords.end_open_ways(db, owner, now=office.now)


def closed(db: Database, office: Office, owner: Account, *_: str) -> None:
    with transaction(db):
        account_service.deactivate(db, office.desk, owner, by="usher", now=office.now)
    office.clock.wait(hours=72)


def nothing(*_: object) -> None:
    """Whoever has the old mailbox keeps silent."""


def too_late(_: Database, office: Office, *__: object) -> None:
    office.clock.wait(hours=72)


@pytest.mark.parametrize(
    ("happens", "said"),
    [
        (refuse(CASEY), f"was stopped by <@{CASEY.id}>"),
        (refuse(AVERY), f"was stopped by <@{AVERY.id}>"),
        (by_link(0), "was stopped by whoever reads the present address"),
        (by_link(1), "was stopped by whoever reads the new address"),
        (another, "is overtaken"),
        (new_password, "is overtaken"),
        (closed, "is overtaken"),
        (too_late, "has lapsed"),
    ],
)
def test_what_is_over_is_over_and_who_asked_hears_once(
    office: Office,
    mara: Account,
    casey: Phone,
    happens: Happens,
    said: str,
) -> None:
    old, new = ask(office, mara)
    stand_in(office, casey.code(office.now))
    assert told(office) == []
    with office.connect() as db:
        happens(db, office, mara, old, new)

    assert [said in one for one in told(office)] == [True]
    card = next(one for one in office.chat.standing.values() if one.key == "card:E-1")
    assert "email_change_" not in json.dumps(card.blocks)  # no button is left
    office.clock.wait(minutes=5)
    with office.connect() as db:
        for token in (old, new):
            with pytest.raises(Refusal):
                email_changes.confirm(db, office.desk, token, now=office.now)
        with pytest.raises(ChangeSettled):
            stand_in(office, casey.code(office.now))
        with pytest.raises(ChangeSettled):
            email_change_desk.refuse(db, change_id=1, by=CASEY, now=office.now)
        found = accounts.find(db, mara.id)
    assert found
    assert found.email == mara.email
    office.clock.wait(hours=72)
    assert len(told(office)) == 1


@pytest.mark.parametrize(
    ("says", "counts"),
    [
        (nothing, True),
        (refuse(CASEY), False),
        (by_link(0), False),
        (by_link(1), False),
        (new_password, False),
    ],
    ids=["nothing", "desk", "old link", "told link", "password"],
)
def test_the_old_address_has_a_whole_day_since_its_mail_to_say_no(
    office: Office, mara: Account, casey: Phone, says: Happens, counts: bool
) -> None:
    links = ask(office, mara)
    with office.connect() as db:
        assert email_changes.confirm(db, office.desk, links[1], now=office.now) is False
    stand_in(office, casey.code(office.now))
    assert carried_out(office, mara, hours=25) == mara.email  # the mail lies with us: nobody could object
    office.work()
    assert "E-1" in str(office.chat.standing)
    assert carried_out(office, mara, hours=23) == mara.email
    with office.connect() as db:
        says(db, office, mara, links[0], office.tokens[-1])

    assert carried_out(office, mara, hours=1) == (NEW if counts else mara.email)
    said = "is done" if counts else "is overtaken" if says is new_password else "was stopped"
    assert [said in one for one in told(office)] == [True]
    assert carried_out(office, mara, hours=48) == (NEW if counts else mara.email)
    assert len(told(office)) == 1


def carried_out(office: Office, owner: Account, *, hours: int) -> str:
    """The address that counts when the clock has looked, so much later."""
    office.clock.wait(hours=hours)
    with office.connect() as db:
        email_changes.carry_out(db, office.desk, now=office.now)
        found = accounts.find(db, owner.id)
    assert found
    return found.email


def test_nobody_stands_in_for_an_address_of_their_own(office: Office, mara: Account, casey: Phone) -> None:
    ask(office, mara)
    deputy = replace(CASEY, acts=frozenset(), stands_for=(replace(AVERY, acts=frozenset(Act)),))
    for who in (replace(CASEY, email=NEW), replace(CASEY, email=mara.email)):
        with pytest.raises(OwnChange):
            stand_in(office, casey.code(office.now), by=who)
    with pytest.raises(Refusal):
        stand_in(office, casey.code(office.now), by=deputy)


def test_the_old_mailbox_may_say_yes_too_after_a_colleague_has(
    office: Office, mara: Account, casey: Phone
) -> None:
    old, new = ask(office, mara)
    stand_in(office, casey.code(office.now))
    with office.connect() as db:
        assert (
            email_changes.confirm(db, office.desk, old, now=office.now) is False
        )  # said twice, counted once
        assert email_changes.confirm(db, office.desk, new, now=office.now) is True


def test_the_link_of_a_text_can_only_say_no(office: Office, mara: Account, casey: Phone) -> None:
    with office.connect() as db, transaction(db):
        credentials.note_code(
            db, credentials.add_phone(db, mara.id, "+4915199887766", now=office.now), now=office.now
        )
    _, new = ask(office, mara)
    stand_in(office, casey.code(office.now))
    (text,) = [job for job in office.jobs("email_change_cooling") if job.kind is JobKind.SMS]
    assert text.recipient == "+4915199887766"
    with office.connect() as db:
        assert email_changes.confirm(db, office.desk, new, now=office.now) is False
        with pytest.raises(LinkUnknown):
            email_changes.confirm(db, office.desk, office.tokens[-1], now=office.now)
        email_changes.refuse(db, office.tokens[-1], now=office.now)
    assert ["was stopped by whoever has a phone" in one for one in told(office)] == [True]
    assert carried_out(office, mara, hours=48) == mara.email


def by_the_desk(db: Database, office: Office, owner: Account) -> None:
    account_service.deactivate(db, office.desk, owner, by=AVERY.id, now=office.now)


def by_an_earlier_version(db: Database, office: Office, owner: Account) -> None:
    """Which left open what was asked for."""
    accounts.move(db, owner.id, since=owner.status, to=AccountStatus.DEACTIVATED, now=office.now)


def by_its_clock(db: Database, office: Office, owner: Account) -> None:
    life = lifecycle.begin(db, office.desk, owner, by="usher", now=office.now)
    lives.save_all(db, [(replace(life, state=LifeState.CLOSED), None)])


@pytest.mark.parametrize("close", [by_the_desk, by_an_earlier_version, by_its_clock])
def test_a_closed_account_that_is_opened_again_has_its_old_address(
    office: Office, mara: Account, casey: Phone, close: Callable[[Database, Office, Account], None]
) -> None:
    _, new = ask(office, mara)
    with office.connect() as db:
        email_changes.confirm(db, office.desk, new, now=office.now)
    stand_in(office, casey.code(office.now))
    office.work()
    with office.connect() as db, transaction(db):
        close(db, office, mara)
        assert email_changes.find_answered(db, new, now=office.now) is None  # nor do strangers hear of it
    assert carried_out(office, mara, hours=1) == mara.email
    with pytest.raises(ActTooLate):
        ask(office, mara)
    assert ["is overtaken" in one for one in told(office)] == [True]
    with office.connect() as db, transaction(db):
        db.execute("update lives set state = 'valid'")
        db.execute("update accounts set status = 'active'")
    assert carried_out(office, mara, hours=24) == mara.email


@pytest.mark.parametrize(
    ("happens", "told_so"),
    [
        (ends(JobStatus.FAILED), ("its server does not take ours", True)),
        (ends(JobStatus.UNKNOWN), ("could not surely be told by mail", True)),
        (given_up, ("too much came back from it before", True)),
        (returned, ("ours came back", True)),
        (held, ("once somebody releases it", False)),
        (dropped, ("was discarded", False)),
    ],
    ids=["refused", "unsure", "given up", "returned", "held", "dropped"],
)
def test_a_dead_mailbox_does_not_keep_its_account_for_ever(
    office: Office, mara: Account, casey: Phone, happens: End, told_so: tuple[str, bool]
) -> None:
    said, counts = told_so
    _, new = ask(office, mara)
    office.work()
    with office.connect() as db:
        email_changes.confirm(db, office.desk, new, now=office.now)
    stand_in(office, casey.code(office.now))
    office.clock.wait(hours=5)
    happens(office, MAIL)
    office.work()

    assert said in shown(office)
    assert carried_out(office, mara, hours=23) == mara.email
    assert carried_out(office, mara, hours=1) == (NEW if counts else mara.email)
    office.work()
    assert [said in one for one in told(office)] == ([True] if counts else [])


def shown(office: Office) -> str:
    """What the card says now."""
    card = next(one for one in office.chat.standing.values() if one.key == "card:E-1")
    return json.dumps(card.blocks, ensure_ascii=False)


def test_a_held_mail_that_is_released_begins_the_day(office: Office, mara: Account, casey: Phone) -> None:
    _, new = ask(office, mara)
    office.work()
    with office.connect() as db:
        email_changes.confirm(db, office.desk, new, now=office.now)
    stand_in(office, casey.code(office.now))
    held(office, MAIL)
    office.clock.wait(hours=30)
    with office.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=office.now)
    office.work()
    assert "was told by mail and can say no until" in shown(office)
    assert carried_out(office, mara, hours=23) == mara.email
    assert carried_out(office, mara, hours=1) == NEW


def test_what_was_mailed_to_the_earlier_address_lets_nobody_in(office: Office, mara: Account) -> None:
    old, new = ask(office, mara)
    with office.connect() as db, transaction(db):
        issue_link(
            db, office.desk, mara.ref, purpose=RECOVERY, path="recover",
            until=office.now + timedelta(hours=2), now=office.now,
        )  # fmt: skip
    recovery = office.tokens[-1]
    with office.connect() as db:
        email_changes.confirm(db, office.desk, old, now=office.now)
        assert email_changes.confirm(db, office.desk, new, now=office.now) is True
        with pytest.raises(LinkExpired):
            links.get_subject(db, recovery, purpose=RECOVERY, now=office.now)


@pytest.mark.parametrize("waits", [True, False])
def test_a_key_that_never_reached_the_old_mailbox_goes_to_the_new_one(
    office: Office, mara: Account, *, waits: bool
) -> None:
    if waits:
        held(office, "")
    case = office.case("C-1")
    with office.connect() as db:
        hand_key(db, office.desk, mara, now=office.now)
        with transaction(db):
            seat = seat_holders.list_held(db, mara.organisation)[mara.id]
            key_mails.queue_one(db, office.desk, case, seat, why=Mailed.FIRST, now=office.now)
    office.work()
    links = ask(office, mara)
    with office.connect() as db:
        for link in links:
            email_changes.confirm(db, office.desk, link, now=office.now)

    sent = [(one.recipient, one.status) for one in office.mails() if one.template == "license_key"]
    read = (mara.email, JobStatus.SENT)
    assert sent == ([(mara.email, JobStatus.REPLACED), (NEW, JobStatus.QUEUED)] if waits else [read])


@pytest.mark.parametrize(
    ("end", "unreached"),
    [(ends(JobStatus.UNKNOWN), False), (ends(JobStatus.FAILED), True), (returned, True), (given_up, True)],
)
def test_of_a_mail_of_which_nobody_knows_whether_it_went_nobody_says_that_it_did_not(
    office: Office, mara: Account, end: End, *, unreached: bool
) -> None:
    office.work()
    with office.connect() as db, transaction(db):
        change = email_changes.open_change(db, office.desk, mara, NEW, now=office.now)
    end(office, ":new")

    with office.connect() as db:
        found = email_change_notices.list_unreached(db, mara, change)
    assert (EndOf.NEW in found) is unreached
