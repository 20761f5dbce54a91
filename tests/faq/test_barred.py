"""What some words of a message keep from being its answer, however near the rest comes to an article."""

import pytest

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
