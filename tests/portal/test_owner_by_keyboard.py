"""What somebody does with an account of their own, by keyboard alone, without JavaScript."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.ris import Role
from bot.domain.security_questions import Given, Question
from bot.domain.sessions import Strength
from bot.domain.staff import Staff
from bot.services import enrolments, member_invitations, phone_resets
from bot.services import security_questions as services
from bot.store import accounts, authenticators, credentials, security_questions
from bot.store.database import transaction
from handlers.portal.serve import PortalServer
from tests.authenticators import Phone, with_address
from tests.cast import AVERY
from tests.people import PASSWORD, hand_key, move_in
from tests.portal.conftest import Found, Town
from tests.portal.test_passcode import code_of
from tests.portal.test_registration import a_case
from tests.stories.visitors import Hands

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(180)]

QUESTIONS = (
    "In which street did you live when you were ten?",
    "Whose concert was the first you went to?",
    "Which dish of your childhood do you miss most?",
)
NEW, ANSWER = "Neun stille Lampen 9", "Hektor der Hund"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A portal that is served, and whose people they are."""

    town: Town
    url: str
    people: list[Account]


@pytest.fixture
def place(found: Found) -> Iterator[Place]:
    town = found(portal_url="http://127.0.0.1:8080")
    with town.bot.connect() as db:
        people = move_in(db, town.bot.desk, a_case(town), now=town.bot.clock.now())
        answers = [Given(question=one, answer=ANSWER) for one in Question][:3]
        hashes = services.make_hashes(town.bot.desk, answers)
        with transaction(db):
            security_questions.put(db, people[0].id, hashes, now=town.bot.clock.now())
        hold_phones(db, town, people)
    server = PortalServer(town.bot)
    server.start()
    yield Place(town=town, url=f"http://{server.portal_address}", people=people)
    server.stop()


def hold_phones(db: Database, town: Town, people: list[Account]) -> None:
    """Each has one; the second has entered a License Key, and both others are administrators."""
    now = town.bot.clock.now()
    hand_key(db, town.bot.desk, people[1], now=now)
    with transaction(db):
        credentials.add(db, people[1].id, key_id=1, now=now)
        accounts.set_role(db, people[2].id, Role.ORGANIZATION_ADMINISTRATOR)
        for one in people:
            phone = credentials.add_phone(db, one.id, f"+4930901{one.id:03}", now=now)
            credentials.note_code(db, phone, now=now)


@dataclass(frozen=True, kw_only=True)
class Owner(Hands):
    """By keyboard; `place` holds the mails."""

    place: Place

    def go(self, path: str) -> None:
        self.page.goto(f"{self.place.url}{path}")

    def do(self, button: str, said: str) -> None:
        """Press it. What was done, or is wrong, has the focus then."""
        self.press(button)
        expect(self.page.get_by_role("main").locator(":focus")).to_contain_text(said)

    def come_in(self, who: Account, password: str) -> None:
        self.go("/sign-in")
        self.fill("User ID or e-mail address", who.user_id)
        self.fill("Password", password)
        self.press("Sign in")
        self.arrive("dashboard", "MAG Dashboard")

    def forget(self, who: Account) -> None:
        """The password; a wrong try comes first."""
        self.go("/sign-in")
        self.fill("User ID or e-mail address", who.user_id)
        self.fill("Password", "wrong")
        self.do("Sign in", "You are not signed in")
        self.press("Forgot Password?")
        self.arrive("recovery", "Account Recovery")
        self.fill("User ID or e-mail address", who.user_id)
        self.tick("A link by e-mail")
        self.press("Next")
        self.arrive("recovery-sent", "We have got your request")
        self.go(f"/password/{self.place.town.tokens[-1]}")
        self.arrive("recover", "Choose a new password")
        self._fill(self.page.locator("#answer"), ANSWER)
        self.fill("New password", "short")
        self.fill("New password once more", "short")
        self.do("Set the new password", "12 characters")
        for label in ("New password", "New password once more"):
            self.fill(label, NEW)
        self._fill(self.page.locator("#answer"), ANSWER)
        self.press("Set the new password")
        self.arrive("recovered", "Your new password counts")

    def move_mailbox(self, who: Account) -> None:
        tokens = self.place.town.tokens
        self.go("/account")
        self.arrive("account", "My Account")
        self.fill("New e-mail address", "new@k.example.org")
        self.fill("Your present password", NEW)
        before = len(tokens)
        self.do("Send both links", "A link is on its way to each of the two addresses")
        for token, said in zip(tokens[before:], ("other address", "counts from now on"), strict=True):
            self.go(f"/email/{token}")
            self.arrive("email", "Change of e-mail address")
            self.fill("User ID", who.user_id)
            self.do("Yes, change it", said)

    def end_another(self, who: Account, elsewhere: Page) -> None:
        """A session in somebody's other browser; then mails and pages come in German."""
        other = Owner(page=elsewhere, lang="en", keyboard=False, place=self.place)
        other.come_in(who, NEW)
        self.go("/account")
        self.press("My sessions")
        self.arrive("sessions", "My sessions")
        self.fill("Your present password", NEW)
        self.do("End it", "it is signed out")
        other.go("/dashboard")
        other.arrive("signed-out", "Sign in")
        self.go("/account")
        self.choose("Mails to me and these pages are in", "Deutsch")
        self.do("Save", "ab jetzt in dieser Sprache")
        self.go("/account")
        self.choose("E-Mails an mich und diese Seiten sind auf", "English")
        self.do("Speichern", "in this language from now on")

    def join(self) -> None:
        """As a colleague who was invited."""
        bot = self.place.town.bot
        with bot.connect() as db:
            member_invitations.invite(
                db, bot.desk, email="jo@k.example.org", role=self.place.people[1].role,
                by=self.place.people[0], now=bot.clock.now(), lang="en",
            )  # fmt: skip
        self.go(f"/join/{self.place.town.tokens[-1]}?lang=en")
        self.arrive("join", "Register as a user of")
        self.fill("First name", "Jo")
        self.fill("Last name", "Ek")
        self.press("Next")
        self.arrive("joined", "Choose your password|Activate")

    def say_that_phones_are_lost(self, who: Account) -> None:
        """After a code that is none: asked for, stopped by the mailed link, and asked for again."""
        self.come_in(who, PASSWORD)
        self.press("Elevate Credential Strength")
        self.arrive("two-step", "Two-Step Verification")
        self.press("I have none of these phones")
        self.arrive("lost", "None of your phones at hand")
        self.fill("Recovery code", "22222-22222-22222")
        self.do("Use this code", "none of your recovery codes")
        self.do("All my phones are lost", "nobody has so far")
        self.go(f"/phone-reset/{self.place.town.tokens[-1]}")
        self.arrive("stop", "Lost phones")
        self.tick("I have one of these phones")
        self.do("Stop it: nothing changes", "It is stopped")
        self.look("stopped")
        self.go("/passcode/lost")
        self.do("All my phones are lost", "nobody has so far")
        self.look("lost-asked")

    def agree(self, administrator: Account, password: str, about: Account) -> None:
        """As one of the two who have spoken with them."""
        self.page.context.clear_cookies()
        self.come_in(administrator, password)
        with self.place.town.bot.connect() as db, transaction(db):
            strong = {"strength": int(Strength.PHONE_OTP), "id": administrator.id}
            db.execute("update sessions set strength = :strength where account_id = :id", strong)
        self.press("Users")
        self.press(about.name)
        self.arrive("user-lost", about.name)
        self.do("I have spoken with them: remove the phones", "You have agreed")
        self.look("user-agreed")

    def register_anew(self, who: Account) -> None:
        """A day after the mails went."""
        town = self.place.town
        town.send_mails()
        town.wait(hours=24)
        with town.bot.connect() as db:
            phone_resets.carry_out(db, town.bot.desk, now=town.bot.clock.now())
        self.come_in(who, PASSWORD)
        self.press("Phone numbers")
        self.arrive("phones-none", "Your phone numbers")
        self.fill("Phone number", "+49 151 12345678")
        self.press("Send a code to verify it")
        self.arrive("code", "Enter the code")
        self.fill("OTP code", code_of(town))
        self.press("Submit")
        self.arrive("recovery-codes", "Recovery codes")

    def change_questions(self) -> None:
        """All three; a wrong password comes first, and costs no answer."""
        self.go("/account")
        self.press("Change Security Questions")
        self.arrive("questions", "Change Security Questions")
        for number, question in enumerate(QUESTIONS, start=1):
            self.answer(number, question, f"{ANSWER} {number}")
        self.fill("Your present password", "wrong")
        self.do("Submit", "password")
        self.look("questions-wrong")
        self.fill("Your present password", PASSWORD)
        self.press("Submit")
        expect(self.page.get_by_text("Your security questions are changed")).to_be_visible()
        self.look("questions-changed")

    def change_password(self, who: Account) -> None:
        """To one that breaks a rule, then to a sound one, with which they are in again."""
        self.go("/account")
        self.press("Change password")
        self.arrive("password", "Change password")
        for new, said in (("short", "12 characters"), (NEW, "")):
            self.fill("Your present password", PASSWORD)
            self.fill("New password", new)
            self.fill("New password once more", new)
            if said:
                self.do("Submit", said)
        self.press("Submit")
        expect(self.page.get_by_text("Your password is changed")).to_be_visible()
        self.look("password-changed")
        self.page.context.clear_cookies()
        self.come_in(who, NEW)

    def set_up_authenticator(self, staff: Staff) -> None:
        """As one of the staff, by the mailed link; a code that is none comes first."""
        bot, now = self.place.town.bot, self.place.town.bot.clock.now()
        with bot.connect() as db:
            enrolments.enrol(db, bot.desk, by=with_address(staff), now=now)
            token = self.place.town.tokens[-1]
            secret = enrolments.get_enrolment(db, bot.desk, token=token, now=now).secret
        self.go(f"/enroll/{token}")
        self.arrive("enroll", "Set up your authenticator")
        self.fill("The six digits that the app shows now", "000000")
        self.do("Confirm", "not the digits the app shows now")
        self.look("enroll-wrong")
        self.fill("The six digits that the app shows now", Phone(secret).code(now))
        self.press("Confirm")
        self.arrive("enrolled", "Your authenticator is set up")


def test_password_questions_and_a_staff_members_authenticator_are_changed_by_keyboard(
    place: Place, browser: Browser
) -> None:
    place.town.wait(hours=25)  # a password lasts for a day at least
    with browser.new_context(java_script_enabled=False, locale="en") as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        owner = Owner(page=page, lang="en", keyboard=True, place=place)

        owner.come_in(place.people[0], PASSWORD)
        owner.change_questions()
        owner.change_password(place.people[0])
        owner.set_up_authenticator(AVERY)

    with place.town.bot.connect() as db:
        assert AVERY.id in authenticators.list_confirmed(db)


def test_an_owner_does_everything_by_keyboard(place: Place, browser: Browser) -> None:
    who = place.people[0]
    with (
        browser.new_context(java_script_enabled=False, locale="en") as context,
        browser.new_context(java_script_enabled=False, locale="en") as another,
    ):
        page, elsewhere = context.new_page(), another.new_page()
        page.set_default_timeout(20_000)
        owner = Owner(page=page, lang="en", keyboard=True, place=place)
        colleague = Owner(page=elsewhere, lang="en", keyboard=True, place=place)

        assert PASSWORD != NEW
        owner.forget(who)
        owner.come_in(who, NEW)
        owner.move_mailbox(who)
        owner.end_another(who, elsewhere)
        owner.join()
        colleague.say_that_phones_are_lost(place.people[1])
        owner.agree(who, NEW, place.people[1])
        owner.agree(place.people[2], PASSWORD, place.people[1])
        colleague.register_anew(place.people[1])
