"""Every page, whoever opens it: nobody, somebody of MAG, a partner with and without their second factor."""

import pytest

from bot.domain.accounts import Account
from bot.domain.sessions import Strength
from bot.rendering.words import LANGUAGES
from bot.services import activation
from tests import invited
from tests.people import PASSWORD
from tests.portal.conftest import Town
from tests.portal.neighbours import Neighbours, neighbours
from tests.portal.people import csrf_of
from tests.portal.test_attacks import ROWS


def _partner(near: Neighbours) -> Account:
    town = near.town
    with town.bot.connect() as db:
        return invited.move_in(db, town.bot.desk, town.tokens, now=town.clock.now()).account


def _paths(near: Neighbours) -> list[str]:
    """Each by a link that works and by one that does not; and the second page of an activation."""
    town, rules = near.town, [rule.split(" ", 1)[1] for rule in ROWS if rule.startswith("GET")]
    token = near.links["/activate/<token>"]
    with town.bot.connect() as db:
        draft, _ = activation.choose_password(db, town.bot.desk, token, PASSWORD, now=town.clock.now())
    questions = near.path("/activate/<token>/questions/<draft>", token=token, draft=draft)
    live = [near.path(rule, token=near.links.get(rule, near.ids["token"])) for rule in rules]
    return sorted({*live, *map(near.path, rules), questions})


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_breaks_whoever_opens_it(town: Town, lang: str) -> None:
    near = neighbours(town)
    paths, pia = _paths(near), _partner(near)
    visitors = {
        "nobody": near.signed_in(None),
        "mag": near.signed_in(near.victims[0]),
        "half": near.signed_in(pia, Strength.PASSWORD),
        "whole": near.signed_in(pia),
    }
    broken = [
        (who, path, page.status_code)
        for who, browser in visitors.items()
        for path in paths
        if (page := near.ask(browser, "GET", f"{path}?lang={lang}")).status_code >= 500
    ]

    assert len(paths) > 60
    assert broken == []


@pytest.mark.slow
def test_a_page_says_whose_it_is_and_leads_a_partner_to_their_own_home(town: Town) -> None:
    near = neighbours(town)
    browser = near.signed_in(_partner(near))
    register = near.path("/register/<token>", token=near.links["/register/<token>"])
    for path in ("/", register):
        page = near.ask(browser, "GET", path).text
        assert "MAG / ForumPass" in page, path
        assert 'href="/home"' in page, path
        assert 'href="/dashboard"' not in page, path

    form = {"csrf_token": csrf_of(near.ask(browser, "GET", "/contact").text), "name": "x", "password": "y"}
    refused = near.ask(browser, "POST", "/sign-in", data=form)
    assert refused.status_code == 400
    assert 'name="password"' in refused.text
