"""Accounts are made once for everybody whom a case brings, and each owner gets the way to theirs."""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.domain.accounts import AccountStatus, Origin, fold_user_id, make_user_id
from bot.domain.cases import Addition
from bot.domain.events import EventTag
from bot.services import accounts as services
from bot.store import accounts, links
from bot.store.database import transaction
from tests.cast import AVERY, Office, a_case, an_office


def an_opened(folder: Path) -> Office:
    office = an_office(folder)
    case = a_case(office)
    with office.connect() as db, transaction(db):
        services.open_all(db, office.desk, case, by=AVERY.id, now=office.now)
    return office


def test_everybody_of_the_form_gets_an_account_and_its_own_link_once(tmp_path: Path) -> None:
    office = an_opened(tmp_path)
    case = office.case("C-1")
    with office.connect() as db, transaction(db):
        assert services.open_all(db, office.desk, case, by=AVERY.id, now=office.now) == []
        made = accounts.list_of_organisation(db, case.id)
    tokens = sent(office)
    with office.connect() as db:
        lead_to = [
            links.get_subject(db, token, purpose=services.ACTIVATION, now=office.now) for token in tokens
        ]

    assert [one.email for one in made] == [user.email.lower() for user in case.ris.users]
    assert [job.recipient for job in office.jobs("activation")] == [one.email for one in made]
    assert {(one.status, one.origin) for one in made} == {(AccountStatus.WAITING, Origin.FORM)}
    assert sorted(lead_to) == sorted(one.ref for one in made)
    assert sum(event.tag == EventTag.ACCOUNT_MADE for event in office.events()) == len(made)


def sent(office: Office) -> list[str]:
    """The tokens of activation links that went out."""
    office.work()
    letters = "".join(mail.text for mail in office.mailer.sent)
    return re.findall(r"/activate/([\w-]+)", letters)


def test_a_link_in_an_earlier_mail_still_works_after_another(tmp_path: Path) -> None:
    office = an_opened(tmp_path)
    (first, *_) = sent(office)
    with office.connect() as db, transaction(db):
        account = accounts.list_of_case(db, 1)[0]
        services.mail_activation(db, office.desk, account, now=office.now)
        assert links.get_subject(db, first, purpose=services.ACTIVATION, now=office.now) == account.ref

    assert len(office.jobs("activation")) == len(office.case("C-1").ris.users) + 1


def test_an_account_that_is_active_gets_no_way_to_be_activated_again(tmp_path: Path) -> None:
    office = an_opened(tmp_path)
    before = len(office.jobs("activation"))
    with office.connect() as db, transaction(db):
        move = partial(
            accounts.move, db, 1, since=AccountStatus.WAITING, to=AccountStatus.ACTIVE, now=office.now
        )
        assert (move(), move()) == (True, False)
        active = accounts.list_of_case(db, 1)[0]
        services.mail_activation(db, office.desk, active, now=office.now)

    assert len(office.jobs("activation")) == before


def test_a_user_id_that_is_taken_is_drawn_again(tmp_path: Path) -> None:
    office = an_office(tmp_path)
    drawn = iter(["same", "link of the first", "same", *map(str, range(20))])
    desk = replace(office.desk, new_token=lambda: next(drawn))
    case = a_case(office)
    with office.connect() as db, transaction(db):
        made = services.open_all(db, desk, case, by=AVERY.id, now=office.now)

    assert len({one.user_id for one in made}) == len(made) > 1


def test_a_user_id_is_found_however_it_is_typed() -> None:
    user_id = make_user_id("some token")

    for typed in (user_id, user_id.upper(), user_id.replace("-", ""), f"  {user_id.replace('-', ' ')} "):
        assert fold_user_id(typed) == user_id
    for dash in "\u2010\u2011\u2013\u2014\u2212\u200b\u00ad\u00a0":
        assert fold_user_id(f"\u201e{user_id.replace('-', dash)}\u201c.") == user_id
    for wrong in ("", "anna", "anna@example.org", user_id + "2", "aaaa-aaaa", "١٢٣٤-٥٦٧٨", "x" * 10_000):
        assert fold_user_id(wrong) == ""


def test_another_spelling_of_whoever_has_an_account_makes_no_second_one(tmp_path: Path) -> None:
    office = an_opened(tmp_path)
    with office.connect() as db:
        db.execute("update accounts set first_name = 'Jörg', last_name = 'Vogt' where id = 1")
        (jorg, *_) = accounts.list_of_organisation(db, 1)
    user = replace(
        office.case("C-1").ris.users[0], first_name="Vogt", last_name="JOERG", email=jorg.email.upper()
    )
    other = replace(user, first_name="Jan")
    case = a_case(office)
    case = replace(case, addition=Addition(of=1), ris=replace(case.ris, users=(user, other)))
    with office.connect() as db, transaction(db):
        made = services.open_all(db, office.desk, case, by=AVERY.id, now=office.now)

    assert [one.first_name for one in made] == ["Jan"]
