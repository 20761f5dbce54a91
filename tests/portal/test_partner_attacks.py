"""Every page of the other programme, and every page at all without a passcode, is shut to a partner."""

import pytest

from bot.domain.sessions import Strength
from tests import invited
from tests.portal.conftest import Town
from tests.portal.neighbours import neighbours
from tests.portal.test_attacks import ROWS, For

#: of whoever is signed in, of either programme
SHARED = {
    "GET /passcode", "POST /passcode", "GET /account", "GET /account/data", "POST /account/language",
    "POST /account/email", "POST /password", "GET /password/changed", "POST /dashboard/sign-out",
    "GET /account/sessions", "POST /account/sessions",
    "GET /passcode/lost", "POST /passcode/lost", "POST /passcode/lost/code",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("strength", "place"),
    [(Strength.PASSWORD, "/passcode"), (Strength.PHONE_OTP, "/home")],
    ids=["half", "whole"],
)
def test_a_partner_sees_nothing_of_mag_and_nothing_at_all_without_a_passcode(
    town: Town, strength: Strength, place: str
) -> None:
    near = neighbours(town, WTF_CSRF_ENABLED=False)
    with town.bot.connect() as db:
        pia = invited.move_in(db, town.bot.desk, town.tokens, now=town.clock.now()).account
    browser, before = near.signed_in(pia, strength), near.belongings()
    for_mag = [rule for rule, row in ROWS.items() if row.to in (For.SIGNED_IN, For.ADMINISTRATOR)]
    shut = [rule for rule in for_mag if rule not in SHARED]
    if strength is Strength.PASSWORD:
        shut += [rule for rule in ROWS if ROWS[rule].to is For.PARTNER and "/passcode/" not in rule]
        shut += [rule for rule in SHARED if "/account" in rule or rule == "POST /password"]
    assert len(shut) > 30
    for rule in shut:
        method, path = rule.split(" ", 1)
        data = ROWS[rule].typed if method == "POST" else None
        assert near.ask(browser, method, near.path(path), data=data).location == place, rule

    assert near.belongings() == before
    nowhere = near.ask(browser, "GET", "/nothing").text.partition("<main")[2]
    assert 'href="/home"' in nowhere
    assert "Dashboard" not in nowhere
