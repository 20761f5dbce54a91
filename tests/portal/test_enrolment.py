"""The page that sets up an authenticator: shows to the holder of its link, acts on a first code only."""

import html
import re

import pyotp
import pytest
from flask.testing import FlaskClient

from bot.store import authenticators
from tests.portal.conftest import AVERY, Town


def secret_of(page: str) -> str:
    found = re.search(r'<p class="secret"><code>([A-Z2-7 ]+)</code>', page)
    assert found is not None
    return found[1].replace(" ", "")


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def post(client: FlaskClient, path: str, page: str, **fields: str) -> tuple[int, str]:
    answer = client.post(path, data={"csrf_token": csrf_of(page), **fields})
    return answer.status_code, answer.text


def is_set_up(town: Town) -> bool:
    with town.bot.connect() as db:
        return AVERY.id in authenticators.list_confirmed(db)


def mails(town: Town) -> int:
    with town.bot.connect() as db:
        return int(db.execute("select count(*) from outbox where template = 'enrolment'").fetchone()[0])


def test_the_page_shows_the_code_drawn_and_written_and_a_first_code_ends_it(town: Town) -> None:
    link, client = town.enroll(), town.client()
    answer = client.get(link)
    page = answer.text

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "<svg viewBox=" in page
    assert "<title>QR code for an authenticator app</title>" in page
    assert "<script" not in page
    assert "style=" not in page
    code = pyotp.TOTP(secret_of(page)).at(town.clock.now())
    status, done = post(client, link, page, code=f"{code[:3]} {code[3:]}")
    assert (status, "Your authenticator is set up" in done) == (200, True)
    assert is_set_up(town)
    assert secret_of(page) not in client.get(link).text


def test_the_qr_code_holds_what_is_written_beside_it(town: Town) -> None:
    page = town.client().get(town.enroll()).text
    found = re.search(r'href="(otpauth:[^"]+)"', page)

    assert found is not None
    uri = pyotp.parse_uri(html.unescape(found[1]))
    assert uri.secret == secret_of(page)
    assert uri.name == "avery@desk.example.com"


@pytest.mark.parametrize("code", ["", "000 00", "abcdef", "1" * 5000, "\U0001f600", "\uff11" * 6])
def test_a_wrong_code_shows_the_page_again_with_what_to_do(town: Town, code: str) -> None:
    link, client = town.enroll(), town.client()
    page = client.get(link).text
    status, again = post(client, link, page, code=code)

    assert status == 400
    assert 'role="alert"' in again
    assert secret_of(again) == secret_of(page)
    assert not is_set_up(town)


def test_nothing_is_set_up_without_a_token_of_the_form_or_from_another_site(town: Town) -> None:
    link, client = town.enroll(), town.client()
    page = client.get(link).text
    code = pyotp.TOTP(secret_of(page)).at(town.clock.now())

    assert client.post(link, data={"code": code}).status_code == 400
    elsewhere = client.post(
        link,
        data={"code": code, "csrf_token": csrf_of(page)},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert elsewhere.status_code == 400
    assert not is_set_up(town)


def test_looking_changes_nothing(town: Town) -> None:
    link, client = town.enroll(), town.client()
    with town.bot.connect() as db:
        before = list(db.conn.iterdump())
    for _ in range(3):
        client.get(link)
        client.head(link)
        client.get(f"{link}/again")
    with town.bot.connect() as db:
        assert list(db.conn.iterdump()) == before


def test_used_old_and_unknown_links_say_the_same_to_everybody(town: Town) -> None:
    used, client = town.enroll(), town.client()
    page = client.get(used).text
    post(client, used, page, code=pyotp.TOTP(secret_of(page)).at(town.clock.now()))
    answers = [client.get(used), client.get("/enroll/" + "A" * 43)]
    with town.bot.connect() as db:
        authenticators.drop(db, AVERY.id)
    old = town.enroll()
    town.wait(days=1)
    answers.append(client.get(old))

    def bare(text: str) -> str:
        return re.sub(r'/enroll/[^/"]+|name="csrf_token" value="[^"]+"', "", text)

    assert {answer.status_code for answer in answers} == {404}
    assert len({bare(answer.text) for answer in answers}) == 1
    assert "avery" not in answers[-1].text.lower()


def test_an_old_link_asks_for_a_new_one_and_everybody_hears_the_same(town: Town) -> None:
    old, client = town.enroll(), town.client()
    town.wait(days=1)
    page = client.get(old).text
    known = post(client, f"{old}/again", page)
    assert mails(town) == 2
    unknown = post(client, "/enroll/unknown/again", page)

    assert known == unknown
    assert known[0] == 200
    assert mails(town) == 2
    assert "avery" not in known[1].lower()
    assert client.get(f"/enroll/{town.tokens[-1]}").status_code == 200


@pytest.mark.parametrize("token", ["a" * 10_000, "%00", "%ff%fe", "' or 1=1 --", "{{7*7}}", "%e2%80%ae"])
def test_hostile_tokens_get_the_kind_page(town: Town, token: str) -> None:
    answer = town.client().get(f"/enroll/{token}")

    assert answer.status_code == 404
    assert "Send me a new link" in answer.text


def test_german_readers_get_the_german_page(town: Town) -> None:
    page = town.client().get(town.enroll(), headers={"Accept-Language": "de"}).text

    assert "Authenticator-App einrichten" in page
    assert "Bestätigen" in page
