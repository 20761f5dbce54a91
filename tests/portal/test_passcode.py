"""From the License Key to the launched application, page by page, and what keeps somebody else out."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.accounts import Account
from bot.domain.launch import purpose_of
from bot.domain.phone_codes import PURPOSE
from bot.domain.ris import Role
from bot.policy import Launch
from bot.store.database import transaction
from tests.people import KEY, Browser, agree, hand_key
from tests.portal.conftest import Town
from tests.portal.test_sign_in import Village, settled

FORUM = "https://forumpass.example.com/enter"


@pytest.fixture
def village(town: Town) -> Village:
    """Its first person holds a License Key, and ForumPass takes hand-overs."""
    return hold_key(settled(town))


def hold_key(found: Village) -> Village:
    desk = found.bot.desk
    mag = desk.policy.mag.model_copy(update={"launch": {"ForumPass": Launch(url=FORUM)}})
    policy = desk.policy.model_copy(update={"programmes": {"mag": mag}})
    found.bot = replace(found.bot, desk=replace(desk, policy=policy))
    with found.bot.connect() as db:
        hand_key(db, found.bot.desk, found.people[0], now=found.bot.clock.now())
        agree(db, found.bot.desk, found.people, now=found.bot.clock.now())
    return found


def code_of(town: Town) -> str:
    """The digits that were texted last."""
    with town.bot.connect() as db:
        (found,) = db.query("select sealed from phone_codes order by id desc limit 1")
    return town.bot.desk.keyring.open(PURPOSE, found["sealed"])


def signed_in(village: Village, person: Account) -> Browser:
    browser = village.browser()
    assert browser.sign_in(person.user_id).status_code == 303
    return browser


def registered(village: Village, *numbers: str) -> Browser:
    """In a session that these phones have made strong."""
    browser = signed_in(village, village.people[0])
    browser.post("/dashboard/license-key", on="/dashboard/license-key", key=KEY)
    for number in numbers or ("+4915112345678",):
        village.wait(seconds=1)
        place = browser.post("/dashboard/phones", on="/dashboard/phones", number=number).headers["Location"]
        then = browser.post(place, on=place, code=code_of(village)).headers["Location"]
        assert then == "/dashboard/recovery-codes"  # until a set is made
    return browser


def test_a_refused_license_key_stays_in_its_field_to_be_compared(village: Village) -> None:
    browser = signed_in(village, village.people[0])
    wrong = browser.post("/dashboard/license-key", on="/dashboard/license-key", key='FPL-7K <b>"2')

    assert wrong.status_code == 400
    assert 'name="key" value="FPL-7K &lt;b&gt;&#34;2"' in wrong.text
    assert "(typed: 10, " in wrong.text
    assert wrong.headers["Cache-Control"] == "no-store"
    assert 'name="key" value=""' in browser.get("/dashboard/license-key").text


def test_a_key_phones_and_a_code_launch_the_application_with_a_signed_hand_over(village: Village) -> None:
    anna = village.people[0]
    assert "Phone OTP" in registered(village, "+4915112345678", "+4930901820").get("/dashboard").text
    browser = signed_in(village, anna)
    weak = browser.cookie()

    assert (
        browser.post("/dashboard/launch", on="/dashboard", application="ForumPass").headers["Location"]
        == "/passcode"
    )
    page = browser.get("/passcode").text
    assert "Then ForumPass opens." in page
    shown = re.findall(r"<span>(\+49\s•••\s••\d\d)</span>", page)
    assert [one.split() for one in shown] == [["+49", "•••", "••20"], ["+49", "•••", "••78"]]
    assert "+4915112345678" not in page
    chosen = re.findall(r'name="phone" value="(\d+)"', page)[0]
    place = browser.post("/passcode", on="/passcode", phone=chosen).headers["Location"]
    assert "another 2:00 minutes" in browser.get(place).text
    handed = urlsplit(browser.post(place, on=place, code=code_of(village)).headers["Location"])
    said = {name: value for name, (value,) in parse_qs(handed.query).items()}

    assert handed._replace(query="").geturl() == FORUM
    assert (said["user_id"], said["strength"]) == (anna.user_id, "phone_otp")
    assert int(said["expires"]) - village.bot.clock.now().timestamp() == 60
    signed, _, signature = handed.query.partition("&signature=")
    ring = village.bot.desk.keyring
    assert ring.verify(purpose_of("ForumPass"), signed, signature)
    assert not ring.verify(purpose_of("Other"), signed, signature)
    again = urlsplit(
        browser.post("/dashboard/launch", on="/dashboard", application="ForumPass").headers["Location"]
    )
    assert parse_qs(again.query)["nonce"] != [said["nonce"]]
    assert browser.with_cookie(weak).get("/dashboard").status_code == 303


@pytest.mark.parametrize("keeps_codes", [True, False])
def test_a_launch_that_waits_for_the_first_phone_goes_on_after_the_recovery_codes(
    village: Village, keeps_codes: bool
) -> None:
    browser = signed_in(village, village.people[0])
    browser.post("/dashboard/license-key", on="/dashboard/license-key", key=KEY)
    browser.post("/dashboard/launch", on="/dashboard", application="ForumPass")
    place = browser.post("/dashboard/phones", on="/dashboard/phones", number="+4915112345678").location
    assert browser.post(place, on=place, code=code_of(village)).location == "/dashboard/recovery-codes"
    page = browser.get("/dashboard/recovery-codes").text
    assert "Then ForumPass opens." in page
    assert "open ForumPass now" in page
    if keeps_codes:
        page = browser.post("/dashboard/recovery-codes", on="/dashboard/recovery-codes").text
        assert "open ForumPass now" not in page
    assert 'name="application" value="ForumPass"' in page
    onward = browser.post("/dashboard/launch", on="/dashboard/recovery-codes", application="ForumPass")

    assert onward.location.startswith(FORUM)
    assert "Then ForumPass opens." not in browser.get("/dashboard/recovery-codes").text


def test_without_a_session_or_with_somebody_elses_ids_nothing_opens(village: Village) -> None:
    registered(village)
    stranger, nobody = signed_in(village, village.people[3]), village.browser()
    for path, fields in (
        ("/passcode", {"phone": "1"}),
        ("/passcode/1", {"code": "123456"}),
        ("/passcode/1/again", {}),
        ("/dashboard/phones", {"number": "+4930901820"}),
        ("/dashboard/phones/1/remove", {}),
        ("/dashboard/license-key", {"key": KEY}),
        ("/dashboard/launch", {"application": "ForumPass"}),
    ):
        answer = nobody.post(path, **fields)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")
        answer = stranger.post(path, on="/dashboard", **fields)
        assert answer.status_code == 400 or answer.headers["Location"] in {
            "/passcode",
            "/dashboard/license-key",
        }
        assert "+49" not in answer.text.replace("+49 151 23456789", "")
    for path in ("/passcode/1", "/dashboard/phones", "/dashboard/license-key", "/dashboard"):
        assert nobody.get(path).headers["Location"].partition("?then=")[0] == "/sign-in"
    for path, fields in (
        ("/dashboard/launch", {"application": "https://evil.example.org"}),
        ("/dashboard/launch", {}),
    ):
        answer = stranger.post(path, on="/dashboard", **fields)
        assert answer.status_code == 409
        assert "Location" not in answer.headers
        assert "evil" not in answer.text


@pytest.mark.parametrize("phone", ["", "0", "999", "-1", "²", "1 or 1=1", "9" * 40])
def test_a_phone_that_is_none_is_refused_in_words(village: Village, phone: str) -> None:
    browser = registered(village)
    answer = browser.post("/passcode", on="/passcode", phone=phone)

    assert answer.status_code == 400
    assert "none of your phones" in answer.text


def test_a_wrong_code_stays_on_its_page_and_leaves_the_session_as_it_was(village: Village) -> None:
    registered(village)
    browser = signed_in(village, village.people[0])
    place = browser.post("/passcode", on="/passcode", phone="1").headers["Location"]
    right = code_of(village)
    answer = browser.post(place, on=place, code="000000" if right != "000000" else "111111")

    assert answer.status_code == 400
    assert "Resend Code" in answer.text
    assert right not in answer.text
    assert "password only" in browser.get("/dashboard").text


def test_a_text_that_did_not_go_out_is_said_where_its_code_is_awaited(village: Village) -> None:
    browser = registered(village)
    village.wait(minutes=3)
    place = browser.post("/passcode", on="/passcode", phone="1").headers["Location"]
    assert "seems not to have gone out" not in browser.get(place).text
    with village.bot.connect() as db, transaction(db):
        db.execute("update outbox set status = 'failed', error = 'gateway: 402 no money' where kind = 'sms'")
    page = browser.get(place).text

    assert "seems not to have gone out" in page
    assert "onboarding@desk.example.com" in page
    assert "no money" not in page
    assert 'name="code"' in page  # for it may come all the same


def test_what_waits_for_its_terms_is_not_launched(town: Town) -> None:
    village = settled(town)
    administrator, user = (
        next(one for one in village.people if one.role is role)
        for role in (Role.ORGANIZATION_ADMINISTRATOR, Role.USER)
    )
    waiting = signed_in(village, user)
    page = waiting.get("/dashboard").text

    assert f"{administrator.name}" in page
    assert "Launch" not in page
    assert waiting.post("/dashboard/launch", on="/dashboard", application="ForumPass").status_code == 409


def test_without_an_address_a_page_says_so(village: Village) -> None:
    desk = village.bot.desk
    mag = desk.policy.mag.model_copy(update={"launch": {"ForumPass": Launch(strength="password")}})
    policy = desk.policy.model_copy(update={"programmes": {"mag": mag}})
    village.bot = replace(village.bot, desk=replace(desk, policy=policy))
    browser = signed_in(village, village.people[0])

    assert (
        "no address is set"
        in browser.post("/dashboard/launch", on="/dashboard", application="ForumPass").text
    )


def test_forms_may_end_at_an_application_of_the_policy_and_nowhere_else(village: Village) -> None:
    policy = village.browser().get("/sign-in").headers["Content-Security-Policy"]

    assert "form-action 'self' https://forumpass.example.com;" in policy


def test_a_launch_that_was_given_up_does_not_go_on_later(village: Village) -> None:
    registered(village)
    browser = signed_in(village, village.people[0])
    browser.post("/dashboard/launch", on="/dashboard", application="ForumPass")
    assert "Then ForumPass opens." in browser.get("/passcode").text
    browser.get("/dashboard")
    assert "Then ForumPass opens." not in browser.get("/passcode").text
    place = browser.post("/passcode", on="/passcode", phone="1").location

    assert browser.post(place, on=place, code=code_of(village)).location == "/dashboard"


def test_two_phones_are_recommended_and_one_of_them_can_be_removed(village: Village) -> None:
    fresh = signed_in(village, village.people[0]).get("/dashboard").text
    assert "My 2FA Credentials" in fresh
    assert "Have a license key?" in fresh
    browser = registered(village)
    for page in ("/dashboard", "/dashboard/phones"):
        assert "One more phone is recommended" in browser.get(page).text
    assert "two or more are recommended" in browser.get("/dashboard/phones").text
    village.wait(seconds=1)
    place = browser.post("/dashboard/phones", on="/dashboard/phones", number="+4915198765432").location
    browser.post(place, on=place, code=code_of(village))
    both = browser.get("/dashboard/phones").text
    removed = browser.post("/dashboard/phones/1/remove", on="/dashboard/phones")
    left = browser.get("/dashboard/phones").text

    assert "recommended: with one only" not in both
    assert removed.status_code == 303
    assert [re.findall(r'class="holder">([^<]+)<', page) for page in (both, left)] == [
        ["+49 1519 8765432", "+49 1511 2345678"],
        ["+49 1519 8765432"],
    ]
    assert "One more phone is recommended" in left
