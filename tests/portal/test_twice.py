"""The same form sent twice by the same browser: the second click sees what the first has reached."""

import re

import pytest
from flask.testing import FlaskClient

from bot.domain.outbox import JobStatus
from bot.store import outbox
from tests import invited as partners
from tests.people import PASSWORD
from tests.portal.conftest import Town
from tests.portal.neighbours import Neighbours, neighbours
from tests.portal.people import csrf_of

#: whose browser it is, the page with the form, where the form goes, and what is typed
FORMS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("stranger", "/invite/<token>", "", partners.FORM | partners.CONSENTS | {"do": "submit"}),
    (
        "stranger", "/contact", "",
        {"do": "send", "question": "Who?", "name": "Mara Lind", "email": "mara@lind.example.org"},
    ),
    ("stranger", "/register", "", {"email": "ada@quist.example.net"}),
    ("stranger", "/register/none", "/register/none/again", {}),
    ("ada", "/account", "/account/email", {"email": "ada.two@quist.example.net", "current": PASSWORD}),
    ("ada", "/users", "/users/invitations/1/call-back", {}),
    ("ada", "/users/3", "/users/3/credential", {}),
    ("ada", "/users/4", "/users/4/credential", {}),
    ("ada", "/users/3", "/users/3/role", {"role": "application_administrator"}),
    ("ada", "/users/3/deactivate", "", {"sure": "yes"}),
    ("ada", "/account/sessions", "", {"session": "", "current": PASSWORD}),
    ("ada", "/dashboard", "/dashboard/sign-out", {}),
)  # fmt: skip


def send(near: Neighbours, by: FlaskClient, at: str, form: dict[str, str]) -> tuple[int, str]:
    answer = near.ask(by, "POST", at, data=form, headers={"Sec-Fetch-Site": "same-origin"})
    return answer.status_code, answer.location or ""


def count_mails(near: Neighbours) -> int:
    with near.town.bot.connect() as db:
        return len(outbox.list_jobs(db, tuple(JobStatus)))


@pytest.mark.slow
def test_the_second_click_is_led_to_the_same_page_and_does_nothing_more(town: Town) -> None:
    near = neighbours(town)
    browsers = {"stranger": near.browser(), "ada": near.signed_in(near.victims[0])}
    for who, rule, at, typed in FORMS:
        by, page = browsers[who], rule.replace("<token>", near.links.get(rule, ""))
        shown = near.ask(by, "GET", page).text
        hidden = dict(re.findall(r'<input type="hidden" name="(seen)" value="(\w*)">', shown))
        form = typed | hidden | {"csrf_token": csrf_of(shown)}
        first = send(near, by, at or page, form)
        mails = count_mails(near)
        second = send(near, by, at or page, form)

        assert (first[0], second) == (303, first), (page, at)
        assert near.ask(by, "GET", second[1], follow_redirects=True).status_code == 200, (page, at)
        assert page.startswith("/register") or count_mails(near) == mails, (page, at)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "said"),
    [({"do": "yes"}, "nothing has changed yet"), ({"do": "no", "sure": "yes"}, "Nothing changes.")],
)
def test_each_end_of_an_address_change_sees_how_it_stands(
    town: Town, answer: dict[str, str], said: str
) -> None:
    near = neighbours(town)
    ada, by, at = near.victims[0], near.browser(), f"/email/{near.links['/email/<token>']}?lang=en"
    form = answer | {"user_id": ada.user_id, "csrf_token": csrf_of(near.ask(by, "GET", at).text)}

    assert send(near, by, at, form) == send(near, by, at, form)
    assert said in near.ask(by, "GET", at).text
    town.wait(hours=49)
    assert near.ask(by, "GET", at).status_code in {404, 410}
