"""The pages in Chromium: nothing is cut off on a phone, nothing breaks the policy, pictures on request."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from bot.domain.ris import Role
from bot.domain.sessions import Strength
from bot.services import email_changes, member_invitations, phone_resets, sessions
from bot.store.database import transaction
from handlers.portal.serve import PortalServer
from tests.chromium import hear_console
from tests.forms import sound_form, with_cells
from tests.people import KEY, PASSWORD, agree, hand_key, lose_phone, move_in
from tests.portal.conftest import Found, Town
from tests.portal.looks import Looks, looking
from tests.portal.neighbours import ask_about_a_lock
from tests.portal.test_passcode import code_of
from tests.portal.test_registration import a_case, bring, invite
from tests.portal.test_sign_in import Village, settled

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
        "faq_found": "/faq?q=My+account+is+locked%2C+for+how+long",
        "faq_not_found": "/faq?q=Garden+chairs",
        "faq_topic": "/faq/expired-over-60-days",
        "contact_answered": "/contact?q=Konto+gesperrt%2C+wie+lange&tried=reset-password",
        "sign_in": "/sign-in",
        "privacy": "/privacy",
        "lost": "/status/none",
        "contact_sent": "/contact/sent",
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
        anna, *_ = people = move_in(db, desk, a_case(town, "Umzug GmbH"), now=now)
        member_invitations.invite(db, desk, email="eve@k.example.org", role=Role.USER, by=anna, now=now)
        places["join"] = f"/join/{tokens[-1]}"
        with transaction(db):
            visit = sessions.begin(db, desk, anna, strength=Strength.PASSWORD, now=now)
        visitor = sessions.get(db, desk, visit, now=now)
        email_changes.ask(db, desk, visitor, email="n@k.example.org", password=PASSWORD, now=now)
        places["email"] = f"/email/{tokens[-1]}"
        email_changes.confirm(db, desk, tokens[-2], now=now)
        places["email_answered"] = f"/email/{tokens[-2]}"
        for name, owner in zip(("phone_reset", "phone_reset_over"), people[1:3], strict=True):
            lose_phone(db, desk, owner, f"+4930901{owner.id:03}", now=now)
            places[name] = f"/phone-reset/{tokens[-1]}"
        phone_resets.stop(db, desk, tokens[-1], now=now)
        places["faq_answer"] = f"/faq/answer/{ask_about_a_lock(db, desk, anna, now=now)}"
    return places


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("width", "scheme", "lang"),
    [(1200, "light", "en"), (360, "dark", "de"), (1200, "dark", "de"), (360, "light", "en")],
)
def test_every_page_fits_and_breaks_no_policy(
    places: dict[str, str], browser: Browser, width: int, scheme: str, lang: str
) -> None:
    dark = scheme == "dark"
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", locale=lang
    )
    page = context.new_page()
    said: list[str] = []
    hear_console(page, said)
    axe = (width, scheme, lang) in AXE
    with looking("anybody", width=width, suffix=f"{width}-{scheme}-{lang}", axe=axe) as looks:
        for name, url in places.items():
            page.goto(
                f"{url}{'&' if '?' in url else '?'}lang={lang}"
            )  # a link would else speak its mail's language
            assert page.evaluate("document.documentElement.lang") == lang
            background = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert background == ("rgb(18, 23, 30)" if dark else "rgb(238, 241, 245)")
            looks.look(page, name)
    page.emulate_media(media="print", color_scheme="dark" if dark else "light")
    for name in ("register_check", "approved"):
        page.goto(f"{places[name]}?lang={lang}")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert not page.locator("footer").is_visible()
        assert not page.locator(".button:visible, .enter:visible").count()
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
    Looks(sweep="portal", width=width, suffix=f"{width}-{lang}").look(page, "ris_checked")

    assert page.locator("ol.points li").count() == 3
    page.set_input_files("#form", file)
    with page.expect_download() as download:
        page.click("button[value=mark]")
    assert download.value.suggested_filename == "Nordlicht.xlsx"
    context.close()


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("width", [1200, 360])
def test_a_registration_with_faults_fits_too(
    places: dict[str, str], browser: Browser, width: int, lang: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, locale=lang)
    page = context.new_page()
    page.goto(f"{places['register_form']}?lang={lang}")
    page.fill("#city", "")
    page.fill("#phone_1", "not a number")
    page.click("button[value=next]")
    page.wait_for_selector(".faults")
    Looks(sweep="portal", width=width, suffix=f"{width}-{lang}").look(page, "register_faults")

    page.click(".faults a[href='#city']")
    assert page.evaluate("document.activeElement.id") == "city"
    assert page.locator("#phone_1[aria-invalid=true]").count() == 1
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


@pytest.mark.parametrize(("width", "scheme", "lang"), [(1280, "light", "en"), (390, "dark", "de")])
def test_the_pages_of_who_is_signed_in_fit_too(
    found: Found, browser: Browser, width: int, scheme: Literal["light", "dark"], lang: str
) -> None:
    village = settled(found(portal_url="http://127.0.0.1:8080"))
    with village.bot.connect() as db:
        hand_key(db, village.bot.desk, village.people[0], now=village.bot.clock.now())
        agree(db, village.bot.desk, village.people, now=village.bot.clock.now())
        db.execute("update accounts set lang = ?", [lang])
    server = PortalServer(village.bot)
    server.start()
    size: ViewportSize = {"width": width, "height": 800}
    with (
        browser.new_context(viewport=size, color_scheme=scheme, locale=lang) as context,
        looking("signed in", width=width, suffix=f"{width}-{scheme}-{lang}") as looks,
    ):
        go_through(context.new_page(), f"http://{server.portal_address}", village, looks)
    server.stop()


def go_through(page: Page, url: str, village: Village, looks: Looks) -> None:
    """From the sign-in page to an application, with what is wrong typed first."""
    page.goto(f"{url}/sign-in")
    looks.look(page, "sign_in")
    for name in ("nobody", village.people[0].user_id):
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        press(page)
        looks.look(page, "sign_in_refused" if name == "nobody" else "dashboard")
    page.click(".profile summary")
    looks.look(page, "profile")
    page.goto(f"{url}/dashboard/license-key")
    for key in ("WRONG-KEY", KEY):
        page.fill("#key", key)
        press(page)
        looks.look(page, "key_refused" if key != KEY else "phones_none")
    page.fill("#number", "+4915112345678")
    press(page)
    looks.look(page, "code")
    page.fill("#code", "12 34 56")
    press(page)
    looks.look(page, "code_refused")
    page.fill("#code", code_of(village))
    press(page)
    looks.look(page, "phones")
    page.goto(f"{url}/dashboard")
    looks.look(page, "dashboard_otp")
    press(page)
    looks.look(page, "launched_nowhere")
    page.goto(f"{url}/passcode")
    looks.look(page, "passcode")
    press(page)
    village.wait(minutes=1)  # and nobody carried the text
    page.reload()
    looks.look(page, "code_lost")
    page.goto(f"{url}/users/999")
    looks.look(page, "refused")
    page.goto(f"{url}/account")
    page.fill("#email", "anna@new.example.org")
    page.fill("#current", PASSWORD)
    page.context.clear_cookies()
    press(page)
    looks.look(page, "late_form")


def press(page: Page) -> None:
    """The form's first button; the next page is there when this returns."""
    with page.expect_navigation():
        page.click("main .button")
