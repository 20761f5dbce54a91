"""Whoever of an addition has an account there gets a License Key, and nobody calls them new."""

import re
from dataclasses import replace

import pytest

from bot.domain.accounts import account_of
from bot.domain.ris import RisCase
from bot.rendering.cards import case_card
from bot.rendering.mails import render_mail
from bot.rendering.words import words
from bot.services import accounts, cases
from bot.store.database import transaction
from tests.cast import Office, a_submission
from tests.forms import COMPANY, MARA
from tests.services.test_additions import HARDWARE, NEW, OTHER, a_form, approve, same


@pytest.mark.parametrize(("lang", "kept"), [("en", "account already"), ("de", "schon ein Konto")])
def test_whoever_has_an_account_without_a_seat_gets_a_key_and_is_called_new_nowhere(
    office: Office, lang: str, kept: str
) -> None:
    approve(office, a_form(office).ref)
    with office.connect() as db, transaction(db):
        new = account_of(NEW, lang="en")
        accounts.open_one(db, office.desk, office.case("C-1"), new, by="account:1", now=office.now)
    case = same(office, a_form(office, MARA, NEW))
    newer = replace(a_submission(), ris=RisCase(company=COMPANY, users=(MARA, NEW, HARDWARE)))
    with office.connect() as db:
        with transaction(db):
            cases.revise_case(db, office.desk, case, newer, now=office.now)
        card = cases.get_card(db, office.desk, case.ref, now=office.now)
    approve(office, case.ref)

    said = [str(case_card(card, words=words(lang)))]
    for name in ("receipt", "order_confirmation"):
        told = office.jobs(name)[-1].values["words"]
        assert told["with_account"] == "Nora Vogt"
        said.append(render_mail(name, lang, {**told, "status_url": "https://portal.example"}).text)
    for each in (" ".join(one.split()) for one in said):
        assert kept in each
        assert not re.search(r"new (?:people|person)|neuen? Person", each)


def test_of_another_sponsors_people_a_mail_does_not_say_who_has_an_account(office: Office) -> None:
    approve(office, a_form(office).ref)
    with office.connect() as db, transaction(db):
        new = account_of(NEW, lang="en")
        accounts.open_one(db, office.desk, office.case("C-1"), new, by="account:1", now=office.now)
    case = same(office, a_form(office, NEW, sender=OTHER))
    approve(office, case.ref)

    assert office.jobs("order_confirmation")[-1].values["words"]["with_account"] == ""
