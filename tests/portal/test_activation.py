"""Activation: nothing counts before all of it is there, nothing burns the link, nobody learns anything."""

import re

import pytest

from bot.domain.accounts import AccountStatus
from bot.domain.security_questions import Question
from bot.store import accounts, links, passwords, security_questions
from bot.store.database import transaction
from tests.portal.conftest import Town
from tests.portal.people import ANSWERS, GOOD, NEW, Person, a_person, csrf_of, people


def dump(town: Town) -> list[str]:
    with town.bot.connect() as db:
        return list(db.conn.iterdump())


def password_of(person: Person) -> str:
    with person.town.bot.connect() as db:
        return accounts.find_password(db, person.number)


def test_two_steps_make_an_active_account_whose_owner_is_signed_in(town: Town) -> None:
    greta = a_person(town)
    first = greta.client.get(greta.link).text
    second = greta.choose()
    asked = greta.client.get(second.location).text
    done = greta.post(second.location, **ANSWERS)

    assert greta.account.user_id in first
    rules = ("have at least 12 characters", "not contain any part of your User ID", "be new: none of your")
    assert all(words in first for words in rules)
    assert (second.status_code, done.status_code, done.location) == (303, 303, "/dashboard")
    assert asked.count("<select") == 3
    assert greta.account.status is AccountStatus.ACTIVE
    assert greta.client.get("/password").text.count("Your present password") == 0  # the 24 hours are told
    (mail,) = greta.mails("activated")
    assert not any(secret in mail for secret in (GOOD, *ANSWERS.values(), greta.link))
    assert greta.stranger().get(greta.link).status_code == 404


def test_nothing_that_was_typed_lies_in_the_database_or_the_trail(town: Town) -> None:
    greta = a_person(town)
    greta.activate()
    answers = [ANSWERS[f"answer{number}"] for number in (1, 2, 3)]
    kept = "\n".join(dump(town))

    assert not any(secret in kept for secret in (GOOD, *answers))
    with town.bot.connect() as db:
        assert [one for one, _ in security_questions.list_of_account(db, greta.number)] == [
            Question.TEACHER,
            Question.PET,
            Question.DISH,
        ]


@pytest.mark.slow
def test_a_scanner_that_follows_and_submits_everything_burns_nothing(town: Town) -> None:
    greta = a_person(town)
    before = dump(town)
    for _ in range(2):
        for client in (greta.client, greta.stranger()):
            client.head(greta.link)
            page = client.get(greta.link).text
            client.post(greta.link, data={"csrf_token": csrf_of(page)})
            client.post(greta.link, data={"csrf_token": csrf_of(page), "password": "x", "again": "x"})
            client.get(f"{greta.link}/questions/{'x' * 43}")
            client.get(f"{greta.link}/again")
    assert dump(town) == before

    assert greta.activate().location == "/dashboard"


@pytest.mark.slow
def test_each_tab_has_the_password_that_was_chosen_in_it(town: Town) -> None:
    greta = a_person(town)
    one, other = greta.choose(GOOD), greta.choose(NEW)
    assert greta.post(one.location, **ANSWERS).location == "/dashboard"

    assert greta.hasher.verify(password_of(greta), GOOD)
    assert greta.client.get(other.location).location == "/dashboard"
    assert greta.stranger().get(other.location).status_code == 404
    with town.bot.connect() as db:
        assert db["password_drafts"].count == 0


@pytest.mark.slow
def test_a_draft_lasts_a_day_and_then_the_password_is_chosen_again(town: Town) -> None:
    greta = a_person(town)
    second = greta.choose().location
    town.wait(hours=25)
    page = greta.client.get(second).text

    assert "Please choose it again" in page
    assert 'name="password"' in page
    assert greta.activate().location == "/dashboard"


def test_a_draft_of_somebody_else_is_none(town: Town) -> None:
    greta, tom, *_ = people(town)
    draft = greta.choose().location.rpartition("/")[2]

    assert "Please choose it again" in tom.client.get(f"{tom.link}/questions/{draft}").text
    assert password_of(tom) == ""


#: what is chosen, what is typed again, and what is said of it
BAD = (
    ("kurz", "kurz", "fewer than 12 characters"),
    ("password1234", "password1234", "no upper-case letter"),
    ("Greta fährt 4 Boote", "Greta fährt 4 Boote", "first or last name"),
    (GOOD, GOOD + "x", "not the same"),
    ("Aa1!" * 2_000, "Aa1!" * 2_000, "more than 128 characters"),
    ("\x00" * 20, "\x00" * 20, "no symbol and no digit"),
    ("<script>alert(1)</script>", "{{7*7}}", "not the same"),
)


def test_a_password_that_will_not_do_is_told_beside_its_field_and_never_shown_again(town: Town) -> None:
    greta = a_person(town)
    for password, again, said in BAD:
        answer = greta.choose(password, again)

        assert answer.status_code == 400
        assert said in answer.text
        assert 'role="alert"' in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert f'value="{password}' not in answer.text
        assert "<script>alert" not in answer.text


def test_a_password_that_is_short_and_typed_otherwise_again_hears_both(town: Town) -> None:
    page = a_person(town).choose("kurz1", "Kurz1").text

    assert "fewer than 12 characters" in page
    assert "not the same" in page
    assert 'data-rule="short" class="broken"' in page
    assert 'data-rule="no_lower" class="kept"' in page


def test_the_marks_of_kept_rules_stay_where_only_the_second_field_is_wrong(town: Town) -> None:
    page = a_person(town).choose(GOOD, GOOD + "x").text

    assert 'class="broken"' not in page
    assert 'data-rule="short" class="kept"' in page
    assert 'data-rule="used" class=' not in page


@pytest.mark.slow
def test_what_is_too_large_or_no_text_is_refused_and_the_link_stays(town: Town) -> None:
    greta = a_person(town)
    csrf = csrf_of(greta.client.get(greta.link).text)
    large = greta.client.post(greta.link, data={"csrf_token": csrf, "password": "x" * 1_100_000})
    raw = f"csrf_token={csrf}&password=%ED%A0%80Esel+Boot3&again=%ED%A0%80Esel+Boot3"
    broken = greta.client.post(greta.link, data=raw, content_type="application/x-www-form-urlencoded")

    assert large.status_code == 413
    assert broken.status_code in {303, 400}
    assert greta.activate().location == "/dashboard"


WRONG_ANSWERS: tuple[tuple[dict[str, str], str], ...] = (
    ({"question2": "teacher"}, "Question 2: you have chosen this question above"),
    ({"question1": "favourite_colour' or 1=1"}, "Question 1: please choose a question"),
    ({"answer3": " ! "}, "Question 3: the answer needs at least three letters"),
    ({"answer2": "frau  GRUN"}, "Question 2: you have given this answer above"),
    ({"answer1": "x" * 5_000}, "Question 1: the answer is too long"),
    ({"question3": ""}, "Question 3: please choose a question"),
)


def test_questions_and_answers_that_will_not_do_are_told(town: Town) -> None:
    greta = a_person(town)
    second = greta.choose().location
    for changed, said in WRONG_ANSWERS:
        answer = greta.post(second, **{**ANSWERS, **changed})

        assert (answer.status_code, said in answer.text) == (400, True)
        assert "1=1" not in re.sub(r"<p class=.*?</p>", "", answer.text)
    assert greta.account.status is AccountStatus.WAITING


def test_used_expired_and_unknown_links_say_the_same_and_offer_a_new_one(town: Town) -> None:
    greta, tom, *_ = people(town)
    tom.activate()
    town.wait(days=15)
    unknown = "/activate/" + "A" * 43
    pages = [greta.client.get(path).text for path in (greta.link, tom.link, unknown)]
    told = {re.sub(r'(action="/activate/|value=")[^"]*', "", page) for page in pages}
    before = len(greta.mails("activation"))
    answers = {
        (answer.status_code, answer.location)
        for path in (greta.link, tom.link, unknown)
        for answer in [greta.client.post(f"{path}/again", data={"csrf_token": csrf_of(pages[0])})]
    }

    assert len(told) == 1
    assert answers == {(303, "/activate/sent")}
    assert len(greta.mails("activation")) == before + 1
    assert len(tom.mails("activation")) == 1


@pytest.mark.slow
def test_a_pages_new_links_are_few_and_the_earlier_ones_keep_working(town: Town) -> None:
    greta = a_person(town)
    csrf = csrf_of(greta.client.get(greta.link).text)
    for minutes in (0, 5, 1, 1):
        town.wait(minutes=minutes)
        greta.client.post(f"{greta.link}/again", data={"csrf_token": csrf})

    assert len(greta.mails("activation")) == 2
    assert greta.activate().location == "/dashboard"


@pytest.mark.slow
def test_wrong_tries_delete_no_account(town: Town) -> None:
    greta = a_person(town)
    csrf = csrf_of(greta.client.get(greta.link).text)
    for _ in range(30):
        greta.client.post(greta.link, data={"csrf_token": csrf, "password": "kurz", "again": "kurz"})

    assert greta.activate().location == "/dashboard"


@pytest.mark.slow
def test_an_account_that_was_deactivated_meanwhile_is_not_activated(town: Town) -> None:
    greta = a_person(town)
    second = greta.choose().location
    with town.bot.connect() as db, transaction(db):
        accounts.move(
            db, greta.number, since=AccountStatus.WAITING, to=AccountStatus.DEACTIVATED, now=town.clock.now()
        )
        assert links.find_subject(db, greta.link.rpartition("/")[2], purpose="activation")

    assert greta.client.get(second).status_code == 404
    assert greta.account.status is AccountStatus.DEACTIVATED
    with town.bot.connect() as db:
        assert passwords.list_hashes(db, [greta.number], limit=9) == []
