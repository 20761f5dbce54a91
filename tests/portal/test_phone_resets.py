"""From the lost phone to the new one in a browser: by a recovery code, or by two administrators and a day."""

import re

import pytest

from bot.domain.events import EventTag
from bot.domain.ris import Role
from bot.domain.sessions import Strength
from bot.services import phone_resets
from bot.store import accounts, credentials, events
from bot.store.database import transaction
from tests.portal.test_passcode import registered, signed_in, village
from tests.portal.test_sign_in import Village

__all__ = ["village"]  # the fixture


@pytest.fixture
def lost(village: Village) -> Village:
    """The first has a phone; two others are administrators."""
    registered(village)
    with village.bot.connect() as db, transaction(db):
        for one in village.people:
            is_one = one in village.people[2:4]
            accounts.set_role(db, one.id, Role.ORGANIZATION_ADMINISTRATOR if is_one else Role.USER)
            if is_one:
                now = village.clock.now()
                phone = credentials.add_phone(db, one.id, f"+4930901{one.id:03}", now=now)
                credentials.note_code(db, phone, now=now)
    return village


@pytest.mark.slow
def test_codes_are_shown_once_and_one_leads_to_the_phones(village: Village) -> None:
    strong = registered(village)
    for place in ("/dashboard/phones", "/dashboard"):
        assert "You have no recovery codes" in strong.get(place).text
        assert 'href="/dashboard/recovery-codes"' in strong.get(place).text
    page = strong.post("/dashboard/recovery-codes", on="/dashboard/recovery-codes")
    codes = re.findall(r"<code>([\w-]+)</code>", page.text)
    assert len(codes) == 8
    in_file = page.text.split('href="data:text/plain')[1].split('"')[0]
    assert all(code in in_file for code in codes)
    assert village.people[0].user_id in in_file
    assert f"User ID {village.people[0].user_id}, made " in page.text.split("<code>")[0]  # on paper too
    assert 'class="note unprinted"' in page.text  # a warning about the page is none about the paper
    german = strong.post("/dashboard/recovery-codes?lang=de", on="/dashboard/recovery-codes")
    assert "<title>Wiederherstellungscodes ·" in german.text
    codes = re.findall(r"<code>([\w-]+)</code>", german.text)
    assert codes[0] not in strong.get("/dashboard/recovery-codes").text
    assert "You have no recovery codes" not in strong.get("/dashboard").text
    weak = signed_in(village, village.people[0])
    assert "for your protection" in weak.get("/dashboard/recovery-codes").text.lower()
    assert "/passcode/lost" in weak.get("/passcode").text
    refused = weak.post("/passcode/lost/code", on="/passcode/lost", code="<b>22222</b>")
    assert refused.status_code == 400
    assert "none of your recovery codes" in refused.text
    old = weak.cookie()
    taken = weak.post("/passcode/lost/code", on="/passcode/lost", code=codes[0])
    assert taken.headers["Location"] == "/dashboard/phones?recovered=yes"
    assert "+49 1511 2345678" in weak.get(taken.headers["Location"]).text
    assert "7 unused" in weak.get("/dashboard/phones").text
    assert weak.with_cookie(old).get("/dashboard").status_code == 303


@pytest.mark.slow
def test_two_administrators_agree_in_their_own_pages_and_the_owner_registers_anew(lost: Village) -> None:
    anna, first, second = lost.people[0], lost.people[2], lost.people[3]
    browser, hers = signed_in(lost, anna), f"/users/{anna.id}"
    asked = browser.post("/passcode/lost", on="/passcode/lost")
    assert asked.headers["Location"] == "/passcode/lost"
    page = browser.get("/passcode/lost").text
    assert "nobody has so far" in page
    assert "If two have not agreed by" in page
    assert browser.post("/passcode/lost", on="/passcode/lost").status_code == 400
    assert browser.post(f"{hers}/lost-phones", on="/passcode/lost", reset="1").status_code == 403
    for administrator, told in ((first, "agreed_first"), (second, "agreed")):
        theirs = signed_in(lost, administrator)
        assert "Elevate" in theirs.get(hers).text
        with lost.bot.connect() as db, transaction(db):
            strong = {"strength": int(Strength.PHONE_OTP), "id": administrator.id}
            db.execute("update sessions set strength = :strength where account_id = :id", strong)
        assert "says that all their phones are lost" in theirs.get(hers).text
        for reset in ("", "2", "²"):
            assert theirs.post(f"{hers}/lost-phones", on=hers, reset=reset).status_code == 409
        done = theirs.post(f"{hers}/lost-phones", on=hers, reset="1")
        assert done.headers["Location"] == f"{hers}?done={told}"
        assert ("A second person has to" in theirs.get(f"{hers}?done={told}").text) is (
            administrator == first
        )
        assert theirs.post(f"{hers}/lost-phones", on=hers, reset="1").status_code == 409
    lost.send_mails()
    lost.wait(hours=24)
    with lost.bot.connect() as db:
        phone_resets.carry_out(db, lost.bot.desk, now=lost.clock.now())

    assert browser.get("/dashboard").headers["Location"] == "/sign-in?ended=elsewhere"
    again = signed_in(lost, anna)
    assert again.get("/passcode/lost").headers["Location"] == "/dashboard/phones"
    place = again.post("/dashboard/phones", on="/dashboard/phones", number="+4930901820")
    assert place.headers["Location"].startswith("/passcode/")


@pytest.mark.parametrize(
    "gone", [EventTag.PHONE_RESET_DONE, EventTag.PHONE_REMOVED, EventTag.RECOVERY_CODE_USED]
)
def test_the_number_of_a_phone_that_is_gone_is_not_offered_again(lost: Village, gone: EventTag) -> None:
    anna, now = lost.people[0], lost.clock.now()
    browser, number = signed_in(lost, anna), anna.phones[0]
    with lost.bot.connect() as db, transaction(db):
        for phone in credentials.get(db, anna.id).phones:
            credentials.drop_phone(db, phone.id)
    assert f'value="{number}"' in browser.get("/dashboard/phones").text
    with lost.bot.connect() as db, transaction(db):
        events.add(db, gone, f"account:{anna.id}", actor="usher", at=now)

    assert f'value="{number}"' not in browser.get("/dashboard/phones").text


def test_a_link_shows_by_get_stops_by_post_and_says_so_again(lost: Village) -> None:
    signed_in(lost, lost.people[0]).post("/passcode/lost", on="/passcode/lost")
    link, stranger = f"/phone-reset/{lost.tokens[-1]}", lost.browser()
    for _ in range(2):
        page = stranger.get(link).text
        assert "Stop it" in page
        assert lost.people[0].name not in page
    assert stranger.client.post(link).status_code == 400  # without the page's form
    assert "tick the box" in stranger.post(link, on=link).text
    assert stranger.post(link, on=link, sure="yes").headers["Location"] == link
    stopped = stranger.get(link).text.partition("<main")[2]
    assert "It is stopped" in stopped
    assert 'href="/password"' in stopped
    assert "mailto:" in stopped
    assert stranger.get("/phone-reset/none").status_code == 404
