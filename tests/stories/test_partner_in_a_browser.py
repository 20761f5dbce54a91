"""A partner from `/usher invite` through two ends of the clock: by keyboard, or without JavaScript."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from bot.domain.lifecycle import LifeState
from bot.services import lifecycle
from bot.store import accounts
from tests.chromium import hear_console
from tests.invited import FORM
from tests.stories.browsing import at, take_picture
from tests.stories.desk import Desk, running, until
from tests.stories.phones import Phone
from tests.stories.visitors import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

PASSWORD = "Neun stille Lampen 9"
SECOND, THIRD = "Acht leise Segel 8", "Sieben warme Decken 7"
BAD = b"E-Mail;Rolle\nmax@rotor.example.org;Gast\nmax@rotor.example.org;\nida@;\numa@rotor.example.org;King\n"
#: what German pages and mails say for the words of this story
GERMAN = {
    "Your invitation to": "Ihre Einladung zu",
    "Accept Invitation": "Einladung annehmen",
    "Partner Extranet registration": "Partner Extranet: Registrierung",
    "Salutation": "Anrede",
    "Ms": "Frau",
    "First name": "Vorname",
    "Last name": "Nachname",
    "Street / PO box": "Straße / Postfach",
    "City": "Stadt",
    "Postal code": "PLZ",
    "Country / region": "Land / Region",
    "Germany": "Deutschland",
    "Telephone": "Telefon",
    "Function / job title": "Funktion / Job-Titel",
    "Company": "Firma",
    "Company website / imprint": "Unternehmens-Website / Impressum",
    "VAT ID": "USt-IdNr.",
    "privacy policy": "Datenschutzbestimmungen",
    "Terms of use": "Nutzungsbedingungen",
    "declaration of consent": "Einverständniserklärung",
    "Submit": "Absenden",
    "Thank you for your registration": "Vielen Dank für Ihre Registrierung",
    "Your user name for": "Ihr Benutzername für",
    "The way to your password": "Der Weg zu Ihrem Passwort",
    "Choose my password": "Mein Passwort wählen",
    "Choose your password": "Wählen Sie Ihr Passwort",
    "New password": "Neues Passwort",
    "New password once more": "Neues Passwort noch einmal",
    "Next": "Weiter",
    "Set up your authenticator": "Authenticator-App einrichten",
    "The six digits that the app shows now": "Die sechs Ziffern, die die App jetzt zeigt",
    "Confirm": "Bestätigen",
    "Recovery codes": "Wiederherstellungs\N{SOFT HYPHEN}codes",
    "Show my recovery codes": "Meine Wiederherstellungscodes zeigen",
    "I have kept them": "Ich habe sie aufbewahrt",
    "Welcome, Pia Roth": "Willkommen, Pia Roth",
    "Sign in": "Anmelden",
    "User ID or e-mail address": "Benutzerkennung oder E-Mail-Adresse",
    "Password": "Passwort",
    "Passcode": "Passcode",
    "please enter passcode to proceed": "bitte geben Sie den Passcode ein",
    "Log On": "Anmelden",
    "I do not have my authenticator app": "Ich habe meine Authenticator-App nicht",
    "Set up another authenticator app": "Andere Authenticator-App einrichten",
    "My Account": "Mein Konto",
    "Please validate your": "Bitte bestätigen Sie Ihr Konto",
    "Please validate your account by": "Bitte bestätigen Sie Ihr Konto bis",
    "Validate your account": "Konto bestätigen",
    "Your Partner Extranet account expires after": "Ihr Konto bei Partner Extranet läuft nach dem",
    "A new invitation is needed": "Eine neue Einladung ist nötig",
    "Your account is closed": "Ihr Konto ist geschlossen",
    "Changed. Before:": "Geändert. Vorher:",
    "Before:": "Vorher:",
    "Validate My Account": "Mein Konto bestätigen",
    "The link that brings your account back": "Der Link, der Ihr Konto zurückholt",
    "Your account has expired": "Ihr Konto ist abgelaufen",
    "Reactivate My Account": "Mein Konto reaktivieren",
    "is valid until": "gilt bis",
}


@dataclass(frozen=True)
class Guest:
    """Whom Avery invites."""

    desk: Desk
    lang: str
    administrator: str

    def mail_to(self, address: str, about: str) -> EmailMessage:
        return self.desk.mail_to(address, about=about)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("partner"), delivery="live") as desk:
        yield desk


class Story:
    """Her way; `say` turns its English words into hers."""

    def __init__(self, staff: Page, visitor: Visitor, guest: Guest) -> None:
        self.staff, self.visitor, self.guest, self.desk = staff, visitor, guest, guest.desk

    def say(self, words: str) -> str:
        return words if self.guest.lang == "en" else GERMAN[words]

    def invite(self) -> None:
        """Avery types the command; a file with faults is shown, then one person is invited."""
        page, modal = self.staff, self.staff.locator("dialog.modal")
        at(page, self.desk, "avery")
        page.locator("[data-composer=channel]").fill("/usher invite")
        page.locator("[data-composer=channel]").press("Enter")
        expect(modal.get_by_text("Or a file with many")).to_be_visible()
        take_picture(page, f"invite-{self.guest.lang}")
        modal.locator("[data-action-id=email]").fill(self.guest.administrator)
        modal.locator("[data-action-id=language]").select_option(self.guest.lang)
        modal.locator("[data-submit]").click()
        expect(modal.get_by_text(re.compile("Invited: "))).to_be_visible()
        take_picture(page, f"invited-{self.guest.lang}")
        self.desk.message("support", "invited one person to the Partner Extranet")

    def register(self) -> None:
        who, say = self.visitor, self.say
        who.read("invitation", say("Your invitation to"))
        who.open_link(say("Accept Invitation"))
        who.arrive("invite", say("Partner Extranet registration"))
        who.press(say("Submit"))
        expect(who.page.get_by_role("alert")).to_be_visible()
        who.arrive("invite-faults", say("Partner Extranet registration"))
        who.choose(say("Salutation"), say("Ms"))
        for label, name in (
            ("First name", "first_name"), ("Last name", "last_name"), ("Street / PO box", "street"),
            ("City", "city"), ("Postal code", "postal_code"),
        ):  # fmt: skip
            who.fill(say(label), FORM[name])
        who.choose(say("Country / region"), say("Germany"))
        for label, name in (
            ("Telephone", "telephone"), ("Function / job title", "job_title"), ("Company", "company"),
            ("Company website / imprint", "website"), ("VAT ID", "vat_id"),
        ):  # fmt: skip
            who.fill(say(label), FORM[name])
        for consent in ("privacy policy", "Terms of use", "declaration of consent"):
            who.tick(say(consent))
        who.press(say("Submit"))
        who.arrive("invite-sent", say("Thank you for your registration"))

    def activate(self) -> Phone:
        """With the password and an authenticator app."""
        who, say = self.visitor, self.say
        who.read("password", say("The way to your password"))
        who.open_link(say("Choose my password"))
        who.arrive("partner-activate", say("Choose your password"))
        for field in ("New password", "New password once more"):
            who.fill(say(field), PASSWORD)
        who.press(say("Next"))
        who.arrive("partner-authenticator", say("Set up your authenticator"))
        phone = Phone(self.desk, who.page.locator(".secret code").inner_text().replace(" ", ""))
        who.fill(say("The six digits that the app shows now"), phone.code())
        who.press(say("Confirm"))
        who.arrive("partner-codes", say("Recovery codes"))
        who.press(say("Show my recovery codes"))
        expect(who.page.locator("ol.codes li")).to_have_count(8)
        who.look("partner-codes-shown")
        who.press(say("I have kept them"))
        who.arrive("partner-home", say("Welcome, Pia Roth"))
        return phone

    def come_back(self, phone: Phone) -> str:
        """With the user name of the other mail, the password and a passcode."""
        who, say = self.visitor, self.say
        user_name = re.search(
            r"\b[a-z0-9]{4}-[a-z0-9]{4}\b", who.read("user-name", say("Your user name for")).inner_text()
        )
        assert user_name is not None
        self.desk.world.clock.turn(timedelta(hours=14))
        who.page.goto(f"{self.desk.world.portal_url}/home?lang={self.guest.lang}")
        who.arrive("partner-sign-in", say("Sign in"))
        who.fill(say("User ID or e-mail address"), user_name[0])
        who.fill(say("Password"), PASSWORD)
        who.press(say("Sign in"))
        who.arrive("partner-passcode", say("Passcode"))
        expect(who.page.get_by_text(say("please enter passcode to proceed"))).to_contain_text(user_name[0])
        who.press(say("I do not have my authenticator app"))
        who.arrive("partner-lost", say("I do not have my authenticator app"))
        who.page.goto(f"{self.desk.world.portal_url}/passcode?lang={self.guest.lang}")
        who.fill(say("Passcode"), phone.code())
        who.press(say("Log On"))
        who.arrive("partner-home-again", say("Welcome, Pia Roth"))
        who.press(say("Set up another authenticator app"))
        who.arrive("partner-device", say("Set up another authenticator app"))
        who.page.goto(f"{self.desk.world.portal_url}/account?lang={self.guest.lang}")
        who.arrive("partner-account", say("My Account"))
        return user_name[0]

    def validate(self) -> str:
        """Two months later a mail asks for it; the new end, as the page says it."""
        who, say = self.visitor, self.say
        self.desk.world.clock.turn(timedelta(days=61))
        who.read("validation", say("Please validate your"))
        who.open_link(say("Validate My Account"))
        who.arrive("prolong", say("Validate your account"))
        return self.prolong("validated", SECOND, say("Validate My Account"))

    def prolong(self, name: str, password: str, button: str) -> str:
        who, say = self.visitor, self.say
        for consent in ("privacy policy", "Terms of use", "declaration of consent"):
            who.tick(say(consent))
        who.press(say("Next"))
        for field in ("New password", "New password once more"):
            who.fill(say(field), password)
        who.look(f"{name}-password")
        who.press(button)
        who.arrive(name, say("is valid until"))
        heading = who.page.get_by_role("heading", level=1).inner_text()
        return heading.partition(say("is valid until"))[2].strip()

    def warned(self, ends_on: str) -> None:
        """Two months after a validation the mail that asks for the next one comes."""
        self.desk.world.clock.turn(timedelta(days=61))
        about = f"{self.say('Please validate your account by')} {ends_on}"
        self.desk.mail_to(self.guest.administrator, about=about)
        self.desk.settled()  # it is written down as sent: a warning counts from then on

    def bring_back(self, phone: Phone, user_name: str, ends_on: str) -> str:
        """The next end passes; whoever knows the password is sent the link, and is in again."""
        who, say, clock = self.visitor, self.say, self.desk.world.clock
        self.warned(ends_on)
        clock.turn(timedelta(days=14))
        who.read("reminder", say("Your Partner Extranet account expires after"))
        self.desk.settled()
        clock.turn(timedelta(days=17))
        who.read("expired-mail", say("Your account has expired"))
        self.sign_in(user_name, SECOND)
        who.arrive("expired", say("Your account has expired"))
        who.read("prolong-link", say("The link that brings your account back"))
        who.open_link(say("Reactivate My Account"))
        who.arrive("reactivate", say("Your account has expired"))
        ends_on = self.prolong("reactivated", THIRD, say("Reactivate My Account"))
        self.sign_in(user_name, THIRD)
        who.fill(say("Passcode"), phone.code())
        who.press(say("Log On"))
        who.arrive("partner-home-back", say("Welcome, Pia Roth"))
        return ends_on

    def is_state(self, state: LifeState) -> bool:
        with self.desk.bot.connect() as db:
            (account,) = accounts.list_by_email(db, self.guest.administrator)
            life = lifecycle.find(db, account.id)
        return life is not None and life.state is state

    def return_after_the_close(self, user_name: str, ends_on: str) -> None:
        """Nobody does anything until the account is closed; a new invitation knows the old data."""
        who, say, clock = self.visitor, self.say, self.desk.world.clock
        self.warned(ends_on)
        clock.turn(timedelta(days=31))
        until(lambda: self.is_state(LifeState.EXPIRED))
        clock.turn(timedelta(days=61))
        until(lambda: self.is_state(LifeState.CLOSED))
        self.sign_in(user_name, THIRD)
        who.arrive("closed", say("A new invitation is needed"))
        who.read("closed-mail", say("Your account is closed"))
        who.open_link(say("Accept Invitation"))
        who.arrive("invite-back", say("Partner Extranet registration"))
        expect(who.page.get_by_label(say("City"), exact=True)).to_have_value(FORM["city"])
        who.fill(say("City"), "Kiel")
        who.press(say("Submit"))
        expect(who.page.get_by_text(f"{say('Changed. Before:')} {FORM['city']}")).to_be_visible()
        who.look("invite-back-changed")
        for consent in ("privacy policy", "Terms of use", "declaration of consent"):
            who.tick(say(consent))
        who.press(say("Submit"))
        who.arrive("invite-back-sent", say("Thank you for your registration"))
        expect(who.page.get_by_text(f"{say('Before:')} {FORM['city']}")).to_be_visible()

    def sign_in(self, user_name: str, password: str) -> None:
        who, say = self.visitor, self.say
        who.page.goto(f"{self.desk.world.portal_url}/sign-in?lang={self.guest.lang}")
        who.fill(say("User ID or e-mail address"), user_name)
        who.fill(say("Password"), password)
        who.press(say("Sign in"))


@pytest.mark.parametrize("lang", ["en", "de"])
def test_a_partner_comes_in_validates_in_time_expires_and_comes_back(
    desk: Desk, browser: Browser, page: Page, lang: str
) -> None:
    keyboard = lang == "en"
    page.set_default_timeout(20_000)
    with browser.new_context(java_script_enabled=keyboard, locale=lang) as context:
        own = context.new_page()
        own.set_default_timeout(20_000)
        said: list[str] = []
        hear_console(own, said)
        guest = Guest(desk, lang, f"pia.{lang}@rotor.example.org")
        story = Story(page, Visitor(page=own, lang=lang, keyboard=keyboard, customer=guest), guest)

        story.invite()
        story.register()
        phone = story.activate()
        user_name = story.come_back(phone)
        ends_on = story.bring_back(phone, user_name, story.validate())
        story.return_after_the_close(user_name, ends_on)

    assert [line for line in said if "Content Security Policy" in line] == []


def test_a_file_is_looked_through_before_anybody_of_it_is_invited(desk: Desk, page: Page) -> None:
    page.set_default_timeout(20_000)
    at(page, desk, "avery")
    page.locator("[data-composer=channel]").fill("/usher invite")
    page.locator("[data-composer=channel]").press("Enter")
    modal = page.locator("dialog.modal")
    for content, said in (
        (BAD, "Line 5, Role: is no role"),
        (b"E-Mail\nmax@rotor.example.org\numa@rotor.example.org\n", "All 2 people can be invited."),
    ):
        file: FilePayload = {"name": "partners.csv", "mimeType": "text/csv", "buffer": content}
        modal.locator("input[type=file]").set_input_files(file)
        modal.locator("[data-submit]").click()
        expect(modal.get_by_text(re.compile(said))).to_be_visible()
        take_picture(page, f"invite-file-{said[:4].strip().lower()}")
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text("2 people were invited.")).to_be_visible()
    desk.mail_to("uma@rotor.example.org", about="Your invitation to")
