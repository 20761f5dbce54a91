"""The stock's card, notes and modals as they were approved; strangers' text stays text within the limits."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.languages import LANGUAGES
from bot.domain.license_keys import NewKey
from bot.domain.money import Money
from bot.domain.purchase_orders import PurchaseOrder
from bot.domain.ris import Credential
from bot.domain.sheets import SheetRefusal
from bot.domain.stock import Supplies, Wanted, serve
from bot.domain.vouchers import BadRow, Column, FileFault, GoodRow, RowFault, VoucherReading
from bot.rendering import plots, stock, stock_plot, voucher_modals
from bot.rendering.blocks import Block, Card
from bot.rendering.mails import render_mail
from bot.rendering.samples import PURCHASE_ORDER
from bot.rendering.stock_mails import po_low
from bot.rendering.vouchers import reading_json, row_text, summary
from bot.rendering.words import words
from tests.golden import assert_approved, assert_json_approved
from tests.rendering.test_prices import priced

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2024, 9, 12, 8, 31, tzinfo=UTC)
SMALL = PurchaseOrder(
    id=1,
    number="4500-0007",
    made_at=AT,
    available=Money(100_00, "EUR"),
    held=Money(0, "EUR"),
    spent=Money(0, "EUR"),
)
WANTED = (
    Wanted(ref="C-7", company="Lindgren & Söhne GmbH", status=CaseStatus.PURCHASING, seats=5),
    Wanted(ref="C-9", company="Nordwind Pumpen AG", status=CaseStatus.IN_REVIEW, seats=6),
    Wanted(ref="C-4", company="", status=CaseStatus.WAITING_FOR_SPONSOR, seats=3),
)
SUPPLIES = Supplies(
    on=date(2024, 9, 12),
    in_stock=9,
    expiring=3,
    first_expiry=date(2024, 10, 31),
    counts={"issued": 40, "stock": 9, "used": 12, "void": 1},
    issued_lately=12,
    wanted=serve(WANTED, 9),
    orders=(PURCHASE_ORDER, SMALL),
    seat_price=Money(129_00, "EUR"),
)
EMPTY = Supplies(on=date(2024, 9, 12), in_stock=0, expiring=0, first_expiry=None)
GOOD = tuple(GoodRow(line=line, key=NewKey(voucher=f"V-{line}", key=f"KEY-{line}")) for line in range(2, 5))
BAD = tuple(
    BadRow(line=line, column=column, fault=fault, other=2 if fault is RowFault.IN_FILE else 0)
    for line, (fault, column) in enumerate(zip(RowFault, [*Column] * 3, strict=False), 7)
)
UNFIT = VoucherReading(good=GOOD, bad=BAD, left_out=("Batch", "Price"))


def modal(reading: VoucherReading, lang: str, *, asks_code: bool = False) -> Block:
    return voucher_modals.looked_modal(
        reading,
        file_id="F0SAMPLE001",
        name="vouchers.csv",
        digest="ab" * 32,
        asks_code=asks_code,
        words=words(lang, BERLIN),
    )


def shown(lang: str) -> dict[str, Card | Block]:
    say = words(lang, BERLIN)
    paid_in = {"number": "PO-4711", "by": "cli:anna", "minor": 1_000_00, "available": 1_400_00}
    low = {"number": "PO-4711", "minor": 387_00, "currency": "EUR", "left": 3, "below": 5}
    return {
        "stock": stock.supplies_card(SUPPLIES, may_import=True, picture=say.say("stock.picture"), words=say),
        "stock_empty": stock.supplies_card(EMPTY, may_import=False, words=say),
        "stock_no_orders": stock.supplies_card(
            replace(EMPTY, in_stock=9, seat_price=Money(129_00, "EUR"), wanted=serve(WANTED[:1], 9)),
            may_import=False,
            words=say,
        ),
        "stock_imported": stock.import_note({"by": "U0AVERY0001", "count": 40, "left": 49}, words=say),
        "stock_opened": stock.paid_in_note({**paid_in, "currency": "EUR", "is_new": True}, words=say),
        "stock_paid_in": stock.paid_in_note({**paid_in, "currency": "EUR", "is_new": False}, words=say),
        "stock_corrected": stock.corrected_note(
            {**paid_in, "currency": "EUR", "reason": "a zero too many"}, words=say
        ),
        "stock_keys_low": stock.keys_low_note({"left": 4, "below": 5}, words=say),
        "stock_no_keys": stock.keys_low_note({"left": 0, "below": 5}, words=say),
        "stock_money_low": stock.money_low_note({**low, "told": True}, words=say),
        "stock_money_low_untold": stock.money_low_note({**low, "told": False}, words=say),
        "vouchers_file": voucher_modals.file_modal(words=say),
        "vouchers_fit": modal(VoucherReading(good=GOOD), lang, asks_code=True),
        "vouchers_unfit": modal(UNFIT, lang),
        "vouchers_no_file": modal(VoucherReading(fault=FileFault.NO_KEYS, left_out=("Batch",)), lang),
    }


@pytest.mark.golden
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", shown("en"))
def test_each_looks_as_approved(name: str, lang: str) -> None:
    one = shown(lang)[name]
    seen = {"text": one.text, "blocks": one.blocks} if isinstance(one, Card) else one

    assert_json_approved(f"cards/{name}.{lang}.json", seen)


@pytest.mark.golden
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_mail_about_low_money_names_the_price_where_there_is_one(lang: str) -> None:
    mail = render_mail("po_low", lang, po_low(PURCHASE_ORDER, 9, lang=lang, policy=priced("129"), on=AT))

    assert_approved(f"mails/po_low_priced.{lang}.txt", f"Subject: {mail.subject}\n\n{mail.text}")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fault", RowFault)
@pytest.mark.parametrize("column", Column)
def test_every_fault_has_its_sentence(fault: RowFault, column: Column, lang: str) -> None:
    said = row_text(BadRow(line=7, column=column, fault=fault, other=3), words(lang))

    assert "7" in said
    assert ("3" in said) is (fault in (RowFault.IN_FILE, RowFault.BAD_DATE))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("why", [*FileFault, *SheetRefusal])
def test_every_refusal_of_a_file_has_its_sentence(why: FileFault | SheetRefusal, lang: str) -> None:
    refused = VoucherReading(refusal=why) if isinstance(why, SheetRefusal) else VoucherReading(fault=why)

    assert len(summary(refused, words(lang))) > 10
    assert reading_json(refused, file="v.csv", imported=False)["reason"] == why


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_that_is_said_of_a_file_holds_a_voucher_or_key(lang: str) -> None:
    secret = VoucherReading(good=GOOD, bad=BAD)
    said = str([modal(secret, lang), modal(VoucherReading(good=GOOD), lang), summary(secret, words(lang))])

    assert "KEY-" not in said
    assert "V-" not in said
    assert Credential.PHONE_OTP not in said


@pytest.mark.slow
@pytest.mark.parametrize("supplies", [SUPPLIES, EMPTY, replace(SUPPLIES, orders=(PURCHASE_ORDER,) * 40)])
def test_the_chart_is_drawn_whatever_there_is(supplies: Supplies) -> None:
    if not plots.can_draw():
        pytest.skip("matplotlib: not installed")

    for lang in LANGUAGES:
        assert stock_plot.supplies(supplies, words=words(lang, BERLIN)).startswith(b"\x89PNG")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_stock_that_lasts_some_days_lasts_no_nought_weeks(lang: str) -> None:
    few = replace(SUPPLIES, in_stock=2)
    said = str(stock.supplies_card(few, may_import=True, words=words(lang)).blocks)

    assert ("less than a week" in said) or ("nicht einmal eine Woche" in said)
    assert "0 weeks" not in said
    assert "0 Wochen" not in said
