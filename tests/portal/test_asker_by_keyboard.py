"""What anybody does at the open pages, and how one leaves: by keyboard alone, without JavaScript."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.domain.sessions import Strength
from bot.store import credentials
from bot.store.database import rows, transaction
from tests.forms import sound_form, with_cells
from tests.people import PASSWORD
from tests.portal.test_owner_by_keyboard import Owner, Place, place

__all__ = ["place"]  # pytest finds the fixture here

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]


class Asker(Owner):
    """Who asks, and who leaves."""

    def ask(self) -> None:
        """From the search to an article that does not help, and on to a person."""
        self.go("/faq")
        self.fill("What do you want to know?", "My account is locked, for how long?")
        self.press("Search")
        self.arrive("found", "Help with signing in")
        self.press("My account is locked")
        self.arrive("article", "locked")
        self._reach(self.page.locator("input[name=helped]").first)  # from one choice to the other by arrow
        self.page.keyboard.press("ArrowDown")
        expect(self.page.get_by_label("That did not help")).to_be_checked()
        self.press("Send")
        self.arrive("contact", "Contact")
        self.fill("Your name", "Mara Lind")
        self.fill("Your e-mail address", "mara@lind.example.org")
        self.press("Send to a person")
        self.arrive("sent", "Your question is with us")

    def check(self, file: Path) -> None:
        """The system's own window chooses the file, which no page can."""
        self.go("/ris")
        self.page.set_input_files("#form", file)
        self.press("Check the form")
        expect(self.page.locator("ol.points li")).to_have_count(1)
        self.look("checked")

    def ask_for_link(self) -> None:
        self.go("/register")
        self._fill(self.page.locator("#email"), "greta@kunde.example.org")
        self.press("Send me a new link")
        self.arrive("link-asked", "Please look into your mailbox")

    def remove_phone(self) -> None:
        self.go("/dashboard/phones")
        self.arrive("phones", "Your phone numbers")
        self.do("Remove", "The phone is removed")

    def leave(self) -> None:
        """By the Profile Menu, which stands above every page."""
        for one in (self.page.locator("header summary"), self.page.get_by_role("button", name="Sign out")):
            self._reach(one)
            self.page.keyboard.press("Enter")
        self.arrive("out", "Sign in|You are signed out|Onboarding")
        self.go("/dashboard")
        self.arrive("left", "Sign in")


def test_who_asks_and_who_leaves_need_no_mouse(place: Place, browser: Browser, tmp_path: Path) -> None:
    file, who = tmp_path / "Nordlicht.xlsx", place.people[1]
    file.write_bytes(with_cells(sound_form(), {("Company", "B10"): "Germoney"}))
    with browser.new_context(java_script_enabled=False, locale="en") as context:
        page: Page = context.new_page()
        page.set_default_timeout(20_000)
        asker = Asker(page=page, lang="en", keyboard=True, place=place)
        asker.ask()
        asker.check(file)
        asker.ask_for_link()
        asker.come_in(who, PASSWORD)
        with place.town.bot.connect() as db, transaction(db):
            second = credentials.add_phone(db, who.id, "+4930901999", now=place.town.bot.clock.now())
            credentials.note_code(db, second, now=place.town.bot.clock.now())
            strong = {"strength": int(Strength.PHONE_OTP), "id": who.id}
            db.execute("update sessions set strength = :strength where account_id = :id", strong)
        asker.remove_phone()
        asker.leave()

    with place.town.bot.connect() as db:
        assert [one["address"] for one in rows(db, "select address from conversations")] == [
            "mara@lind.example.org"
        ]
        assert len(credentials.get(db, who.id).verified) == 1
