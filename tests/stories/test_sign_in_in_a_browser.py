"""Signing in by mouse and without JavaScript: License Key, phones, Two-Step Verification, ForumPass."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.domain.accounts import Account
from bot.sandbox import supplies
from bot.services import cases
from bot.store.database import transaction
from tests.cast import a_submission
from tests.people import KEY, PASSWORD, agree, hand_key, move_in
from tests.stories.browsing import leading_on, next_code, take_picture
from tests.stories.desk import Desk, running

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("desk"), fitted=leading_on) as desk:
        yield desk


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A phone's browser that runs no script."""
    size = {"width": 390, "height": 844}
    with browser.new_context(viewport=size, java_script_enabled=False, locale="en") as context:  # type: ignore[arg-type]
        yield context.new_page()


def an_owner(desk: Desk) -> Account:
    """Somebody with an active account and a License Key."""
    bot, now = desk.bot, desk.bot.clock.now()
    with bot.connect() as db:
        with transaction(db):
            case = cases.open_case(db, bot.desk, a_submission(company="Nordwind Turbinen GmbH"), now=now)
        owner, *others = move_in(db, bot.desk, case, now=now)
        agree(db, bot.desk, (owner, *others), now=now)
        hand_key(db, bot.desk, owner, now=now)
    return owner


def sign_in(page: Page, desk: Desk, owner: Account) -> None:
    page.goto(f"{desk.world.portal_url}/sign-in")
    page.get_by_label("User ID or e-mail address").fill(owner.user_id)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My Applications")).to_be_visible()


def press_and_enter(page: Page, desk: Desk, button: str, picture: str = "") -> None:
    """Let a code be sent, read it on the phone, and type it."""
    before = len(desk.world.texts.texts())
    page.get_by_role("button", name=button).click()
    code = next_code(desk, before)
    if picture:
        take_picture(page, picture)
    page.get_by_label("OTP code").fill(code)
    page.get_by_role("button", name="Submit").click()


def with_a_card(page: Page, desk: Desk, owner: Account) -> None:
    """The desk registers the sandbox's card, and the portal is opened through its reader."""
    desk.world.card_desk.register = lambda user_id: supplies.register_card(desk.bot, user_id)
    page.goto(f"{desk.world.lobby_url}card/")
    page.get_by_label("User ID").fill(owner.user_id)
    page.get_by_role("button", name="Register the card").click()
    expect(page.get_by_role("status").first).to_contain_text(f"registered for {owner.user_id}")
    page.get_by_role("link", name="Open the portal with the card").click()
    page.goto(f"{desk.world.card.url}/passcode")
    take_picture(page, "two-step-card")
    page.get_by_role("button", name="Use my certificate").click()
    expect(page.locator(".headline .badge")).to_have_text("FIS MLOA hardware certificate")


def test_a_license_key_two_phones_and_a_code_open_forumpass(desk: Desk, plain: Page) -> None:
    page, owner = plain, an_owner(desk)
    page.set_default_timeout(20_000)
    page.goto(f"{desk.world.portal_url}/dashboard")
    take_picture(page, "sign-in")
    sign_in(page, desk, owner)
    expect(page.get_by_text("password only")).to_be_visible()
    page.get_by_role("link", name="Enter it here").click()
    page.get_by_label("License Key").fill(KEY.lower())
    page.get_by_role("button", name="Next").click()
    for number in ("+49 151 12345678", "+49 30 901820"):
        page.get_by_label("Phone number").fill(number)
        press_and_enter(page, desk, "Send a code to verify it")
        if number.endswith("8"):
            page.get_by_role("button", name="Show my recovery codes").click()
            expect(page.locator("ol.codes li")).to_have_count(8)
            take_picture(page, "recovery-codes")
            page.get_by_role("link", name="I have kept them").click()
    take_picture(page, "phones")
    page.get_by_role("link", name="Go to Dashboard").click()
    take_picture(page, "my-dashboard")
    page.get_by_text(owner.name).first.click()
    page.get_by_role("button", name="Sign out").click()

    sign_in(page, desk, owner)
    page.get_by_role("button", name="Launch").click()
    expect(page.get_by_role("heading", name="Two-Step Verification")).to_be_visible()
    take_picture(page, "two-step")
    page.get_by_label("+49 ••• ••20").check()
    press_and_enter(page, desk, "Send", "otp-code")
    expect(page.get_by_role("heading", name="Welcome to ForumPass")).to_be_visible()
    expect(page.get_by_text("phone_otp")).to_be_visible()
    page.reload()
    expect(page.get_by_text("This hand-over is over")).to_be_visible()
    with_a_card(page, desk, owner)
    page.goto(desk.world.phone_url)
    expect(page.locator(".bubble")).to_have_count(3)
    take_picture(page, "sandbox-phone")
