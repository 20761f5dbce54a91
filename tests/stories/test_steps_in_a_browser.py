"""A case from Approve to the invitation by mouse: what pays, the checklist, a failure, mails and pages."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.provisioning_faults import says
from tests.provisioning_servers import WebhookServer
from tests.stories.browsing import at, button, open_mail, picture_of_card, take_picture
from tests.stories.desk import text_of
from tests.stories.supplied import Customer, SuppliedDesk, a_customer, supplied

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def hook() -> Iterator[WebhookServer]:
    with WebhookServer() as hook:
        yield hook


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, hook: WebhookServer) -> Iterator[SuppliedDesk]:
    with supplied(tmp_path_factory.mktemp("steps"), hook, site="webhook") as desk:
        yield desk


def open_status(page: Page, customer: Customer, name: str, *words: str) -> None:
    text = text_of(customer.mail_to(customer.sponsor, "Order confirmed"))
    page.goto(re.findall(r"http://127\.0\.0\.1:\d+/status/\S+", text)[0])
    for said in words:
        expect(page.get_by_text(said).first).to_be_visible()
    take_picture(page, name)


def approve_and_pick(page: Page, desk: SuppliedDesk, customer: Customer) -> None:
    modal = page.locator("dialog.modal")
    at(page, desk, "avery")
    picture_of_card(page, customer, "steps-card-in-review", "We know no purchase order")
    button(page, "case_approve").click()
    expect(modal.get_by_text("Which purchase order pays?")).to_be_visible()
    modal.locator("select").select_option(label="PO-2026-0117: €4,000.00, then €3,700.00")
    take_picture(page, "approve-modal")
    modal.locator("[data-submit]").click()
    picture_of_card(page, customer, "steps-card-blocked", "too few License Keys in stock")


def fill_checklist(page: Page, customer: Customer) -> None:
    """What is wrong stands at its field, one fault after the other."""
    modal = page.locator("dialog.modal")
    button(page, "case_checklist").click()
    expect(modal.get_by_text("Number of the Sales Provisioning Case")).to_be_visible()
    fields = modal.locator("input[type=text]")
    fields.nth(1).fill("not an address")
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text(re.compile("without what it is called"))).to_be_visible()
    fields.nth(0).fill("SC-104217")
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text(re.compile("is no address"))).to_be_visible()
    take_picture(page, "checklist-modal")
    fields.nth(1).fill("https://netsuite.example.com/app/crm/supportcase.nl?id=104217")
    modal.locator("[data-submit]").click()
    picture_of_card(page, customer, "steps-card-failed", "sites are made on weekdays only")


def read_key_and_status(page: Page, customer: Customer) -> None:
    person = customer.people[1]
    body = open_mail(page, customer, person.email, "Your License Key")
    expect(body.get_by_text(re.compile(r"KEY-\d{6}"))).to_be_visible()
    open_status(page, customer, "status-page-provisioning", "The Onboarding desk", "the site is being set up")


def look_at_both_modals(page: Page) -> None:
    modal = page.locator("dialog.modal")
    for action in ("step_skip", "case_stop"):
        button(page, action).click()
        expect(modal.get_by_text("Why?")).to_be_visible()
        take_picture(page, f"{action.replace('_', '-')}-modal")
        modal.get_by_role("button", name=re.compile("Back|Cancel|Close")).first.click()


def accept_invitation(page: Page, customer: Customer) -> None:
    body = open_mail(page, customer, customer.administrator, "Invitation: register")
    expect(body.get_by_text("What happens then")).to_be_visible()
    take_picture(page, "invitation-mail")
    link = body.get_by_role("link", name="Accept Invitation")
    page.goto(str(link.get_attribute("href")))
    expect(page.get_by_text(customer.company).first).to_be_visible()
    take_picture(page, "register-page")


def test_a_case_goes_from_approve_to_the_invitation(
    desk: SuppliedDesk, hook: WebhookServer, page: Page
) -> None:
    desk.pay_in("PO-2026-0117", 4000)
    desk.pay_in("PO-2026-0098", 600)
    customer = a_customer(desk, users=3, purchase_order="PO-2026-0711").send()
    customer.card("case_approve")
    hook.faults["GET"].append(says(403, {"error": "sites are made on weekdays only"}))

    approve_and_pick(page, desk, customer)
    desk.stock(3)
    picture_of_card(page, customer, "steps-card-desk", "the desk makes it")
    fill_checklist(page, customer)
    read_key_and_status(page, customer)
    at(page, desk, "avery")
    look_at_both_modals(page)
    button(page, "step_retry").click()
    picture_of_card(page, customer, "steps-card-invited", "the customer has the ball")

    accept_invitation(page, customer)
    open_status(page, customer, "status-page-invited", "The customer, who has the invitation")
