"""Purchase orders are entered with their money, filled up, and shown with everything that moved."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.errors import Refusal
from bot.domain.events import EventTag
from bot.domain.money import Money, read_amount
from bot.domain.purchase_orders import (
    CorrectionTooLarge,
    EntryKind,
    OtherCurrency,
    PaidInTwice,
    ReasonMissing,
    UnclearAmount,
    UnclearContact,
    UnclearCurrency,
    UnclearNumber,
    UnknownPurchaseOrder,
    fold_number,
)
from bot.services import purchase_orders
from bot.services.purchase_orders import PaidIn
from bot.store.stock import find_peak
from tests.cast import Office, a_case
from tests.services.stocked import a_stocked_office, pay_in, spend

PLAIN = PaidIn(number="PO-4711", amount="1000", currency="EUR")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return a_stocked_office(tmp_path)


def test_a_new_number_opens_a_purchase_order_and_a_known_one_gets_more(office: Office, db: Database) -> None:
    first = pay_in(office, "1000.50", contact="Orders@Sponsor.example.org")
    second = pay_in(office, "99.50", number="po 4711")
    order, entries = purchase_orders.show(db, "4711")

    assert first.available == Money(100_050, "EUR")
    assert second == order
    assert (order.number, order.contact) == ("PO-4711", "orders@sponsor.example.org")
    assert [(entry.amount.minor, entry.by) for entry in entries] == [
        (100_050, "cli:anna"),
        (9_950, "cli:anna"),
    ]


def test_the_trail_and_the_support_channel_hear_of_it(office: Office) -> None:
    pay_in(office, "1000")
    pay_in(office, "500")
    office.work()
    tags = [(event.tag, event.data.get("minor")) for event in office.events() if "purchase" in event.subject]

    assert tags == [
        (EventTag.PURCHASE_ORDER_OPENED, None),
        (EventTag.MONEY_PAID_IN, 100_000),
        (EventTag.MONEY_PAID_IN, 50_000),
    ]
    assert "entered purchase order *PO-4711* with €1,000.00" in office.chat.texts()
    assert "put €500.00 more on purchase order *PO-4711*: €1,500.00 available now" in office.chat.texts()


def test_the_same_command_twice_within_a_minute_asks_whether_it_is_meant(
    office: Office, db: Database
) -> None:
    pay_in(office, "1000", again=False)
    office.clock.wait(seconds=59)
    with pytest.raises(PaidInTwice):
        pay_in(office, "1000", again=False)
    pay_in(office, "1000", again=True)
    pay_in(office, "999", again=False)
    office.clock.wait(seconds=60)
    pay_in(office, "1000", again=False)

    assert purchase_orders.show(db, "PO-4711")[0].available.minor == 399_900


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"number": " - "}, UnclearNumber),
        ({"number": "PO-\x00"}, UnclearNumber),
        ({"number": "4" * 61}, UnclearNumber),
        ({"amount": "0"}, UnclearAmount),
        ({"amount": "-5"}, UnclearAmount),
        ({"amount": "1e6"}, UnclearAmount),
        ({"amount": "10.000"}, UnclearAmount),
        ({"amount": "10,000.00"}, UnclearAmount),
        ({"amount": "12.345"}, UnclearAmount),
        ({"amount": "9" * 13}, UnclearAmount),
        ({"amount": "٣"}, UnclearAmount),
        ({"currency": "EURO"}, UnclearCurrency),
        ({"currency": ""}, UnclearCurrency),
        ({"contact": "orders"}, UnclearContact),
        ({"contact": "a@b.example\nBcc: c@d.example"}, UnclearContact),
    ],
)
def test_what_is_unclear_is_refused_and_nothing_is_entered(
    office: Office, db: Database, changes: dict[str, str], refusal: type[Refusal]
) -> None:
    paid = PaidIn(**{**vars(PLAIN), **changes})
    with pytest.raises(refusal):
        purchase_orders.pay_in(db, office.desk, paid, by="cli:anna", now=office.now)

    assert purchase_orders.list_all(db) == []
    assert office.jobs() == []


def test_another_currency_does_not_go_on_it(office: Office, db: Database) -> None:
    pay_in(office)
    with pytest.raises(OtherCurrency):
        purchase_orders.pay_in(db, office.desk, replace(PLAIN, currency="usd"), by="cli:anna", now=office.now)


def correct(office: Office, amount: str, *, number: str = "4711", reason: str = "a zero too many") -> int:
    with office.connect() as db:
        order = purchase_orders.correct(
            db, office.desk, number=number, amount=amount, reason=reason, by="cli:anna", now=office.now
        )
    return order.available.minor


def test_a_wrongly_typed_deposit_is_taken_back_but_never_what_is_held(office: Office, db: Database) -> None:
    order = pay_in(office, "10000")
    case = a_case(office)
    spend(db, office, order, 800, case_id=case.id)
    assert correct(office, "9000") == 20_000
    with pytest.raises(CorrectionTooLarge):
        correct(office, "200.01")
    assert correct(office, "200") == 0
    order, entries = purchase_orders.show(db, "PO-4711")

    assert (order.held.minor, order.spent.minor) == (80_000, 0)
    assert [(entry.kind, entry.amount.minor, entry.reason) for entry in entries[2:]] == [
        (EntryKind.CORRECTION, 900_000, "a zero too many"),
        (EntryKind.CORRECTION, 20_000, "a zero too many"),
    ]
    assert (office.events()[-1].tag, office.events()[-1].data["minor"]) == ("money:corrected", 20_000)
    office.work()
    assert "took €9,000.00 back from purchase order *PO-4711*" in office.chat.texts()
    assert "a zero too many" not in str([event.data for event in office.events()])


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": "  "}, ReasonMissing),
        ({"reason": "x" * 201}, ReasonMissing),
        ({"amount": "0"}, UnclearAmount),
        ({"amount": "-5"}, UnclearAmount),
        ({"number": "PO-4712"}, UnknownPurchaseOrder),
    ],
)
def test_a_correction_that_is_unclear_moves_nothing(
    office: Office, db: Database, changes: dict[str, str], refusal: type[Refusal]
) -> None:
    pay_in(office)
    with pytest.raises(refusal):
        correct(office, **{"amount": "5", **changes})
    assert len(purchase_orders.show(db, "PO-4711")[1]) == 1


def test_what_is_low_is_measured_by_what_was_there_after_a_correction(office: Office) -> None:
    pay_in(office, "100000")
    correct(office, "99800")
    with office.connect() as db:
        assert find_peak(db, 1) == 20_000


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("PO 4711-2", "po-4711 \u2013 2", True),
        ("PO 4711-2", "4711\u20112", True),
        ("4500 0123", "45000123", True),
        ("Bestellung: 4711", "4711", True),
        ("AB-12", "ab12", True),
        ("1-2", "12", False),
        ("1-2", "1/2", False),
        ("4711-2", "47112", False),
        ("4.711", "4711", False),
    ],
)
def test_numbers_are_told_apart_by_what_stands_between_their_digits(one: str, other: str, same: bool) -> None:
    assert (fold_number(one) == fold_number(other)) is same


def test_an_unknown_number_is_said(db: Database) -> None:
    with pytest.raises(UnknownPurchaseOrder):
        purchase_orders.show(db, "PO-1")


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("10000", "EUR", 1_000_000),
        ("10,5", "EUR", 1_050),
        ("0.01", "USD", 1),
        ("500", "JPY", 500),
        ("1.001", "KWD", 1_001),
    ],
)
def test_amounts_are_read_in_the_minor_units_of_their_currency(text: str, currency: str, minor: int) -> None:
    assert read_amount(text, currency) == Money(minor, currency)
