"""Another address for whoever never activated: two of the desk say so, and the links before are dead."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.account_views import AccountAct, ActTooLate
from bot.domain.accounts import Account, AccountStatus, account_of
from bot.domain.bounces import AddressState, Doubt
from bot.domain.email_change_refusals import ChangeSettled, OwnChange
from bot.domain.email_changes import ChangeState
from bot.domain.errors import LinkExpired, LinkUnknown
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.domain.security_questions import Given, Question
from bot.services import account_views, activation, email_change_desk, email_changes, seat_holders
from bot.services import accounts as account_service
from bot.store import accounts, bounces, license_keys
from bot.store.database import transaction
from tests.authenticators import Phone, enrolled
from tests.cast import AVERY, CASEY, Office, a_case
from tests.forms import MARA
from tests.people import KEY, PASSWORD, an_office_of_accounts, hand_key
from tests.services.mail_ends import ends
from tests.services.test_additions import NEW as NORA
from tests.services.test_additions import a_form, approve, same

NEW = "mara@nordwind.example.org"
ANSWERS = tuple(
    Given(question=question, answer=answer)
    for question, answer in zip(Question, ("Bello", "Kiel", "Blau"), strict=False)
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return an_office_of_accounts(tmp_path)


@pytest.fixture
def mara(office: Office) -> Account:
    """The only one of her organisation, to whom an activation mail went: its link is the newest."""
    case = a_case(office)
    case = replace(case, ris=replace(case.ris, users=case.ris.users[:1]))
    with office.connect() as db, transaction(db):
        (owner,) = account_service.open_all(db, office.desk, case, by="usher", now=office.now)
    assert owner.is_administrator
    return owner


@pytest.fixture
def casey(office: Office) -> Phone:
    return enrolled(office, CASEY)


def ask(office: Office, owner: Account) -> str:
    with office.connect() as db:
        card = email_change_desk.ask(
            db, office.desk, account_id=owner.id, email=NEW, reason="misspelt", by=AVERY, now=office.now
        )
    return card.change.ref


def agree(office: Office, casey: Phone) -> None:
    with office.connect() as db:
        code = casey.code(office.now)
        card = email_change_desk.agree(db, office.desk, change_id=1, by=CASEY, code=code, now=office.now)
    assert card.state is ChangeState.CHANGED


def found(office: Office, owner: Account) -> Account:
    with office.connect() as db:
        account = accounts.find(db, owner.id)
    assert account
    return account


def mails(office: Office, template: str) -> list[Job]:
    return [one for one in office.jobs(template) if one.kind is JobKind.MAIL]


def test_a_colleagues_yes_gives_the_way_in_to_another_mailbox_and_takes_it_from_the_first(
    office: Office, casey: Phone, mara: Account
) -> None:
    office.work()
    first = office.tokens[-1]
    assert ask(office, mara) == "E-1"
    assert office.tokens[-1] == first  # no link goes: nobody there could answer
    assert found(office, mara).email == mara.email
    agree(office, casey)

    assert found(office, mara).email == NEW
    second = office.tokens[-1]
    with office.connect() as db:
        with pytest.raises(LinkExpired):
            activation.get(db, first, now=office.now)
        assert activation.get(db, second, now=office.now).account.id == mara.id
    assert [one.recipient for one in mails(office, "activation")] == [mara.email, NEW]
    assert [one.recipient for one in mails(office, "email_changed")] == [mara.email]
    with office.connect() as db:  # a page of the first mail that is still open asks for another
        office.clock.wait(hours=3)
        activation.renew(db, office.desk, first, now=office.now)
    assert {one.recipient for one in mails(office, "activation")[1:]} == {NEW}


def test_the_key_that_went_to_nobody_goes_to_the_new_mailbox(
    office: Office, casey: Phone, mara: Account
) -> None:
    with office.connect() as db:
        hand_key(db, office.desk, mara, now=office.now)
        with transaction(db):
            license_keys.mark_mailed(db, [1], now=office.now)
    office.work()
    ask(office, mara)
    agree(office, casey)
    office.work()

    assert [one.recipient for one in mails(office, "license_key")] == [NEW]
    assert any(KEY in one.text for one in office.mailer.sent if NEW in str(one.to))


def test_a_mail_that_waits_never_reaches_the_first_mailbox(
    office: Office, casey: Phone, mara: Account
) -> None:
    ask(office, mara)
    agree(office, casey)
    office.work()

    sent = [(one.recipient, one.status) for one in mails(office, "activation")]
    assert sent == [(mara.email, JobStatus.REPLACED), (NEW, JobStatus.SENT)]


def test_the_first_mailbox_which_may_be_a_strangers_does_not_read_the_new_address(
    office: Office, casey: Phone, mara: Account
) -> None:
    ask(office, mara)
    agree(office, casey)
    office.work()

    (told,) = [one for one in office.mailer.sent if one.subject.startswith("Your e-mail address was changed")]
    assert told.to == mara.email
    assert NEW not in told.text + told.html


def test_nothing_more_is_mailed_where_no_mail_goes(office: Office, casey: Phone, mara: Account) -> None:
    doubt = Doubt(address=mara.email, state=AddressState.GIVEN_UP, since=office.now, probe="probe:1")
    with office.connect() as db, transaction(db):
        bounces.keep_doubt(db, doubt)
    ask(office, mara)
    agree(office, casey)

    assert mails(office, "email_changed") == []


def test_a_later_form_with_the_new_address_orders_nothing_for_whoever_has_it(
    office: Office, casey: Phone, mara: Account
) -> None:
    ask(office, mara)
    agree(office, casey)

    for address in (NEW, MARA.email):
        addition = same(office, a_form(office, replace(MARA, email=address), NORA))
        assert [user.first_name for user in addition.ordered_users] == ["Nora"]


@pytest.mark.usefixtures("mara")
def test_a_later_form_orders_nothing_for_whom_an_administrator_added_with_a_key(
    office: Office, casey: Phone
) -> None:
    case, new = office.case("C-1"), account_of(NORA, lang="en")
    with office.connect() as db:
        with transaction(db):
            nora = account_service.open_one(db, office.desk, case, new, by="account:1", now=office.now)
        hand_key(db, office.desk, nora, now=office.now)
    ask(office, nora)
    agree(office, casey)

    for address in (NEW, NORA.email):
        addition = same(office, a_form(office, MARA, replace(NORA, email=address)))
        assert addition.ordered_users == ()


@pytest.mark.usefixtures("mara")
def test_a_later_form_with_the_address_of_before_gives_whoever_has_an_account_a_key_and_no_second_account(
    office: Office, casey: Phone
) -> None:
    case, new = office.case("C-1"), account_of(NORA, lang="en")
    approve(office, case.ref)
    with office.connect() as db, transaction(db):
        nora = account_service.open_one(db, office.desk, case, new, by="account:1", now=office.now)
    ask(office, nora)
    agree(office, casey)
    addition = approve(office, same(office, a_form(office, MARA, NORA, name="Nordlicht")).ref)

    confirmed = office.job("order_confirmation").values["words"]
    assert confirmed["with_account"] == "Nora Vogt"
    with office.connect() as db:
        with transaction(db):
            made = account_service.open_all(db, office.desk, addition, by="usher", now=office.now)
        held = seat_holders.list_held(db, 1)
    assert made == []
    assert nora.id in held


def test_nobody_agrees_to_their_own(office: Office, mara: Account) -> None:
    ask(office, mara)
    with office.connect() as db, pytest.raises(OwnChange):
        email_change_desk.agree(db, office.desk, change_id=1, by=AVERY, code="", now=office.now)


def test_whoever_activates_first_keeps_the_address(office: Office, mara: Account) -> None:
    token = office.tokens[-1]
    ask(office, mara)
    with office.connect() as db:
        email_changes.carry_out(db, office.desk, now=office.now)  # the clock leaves it as it is
        draft, _ = activation.choose_password(db, office.desk, token, PASSWORD, now=office.now)
        assert activation.complete(db, office.desk, token, draft, ANSWERS, now=office.now)[0]
        with pytest.raises(ChangeSettled):
            email_change_desk.agree(db, office.desk, change_id=1, by=CASEY, code="", now=office.now)
    office.work()

    assert found(office, mara).email == mara.email
    said = json.dumps([one.blocks for one in office.chat.standing.values()])
    assert f"<@{AVERY.id}>: E-1 is overtaken" in said


def test_who_has_agreed_is_not_undone_by_a_password_chosen_before(
    office: Office, casey: Phone, mara: Account
) -> None:
    token = office.tokens[-1]
    ask(office, mara)
    with office.connect() as db:
        draft, _ = activation.choose_password(db, office.desk, token, PASSWORD, now=office.now)
    agree(office, casey)
    with office.connect() as db, pytest.raises((LinkExpired, LinkUnknown)):
        activation.complete(db, office.desk, token, draft, ANSWERS, now=office.now)
    with office.connect() as db, pytest.raises((LinkExpired, LinkUnknown)):
        activation.complete(db, office.desk, draft, draft, ANSWERS, now=office.now)
    assert found(office, mara).status is AccountStatus.WAITING


def test_a_closed_account_gets_no_other_address(office: Office, mara: Account) -> None:
    with office.connect() as db, transaction(db):
        accounts.move(db, mara.id, since=AccountStatus.WAITING, to=AccountStatus.DEACTIVATED, now=office.now)
    with pytest.raises(ActTooLate):
        ask(office, mara)


def test_the_desk_reads_of_it_where_the_mail_is_lost(office: Office, mara: Account) -> None:
    ends(JobStatus.FAILED)(office, mails(office, "activation")[0].key)
    office.work()
    with office.connect() as db:
        view = account_views.look_up(db, office.desk, mara.email, by=AVERY.id, now=office.now)

    assert view.is_unreached
    assert view.can_change_address
    assert AccountAct.RESEND in view.acts
    said = json.dumps([one.blocks for one in office.chat.standing.values()], ensure_ascii=False)
    assert f"`/usher account {mara.email}` and *Change address…*" in said
