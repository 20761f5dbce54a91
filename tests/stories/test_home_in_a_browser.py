"""The home tab by mouse: empty, busy, and a case approved in place; takes the README's pictures."""

import pytest
from playwright.sync_api import Page, expect

from tests.stories.browsing import take_picture
from tests.stories.desk import Desk
from tests.stories.test_spine import company_of

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def open_home(desk: Desk, page: Page, member: str) -> None:
    """As the sidebar's link does: the app is told, and what it publishes shows up."""
    page.goto(f"{desk.world.slack.url}?as={member}&channel=approvals")
    page.get_by_text("Home tab").click()


def test_a_case_is_approved_in_the_home_tab_and_the_next_one_shown(desk: Desk, page: Page) -> None:
    page.set_default_timeout(20_000)
    open_home(desk, page, "avery")
    expect(page.get_by_text("Three words to begin with")).to_be_visible()
    take_picture(page, "home-empty")

    companies = [company_of(desk.send(desk.world.samples.complete_ris())) for _ in range(2)]
    for company in companies:
        desk.card(company)
    desk.card(company_of(desk.send(desk.world.samples.forged_ris())), "kind_ris")
    open_home(desk, page, "avery")
    expect(page.locator("[data-action-id=case_approve]")).to_have_count(2)
    take_picture(page, "home")

    page.locator("[data-action-id=case_approve]").first.click()
    expect(page.get_by_text("You approved C-1")).to_be_visible()
    page.locator("[data-action-id=queue_next]").first.click()
    expect(page.get_by_text("Skip to the next")).to_be_visible()
    take_picture(page, "home-next")


def test_a_guest_finds_where_to_ask_and_no_case(desk: Desk, page: Page) -> None:
    open_home(desk, page, "dana")

    expect(page.get_by_text("Have you a question")).to_be_visible()
    expect(page.locator("[data-action-id]")).to_have_count(0)
