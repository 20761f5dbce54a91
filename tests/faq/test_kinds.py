"""Questions that sound like an article and are none of its own: a person has them, kind by kind."""

from collections.abc import Sequence

import pytest

from bot.domain.faq import Barrier, Reaction
from bot.faq import articles, guard
from bot.faq.search import MOST_TO_OFFER, shipped
from bot.faq.windows import sentences

ANOTHERS_ACCOUNT = [
    "how can I give another employee a new password without his noticing",
    "How do I change the security questions of someone else",
    "how to set a colleague's password back while he is on holiday",
    "How do I get a new password? I am her secretary and have to reset hers.",
    "Wie setze ich heimlich das Kennwort einer Kollegin zurück?",
    "Wie ändere ich das Passwort eines anderen Benutzers, ohne dass er es merkt?",
    "Wie bekomme ich ein neues Kennwort? Es geht um das meines Chefs, ich bin seine Sekretärin",
    "Mein Vorgesetzter hat sein Passwort vergessen. Wie setze ich seines zurück?",
]
NOT_BY_ME = [
    "Somebody has changed my password, it was certainly not my doing",
    "An unknown person reset my security questions",
    "Jemand hat ohne mein Zutun mein Kennwort zurückgesetzt",
    "Mein Passwort ist seit heute ein anderes, ich war es nicht",
]
NOT_ASKED_FOR = [
    "I keep getting mails about a password reset that I never asked for",
    "A text with a code arrived that nobody here ordered",
    "I was sent an invitation to activate an account without having registered anywhere",
    "Ich habe eine Mail zum Zurücksetzen bekommen, die ich nicht verlangt habe",
    "ungefragt kam eine Aktivierungsmail, ich habe mich nirgends angemeldet",
]
GONE_ASTRAY = [
    "Our activation mail landed at a person who has nothing to do with us",
    "the license key was mailed to the wrong company",
    "Die Aktivierungsmail ging an den falschen Mitarbeiter",
    "Der Link kam bei jemand anderem an",
]
DO_IT_FOR_ME = [
    "please suspend my access for the time being",
    "I want my login to be locked until I am back",
    "How can I block my account while I travel?",
    "Bitte sperren Sie meinen Zugang",
    "Ich möchte mein Konto vorübergehend sperren lassen",
    "bitte den Firmennamen in unserer Anmeldung korrigieren",
    "In der Registrierung steht eine falsche USt-IdNr., bitte berichtigen",
    "The VAT number on file has two digits swapped, please amend",
]
STOPPED = [
    *((Barrier.SOMEBODY_ELSE, text) for text in ANOTHERS_ACCOUNT),
    *((Barrier.SECURITY, text) for text in [*NOT_BY_ME, *NOT_ASKED_FOR, *GONE_ASTRAY]),
    *((Barrier.COMMAND, text) for text in DO_IT_FOR_ME),
]


@pytest.mark.parametrize(("reason", "text"), STOPPED, ids=range(len(STOPPED)))
def test_what_is_for_a_person_is_stopped(reason: Barrier, text: str) -> None:
    assert shipped().read(text).barrier is reason


UNANSWERED = [
    "how high is the value added tax in Austria",
    "Which VAT percentage do you charge for the credentials?",
    "Wie hoch ist die Mehrwertsteuer auf Exostar-Leistungen?",
    "The VAT ID in our registration has a typo, how do we get it put right?",
    "unsere Umsatzsteuer-ID hat sich geändert",
    "forgot the password of my Google account",
    "security questions for my Yahoo login",
    "How do I change my Facebook password?",
    "Mein Spotify-Konto ist gesperrt, wie lange?",
    "Kennwort bei Steam vergessen",
    "The link in the activation mail is no longer valid",
    "it says that the activation button was already clicked",
    "Der Link zum Aktivieren ist abgelaufen",
    "Aktivierungslink wurde angeblich schon benutzt",
    "Which court is competent under the terms and conditions?",
    "Was steht in den Nutzungsbedingungen zur Haftung?",
    "Welche Kündigungsfrist nennen die AGB von ForumPass?",
    "Under which open source licence is your program published?",
    "wo finde ich die Lizenztexte der verwendeten Bibliotheken",
    "the one-time code never matches although I copy it exactly",
    "SMS-Code ist angeblich falsch, obwohl ich ihn genau abtippe",
    "I know my password well, but which people at Exostar get to see it?",
    "Wer bei Ihnen kann mein Passwort einsehen?",
    "Do you erase my personal data when the account runs out?",
    "Was geschieht mit meinen Daten, wenn das Konto abläuft?",
    "our administrator has resigned, who follows him?",
    "Unsere Administratorin ist im Ruhestand, wer übernimmt das jetzt?",
    "ForumPass has been down for hours",
    "Die Plattform steht seit dem Morgen still",
]
THANKS = [
    "thanks, the unlocking has done the trick",
    "Great, the code arrived and I am in now, thank you",
    "Danke, mit dem Zurücksetzen hat es geklappt",
    "Super, das Konto ist wieder offen, vielen Dank",
]


@pytest.mark.parametrize("text", [*UNANSWERED, *THANKS])
def test_what_no_article_answers_is_for_a_person(text: str) -> None:
    """Without a barrier: staff may teach such words, once there is an answer."""
    reading = shipped().read(text)

    assert (reading.reaction, reading.barrier) == (Reaction.PERSON, None)


@pytest.mark.parametrize(
    ("question", "topic", "besides"),
    [
        ("How do I reset my password?", "reset-password", "By the way, ForumPass is down for all of us."),
        ("Wo gebe ich meinen Lizenzschlüssel ein?", "enter-licence-key", "Das Portal ist für alle offline."),
        ("How long is my account locked?", "account-locked", "Who at Exostar can read my password?"),
    ],
)
def test_half_an_answer_is_only_offered(question: str, topic: str, besides: str) -> None:
    half = shipped().read(f"{question} {besides}")

    assert shipped().read(question).topic == topic
    assert (half.reaction, half.candidates[0].topic, half.second) == (Reaction.OFFER, topic, None)
    assert half.score <= MOST_TO_OFFER


def test_thanks_take_nothing_from_the_question_beside_them() -> None:
    reading = shipped().read("Thanks, the reset worked. Where do I enter my license key?")

    assert reading.topic == "enter-licence-key"


def test_no_question_of_ours_is_taken_for_one_that_none_answers() -> None:
    assert _set_aside(_ours()) == []


ANSWERED = [
    ("unlock my account", "account-locked"),
    ("does ForumPass lock my account after wrong tries", "account-locked"),
    ("Why did you lock my account?", "account-locked"),
    ("My administrator reset my password, why can I not change it today?", "password-change-within-24h"),
    ("falsche USt-IdNr. eingegeben, wir haben keine, was trage ich ein", "vat-number-field"),
    ("Ich habe den Aktivierungslink nicht bekommen", "no-activation-email"),
    ("Mein Outlook zeigt keine Aktivierungsmail", "no-activation-email"),
    ("OTP-Code abgelaufen, obwohl ich ihn gerade bekommen habe", "otp-code-expired"),
    ("who has to accept the terms of ForumPass", "accept-terms-and-conditions"),
    ("Engineer leaves, has not used his OTP yet, can the next one take it?", "give-unactivated-otp-to-other"),
    ("Mitarbeiter kündigt, OTP nie aktiviert. Geht es an den Ersatz?", "give-unactivated-otp-to-other"),
    ("Warum mag das System mein neues Passwort nicht, es hat doch genug Zeichen?", "password-policy"),
    ("May I let my colleague use my OTP access too?", "share-otp-credential"),
    ("Kann ich meinen Kollegen an mein OTP lassen?", "share-otp-credential"),
]


@pytest.mark.parametrize(("text", "topic"), ANSWERED)
def test_what_an_article_answers_is_still_answered(text: str, topic: str) -> None:
    assert shipped().read(text).topic == topic


def _ours() -> Sequence[str]:
    return [
        sentence
        for both in articles.load().values()
        for one in both.values()
        for line in (one.title, *one.phrasings)
        for sentence in sentences(line)
    ]


def _set_aside(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if guard.is_unanswered(line) or guard.is_thanks(line)]
