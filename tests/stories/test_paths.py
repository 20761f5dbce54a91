"""From the form to the invitation, with each of those who make the case and the site."""

import re
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.provisioning_servers import NetSuiteServer, WebhookServer
from tests.stories.desk import text_of
from tests.stories.supplied import Customer, SuppliedDesk, a_customer, supplied


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SuppliedDesk]:
    with supplied(tmp_path_factory.mktemp("paths")) as desk:
        yield desk


def ordered(desk: SuppliedDesk, *, users: int = 2, lang: str = "en") -> Customer:
    """A form that came in; its keys are in stock, and its purchase order pays for two more seats."""
    desk.stock(users)
    customer = a_customer(desk, users=users)
    desk.pay_in(customer.purchase_order, 100 * (users + 2))
    return Customer(desk, customer.sponsor, customer.organisation, lang).send()


def everybody_has_a_key(customer: Customer) -> list[str]:
    """The keys that came to its people's mailboxes, each to one."""
    keys = []
    for user in customer.people:
        text = text_of(customer.mail_to(user.email, "Your License Key"))
        (key,) = re.findall(r"KEY-\d{6}", text)
        assert user.last_name in text
        keys.append(key)
    assert len(set(keys)) == len(keys)
    return keys


def invited(customer: Customer) -> str:
    """What opens behind the button of the invitation; it went to the administrator, and to nobody else."""
    text = text_of(customer.mail_to(customer.administrator, f"Invitation: register {customer.company}"))
    others = [user.email for user in customer.people[1:]]
    assert all(
        subject == "Your License Key for ForumPass" for one in others for subject in customer.subjects(one)
    )
    link = re.search(r"http://127\.0\.0\.1:\d+/register/\S+", text)
    assert link is not None
    with urllib.request.urlopen(link[0]) as answer:
        return str(answer.read().decode())


@pytest.mark.slow
def test_by_hand_the_desk_holds_the_ball_until_it_has_entered_both_numbers(desk: SuppliedDesk) -> None:
    customer = ordered(desk)
    card = customer.card("case_approve")
    assert "Approving buys *2 seats*." in str(card)
    assert f"*{customer.purchase_order}*: €400.00 now, *€200.00* after." in str(card)

    customer.approve()

    keys = everybody_has_a_key(customer)
    waiting = customer.at("✓✓☐○○", "the desk has the ball", "case_checklist", "the desk makes it")
    assert f"€200.00 from purchase order {customer.purchase_order}" in waiting
    assert not any(key in waiting for key in keys)
    assert desk.money(customer.purchase_order) == (200, 0, 200)
    page = customer.status_page()
    assert '<p class="holder">The Onboarding desk</p>' in page
    assert "The License Keys are out, and the site is being set up." in page

    customer.fill(case_number="SC-1042", case_url="https://netsuite.example.com/sc/1042")
    half = customer.at("✓✓✓☐○", "<https://netsuite.example.com/sc/1042|SC-1042>", "the desk has the ball")
    assert "Invitation: register" not in str(customer.subjects(customer.administrator)), half
    customer.fill(site_number="northwind-42")

    assert customer.company in invited(customer)
    customer.at("✓✓✓✓✓", "northwind-42", "the customer has the ball", "Invited")
    assert "The customer, who has the invitation" in customer.status_page()
    assert customer.subjects(customer.sponsor) == [
        f"We have the form for {customer.company}",
        f"Order confirmed: {customer.company}",
    ]
    history = customer.history("the invitation to register went out")
    for said in (
        "is held on",
        "issued 2 License Keys",
        "is taken off",
        "Provisioning case: done",
        "Site: done",
    ):
        assert said in history, said


@pytest.mark.slow
def test_netsuite_makes_the_case_and_a_webhook_the_site(tmp_path: Path) -> None:
    with (
        NetSuiteServer() as netsuite,
        WebhookServer() as hook,
        supplied(tmp_path, netsuite, hook, case="netsuite", site="webhook") as desk,
    ):
        customer = ordered(desk, users=3)
        customer.approve()

        everybody_has_a_key(customer)
        assert customer.company in invited(customer)
        customer.at(
            "✓✓✓✓✓", "CASE4700", "<https://sites.example.com/SITE-1|SITE-1>", "the customer has the ball"
        )
        assert netsuite.made == [f"usher-{customer.ref}-case"]
        assert hook.made == [f"usher-{customer.ref}-site"]
        assert hook.records[hook.made[0]]["case_number"] == "CASE4700"
        assert customer.company in netsuite.records[netsuite.made[0]]["title"]


@pytest.mark.slow
def test_a_webhook_makes_both_and_the_card_says_why_it_takes_a_while(tmp_path: Path) -> None:
    with WebhookServer() as hook, supplied(tmp_path, hook, case="webhook", site="webhook") as desk:
        hook.slow = True
        customer = ordered(desk, lang="de")
        customer.approve()

        customer.at("✓✓◔○○", "Usher is carrying it out", "has the order and gives no number yet")
        assert "it goes on by itself" in customer.status_page()
        hook.slow = False
        desk.world.clock.turn(timedelta(minutes=2))

        customer.at("✓✓✓✓✓", "|SITE-1>", "|SITE-2>", "the customer has the ball")
        assert hook.made == [f"usher-{customer.ref}-case", f"usher-{customer.ref}-site"]
        for user in customer.people:
            assert "KEY-" in text_of(customer.mail_to(user.email, "Ihr License Key"))
        mail = customer.mail_to(customer.administrator, f"Einladung: {customer.company}")
        assert "/register/" in text_of(mail)
