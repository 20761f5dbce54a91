"""What seats cost is said where the desk knows a price and the form a number of seats."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot import policy as policies
from bot.domain.languages import LANGUAGES
from bot.domain.money import Money
from bot.domain.purchasing import Quote
from bot.domain.ris import Credential
from bot.policy import Policy, Price
from bot.rendering import mails, order_mails, samples
from bot.rendering.mails import render_mail
from tests.golden import assert_approved
from tests.rendering.test_approving import an_order

POLICY = policies.load()


def priced(amount: str = "1290.5", currency: str = "EUR") -> Policy:
    prices = {Credential.PHONE_OTP: Price(amount=Decimal(amount), currency=currency)}
    return POLICY.model_copy(update={"programmes": {"mag": POLICY.mag.model_copy(update={"prices": prices})}})


PRICED = priced()


@pytest.mark.golden
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_mail_with_prices_reads_as_it_was_approved(lang: str) -> None:
    for name, values in {
        "order_confirmation": order_mails.order_confirmation(samples.decided_case(lang), PRICED),
        "receipt": mails.receipt(samples.complete_case(lang), PRICED),
    }.items():
        mail = render_mail(name, lang, values | {"status_url": samples.STATUS_URL})

        assert_approved(f"mails/{name}_priced.{lang}.txt", f"Subject: {mail.subject}\n\n{mail.text}")
        assert_approved(f"mails/{name}_priced.{lang}.html", mail.html)


@pytest.mark.parametrize(("lang", "each", "all_of_them"), [
    ("en", "€1,290.50", "€3,871.50"), ("de", "1.290,50\u00a0€", "3.871,50\u00a0€"),
])  # fmt: skip
def test_a_known_price_is_said_for_one_seat_and_for_all(lang: str, each: str, all_of_them: str) -> None:
    confirmed = order_mails.order_confirmation(samples.decided_case(lang), PRICED)
    added = order_mails.order_confirmation(samples.addition_case(lang), PRICED)
    text = render_mail("order_confirmation", lang, confirmed | {"status_url": samples.STATUS_URL}).text

    assert (confirmed["seat_price"], confirmed["total_price"]) == (each, all_of_them)
    assert added["seat_price"] == added["total_price"] == each  # one new person has a phone
    assert all_of_them in text


def test_without_a_price_or_a_number_of_seats_nothing_is_said_of_money() -> None:
    case = samples.incomplete_case()
    some = replace(case, ris=replace(case.ris, company=replace(case.ris.company, seats="some")))

    assert mails.receipt(samples.complete_case(), POLICY)["seat_price"] == ""
    assert mails.receipt(some, PRICED)["seat_price"] == mails.receipt(some, PRICED)["total_price"] == ""


def test_a_currency_without_cents_has_none() -> None:
    assert mails.receipt(samples.complete_case(), priced("500", "JPY"))["total_price"] == "JP¥1,500"


@pytest.mark.parametrize(
    ("named", "row"),
    [("", "one that we chose"), ("PO-4711", "one that we chose, not PO-4711 of the form"), ("po-9", "po-9")],
)
def test_whose_purchase_order_is_not_charged_does_not_read_that_it_is(named: str, row: str) -> None:
    case = samples.decided_case()
    case = replace(case, ris=replace(case.ris, company=replace(case.ris.company, purchase_order=named)))
    picked = replace(an_order("PO-9", 90_000), contact="orders@elsewhere.example.net")
    quote = Quote(seats=3, total=Money(38_700, "EUR"), order=picked, named=named)
    words = order_mails.order_confirmation(case, PRICED, quote)
    text = render_mail("order_confirmation", "en", words | {"status_url": samples.STATUS_URL}).text

    assert f"Purchase order: {row}\n" in text
    assert words["balance"] == ""


def test_where_nothing_is_charged_the_confirmation_does_not_say_so() -> None:
    words = order_mails.order_confirmation(samples.decided_case(), POLICY) | {"purchase_order": ""}
    text = render_mail("order_confirmation", "en", words | {"status_url": samples.STATUS_URL}).text

    assert "charge" not in text
    assert "purchase order" not in text.lower()


@pytest.mark.parametrize(("named", "said"), [(6, "the form named 6"), (1, ""), (None, "")])
def test_an_addition_says_why_it_orders_fewer_seats_than_the_form_names(named: int | None, said: str) -> None:
    case = samples.addition_case()
    case = replace(case, ris=replace(case.ris, company=replace(case.ris.company, seats=named)))
    words = order_mails.order_confirmation(case, POLICY)
    text = render_mail("order_confirmation", "en", words | {"status_url": samples.STATUS_URL}).text

    assert ("the form named" in text) == bool(said)
    assert said in " ".join(text.split())
