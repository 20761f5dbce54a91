"""Every page of a partner as it was approved, in both languages; and in Chromium, on a phone and at night."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from bot.domain.languages import LANGUAGES
from handlers.portal.serve import PortalServer
from tests.chromium import hear_console
from tests.golden import assert_approved
from tests.portal.conftest import Found, Town
from tests.portal.looks import looking
from tests.portal.partner_pages import Gallery, gallery

#: what is drawn anew each time, and what stands for it
_DRAWN = (
    (re.compile(r'(name="csrf_token" value=")[^"]+'), r"\1…"),
    (re.compile(r"\b(invite/sent|invite|activate|prolong|phone-reset)/[\w-]{16,}"), r"\1/…"),
    (re.compile(r"authenticator/[\w-]{16,}"), "authenticator/…"),
    (re.compile(r"<svg.*?</svg>", re.DOTALL), "<svg/>"),
    (re.compile(r'href="otpauth:[^"]+'), 'href="otpauth:…'),
    (re.compile(r"<code>[A-Z2-7 ]+</code>"), "<code>…</code>"),
    (re.compile(r"\b[2-9b-df-hj-km-np-tv-xz]{4}-[2-9b-df-hj-km-np-tv-xz]{4}\b"), "user-name"),
    (re.compile(r"<option value=\"\w+\">[^<]+</option>"), ""),
    (re.compile(r'data-policy="[^"]+"'), 'data-policy="…"'),
)


def main_of(page: str) -> str:
    """What stands between the page's head and its foot, without what is drawn."""
    found = re.search(r"<main.*</main>", page, re.DOTALL)
    assert found is not None, page
    shown = found[0]
    for pattern, stands in _DRAWN:
        shown = pattern.sub(stands, shown)
    return "\n".join(line for line in shown.splitlines() if line.strip()) + "\n"


@pytest.mark.slow
@pytest.mark.golden
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_partners_page_is_as_it_was_approved(town: Town, lang: str) -> None:
    pages = gallery(town)
    for name in pages.paths:
        assert_approved(f"pages/partner_{name}.{lang}.html", main_of(pages.show(name, lang)))


@pytest.fixture
def served(found: Found) -> Iterator[tuple[str, Gallery]]:
    pages = gallery(found(portal_url="http://127.0.0.1:8080"))
    server = PortalServer(pages.town.bot)
    server.start()
    yield f"http://{server.portal_address}", pages
    server.stop()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(180)
@pytest.mark.parametrize(("width", "scheme", "lang"), [(1280, "light", "en"), (360, "dark", "de")])
def test_every_page_of_a_partner_fits_and_can_be_used_by_everybody(
    served: tuple[str, Gallery], browser: Browser, width: int, scheme: str, lang: str
) -> None:
    url, pages = served
    said: list[str] = []
    with (
        browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            locale=lang,
        ) as context,
        looking("partner", width=width, suffix=f"{width}-{scheme}-{lang}") as looks,
    ):
        page = context.new_page()
        hear_console(page, said)
        for name, path in pages.paths.items():
            context.clear_cookies()
            if cookie := pages.browsers[name].get_cookie("usher", domain="127.0.0.1"):
                context.add_cookies([{"name": "usher", "value": cookie.value, "url": url}])
            page.goto(f"{url}{path}?lang={lang}")
            if name in pages.typed:
                page.locator("main form button.button").first.evaluate("(one) => one.form.noValidate = true")
                page.locator("main form button.button").first.click()
                page.wait_for_selector('[role="alert"]')
            looks.look(page, name)
    assert [line for line in said if "Content Security Policy" in line] == []
