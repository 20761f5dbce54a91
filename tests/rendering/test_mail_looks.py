"""Every mail in Chromium: nothing is cut off on a phone, and columns stand beside or below each other."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser

from bot.domain.languages import LANGUAGES
from bot.rendering import samples
from bot.rendering.mail_templates import list_mails
from bot.rendering.mails import render_mail
from bot.rendering.samples import sample_values
from tests.rendering.mail_states import STATES, URLS

pytestmark = [pytest.mark.slow, pytest.mark.browser]

LONG_NAME = "Norddeutsche Rechenzentrumsdienstleistungsgesellschaft mbH"
#: of each row of a table with two columns: where the second cell stands, and how the first one looks
PAIRS = """() => [...document.querySelectorAll("table.pairs tbody tr")].map((row) => {
    const [first, second] = [...row.cells].map((cell) => cell.getBoundingClientRect());
    return {below: second.top >= first.bottom, beside: second.left >= first.right,
            share: first.width / row.getBoundingClientRect().width,
            colour: getComputedStyle(row.cells[0]).color};
})"""


def every_mail(lang: str) -> dict[str, str]:
    """The HTML of each by its name, in each of its states."""
    mails = {name: render_mail(name, lang, sample_values(name, lang)).html for name in list_mails()}
    for state, values in STATES.items():
        name = max((name for name in list_mails() if state.startswith(f"{name}_")), key=len)
        mails[state] = render_mail(name, lang, values(lang) | URLS).html
    return mails


@pytest.mark.parametrize("lang", LANGUAGES)
def test_one_long_word_makes_no_mail_wider_than_a_phone(
    monkeypatch: pytest.MonkeyPatch, browser: Browser, lang: str
) -> None:
    monkeypatch.setattr(samples, "COMPANY", replace(samples.COMPANY, name=LONG_NAME))
    wide: dict[str, int] = {}
    with browser.new_context(viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        for name, html in every_mail(lang).items():
            page.set_content(html)
            width = page.evaluate("document.documentElement.scrollWidth")
            wide |= {name: width} if width > 360 else {}

    assert wide == {}


@pytest.mark.parametrize("width", [360, 1200])
def test_a_table_with_two_columns_can_be_read(browser: Browser, width: int) -> None:
    rows: dict[str, list[dict[str, Any]]] = {}
    with browser.new_context(viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        for name, html in every_mail("de").items():
            page.set_content(html)
            rows |= {name: found} if (found := page.evaluate(PAIRS)) else {}

    assert rows.keys() >= {"user_ids", "receipt", "ris_problems", "recovery_several"}
    for row in (row for found in rows.values() for row in found):
        assert row["below" if width == 360 else "beside"]
        assert width == 360 or row["share"] < 0.4
        assert row["colour"] == "rgb(29, 39, 51)"  # as words are, for a User ID is no aside
