"""A partner's way through the portal: invited, registered, with password and app, to the home page."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from werkzeug.test import TestResponse

from bot.domain.accounts import AccountStatus
from bot.domain.outbox import JobStatus
from bot.store import accounts, consents, outbox, partners
from bot.store.database import rows
from handlers.portal import app
from tests import invited as people
from tests.authenticators import Phone
from tests.invited import CONSENTS, FORM, PIA, secret_on
from tests.people import PASSWORD, CountingHasher
from tests.portal.conftest import Town, client_of
from tests.portal.people import csrf_of


@dataclass
class Guest:
    """Her browser, at a portal with an invitation of hers."""

    town: Town
    client: FlaskClient
    link: str

    def post(self, path: str, fields: Mapping[str, str], *, at: str = "") -> TestResponse:
        page = self.client.get(path)
        seen = re.search(r'name="seen" value="(\w+)"', page.text)
        shown = {"csrf_token": csrf_of(page.text), "seen": seen[1] if seen else ""}
        return self.client.post(at or path, data={**shown, **fields})

    def submit(self, **changed: str) -> TestResponse:
        return self.post(self.link, {"do": "submit", **FORM, **CONSENTS, **changed})

    def password_link(self) -> str:
        """Of the newest mail that has one."""
        return f"/activate/{self.town.tokens[-1]}"

    def activate(self) -> Phone:
        link = self.password_link()
        page = self.post(link, {"password": PASSWORD, "again": PASSWORD})
        phone = secret_on(self.client.get(page.location).text)
        done = self.post(page.location, {"code": phone.code(self.town.clock.now())})
        assert done.location == "/home/recovery-codes", done.text
        return phone

    def sign_in(self) -> TestResponse:
        return self.post("/sign-in", {"name": self.user_name, "password": PASSWORD})

    @property
    def user_name(self) -> str:
        with self.town.bot.connect() as db:
            (account,) = accounts.list_by_email(db, PIA)
        return account.user_id


@pytest.fixture
def guest(town: Town) -> Guest:
    town.bot = replace(town.bot, desk=replace(town.bot.desk, hasher=CountingHasher()))
    with town.bot.connect() as db:
        token = people.invite(db, town.bot.desk, town.tokens, now=town.clock.now())
    client = client_of(app.build(town.bot), town.bot.settings.portal_url)
    return Guest(town, client, f"/invite/{token}")


def test_from_the_invitation_to_the_home_page(guest: Guest) -> None:
    assert PIA in guest.client.get(guest.link).text
    sent = guest.submit()
    assert sent.status_code == 303, sent.text
    page = guest.client.get(sent.location).text
    assert "You have successfully registered with Fujitsu" in page
    assert "within 20 minutes" in page
    assert page.count("on its way") == 2
    assert guest.client.get(guest.link).status_code == 404

    guest.activate()
    codes = guest.post("/home/recovery-codes", {})
    assert len(re.findall(r"<li><code>", codes.text)) == 8
    home = guest.client.get("/home").text
    assert "Welcome, Pia Roth" in home
    assert "Rotor Handels GmbH · Channel partner" in home
    assert "Partner Portal" in home
    assert guest.client.get(sent.location).text.count("Your account is active") == 1


def test_back_in_takes_a_passcode_and_each_of_them_once(guest: Guest) -> None:
    town = guest.town
    guest.submit()
    phone = guest.activate()
    guest.post("/home", {}, at="/dashboard/sign-out")

    town.wait(seconds=30)
    assert guest.sign_in().location == "/passcode"
    for elsewhere in ("/home", "/account", "/dashboard", "/users"):
        assert guest.client.get(elsewhere).location == "/passcode"
    assert "Pia" not in guest.client.get("/passcode").text  # who has the password only does not learn whose
    assert f"Hello {guest.user_name} please enter passcode to proceed." in guest.client.get("/passcode").text
    code = phone.code(town.clock.now())
    assert guest.post("/passcode", {"code": phone.wrong(town.clock.now())}).status_code == 400
    assert guest.post("/passcode", {"code": code}).location == "/home"
    assert guest.client.get("/dashboard").location == "/home"
    own = guest.client.get("/account").text
    assert "Security" not in own
    assert "what you agreed to" in own
    assert "License Key" not in own
    data = json.loads(guest.client.get("/account/data").text)
    assert (data["partner"]["vat_id"], len(data["consents"])) == ("DE136695976", 4)

    guest.post("/home", {}, at="/dashboard/sign-out")
    guest.sign_in()
    assert "used already" in guest.post("/passcode", {"code": code}).text


def test_what_was_registered_is_kept_with_each_answer_and_its_wording(guest: Guest) -> None:
    guest.submit()
    guest.activate()
    with guest.town.bot.connect() as db:
        (account,) = accounts.list_by_email(db, PIA)
        kept, said = partners.find(db, account.id), consents.list_of_account(db, account.id)
    assert account.status is AccountStatus.ACTIVE
    assert account.phones == ("+493023125001",)
    assert kept is not None
    assert (kept.role, kept.vat_id, kept.website) == (
        "channel_partner",
        "DE136695976",
        "www.rotor.example.org",
    )
    assert [(one.consent, one.agreed, one.version) for one in said] == [
        ("privacy", True, "2024-01"), ("terms", True, "2024-01"), ("declaration", True, "2024-01"),
        ("marketing", False, "2024-01"),
    ]  # fmt: skip
    assert said[0].wording == "I have read and agree to Fujitsu's [privacy policy]."


FAULTS = (
    ({"last_name": ""}, "Last name: Please fill this in."),
    ({"vat_id": "N/A"}, "is not enough for a channel or service partner"),
    ({"vat_id": "DE123"}, "is not a valid VAT id"),
    ({"telephone": "12"}, "Telephone: “12” is not a phone number"),
    ({"fax": "12"}, "Fax: “12” is not a phone number"),
    ({"country": "Germoney"}, "is not a country we know"),
    ({"postal_code": "ABC"}, "Postal code: “ABC” is not a postal code"),
    ({"website": "nowhere"}, "Company website / imprint: “nowhere” is not a web address"),
    ({"city": "x" * 201}, "City"),
    ({"consent_terms": ""}, "Terms of use: please read them"),
)


def test_each_fault_stands_at_its_field_and_what_was_typed_stays(guest: Guest) -> None:
    for changed, said in FAULTS:
        wrong = guest.submit(**changed)
        name = next(iter(changed))
        assert wrong.status_code == 400, changed
        assert said in wrong.text
        assert f'href="#{name}"' in wrong.text
    assert 'value="Head of sales"' in guest.client.get(guest.link).text
    assert guest.post(guest.link, {"do": "reset"}).status_code == 303
    assert 'value="Head of sales"' not in guest.client.get(guest.link).text
    with guest.town.bot.connect() as db:
        assert accounts.list_by_email(db, PIA) == []


def test_the_form_is_german_or_english_and_never_both(guest: Guest) -> None:
    german = guest.client.get(f"{guest.link}?lang=de").text
    english = guest.client.get(f"{guest.link}?lang=en").text

    for ours, theirs in (("Anrede", "Salutation"), ("Einverständniserklärung", "declaration of consent")):
        assert (ours in german, theirs in german) == (True, False)
        assert (ours in english, theirs in english) == (False, True)


def test_the_two_mails_are_sent_again_to_the_address_on_file_and_strangers_learn_nothing(
    guest: Guest,
) -> None:
    town = guest.town
    sent = guest.submit().location
    assert (
        guest.client.post(sent, data={"csrf_token": csrf_of(guest.client.get("/sign-in").text)}).status_code
        == 400
    )
    town.clock.at += timedelta(minutes=6)  # the mail server is away
    assert "They have been waiting since" in guest.client.get(sent).text
    town.wait(minutes=1)
    assert guest.post(sent, {}).status_code == 303
    town.wait(minutes=6)
    for link in (guest.link, "/invite/" + "A" * 43):
        page = guest.client.get(link)
        again = guest.post(link, {}, at=f"{link}/again")
        assert (page.status_code, again.location) == (404, "/invite/asked")
        assert PIA not in page.text
    with town.bot.connect() as db:
        jobs = [job for job in outbox.list_jobs(db, tuple(JobStatus)) if job.recipient == PIA]
    assert [job.template for job in jobs] == [
        "partner_invitation",
        *["partner_user_name", "partner_password"] * 3,
    ]
    assert guest.client.get("/invite/sent/" + "A" * 43).status_code == 404


def test_a_form_of_other_words_is_shown_anew_with_all_that_was_typed(guest: Guest) -> None:
    late = guest.submit(seen="0" * 64, city="Bremen")
    assert late.status_code == 400
    assert "worded anew" in late.text
    assert 'value="Bremen"' in late.text
    assert " checked" not in late.text
    assert guest.submit().status_code == 303


def wish_for(town: Town, email: str) -> TestResponse:
    client = town.client()
    token = csrf_of(client.get("/register").text)
    form = {"csrf_token": token, "email": email, "name": "Lea Brandt", "company": "Kranbau Süd"}
    return client.post("/register/partner", data=form)


def test_a_wish_for_an_invitation_reaches_the_desk_and_everybody_is_told_the_same(town: Town) -> None:
    answers = [
        (one.status_code, one.location) for one in (wish_for(town, "(Lea@Kranbau.example.org)") for _ in "12")
    ]

    assert answers == [(303, "/register/partner/asked")] * 2
    with town.bot.connect() as db:
        (wish,) = rows(db, "select email, name, company, lang, state from partner_requests")
        (note,) = [job for job in outbox.list_jobs(db, tuple(JobStatus)) if "partner_request" in job.template]
    assert tuple(wish.values()) == ("lea@kranbau.example.org", "Lea Brandt", "Kranbau Süd", "en", "asked")
    assert note.status is JobStatus.QUEUED


@pytest.mark.parametrize("email", ["", "anna", "no address", "anna@example", "anna@example,com", '"><b>@x'])
def test_a_wish_with_an_address_that_is_none_says_so_at_its_field_and_keeps_what_was_typed(
    town: Town, email: str
) -> None:
    answer = wish_for(town, email)

    assert answer.status_code == 400
    assert "That is no e-mail address" in answer.text
    field = re.search(r'<input id="partner_email"[^>]*aria-invalid="true"[^>]*>', answer.text)
    assert field is not None
    assert f'value="{escape(email)}"' in field[0]
    assert 'value="Kranbau Süd"' in answer.text
    assert "aria-invalid" not in answer.text.replace(field[0], "")
    with town.bot.connect() as db:
        assert rows(db, "select * from partner_requests") == []
