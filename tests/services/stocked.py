"""A desk with a price, keys in stock and money on purchase orders, for tests of what becomes of them."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from sqlite_utils import Database

from bot.bootstrap import Bot
from bot.domain.money import Money
from bot.domain.purchase_orders import EntryKind, NewEntry, PurchaseOrder
from bot.domain.ris import Credential
from bot.policy import Price
from bot.services import purchase_orders, vouchers
from bot.services.purchase_orders import PaidIn
from bot.store import purchase_orders as ledger
from bot.store.database import transaction
from tests.cast import Office, an_office

PRICE = 100  #: of one seat, in euros


def a_stocked_office(folder: Path, *, price: int | None = PRICE, **changes: str) -> Office:
    """An office whose seats cost something; with None nothing is charged."""
    office = an_office(folder, **changes)
    office.bot = priced(office.bot, price)
    return office


def priced(bot: Bot, price: int | None) -> Bot:
    prices = {Credential.PHONE_OTP: Price(amount=Decimal(price), currency="EUR")} if price else {}
    policy = bot.desk.policy
    mag = policy.mag.model_copy(update={"prices": prices})
    programmes = policy.programmes | {"mag": mag}
    return replace(bot, desk=replace(bot.desk, policy=policy.model_copy(update={"programmes": programmes})))


def a_voucher_file(many: int, *, first: int = 1, expires: str = "") -> bytes:
    lines = [f"V-{number:06};KEY-{number:06};{expires}" for number in range(first, first + many)]
    return "\n".join(["Voucher;License Key;Expires", *lines]).encode()


def stock_up(office: Office, many: int, *, first: int = 1, expires: str = "") -> None:
    with office.connect() as db:
        content = a_voucher_file(many, first=first, expires=expires)
        looked = vouchers.import_file(
            db, office.desk, office.reader, name="v.csv", content=content, by="cli:anna", now=office.now
        )
    assert looked.imported


def pay_in(
    office: Office, amount: str = "1000", *, number: str = "PO-4711", contact: str = "", again: bool = True
) -> PurchaseOrder:
    paid = PaidIn(number=number, amount=amount, currency="EUR", contact=contact, again=again)
    with office.connect() as db:
        return purchase_orders.pay_in(db, office.desk, paid, by="cli:anna", now=office.now)


def spend(db: Database, office: Office, order: PurchaseOrder, euros: int, *, case_id: int) -> None:
    """Hold so much for a case, as its approval does."""
    number = ledger.count_entries(db, order.id)
    entry = NewEntry(
        key=f"test:{order.id}:{number}",
        kind=EntryKind.HOLD,
        amount=Money(euros * 100, "EUR"),
        case_id=case_id,
    )
    with transaction(db):
        assert ledger.post(db, order.id, entry, by="usher", now=office.now)
