"""My sessions: what is open is seen by its owner and ended with the password; how one ended is said."""

import re
from collections.abc import Callable

import pytest

from bot.domain.account_views import AccountAct
from bot.domain.ris import Role
from bot.services import account_views, members
from bot.store import accounts
from bot.store.database import transaction
from tests.people import PASSWORD, Browser
from tests.portal.conftest import Town
from tests.portal.test_sign_in import Village, settled

pytestmark = pytest.mark.slow

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


def be_busy(village: Village, browser: Browser) -> None:
    """From page to page, until the session has had its longest."""
    for _ in range(35):
        village.wait(minutes=20)
        assert is_in(browser)
    village.wait(minutes=20)


def come_back(village: Village) -> None:
    """The next morning, when somebody else has signed in."""
    village.wait(hours=15)
    typed = {"name": village.people[1].user_id, "password": PASSWORD}
    village.browser().post("/sign-in", on="/sign-in", **typed)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (lambda village, _, __: village.wait(minutes=31), "after 30 minutes without a click"),
        (lambda village, _, __: come_back(village), "after 30 minutes without a click"),
        (lambda village, _, browser: be_busy(village, browser), "for more than 12 hours"),
        (lambda _, other, __: other.post(PLACE, on=PLACE, session="", current=PASSWORD), "ended elsewhere"),
        (lambda _, __, browser: browser.post("/dashboard/sign-out", on="/dashboard"), ""),
    ],
)
def test_sign_in_says_how_a_session_ended_and_leads_back_to_a_page_of_ours(
    town: Town, how: Callable[[Village, Browser, Browser], object], said: str
) -> None:
    village, (other, browser) = opened(town, 2)
    how(village, other, browser)
    led = browser.get("/account").headers["Location"]
    page = browser.get(led).text

    assert said in page
    assert "then=profile.show" in led
    assert ("Please sign in again" in page) == bool(said)
    assert "Please sign in again" not in browser.get("/sign-in").text
    for then, place in (
        ("profile.show", "/account"),
        ("https://evil.example.org", "/dashboard"),
        ("//evil.example.org", "/dashboard"),
        ("credentials.remove_phone", "/dashboard"),
        ("", "/dashboard"),
    ):
        fresh, typed = village.browser(), {"name": village.people[0].user_id, "password": PASSWORD}
        answer = fresh.post("/sign-in", on=f"/sign-in?then={then}", then=then, **typed)
        assert answer.headers["Location"] == place
        assert "evil" not in fresh.get(f"/sign-in?then={then}&ended={then}").text


@pytest.mark.parametrize("by", ["the desk", "an administrator"])
def test_whose_account_is_closed_while_they_are_signed_in_reads_so_at_the_next_clicks(
    town: Town, by: str
) -> None:
    village, (browser,) = opened(town, 1)
    owner, now = village.people[0], village.clock.now()
    with village.bot.connect() as db:
        other = village.people[1]
        with transaction(db):
            accounts.set_role(db, other.id, Role.ORGANIZATION_ADMINISTRATOR)
        if by == "the desk":
            account_views.act(
                db, village.bot.desk, AccountAct.CLOSE, account_id=owner.id, by="U0AVERY", now=now
            )
        else:
            members.deactivate(db, village.bot.desk, account_id=owner.id, by=other, now=now)
    token = browser.token("/contact")
    sent = browser.client.post("/account/language", data={"csrf_token": token, "language": "de"})
    led = browser.get("/account").headers["Location"]

    assert sent.headers["Location"] == "/sign-in?ended=elsewhere"
    assert led == "/sign-in?ended=elsewhere&then=profile.show"
    assert "if the account was closed" in browser.get(led).text
    assert owner.name not in browser.get("/contact").text
    told = browser.sign_in(owner.user_id)
    assert (told.status_code, "was deactivated" in told.text) == (403, True)
