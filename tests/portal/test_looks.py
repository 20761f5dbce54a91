"""The pages in Chromium: nothing is cut off on a phone, nothing breaks the policy, pictures on request."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from bot.domain.ris import Role
from bot.domain.sessions import Strength
from bot.services import email_changes, member_invitations, sessions
from bot.store.database import transaction
from handlers.portal.serve import PortalServer
from tests.forms import sound_form, with_cells
from tests.people import KEY, PASSWORD, hand_key, move_in
from tests.portal.conftest import Found, Town
from tests.portal.test_inside_looks import GRAVE
from tests.portal.test_passcode import code_of
from tests.portal.test_registration import a_case, bring, invite
from tests.portal.test_sign_in import settled

pytestmark = [pytest.mark.slow, pytest.mark.browser]

#: in which of the looks axe, which takes longest, goes through every page
AXE = {(1200, "light", "en"), (360, "dark", "de")}


@pytest.fixture
def places(found: Found) -> Iterator[dict[str, str]]:
    """Served pages by name, with a case in each state."""
    town = found(portal_url="http://127.0.0.1:8080")
    places = {
        "home": "/",
        "ris": "/ris",
        "contact": "/contact",
        "faq": "/faq",
        "faq_topic": "/faq/expired-over-60-days",
        "sign_in": "/sign-in",
        "privacy": "/privacy",
        "lost": "/status/none",
    }
    town.open_case()
    places["in_review"] = town.link()
    town.open_case(company="Norddeutsche Rechenzentrumsdienstleistungsgesellschaft mbH", problems=3)
    places["waiting"] = town.link()
    approved = town.open_case(company="Marlow & Sons Ltd")
    town.wait(days=1)
    town.approve(approved)
    places["approved"] = town.link()
    for far, name in enumerate(("register", "register_form", "register_check", "register_done")):
        town.approve(case := a_case(town, f"Lindgren & Söhne {name.title()} GmbH"))
        invite(town, case.ref, token=name)
        bring(town, name, far)
        places[name] = f"/register/{name}"
    places |= links_of_people(town)
    places["register_again"] = "/register"
    places["register_sent"] = "/register/sent"
    places["not_found"] = "/nothing"
    places["register_over"] = "/register/none"
    rejected = town.open_case(company="Pechvogel KG")
    town.wait(days=1)
    town.reject(rejected)
    places["rejected"] = town.link()
    places["enroll"] = town.enroll()
    places["enroll_over"] = "/enroll/none"
    server = PortalServer(town.bot)
    server.start()
    yield {name: f"http://{server.portal_address}{path}" for name, path in places.items()}
    server.stop()


def links_of_people(town: Town) -> dict[str, str]:
    """What the mails of people of one organisation lead to."""
    desk, now, tokens, places = town.bot.desk, town.bot.clock.now(), town.tokens, {}
    with town.bot.connect() as db:
        anna = move_in(db, desk, a_case(town, "Umzug GmbH"), now=now)[0]
        member_invitations.invite(db, desk, email="eve@k.example.org", role=Role.USER, by=anna, now=now)
        places["join"] = f"/join/{tokens[-1]}"
        with transaction(db):
            visit = sessions.begin(db, desk, anna, strength=Strength.PASSWORD, now=now)
        visitor = sessions.get(db, visit, now=now)
        email_changes.ask(db, desk, visitor, email="n@k.example.org", password=PASSWORD, now=now)
        places["email"] = f"/email/{tokens[-1]}"
        email_changes.confirm(db, desk, tokens[-2], now=now)
        places["email_answered"] = f"/email/{tokens[-2]}"
    return places


@pytest.mark.timeout(180)
@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
def test_every_page_fits_and_breaks_no_policy(
    places: dict[str, str], browser: Browser, width: int, scheme: str, lang: str
) -> None:
    dark = scheme == "dark"
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", locale=lang
    )
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for name, url in places.items():
        page.goto(f"{url}?lang={lang}")  # a link would else speak its mail's language
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate("document.documentElement.lang") == lang
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == ("rgb(18, 23, 30)" if dark else "rgb(238, 241, 245)")
        if (width, scheme, lang) in AXE:
            found = Axe().run(page).response["violations"]
            assert [one["id"] for one in found if one["impact"] in GRAVE] == [], (name, found)
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/portal-{name}-{width}-{scheme}-{lang}.png", full_page=True)
    page.emulate_media(media="print", color_scheme="dark" if dark else "light")
    for name in ("register_check", "approved"):
        page.goto(f"{places[name]}?lang={lang}")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not page.locator("footer").is_visible()
    context.close()

    # A page that is not found is said in the console too; a broken policy would be said there.
    assert [line for line in said if "404" not in line] == []


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("width", [1200, 360])
def test_a_checked_form_fits_too(
    places: dict[str, str], browser: Browser, tmp_path: Path, width: int, lang: str
) -> None:
    wrong = {("Company", "B8"): None, ("Company", "B10"): "Germoney", ("Users", "D7"): "mara(at)example.com"}
    file = tmp_path / "Nordlicht.xlsx"
    file.write_bytes(with_cells(sound_form(), wrong))
    context = browser.new_context(viewport={"width": width, "height": 800}, locale=lang)
    page = context.new_page()
    page.goto(places["ris"])
    page.set_input_files("#form", file)
    page.click("button[value=check]")
    page.wait_for_selector(".points")
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/portal-ris_checked-{width}-{lang}.png", full_page=True)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("ol.points li").count() == 3
    page.set_input_files("#form", file)
    with page.expect_download() as download:
        page.click("button[value=mark]")
    assert download.value.suggested_filename == "Nordlicht.xlsx"
    context.close()


def test_the_whole_page_can_be_walked_by_keyboard(places: dict[str, str], browser: Browser) -> None:
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.goto(places["in_review"])
    reached = []
    for _ in range(11):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    context.close()

    assert reached[:3] == ["Skip to the content", "Onboarding desk", "Sign in"]
    assert reached[4:] == ["Imprint", "Answers", "Contact", "Privacy", "Terms", "English", "Deutsch"]


@pytest.mark.parametrize(
    ("width", "scheme", "lang"), [(1280, "light", "en"), (390, "dark", "de"), (390, "light", "en")]
)
def test_the_pages_of_who_is_signed_in_fit_too(
    found: Found, browser: Browser, width: int, scheme: Literal["light", "dark"], lang: str
) -> None:
    village = settled(found(portal_url="http://127.0.0.1:8080"))
    with village.bot.connect() as db:
        hand_key(db, village.bot.desk, village.people[0], now=village.bot.clock.now())
    server = PortalServer(village.bot)
    server.start()
    size = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, color_scheme=scheme, locale=lang)  # type: ignore[arg-type]
    page, shown = context.new_page(), Shown(width=width, name=f"{width}-{scheme}-{lang}")
    page.goto(f"http://{server.portal_address}/sign-in")
    shown.look(page, "sign_in")
    for name in ("nobody", village.people[0].user_id):
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        press(page)
        shown.look(page, "sign_in_refused" if name == "nobody" else "dashboard")
    page.click(".profile summary")
    shown.look(page, "profile")
    page.goto(f"http://{server.portal_address}/dashboard/license-key")
    for key in ("WRONG-KEY", KEY):
        page.fill("#key", key)
        press(page)
        shown.look(page, "key_refused" if key != KEY else "phones_none")
    page.fill("#number", "+4915112345678")
    press(page)
    shown.look(page, "code")
    page.fill("#code", "12 34 56")
    press(page)
    shown.look(page, "code_refused")
    page.fill("#code", code_of(village))
    press(page)
    shown.look(page, "phones")
    page.goto(f"http://{server.portal_address}/dashboard")
    shown.look(page, "dashboard_otp")
    page.goto(f"http://{server.portal_address}/passcode")
    shown.look(page, "passcode")
    press(page)
    village.wait(minutes=1)  # and nobody carried the text
    page.reload()
    shown.look(page, "code_lost")
    context.close()
    server.stop()


def press(page: Page) -> None:
    """The form's first button; the next page is there when this returns."""
    with page.expect_navigation():
        page.click("main .button")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Looks at page after page at one width."""

    width: int
    name: str

    def look(self, page: Page, name: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= self.width, name
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in GRAVE] == [], (name, found)
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/mine-{name}-{self.name}.png", full_page=True)
