"""Every page that partners see, each with the browser in which it is seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from flask import Flask
from flask.testing import FlaskClient

from bot.domain.consents import MANDATORY
from bot.domain.lifecycle import LifeState
from bot.domain.phone_resets import ResetState
from bot.domain.sessions import Strength
from bot.services import (
    activation,
    lifecycle,
    partner_returns,
    phone_resets,
    prolong_links,
    prolongation,
    sessions,
)
from bot.services import consents as consenting
from bot.store import authenticators
from bot.store import lifecycle as lives
from bot.store import phone_resets as resets
from bot.store.database import transaction
from handlers.portal import app
from tests import invited as people
from tests.invited import FORM, Pia
from tests.people import PASSWORD, CountingHasher
from tests.portal.conftest import Town, client_of
from tests.portal.people import csrf_of


@dataclass
class Gallery:
    """Pages by name: where each is, in whose browser, and what was typed into it."""

    town: Town
    portal: Flask
    paths: dict[str, str] = field(default_factory=dict)
    browsers: dict[str, FlaskClient] = field(default_factory=dict)
    typed: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def add(self, name: str, path: str, browser: FlaskClient, **typed: str) -> None:
        self.paths[name], self.browsers[name] = path, browser
        if typed:
            self.typed[name] = typed

    def show(self, name: str, lang: str) -> str:
        """The page as its browser gets it; what was typed is sent first."""
        path, browser, typed = self.paths[name], self.browsers[name], self.typed.get(name)
        page = browser.get(f"{path}?lang={lang}")
        if typed is not None:
            page = browser.post(f"{path}?lang={lang}", data={"csrf_token": csrf_of(page.text), **typed})
        return page.text

    def browser(self, token: str = "") -> FlaskClient:
        client = client_of(self.portal, self.town.bot.settings.portal_url)
        if token:
            with client.session_transaction(base_url=self.town.bot.settings.portal_url) as session:
                session["visit"] = token
        return client

    def signed_in(self, pia: Pia, strength: Strength) -> FlaskClient:
        bot = self.town.bot
        with bot.connect() as db, transaction(db):
            token = sessions.begin(db, bot.desk, pia.account, strength=strength, now=self.town.clock.now())
        return self.browser(token)

    def prolong_link(self, pia: Pia) -> str:
        with self.town.bot.connect() as db:
            life = lifecycle.find(db, pia.account.id)
        assert life is not None
        return "/prolong/" + prolong_links.make(self.town.bot.desk, pia.account, life).rpartition("/")[2]


def gallery(town: Town) -> Gallery:
    """Partners in each state, and every page of theirs."""
    town.bot = replace(town.bot, desk=replace(town.bot.desk, hasher=CountingHasher()))
    made = Gallery(town, app.build(town.bot))
    _add_prolongation(made)  # first: weeks pass, after which other links and sessions would be over
    _add_registration(made)
    _add_signed_in(made)
    _add_lost(made)
    _add_way_back(made)
    return made


def _moved_in(made: Gallery, name: str) -> Pia:
    bot = made.town.bot
    with bot.connect() as db:
        return people.move_in(
            db, bot.desk, made.town.tokens, email=f"{name}@rotor.example.org", now=made.town.clock.now()
        )


def _add_registration(made: Gallery) -> None:
    bot, now, tokens, stranger = made.town.bot, made.town.clock.now(), made.town.tokens, made.browser()
    with bot.connect() as db:
        token = people.invite(db, bot.desk, tokens, email="new@rotor.example.org", now=now)
        password, sent = people.register(db, bot.desk, tokens, email="sent@rotor.example.org", now=now)
        draft, _ = activation.choose_password(db, bot.desk, password, PASSWORD, now=now)
    made.add("register", "/register", stranger)
    made.add("register_asked", "/register/partner/asked", stranger)
    made.add("invite", f"/invite/{token}", stranger)
    made.add("invite_faults", f"/invite/{token}", stranger, do="submit", vat_id="DE1", fax="x")
    made.add("invite_sent", f"/invite/sent/{sent}", stranger)
    made.add("invite_over", "/invite/none", stranger)
    made.add("invite_asked", "/invite/asked", stranger)
    made.add("password", f"/activate/{password}", stranger)
    made.add("authenticator", f"/activate/{password}/authenticator/{draft}", stranger)


def _add_signed_in(made: Gallery) -> None:
    pia = _moved_in(made, "home")
    half, whole = (made.signed_in(pia, one) for one in (Strength.PASSWORD, Strength.PHONE_OTP))
    made.add("sign_in", "/sign-in", made.browser())
    made.add("passcode", "/passcode", half)
    made.add("passcode_wrong", "/passcode", half, code="12")
    made.add("lost", "/passcode/lost", half)
    for name, path in {
        "home": "/home",
        "codes": "/home/recovery-codes",
        "another_app": "/home/authenticator",
        "account": "/account",
        "change_password": "/password",
    }.items():
        made.add(name, path, whole)


def _add_lost(made: Gallery) -> None:
    """One has asked, and the app of another is gone."""
    bot, now = made.town.bot, made.town.clock.now()
    for name in ("lost_asked", "anew"):
        pia = _moved_in(made, name)
        half = made.signed_in(pia, Strength.PASSWORD)
        with bot.connect() as db:
            with half.session_transaction(base_url=bot.settings.portal_url) as session:
                visitor = sessions.get(db, bot.desk, session["visit"], now=now)
            reset = phone_resets.ask(db, bot.desk, visitor, now=now)
            if name == "anew":
                with transaction(db):
                    resets.end(db, reset, ResetState.DONE, by="usher", now=now)
                    authenticators.drop(db, f"account:{pia.account.id}")
                made.add("anew", "/passcode/authenticator", half)
            else:
                made.add("lost_asked", "/passcode/lost", half)
                made.add("lost_stop", f"/phone-reset/{made.town.tokens[-1]}", made.browser())


def _become(made: Gallery, pia: Pia, state: LifeState) -> None:
    with made.town.bot.connect() as db, transaction(db):
        life = lifecycle.find(db, pia.account.id)
        assert life is not None
        lives.save_all(db, [(replace(life, state=state), None)])


def _add_prolongation(made: Gallery) -> None:
    bot, stranger = made.town.bot, made.browser()
    made.add("prolong_ask", "/prolong", stranger)
    made.add("prolong_asked", "/prolong/asked", stranger)
    made.add("prolong_over", "/prolong/none", stranger)
    links = {}
    for name in ("prolong_consents", "prolong_password", "prolong_expired", "prolong_done", "prolong_closed"):
        pia = _moved_in(made, name)
        links[name] = pia
        made.add(name, made.prolong_link(pia), stranger)
    _become(made, links["prolong_expired"], LifeState.EXPIRED)
    _become(made, links["prolong_closed"], LifeState.CLOSED)
    made.town.wait(days=75)
    now = made.town.clock.now()
    with bot.connect() as db:
        for name in ("prolong_password", "prolong_done"):
            token, seen = made.paths[name].rpartition("/")[2], consenting.digest(bot.desk, "en")
            prolongation.agree(db, bot.desk, token, agreed=MANDATORY, seen=seen, lang="en", now=now)
        done = made.paths["prolong_done"].rpartition("/")[2]
        assert not prolongation.complete(db, bot.desk, done, "Sieben neue Segel 7!", now=now)


def _add_way_back(made: Gallery) -> None:
    """One has typed something else than what she had, another has sent it."""
    bot, tokens = made.town.bot, made.town.tokens
    typed = {**FORM, "street": "Neuer Weg 1", "country": "AT", "fax": ""}
    for name, agreed in (("back", ()), ("back_sent", MANDATORY)):
        pia = _moved_in(made, name)
        _become(made, pia, LifeState.CLOSED)
        now = made.town.clock.now()
        with bot.connect() as db:
            with transaction(db):
                partner_returns.invite(db, bot.desk, pia.account, by="usher", now=now)
            token = tokens[-1]
            sent = people.submit(db, bot.desk, token, typed, agreed=agreed, now=now).sent
        path = f"/invite/sent/{sent}" if sent else f"/invite/{token}"
        made.add(f"invite_{name}", path, made.browser())
