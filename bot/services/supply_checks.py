"""What the doctor says of stock, purchase orders and certificates: without them people stand still."""

from collections.abc import Iterator
from datetime import datetime

from sqlite_utils import Database

from bot.domain.health import Check
from bot.domain.ris import Credential
from bot.services import certificates, sealed
from bot.services.desk import Desk
from bot.services.stock import survey
from bot.store import license_keys

SHOWN = 5  #: accounts that are named


def look(db: Database, desk: Desk, *, now: datetime) -> Iterator[Check]:
    """Ill where seats are charged and there is nothing to charge, or no key to give."""
    supplies = survey(db, desk, now=now)
    wanted = f", for {supplies.seats_wanted} seats that are wanted" if supplies.seats_wanted else ""
    soon = (
        f"; {supplies.expiring} expire soon, the first on {supplies.first_expiry}"
        if supplies.expiring
        else ""
    )
    keys = license_keys.list_sealed_stock(db, Credential.PHONE_OTP, on=supplies.on)
    closed = sealed.count_closed(desk.keyring, keys)
    lost = f" (of {len(keys)}: SECRET_KEY opens no more)" if closed else ""
    fit = len(keys) - closed
    yield Check(
        name="stock",
        well=fit > 0 or supplies.seat_price is None,
        sentence=f"{fit} License Keys can be issued{lost}{wanted}{soon}",
        mend="put the former SECRET_KEY behind the present one"
        if closed
        else "import vouchers: `usher vouchers import FILE.csv`, or /usher stock in Slack",
    )
    paying = [order for order in supplies.orders if supplies.pays_for(order)]
    many = len(supplies.orders)
    if supplies.seat_price is None:
        sentence = "no price is set in usher.toml, so nothing is charged"
    elif not many:
        sentence = "none is entered, and seats have a price"
    else:
        sentence = f"{len(paying)} of {many} pay for at least one seat"
    yield Check(
        name="purchase orders",
        well=supplies.seat_price is None or bool(paying),
        sentence=sentence,
        mend="enter what the sponsor paid in: `usher po add NUMBER AMOUNT CURRENCY`",
    )


def look_for_certificates(db: Database, *, by_proxy: bool) -> Iterator[Check]:
    """Ill where the owner of an active account cannot use theirs; `by_proxy`: one says what it was shown."""
    lacking = certificates.list_lacking(db)
    shown = ", ".join(lacking[:SHOWN]) + (f" and {more} more" if (more := len(lacking) - SHOWN) > 0 else "")
    sentence = (
        f"none is registered for {shown}, whose credential is an FIS MLOA hardware certificate"
        if lacking
        else "each account whose credential is one has one"
    )
    mend = "ask for the subject, then `usher accounts certificate USER_ID 'SUBJECT'`"
    if not by_proxy:
        mend += (
            "; no proxy shows certificates yet: set CLIENT_CERT_VERIFY_HEADER and CLIENT_CERT_SUBJECT_HEADER"
        )
    yield Check(name="certificates", well=not lacking, sentence=sentence, mend=mend)
