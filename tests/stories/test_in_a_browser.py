"""A newcomer's first five minutes by mouse, from the lobby to the mail; takes the README's pictures."""

import re

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.samples import DANA
from tests.stories.browsing import take_picture
from tests.stories.desk import Desk

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_a_newcomer_sends_a_ris_approves_it_and_reads_the_confirmation(desk: Desk, page: Page) -> None:
    page.set_default_timeout(20_000)
    page.goto(desk.world.lobby_url)
    page.locator("[data-act=complete] button, button[data-act=complete]").first.click()
    take_picture(page, "lobby")

    page.goto(f"{desk.world.slack.url}?as=avery&channel=approvals")
    approve = page.locator("[data-action-id=case_approve]").last
    expect(approve).to_be_visible(timeout=20_000)
    take_picture(page, "card")
    approve.click()
    expect(page.get_by_text(re.compile("✓ sponsor told")).last).to_be_visible(timeout=20_000)
    take_picture(page, "card-done")

    desk.mail_to(DANA[1], about="Order confirmed")
    page.goto(f"{desk.world.webmail_url}{DANA[1]}/")
    page.get_by_text("Order confirmed").first.click()
    frame = page.frame_locator("iframe").first
    expect(frame.get_by_text("Your order is confirmed")).to_be_visible()
    take_picture(page, "mail")

    page.goto(desk.world.lobby_url)
    for step in ("1", "2", "3"):
        expect(page.locator(f"[data-step='{step}']")).to_have_attribute("data-done", "yes")

    desk.world.workspace.act("blake").say("support", "Good morning.")
    page.reload()
    question = page.locator("[data-step='5']")
    expect(question).to_have_attribute("data-done", "no")
    page.get_by_role("button", name="A question", exact=True).click()
    expect(question).to_have_attribute("data-done", "yes", timeout=20_000)
