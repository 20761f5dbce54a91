"""Whatever our cards call something by a sign and a number is found by that."""

from datetime import timedelta

from bot.rendering.finding import findings_card
from bot.rendering.words import words
from bot.services import finding
from bot.store import accounts, email_changes
from bot.store.database import transaction
from tests.cast import AVERY, Office
from tests.services.test_erasing import ask, live, office

__all__ = ["office"]


def test_an_erasure_and_a_change_of_an_address_are_found(office: Office) -> None:
    mara = live(office)[0]
    ask(office, mara.user_id)
    now, until = office.now, office.now + timedelta(days=1)
    with office.connect() as db, transaction(db):
        email_changes.add(db, account_id=mara.id, old=mara.email, new="new@example.org", now=now, until=until)

    with office.connect() as db:
        change = finding.find(db, office.desk, "#e-1.", page=1, by=AVERY, now=now)
        erasure = finding.find(db, office.desk, "erasure: X-1", page=1, by=AVERY, now=now)
        assert change.account == accounts.find(db, mara.id)
    assert "*X-1*" in str(findings_card(erasure, words=words("en")).blocks)
