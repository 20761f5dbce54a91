"""A License Key after it was mailed: sent again, handed over, void."""

import re
from collections.abc import Iterator

import pytest

from tests.stories.desk import Message, as_text, text_of
from tests.stories.supplied import Customer, SuppliedDesk, a_customer, supplied

pytestmark = pytest.mark.slow

YOURS = "Your License Key for ForumPass"
TO = "nadia.brandt@elsewhere.example"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SuppliedDesk]:
    with supplied(tmp_path_factory.mktemp("hands")) as desk:
        desk.pay_in("PO-ALL", 10_000)
        yield desk


@pytest.fixture
def customer(desk: SuppliedDesk) -> Customer:
    """Two people who have their keys by mail."""
    desk.stock(2)
    made = a_customer(desk, purchase_order="PO-ALL").send().approve()
    made.at("✓✓☐○○")
    return made


def key_of(customer: Customer, number: int) -> str:
    return key_in(text_of(customer.mail_to(customer.people[number].email, YOURS)))


def key_in(text: str) -> str:
    (key,) = re.findall(r"KEY-\d{6}", text)
    return str(key)


def opened(customer: Customer, member: str = "avery") -> Message:
    """The modal with its keys."""
    customer.desk.act(member).command("/usher", f"keys {customer.ref}", "approvals")
    return customer.desk.modal(member, *(user.email for user in customer.people))


def do(customer: Customer, what: str, number: int, member: str = "avery") -> None:
    """Pick from the menu beside that person's key."""
    view = opened(customer, member)
    email = customer.people[number].email
    (seat,) = [block for block in view["blocks"] if email in as_text(block) and "accessory" in block]
    values = [one["value"] for one in seat["accessory"]["options"]]
    (value,) = [value for value in values if value.startswith(f"{what}:")]
    customer.desk.act(member).click_view(view["id"], "key_do", value, block_id=seat["block_id"])


def test_a_key_is_sent_again_to_its_owner_only(customer: Customer) -> None:
    first = key_of(customer, 1)

    do(customer, "again", 1, "blake")

    shown = as_text(customer.desk.modal("blake", '"notice"', customer.people[1].email))
    assert first not in shown
    customer.desk.settled()
    texts = [text_of(mail) for mail in customer.desk.mails_to(customer.people[1].email)]
    assert [key_in(text) for text in texts] == [first, first]
    assert customer.subjects(customer.administrator) == [YOURS]
    customer.at("✓✓☐○○")


def test_a_key_handed_over_is_told_to_both_and_what_was_seen_before_counts_no_more(
    customer: Customer,
) -> None:
    key = key_of(customer, 1)
    before, desk = customer.people[1], customer.desk
    do(customer, "hand_over", 1, "casey")
    stale = desk.modal("casey", "Name of the new owner")

    do(customer, "hand_over", 1)
    view = desk.modal("avery", "Name of the new owner")
    refused = desk.act("avery").submit(view["id"], {"name": "Nadia Brandt", "email": before.email})
    assert list(refused.errors) == ["email"]
    assert desk.act("avery").submit(view["id"], {"name": "Nadia Brandt", "email": TO}).ok

    assert key_in(text_of(customer.mail_to(TO, "A License Key for ForumPass is yours now"))) == key
    told = text_of(customer.mail_to(before.email, "Your License Key for ForumPass belongs to somebody else"))
    assert key not in told
    assert "Nadia" not in told
    late = desk.act("casey").submit(stale["id"], {"name": "Eve Late", "email": "eve@late.example"})
    assert late.errors
    desk.settled()
    assert desk.mails_to("eve@late.example") == []
    assert desk.money("PO-ALL")[1] == 0
    customer.at("✓✓☐○○")
    customer.history("handed")


def test_a_void_key_is_told_to_its_owner_and_a_new_one_costs_a_new_seat(customer: Customer) -> None:
    desk, key = customer.desk, key_of(customer, 0)
    money = desk.money("PO-ALL")
    do(customer, "void", 0)
    view = desk.modal("avery", customer.people[0].email, "reason")

    assert desk.act("avery").submit(view["id"], {"reason": "exposed"}).ok

    said = text_of(
        customer.mail_to(customer.administrator, "A License Key for ForumPass is not valid any more")
    )
    assert key not in said
    desk.act("avery").command("/usher", f"keys {key}", "support")
    assert "void" in as_text(desk.whisper("avery", "support", customer.administrator))
    assert desk.money("PO-ALL") == money
    customer.at("✓✓☐○○")
