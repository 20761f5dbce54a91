"""Forms that are sent late, from a second tab, or twice: nobody loses what they typed, or is signed out."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from werkzeug.test import TestResponse

from tests.people import COOKIE, HOST, PASSWORD, Browser
from tests.portal.conftest import Town
from tests.portal.people import ANSWERS, GOOD, NEW, csrf_of, people
from tests.portal.test_passcode import code_of, hold_key, registered, signed_in
from tests.portal.test_passwords import active, link_of, sign_in
from tests.portal.test_sign_in import Village, settled

pytestmark = pytest.mark.slow

OURS = {"Sec-Fetch-Site": "same-origin"}


def elsewhere(village: Village, browser: Browser, number: int = 0) -> None:
    """The same browser signs in, in another tab."""
    assert browser.sign_in(village.people[number].user_id).location == "/dashboard"


def send(client: FlaskClient, path: str, token: str, **fields: str) -> TestResponse:
    return client.post(path, data={"csrf_token": token, **fields}, headers=OURS)


def test_a_form_may_stay_open_for_as_long_as_the_session_lasts(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = settled(town)
    browser = village.browser()
    token = browser.token("/sign-in")
    now, eleven_hours = TimestampSigner.get_timestamp, int(timedelta(hours=11).total_seconds())
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) + eleven_hours)

    answer = send(browser.client, "/sign-in", token, name=village.people[0].user_id, password=PASSWORD)
    assert answer.location == "/dashboard"


def test_of_two_sign_in_pages_the_second_leads_to_the_dashboard(town: Town) -> None:
    village = settled(town)
    browser = village.browser()
    token = browser.token("/sign-in")
    elsewhere(village, browser)
    answer = send(browser.client, "/sign-in", token, name=village.people[1].user_id, password=PASSWORD)

    assert (answer.status_code, answer.location) == (303, "/dashboard")
    assert village.people[0].user_id in browser.get("/dashboard").text


def test_what_was_typed_in_another_tab_is_sent_again_by_one_click_but_for_its_secrets(town: Town) -> None:
    village = settled(town)
    browser = village.browser()
    elsewhere(village, browser)
    token = browser.token("/account")
    browser.post("/dashboard/sign-out", on="/dashboard")
    elsewhere(village, browser)
    typed = {"email": 'anna"<b>@new.example', "current": PASSWORD}
    page = send(browser.client, "/account/email", token, **typed)

    assert page.status_code == 400
    assert 'action="/account/email"' in page.text
    assert 'name="email" value="anna&#34;&lt;b&gt;@new.example"' in page.text
    assert PASSWORD not in page.text
    assert token not in page.text
    again = send(browser.client, "/account/email", csrf_of(page.text), **typed)
    assert "Please send that once more" not in again.text


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_a_form_that_is_not_known_to_be_ours_is_not_offered_again(town: Town, site: str) -> None:
    village = settled(town)
    browser = village.browser()
    elsewhere(village, browser)
    for path in ("/account/email", "/sign-in"):
        page = browser.client.post(path, data={"email": "evil@new.example"}, headers={"Sec-Fetch-Site": site})

        assert page.status_code == 400
        assert "evil" not in page.text


def test_a_form_in_another_tab_outlives_the_second_factor(town: Town) -> None:
    village = hold_key(settled(town))
    registered(village)
    browser = signed_in(village, village.people[0])
    token = browser.token("/account")
    place = browser.post("/passcode", on="/passcode", phone="1").location
    before = browser.cookie()
    assert browser.post(place, on=place, code=code_of(village)).location == "/dashboard"

    assert (
        send(browser.client, "/account/language", token, language="de").location
        == "/account?lang=de&done=language"
    )
    assert browser.with_cookie(before).get("/dashboard").location.startswith("/sign-in")


def test_an_answer_stays_typed_where_the_new_password_will_not_do(town: Town) -> None:
    greta = active(town)[0]
    link = link_of(greta)
    for password, again in (("kurzes1", "kurzes1"), (NEW, "another one")):
        page = greta.post(link, answer='Hektor "der" Hund', password=password, again=again)

        assert page.status_code == 400
        assert 'name="answer" value="Hektor &#34;der&#34; Hund"' in page.text
        assert password not in page.text


def test_a_double_click_on_a_codes_submit_signs_nobody_out(town: Town) -> None:
    village = hold_key(settled(town))
    registered(village)
    browser = signed_in(village, village.people[0])
    place = browser.post("/passcode", on="/passcode", phone="1").location
    token, code, before = browser.token(place), code_of(village), browser.cookie()
    assert send(browser.client, place, token, code=code).location == "/dashboard"
    after = browser.cookie()
    second = send(browser.with_cookie(before).client, place, token, code=code)  # it was on its way already

    assert second.location.startswith("/sign-in")
    assert "Set-Cookie" not in second.headers
    assert browser.with_cookie(after).get("/sign-in").location == "/dashboard"
    third = send(browser.client, place, token, code=code)  # or left with the newer cookie
    assert third.location == "/dashboard"
    assert "Phone OTP" in browser.get("/dashboard").text


def test_a_password_that_is_changed_by_two_clicks_is_changed_once_and_said_so_twice(town: Town) -> None:
    greta = active(town)[0]
    sign_in(greta)
    fields = {"current": GOOD, "password": NEW, "again": NEW}
    token = csrf_of(greta.client.get("/password").text)
    said = [send(greta.client, "/password", token, **fields).location for _ in range(2)]

    assert said == ["/password/changed"] * 2
    assert len(greta.mails("password_changed")) == 1
    other = send(
        greta.client,
        "/password",
        token,
        **fields | {"password": "noch ein anderes 9", "again": "noch ein anderes 9"},
    )
    assert other.status_code == 400  # that is no second click
    town.wait(minutes=2)
    assert send(greta.client, "/password", token, **fields).status_code == 400


def test_nobody_guesses_the_new_password_by_a_second_click(town: Town) -> None:
    greta = active(town)[0]
    sign_in(greta)
    token = csrf_of(greta.client.get("/password").text)
    send(greta.client, "/password", token, current=GOOD, password=NEW, again=NEW)
    for number in range(5):
        guess = f"{NEW} {number}"
        assert (
            send(greta.client, "/password", token, current="x", password=guess, again=guess).status_code
            == 400
        )

    right = send(greta.client, "/password", token, current="x", password=NEW, again=NEW)
    assert right.status_code == 400


def test_the_last_step_of_activating_leads_on_when_it_is_sent_twice(town: Town) -> None:
    greta, other = people(town)[:2]
    page = greta.choose().location
    token = csrf_of(greta.client.get(page).text)
    before = greta.client.get_cookie(COOKIE, HOST)
    assert before
    assert send(greta.client, page, token, **ANSWERS).location == "/dashboard"
    assert send(greta.client, page, token, **ANSWERS).location == "/dashboard"  # with the newer cookie
    late = greta.stranger()
    late.set_cookie(COOKIE, before.value, domain=HOST, secure=True)
    assert send(late, page, token, **ANSWERS).location == greta.link  # it was on its way already
    assert greta.client.get(greta.link).location == "/dashboard"
    assert other.client.get(greta.link).status_code == 404
    other.activate()
    assert other.client.get(greta.link).status_code == 404
