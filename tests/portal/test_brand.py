"""The desk's own name, colour and logo stand on every page, and cannot make it unreadable."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.brand_policy import Brand, contrast
from handlers.portal import app
from tests.portal.conftest import Town, client_of


def test_every_page_wears_it(town: Town, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    policy = town.bot.desk.policy
    policy = policy.model_copy(update={"brand": Brand(name="A & B", colour="#7A1F3D", logo=str(logo))})
    bot = replace(town.bot, desk=replace(town.bot.desk, policy=policy))
    client = client_of(app.build(bot), bot.settings.portal_url)
    page = client.get("/contact").text
    style, drawn = (re.search(rf'"(/brand/{name}[^"]*)"', page) for name in ("style", "logo"))

    assert "<span>A &amp; B</span>" in page
    assert style
    assert drawn
    assert "--brand: #7a1f3d;" in client.get(style[1]).text
    answer = client.get(drawn[1])
    assert (answer.data, answer.content_type) == (logo.read_bytes(), "image/svg+xml")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]  # what it holds never runs


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"colour": "#ffcc00"}, "too light to be read"),
        ({"colour": "blue"}, "must be a colour such as"),
        ({"colour": "#0b57a4;} body{display:none"}, "must be a colour such as"),
        ({"logo": "/nowhere/logo.svg"}, "there is no file"),
        ({"logo": "/etc/passwd"}, "must be an .svg or a .png"),
        ({"name": "x" * 61}, "at most 60"),
        ({"color": "#000000"}, "not permitted"),
    ],
)
def test_what_cannot_be_worn_is_refused_with_what_to_do(said: dict[str, str], why: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(why)):
        Brand(**said)


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
