"""The pages in Chromium: nothing is cut off on a phone, nothing breaks the policy, pictures on request."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bot.services import registration
from bot.store import links
from handlers.portal.serve import PortalServer
from tests.forms import sound_form, with_cells
from tests.portal.conftest import Found
from tests.portal.test_registration import a_case

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture
def places(found: Found) -> Iterator[dict[str, str]]:
    """Served pages by name, with a case in each state."""
    town = found(portal_url="http://127.0.0.1:8080")
    places = {
        "home": "/",
        "ris": "/ris",
        "contact": "/contact",
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
    town.approve(invited := a_case(town))
    with town.bot.connect() as db:
        until = town.bot.clock.now() + timedelta(days=30)
        now = town.bot.clock.now()
        links.add(db, "invited", purpose=registration.LINK, subject=invited.ref, now=now, expires_at=until)
    places["register"] = "/register/invited"
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
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate("document.documentElement.lang") == lang
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background == ("rgb(18, 23, 30)" if dark else "rgb(238, 241, 245)")
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=f"{folder}/portal-{name}-{width}-{scheme}-{lang}.png", full_page=True)
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
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim()"))
    context.close()

    assert reached[:2] == ["Skip to the content", "Onboarding desk"]
    assert reached[3:] == ["Imprint", "Contact", "Privacy", "Terms", "English", "Deutsch"]
