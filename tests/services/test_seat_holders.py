"""Whoever of an addition has an account there gets a License Key, and nobody calls them new."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.accounts import Account, account_of
from bot.domain.cards import CaseCard
from bot.domain.cases import Case
from bot.domain.errors import NothingToAdd
from bot.domain.license_keys import Holder
from bot.domain.ris import RisCase, User
from bot.rendering.cards import case_card
from bot.rendering.mails import render_mail
from bot.rendering.words import words
from bot.services import accounts, cases, email_change_desk, seat_holders
from bot.store import accounts as account_store
from bot.store.database import transaction
from tests.authenticators import Phone, enrolled
from tests.cast import AVERY, CASEY, Office, a_submission
from tests.forms import COMPANY, MARA, TOM
from tests.license_keys import hand_over, seat_of, seats_of, void
from tests.services import test_spare_keys as spare_keys
from tests.services.test_additions import HARDWARE, NEW, OTHER, a_form, approve, same

FORMER, LATER = TOM, replace(TOM, email="tom.new@nordlicht.example.com")


def opened(office: Office, user: User) -> Account:
    """Their administrator has added them, without a seat."""
    with office.connect() as db, transaction(db):
        new = account_of(user, lang="en")
        return accounts.open_one(db, office.desk, office.case("C-1"), new, by="account:1", now=office.now)


def moved(office: Office, casey: Phone, account: Account, email: str) -> None:
    """Their address is another one now."""
    with office.connect() as db:
        card = email_change_desk.ask(
            db, office.desk, account_id=account.id, email=email, reason="misspelt", by=AVERY, now=office.now
        )
        code = casey.code(office.now)
        email_change_desk.agree(
            db, office.desk, change_id=card.change.id, by=CASEY, code=code, now=office.now
        )


def said(office: Office, case: Case, lang: str = "en") -> str:
    with office.connect() as db:
        card = cases.get_card(db, office.desk, case.ref, now=office.now)
    return str(case_card(card, words=words(lang)))


def confirmed(office: Office, lang: str = "en") -> str:
    told = office.jobs("order_confirmation")[-1].values["words"]
    text = render_mail("order_confirmation", lang, {**told, "status_url": "https://portal.example"}).text
    return " ".join(text.split())


@pytest.mark.parametrize(("lang", "kept"), [("en", "account already"), ("de", "schon ein Konto")])
def test_whoever_has_an_account_without_a_seat_gets_a_key_and_is_called_new_nowhere(
    office: Office, lang: str, kept: str
) -> None:
    approve(office, a_form(office).ref)
    opened(office, NEW)
    case = same(office, a_form(office, MARA, NEW))
    newer = replace(a_submission(), ris=RisCase(company=COMPANY, users=(MARA, NEW, HARDWARE)))
    with office.connect() as db:
        with transaction(db):
            cases.revise_case(db, office.desk, case, newer, now=office.now)
        card = cases.get_card(db, office.desk, case.ref, now=office.now)
    approve(office, case.ref)

    read = [str(case_card(card, words=words(lang)))]
    for name in ("receipt", "order_confirmation"):
        told = office.jobs(name)[-1].values["words"]
        assert told["with_account"] == "Nora Vogt"
        read.append(render_mail(name, lang, {**told, "status_url": "https://portal.example"}).text)
    for each in (" ".join(one.split()) for one in read):
        assert kept in each
        assert not re.search(r"new (?:people|person)|neuen? Person", each)


def test_of_another_sponsors_people_a_mail_does_not_say_who_has_an_account(office: Office) -> None:
    approve(office, a_form(office).ref)
    opened(office, NEW)
    case = same(office, a_form(office, NEW, sender=OTHER))
    approve(office, case.ref)

    assert office.jobs("order_confirmation")[-1].values["words"]["with_account"] == ""


@pytest.mark.parametrize("changed_first", [True, False])
def test_for_a_void_key_one_more_is_ordered_by_whichever_address(tmp_path: Path, changed_first: bool) -> None:
    office = spare_keys.a_supplied_desk(tmp_path, seats=2)
    case, casey = office.case("C-1"), enrolled(office, CASEY)
    with office.connect() as db, transaction(db):
        _, tom = accounts.open_all(db, office.desk, case, by="usher", now=office.now)
    if changed_first:
        moved(office, casey, tom, LATER.email)
    void(office, seat_of(office, case, "Tom"))
    if not changed_first:
        moved(office, casey, tom, LATER.email)

    first = spare_keys.an_addition(office, MARA, FORMER)
    assert first.ordered_users == (FORMER,)
    approve(office, first.ref)
    (seat,) = seats_of(office, first)
    with office.connect() as db:
        assert seat_holders.list_held(db, 1)[tom.id] == seat
    for again in (FORMER, LATER, FORMER):
        addition = spare_keys.an_addition(office, MARA, again)
        assert addition.ordered_users == ()
        with pytest.raises(NothingToAdd):
            approve(office, addition.ref)


@pytest.mark.parametrize("address", [FORMER.email, LATER.email])
def test_a_spare_key_that_staff_gave_by_either_address_takes_a_void_ones_place(
    tmp_path: Path, address: str
) -> None:
    office = spare_keys.a_supplied_desk(tmp_path)
    case, casey = office.case("C-1"), enrolled(office, CASEY)
    with office.connect() as db, transaction(db):
        _, tom = accounts.open_all(db, office.desk, case, by="usher", now=office.now)
    moved(office, casey, tom, LATER.email)
    void(office, seat_of(office, case, "Tom"))
    spare = next(seat for seat in seats_of(office, case) if not seat.holder)
    hand_over(office, spare, Holder(name="Tom", email=address))

    assert spare_keys.an_addition(office, MARA, FORMER).ordered_users == ()


@pytest.mark.parametrize("accounts_open", [True, False])
def test_a_colleague_at_the_same_address_keeps_nobody_from_another_key(
    tmp_path: Path, accounts_open: bool
) -> None:
    tom = replace(TOM, email=MARA.email)
    office = spare_keys.a_supplied_desk(tmp_path, seats=2, users=(MARA, tom))
    case = office.case("C-1")
    if accounts_open:
        with office.connect() as db, transaction(db):
            accounts.open_all(db, office.desk, case, by="usher", now=office.now)
    void(office, seat_of(office, case, "Tom"))

    assert spare_keys.an_addition(office, MARA, tom).ordered_users == (tom,)


@pytest.mark.parametrize(
    ("lang", "closed", "kept", "clear"),
    [
        ("en", "The account of Nora Vogt (`/usher account A-1`) is closed", "account already", "clear up"),
        (
            "de",
            "Das Konto von Nora Vogt (`/usher account A-1`) ist geschlossen",
            "schon ein Konto",
            "zu klären",
        ),
    ],
)
def test_whose_account_is_closed_is_not_said_to_keep_it(
    office: Office, lang: str, closed: str, kept: str, clear: str
) -> None:
    approve(office, a_form(office).ref)
    nora = opened(office, NEW)
    case = same(office, a_form(office, MARA, NEW))
    shown = [said(office, case, lang)]
    with office.connect() as db, transaction(db):
        accounts.deactivate(db, office.desk, nora, by="account:2", now=office.now)
    approve(office, case.ref)
    shown.append(said(office, case, lang))
    told = confirmed(office, lang)

    assert [closed in one for one in shown] == [False, True]
    assert kept in shown[0]
    assert kept not in shown[1] + told
    assert clear in told
    assert not re.search(r"closed|geschlossen|deactivated|deaktiviert", told)
    with office.connect() as db, transaction(db):
        found = account_store.find(db, nora.id)
        assert found
        accounts.reopen(db, office.desk, found, by=AVERY.id, now=office.now)
    assert closed not in said(office, case, lang)


@pytest.mark.parametrize(
    ("lang", "closed"),
    [
        ("en", "The account of Tom Öztürk (`/usher account A-2`) is closed.* They are there already"),
        ("de", "Das Konto von Tom Öztürk (`/usher account A-2`) ist geschlossen.* Wer es hat, ist schon da"),
    ],
)
def test_whose_account_is_closed_among_those_who_are_there_is_named(
    tmp_path: Path, lang: str, closed: str
) -> None:
    """They stood among those who are there already, and nobody saw that they cannot sign in."""
    office = spare_keys.a_supplied_desk(tmp_path, seats=2)
    with office.connect() as db, transaction(db):
        _, tom = accounts.open_all(db, office.desk, office.case("C-1"), by="usher", now=office.now)
    case = spare_keys.an_addition(office, TOM, NEW)
    assert case.ordered_users == (NEW,)
    office.work()
    assert closed not in said(office, case, lang)
    with office.connect() as db, transaction(db):
        accounts.deactivate(db, office.desk, tom, by=AVERY.id, now=office.now)

    assert closed in said(office, case, lang)
    office.work()
    shown = [str(one.blocks) for one in office.chat.standing.values() if case.ref in str(one.blocks)]
    assert any("The account of Tom" in one for one in shown)
    hostile = replace(TOM, last_name="<!channel> *Öztürk* " + "x" * 500)
    with office.connect() as db:
        joined = cases.get_card(db, office.desk, case.ref, now=office.now).joined
    assert joined
    card = CaseCard(case=case, joined=replace(joined, shut=((hostile.last_name, "A-2"),) * 9))
    told = str(case_card(card, words=words(lang)).blocks)
    assert "<!channel>" not in told
    assert told.count("`/usher account A-2`") == 5


def test_cards_of_additions_follow_an_account_that_is_closed_or_opened(office: Office) -> None:
    approve(office, a_form(office).ref)
    nora = opened(office, NEW)
    case = same(office, a_form(office, MARA, NEW))
    office.work()
    for closes in (True, False):
        with office.connect() as db, transaction(db):
            found = account_store.find(db, nora.id)
            assert found
            change = accounts.deactivate if closes else accounts.reopen
            change(db, office.desk, found, by=AVERY.id, now=office.now)
        office.work()
        shown = [str(one.blocks) for one in office.chat.standing.values() if case.ref in str(one.blocks)]
        assert any("The account of Nora Vogt" in one for one in shown) is closes


def test_of_another_sponsors_people_a_mail_does_not_say_whose_account_is_closed(office: Office) -> None:
    approve(office, a_form(office).ref)
    nora = opened(office, NEW)
    with office.connect() as db, transaction(db):
        accounts.deactivate(db, office.desk, nora, by="account:2", now=office.now)
    case = same(office, a_form(office, NEW, sender=OTHER))
    approve(office, case.ref)

    assert "The account of Nora Vogt" in said(office, case)
    assert "clear up" not in confirmed(office)


def test_of_two_accounts_by_one_name_and_address_the_one_that_is_not_closed_counts(office: Office) -> None:
    approve(office, a_form(office).ref)
    opened(office, NEW)
    later = opened(office, NEW)
    with office.connect() as db, transaction(db):
        accounts.deactivate(db, office.desk, later, by="account:2", now=office.now)
    case = same(office, a_form(office, MARA, NEW))

    assert "account already and gets no second one: Nora Vogt" in said(office, case)
    assert "The account of" not in said(office, case)


@pytest.mark.parametrize("changed_first", [True, False])
@pytest.mark.parametrize("lang", ["en", "de"])
def test_whoever_stands_in_a_form_by_two_addresses_is_ordered_for_and_named_once(
    office: Office, lang: str, changed_first: bool
) -> None:
    approve(office, a_form(office).ref)
    casey, nora = enrolled(office, CASEY), opened(office, NEW)
    later = replace(NEW, email="nora@nordwind.example.org")
    if changed_first:
        moved(office, casey, nora, later.email)
    case = same(office, a_form(office, MARA, NEW, later, name="Nordlicht"))
    if not changed_first:
        moved(office, casey, nora, later.email)
        case = office.case(case.ref)
    shown = said(office, case, lang)
    approve(office, case.ref)

    assert case.ordered_users == (NEW,)
    assert len(seats_of(office, case)) == 1
    assert re.search(r"(?:gets no second one|bekommt kein zweites): Nora Vogt(?!,)", shown)
    assert re.search(r"(?:Already there|Schon dabei), [^:]*: Mara Lindqvist(?!,)", shown)
    told = office.jobs("order_confirmation")[-1].values["words"]
    assert (told["seats"], told["with_account"], told["known_users"]) == ("1", "Nora Vogt", "Mara Lindqvist")


def test_whoever_is_there_by_two_addresses_is_named_once(office: Office) -> None:
    approve(office, a_form(office).ref)
    casey, case = enrolled(office, CASEY), office.case("C-1")
    with office.connect() as db, transaction(db):
        _, tom = accounts.open_all(db, office.desk, case, by="usher", now=office.now)
    moved(office, casey, tom, LATER.email)
    addition = same(office, a_form(office, FORMER, LATER, NEW))

    assert addition.ordered_users == (NEW,)
    assert "Already there, gets nothing new and is not charged again: Tom Öztürk\\n" in said(office, addition)


@pytest.mark.parametrize(("lang", "taken"), [("en", "Taken for whoever"), ("de", "Gilt als die Person")])
def test_staff_read_who_is_known_by_an_address_of_before(office: Office, lang: str, taken: str) -> None:
    approve(office, a_form(office).ref)
    casey, nora = enrolled(office, CASEY), opened(office, NEW)
    moved(office, casey, nora, "nora@nordwind.example.org")
    approve(office, same(office, a_form(office, MARA, replace(NEW, email=nora.email))).ref)
    namesake = same(office, a_form(office, MARA, replace(NEW, job_title="Somebody else"), city="Kiel"))

    assert namesake.ordered_users == ()
    shown = said(office, namesake, lang)
    assert taken in shown
    assert "Nora Vogt (nora@nordwind.example.org)" in shown
    assert taken not in said(office, same(office, a_form(office, MARA, HARDWARE)), lang)


def test_who_was_erased_keeps_no_addition_from_being_read(office: Office) -> None:
    approve(office, a_form(office).ref)
    casey, nora = enrolled(office, CASEY), opened(office, NEW)
    moved(office, casey, nora, "nora@nordwind.example.org")
    with office.connect() as db, transaction(db):
        db.execute("update accounts set erased_at = made_at where id = :id", {"id": nora.id})

    assert same(office, a_form(office, MARA, HARDWARE)).ordered_users == (HARDWARE,)
