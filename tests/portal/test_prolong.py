"""A partner's account is prolonged: what is asked, what stands in the way, once, and what strangers see."""

import contextlib
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.domain.account_views import AccountAct
from bot.domain.errors import LinkUnknown
from bot.domain.lifecycle import Life, LifeState
from bot.domain.outbox import JobStatus
from bot.domain.password_refusals import PasswordMeanwhile
from bot.domain.passwords import HowSet
from bot.domain.sessions import Strength
from bot.domain.tries import Tried, Tries
from bot.services import (
    account_files,
    account_views,
    email_changes,
    lifecycle,
    passwords,
    prolong_links,
    prolongation,
    sessions,
)
from bot.store import accounts, consents, outbox, tries
from bot.store import lifecycle as lives
from bot.store.database import transaction
from handlers.portal import app
from tests import invited as people
from tests.authenticators import Phone
from tests.invited import CONSENTS, PIA, Pia
from tests.people import PASSWORD, CountingHasher
from tests.portal.conftest import Town, client_of
from tests.portal.people import csrf_of

NEW = "Zwölf Esel 8 singen"
TYPED = {"do": "complete", "password": NEW, "again": NEW}


@dataclass
class Partner:
    """Her browser; her account was activated at the town's beginning, on 2 March: it ends on 31 May."""

    town: Town
    client: FlaskClient
    pia: Pia

    @property
    def life(self) -> Life:
        with self.town.bot.connect() as db:
            found = lifecycle.find(db, self.pia.account.id)
        assert found is not None
        return found

    def become(self, state: LifeState) -> None:
        with self.town.bot.connect() as db, transaction(db):
            lives.save_all(db, [(replace(self.life, state=state), None)])

    @property
    def link(self) -> str:
        account = self.pia.account
        return "/prolong/" + prolong_links.make(self.town.bot.desk, account, self.life).rpartition("/")[2]

    def post(self, path: str, fields: Mapping[str, str]) -> TestResponse:
        page = self.client.get(path)
        seen = re.search(r'name="seen" value="(\w+)"', page.text)
        csrf = csrf_of(page.text) or csrf_of(self.client.get("/prolong").text)
        return self.client.post(path, data={"csrf_token": csrf, "seen": seen[1] if seen else "", **fields})

    def agree(self, **changed: str) -> TestResponse:
        return self.post(self.link, {"do": "agree", **CONSENTS, **changed})

    def mails(self, template: str) -> int:
        with self.town.bot.connect() as db:
            jobs = outbox.list_jobs(db, tuple(JobStatus))
        return sum(job.template == template and job.recipient == PIA for job in jobs)

    def session(self) -> str:
        with self.town.bot.connect() as db, transaction(db):
            return sessions.begin(
                db,
                self.town.bot.desk,
                self.pia.account,
                strength=Strength.PHONE_OTP,
                now=self.town.clock.now(),
            )

    def password_fits(self, password: str) -> bool:
        with self.town.bot.connect() as db:
            return passwords.check_password(db, self.town.bot.desk, self.pia.account.id, password)


@pytest.fixture
def partner(town: Town) -> Partner:
    town.bot = replace(town.bot, desk=replace(town.bot.desk, hasher=CountingHasher()))
    with town.bot.connect() as db:
        pia = people.move_in(db, town.bot.desk, town.tokens, now=town.clock.now())
    return Partner(town, client_of(app.build(town.bot), town.bot.settings.portal_url), pia)


def reworded(partner: Partner) -> None:
    """The desk's policy has another version of one consent; the portal is started anew."""
    town, extranet = partner.town, partner.town.bot.desk.policy.extranet
    changed = {
        one: wording.model_copy(update={"version": "2026-05", "en": "I agree to the new [privacy policy]."})
        if one == "privacy"
        else wording
        for one, wording in extranet.consents.items()
    }
    policy = town.bot.desk.policy.model_copy(
        update={"extranet": extranet.model_copy(update={"consents": changed})}
    )
    town.bot = replace(town.bot, desk=replace(town.bot.desk, policy=policy))
    partner.client = client_of(app.build(town.bot), town.bot.settings.portal_url)


@pytest.mark.parametrize("state", [LifeState.VALID, pytest.param(LifeState.EXPIRED, marks=pytest.mark.slow)])
def test_consents_and_a_new_password_validate_it_once(partner: Partner, state: LifeState) -> None:
    town, begun = partner.town, partner.life
    assert begun.ends_on == town.clock.now().date() + timedelta(days=90)  # activation began the clock
    town.wait(days=70 if state is LifeState.VALID else 130)
    partner.become(state)
    link, visit = partner.link, partner.session()
    page = partner.client.get(link).text
    assert ("Validate your account" if state is LifeState.VALID else "has expired") in page
    assert page.count("Unchanged since you agreed on 2 March 2026") == 3
    assert "until" in page
    missing = partner.agree(consent_terms="")
    assert missing.status_code == 400
    assert 'href="#consent_terms"' in missing.text
    assert partner.post(link, TYPED).status_code == 400  # nothing skips the consents
    assert partner.agree(consent_marketing="yes").location == link
    town.wait(days=1)  # what was done stays
    for wrong in ({"again": "other"}, {"password": "short", "again": "short"}, {"password": PASSWORD}):
        typed = {**TYPED, **wrong, **({"again": PASSWORD} if wrong == {"password": PASSWORD} else {})}
        assert partner.post(link, typed).status_code == 400, wrong
    assert partner.life.validations == 1
    assert [partner.post(link, TYPED).location for _ in range(2)] == [link, link]
    partner.post(link, {**TYPED, "password": NEW + "!", "again": NEW + "!"})  # of another tab

    done = town.clock.now().date()
    assert (partner.life.state, partner.life.validated_on, partner.life.validations) == ("valid", done, 2)
    assert partner.life.ends_on == done + timedelta(days=90)
    assert partner.password_fits(NEW)
    assert partner.mails("account_prolonged") == 1
    with town.bot.connect() as db:
        said = consents.list_of_account(db, partner.pia.account.id)
        assert sessions.find_ending(db, visit, now=town.clock.now()) == "elsewhere"
    assert [one.agreed for one in said] == [True, True, True, False, True, True, True, True]
    assert "Your account is valid until" in partner.client.get(link).text
    partner.become(LifeState.EXPIRED)
    assert partner.client.get(link).status_code == 404  # a spent link opens nothing later


def test_changed_words_are_shown_beside_the_old_ones_and_asked_again(partner: Partner) -> None:
    partner.town.wait(days=70)
    partner.agree()
    reworded(partner)
    page = partner.client.get(partner.link).text
    assert "Changed since your answer of 2 March 2026." in page
    assert "<q>I have read and agree to Fujitsu&#39;s privacy policy.</q>" in page
    assert 'value="complete"' not in page
    assert partner.agree(seen="0" * 64).status_code == 400  # of a page with other words
    assert partner.agree().status_code == 303
    assert partner.post(partner.link, TYPED).status_code == 303
    assert partner.life.validations == 2


def test_of_many_clicks_at_once_one_counts(partner: Partner) -> None:
    town = partner.town
    town.wait(days=70)
    partner.agree()
    token, all_there = partner.link.rpartition("/")[2], Barrier(4)

    def click(number: int) -> None:
        with town.bot.connect() as db:
            all_there.wait()
            prolongation.complete(db, town.bot.desk, token, f"{NEW} {number}", now=town.clock.now())

    with ThreadPoolExecutor(4) as pool, contextlib.suppress(PasswordMeanwhile):
        list(pool.map(click, range(4)))
    assert (partner.life.validations, partner.mails("account_prolonged")) == (2, 1)
    assert sum(partner.password_fits(f"{NEW} {number}") for number in range(4)) == 1


@pytest.mark.parametrize("how", ["too soon", "locked", "changed in time", "no app"])
def test_what_stands_in_the_way_is_told_with_its_time_and_what_was_done_is_kept(
    partner: Partner, how: str
) -> None:
    town, now = partner.town, partner.town.clock.now
    if how != "too soon":
        town.wait(days=70)
    with town.bot.connect() as db, transaction(db):
        if how == "locked":
            until = now() + timedelta(minutes=30)
            tries.put(
                db, partner.pia.account.id, Tried.PASSWORD, Tries(wrong=10, locked_until=until), now=now()
            )
        elif how == "no app":
            db.execute("delete from authenticators")
        elif how == "changed in time":
            since = accounts.find_password(db, partner.pia.account.id)
            hashed, desk = passwords.make_hash(town.bot.desk, NEW), town.bot.desk
            pia, how_set = partner.pia.account, HowSet.RESET
            assert passwords.put(db, desk, pia, hashed, since=since, how=how_set, now=now())
    said = {
        "too soon": "takes a new one from 3 March 2026, 10:30 CET on",
        "locked": "You can finish from 11 May 2026, 12:00 CEST on",
        "no app": "No authenticator app is set up for this account",
        "changed in time": "You changed your password on 11 May 2026, 11:30 CEST. That counts",
    }
    assert said[how] in partner.client.get(partner.link).text
    link = partner.link
    partner.agree()
    page = partner.client.get(link).text
    if how == "changed in time":
        assert 'name="password"' not in page
        assert partner.post(link, {"do": "complete"}).status_code == 303
        assert partner.password_fits(NEW)
    elif how == "no app":
        assert partner.post(link, TYPED).status_code == 303  # the desk helps with signing in
    else:
        assert "Everything until here is kept" in page
        refused = partner.post(link, TYPED)
        assert (refused.status_code, "What you did already is kept" in refused.text) == (400, True)
        assert partner.life.validations == 1
        town.wait(days=1)
        assert partner.post(link, TYPED).status_code == 303
    assert partner.life.validations == 2


def test_whoever_asks_signs_in_or_forgot_the_password_of_an_expired_account_is_led_here(
    partner: Partner,
) -> None:
    partner.town.wait(days=100)
    partner.become(LifeState.EXPIRED)
    user_name = partner.pia.account.user_id
    assert 'href="/prolong"' in partner.client.get("/sign-in").text
    wrong = partner.post("/sign-in", {"name": user_name, "password": "wrong"})
    stranger = partner.post("/sign-in", {"name": "nobody@rotor.example.org", "password": "wrong"})
    assert (wrong.status_code, stranger.status_code, partner.mails("prolong_link")) == (400, 400, 0)
    assert "expired" not in re.sub(r"Your account has expired, or will soon", "", wrong.text)
    right = partner.post("/sign-in", {"name": user_name, "password": PASSWORD})
    assert (right.status_code, partner.mails("prolong_link")) == (403, 1)
    assert "A link that brings it back is on its way" in right.text
    assert partner.client.get("/home").location == "/sign-in"

    partner.town.wait(minutes=5)
    partner.post("/password/forgotten", {"name": PIA, "method": "link"})
    assert (partner.mails("prolong_link"), partner.mails("recovery")) == (2, 0)
    answers = [partner.post("/prolong", {"name": name}) for name in (PIA, user_name, PIA, PIA, PIA, "who")]
    assert {answer.location for answer in answers} == {"/prolong/asked"}
    assert partner.mails("prolong_link") == 2  # the newest still works
    assert partner.post("/prolong", {"name": " "}).status_code == 400

    partner.become(LifeState.CLOSED)
    gone = partner.client.get(partner.link)
    assert (gone.status_code, 'href="/register"' in gone.text) == (410, True)
    assert partner.post(partner.link, TYPED).status_code == 410
    closed = partner.post("/sign-in", {"name": user_name, "password": PASSWORD})
    assert (closed.status_code, 'href="/register"' in closed.text) == (403, True)
    assert "A new invitation, with your old data" in closed.text
    partner.town.wait(days=2)
    assert partner.post("/prolong", {"name": PIA}).location == "/prolong/asked"
    assert (partner.mails("prolong_link"), partner.mails("partner_invitation")) == (2, 3)


def test_an_imported_account_gets_its_first_app_by_the_same_link_and_only_once(town: Town) -> None:
    town.bot = replace(town.bot, desk=replace(town.bot.desk, hasher=CountingHasher()))
    ends_on = town.clock.now().date() + timedelta(days=20)
    file = f"User ID;Vorname;Nachname;E-Mail;Sprache;Rolle;Firma;Endet am\n;Pia;Roth;{PIA};en;;Acme;{ends_on}"
    with town.bot.connect() as db:
        bot, now = town.bot, town.clock.now()
        raw = file.encode()
        account_files.check(db, bot.desk, bot.reader, name="p.csv", content=raw, now=now)
        assert account_files.import_file(
            db, bot.desk, bot.reader, name="p.csv", content=raw, by="cli:root", now=now
        ).imported
        (account,) = accounts.list_by_email(db, PIA)
    client = client_of(app.build(town.bot), town.bot.settings.portal_url)
    partner = Partner(town, client, Pia(account, Phone("")))
    asked = client.get(partner.link).text
    assert "No authenticator app is set up for this account yet" in asked
    assert "lost" not in asked
    partner.agree()
    done = partner.post(partner.link, TYPED)
    assert done.location == "/passcode/authenticator"
    page = client.get(done.location).text
    assert "lost" not in page
    phone = people.secret_on(page)
    code = {"csrf_token": csrf_of(page), "code": phone.code(town.clock.now())}
    assert client.post(done.location, data=code).location == "/home/recovery-codes"
    client.post("/sign-out", data={"csrf_token": csrf_of(client.get("/home").text)})
    signing = client.get("/sign-in").text
    client.post("/sign-in", data={"csrf_token": csrf_of(signing), "name": PIA, "password": NEW})
    assert client.get("/passcode/authenticator").location == "/passcode"


@pytest.mark.parametrize(
    ("lang", "said", "wrong"),
    [("en", "account is closed", "too long ago"), ("de", "Konto ist geschlossen", "zu lange abgelaufen")],
)
def test_the_link_of_an_account_that_the_desk_has_closed_promises_no_invitation(
    partner: Partner, lang: str, said: str, wrong: str
) -> None:
    town, act = partner.town, AccountAct.CLOSE
    with town.bot.connect() as db:
        number = partner.pia.account.id
        account_views.act(db, town.bot.desk, act, account_id=number, by="U0AVERY", now=town.clock.now())
    shut = partner.client.get(f"{partner.link}?lang={lang}")

    assert (shut.status_code, said in shut.text, wrong in shut.text) == (410, True, False)
    assert "Your account is active already?" not in shut.text
    assert f'class="button" href="/register?lang={lang}"' not in shut.text
    assert town.bot.desk.policy.extranet.support_address in shut.text


def test_the_links_of_a_closed_account_change_no_address(partner: Partner) -> None:
    town, desk, now = partner.town, partner.town.bot.desk, partner.town.clock.now()
    with town.bot.connect() as db:
        visitor = sessions.get(db, desk, partner.session(), now=now)
        email_changes.ask(db, desk, visitor, email="new@rotor.example.org", password=PASSWORD, now=now)
    partner.become(LifeState.CLOSED)
    with town.bot.connect() as db:
        for token in town.tokens[-2:]:
            with pytest.raises(LinkUnknown):
                email_changes.confirm(db, desk, token, now=now)
