"""What the sandbox's desk begins with: a price, money on purchase orders, a stock of invented vouchers."""

import secrets
from pathlib import Path

from bot import policy as policies
from bot.bootstrap import Bot
from bot.domain.errors import Refusal
from bot.rendering.words import words
from bot.sandbox.card import CARD
from bot.sandbox.invented import PURCHASE_ORDERS
from bot.services import certificates, purchase_orders, vouchers
from bot.services.purchase_orders import PaidIn

VOUCHERS = 40
BY = "cli:sandbox"
_AMOUNTS = ("10000", "2500")  #: enough for a morning, and soon little
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def price_list(folder: Path, *, forumpass: str = "") -> str:
    """The shipped policy with its sample price, where ForumPass is, and answers that go by themselves.

    As a file for USHER_CONFIG.
    """
    path = folder / "usher.toml"
    shipped = policies.SHIPPED.read_text(encoding="utf-8")
    priced = shipped.replace("# prices =", "prices =").replace('faq_mode = "suggest"', 'faq_mode = "answer"')
    path.write_text(
        priced.replace('ForumPass = { url = ""', f'ForumPass = {{ url = "{forumpass}"'), encoding="utf-8"
    )
    return str(path)


def lay(bot: Bot) -> None:
    """Pay money in and import vouchers, as the desk does: the support channel tells of both."""
    now = bot.clock.now()
    with bot.connect() as db:
        for number, amount in zip(PURCHASE_ORDERS, _AMOUNTS, strict=True):
            paid = PaidIn(number=number, amount=amount, currency="EUR", contact="orders@sponsor.example")
            purchase_orders.pay_in(db, bot.desk, paid, by=BY, now=now)
        vouchers.import_file(
            db, bot.desk, bot.reader, name="vouchers.csv", content=voucher_file(VOUCHERS), by=BY, now=now
        )


def register_card(bot: Bot, user_id: str) -> str:
    """The card is that account's, as `usher accounts certificate` makes it; say what became of it."""
    try:
        with bot.connect() as db:
            owner = certificates.register(
                db, bot.desk, user_id=user_id, subject=CARD, by=BY, now=bot.clock.now()
            )
    except Refusal as refusal:
        return words().refusal(refusal)
    return f"The card is registered for {owner.user_id} ({owner.name})."


def voucher_file(many: int) -> bytes:
    """So many vouchers that nobody has seen before."""
    rows = [f"V-{_code(8)},{_code(4)}-{_code(4)}-{_code(4)}" for _ in range(many)]
    return "\n".join(["voucher,license key", *rows, ""]).encode()


def _code(signs: int) -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(signs))
