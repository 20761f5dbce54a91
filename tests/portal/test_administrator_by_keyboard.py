"""An Organization Administrator's whole work by keyboard alone, without JavaScript."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from bot.domain.accounts import Account
from handlers.portal.serve import PortalServer
from tests.people import PASSWORD, hand_key, move_in
from tests.portal.conftest import Found, Town
from tests.portal.test_registration import a_case
from tests.stories.visitors import Hands

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def served(found: Found) -> Iterator[tuple[Town, str, list[Account]]]:
    """A portal with the people of one organisation; the second has a License Key that nobody used."""
    town = found(portal_url="http://127.0.0.1:8080")
    with town.bot.connect() as db:
        people = move_in(db, town.bot.desk, a_case(town), now=town.bot.clock.now())
        hand_key(db, town.bot.desk, people[1], now=town.bot.clock.now())
    server = PortalServer(town.bot)
    server.start()
    yield town, f"http://{server.portal_address}", people
    server.stop()


@dataclass(frozen=True, kw_only=True)
class Administrator(Hands):
    """By keyboard."""

    town: Town

    def do(self, button: str, said: str) -> None:
        """Press it. What was done, or is wrong, has the focus then: Tab goes on from there."""
        self.press(button)
        expect(self.page.get_by_role("main").locator(":focus")).to_contain_text(said)

    def come_in(self, url: str, who: Account) -> None:
        self.page.goto(f"{url}/sign-in")
        self.fill("User ID or e-mail address", who.user_id)
        self.fill("Password", PASSWORD)
        self.press("Sign in")
        self.arrive("dashboard", "MAG Dashboard")

    def accept_terms(self) -> None:
        self.press("Agree to Terms")
        self.arrive("terms", "ForumPass")
        self.tick("I have read and agree")
        self.press("Agree to Terms")
        self.press("Go to Dashboard")
        self.arrive("dashboard-agreed", "MAG Dashboard")

    def add(self) -> None:
        """With a fault in the first name; its line at the top leads on to the field."""
        self.press("Users")
        self.arrive("users", "Users")
        self.press("Add a user")
        self.arrive("user-new", "Add a user")
        for label, typed in (
            ("First name", "=Ina"),
            ("Last name", "Okoye"),
            ("E-mail address", "ina@k.example.org"),
        ):
            self.fill(label, typed)
        self.choose("Language of the mails", "Deutsch")
        self.do("Add a user", "First name")
        self.look("user-new-faults")
        for key in ("Tab", "Enter"):
            self.page.keyboard.press(key)
        expect(self.page.locator("#first_name")).to_be_focused()
        self.fill("First name", "Ina")
        self.do("Add a user", "The account is made")
        self.look("users-added")

    def invite(self) -> None:
        self.press("Invite somebody")
        self.arrive("user-invite", "Invite somebody")
        self.fill("E-mail address", "jo@k.example.org")
        self.do("Send invitation", "on its way")
        self.town.send_mails()
        self.do("Invite again", "on its way")
        self.do("Withdraw", "withdrawn")

    def look_after(self, who: Account) -> None:
        """Somebody whose key goes to another, and who then needs one."""
        self.press(who.name)
        self.arrive("user", who.name)
        self.do("Reset the password", "password")
        self.choose("To whom", "Ina Okoye (ina@k.example.org)")
        self.do("Hand over", "handed over")
        self.do("Ask the sponsor for a credential", "The sponsor is asked")
        self.choose("New role", "Organization Administrator")
        self.do("Change role", "The role is changed")
        self.press(f"Deactivate {who.name}")
        self.arrive("user-end", f"Deactivate {who.name}")
        self.tick(f"Yes, deactivate {who.name}")
        self.do("Deactivate", "The account is deactivated")
        self.look("user-ended")
        self.do(f"Reactivate {who.name}", "The account works again")
        self.press("Users")
        self.press("Ina Okoye")
        self.arrive("user-waiting", "Ina Okoye")
        self.town.send_mails()
        self.do("Send the activation mail again", "Another activation mail")


def test_an_administrator_does_everything_by_keyboard(
    served: tuple[Town, str, list[Account]], browser: Browser
) -> None:
    town, url, people = served
    with browser.new_context(java_script_enabled=False, locale="en") as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        administrator = Administrator(town=town, page=page, lang="en", keyboard=True)

        administrator.come_in(url, people[0])
        administrator.accept_terms()
        administrator.add()
        administrator.invite()
        administrator.look_after(people[1])
