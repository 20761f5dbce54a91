"""Somebody is erased: four eyes, all of them and nothing of anybody else, once, whatever comes between."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.approvals import Phase, RejectionReason
from bot.domain.cases import BallHolder
from bot.domain.delivery import Delivery
from bot.domain.errors import Refusal
from bot.domain.mail import Address, OutboundMail
from bot.domain.outbox import JobStatus
from bot.domain.partners import NewInvitation
from bot.domain.people import GONE_ADDRESS, ErasureState, Warn
from bot.domain.staff import Staff
from bot.services import approvals, audit, conversations, erasing, erasures, lifecycle, people, sources
from bot.services.cases import Submission
from bot.store import accounts, email_changes, member_invitations, organisations, partner_invitations
from bot.store import erasures as kept
from bot.store.data_map import TABLES
from bot.store.database import text_of, transaction
from tests.authenticators import Phone, enrolled
from tests.cast import AVERY, BLAKE, CASEY, DANA, MALLORY, Office, a_case, a_mail, a_submission
from tests.partners import a_partner
from tests.people import an_office_of_accounts, move_in
from tests.services.test_decision_mails import buttons, phase, rejected

pytestmark = pytest.mark.slow


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office_of_accounts(tmp_path)


@pytest.fixture
def phones(office: Office) -> dict[str, Phone]:
    return {who.id: enrolled(office, who) for who in (AVERY, CASEY)}


def live(office: Office, submission: Submission | None = None) -> list[Account]:
    """The people of a case that is over; what was queued about it has gone out."""
    case = a_case(office, submission)
    with office.connect() as db:
        people = move_in(db, office.desk, case, now=office.now)
        db.execute("update cases set status = 'live' where id = ?", [case.id])
    office.work()
    return people


def a_life(office: Office) -> Account:
    """Mara has an account, asks questions, invites, is written to, and stands in a case with Tom."""
    mara, _ = live(office)
    address = Address(name=mara.name, address=mara.email)
    office.take(a_mail(sender=address, text=f"Where do I enter my key? {mara.name}"))
    office.take(a_mail(sender=Address(name="Tom", address="tom@other.example.org"), text=f"Ask {mara.email}"))
    now = office.now
    with office.connect() as db, transaction(db):
        email_changes.add(
            db,
            account_id=mara.id,
            old=mara.email,
            new="mara@home.example.org",
            now=now,
            until=now + timedelta(days=2),
            asked_by="U0AVERY0001",
        )
        new = NewInvitation(email=mara.email, first_name="Mara", last_name="X", lang="en", role="guest")
        partner_invitations.add(db, new, by="cli:root", now=now, until=now)
        member_invitations.add(
            db, organisation=1, email=mara.email, role=mara.role, lang="en", by=mara.id, now=now, until=now
        )
        db.execute(
            "insert into doubtful_addresses values (?, 'doubtful', '2026-03-01T00:00:00.000000Z', '')",
            [mara.email],
        )
        db.table("phones").insert({"account_id": mara.id, "number": "+49301234567", "added_at": text_of(now)})
        twin = a_partner(db, now=now)
        lifecycle.begin(db, office.desk, twin, by="usher", now=now)
        named = {"email": mara.email, "first_name": mara.first_name, "last_name": mara.last_name}
        db.table("accounts").update(twin.id, named)
        db.table("consents").insert(
            {"account_id": twin.id, "consent": "privacy", "agreed": 1, "version": "1", "wording": "I agree",
             "lang": "en", "at": text_of(now)}
        )  # fmt: skip
        columns = ("street", "city", "postal_code", "country", "state", "fax", "website", "vat_id")
        partner = {"account_id": twin.id, "role": "guest", "company": "Mara's"}
        db.table("partners").insert(partner | dict.fromkeys(columns, "x"))
        db.execute("update cases set cc = ?, hands = ?", [json.dumps([mara.email]), json.dumps([mara.email])])
    office.work()
    return mara


def ask(office: Office, name: str) -> int:
    with office.connect() as db:
        seen = people.plan(db, office.desk, people.find(db, name)).seen
        return erasures.ask(db, office.desk, name, seen=seen, by="cli:root", now=office.now).id


def agree(office: Office, by: Staff, phones: dict[str, Phone], number: int = 1) -> ErasureState:
    office.clock.wait(seconds=30)
    code = phones[by.id].code(office.now) if by.id in phones else ""
    with office.connect() as db:
        card = erasures.agree(db, office.desk, erasure_id=number, by=by, code=code, now=office.now)
    return card.erasure.state


def carry_out(office: Office) -> None:
    with office.connect() as db:
        erasing.carry_out(db, office.desk, office.reader, now=office.now)


def dump(office: Office) -> str:
    """Every text in the database, raw mails and waiting secrets opened, and every message in Slack."""
    said = []
    with office.connect() as db:
        for table in db.table_names():
            if not table.startswith("findables_"):
                said += [f"{table}: {row}" for row in db.query(f"select * from {table}")]
        mails = [row["mail_id"] for row in db.query("select mail_id from mail_sources")]
        said += [str(sources.find(db, office.desk, number)) for number in mails]
    said += [f"slack: {one.key} {one.text} {one.blocks}" for one in office.chat.standing.values()]
    return "\n".join(said)


def test_nobody_is_known_by_an_address_that_no_form_has(office: Office, phones: dict[str, Phone]) -> None:
    mara, _ = live(office)
    with office.connect() as db, transaction(db):
        organisations.follow_address(db, mara, "mara@home.example.org")
        accounts.set_email(db, mara.id, "mara@home.example.org")
        assert organisations.list_knowing(db, "mara@home.example.org") == [1]
    ask(office, mara.user_id)
    agree(office, AVERY, phones)
    agree(office, CASEY, phones)
    carry_out(office)

    assert "home.example.org" not in dump(office)


def test_everything_of_them_goes_and_nothing_of_anybody_else(
    office: Office, phones: dict[str, Phone]
) -> None:
    mara = a_life(office)
    before = dump(office).lower()
    assert before.count(mara.email) > 15
    number = ask(office, mara.email)
    office.work()
    assert agree(office, AVERY, phones) is ErasureState.AGREED
    assert agree(office, CASEY, phones) is ErasureState.RUNNING
    carry_out(office)
    office.work()
    after = [line for line in dump(office).lower().splitlines() if mara.email in line or "mara" in line]

    assert after == []
    said = dump(office)
    assert "tom@" in said.lower()
    assert "Borealis Turbines GmbH" in said
    with office.connect() as db:
        assert audit.verify(db).broken_at is None
        assert kept.find(db, number).state is ErasureState.DONE  # type: ignore[union-attr]
        tomb = accounts.find(db, mara.id)
        assert tomb is not None
        assert tomb.erased
        assert accounts.find_by_user_id(db, mara.user_id) is None
        assert "mara" not in str(erasures.get_card(db, office.desk, number)).lower()
    done = [event for event in office.events() if event.tag == "person:erased"]
    assert [(event.subject, dict(event.data)["accounts"]) for event in done] == [("erasure:1", 2)]
    carry_out(office)
    assert [event.tag for event in office.events()].count("person:erased") == 1
    with pytest.raises(Refusal):
        ask(office, mara.email)


Happens = Callable[[Office, dict[str, Phone], Account], object]


def another_account(office: Office, *_: object) -> None:
    with office.connect() as db, transaction(db):
        made = a_partner(db, now=office.now)
        accounts.set_email(db, made.id, "mara.lindqvist@nordlicht.example.com")
        db.execute("update accounts set first_name = 'Mara', last_name = 'Lindqvist' where id = ?", [made.id])


def a_new_case(office: Office, *_: object) -> None:
    a_case(office)


def too_late(office: Office, *_: object) -> None:
    office.clock.wait(days=8)
    carry_out(office)


@pytest.mark.parametrize(
    ("by", "code"),
    [
        ((BLAKE,), "not_approver"),
        ((AVERY, AVERY), "already_approved"),
        ((AVERY, replace(CASEY, id=AVERY.id)), "already_approved"),
        ((replace(AVERY, email="mara.lindqvist@nordlicht.example.com"),), "own_work"),
        ((replace(AVERY, id="cli:root"),), "own_work"),
        ((replace(BLAKE, stands_for=(AVERY,)),), "not_approver"),
        ((AVERY, another_account, CASEY), "erasure_outdated"),
        ((AVERY, a_new_case, CASEY), "erasure_waits"),
        ((AVERY, too_late, CASEY), "erasure_settled"),
    ],
)
def test_one_person_alone_or_twice_erases_nobody(
    office: Office, phones: dict[str, Phone], by: tuple[Staff | Happens, ...], code: str
) -> None:
    mara = live(office)[0]
    ask(office, mara.user_id)
    *before, last = by
    for step in before:
        agree(office, step, phones) if isinstance(step, Staff) else step(office, phones, mara)
    assert isinstance(last, Staff)
    with pytest.raises(Refusal) as refused:
        agree(office, last, phones)
    carry_out(office)

    assert refused.value.code == code
    with office.connect() as db:
        found = accounts.find(db, mara.id)
    assert found == mara


def test_what_is_in_the_way_or_has_to_be_known_is_said_before_anybody_asks(office: Office) -> None:
    mara, tom = live(office)
    with office.connect() as db:
        plan = people.plan(db, office.desk, people.find(db, mara.email))
        assert (Warn.LAST_ADMINISTRATOR, "C-1") in plan.warnings
        assert plan.waits == ()
        for name in ("nobody@example.com", "bbbb-bbbb", "", "%", "x" * 9_999):
            with pytest.raises(Refusal) as refused:
                people.find(db, name)
            assert refused.value.code == "nobody_found"
        with pytest.raises(Refusal) as refused:
            erasures.ask(db, office.desk, mara.email, seen="00000000", by="cli:root", now=office.now)
        assert refused.value.code == "erasure_not_seen"
        policy = office.desk.policy
        hold = policy.retention.model_copy(update={"legal_hold": (tom.ref,)})
        desk = replace(office.desk, policy=policy.model_copy(update={"retention": hold}))
        assert [what for _, what in people.plan(db, desk, people.find(db, tom.user_id)).waits] == [tom.ref]
    a_case(office)
    with pytest.raises(Refusal) as refused:
        ask(office, mara.email)
    assert refused.value.code == "erasure_waits"


def test_what_they_asked_ends_for_nobody_is_left_to_hear_it(office: Office, phones: dict[str, Phone]) -> None:
    mara = a_life(office)
    ask(office, mara.email)
    for who in (AVERY, CASEY):
        agree(office, who, phones)
    carry_out(office)

    with office.connect() as db:
        states = {
            row["address"]: row["state"] for row in db.query("select address, state from conversations")
        }
        assert states == {GONE_ADDRESS: "closed", "tom@other.example.org": "open"}
        ref = next(row["id"] for row in db.query("select id from conversations where state = 'closed'"))
        with pytest.raises(Refusal) as refused:
            conversations.take(db, ref=f"Q-{ref}", by=AVERY, now=office.now)
        shown = conversations.show(db, office.desk, ref=f"Q-{ref}", by=AVERY, now=office.now)
    assert refused.value.code == "conversation_closed"
    assert mara.email not in str(shown)
    office.work()
    assert JobStatus.FAILED not in {job.status for job in office.jobs()}


def test_a_decision_of_which_they_were_to_hear_is_the_desks_again(
    office: Office, phones: dict[str, Phone]
) -> None:
    """It had stayed "executing" for ever."""
    office.bot = replace(office.bot, desk=replace(office.desk, delivery=Delivery()))
    rejected(office)
    assert office.job("rejection").status is JobStatus.HELD
    ask(office, DANA.address)
    for who in (AVERY, CASEY):
        agree(office, who, phones)
    carry_out(office)

    assert office.job("rejection").status is JobStatus.DISCARDED
    assert (phase(office), office.case("C-1").ball) == (Phase.FAILED, BallHolder.DESK)
    assert buttons(office) == ["mail_told"]


def test_of_two_who_share_an_address_only_one_goes(office: Office, phones: dict[str, Phone]) -> None:
    form = a_submission()
    mara, tom = form.ris.users
    both = (mara, replace(tom, email=mara.email))
    one, other = live(office, replace(form, ris=replace(form.ris, users=both)))
    office.take(a_mail(sender=Address(name="Reception", address=one.email), text="Who has our keys?"))
    with office.connect() as db, pytest.raises(Refusal) as refused:
        people.find(db, one.email)
    assert refused.value.code == "people_share_address"
    ask(office, other.user_id)
    for who in (AVERY, CASEY):
        agree(office, who, phones)
    carry_out(office)
    office.work()

    said = dump(office)
    assert other.last_name not in said
    with office.connect() as db:
        assert accounts.find(db, one.id) == one
        assert [asked["address"] for asked in db.query("select address from conversations")] == [one.email]
    assert one.last_name in said


@pytest.mark.parametrize("around", ["<{}>", "{}.", "{},", "“{}”", "Mara <mailto:{}>"])
def test_who_only_wrote_to_us_is_found_whatever_stands_around_the_address(
    office: Office, around: str
) -> None:
    office.take(a_mail(sender=MALLORY))
    with office.connect() as db:
        assert people.find(db, around.format(MALLORY.address)) == people.find(db, MALLORY.address)


def sections(db: Database, office: Office, name: str) -> dict[str, object]:
    person = people.find(db, name)
    return people.export(db, office.desk, person, reader=office.reader, by="cli:root", now=office.now)


def test_an_export_has_every_section_that_a_table_names_and_nobody_elses(office: Office) -> None:
    mara = a_life(office)
    with office.connect() as db:
        told = sections(db, office, mara.user_id)
    text = json.dumps(people.plain_of(told), ensure_ascii=False)

    assert {held.told for held in TABLES.values()} - {""} <= set(told)
    assert "Where do I enter my key?" in text
    assert "tom@" not in text.lower()
    assert [event.tag for event in office.events()][-1] == "person:exported"


def test_one_that_no_key_opens_any_more_holds_up_no_other_and_is_told_once(
    office: Office, phones: dict[str, Phone]
) -> None:
    mara, tom = live(office)
    for account in (mara, tom):
        number = ask(office, account.user_id)
        agree(office, AVERY, phones, number)
        agree(office, CASEY, phones, number)
    with office.connect() as db:
        db.execute("update erasures set sealed = 'sealed:by nobody' where id = 1")
    for _ in range(2):
        carry_out(office)
        office.work()

    with office.connect() as db:
        states = [kept.find(db, number).state for number in (1, 2)]  # type: ignore[union-attr]
    assert states == [ErasureState.RUNNING, ErasureState.DONE]
    told = [one for one in office.chat.standing.values() if "no key in SECRET_KEY opens" in one.text]
    assert len(told) == 1


def test_a_mail_to_others_that_names_them_and_is_on_its_way_is_looked_at_once_it_went(
    office: Office, phones: dict[str, Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen: it went hours after the erasure was done, and its words and its note stayed."""
    case = a_case(office)
    mara, send = case.ris.users[0], office.mailer.send

    def erased_meanwhile(mail: OutboundMail) -> tuple[str, ...]:
        monkeypatch.setattr(office.mailer, "send", send)
        with office.connect() as db:
            approvals.reject(
                db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY,
                reason=RejectionReason.OTHER, note="", now=office.now,
            )  # fmt: skip
        ask(office, mara.email)
        agree(office, AVERY, phones)
        agree(office, CASEY, phones)
        carry_out(office)
        with office.connect() as db:
            assert erasures.get(db, 1).state is ErasureState.RUNNING
        return send(mail)

    monkeypatch.setattr(office.mailer, "send", erased_meanwhile)
    for _ in range(3):
        office.work()
        carry_out(office)
    office.work()

    with office.connect() as db:
        assert erasures.get(db, 1).state is ErasureState.DONE
    assert mara.email not in dump(office)
    assert mara.last_name not in dump(office)
