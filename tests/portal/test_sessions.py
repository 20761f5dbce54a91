"""My sessions: what is open is seen by its owner and ended with the password; how one ended is said."""

import re

from tests.people import PASSWORD, Browser
from tests.portal.conftest import Town
from tests.portal.test_sign_in import Village, settled

PLACE = "/account/sessions"


def opened(town: Town, count: int) -> tuple[Village, list[Browser]]:
    """So many browsers of the first person, one a minute."""
    village = settled(town)
    found = []
    for _ in range(count):
        browser = village.browser()
        assert browser.sign_in(village.people[0].user_id).status_code == 303
        village.wait(minutes=1)
        found.append(browser)
    return village, found


def is_in(browser: Browser) -> bool:
    return browser.get("/dashboard").status_code == 200


def names(browser: Browser) -> list[str]:
    return re.findall(r'name="session" value="(\w+)"', browser.get(PLACE).text)


def test_ones_sessions_are_seen_and_ended_with_the_password_and_nobody_elses(town: Town) -> None:
    village, (here, second, third, fourth) = opened(town, 4)
    stranger = village.browser()
    stranger.sign_in(village.people[3].user_id)
    page = here.get(PLACE).text
    assert page.count("Signed in on") == 4 + 3  # in the list, and those that can be chosen
    assert "2 March 2026" in page
    assert page.count("this one") == 1
    newest, *_ = names(here)

    stranger.post(PLACE, on="/account", session=newest, current=PASSWORD)
    assert is_in(fourth)
    assert here.post(PLACE, on=PLACE, session=newest, current="wrong").status_code == 400
    assert is_in(fourth)
    assert here.post(PLACE, on=PLACE, session=newest, current=PASSWORD).status_code == 303
    assert [is_in(one) for one in (here, second, third, fourth)] == [True, True, True, False]
    assert here.post(PLACE, on=PLACE, session=newest, current=PASSWORD).status_code == 303  # is over already
    assert here.post(PLACE, on=PLACE, session="", current=PASSWORD).status_code == 303
    assert [is_in(one) for one in (here, second, third)] == [True, False, False]
    assert is_in(stranger)
    assert "nowhere else" in here.get(PLACE).text
