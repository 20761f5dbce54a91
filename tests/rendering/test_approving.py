"""Tests of the modal between a click on Approve and the decision."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.approvals import Grave, SecondReason
from bot.domain.cards import Asked, CaseCard
from bot.domain.errors import WrongCode
from bot.domain.money import Money
from bot.domain.purchase_orders import PurchaseOrder
from bot.domain.purchasing import Obstacle, Quote
from bot.domain.ris import Problem, ProblemKind
from bot.domain.step_refusals import BalanceTooSmall
from bot.rendering import approving, samples
from bot.rendering.blocks import Block
from bot.rendering.words import words
from bot.sandbox.slack.limits import check_view
from tests.golden import assert_json_approved

ENGLISH = words("en")


def euros(amount: int) -> Money:
    return Money(amount * 100, "EUR")


def an_order(number: str, available: int, *, id: int = 1) -> PurchaseOrder:  # noqa: A002 - as it is stored
    return PurchaseOrder(
        id=id,
        number=number,
        contact="orders@sponsor.example.org",
        made_at=datetime(2024, 9, 2, tzinfo=UTC),
        available=euros(available),
        held=euros(0),
        spent=euros(0),
    )


def a_card(quote: Quote) -> CaseCard:
    return CaseCard(
        case=samples.complete_case(),
        why_code=(Grave.LARGE,),
        why_second=(SecondReason.AMOUNT,),
        quote=quote,
    )


def asked(*, named: str = "", order: PurchaseOrder | None = None) -> Asked:
    quote = Quote(seats=3, total=euros(387), named=named, order=order, in_stock=9)
    payers = (an_order("4500012345", 12_000), an_order("PO <!here> & more " * 4, 500, id=2))
    return Asked(card=a_card(quote), code=True, payers=payers)


def filled(view: Block, *, payer: str = "", code: str | None = None) -> Block:
    option = {"value": payer} if payer else None
    values = {
        "purchase_order": {"purchase_order": {"selected_option": option}},
        "code": {"code": {"value": code}},
    }
    wanted = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    return view | {"state": {"values": {name: values[name] for name in wanted}}}


@pytest.mark.golden
def test_the_modal_looks_as_it_was_approved() -> None:
    view = approving.approve_modal(asked(named="4711"), words=ENGLISH)

    assert_json_approved("cards/payer_modal.json", view)
    assert check_view(view) == []


@pytest.mark.parametrize(
    ("of_quote", "obstacle"),
    [
        ({}, Obstacle.NONE_NAMED),
        ({"named": "4711"}, Obstacle.UNKNOWN),
        ({"named": "1", "order": an_order("1", 386)}, Obstacle.TOO_SMALL),
        (
            {"named": "1", "order": replace(an_order("1", 0), available=Money(99_999, "USD"))},
            Obstacle.OTHER_CURRENCY,
        ),
    ],
)
def test_it_says_why_somebody_has_to_pick(of_quote: dict[str, Any], obstacle: Obstacle) -> None:
    shown = asked(**of_quote)
    view = approving.approve_modal(shown, words=ENGLISH)

    assert shown.card.quote is not None
    assert shown.card.quote.obstacle is obstacle
    assert approving.why_pick(shown.card.quote, ENGLISH) in view["blocks"][0]["text"]["text"]
    assert "€387.00" in view["blocks"][0]["text"]["text"]


def test_each_choice_says_what_is_left_before_and_after() -> None:
    view = approving.approve_modal(asked(), words=ENGLISH)
    options = view["blocks"][1]["element"]["options"]

    assert options[0] == {
        "text": {"type": "plain_text", "text": "4500012345: €12,000.00, then €11,613.00", "emoji": False},
        "value": "1",
    }
    assert len(options) == 2


def test_what_was_picked_and_typed_is_read() -> None:
    view = approving.approve_modal(asked(), words=ENGLISH)
    given = approving.read_approval(filled(view, payer="2", code="123 456"))

    assert (given.purchase_order, given.code, given.about["ref"]) == (2, "123 456", "C-7")
    assert given.field_of(BalanceTooSmall()) == "purchase_order"
    assert given.field_of(WrongCode(left=4)) == "code"


def test_a_modal_without_a_choice_says_all_at_the_code() -> None:
    view = approving.approve_modal(replace(asked(), payers=()), words=ENGLISH)
    given = approving.read_approval(filled(view, code=None))

    assert (given.purchase_order, given.code) == (None, "")
    assert given.field_of(BalanceTooSmall()) == "code"


def test_the_modal_names_whoever_is_struck_through() -> None:
    card = a_card(Quote(seats=3, total=euros(387), named="", order=None, in_stock=9))
    ris = replace(card.case.ris, problems=(Problem(kind=ProblemKind.STRUCK, field="last_name", user=1),))
    view = approving.approve_modal(
        Asked(card=replace(card, case=replace(card.case, ris=ris)), code=True), words=ENGLISH
    )

    assert "Struck through in the form, and counted: Tomasz Zieliński" in view["blocks"][0]["text"]["text"]
