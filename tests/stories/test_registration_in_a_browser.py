"""From a RIS mail to activation mails: the invited person registers by browser, the desk decides by mouse."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.stories.browsing import at, button, open_mail, picture_of_card, take_picture
from tests.stories.desk import text_of
from tests.stories.supplied import Customer, SuppliedDesk, a_customer, supplied

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SuppliedDesk]:
    with supplied(tmp_path_factory.mktemp("registration")) as desk:
        yield desk


def invited(desk: SuppliedDesk) -> Customer:
    """A form that came by mail, approved and carried out up to the invitation."""
    desk.pay_in("PO-2026-0301", 4000)
    desk.stock(2)
    customer = a_customer(desk, users=2, purchase_order="PO-2026-0301").send().approve()
    customer.at("✓✓☐○○")
    customer.fill(case_number="SC-1", site_number="nordlicht")
    return customer


def register(page: Page, customer: Customer) -> None:
    """By the mail's button; what is missing stands at its field, and nothing goes without a tick."""
    body = open_mail(page, customer, customer.administrator, "Invitation: register")
    page.goto(str(body.get_by_role("link", name="Accept Invitation").get_attribute("href")))
    page.get_by_role("button", name="Get Started").click()
    page.get_by_label("City").fill("Bremen")
    page.get_by_label("State").fill("Bremen")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("alert")).to_contain_text("choose the country from the list")
    take_picture(page, "register-form-wrong")
    page.get_by_label("Organization Headquarters Location").select_option("AT")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and submit")
    take_picture(page, "register-check")
    page.get_by_label("I have checked this").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("look out for an account activation mail")).to_be_visible()
    page.reload()
    expect(page.get_by_text("look out for an account activation mail")).to_be_visible()
    take_picture(page, "register-confirmation")


def test_an_organisation_registers_and_everybody_gets_the_way_to_their_account(
    desk: SuppliedDesk, page: Page
) -> None:
    page.set_default_timeout(20_000)
    customer = invited(desk)
    register(page, customer)
    at(page, desk, "avery")
    picture_of_card(page, customer, "registration-card", "differs from the order")
    button(page, "registration_refuse").click()
    expect(page.locator("dialog.modal").get_by_text("What do they have to correct?")).to_be_visible()
    take_picture(page, "registration-refuse-modal")
    page.locator("dialog.modal").get_by_role("button", name=re.compile("Back|Cancel|Close")).first.click()
    button(page, "registration_approve").click()
    picture_of_card(page, customer, "registration-card-approved", "Live")

    for person in customer.people:
        assert "/activate/" in text_of(customer.mail_to(person.email, "Activate your account"))
    assert "Organization Administrator" in text_of(customer.mail_to(customer.administrator, "Activate"))
    customer.mail_to(customer.sponsor, f"{customer.company} is set up")
