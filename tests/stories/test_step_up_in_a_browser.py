"""The second factor by mouse: the mail, the page, the first code, and the modal of a grave approval."""

import re
from dataclasses import replace

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.chromium import hear_console
from tests.stories.browsing import take_picture
from tests.stories.desk import Desk
from tests.stories.phones import Phone, link_to
from tests.stories.test_spine import an_organisation

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def scan(desk: Desk, page: Page) -> Phone:
    """Read the page as the camera would, and type the first code."""
    uri = page.locator("a[href^='otpauth:']").get_attribute("href")
    assert uri is not None
    scanned = pyotp.parse_uri(uri)
    phone = Phone(desk, scanned.secret)
    assert page.locator(".secret code").inner_text().replace(" ", "") == phone.secret
    page.fill("#code", phone.wrong_code())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.fill("#code", phone.code())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Your authenticator is set up")).to_be_visible()
    return phone


def test_a_staff_member_sets_up_a_phone_and_approves_a_large_order_with_it(desk: Desk, page: Page) -> None:
    page.set_default_timeout(20_000)
    said: list[str] = []
    hear_console(page, said)
    link_to(desk, "avery")
    page.goto(f"{desk.world.webmail_url}avery@desk.example/")
    page.get_by_text("Set up your authenticator").first.click()
    letter = page.frame_locator("iframe").first
    button = letter.get_by_role("link", name="Set up the authenticator")
    expect(button).to_be_visible()
    take_picture(page, "enrolment-mail")
    page.goto(str(button.get_attribute("href")))
    expect(page.locator("svg.qr")).to_be_visible()
    take_picture(page, "enrolment")
    phone = scan(desk, page)

    org = an_organisation(desk)
    desk.send_ris(replace(org.company, seats=150), org.users)
    desk.card(org.company.name, "case_approve")
    page.goto(f"{desk.world.slack.url}?as=avery&channel=approvals")
    page.locator("[data-action-id=case_approve]").last.click()
    modal = page.locator("dialog.modal")
    expect(modal.get_by_text(re.compile("many seats"))).to_be_visible()
    take_picture(page, "code-modal")
    modal.locator("input[type=text]").last.fill(phone.wrong_code())
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text(re.compile("Tries left: 4"))).to_be_visible()
    take_picture(page, "code-modal-wrong")
    modal.locator("input[type=text]").last.fill(phone.next_code())
    modal.locator("[data-submit]").click()
    expect(page.get_by_text(re.compile("Your approval of C-1 counts")).last).to_be_visible(timeout=20_000)
    take_picture(page, "code-done")

    assert not [line for line in said if "Content Security Policy" in line]
