"""The pages of an invitation: what they show to whom, what acts, and what no scanner or stranger changes."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.domain.cases import Case, CaseStatus
from bot.domain.registration import FIELDS, HEADQUARTERS, Invitee, digest, first_draft
from bot.rendering import samples
from bot.services import registration, reinviting
from bot.services.staff import StaffList
from bot.store import cases, links
from bot.store import registration as store
from bot.store.database import transaction
from tests.cast import BLAKE
from tests.outside import FakeChat
from tests.portal.conftest import Found, Town

TOKEN = "an-invitation-that-nobody-else-has"
AT = f"/register/{TOKEN}"
GRETA = samples.USERS[0].email


def a_case(town: Town, named: str = "Borealis Turbines GmbH") -> Case:
    """One whose form says what a sponsor's does, with an administrator."""
    case = town.open_case(company=named)
    with town.bot.connect() as db:
        company = replace(samples.COMPANY, name=case.ris.company.name, purchase_order="4500-SECRET")
        ris = replace(case.ris, company=company, users=samples.USERS)
        stored = json.dumps(ris, default=vars)
        db.execute("update case_versions set ris = ? where case_id = ?", [stored, case.id])
        found = cases.find(db, case.id)
    assert found is not None
    return found


def invite(town: Town, ref: str = "C-1", *, token: str = TOKEN, purpose: str = registration.LINK) -> None:
    """As the step of the invitation leaves it."""
    now, number = town.bot.clock.now(), int(ref.removeprefix("C-"))
    with town.bot.connect() as db:
        until = now + timedelta(days=30)
        links.add(db, token, purpose=purpose, subject=ref, now=now, expires_at=until)
        if purpose == registration.LINK and cases.find(db, number):
            store.invite(db, number, GRETA, now=now)
            db.execute("update cases set status = 'invited' where id = ? and status = 'approved'", [number])


def invited(town: Town) -> Case:
    case = a_case(town)
    town.approve(case)
    invite(town)
    return case


def bring(town: Town, token: str, far: int) -> None:
    """Let whoever holds that link get started, fill in, and submit: as far as that."""
    desk, now = town.bot.desk, town.bot.clock.now()
    with town.bot.connect() as db:
        if far:
            registration.begin(db, token=token, now=now)
        if far > 1:
            registration.save(db, desk, token=token, typed=a_form(city="Bremen"), now=now)
        if far > 2:
            seen = digest(registration.get_invitation(db, token, now=now).registration.draft)
            registration.submit(db, desk, token=token, seen=seen, ticked=True, now=now)


def status(town: Town) -> CaseStatus:
    with town.bot.connect() as db:
        found = cases.find(db, 1)
    assert found is not None
    return found.status


def send(client: FlaskClient, do: str, at: str = AT, **typed: str) -> TestResponse:
    """Post as the page does: with the token of the page that is shown."""
    page = client.get(at).text
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert csrf is not None
    sent = {"csrf_token": csrf[1], "do": do, **typed}
    return client.post(at, data=sent, headers={"Sec-Fetch-Site": "same-origin"})


def a_form(**typed: str) -> dict[str, str]:
    return {**first_draft(samples.complete_case().ris), HEADQUARTERS: "DE", **typed}


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("lang", "start", "form", "done"),
    [
        ("en", "Get Started", "Complete the following information", "account activation mail"),
        ("de", "Jetzt beginnen", "Bitte ergänzen Sie diese Angaben", "E-Mail zur Kontoaktivierung"),
    ],
)
def test_from_the_invitation_to_the_confirmation(
    town: Town, lang: str, start: str, form: str, done: str
) -> None:
    invited(town)
    client, at = town.client(), f"{AT}?lang={lang}"
    assert start in client.get(at).text
    began = send(client, "start", at)
    assert (began.status_code, began.headers["Location"]) == (303, at)
    shown = client.get(at).text
    assert form in shown
    assert 'value="Borealis Turbines GmbH"' in shown
    assert "4500" not in shown
    assert send(client, "next", at, **a_form(city="Bremen")).status_code == 303
    check = client.get(at).text
    assert send(client, "submit", at, seen=seen(check), checked="yes").status_code == 303
    confirmation = client.get(at).text

    assert done in confirmation
    assert "Bremen" in confirmation
    assert client.get(at).text == confirmation
    assert status(town) is CaseStatus.REGISTRATION_REVIEW


def test_every_fault_stands_at_its_field_and_above_and_what_was_typed_stays(town: Town) -> None:
    invited(town)
    client = town.client()
    send(client, "start")
    answer = send(client, "next", **a_form(city="", vat_id="DE1", headquarters="", phone_1="call me"))
    page = answer.text

    assert answer.status_code == 400
    for name in ("city", "vat_id", "headquarters", "phone_1"):
        assert f'href="#{name}"' in page
        assert f'aria-describedby="{name}' in page.replace("-hint", "")
    assert page.count('aria-invalid="true"') == 4
    assert 'href="#phone_1">Phone 1: “call me” is' in page
    assert 'id="phone_1-fault-1">“call me” is' in page
    assert 'value="call me"' in page
    assert 'value="DE1"' in client.get(AT).text  # after a break, too
    assert "Deutschland" in client.get(f"{AT}?lang=de").text


def test_once_approved_the_link_shows_nothing_of_the_organisation(town: Town) -> None:
    invited(town)
    bring(town, TOKEN, 3)
    with town.bot.connect() as db, transaction(db):
        db.execute("update cases set status = 'live'")
    page = town.client().get(AT)

    assert page.status_code == 200
    assert "The registration is approved" in page.text
    for given in (
        "Borealis",
        "C-1",
        "Bremen",
        GRETA,
        "+49",
        "The Onboarding desk looks at your registration",
    ):
        assert given not in page.text


def test_looking_spends_nothing_and_changes_nothing(town: Town) -> None:
    invited(town)
    first, second = town.client(), town.client()
    pages = [re.sub(r'value="[^"]+"', "", one.get(AT).text) for one in (first, second, first)]
    assert len(set(pages)) == 1
    assert first.head(AT).status_code == 200

    assert first.post(AT).status_code == 400  # without the page's token
    with town.bot.connect() as db:
        found = store.find(db, 1)
    assert found is not None
    assert found.draft == {}


def test_a_scanner_that_sends_every_form_as_it_stands_submits_nothing(town: Town) -> None:
    invited(town)
    client = town.client()
    send(client, "start")
    send(client, "next", **first_draft(samples.complete_case().ris))  # nobody chose a headquarters
    assert status(town) is CaseStatus.INVITED
    send(client, "next", **a_form())
    assert send(client, "submit", seen=seen(client.get(AT).text)).status_code == 400  # nobody ticked
    assert status(town) is CaseStatus.INVITED


def test_two_tabs_submit_once_and_what_one_did_not_show_is_not_submitted(town: Town) -> None:
    invited(town)
    client = town.client()
    send(client, "start")
    send(client, "next", **a_form())
    old = seen(client.get(AT).text)
    send(client, "back")
    send(client, "next", **a_form(city="Bremen"))
    stale = send(client, "submit", seen=old, checked="yes")
    assert stale.status_code == 409
    assert "another window" in stale.text
    new = seen(client.get(AT).text)
    send(client, "submit", seen=new, checked="yes")
    # from a tab that stood open: its form is gone from the page, so the token comes from another one
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/register").text)
    assert csrf is not None
    late = client.post(AT, data={"csrf_token": csrf[1], "do": "submit", "seen": new, "checked": "yes"})
    typed = client.post(AT, data={"csrf_token": csrf[1], "do": "next", **a_form(city="Kiel")})

    assert (late.status_code, typed.status_code) == (303, 303)
    assert "Kiel" not in client.get(AT).text
    with town.bot.connect() as db:
        told = db.execute("select count(*) from events where tag = 'registration:submitted'").fetchone()
    assert told == (1,)


HOSTILE = (
    '"><script>alert(1)</script>', "{{ 7*7 }}{% raw %}", "<!channel> <@U0AVERY> *bold*",
    "'; drop table cases",
    "\u202egnp.exe", "a\r\nBcc: mallory@example.net",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_typed_stays_text(town: Town, text: str) -> None:
    invited(town)
    client = town.client()
    send(client, "start")
    send(client, "next", **a_form(name=text, street=text, job_title=text, state=text))
    page = client.get(AT).text

    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert ">49<" not in page
    assert status(town) is CaseStatus.INVITED


def test_what_is_far_too_long_is_refused_in_words(town: Town) -> None:
    invited(town)
    client = town.client()
    send(client, "start")
    answer = send(client, "next", **dict.fromkeys(FIELDS, "x" * 5_000))

    assert answer.status_code == 400
    assert "at most 200 characters" in answer.text


def test_links_that_open_nothing_all_say_the_same(town: Town) -> None:
    case = invited(town)
    client = town.client()
    invite(town, purpose="status", token="of-another-purpose")
    invite(town, "C-99", token="of-no-case")
    town.wait(days=31)
    expired = client.get(AT)
    pages = {
        re.sub(r"/register/[\w-]+/again|value=\"[^\"]+\"", "", client.get(f"/register/{token}").text)
        for token in (TOKEN, "of-another-purpose", "of-no-case", "nobody-knows")
    }

    assert expired.status_code == 404
    assert len(pages) == 1
    assert case.ris.company.name not in pages.pop()


def test_who_was_replaced_reads_that_somebody_else_registers_and_renews_nothing(town: Town) -> None:
    case = invited(town)
    town.wait(hours=1)
    now = town.bot.clock.now()
    with town.bot.connect() as db:
        to = Invitee(first_name="Nora", last_name="Vogt", email="nora@lindgren.example.com")
        desk, staff = town.bot.desk, StaffList(FakeChat(), staff=(), groups={})
        reinviting.invite_other(db, desk, staff, ref=case.ref, version=case.version, to=to, by=BLAKE, now=now)
    town.wait(hours=1)
    page = town.client().get(f"{AT}?lang=de")
    with town.bot.connect() as db:
        registration.renew(db, town.bot.desk, token=TOKEN, now=town.bot.clock.now())
        mails = db.execute("select recipient from outbox where template = 'invitation'").fetchall()

    assert page.status_code == 404
    assert "Jetzt registriert jemand anderes" in page.text
    assert "Nora" not in page.text
    assert f"{AT}/again" not in page.text
    assert mails == [("nora@lindgren.example.com",)]


def test_a_link_of_a_case_that_was_stopped_says_that_it_has_ended(town: Town) -> None:
    case = invited(town)
    with town.bot.connect() as db:
        db.execute("update cases set status = 'withdrawn' where id = ?", [case.id])
    page = town.client().get(AT).text

    assert "This order has ended" in page
    assert f"{AT}/again" not in page


def test_a_new_link_goes_to_the_address_on_file_and_everybody_is_told_the_same(town: Town) -> None:
    invited(town)
    town.wait(days=31)
    client = town.client()
    csrf = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/register").text)
    assert csrf is not None
    told = {
        client.post(at, data={"csrf_token": csrf[1], **sent}, follow_redirects=True).text
        for at, sent in (
            (f"{AT}/again", {}),
            ("/register/nobody-knows/again", {}),
            ("/register", {"email": GRETA.upper()}),
            ("/register", {"email": "mallory@elsewhere.example.net"}),
        )
    }
    wrong = client.post("/register", data={"csrf_token": csrf[1], "email": "no address"})

    assert len(told) == 1
    assert wrong.status_code == 400
    with town.bot.connect() as db:
        mails = db.execute("select recipient from outbox where template = 'invitation'").fetchall()
    assert mails == [(GRETA,)]


#: pages of accounts, which are not there where accounts are kept elsewhere …
GONE = (
    AT, "/register", "/dashboard", "/dashboard/phones", "/dashboard/license-key", "/dashboard/recovery-codes",
    "/sign-in", "/users", "/users/new", "/applications/forumpass/terms", "/home", "/password", "/passcode",
    "/account", "/account/sessions", "/security-questions", "/password/forgotten", "/activate/none",
    "/join/none", "/invite/none", "/prolong", "/prolong/none", "/email/none", "/phone-reset/none",
)  # fmt: skip
#: … and those of the desk, which are: a link that nobody has is not one of accounts
STAYS = {
    "/": 200, "/ris": 200, "/contact": 200, "/contact/sent": 200, "/faq": 200, "/faq/account-locked": 200,
    "/faq?q=locked": 200, "/imprint": 200, "/privacy": 200, "/terms": 200, "/status/none": 404,
    "/enroll/none": 404, "/faq/answer/none": 404,
}  # fmt: skip


def test_where_accounts_are_kept_elsewhere_there_are_no_such_pages(found: Found) -> None:
    town = found()
    mag = town.bot.desk.policy.mag.model_copy(
        update={"accounts": "outside", "registration_url": "https://mag.example.com/register"}
    )
    extranet = town.bot.desk.policy.extranet.model_copy(update={"accounts": "outside"})
    policy = town.bot.desk.policy.model_copy(update={"programmes": {"mag": mag}, "extranet": extranet})
    town.bot = replace(town.bot, desk=replace(town.bot.desk, policy=policy))
    client = town.client()

    for path in (AT, "/register", "/register/partner", "/sign-in", "/password", "/account/email"):
        assert client.post(path).status_code == 404
    for path in GONE:
        page = client.get(path)
        assert (page.status_code, "kept elsewhere" in page.text) == (404, True), path
        of_partners = path in {"/home", "/invite/none", "/prolong", "/prolong/none"}
        assert ("Extranet Helpdesk" if of_partners else "Exostar Customer Support") in page.text, path
    for path, status in STAYS.items():
        page = client.get(path)
        assert (page.status_code, "kept elsewhere" in page.text) == (status, False), path
        assert "/sign-in" not in page.text
