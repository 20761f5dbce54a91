"""So many questions a day under one address: whoever merely types it uses up nothing of its owner's."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.domain.accounts import Account
from tests.portal.conftest import Town
from tests.portal.people import csrf_of
from tests.portal.test_contact import FORM, asked
from tests.portal.test_members import people, signed_in

__all__ = ["people"]  # pytest finds the fixture here


def send(client: FlaskClient, email: str, number: int) -> TestResponse:
    form = {**FORM, "question": f"My phone no. {number} is lost.", "email": email}
    return client.post("/contact", data=form | {"csrf_token": csrf_of(client.get("/contact").text)})


def fill_up(town: Town, client: FlaskClient, email: str) -> None:
    for number in range(town.bot.desk.policy.limits.answers_per_address):
        assert send(client, email, number).status_code == 303


def test_a_stranger_cannot_shut_an_owner_out(town: Town, people: list[Account]) -> None:
    fill_up(town, town.client(), people[0].email)
    owner = signed_in(town, people[0])

    assert owner.post("/contact", on="/contact", do="send", question="My phone is lost.").status_code == 303
    assert asked(town)[-1].verified


def test_beyond_the_cap_the_form_says_what_is_true_and_keeps_the_words(town: Town) -> None:
    fill_up(town, town.client(), "mara@lind.example.org")
    answer = send(town.client(), "mara@lind.example.org", 99)

    assert answer.status_code == 409
    assert "10 questions came under this address from people who were not signed in" in answer.text
    assert "You have asked" not in answer.text
    assert ">My phone no. 99 is lost.</textarea>" in answer.text
    assert 'value="Mara Lind"' in answer.text


def test_who_is_signed_in_has_a_cap_too_which_is_theirs(town: Town, people: list[Account]) -> None:
    owner = signed_in(town, people[0])
    for number in range(11):
        answer = owner.post("/contact", on="/contact", do="send", question=f"My phone no. {number} is lost.")

    assert answer.status_code == 409
    assert "You have asked 10 questions since yesterday" in answer.text
    assert ">My phone no. 10 is lost.</textarea>" in answer.text
    assert send(town.client(), people[0].email, 1).status_code == 303
