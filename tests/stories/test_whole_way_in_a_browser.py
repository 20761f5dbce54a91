"""The whole way from the RIS mail to ForumPass: in English by keyboard, in German without JavaScript."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import hear_console
from tests.stories.browsing import at, leading_on, take_picture
from tests.stories.desk import text_of
from tests.stories.supplied import Customer, SuppliedDesk, a_customer, supplied
from tests.stories.visitors import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

ORDER = "PO-2026-0412"
PASSWORD = "Neun stille Lampen 9"
#: what German pages and mails say for the words of this story
GERMAN = {
    "Your License Key": "Ihr License Key",
    "Invitation: register": "Einladung:",
    "Accept Invitation": "Einladung annehmen",
    "Get started with": "registrieren",
    "Get Started": "Jetzt beginnen",
    "Complete the following information": "Bitte ergänzen Sie diese Angaben",
    "Organization Headquarters Location": "Land des Hauptsitzes",
    "Austria": "Österreich",
    "Next": "Weiter",
    "Check and submit": "Prüfen und absenden",
    "I have checked this": "Ich habe das geprüft",
    "Submit": "Absenden",
    "Thank you": "Vielen Dank",
    "Activate your account": "Aktivieren Sie Ihr Konto",
    "Activate My Account": "Mein Konto aktivieren",
    "Choose your password": "Wählen Sie Ihr Passwort",
    "New password": "Neues Passwort",
    "New password once more": "Neues Passwort noch einmal",
    "Choose your security questions": "Wählen Sie Ihre Sicherheitsfragen",
    "What was the name of your first pet?": "Wie hieß Ihr erstes Haustier?",
    "Which dish of your childhood do you miss most?": (
        "Welches Gericht Ihrer Kindheit vermissen Sie am meisten?"
    ),
    "What is the last name of the teacher who taught you to read?": (
        "Wie heißt die Lehrkraft mit Nachnamen, bei der Sie lesen gelernt haben?"
    ),
    "Agree to Terms": "Bedingungen annehmen",
    "ForumPass Terms and Conditions": "ForumPass: Nutzungsbedingungen",
    "I have read and agree": "Ich habe die Bedingungen gelesen und stimme zu",
    "The terms are accepted": "Die Bedingungen sind angenommen",
    "Go to Dashboard": "Zum Dashboard",
    "Enter it here": "Hier eingeben",
    "Enter your License Key": "Geben Sie Ihren License Key ein",
    "Recovery codes": "Wiederherstellungs\N{SOFT HYPHEN}codes",
    "Show my recovery codes": "Meine Wiederherstellungscodes zeigen",
    "I have kept them": "Ich habe sie aufbewahrt",
    "Your phone numbers": "Ihre Telefonnummern",
    "Phone number": "Telefonnummer",
    "Send a code to verify it": "Code zur Bestätigung senden",
    "Enter the code": "Geben Sie den Code ein",
    "OTP code": "OTP-Code",
    "Resend Code": "Code erneut senden",
    "Sign in": "Anmelden",
    "User ID or e-mail address": "Benutzerkennung oder E-Mail-Adresse",
    "Password": "Passwort",
    "Launch": "Öffnen",
    "Send": "Senden",
    "One user has still to activate": "Ein Benutzer muss sein Konto noch aktivieren",
    "Your account for": "Ihr Konto bei",
    "Check the status": "Stand ansehen",
    "is set up": "ist eingerichtet",
    "Order confirmed": "Auftrag bestätigt",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SuppliedDesk]:
    with supplied(tmp_path_factory.mktemp("whole"), fitted=leading_on) as desk:
        desk.pay_in(ORDER, 4000)
        desk.stock(4)
        yield desk


class Story:
    """One customer's way; `say` turns its English words into theirs."""

    def __init__(self, staff: Page, visitor: Visitor, customer: Customer) -> None:
        self.staff, self.visitor, self.customer = staff, visitor, customer
        self.desk = self.customer.desk

    def say(self, words: str) -> str:
        return words if self.customer.lang == "en" else GERMAN[words]

    def order(self) -> None:
        """The form comes by mail; Avery approves it in Slack, the steps run up to the checklist."""
        self.customer.send()
        at(self.staff, self.desk, "avery")
        self.customer.card("case_approve")
        self._press_on_card("case_approve")
        self.customer.at("✓✓☐○○")

    def keys_come(self) -> str:
        """The key in the mail that comes early, to be kept."""
        body = self.visitor.read("license-key", self.say("Your License Key"))
        found = re.search(r"KEY-\d+", body.inner_text())
        assert found is not None
        return found[0]

    def set_up_site(self) -> None:
        """Blake fills in the checklist, and the invitation goes out."""
        self.customer.fill(case_number="SC-104217", site_number="harrowgate")

    def register(self) -> None:
        who, say = self.visitor, self.say
        who.read("invitation", say("Invitation: register"))
        who.open_link(say("Accept Invitation"))
        who.arrive("register", say("Get started with"))
        who.press(say("Get Started"))
        who.arrive("register-form", say("Complete the following information"))
        who.choose(say("Organization Headquarters Location"), say("Austria"))
        who.press(say("Next"))
        who.arrive("register-check", say("Check and submit"))
        who.tick(say("I have checked this"))
        who.press(say("Submit"))
        who.arrive("register-done", say("Thank you"))

    def let_them_in(self) -> None:
        """The desk sees what differs from the order, and approves by mouse."""
        self.customer.card("differs from the order")
        self._press_on_card("registration_approve")
        self.customer.card("Live")
        self.desk.world.clock.turn(timedelta(days=1))

    def activate(self) -> str:
        """Their User ID."""
        who, say = self.visitor, self.say
        body = who.read("activation", say("Activate your account"))
        user_id = re.search(r"\b[a-z0-9]{4}-[a-z0-9]{4}\b", body.inner_text())
        assert user_id is not None
        who.open_link(say("Activate My Account"))
        who.arrive("activate", say("Choose your password"))
        for field in ("New password", "New password once more"):
            who.fill(say(field), PASSWORD)
        who.look("activate-typed")
        self._picture("portal-password")
        who.press(say("Next"))
        who.arrive("questions", say("Choose your security questions"))
        who.answer(1, say("What was the name of your first pet?"), "Hektor")
        who.answer(2, say("Which dish of your childhood do you miss most?"), "Quarkspeise")
        who.answer(3, say("What is the last name of the teacher who taught you to read?"), "Frau Specht")
        who.press(say("Next"))
        who.arrive("dashboard-first", "MAG Dashboard")
        return user_id[0]

    def agree(self) -> None:
        who, say = self.visitor, self.say
        who.press(say("Agree to Terms"))
        who.arrive("terms", say("ForumPass Terms and Conditions"))
        who.tick(say("I have read and agree"))
        who.press(say("Agree to Terms"))
        expect(who.page.get_by_text(say("The terms are accepted")).first).to_be_visible()
        who.look("terms-accepted")
        who.press(say("Go to Dashboard"))
        who.arrive("dashboard-agreed", "MAG Dashboard")

    def bring_phones(self, key: str) -> None:
        """One code comes too late, and the next is sent again."""
        who, say = self.visitor, self.say
        who.press(say("Enter it here"))
        who.arrive("license-key", say("Enter your License Key"))
        who.fill("License Key", key.lower())
        who.press(say("Next"))
        who.arrive("phones-none", say("Your phone numbers"))
        late = who.ask_for_code(say("Send a code to verify it"))
        who.arrive("code", say("Enter the code"))
        self.desk.world.clock.turn(timedelta(minutes=2))
        self._enter(late)
        expect(who.page.get_by_role("alert")).to_be_visible()
        who.look("code-late")
        self._enter(who.ask_for_code(say("Resend Code")))
        who.arrive("recovery-codes-none", say("Recovery codes"))
        who.press(say("Show my recovery codes"))
        expect(who.page.locator("ol.codes li")).to_have_count(8)
        who.look("recovery-codes")
        who.press(say("I have kept them"))
        who.arrive("phones-one", say("Your phone numbers"))
        who.fill(say("Phone number"), "+49 30 901820")
        self._enter(who.ask_for_code(say("Send a code to verify it")))
        who.arrive("phones-two", say("Your phone numbers"))
        who.press(say("Go to Dashboard"))
        who.arrive("dashboard-strong", "MAG Dashboard")

    def come_back(self, user_id: str) -> None:
        """Next morning the session is over; password and a code of the phone they choose open ForumPass."""
        who, say = self.visitor, self.say
        self.desk.world.clock.turn(timedelta(hours=14))
        who.page.goto(f"{self.desk.world.portal_url}/dashboard")
        who.arrive("sign-in", say("Sign in"))
        who.fill(say("User ID or e-mail address"), user_id)
        who.fill(say("Password"), PASSWORD)
        who.press(say("Sign in"))
        who.arrive("dashboard", "MAG Dashboard")
        self._picture("portal-dashboard")
        who.press(say("Launch"))
        who.arrive("two-step", "Two-Step Verification")
        who.choose_phone("+49 ••• ••20")
        code = who.ask_for_code(say("Send"))
        who.arrive("two-step-code", say("Enter the code"))
        self._enter(code)
        expect(who.page.get_by_role("heading", name="Welcome to ForumPass")).to_be_visible()
        expect(who.page.get_by_text(f"User ID {user_id}")).to_contain_text("signed in with phone_otp")
        who.look("forumpass")

    def everybody_was_told(self) -> None:
        """The sponsor, the other user, and the owner of each thing that changed."""
        who, say, customer = self.visitor, self.say, self.customer
        who.read("activated", say("Your account for"))
        who.read("order", say("Order confirmed"), address=customer.sponsor)
        who.read("site-ready", f"{customer.company} {say('is set up')}", address=customer.sponsor)
        who.open_link(say("Check the status"))
        expect(who.page.get_by_text(say("One user has still to activate"))).to_be_visible()
        who.look("status")
        colleague = customer.people[1].email
        assert "/activate/" in text_of(customer.mail_to(colleague, say("Activate your account")))

    def _picture(self, name: str) -> None:
        """One for the README, which is English."""
        if self.customer.lang == "en":
            self.visitor.page.set_viewport_size({"width": 1000, "height": 840})
            take_picture(self.visitor.page, name)

    def _press_on_card(self, action: str) -> None:
        self.customer.card(action)
        card = self.staff.locator(f"article[data-ts='{self.customer.card()['ts']}']")
        card.locator(f"[data-action-id={action}]").first.click()

    def _enter(self, code: str) -> None:
        self.visitor.fill(self.say("OTP code"), code)
        self.visitor.press(self.say("Submit"))


@pytest.mark.parametrize("lang", ["en", "de"])
def test_a_customer_goes_from_the_ris_mail_to_forumpass(
    desk: SuppliedDesk, browser: Browser, page: Page, lang: str
) -> None:
    keyboard = lang == "en"
    with browser.new_context(java_script_enabled=keyboard, locale=lang) as context:
        own = context.new_page()
        own.set_default_timeout(20_000)
        said: list[str] = []
        hear_console(own, said)
        name = {"en": "Harrowgate Optics Ltd", "de": "Böttcher Gießerei GmbH"}[lang]
        customer = replace(a_customer(desk, name=name, purchase_order=ORDER), lang=lang)
        story = Story(page, Visitor(page=own, lang=lang, keyboard=keyboard, customer=customer), customer)

        story.order()
        key = story.keys_come()
        story.set_up_site()
        story.register()
        story.let_them_in()
        user_id = story.activate()
        story.agree()
        story.bring_phones(key)
        story.come_back(user_id)
        story.everybody_was_told()

    assert [line for line in said if "Content Security Policy" in line] == []
