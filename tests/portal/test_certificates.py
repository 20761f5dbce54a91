"""A client certificate makes a session as strong as can be: if the trusted proxy says so, for its owner."""

import pytest
from werkzeug.test import TestResponse

from bot.services import certificates
from bot.store.database import transaction
from tests.people import Browser, agree
from tests.portal.conftest import Found
from tests.portal.test_sign_in import Village, settled

CARD = "CN=Greta Lindgren,OU=MLOA Hardware,O=Example"
VERIFY, SUBJECT = "X-Client-Verify", "X-Client-Subject"
PROXY, STRANGER = "10.0.0.7", "203.0.113.9"


@pytest.fixture
def village(found: Found) -> Village:
    """Its first person has a card that the desk has registered."""
    names = {"client_cert_verify_header": VERIFY, "client_cert_subject_header": SUBJECT}
    town = settled(found(trusted_proxies="10.0.0.0/8", **names))
    with town.bot.connect() as db:
        user_id, now = town.people[0].user_id.upper(), town.bot.clock.now()
        certificates.register(db, town.bot.desk, user_id=user_id, subject=f" {CARD} ", by="cli:anna", now=now)
        agree(db, town.bot.desk, town.people, now=now)
    return town


def show_card(
    browser: Browser, peer: str = PROXY, verify: str = "SUCCESS", subject: str = CARD
) -> TestResponse:
    headers = {name: value for name, value in ((VERIFY, verify), (SUBJECT, subject)) if value}
    token = browser.token("/passcode")
    return browser.client.post(
        "/passcode/certificate",
        data={"csrf_token": token},
        headers=headers,
        environ_overrides={"REMOTE_ADDR": peer},
    )


@pytest.mark.parametrize(
    ("person", "peer", "verify", "subject", "strong"),
    [
        (0, PROXY, "SUCCESS", CARD, True),
        (0, PROXY, "SUCCESS", CARD.replace(",OU", ", OU"), False),
        (0, PROXY, "FAILED:unable to verify", CARD, False),
        (0, PROXY, "NONE", "", False),
        (0, PROXY, "", CARD, False),
        (0, PROXY, "SUCCESS", "", False),
        (0, STRANGER, "SUCCESS", CARD, False),
        (3, PROXY, "SUCCESS", CARD, False),
    ],
)
def test_only_the_owners_card_checked_by_the_proxy_makes_the_session_strong(
    village: Village, person: int, peer: str, verify: str, subject: str, *, strong: bool
) -> None:
    browser = village.browser()
    browser.sign_in(village.people[person].user_id)
    before = browser.cookie()
    answer = show_card(browser, peer, verify, subject)
    page = browser.get("/dashboard").text

    assert answer.status_code == (303 if strong else 400)
    assert ('<span class="badge good">FIS MLOA hardware certificate</span>' in page) is strong
    assert browser.with_cookie(before).get("/dashboard").status_code == (303 if strong else 200)


def test_a_card_opens_what_was_launched_and_nothing_once_it_is_taken_away(village: Village) -> None:
    anna, now = village.people[0], village.bot.clock.now()
    browser = village.browser()
    browser.sign_in(anna.user_id)
    browser.post("/dashboard/launch", on="/dashboard", application="ForumPass")
    assert "Use my certificate" in browser.get("/passcode").text
    assert "no address is set" in show_card(browser).text
    with village.bot.connect() as db:
        gone = [
            certificates.drop(
                db, village.bot.desk, user_id=anna.user_id, subject=CARD, by="cli:anna", now=now
            )
            for _ in range(2)
        ]
    again = village.browser()
    again.sign_in(anna.user_id)

    assert gone == [True, False]
    assert show_card(again).status_code == 400
    assert "Use my certificate" not in again.get("/passcode").text


def test_without_the_settings_no_header_counts(found: Found) -> None:
    town = settled(found(trusted_proxies="10.0.0.0/8"))
    browser = town.browser()
    browser.sign_in(town.people[0].user_id)
    with town.bot.connect() as db:
        user_id, now = town.people[0].user_id, town.bot.clock.now()
        certificates.register(db, town.bot.desk, user_id=user_id, subject=CARD, by="cli:anna", now=now)

    assert show_card(browser).status_code == 400


def hardware(town: Village, number: int) -> Browser:
    """Somebody whose credential is a certificate has signed in."""
    account = town.people[number]
    with town.bot.connect() as db, transaction(db):
        db.execute("update accounts set credential = 'mloa_hardware' where id = ?", [account.id])
    browser = town.browser()
    browser.sign_in(account.user_id)
    return browser


@pytest.mark.parametrize("lang", ["en", "de"])
def test_whose_credential_is_a_certificate_reads_of_no_phone_and_of_no_key(
    village: Village, lang: str
) -> None:
    """Before it is registered, and with whom to write to; after that with the way to use it."""
    unknown, known = hardware(village, 1), hardware(village, 0)
    support = village.bot.desk.policy.mag.support_address
    for browser, registered in ((unknown, False), (known, True)):
        browser.post("/dashboard/launch", on="/dashboard", application="ForumPass")
        launched = browser.get(f"/passcode?lang={lang}").text
        dashboard = browser.get(f"/dashboard?lang={lang}").text
        main = dashboard.partition("<main")[2] + launched.partition("<main")[2]

        assert "/dashboard/license-key" not in main
        assert "/dashboard/phones" not in main
        assert PHONE_CODE[lang] not in main
        assert CERTIFICATE_FIRST[lang] in main
        assert f'<a href="mailto:{support}">' in main
        assert (WANTED[lang] in main) is not registered
        assert ('action="/passcode/certificate' in launched) is registered


PHONE_CODE = {"en": "Asks for a code from your phone first.", "de": "Fragt zuerst nach einem Code"}
CERTIFICATE_FIRST = {
    "en": "Asks for your FIS MLOA hardware certificate first.",
    "de": "Fragt zuerst nach Ihrem Hardware-Zertifikat",
}
WANTED = {
    "en": "until it is registered for your account",
    "de": "sobald es für Ihr Konto eingetragen ist",
}
