"""Signing in and out: the same page and the same work for everybody who does not get in."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bootstrap import Bot
from bot.domain.accounts import Account, AccountStatus
from bot.domain.password_refusals import AccountDeactivated
from bot.domain.tries import Tried
from bot.services import accounts as opening
from bot.services import sign_in as services
from bot.store import accounts, tries
from bot.store.database import transaction
from handlers.portal import app
from tests.people import PASSWORD, Browser, CountingHasher, move_in
from tests.portal.conftest import Town, client_of
from tests.portal.test_registration import a_case

LOCK = timedelta(minutes=30)


class Village(Town):
    """A town whose people have accounts."""

    hasher: CountingHasher
    people: list[Account]

    def browser(self) -> Browser:
        return Browser(client_of(app.build(self.bot), self.bot.settings.portal_url))


def settled(town: Town) -> Village:
    """The people of one organisation have accounts; two of them share an address."""
    hasher = CountingHasher()
    bot: Bot = replace(town.bot, desk=replace(town.bot.desk, hasher=hasher))
    village = Village(bot, town.clock, town.tokens)
    village.hasher = hasher
    case = a_case(village)
    first, second, *others = case.ris.users
    people = (first, second, replace(second, first_name="Twin"), *others)
    with bot.connect() as db:
        village.people = move_in(db, bot.desk, case, people, now=bot.clock.now())
    return village


def without_tokens(page: str) -> str:
    """What a page says, without what is drawn anew each time and what was typed."""
    return re.sub(r'value="[^"]*"', "", page)


def jobs(town: Town, template: str) -> list[str]:
    with town.bot.connect() as db:
        found = db.query("select recipient from outbox where template = ? order by id", [template])
        return [str(job["recipient"]) for job in found]


def test_whoever_cannot_get_in_costs_the_same_work_and_sees_the_same_page(town: Town) -> None:
    village = settled(town)
    anna, twin, waiting = village.people[0], village.people[1], village.people[3]
    with village.bot.connect() as db, transaction(db):
        db.execute("update accounts set status = 'waiting' where id = ?", [waiting.id])
    browser, pages = village.browser(), set()
    asked = []
    for name, password in (
        (anna.user_id, "wrong"),
        (anna.email, "wrong"),
        (anna.user_id.upper().replace("-", ""), ""),
        ("nobody@example.org", PASSWORD),
        ("bbbb-bbbb", PASSWORD),
        (twin.email, PASSWORD),  # two accounts have it
        (waiting.user_id, PASSWORD),
        ("", ""),
        ("x" * 5_000, PASSWORD),
        (anna.user_id, "a" + "\u0315\u0300" * 4_000),
        ("' or 1=1 --", "\x00"),
    ):
        village.hasher.calls.clear()
        answer = browser.sign_in(name, password)
        pages.add((answer.status_code, without_tokens(answer.text)))
        asked.append(village.hasher.calls.copy())

    assert len(pages) == 1
    assert asked == [["verify"]] * 11
    assert jobs(village, "user_ids") == [twin.email]
    assert browser.get("/dashboard").headers["Location"].endswith("/sign-in")


def test_a_user_id_or_an_address_and_the_password_lead_to_the_dashboard(town: Town) -> None:
    village = settled(town)
    anna = village.people[0]
    pasted = f"{anna.name} <{anna.email}>", f"mailto:{anna.email}", f"\u201e{anna.email}\u201c.\u200b"
    for name in (anna.user_id, anna.user_id.replace("-", "\u2013"), f" {anna.email.upper()} ", *pasted):
        browser = village.browser()
        answer = browser.sign_in(name)
        page = browser.get("/dashboard").text

        assert (answer.status_code, answer.headers["Location"]) == (303, "/dashboard")
        assert all(said in page for said in (anna.user_id, anna.name, "Borealis Turbines GmbH", "ForumPass"))
        assert "password only" in page
        assert browser.get("/sign-in").headers["Location"] == "/dashboard"


def test_ten_wrong_passwords_lock_for_half_an_hour_and_tell_the_owner_once(town: Town) -> None:
    village = settled(town)
    anna = village.people[0]
    for _ in range(9):
        attempt(village, anna.user_id, "wrong")
    assert attempt(village, anna.user_id, PASSWORD)  # a right one begins a new count
    for _ in range(12):
        assert not attempt(village, anna.user_id, "wrong")

    assert not attempt(village, anna.user_id, PASSWORD)
    assert jobs(village, "account_locked") == [anna.email]
    village.clock.at += LOCK - timedelta(seconds=1)
    assert not attempt(village, anna.user_id, PASSWORD)
    village.clock.at += timedelta(seconds=1)
    assert attempt(village, anna.user_id, PASSWORD)


def attempt(village: Village, name: str, password: str) -> str:
    with village.bot.connect() as db:
        return services.sign_in(
            db, village.bot.desk, name=name, password=password, now=village.bot.clock.now()
        )


def test_a_guess_that_was_being_checked_when_the_lock_fell_does_not_get_in(town: Town) -> None:
    village = settled(town)
    anna = village.people[0]

    def fall(hashed: str, secret: str) -> bool:
        with village.bot.connect() as other, transaction(other):
            now = village.bot.clock.now()
            locked = replace(tries.find(other, anna.id, Tried.PASSWORD), wrong=10, locked_until=now + LOCK)
            tries.put(other, anna.id, Tried.PASSWORD, locked, now=now)
        return CountingHasher.verify(village.hasher, hashed, secret)

    village.hasher.verify = fall  # type: ignore[method-assign]

    assert not attempt(village, anna.user_id, PASSWORD)


def test_a_hash_of_older_costs_is_made_anew_and_a_deactivated_account_stays_out(town: Town) -> None:
    village = settled(town)
    anna = village.people[0]
    with village.bot.connect() as db:
        before = accounts.find_password(db, anna.id)
    village.hasher.outdated = True
    assert attempt(village, anna.user_id, PASSWORD)
    with village.bot.connect() as db, transaction(db):
        anew = accounts.find_password(db, anna.id)
        assert anew != before
        assert village.hasher.verify(anew, PASSWORD)
        since, to = AccountStatus.ACTIVE, AccountStatus.DEACTIVATED
        accounts.move(db, anna.id, since=since, to=to, now=village.bot.clock.now())

    with pytest.raises(AccountDeactivated):
        attempt(village, anna.user_id, PASSWORD)


def test_who_knows_the_password_of_a_deactivated_account_reads_so_and_nobody_else(town: Town) -> None:
    village = settled(town)
    anna = village.people[0]
    with village.bot.connect() as db, transaction(db):
        opening.deactivate(db, village.bot.desk, anna, by="U0AVERY", now=village.bot.clock.now())
    browser = village.browser()
    stranger, none = browser.sign_in(anna.user_id, "wrong"), browser.sign_in("bbbb-bbbb", "wrong")
    for name in (anna.user_id, anna.email):
        village.hasher.calls.clear()
        owner = browser.sign_in(name)

        assert village.hasher.calls == ["verify"]
        assert owner.status_code == 403
        assert "was deactivated" in owner.text
        assert village.bot.desk.policy.mag.support_address in owner.text
    assert without_tokens(stranger.text) == without_tokens(none.text)
    assert browser.get("/dashboard").status_code == 303


def test_guesses_at_a_deactivated_account_are_counted_and_nobody_is_told_when_to_try_again(
    town: Town,
) -> None:
    village = settled(town)
    anna = village.people[0]
    with village.bot.connect() as db, transaction(db):
        opening.deactivate(db, village.bot.desk, anna, by="U0AVERY", now=village.bot.clock.now())
    for _ in range(10):
        attempt(village, anna.user_id, "wrong")

    assert not attempt(village, anna.user_id, PASSWORD)  # and it is not said either
    assert not jobs(village, "account_locked")


def test_a_cookie_from_before_signing_in_or_after_signing_out_opens_nothing(town: Town) -> None:
    village = settled(town)
    anna, other = village.people[0], village.people[1]
    browser = village.browser()
    browser.get("/sign-in")
    stale = [browser.cookie()]
    browser.sign_in(anna.user_id)
    stale.append(browser.cookie())
    browser.post("/sign-in", on="/dashboard", name=other.user_id, password=PASSWORD)
    stale.append(browser.cookie())
    assert other.user_id in browser.get("/dashboard").text
    browser.post("/dashboard/sign-out", on="/dashboard")

    assert len(set(stale)) == len(stale)
    for cookie in stale:
        assert browser.with_cookie(cookie).get("/dashboard").status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/dashboard/sign-out"])
def test_a_form_of_another_site_signs_nobody_in_or_out(town: Town, path: str) -> None:
    assert town.client().post(path, data={"name": "a", "password": "b"}).status_code == 400


def test_a_network_is_slowed_and_the_account_is_not_locked_by_that(town: Town) -> None:
    village = settled(town)
    browser = village.browser()
    answers = [browser.sign_in("nobody").status_code for _ in range(31)]

    assert answers == [400] * 30 + [429]
    assert village.browser().sign_in(village.people[0].user_id).status_code == 303


def test_every_page_leads_in_or_has_the_profile_menu_error_pages_too(town: Town) -> None:
    village = settled(town)
    browser = village.browser()
    paths = ("/", "/contact", "/nope", "/status/none", "/terms")
    for path in paths:
        page = browser.get(path).text
        assert 'href="/sign-in"' in page, path
        assert "Profile Menu" not in page, path
    assert 'href="/password"' in browser.get("/").text
    browser.sign_in(village.people[0].user_id)
    for path in (*paths, "/users", "/users/999"):
        page = browser.get(path).text
        assert all(f'href="{to}"' in page for to in ("/dashboard", "/account")), path
        assert 'href="/sign-in"' not in page, path
    refused = browser.client.post("/account/email", data={})
    assert "Profile Menu" in refused.text
    for _ in range(31):
        refused = browser.client.post("/sign-in", data={"name": "x", "csrf_token": browser.token("/account")})
    assert refused.status_code == 429
    assert "Profile Menu" in refused.text


def test_forms_of_who_is_signed_in_are_counted_by_account_in_whatever_network(town: Town) -> None:
    village = settled(town)
    portal = app.build(village.bot)
    anna, other = (Browser(client_of(portal, village.bot.settings.portal_url)) for _ in range(2))
    anna.sign_in(village.people[0].user_id)
    other.sign_in(village.people[1].user_id)

    def ask(browser: Browser, token: str, network: str) -> int:
        data = {"csrf_token": token, "application": "none"}
        far = {"REMOTE_ADDR": network}
        return browser.client.post("/dashboard/launch", data=data, environ_base=far).status_code

    token = anna.token("/account")
    codes = [ask(anna, token, f"198.51.100.{number}") for number in range(31)]
    assert codes == [409] * 30 + [429]
    assert ask(other, other.token("/account"), "198.51.100.1") == 409


def test_whoever_has_not_activated_their_account_hears_how_once_a_day(town: Town) -> None:
    village = settled(town)
    waiting = village.people[3]
    with village.bot.connect() as db, transaction(db):
        db.execute("update accounts set status = 'waiting' where id = ?", [waiting.id])
    village.wait(days=2)
    before = jobs(village, "activation")
    for _ in range(3):
        attempt(village, waiting.email, PASSWORD)
    assert jobs(village, "activation") == [*before, waiting.email]
    village.wait(days=1, minutes=1)
    attempt(village, waiting.user_id, PASSWORD)
    assert jobs(village, "activation") == [*before, waiting.email, waiting.email]
