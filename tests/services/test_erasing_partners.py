"""A partner is erased: the app's seed goes, and each card in Slack that named several names the others."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.services import dead_ends, erasing, lifecycle_rounds, partners, people, retention
from bot.store import authenticators, recovery_codes
from bot.store.database import transaction
from tests.authenticators import Phone
from tests.cast import AVERY, CASEY, Office
from tests.invited import PIA, invite, move_in
from tests.partners import begun, bounce
from tests.services.test_account_files import HEAD, row, take
from tests.services.test_erasing import agree, ask, carry_out, dump, office, phones

__all__ = ["office", "phones"]  # the fixtures
pytestmark = pytest.mark.slow


def erase(office: Office, phones: dict[str, Phone], name: str) -> None:
    number = ask(office, name)
    for who in (AVERY, CASEY):
        agree(office, who, phones, number)
    office.work()
    carry_out(office)
    office.work()


def test_nothing_of_a_partner_stays_by_which_somebody_signs_in(
    office: Office, phones: dict[str, Phone]
) -> None:
    with office.connect() as db:
        pia = move_in(db, office.desk, office.tokens, now=office.now)
        with transaction(db):
            recovery_codes.put_all(db, pia.account.id, ["mark"], now=office.now)
    office.work()
    with office.connect() as db:
        planned = {one.table: one.many for one in people.count_traces(db, people.find(db, PIA))}
    assert (planned["authenticators"], planned["recovery_codes"]) == (1, 1)
    erase(office, phones, PIA)
    said = dump(office)
    assert "account:1'," not in said.partition("authenticators: ")[2].partition("\n")[0]
    assert [line for line in said.splitlines() if PIA in line or "Rotor" in line] == []
    with office.connect() as db:
        assert authenticators.find(db, f"account:{pia.account.id}") is None


def test_after_its_time_a_closed_account_keeps_no_seed(office: Office) -> None:
    with office.connect() as db:
        pia = move_in(db, office.desk, office.tokens, now=office.now)
        erasing.erase_accounts(db, (pia.account.id,), by="usher", now=office.now)
        assert authenticators.find(db, f"account:{pia.account.id}") is None
        retention.sweep(db, office.desk, now=office.now)


def held(office: Office) -> None:
    with office.connect() as db:
        for number in (1, 2):
            begun(db, office.desk, number=number, now=office.now, ends_on=office.now.date())
    office.clock.wait(days=2)
    with office.connect() as db:
        lifecycle_rounds.run(db, office.desk, now=office.now)


def gate(office: Office) -> None:
    ends_on = office.now.date() + timedelta(days=10)
    assert take(office, "\n".join([HEAD, *(row(number, ends_on) for number in (1, 2))])).imported
    with office.connect() as db:
        lifecycle_rounds.run(db, office.desk, now=office.now)


def dead_end(office: Office) -> None:
    with office.connect() as db:
        account = begun(db, office.desk, now=office.now, ends_on=office.now.date() + timedelta(days=20))
        lifecycle_rounds.run(db, office.desk, now=office.now)
    office.work()
    with office.connect() as db:
        bounce(db, f"A-{account.id}:life:1:validation", now=office.now)
        dead_ends.tell(db, office.desk, "2026-10", now=office.now)


@pytest.mark.parametrize(
    ("card", "email", "names"),
    [
        (held, "amara1@works.example.com", ("Falkner 1", "Falkner 2")),
        (gate, "ada1@works.example.com", ("Lindqvist 1", "Lindqvist 2")),
        (dead_end, "amara1@works.example.com", ("Falkner 1", "")),
    ],
)
def test_a_card_about_several_people_names_the_others(
    office: Office,
    phones: dict[str, Phone],
    card: Callable[[Office], None],
    email: str,
    names: tuple[str, str],
) -> None:
    name, other = names
    card(office)
    office.work()
    assert name in said(office)
    erase(office, phones, email)
    assert name not in said(office)
    assert other in said(office)
    carry_out(office)


def said(office: Office) -> str:
    return str([(one.text, one.blocks) for one in office.chat.standing.values()])


def test_an_old_link_of_who_was_erased_mails_nobody(office: Office, phones: dict[str, Phone]) -> None:
    with office.connect() as db:
        token = invite(db, office.desk, office.tokens, now=office.now)
    office.work()
    erase(office, phones, PIA)
    office.clock.wait(days=20)
    with office.connect() as db:
        partners.renew(db, office.desk, token, now=office.now)
    assert [job.recipient for job in office.jobs("partner_invitation")] == ["erased@erased.invalid"]
