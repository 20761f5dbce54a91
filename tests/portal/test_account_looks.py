"""Activation and passwords in Chromium: by keyboard alone, with and without JavaScript, on any width."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bot.domain.accounts import AccountStatus
from bot.rendering.pages.passwords import new_password
from bot.rendering.words import words
from handlers.portal.serve import PortalServer
from tests.chromium import hear_console
from tests.domain.test_passwords import ROWS, RULES, ZOE
from tests.portal.conftest import Found
from tests.portal.looks import Looks, looking
from tests.portal.people import ANSWERS, GOOD, Person, people
from tests.portal.test_passwords import link_of, sign_in

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]


@dataclass
class Served:
    """A portal on loopback and the people of one organisation."""

    url: str
    everybody: list[Person]


@pytest.fixture
def served(found: Found) -> Iterator[Served]:
    everybody = people(found(portal_url="http://127.0.0.1:8080"))
    server = PortalServer(everybody[0].town.bot)
    server.start()
    yield Served(f"http://{server.portal_address}", everybody)
    server.stop()


def tab_to(page: Page, field: str) -> None:
    """By keyboard, as somebody goes who has no mouse."""
    for _ in range(40):
        if page.locator(f"#{field}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {field} by keyboard")


@pytest.mark.parametrize("script", [True, False])
def test_an_account_is_activated_by_keyboard_alone_with_and_without_javascript(
    served: Served, browser: Browser, script: bool
) -> None:
    greta = served.everybody[0]
    said: list[str] = []
    with browser.new_context(java_script_enabled=script, locale="en") as context:
        page = context.new_page()
        hear_console(page, said)
        page.goto(served.url + greta.link)
        tab_to(page, "password")
        page.keyboard.type("Greta 123")
        broken = page.locator("#rules .broken")
        expect(broken).to_have_count(2 if script else 0)
        page.keyboard.press("Enter")  # the second field is empty: the browser stops it
        tab_to(page, "again")
        page.keyboard.type("Greta 123")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("fewer than 12 characters")
        for field in ("password", "again"):
            tab_to(page, field)
            page.keyboard.type(GOOD)
        if script:
            expect(page.locator("#rules .kept")).to_have_count(8)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Choose your security questions")
        for number, begins in (
            ("1", "What is the last name"),
            ("2", "What was the name"),
            ("3", "Which dish"),
        ):
            tab_to(page, f"question{number}")
            page.keyboard.type(begins)
            tab_to(page, f"answer{number}")
            page.keyboard.type(ANSWERS[f"answer{number}"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/dashboard")

    assert greta.account.status is AccountStatus.ACTIVE
    assert [line for line in said if "400" not in line] == []


def test_the_script_says_of_every_password_of_the_table_what_the_server_says(
    served: Served, browser: Browser
) -> None:
    data = new_password(ZOE, RULES, words("en")).data
    look = """(passwords) => passwords.map((text) => {
        const field = document.getElementById("password");
        field.value = text;
        field.dispatchEvent(new Event("input"));
        return [...document.querySelectorAll("#rules .broken")].map((line) => line.dataset.rule);
    })"""
    typed = [(text, faults) for text, faults in ROWS if text and "\r" not in text]
    with browser.new_context(locale="en") as context:
        page = context.new_page()
        page.route("**/activate/*", lambda route: _with_policy(route, data))
        page.goto(served.url + served.everybody[0].link)
        found = page.evaluate(look, [text for text, _ in typed])

    wrong = {
        text: (sorted(said), sorted(faults))
        for (text, faults), said in zip(typed, found, strict=True)
        if set(said) != faults
    }
    assert wrong == {}


def _with_policy(route: Route, data: str) -> None:
    """The page of somebody else, with the policy as it is for Zoë."""
    answer = route.fetch()
    before, _, after = answer.text().partition('data-policy="')
    rest = after.partition('"')[2]
    route.fulfill(response=answer, body=f'{before}data-policy="{escape(data)}"{rest}')


@pytest.mark.parametrize(("width", "scheme", "lang"), [(1280, "light", "en"), (390, "dark", "de")])
def test_every_page_fits_breaks_no_policy_and_can_be_used_by_everybody(
    served: Served, browser: Browser, width: int, scheme: str, lang: str
) -> None:
    dark = scheme == "dark"
    greta, tom, *_ = served.everybody
    second = tom.choose().location
    tom.activate()
    greta.activate()
    greta.town.wait(days=2)
    places = {"recovery": "/password", "asked": "/password/asked/link", "reset": link_of(greta)}
    places |= {"over": greta.link, "sent": "/activate/sent", "done": "/password/done"}
    third = served.everybody[2]
    places |= {"activate": third.link, "questions": third.choose().location, "used": second}
    with (
        browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", locale=lang
        ) as context,
        looking("account", width=width, suffix=f"{width}-{scheme}-{lang}") as looks,
    ):
        page = context.new_page()
        said: list[str] = []
        hear_console(page, said)
        for name, path in places.items():
            page.goto(served.url + path)
            check(page, looks, name)
        page.goto(served.url + places["activate"])
        page.fill("#password", "Boote 12")
        page.fill("#again", "Boote 13")
        check(page, looks, "activate_typed")
        page.press("#again", "Enter")
        page.wait_for_selector(".note")
        check(page, looks, "activate_wrong")
        sign_in(greta)
        cookie = greta.client.get_cookie("usher", domain="127.0.0.1")
        assert cookie is not None
        context.add_cookies([{"name": "usher", "value": cookie.value, "url": served.url}])
        for name, path in {"change": "/password", "change_questions": "/security-questions"}.items():
            page.goto(f"{served.url}{path}?lang={lang}")
            check(page, looks, name)

    assert [line for line in said if "404" not in line and "400" not in line] == []


def check(page: Page, looks: Looks, name: str) -> None:
    small = page.evaluate(
        """[...document.querySelectorAll("main button, main select, main input:not(.hidden), main .button")]
           .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 44
                   && !one.closest(".tick")).map((one) => one.outerHTML)"""
    )
    assert small == [], name
    looks.look(page, name)
