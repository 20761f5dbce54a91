"""The contact page and what is said of answers: first an answer, then a person; alike for every stranger."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from bot.domain.conversations import Conversation, ConversationState
from bot.domain.diagnosis import Cause
from bot.services import conversations, diagnosis, faq_mails
from bot.services.queueing import issue_link
from bot.store.database import rows, transaction
from tests.people import PASSWORD
from tests.portal.conftest import Town
from tests.portal.people import csrf_of
from tests.portal.test_sign_in import settled
from tests.rendering.test_diagnosis import WHOLE

QUESTION = "My account is locked, for how long? <b>&lt;!channel&gt; <@U1>"
#: what a page of the portal mends
MENDED_BY_THEM = {
    Cause.TERMS, Cause.NO_KEY, Cause.NO_PHONE, Cause.WEAK_SESSION, Cause.CODE_OLD, Cause.MAIL_BACK,
    Cause.MAIL_GIVEN_UP, Cause.ENDING,
}  # fmt: skip
LOCKED = "My account is locked after too many wrong passwords. How long does that last?"
FORM = {"do": "send", "question": QUESTION, "name": "Mara Lind", "email": "Mara@Lind.example.org"}


def asked(town: Town) -> list[Conversation]:
    with town.bot.connect() as db:
        return [conversations.get(db, f"Q-{one['id']}") for one in rows(db, "select id from conversations")]


def owner_of(page: str) -> str:
    """Of which programme the desk is that the first answer names."""
    found = re.search(r"This answer comes from [^(]*\((.+?)\)", page)
    return found[1] if found else ""


def opinions(town: Town) -> list[tuple[Any, ...]]:
    with town.bot.connect() as db:
        return [tuple(one.values()) for one in rows(db, "select topic, helped, why from faq_opinions")]


@pytest.mark.parametrize(("lang", "said"), [("en", "30 minutes"), ("de", "30 Minuten")])
def test_a_question_is_answered_in_its_own_language_on_whichever_page(
    town: Town, lang: str, said: str
) -> None:
    """And by a person, too: what decides is the words."""
    other = {"en": "de", "de": "en"}[lang]
    question = {"en": "My account is locked, how long?", "de": "Mein Konto ist gesperrt, wie lange?"}[lang]
    client = town.client()
    token = csrf_of(client.get(f"/contact?lang={other}").text)
    form = {**FORM, "question": question, "csrf_token": token}
    looked = client.post(f"/contact?lang={other}", data={**form, "do": "look"})
    client.post(f"/contact?lang={other}", data=form)

    assert said in looked.text
    assert f'<html lang="{other}"' in looked.text
    assert f'<div lang="{lang}">' in looked.text
    assert [one.lang for one in asked(town)] == [lang]


def test_nothing_is_said_to_stand_above_where_nothing_was_found(town: Town) -> None:
    client = town.client()
    token = csrf_of(client.get("/contact").text)
    for question, stands in (
        ("What is the weather in Hamburg?", False),
        ("My account is locked, for how long?", True),
    ):
        data = {"csrf_token": token, "do": "look", "question": question}
        assert ("If nothing above answers" in client.post("/contact", data=data).text) is stands


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (LOCKED, False),
        (f"{LOCKED} Please also send us the invoice for our three seats.", True),
        ("Please send us the invoice for our three seats.", False),
    ],
)
def test_what_no_article_answers_of_a_question_is_said_to_be_for_a_person(
    town: Town, question: str, said: bool
) -> None:
    client = town.client()
    data = {"csrf_token": csrf_of(client.get("/contact").text), "do": "look", "question": question}
    pages = (client.post("/contact", data=data).text, client.get("/faq", query_string={"q": question}).text)

    assert ["that these lines do not answer" in page for page in pages] == [said, said]


def test_who_is_signed_in_is_sent_to_the_support_of_their_own_programme(town: Town) -> None:
    """As long as their question names no other."""
    village = settled(town)
    browser = village.browser()
    asked, extranet = quote(LOCKED), quote("My Extranet account is locked. For how long?")
    stranger = village.browser().get(f"/faq?q={asked}").text
    browser.sign_in(village.people[0].user_id, PASSWORD)
    own, named = (browser.get(f"/faq?q={question}").text for question in (asked, extranet))

    assert [owner_of(page) for page in (stranger, own, named)] == [
        "Partner Extranet", "MAG / ForumPass", "Partner Extranet",
    ]  # fmt: skip


@pytest.mark.parametrize(("lang", "said"), [("en", "30 minutes"), ("de", "30 Minuten")])
def test_answers_come_first_and_then_a_person_has_it(town: Town, lang: str, said: str) -> None:
    client = town.client()
    first = client.get(f"/contact?lang={lang}")
    question = {"en": "My account is locked, how long?", "de": "Mein Konto ist gesperrt, wie lange?"}[lang]
    looked = client.post(
        f"/contact?lang={lang}",
        data={"csrf_token": csrf_of(first.text), "do": "look", "question": question},
    )
    assert 'name="email"' not in first.text
    assert said in looked.text
    assert 'name="email"' in looked.text
    sent = client.post(
        f"/contact?lang={lang}", data={**FORM, "question": question, "csrf_token": csrf_of(looked.text)}
    )
    (one,) = asked(town)

    assert (sent.status_code, sent.location) == (303, f"/contact/sent?lang={lang}")
    assert "3 March 2026" in client.get("/contact/sent").text
    assert (one.channel, one.state, one.address, one.verified, one.lang) == (
        "web", ConversationState.OPEN, "mara@lind.example.org", False, lang,
    )  # fmt: skip
    with town.bot.connect() as db:
        card = conversations.get_card(db, town.bot.desk, one.ref, now=town.clock.now())
    assert [tried.topic for tried in card.tried] == ["account-locked"]


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"question": " ?! "}, 400, "what you would like to know"),
        ({"question": "why? " * 801}, 400, "it has 4004 characters, and 4000 find room here"),
        ({"do": "look", "question": "why? " * 801}, 400, "it has 4004 characters"),
        ({"name": " "}, 400, "who asks"),
        ({"email": "mara"}, 400, "anna@example.com"),
        ({"do": "look", "question": ""}, 400, "what you would like to know"),
        ({"do": "drop"}, 400, ""),
        ({"website": "https://evil.example"}, 303, ""),
    ],
    ids=["question", "length", "length-looked", "name", "email", "nothing", "odd", "robot"],
)
def test_what_cannot_be_answered_goes_nowhere(
    town: Town, changed: dict[str, str], status: int, said: str
) -> None:
    client = town.client()
    token = csrf_of(client.get("/contact").text)
    answer = client.post("/contact", data={**FORM, **changed, "csrf_token": token})

    assert (answer.status_code, asked(town)) == (status, [])
    assert said in answer.text


def test_breaks_count_as_in_the_browser_and_a_question_of_full_length_is_kept_whole(town: Town) -> None:
    client, question = town.client(), "locked\r\n" * 571 + "why"
    token = csrf_of(client.get("/contact").text)
    client.post("/contact", data={**FORM, "question": question, "csrf_token": token})

    assert len(question) > 4_500
    assert asked(town)[0].words == question.replace("\r\n", "\n")


def test_a_question_that_is_too_long_stays_whole_in_its_field(town: Town) -> None:
    client, question = town.client(), "locked " * 20_000 + "by whom?"
    token = csrf_of(client.get("/contact").text)
    page = client.post("/contact", data={**FORM, "question": question, "csrf_token": token}).text

    assert f">{question}</textarea>" in page
    assert page.count('class="fault"') == 1


def test_what_strangers_write_stays_text(town: Town) -> None:
    client = town.client()
    token = csrf_of(client.get("/contact").text)
    page = client.post("/contact", data={**FORM, "do": "look", "csrf_token": token}).text

    assert "<b>" not in page


@pytest.mark.slow
def test_one_address_asks_ten_times_a_day(town: Town) -> None:
    client = town.client()
    token = csrf_of(client.get("/contact").text)
    data = {**FORM, "csrf_token": token}
    answers = [client.post("/contact", data={**data, "question": f"{QUESTION} {n}"}) for n in range(11)]

    assert [one.status_code for one in answers] == [303] * 10 + [409]
    assert len(asked(town)) == 10


@pytest.mark.slow
def test_one_network_is_held_back(town: Town) -> None:
    client = town.client()
    token = csrf_of(client.get("/contact").text)
    data = {**FORM, "do": "look", "csrf_token": token}

    assert [client.post("/contact", data=data).status_code for _ in range(31)][-2:] == [200, 429]


def test_who_is_signed_in_is_known_and_hears_what_is_true_for_them(town: Town) -> None:
    village = settled(town)
    browser, person = village.browser(), village.people[0]
    browser.sign_in(person.user_id, PASSWORD)
    page = browser.get("/contact?q=I+cannot+open+the+application&tried=reset-password").text
    browser.post("/contact", on="/contact", **{**FORM, "email": "other@evil.example.org"})
    (one,) = asked(village)

    assert person.email in page
    assert "True for your account" in page
    assert "/applications/ForumPass/terms" in page  # where an administrator mends it
    assert (one.address, one.name, one.verified) == (person.email, person.name, True)


@pytest.mark.parametrize("cause", Cause)
def test_whatever_is_true_for_them_the_page_stands_and_leads_on(
    town: Town, cause: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    village = settled(town)
    browser, found = village.browser(), replace(WHOLE, cause=cause, yours=True)
    browser.sign_in(village.people[0].user_id, PASSWORD)
    monkeypatch.setattr(diagnosis, "diagnose", lambda *_, **__: (found,))
    asking = "q=How+do+I+reset+my+password&tried=reset-password"
    answers = [browser.get(f"/{page}?{asking}") for page in ("faq", "contact")]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert ["True for your account" in answer.text for answer in answers] == [True, True]
    true = [
        answer.text.partition("True for your account")[2].partition("</section>")[0] for answer in answers
    ]
    assert [one.count('<a class="onward"') for one in true] == [int(cause in MENDED_BY_THEM)] * 2


def test_an_article_is_judged_without_a_script_and_leads_to_a_person_with_the_question(town: Town) -> None:
    client = town.client()
    page = client.get("/faq/account-locked?q=still+locked")
    data = {"csrf_token": csrf_of(page.text), "q": "still locked"}
    yes = client.post("/faq/account-locked", data={**data, "helped": "yes"})
    no = client.post("/faq/account-locked", data={**data, "helped": "no", "why": "unclear"})
    contact = client.get(no.location).text

    assert "Thank you" in client.get(yes.location).text
    assert re.search(r"<textarea[^>]*>still locked</textarea>", contact)
    assert 'name="tried" value="account-locked"' in contact
    assert opinions(town) == [("account-locked", 1, ""), ("account-locked", 0, "unclear")]
    assert client.post("/faq/account-locked", data={**data, "helped": "maybe"}).status_code == 400
    assert client.post("/faq/none", data={**data, "helped": "no"}).status_code == 404


def test_the_link_of_an_answer_shows_and_acts_only_when_it_is_sent(town: Town) -> None:
    client = town.client()
    token = csrf_of(client.get("/contact?lang=de").text)
    client.post(
        "/contact?lang=de", data={**FORM, "question": "Konto gesperrt, wie lange?", "csrf_token": token}
    )
    with town.bot.connect() as db, transaction(db):
        now = town.clock.now()
        until = now.replace(year=now.year + 1)
        link = issue_link(
            db, town.bot.desk, "Q-1", purpose=faq_mails.LINK, path="faq/answer", until=until, now=now
        )
    path = link.removeprefix("https://portal.example.com")
    for _ in range(3):
        page = client.get(path)
    assert opinions(town) == []
    answer = client.post(path, data={"csrf_token": csrf_of(page.text), "helped": "no", "why": "wrong"})

    assert "Hat das geholfen?" in page.text
    assert re.findall(r'name="helped" value="(\w+)" required checked', page.text) == ["no"]
    assert "Ein Mensch hat jetzt Ihre Frage Q-1" in client.get(answer.location).text
    assert opinions(town) == [("account-locked", 0, "wrong")]
