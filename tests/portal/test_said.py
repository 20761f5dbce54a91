"""What a page says was done, or is wrong, has the focus: one macro says it, on every page."""

import re
from pathlib import Path

import pytest

from bot.rendering import pages
from tests.portal.conftest import Town
from tests.portal.neighbours import OTHER_PHONE, neighbours
from tests.portal.people import csrf_of

SAID = "_said.html"
FOLDER = next(iter(pages.__path__))


def test_no_template_says_what_was_done_but_by_the_macro() -> None:
    by_hand = [
        path.name
        for path in sorted(Path(FOLDER).glob("*.html"))
        if path.name != SAID and re.search(r'role="(alert|status)"|autofocus', path.read_text("utf-8"))
    ]
    assert by_hand == []


@pytest.mark.slow
def test_removing_a_phone_says_so_however_often_it_is_clicked(town: Town) -> None:
    near = neighbours(town)
    by, at = near.signed_in(near.victims[0]), "/dashboard/phones"
    form = {"csrf_token": csrf_of(near.ask(by, "GET", at).text)}
    added = near.ask(by, "POST", at, data=form | {"number": OTHER_PHONE}).location
    remove = f"{at}/{added.rpartition('/')[2]}/remove"

    led_to = [near.ask(by, "POST", remove, data=form).location for _ in "12"]
    assert led_to == [f"{at}?removed=yes"] * 2
    assert re.search(r"autofocus>\s*The phone is removed", near.ask(by, "GET", f"{led_to[0]}&lang=en").text)
