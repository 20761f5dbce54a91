"""What becomes of money, keys and mails when a case ends after its approval."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.desk import as_text, text_of
from tests.stories.supplied import Customer, SuppliedDesk, a_customer, supplied

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SuppliedDesk]:
    with supplied(tmp_path_factory.mktemp("ended")) as desk:
        yield desk


def approved(desk: SuppliedDesk, marks: str, *, keys: int = 2) -> Customer:
    """Approved, and its steps as far as those signs; its purchase order had 500."""
    if keys:
        desk.stock(keys)
    customer = a_customer(desk)
    desk.pay_in(customer.purchase_order, 500)
    customer.send().approve().at(marks)
    return customer


def ended(customer: Customer, about: str) -> str:
    """What its sponsor reads about it, in one line."""
    return " ".join(text_of(customer.mail_to(customer.sponsor, about)).split())


def test_a_refused_case_never_held_anything(desk: SuppliedDesk) -> None:
    customer = a_customer(desk)
    desk.pay_in(customer.purchase_order, 500)
    customer.send().press("case_reject")
    view = desk.modal("avery", customer.ref)
    desk.act("avery").submit(view["id"], {"reason": "wrong_data", "note": ""})

    customer.card("*Rejected*")
    desk.settled()
    assert desk.money(customer.purchase_order) == (500, 0, 0)
    assert all(customer.subjects(user.email) == [] for user in customer.people)


def test_stopped_while_it_waits_for_keys_its_money_is_released(desk: SuppliedDesk) -> None:
    customer = approved(desk, "⏸○○○○", keys=0)
    assert desk.money(customer.purchase_order) == (300, 200, 0)

    customer.stop("the contract fell through")

    customer.at("·····", "the contract fell through", "the desk stopped the case")
    assert desk.money(customer.purchase_order) == (500, 0, 0)
    said = ended(customer, f"{customer.company}: we have stopped the order")
    assert "othing is ordered and nothing is charged." in said
    assert "contract fell through" not in said
    desk.stock(2)
    desk.settled()
    assert desk.in_stock() == 2
    assert all(customer.subjects(user.email) == [] for user in customer.people)
    assert "Withdrawn" in customer.status_page()


def test_stopped_after_the_key_mails_the_keys_are_void_and_stay_paid(desk: SuppliedDesk) -> None:
    customer = approved(desk, "✓✓☐○○")
    keys = [
        re.findall(r"KEY-\d{6}", text_of(customer.mail_to(user.email, "Your License Key")))[0]
        for user in customer.people
    ]

    customer.stop("<!channel> wrong company")

    card = customer.at("✓✓···")
    assert "<!channel>" not in card
    assert desk.money(customer.purchase_order) == (300, 0, 200)
    said = ended(customer, f"{customer.company}: we have stopped the order")
    assert "The License Keys that went out are void" in said
    assert "cannot be called back" in said
    desk.act("avery").command("/usher", f"keys {keys[0]}", "support")
    told = as_text(desk.whisper("avery", "support", customer.people[0].email))
    assert "void" in told
    assert keys[0] not in told
    assert customer.subjects(customer.administrator).count("Your License Key for ForumPass") == 1
    assert not any("Invitation" in subject for subject in customer.subjects(customer.administrator))


def test_withdrawn_by_its_sponsor_after_a_number_was_entered(desk: SuppliedDesk) -> None:
    customer = approved(desk, "✓✓☐○○")
    customer.fill(case_number="SC-7")
    customer.at("✓✓✓☐○")
    confirmed = customer.mail_to(customer.sponsor, "Order confirmed")
    desk.send_mail(
        f"Re: {confirmed['Subject']}",
        "Hello,\n\nplease withdraw this case.\n\nThank you",
        answers=confirmed,
        sender=("A sponsor", customer.sponsor),
    )
    asked = desk.message("approvals", "case_withdraw", thread_ts=customer.card()["ts"])
    desk.act("avery").click("approvals", asked["ts"], "case_withdraw")
    view = desk.modal("avery", "ends here")
    assert desk.act("avery").submit(view["id"], {"reason": "The sponsor takes it back."}).ok

    customer.at("✓✓✓··", "Withdrawn")
    said = ended(customer, f"{customer.company} is withdrawn")
    assert "The License Keys that went out are void" in said
    thread = customer.card()["ts"]
    desk.message("approvals", "worth nothing any more", "Something was made outside", thread_ts=thread)
    desk.message("approvals", "Provisioning case SC-7 stands there", "close it by hand", thread_ts=thread)
    assert desk.money(customer.purchase_order) == (300, 0, 200)


def test_held_key_mails_of_a_stopped_case_never_arrive_and_its_keys_come_back(tmp_path: Path) -> None:
    with supplied(tmp_path, delivery="hold") as desk:
        keys = desk.stock(2)
        customer = a_customer(desk)
        desk.pay_in(customer.purchase_order, 500)
        customer.send().approve().at("✓☐○○○", "a mail waits for its release", "the desk has the ball")
        assert desk.money(customer.purchase_order) == (300, 0, 200)
        for user in customer.people:
            desk.message("support", "Your License Key", user.email)
        shown = str(desk.world.workspace.messages("support"))
        assert not any(key in shown for key in keys)

        customer.stop("not yet")

        assert desk.money(customer.purchase_order) == (500, 0, 0)
        assert desk.in_stock() == 2
        desk.usher("jobs", "release", "--all")
        said = ended(customer, f"{customer.company}: we have stopped the order")
        assert "othing is ordered and nothing is charged." in said
        desk.settled()
        assert all(customer.subjects(user.email) == [] for user in customer.people)
        assert not any("Order confirmed" in subject for subject in customer.subjects(customer.sponsor))
