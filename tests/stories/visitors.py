"""Somebody at the portal's pages: with a mouse and without JavaScript, or by keyboard alone."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.stories.browsing import Reader, next_code, open_mail

WIDTHS = (1280, 390)


@dataclass(frozen=True, kw_only=True)
class Hands:
    """Somebody at a page; each is looked at in both widths on the way.

    With PICTURES=<folder> every one of them is kept there.
    """

    page: Page
    lang: str
    keyboard: bool
    seen: list[str] = field(default_factory=list)

    # What they see

    def look(self, name: str) -> None:
        """Nothing is cut off; what they do next they do in the width that was looked at last."""
        page, lang, folder = self.page, self.lang, os.environ.get("PICTURES", "1")
        self.seen.append(name)
        for width in WIDTHS if len(self.seen) % 2 else reversed(WIDTHS):
            page.set_viewport_size({"width": width, "height": 900})
            if folder != "1":
                number = f"{len(self.seen):02}"
                page.screenshot(path=Path(folder) / f"{lang}-{number}-{name}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)

    def arrive(self, name: str, heading: str) -> None:
        """The next page is there."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(re.compile(heading))
        assert self.page.evaluate("document.documentElement.lang") == self.lang
        self.look(name)

    # What they do

    def fill(self, label: str, text: str) -> None:
        self._fill(self.page.get_by_label(label, exact=True), text)

    def choose(self, label: str, option: str) -> None:
        self._choose(self.page.get_by_label(label, exact=True), option)

    def answer(self, number: int, question: str, answer: str) -> None:
        """One of the security questions."""
        self._choose(self.page.locator(f"#question{number}"), question)
        self._fill(self.page.locator(f"#answer{number}"), answer)

    def tick(self, label: str) -> None:
        box = self.page.get_by_label(re.compile(label))
        if self.keyboard:
            self._reach(box)
            self.page.keyboard.press("Space")
        else:
            box.check()

    def press(self, name: str) -> None:
        """A button, or a link that looks or works like one, in what the page itself holds."""
        page, within = self.page, self.page.get_by_role("main")
        named = within.get_by_role("button", name=name).or_(within.get_by_role("link", name=name)).first
        if self.keyboard:
            self._reach(named)
            page.keyboard.press("Enter")
        else:
            named.click()

    def choose_phone(self, number: str) -> None:
        """By its masked number; whoever has no mouse goes from one to the next by arrow."""
        choice = self.page.get_by_label(number)
        if not self.keyboard:
            choice.check()
            return
        self._reach(self.page.locator("input[name=phone]:checked"))
        for _ in range(3):
            if choice.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no way to {number} by arrow")

    def _fill(self, box: Locator, text: str) -> None:
        if not self.keyboard:
            box.fill(text)
            return
        self._reach(box)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def _choose(self, box: Locator, option: str) -> None:
        if not self.keyboard:
            box.select_option(label=option)
            return
        self._reach(box)
        self.page.keyboard.type(option)
        expect(box.locator("option:checked")).to_have_text(option)

    def _reach(self, wanted: Locator) -> None:
        for _ in range(60):
            if wanted.evaluate("one => one === document.activeElement"):
                ring = "one => getComputedStyle(one).outlineStyle"
                assert wanted.evaluate(ring) != "none", f"nobody sees that {wanted} has the focus"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by keyboard to {wanted}")


@dataclass(frozen=True, kw_only=True)
class Visitor(Hands):
    """Whom a customer's mails and pages are for."""

    customer: Reader

    def read(self, name: str, about: str, *, address: str = "") -> Locator:
        """That mail of theirs, as large as their window."""
        open_mail(self.page, self.customer, address or self.customer.administrator, about)
        place = self.page.locator("iframe").first.get_attribute("src")
        self.page.goto(self.customer.desk.world.lobby_url.rstrip("/") + str(place))
        self.look(f"mail-{name}")
        return self.page.locator("body")

    def open_link(self, name: str) -> None:
        """The button of the mail they read."""
        self.page.goto(str(self.page.get_by_role("link", name=name).get_attribute("href")))

    def ask_for_code(self, button: str) -> str:
        """Let one be sent; the digits that come to the phone."""
        desk = self.customer.desk
        before = len(desk.world.texts.texts())
        self.press(button)
        return next_code(desk, before)
