"""My Account: a language, a file of data, and an address that changes once both ends have said yes."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.accounts import Account
from bot.domain.license_keys import Holder, mask_of, tail_of
from bot.domain.money import Money
from bot.domain.registration import Stage
from bot.domain.sessions import Strength
from bot.services import accounts as account_service
from bot.services import email_changes, phone_codes, sessions
from bot.store import accounts, certificates, credentials, registration, seats
from bot.store.database import transaction
from handlers.portal import app
from tests import invited as partners
from tests.partners import bounce
from tests.people import KEY, PASSWORD, Browser, CountingHasher, hand_key, move_in
from tests.portal.conftest import Found, Town, client_of
from tests.portal.test_registration import a_case

NEW = "anna.new@kunde.example.org"


@pytest.fixture
def anna(town: Town) -> Account:
    """Somebody with an account, and a seat at their address."""
    town.bot = replace(town.bot, desk=replace(town.bot.desk, hasher=CountingHasher()))
    now = town.bot.clock.now()
    with town.bot.connect() as db:
        people = move_in(db, town.bot.desk, a_case(town), now=now)
        holder = Holder(name=people[0].name, email=people[0].email)
        with transaction(db):
            seats.add_all(
                db, [holder], case_id=1, organisation=1, first=1, purchase_order=None,
                price=Money(1, "EUR"), now=now,
            )  # fmt: skip
    return people[0]


def signed_in(town: Town, account: Account) -> Browser:
    browser = Browser(client_of(app.build(town.bot), town.bot.settings.portal_url))
    assert browser.sign_in(account.user_id).status_code == 303
    return browser


def address(town: Town, account: Account) -> str:
    with town.bot.connect() as db:
        found = accounts.find(db, account.id)
    assert found
    return found.email


def mails(town: Town, template: str) -> list[str]:
    with town.bot.connect() as db:
        found = db.query("select recipient from outbox where template = ? order by id", [template])
        return [str(job["recipient"]) for job in found]


def answered(browser: Browser, link: str, **fields: str) -> str:
    """The page that says how it stands."""
    assert browser.post(link, on=link, **fields).location.startswith(link)
    return browser.get(link).text


def asked(town: Town, account: Account, email: str = NEW) -> tuple[Browser, str, str]:
    """A change was asked for: a browser, and the links of the old and the new mailbox."""
    browser, before = signed_in(town, account), len(town.tokens)
    answer = browser.post("/account/email", on="/account", email=email.upper(), current=PASSWORD)
    assert answer.headers["Location"] == "/account?done=email"
    old, new = (f"/email/{token}" for token in town.tokens[before:])
    return browser, old, new


def test_whoever_asked_reads_who_has_to_say_yes_still_and_which_mail_came_back(
    town: Town, anna: Account
) -> None:
    browser, old, _ = asked(town, anna, f"(Anna New <{NEW}>),")  # as it was pasted
    page = browser.get("/account").text
    assert f"a yes from {anna.email}, {NEW}" in page
    assert "could not be delivered" not in page
    answered(browser, old, do="yes", user_id=anna.user_id)
    with town.bot.connect() as db:
        db.execute("update outbox set status = 'sent', sent_at = created_at")
        bounce(db, f"{anna.ref}:email_change:1:new", now=town.clock.now())
    page = browser.get("/account").text

    assert f"a yes from {NEW}" in page
    assert f"Our mail to {NEW} could not be delivered. Please check the new address" in page


def test_an_address_changes_once_both_ends_have_said_yes(town: Town, anna: Account) -> None:
    browser, old, new = asked(town, anna)
    assert sorted(mails(town, "email_change")) == sorted([anna.email, NEW])
    yes = {"do": "yes", "user_id": anna.user_id.upper().replace("-", " ")}

    assert "other address has to confirm" in answered(browser, new, **yes)
    assert address(town, anna) == anna.email
    assert "new address counts" in answered(browser, old, **yes)
    assert address(town, anna) == NEW
    with town.bot.connect() as db:
        assert [seat.holder and seat.holder.email for seat in seats.list_held(db, 1)] == [NEW]
    assert sorted(mails(town, "email_changed")) == sorted([anna.email, NEW])
    assert "new address counts" in answered(browser, new, do="no", sure="yes")  # it is too late to say no
    town.wait(hours=49)
    assert browser.get(old).status_code == 410


def test_either_end_can_say_no_and_a_program_that_opens_links_says_nothing(town: Town, anna: Account) -> None:
    browser, old, new = asked(town, anna)
    for link in (old, new):
        assert [browser.get(link).status_code for _ in range(2)] == [200, 200]
        assert browser.client.head(link).status_code == 200
        for typed in ("", "bbbb-bbbb", anna.email):
            answer = browser.post(link, on=link, do="yes", user_id=typed)
            assert answer.status_code == 400
        for pressed in ({"do": "no"}, {"do": "no", "user_id": anna.user_id}, {"user_id": anna.user_id}, {}):
            assert browser.post(link, on=link, **pressed).status_code == 400
    assert "tick the box" in browser.post(old, on=old, do="no").text
    assert "Nothing changes" in answered(browser, old, do="no", sure="yes")
    assert "Nothing changes" in answered(browser, new, do="yes", user_id=anna.user_id)
    assert address(town, anna) == anna.email


def test_what_the_desk_asks_for_is_said_to_be_the_desks(town: Town, anna: Account) -> None:
    with town.bot.connect() as db, transaction(db):
        email_changes.open_change(db, town.bot.desk, anna, NEW, asked_by="U0AVERY", now=town.bot.clock.now())
    old, new = (f"/email/{token}" for token in town.tokens[-2:])
    browser = Browser(client_of(app.build(town.bot), town.bot.settings.portal_url))
    for link in (old, new):
        assert "Exostar Customer Support was asked" in browser.get(link).text
    yes = {"do": "yes", "user_id": anna.user_id}
    assert "or Exostar Customer Support in its place" in answered(browser, new, **yes)
    assert "Exostar Customer Support hears of it" in answered(browser, old, do="no", sure="yes")
    assert address(town, anna) == anna.email


def test_a_change_is_over_after_two_days_or_when_another_takes_its_place(town: Town, anna: Account) -> None:
    browser, old, _ = asked(town, anna)
    _, _, newer = asked(town, anna, "another@lindgren.example.org")
    assert browser.get(old).status_code == 404
    town.wait(hours=49)
    assert browser.get(newer).status_code == 410


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"email": "not an address"}, "no e-mail address"),
        ({"email": "a@b.example\r\nBcc: x@y.example"}, "no e-mail address"),
        ({"email": "x" * 100_000}, "no e-mail address"),
        ({"email": ""}, "no e-mail address"),
        ({"current": "wrong"}, "password"),
        ({"current": ""}, "password"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_goes_out(
    town: Town, anna: Account, given: dict[str, str], said: str
) -> None:
    browser = signed_in(town, anna)
    answer = browser.post("/account/email", on="/account", **{"email": NEW, "current": PASSWORD, **given})

    assert answer.status_code == 400
    assert said in answer.text
    assert mails(town, "email_change") == []


def test_nobody_floods_a_strangers_mailbox(town: Town, anna: Account) -> None:
    for number in range(3):
        asked(town, anna, f"{number}@lindgren.example.org")
    answer = signed_in(town, anna).post("/account/email", on="/account", email=NEW, current=PASSWORD)

    assert answer.status_code == 400
    assert "go on tomorrow" in answer.text
    town.clock.at += timedelta(days=1, seconds=1)
    asked(town, anna)


def test_mails_and_pages_come_in_the_language_that_was_chosen(town: Town, anna: Account) -> None:
    browser = signed_in(town, anna)
    for chosen, lang in (("de", "de"), ("xx", "de"), ("", "de"), ("en", "en")):
        then = browser.post("/account/language", on="/account", language=chosen).location
        assert browser.get(then).headers["Content-Language"] == lang
        with town.bot.connect() as db:
            found = accounts.find(db, anna.id)
        assert found
        assert found.lang == lang


def test_ones_data_is_a_file_without_secrets_and_without_others(town: Town, anna: Account) -> None:
    with town.bot.connect() as db:
        hand_key(db, town.bot.desk, anna, now=town.clock.now())
    with town.bot.connect() as db, transaction(db):
        certificates.add(db, "CN=anna", anna.id, by="U0AVERY", now=town.clock.now())
        registration.invite(db, anna.case_id, anna.email, now=town.clock.now())
        registration.put_draft(db, anna.case_id, {"city": "Bremen"}, Stage.FORM)
    asked(town, anna)
    answer = signed_in(town, anna).get("/account/data")
    found = json.loads(answer.text)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert found["account"]["email"] == anna.email
    assert found["sessions"][0]["strength"] == "password"
    assert [held["key"] for held in found["license_keys"]] == ["", mask_of(tail_of(KEY))]
    assert KEY not in answer.text
    assert [one["to"] for one in found["email_changes"]] == [NEW]
    assert {mail["what"] for mail in found["mails_and_texts"]} >= {"activation", "email_change"}
    assert {mail["to"] for mail in found["mails_and_texts"]} == {anna.email, NEW}
    assert [one["state"] for one in found["lost_phones"]] == []
    assert found["unused_recovery_codes"] == 0
    assert [one["subject"] for one in found["certificates"]] == ["CN=anna"]
    assert found["registration"]["entered"] == {"city": "Bremen"}
    assert "session:begun" in {event["what"] for event in found["history"]}
    with town.bot.connect() as db:
        others = [one for one in accounts.list_of_organisation(db, 1) if one.id != anna.id]
    assert not any(one.email in answer.text or one.user_id in answer.text for one in others)
    assert not re.search(r"quick\$|argon2|sealed", answer.text)


def test_ones_data_is_ones_own_whoever_shares_an_address_a_name_or_a_number(
    town: Town, anna: Account
) -> None:
    number, desk, now = "+4915199887766", town.bot.desk, town.clock.now()
    with town.bot.connect() as db:
        other = next(one for one in accounts.list_of_organisation(db, 1) if one.id != anna.id)
        with transaction(db):
            accounts.set_email(db, other.id, anna.email)
            for phone in (credentials.add_phone(db, one.id, number, now=now) for one in (other, anna)):
                if credentials.find_phone(db, other.id, phone):
                    credentials.note_code(db, phone, now=now)
                    token = sessions.begin(db, desk, other, strength=Strength.PHONE_OTP, now=now)
                    theirs = phone
            seats.add_all(
                db,
                [
                    Holder(name=other.name, email=anna.email),
                    Holder(name=anna.name, email="x@kunde.example.org"),
                ],
                case_id=1, organisation=1, first=20, purchase_order=None, price=Money(1, "EUR"), now=now,
            )  # fmt: skip
        visitor = sessions.get(db, desk, token, now=now)
        phone_codes.send(db, desk, visitor, phone_id=theirs, lang="en", now=now)
        with transaction(db):
            account_service.deactivate(db, desk, replace(other, email=anna.email), by="U0AVERY", now=now)
    found = json.loads(signed_in(town, anna).get("/account/data").text)

    assert [one["number"] for one in found["phones"]] == [number]
    assert {one["to"] for one in found["mails_and_texts"]} == {anna.email}
    with town.bot.connect() as db:
        own = db.query(
            "select template from outbox where recipient = ? and key not glob ?",
            [anna.email, f"{other.ref}:*"],
        )
        assert sorted(one["what"] for one in found["mails_and_texts"]) == sorted(
            one["template"] for one in own
        )
    assert mails(town, "member_notice").count(anna.email)  # to the other, at the address both read
    assert [one["holder"]["name"] for one in found["license_keys"]] == [anna.name]
    assert [one["seat"] for one in found["license_keys"]] == [1]


def test_ones_data_has_the_earlier_addresses_and_what_was_done_under_them(town: Town, anna: Account) -> None:
    with town.bot.connect() as db, transaction(db):
        registration.invite(db, anna.case_id, anna.email, now=town.clock.now())
    browser, old, new = asked(town, anna)
    yes = {"do": "yes", "user_id": anna.user_id}
    assert [browser.post(link, on=link, **yes).status_code for link in (old, new)] == [303, 303]
    asked_again = browser.post("/account/email", on="/account", email="b@kunde.example.org", current=PASSWORD)
    assert asked_again.status_code == 303
    found = json.loads(browser.get("/account/data").text)

    assert [(one["from"], one["to"], one["state"]) for one in found["email_changes"]] == [
        (anna.email, NEW, "changed"), (NEW, "b@kunde.example.org", "asked"),
    ]  # fmt: skip
    assert ("activation", anna.email) in {(one["what"], one["to"]) for one in found["mails_and_texts"]}
    assert found["registration"] is not None


def test_a_partners_link_wears_the_extranets_brand(town: Town) -> None:
    """So it does when nobody is signed in, and for a link that can only say no there is no yes."""
    town.bot = replace(town.bot, desk=replace(town.bot.desk, hasher=CountingHasher()))
    now, desk = town.clock.now(), town.bot.desk
    with town.bot.connect() as db:
        kai = partners.move_in(db, desk, town.tokens, email="kai@zed.example.net", now=now).account
        with transaction(db):
            phone = credentials.add_phone(db, kai.id, "+4915199887766", now=now)
            credentials.note_code(db, phone, now=now)
            change = email_changes.open_change(db, desk, kai, NEW, asked_by="U0AVERY", now=now)
            new = town.tokens[-1]
            email_changes.stand_in(db, desk, kai, change, by="U0CASEY", now=now)
    browser = Browser(client_of(app.build(town.bot), town.bot.settings.portal_url))
    brand = desk.policy.extranet.name
    for link in (f"/email/{town.tokens[-1]}", f"/email/{new}"):
        assert f'<p class="eyebrow">{brand}</p>' in browser.get(link).text
    by_phone = f"/email/{town.tokens[-1]}"
    assert 'value="yes">' not in browser.get(by_phone).text.replace('name="sure" value="yes"', "")
    assert browser.post(by_phone, on=by_phone, do="yes", user_id=kai.user_id).status_code == 400
    browser.post(f"/email/{new}", on=f"/email/{new}", do="yes", user_id=kai.user_id)
    done = browser.get(f"/email/{new}")
    assert "can say no until" in done.text
    assert (brand in done.text, 'href="/home' in done.text, 'href="/dashboard' in done.text) == (
        True,
        True,
        False,
    )
    browser.post(by_phone, on=by_phone, do="no", sure="yes")
    stopped = browser.get(by_phone)
    assert ("hears of it" in stopped.text, brand in stopped.text) == (True, True)


def test_a_partner_is_known_where_only_the_extranet_is_here(found: Found) -> None:
    """By the Profile Menu of an error page, and by limits of their own."""
    town = found()
    policy = town.bot.desk.policy
    outside = {
        "accounts": "outside",
        "registration_url": "https://m.example.com/r",
        "key_url": "https://m.example.com/k",
    }
    programmes = {**policy.programmes, "mag": policy.mag.model_copy(update=outside)}
    desk = replace(
        town.bot.desk, policy=policy.model_copy(update={"programmes": programmes}), hasher=CountingHasher()
    )
    town.bot, now = replace(town.bot, desk=desk), town.clock.now()
    with town.bot.connect() as db:
        kai = partners.move_in(db, desk, town.tokens, email="kai@zed.example.net", now=now).account
        with transaction(db):
            token = sessions.begin(db, desk, kai, strength=Strength.PHONE_OTP, now=now)
    client = client_of(app.build(town.bot), town.bot.settings.portal_url)
    with client.session_transaction(base_url=town.bot.settings.portal_url) as cookie:
        cookie["visit"] = token
    answer = client.get("/nothing-here")
    assert (answer.status_code, "/account" in answer.text) == (404, True)
