"""What pays for a case: the purchase order of its form, or the one that its approver picks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.desk import as_text, text_of
from tests.stories.supplied import Customer, SuppliedDesk, a_customer, supplied

pytestmark = pytest.mark.slow

RICH = "PO-RICH-1"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SuppliedDesk]:
    with supplied(tmp_path_factory.mktemp("payers")) as desk:
        desk.stock(20)
        desk.pay_in(RICH, 5000)
        yield desk


def pick(customer: Customer, number: str, *words: str) -> None:
    """Press Approve and choose what pays in the modal that opens, once the card says why it is asked."""
    customer.card(words[0])  # an older card's button would only show the new price
    customer.press("case_approve")
    view = customer.desk.modal("avery", *words)
    (block,) = [block for block in view["blocks"] if block["block_id"] == "purchase_order"]
    options = {one["text"]["text"].partition(":")[0]: one["value"] for one in block["element"]["options"]}
    assert customer.desk.act("avery").submit(view["id"], {"purchase_order": options[number]}).ok
    customer.card("*Approved* by")


def confirmation(customer: Customer) -> str:
    return text_of(customer.mail_to(customer.sponsor, "Order confirmed"))


def test_a_number_that_nobody_knows_is_said_and_the_approver_picks_another(desk: SuppliedDesk) -> None:
    customer = a_customer(desk, purchase_order="PO-UNHEARD-OF").send()
    before = desk.money(RICH)
    customer.card("We know no purchase order *PO-UNHEARD-OF*. It costs *€200.00*")

    pick(customer, RICH, "We know no purchase order *PO-UNHEARD-OF*", "then")

    customer.at("✓✓☐○○", f"€200.00 from purchase order {RICH}")
    assert desk.money(RICH) == (before[0] - 200, 0, before[2] + 200)
    said = confirmation(customer)
    assert RICH in said
    assert f"€{before[0] - 200:,}.00" in said
    assert "PO-UNHEARD-OF" not in said


def test_a_form_that_names_none_is_paid_by_what_is_picked(desk: SuppliedDesk) -> None:
    customer = a_customer(desk, purchase_order="").send()
    customer.card("The form names no purchase order.")

    pick(customer, RICH, "The form names no purchase order")

    customer.at("✓✓☐○○", f"from purchase order {RICH}")
    assert RICH in confirmation(customer)


def test_one_that_is_too_small_or_in_another_currency_does_not_pay(desk: SuppliedDesk) -> None:
    small, foreign = a_customer(desk).send(), a_customer(desk).send()
    desk.pay_in(small.purchase_order, 150)
    desk.pay_in(foreign.purchase_order, 10_000, "USD")

    pick(small, RICH, f"*{small.purchase_order}* has €150.00 left, and this costs *€200.00*")
    pick(foreign, RICH, f"*{foreign.purchase_order}* is in another currency (US$10,000.00)")

    assert desk.money(small.purchase_order) == (150, 0, 0)
    assert desk.money(foreign.purchase_order) == (10_000, 0, 0)
    small.at("✓✓☐○○")
    foreign.at("✓✓☐○○")


def test_the_balance_stands_on_the_card_before_and_after_and_in_the_confirmation(desk: SuppliedDesk) -> None:
    customer = a_customer(desk, users=3)
    desk.pay_in(customer.purchase_order, 1000)
    customer.send()

    customer.card(f"*{customer.purchase_order}*: €1,000.00 now, *€700.00* after.")
    customer.approve()

    customer.card(f"3 seats, 3 keys issued · €300.00 from purchase order {customer.purchase_order}")
    said = confirmation(customer)
    for words in ("€100.00", "€300.00", customer.purchase_order, "€700.00"):
        assert words in said
    assert desk.money(customer.purchase_order) == (700, 0, 300)


def test_while_nothing_pays_approving_is_refused_with_the_mend_and_then_works(tmp_path: Path) -> None:
    with supplied(tmp_path) as desk:
        desk.stock(2)
        customer = a_customer(desk).send()
        customer.press("case_approve")

        told = as_text(desk.whisper("avery", "approvals", "No purchase order has €200.00 left"))
        assert "usher po add" in told
        assert desk.act("avery").top_view() is None
        answer = desk.usher("po", "add", customer.purchase_order, "250", "EUR", "--contact", customer.sponsor)
        assert answer.code == 0, answer.err

        customer.card("€250.00 now")  # it is brought up to date by itself: what one approves is what one sees
        customer.approve().at("✓✓☐○○")
        assert desk.money(customer.purchase_order) == (50, 0, 200)
        assert "€50.00" in confirmation(customer)
        assert customer.purchase_order in desk.usher("po", "show", customer.purchase_order).out


def test_two_cases_on_one_purchase_order_that_pays_for_one_of_them(desk: SuppliedDesk) -> None:
    number = "PO-SHARED"
    desk.pay_in(number, 250)
    first, second = (a_customer(desk, purchase_order=number).send() for _ in range(2))
    for customer in (first, second):
        customer.card("*€50.00* after.")

    first.approve()

    second.card("has €50.00 left")
    pick(second, RICH, f"*{number}* has €50.00 left, and this costs *€200.00*")
    assert desk.money(number) == (50, 0, 200)
