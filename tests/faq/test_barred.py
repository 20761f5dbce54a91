"""What some words of a message keep from being its answer, however near the rest comes to an article."""

import pytest

from bot.domain.faq import Barrier
from bot.domain.faq_refusals import WordsBarred
from bot.faq import articles, guard
from bot.faq.learned import Learned
from bot.faq.search import shipped
from bot.services.faq import check_teachable

GIVEN = "give-unactivated-otp-to-other"
TAKEN = [
    "She redeemed her key in spring and now works elsewhere. May her credential go to the new colleague?",
    "The token has been in use for a year, can we hand it over to somebody else?",
    "May I pass on an OTP that is already registered to my phone?",
    "our trainee had his OTP set up but he is leaving, can another employee have it?",
    "If the license key has been entered, may the credential still be given to a different person?",
    "Unser Azubi hat seinen Schlüssel eingegeben und hört nun auf. Darf die Neue das Credential haben?",
    "Das OTP war schon im Einsatz. Kann es jetzt jemand anderes übernehmen?",
    "Kann ich ein bereits freigeschaltetes Credential an einen Kollegen weitergeben?",
    "Ich benötige mein registriertes OTP nicht mehr, darf meine Nachfolgerin es nutzen?",
]
UNTAKEN = [
    "His key has never been entered by anybody. May we give it to the next one?",
    "The license key was not redeemed before she left, can another employee take it?",
    "Den Schlüssel hat bisher keiner eingelöst, darf ihn ein anderer Kollege bekommen?",
    "Das OTP wurde bis heute nicht aktiviert. Kann ich es weitergeben?",
]

# Did that, and it does nothing, never comes, is not there.
IN_VAIN = [
    ("account-locked", "Half an hour is long over, I have waited 45 minutes and I am still locked out"),
    ("account-locked", "Mein Konto ist seit drei Tagen gesperrt"),
    ("reset-password", "I pressed Forgot Password over and over and no mail comes"),
    ("reset-password", "Der Link zum Zurücksetzen kommt einfach nicht an"),
    ("otp-code-expired", "Resend Code is greyed out"),
    ("otp-code-expired", "Ich habe schon fünfmal auf Resend Code geklickt"),
    ("not-logged-in-with-otp", "There is no Elevate Credential Strength on my dashboard"),
    ("not-logged-in-with-otp", "Elevate Credential Strength fehlt bei mir"),
    ("otp-phone-numbers", "I do not get the SMS code on my mobile phone"),
    ("otp-phone-numbers", "Auf meinem Telefon kommt kein Code an"),
    ("resend-prolongation-link", "I tried Resend prolongation link twice without any mail"),
    ("reset-security-questions", "I have forgotten my security answers and cannot sign in without them"),
    ("reset-security-questions", "Antworten der Sicherheitsfragen vergessen, kann mich nicht anmelden"),
    ("enter-licence-key", "The mail with the license key was deleted here by accident"),
    ("enter-licence-key", "Unser Lizenzschlüssel ist nie angekommen"),
    ("enter-licence-key", "it says that my license key is invalid"),
]
NO_ADMINISTRATOR = [
    "Our administrator passed away last month. How do we name the next one?",
    "The organization administrator is on sick leave. Who takes over?",
    "How do we get an additional organization administrator?",
    "Unser Admin ist in Elternzeit. Wer ist es dann?",
    "Wir möchten einen zweiten Organization Administrator, wie geht das?",
]
NEAR = [
    ("vat-number-field", "Which VAT number does Fujitsu have, we need the VAT ID of Fujitsu"),
    ("vat-number-field", "Welche USt-IdNr. gehört auf die Rechnung?"),
    ("no-activation-email", "For how long is the link in the activation mail valid?"),
    ("no-activation-email", "Wie lange gilt der Link zum Aktivieren?"),
    ("password-change-within-24h", "how often do I have to set a new password"),
    ("password-change-within-24h", "Wie oft muss das Kennwort erneuert werden?"),
    ("reset-password", "I do not remember my user ID"),
    ("reset-password", "Benutzerkennung vergessen, was tun?"),
    ("no-credentials-email", "I gave a wrong email address when I registered"),
    ("reset-security-questions", "How many security questions do I need?"),
    ("otp-code-expired", "May I have the SMS code by email as well?"),
    ("prolongation-after-expiry", "my hardware certificate is expired, how do I get it back"),
    ("mloa-hardware-instead-of-otp", "What is the difference between the FIS hardware and an OTP?"),
    ("mloa-hardware-instead-of-otp", "Unser MLOA-Zertifikat ist abgelaufen, wer erneuert es?"),
]
OF_MAG = [
    ("prolongation-after-expiry", "My access to MAG ran out a week ago, how do I reactivate it?"),
    ("expired-over-60-days", "ForumPass-Konto seit vier Monaten abgelaufen, was nun?"),
    ("resend-prolongation-link", "Please send the prolongation link for my MAG account again"),
    ("mfa-mandatory-enrol", "Ist die MFA auch bei ForumPass Pflicht?"),
]
BARRED = [
    *IN_VAIN,
    *(("who-is-organisation-administrator", text) for text in NO_ADMINISTRATOR),
    *NEAR,
    *OF_MAG,
]
OTHERS = [
    "Does our new trainee already have an account?",
    "Has my manager agreed to the terms by now?",
    "Ist es so, ob meine Kollegin Lena Voss schon ein Konto hat?",
    "Wer von uns hat eigentlich ein Konto?",
]


@pytest.mark.parametrize(("topic", "text"), BARRED)
def test_what_an_article_cannot_answer_is_none_of_its_own(topic: str, text: str) -> None:
    assert topic not in {one.topic for one in shipped().read(text).candidates}


@pytest.mark.parametrize("text", OTHERS)
def test_what_others_have_is_not_told(text: str) -> None:
    assert shipped().read(text).barrier is Barrier.SOMEBODY_ELSE


@pytest.mark.parametrize("text", TAKEN)
def test_a_credential_in_use_is_never_given_on(text: str) -> None:
    assert GIVEN not in {one.topic for one in shipped().read(text).candidates}


@pytest.mark.parametrize("text", UNTAKEN)
def test_one_that_nobody_activated_is(text: str) -> None:
    assert shipped().read(text).topic == GIVEN


def test_no_article_is_kept_from_its_own_phrasings() -> None:
    told = [
        (topic, line)
        for topic, both in articles.load().items()
        for article in both.values()
        for line in (article.title, *article.phrasings)
    ]

    assert [line for topic, line in told if topic in guard.barred(line)] == []


def test_what_staff_taught_does_not_lead_there_either() -> None:
    taught = Learned([(GIVEN, "may the next engineer have the OTP of the last one that was never activated")])
    text = "may the next engineer have the OTP of the last one that was activated"
    reading = taught.read(shipped().read(text), text, shipped().read)

    assert GIVEN not in {one.topic for one in reading.candidates}
    with pytest.raises(WordsBarred):
        check_teachable(text, GIVEN)
