"""Looking at pages in Chromium: whole, for everybody, by keyboard; and which were looked at."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from flask import template_rendered
from jinja2 import Template
from playwright.sync_api import Page

PHONE = 640  #: CSS pixels, below which a page is laid out for a finger
GRAVE = frozenset({"serious", "critical"})
#: the templates that each sweep looks at: it fails where that is not so
LOOKED_AT = {
    "anybody": frozenset(
        {
            "contact", "contact_sent", "email_change", "enroll", "error", "faq", "faq_answer",
            "faq_topic", "home", "join", "legal", "phone_reset", "register", "register_again",
            "ris", "sign_in", "status",
        }
    ),
    "signed in": frozenset(
        {
            "code", "dashboard", "error", "late_form", "launch", "license_key", "passcode",
            "phones", "recovery_codes", "sign_in",
        }
    ),
    "inside": frozenset(
        {
            "account", "dashboard", "factor_lost", "member", "member_end", "member_invite",
            "member_new", "members", "phones", "recovery_codes", "sessions", "terms", "way_back",
        }
    ),
    "account": frozenset(
        {
            "activate", "new_password", "recovery", "security_questions", "way_back",
        }
    ),
    "partner": frozenset(
        {
            "account", "activate", "factor_lost", "invite", "invite_sent", "new_password",
            "partner_authenticator", "partner_home", "partner_passcode", "phone_reset", "prolong",
            "prolong_ask", "recovery_codes", "register_again", "sign_in", "way_back",
        }
    ),
}  # fmt: skip

#: whatever can be followed, typed into or pressed, and has no focus by keyboard, or none that anybody sees
UNREACHED = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((one) => one.type !== "hidden" && one.checkVisibility() && !one.closest("[aria-hidden]"))
    .filter((one) => (one.focus(), one.tabIndex !== 0 || document.activeElement !== one
            || getComputedStyle(one).outlineStyle === "none"))
    .map((one) => one.outerHTML)"""


#: what stands alone on a phone's page, or in its band or foot, and is lower than a finger is wide
TOO_LOW = """() => [...document.querySelectorAll(".onward, .enter, .foot a, .profile summary, .button")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5)
    .map((one) => one.outerHTML)"""


@dataclass
class Looks:
    """Looks at page after page: nothing is cut off, axe finds nothing serious, Tab goes everywhere.

    With PICTURES=<folder> each of them is kept there.
    """

    sweep: str
    width: int
    suffix: str  #: ends the names of its pictures
    axe: bool = True  #: it takes longest
    shown: str = ""  #: the template of the newest page
    seen: set[str] = field(default_factory=set)

    def look(self, page: Page, name: str) -> None:
        self.seen.add(self.shown)
        assert page.evaluate("document.documentElement.scrollWidth") <= self.width, name
        if self.width < PHONE:
            assert page.evaluate(TOO_LOW) == [], name
        if self.axe:
            found = Axe().run(page).response["violations"]
            assert [one["id"] for one in found if one["impact"] in GRAVE] == [], (name, found)
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/{self.sweep}-{name}-{self.suffix}.png", full_page=True)
        page.keyboard.press("Tab")  # from now on the browser shows what has the focus
        unreached = page.evaluate(UNREACHED)
        assert unreached == [], (name, unreached)


@contextmanager
def looking(sweep: str, *, width: int, suffix: str, axe: bool = True) -> Iterator[Looks]:
    """A sweep over pages that a portal in this process serves."""
    looks = Looks(sweep=sweep, width=width, suffix=suffix, axe=axe)

    def note(_: object, template: Template, **__: object) -> None:
        looks.shown = (template.name or "").removesuffix(".html")

    with template_rendered.connected_to(note):
        yield looks
    assert looks.seen == LOOKED_AT[sweep], sorted(looks.seen)
