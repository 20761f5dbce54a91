"""What is low is said once for each threshold on the way down, to the desk and to the sponsor."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.case_steps import StepName, StepState
from bot.domain.cases import CaseStatus
from bot.domain.errors import NotStaff
from bot.domain.events import EventTag
from bot.services import stock
from bot.store import case_steps, license_keys, seats
from bot.store.database import transaction
from tests.cast import AVERY, ELI, Office, a_case
from tests.services.stocked import a_stocked_office, pay_in, spend, stock_up


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return a_stocked_office(tmp_path)


def take(db: Database, office: Office, many: int) -> None:
    """So many keys leave the stock, and the desk looks at it."""
    with transaction(db):
        db.conn.execute(
            "update license_keys set state = 'issued', issued_at = :now where id in "
            "(select id from license_keys where state = 'stock' limit :many)",
            {"now": office.now.isoformat(), "many": many},
        )
        stock.watch(db, office.desk, now=office.now, purchase_order=None)


def lows(office: Office) -> list[tuple[int, int]]:
    """What was said of keys: how many were left, and below which threshold that is."""
    return [
        (job.values["words"]["left"], job.values["words"]["below"]) for job in office.jobs("keys_low_note")
    ]


def test_keys_that_run_low_are_said_once_for_each_threshold(office: Office, db: Database) -> None:
    stock_up(office, 30)
    for many in (5, 5, 1, 1, 12, 1, 1, 1, 1, 1):
        take(db, office, many)

    assert lows(office) == [(19, 20), (4, 5)]


def test_of_two_thresholds_at_once_only_the_tighter_is_said(office: Office, db: Database) -> None:
    stock_up(office, 30)
    take(db, office, 28)

    assert lows(office) == [(2, 5)]


def test_more_keys_arm_what_they_are_above(office: Office, db: Database) -> None:
    stock_up(office, 30)
    take(db, office, 28)
    stock_up(office, 8, first=100)
    take(db, office, 6)
    stock_up(office, 30, first=200)
    take(db, office, 20)

    assert lows(office) == [(2, 5), (4, 5), (14, 20)]


def test_nothing_is_said_where_there_never_were_keys(office: Office, db: Database) -> None:
    stock.watch_all(db, office.desk, now=office.now)

    assert office.jobs() == []


def test_keys_that_expire_are_missed_too(office: Office, db: Database) -> None:
    stock_up(office, 21, expires="2026-03-05")
    office.clock.wait(days=4)
    stock.watch_all(db, office.desk, now=office.now)
    stock.watch_all(db, office.desk, now=office.now)
    office.work()

    assert lows(office) == [(0, 5)]
    assert "No License Key is left in stock" in office.chat.texts()


def test_money_that_runs_low_is_said_to_the_desk_and_the_contact(office: Office, db: Database) -> None:
    order, case = pay_in(office, "2500", contact="orders@sponsor.example.org"), a_case(office)
    for euros in (400, 200, 100, 1500):
        spend(db, office, order, euros, case_id=case.id)
        with transaction(db):
            stock.watch(db, office.desk, now=office.now, purchase_order=order.id)
    office.work()
    told = [mail for mail in office.mailer.sent if "PO-4711" in mail.subject]

    assert [mail.to for mail in told] == ["orders@sponsor.example.org"] * 2
    assert [mail.subject.rpartition(": ")[2] for mail in told] == ["€1,900.00 left", "€300.00 left"]
    assert "PO-4711 runs low*: €300.00 left, which pays for 3 seats (fewer than 5)" in office.chat.texts()


def test_the_contact_hears_in_the_language_of_what_it_paid_for(office: Office, db: Database) -> None:
    order, case = pay_in(office, "2500", contact="buy@sponsor.example.org"), a_case(office)
    spend(db, office, order, 2000, case_id=case.id)
    db.execute("update cases set lang = 'de'")
    with transaction(db):
        stock.watch(db, office.desk, now=office.now, purchase_order=order.id)
    (mail,) = office.jobs("po_low")

    assert (mail.recipient, mail.values["lang"]) == ("buy@sponsor.example.org", "de")


def test_without_a_contact_nobody_outside_hears_of_the_money(office: Office, db: Database) -> None:
    """Whoever names a number in a form would read its balance."""
    order, case = pay_in(office, "2500"), a_case(office)
    spend(db, office, order, 2000, case_id=case.id)
    with transaction(db):
        stock.watch(db, office.desk, now=office.now, purchase_order=order.id)
    office.work()

    assert office.jobs("po_low") == []
    assert "Nobody outside was told" in office.chat.texts()


def test_a_purchase_order_that_was_never_above_a_threshold_does_not_fall_below_it(
    office: Office, db: Database
) -> None:
    order, case = pay_in(office, "1000"), a_case(office)
    spend(db, office, order, 400, case_id=case.id)
    stock.watch_all(db, office.desk, now=office.now)

    assert office.jobs("money_low_note") == []

    spend(db, office, order, 300, case_id=case.id)
    stock.watch_all(db, office.desk, now=office.now)

    assert [job.values["words"]["below"] for job in office.jobs("money_low_note")] == [5]


def test_where_nothing_is_charged_no_purchase_order_runs_low(tmp_path: Path) -> None:
    office = a_stocked_office(tmp_path, price=None)
    order, case = pay_in(office, "2500"), a_case(office)
    with office.connect() as db:
        spend(db, office, order, 2500, case_id=case.id)
        stock.watch_all(db, office.desk, now=office.now)

    assert office.jobs("money_low_note") == []


def test_what_became_low_stands_in_the_trail_by_ids(office: Office, db: Database) -> None:
    order, case = pay_in(office, "2500"), a_case(office)
    spend(db, office, order, 2400, case_id=case.id)
    stock.watch_all(db, office.desk, now=office.now)
    pay_in(office, "5000")
    found = [(event.tag, event.data["name"]) for event in office.events() if event.tag.startswith("alarm:")]

    assert sorted(found) == [
        (EventTag.ALARM_CLEARED, f"purchase order {order.id} 20"),
        (EventTag.ALARM_CLEARED, f"purchase order {order.id} 5"),
        (EventTag.ALARM_RAISED, f"purchase order {order.id} 20"),
        (EventTag.ALARM_RAISED, f"purchase order {order.id} 5"),
    ]


def test_an_import_wakes_the_cases_that_wait_for_keys(office: Office, db: Database) -> None:
    case = a_case(office)
    with transaction(db):
        case_steps.lay(db, case.id, (StepName.KEYS,), now=office.now)
        case_steps.move(
            db, case.id, StepName.KEYS, since=(StepState.WAITING,), to=StepState.BLOCKED, now=office.now
        )
    stock_up(office, 3)
    step = case_steps.find(db, case.id, StepName.KEYS)

    assert step is not None
    assert step.state is StepState.RUNNING


# Figures


def test_the_figures_say_whose_seats_the_stock_covers_oldest_first(office: Office, db: Database) -> None:
    stock_up(office, 5)
    approved, first, second = (
        a_case(office),
        a_case(office, company="Second"),
        a_case(office, company="Third"),
    )
    with transaction(db):
        db.conn.execute("update cases set status = 'approved' where id = :id", {"id": approved.id})
        seats.add_all(
            db,
            [None, None],
            case_id=approved.id,
            organisation=approved.id,
            first=1,
            purchase_order=None,
            price=None,
            now=office.now,
        )
    a_case(office, company="Stranger", known=False)
    found = stock.survey(db, office.desk, by=AVERY, now=office.now)

    assert [(one.ref, one.status, one.seats, one.covered) for one in found.wanted] == [
        (approved.ref, CaseStatus.APPROVED, 2, 2),
        (first.ref, CaseStatus.IN_REVIEW, 2, 2),
        (second.ref, CaseStatus.IN_REVIEW, 2, 1),
    ]
    assert (found.in_stock, found.seats_wanted, found.seats_covered) == (5, 6, 5)


def test_seats_with_a_key_want_no_other(office: Office, db: Database) -> None:
    stock_up(office, 5)
    case = a_case(office)
    with transaction(db):
        db.conn.execute("update cases set status = 'approved'")
        seats.add_all(
            db,
            [None, None],
            case_id=case.id,
            organisation=case.id,
            first=1,
            purchase_order=None,
            price=None,
            now=office.now,
        )
        (one, _) = seats.list_bought(db, case.id)
        from bot.domain.ris import Credential  # noqa: PLC0415

        assert license_keys.issue(db, [one.id], Credential.PHONE_OTP, on=office.now.date(), now=office.now)
    found = stock.survey(db, office.desk, now=office.now)

    assert [(one.ref, one.seats) for one in found.wanted] == [(case.ref, 1)]
    assert (found.issued_lately, found.weeks_left, dict(found.counts)) == (1, 16, {"issued": 1, "stock": 4})


def test_what_expires_soon_is_counted_and_what_has_expired_is_not_in_stock(
    office: Office, db: Database
) -> None:
    stock_up(office, 2, expires="2026-03-02")
    stock_up(office, 3, first=10, expires="2026-04-30")
    stock_up(office, 4, first=20, expires="2027-04-30")
    office.clock.wait(days=1)
    found = stock.survey(db, office.desk, now=office.now)

    assert (found.in_stock, found.expiring, found.counts["expired"]) == (7, 3, 2)
    assert found.first_expiry is not None
    assert found.first_expiry.isoformat() == "2026-04-30"


def test_a_purchase_order_says_for_how_many_seats_it_pays(office: Office, db: Database) -> None:
    pay_in(office, "1050.99")
    (order,) = stock.survey(db, office.desk, now=office.now).orders

    assert stock.survey(db, office.desk, now=office.now).pays_for(order) == 10


def test_strangers_hear_nothing(office: Office, db: Database) -> None:
    with pytest.raises(NotStaff):
        stock.survey(db, office.desk, by=ELI, now=office.now)
