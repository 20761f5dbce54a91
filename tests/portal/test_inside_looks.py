"""The pages of those who are signed in, in Chromium: they fit, and axe finds nothing serious."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from bot.domain.accounts import Account
from bot.domain.ris import Role
from bot.services import credentials as entering
from bot.services import member_invitations
from bot.store import accounts
from bot.store.database import transaction
from handlers.portal.serve import PortalServer
from tests.people import KEY, PASSWORD, hand_key, lose_phone, move_in
from tests.portal.conftest import Found
from tests.portal.looks import looking
from tests.portal.test_registration import a_case

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

LONG_NAME = "Schulzeoberleutheusserschnarrenbergerhausen"
PAGES = {
    "dashboard": "/dashboard",
    "users": "/users?done=created",
    "user": "/users/2",
    "user_end": "/users/2/deactivate",
    "user_new": "/users/new",
    "user_invite": "/users/invite",
    "join_over": "/join/none",
    "terms": "/applications/ForumPass/terms",
    "phones": "/dashboard/phones",
    "lost": "/passcode/lost",
    "codes": "/dashboard/recovery-codes",
    "account": "/account",
    "sessions": "/account/sessions",
}
FOR_ADMINISTRATORS = (
    "dashboard",
    "users",
    "user",
    "user_end",
    "user_new",
    "user_invite",
    "join_over",
    "terms",
)
FOR_USERS = ("dashboard", "terms", "phones", "lost", "codes", "account", "sessions")


@pytest.fixture
def served(found: Found) -> Iterator[tuple[str, list[Account]]]:
    """A portal with the people of one organisation; the first is its administrator."""
    town = found(portal_url="http://127.0.0.1:8080")
    with town.bot.connect() as db:
        now = town.bot.clock.now()
        people = move_in(db, town.bot.desk, a_case(town), now=now)
        hand_key(db, town.bot.desk, people[1], now=now)
        visitor = lose_phone(db, town.bot.desk, people[1], "+4915112345678", now=now)
        entering.enter_key(db, town.bot.desk, visitor, text=KEY, now=now)
        with transaction(db):
            accounts.set_email(db, people[2].id, f"wilhelmina.{'extraordinarily-long' * 3}@kunde.example.org")
            db.execute("update accounts set last_name = ? where id = ?", [LONG_NAME, people[1].id])
        for email, at in (("old@kunde.example.org", now - timedelta(days=20)), ("jo@kunde.example.org", now)):
            member_invitations.invite(db, town.bot.desk, email=email, role=Role.USER, by=people[0], now=at)
    server = PortalServer(town.bot)
    server.start()
    yield f"http://{server.portal_address}", people
    server.stop()


@contextmanager
def signed_in(
    browser: Browser, url: str, who: Account, *, width: int, scheme: str, lang: str
) -> Iterator[Page]:
    dark = scheme == "dark"
    with browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", locale=lang
    ) as context:
        page = context.new_page()
        page.goto(f"{url}/sign-in")
        page.fill("#name", who.user_id)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/dashboard")
        yield page


@pytest.mark.parametrize(("width", "scheme", "lang"), [(1280, "light", "en"), (390, "dark", "de")])
def test_every_page_fits_and_can_be_used_by_everybody(
    served: tuple[str, list[Account]], browser: Browser, width: int, scheme: str, lang: str
) -> None:
    url, people = served
    suffix = f"{width}-{scheme}-{lang}"
    with looking("inside", width=width, suffix=suffix) as looks:
        for who, names in ((people[0], FOR_ADMINISTRATORS), (people[1], FOR_USERS)):
            with signed_in(browser, url, who, width=width, scheme=scheme, lang=lang) as page:
                for name in names:
                    page.goto(f"{url}{PAGES[name]}{'&' if '?' in PAGES[name] else '?'}lang={lang}")
                    looks.look(page, f"{who.role}-{name}")
                    if name == "user_new":
                        page.evaluate("document.querySelector('form.fields').noValidate = true")
                        page.click("form.fields button")
                        page.wait_for_selector(".faults")
                        looks.look(page, f"{who.role}-{name}-faults")
