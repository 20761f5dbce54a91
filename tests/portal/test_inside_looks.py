"""The pages of those who are signed in, in Chromium: they fit, and axe finds nothing serious."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.ris import Role
from bot.domain.sessions import Strength
from bot.services import credentials as entering
from bot.services import member_invitations, phone_resets, sessions
from bot.services.desk import Desk
from bot.store import accounts, credentials
from bot.store.database import transaction
from handlers.portal.serve import PortalServer
from tests.people import KEY, PASSWORD, hand_key, move_in
from tests.portal.conftest import Found
from tests.portal.test_registration import a_case

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

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
GRAVE = frozenset({"serious", "critical"})


@pytest.fixture
def served(found: Found) -> Iterator[tuple[str, list[Account]]]:
    """A portal with the people of one organisation; the first is its administrator."""
    town = found(portal_url="http://127.0.0.1:8080")
    with town.bot.connect() as db:
        now = town.bot.clock.now()
        people = move_in(db, town.bot.desk, a_case(town), now=now)
        lose_phone(db, town.bot.desk, people[1], now=now)
        with transaction(db):
            accounts.set_email(db, people[2].id, f"wilhelmina.{'extraordinarily-long' * 3}@kunde.example.org")
        for email, at in (("old@kunde.example.org", now - timedelta(days=20)), ("jo@kunde.example.org", now)):
            member_invitations.invite(db, town.bot.desk, email=email, role=Role.USER, by=people[0], now=at)
    server = PortalServer(town.bot)
    server.start()
    yield f"http://{server.portal_address}", people
    server.stop()


def lose_phone(db: Database, desk: Desk, owner: Account, *, now: datetime) -> None:
    """They had one, and have said that it is lost."""
    hand_key(db, desk, owner, now=now)
    with transaction(db):
        token = sessions.begin(db, desk, owner, strength=Strength.PASSWORD, now=now)
        phone = credentials.add_phone(db, owner.id, "+4915112345678", now=now)
        credentials.note_code(db, phone, now=now)
    visitor = sessions.get(db, token, now=now)
    entering.enter_key(db, desk, visitor, text=KEY, now=now)
    phone_resets.ask(db, desk, visitor, now=now)


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


def look(page: Page, url: str, names: tuple[str, ...], picture: str) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    for name in names:
        page.goto(f"{url}{PAGES[name]}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in GRAVE] == [], (name, found)
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/inside-{name}-{picture}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme", "lang"), [(1280, "light", "en"), (390, "dark", "de")])
def test_every_page_fits_and_can_be_used_by_everybody(
    served: tuple[str, list[Account]], browser: Browser, width: int, scheme: str, lang: str
) -> None:
    url, people = served
    for who, names in ((people[0], FOR_ADMINISTRATORS), (people[1], FOR_USERS)):
        with signed_in(browser, url, who, width=width, scheme=scheme, lang=lang) as page:
            look(page, url, names, f"{who.role}-{width}-{scheme}-{lang}")
