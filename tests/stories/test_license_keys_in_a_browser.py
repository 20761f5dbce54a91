"""License Keys by mouse: the mail, the page it leads to, the keys of a case, and one that changes hands."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from bot.domain.ris import Credential
from bot.sandbox.samples import DANA
from tests.license_keys import lay_stock, supply
from tests.stories.browsing import take_picture
from tests.stories.desk import Desk, as_text, text_of
from tests.stories.phones import Phone, set_up
from tests.stories.test_spine import an_organisation

pytestmark = [pytest.mark.slow, pytest.mark.browser]

KEYS = tuple(f"WQ7{number}-4XND-PC2R-9LK{number}" for number in range(1, 9))


def hand_over(page: Page, phone: Phone, email: str) -> None:
    """To somebody new; an address that is none is told at its field first."""
    modal = page.locator("dialog.modal")
    seat = modal.locator("[data-block-id]").filter(has_text=email).first
    seat.locator("[data-action-id=key_do]").first.click()
    page.get_by_text("Hand over…").locator("visible=true").first.click()
    expect(modal.get_by_text("Name of the new owner")).to_be_visible()
    fields = modal.locator("input[type=text]")
    fields.nth(0).fill("Nadia Brandt")
    fields.nth(1).fill("not an address")
    fields.nth(2).fill(phone.next_code())
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text(re.compile("whole e-mail address"))).to_be_visible()
    take_picture(page, "hand-over-modal")
    fields.nth(1).fill("nadia.brandt@elsewhere.example")
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text(re.compile("is Nadia Brandt"))).to_be_visible()
    take_picture(page, "keys-modal-after")


def test_a_license_key_is_mailed_kept_and_handed_over(desk: Desk, page: Page) -> None:
    page.set_default_timeout(20_000)
    with desk.bot.connect() as db:
        lay_stock(db, desk.bot.desk, KEYS, now=desk.bot.clock.now())
    phone = set_up(desk, "avery")
    org = an_organisation(desk)
    people = tuple(replace(user, credential=Credential.PHONE_OTP) for user in org.users)
    desk.send_ris(replace(org.company, seats=len(people) + 1), people)
    card = desk.card(org.company.name, "case_approve")
    desk.act("avery").click("approvals", card["ts"], "case_approve")
    desk.mail_to(DANA[1], about="Order confirmed")
    ref = re.findall(r"C-\d+", as_text(card))[0]
    with desk.bot.connect() as db:
        supply(db, desk.bot.desk, ref, now=desk.bot.clock.now())

    first, second = people[0], people[1]
    desk.mail_to(first.email, about="Your License Key")
    page.goto(f"{desk.world.webmail_url}{first.email}/")
    page.get_by_text("Your License Key").first.click()
    letter = page.frame_locator("iframe").first
    expect(letter.get_by_text(KEYS[0])).to_be_visible()
    take_picture(page, "license-key-mail")
    button = letter.get_by_role("link", name="Where the License Key is entered")
    page.goto(str(button.get_attribute("href")))
    expect(page.get_by_role("heading", name="Have a license key?")).to_be_visible()
    take_picture(page, "dashboard")

    page.goto(f"{desk.world.slack.url}?as=avery&channel=approvals")
    desk.act("avery").command("/usher", f"keys {ref}", "approvals")
    page.reload()
    modal = page.locator("dialog.modal")
    expect(modal.get_by_text(second.email).first).to_be_visible()
    assert KEYS[1] not in page.content()
    take_picture(page, "keys-modal")
    hand_over(page, phone, second.email)
    handed = desk.mail_to("nadia.brandt@elsewhere.example", about="A License Key for")
    assert KEYS[1] in text_of(handed)
    assert KEYS[1] not in text_of(desk.mail_to(second.email, about="Your License Key for ForumPass belongs"))
