"""The lobby: buttons act on the world, the tour watches it, the clock turns forward."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from bot.sandbox.lobby import Lobby
from bot.sandbox.mail import MailWorld
from bot.sandbox.samples import DANA
from tests.sandbox.lobby.conftest import ORIGIN, StillClock
from tests.sandbox.mail.conftest import DESK, NOON, a_mail

pytestmark = pytest.mark.slow


def ticks(client: FlaskClient) -> list[str]:
    return re.findall(r'data-done="(\w+)"', client.get("/").get_data(as_text=True))


def press(client: FlaskClient, act: str) -> None:
    assert client.post(f"/acts/{act}", headers=ORIGIN).status_code == 303


def test_each_button_sends_a_real_mail_to_the_desk(
    world: MailWorld, client: FlaskClient, hall: Lobby
) -> None:
    page = client.get("/").get_data(as_text=True)
    buttons = re.findall(r'data-act="([\w-]+)"', page)
    assert len(buttons) == len(hall.acts)
    for number, act in enumerate([act for act in buttons if act not in ("monday", "withdrawal")], 1):
        press(client, act)

        assert len(world.mails(DESK)) == number


def test_a_busy_monday_brings_thirty_mails(world: MailWorld, client: FlaskClient) -> None:
    press(client, "monday")

    assert len(world.mails(DESK)) == 30
    assert "30 mails were sent" in client.get("/").get_data(as_text=True)


def test_a_withdrawal_answers_the_newest_mail_about_a_case_that_a_sponsor_got(
    world: MailWorld, client: FlaskClient, clock: StillClock
) -> None:
    press(client, "withdrawal")
    assert not world.mails(DESK)
    assert "send a RIS first" in client.get("/").get_data(as_text=True)

    for number, subject in enumerate(("Received (C-1)", "We could not read your file (Q-2)"), 1):
        head = f"From: {DESK}\nTo: {DANA[1]}\nSubject: {subject}\nMessage-ID: <ours.{number}@desk.example>"
        clock.turn(timedelta(minutes=1))
        world.submit(f"{head}\n\nHello.\n".encode(), DESK, DANA[1])
    press(client, "withdrawal")

    (stored,) = world.mails(DESK)
    assert b"In-Reply-To: <ours.1@desk.example>" in stored.raw
    assert b"please withdraw this case" in stored.raw


def test_a_bounce_brings_back_the_newest_mail_that_a_sponsor_got(
    world: MailWorld, client: FlaskClient
) -> None:
    raw = f"From: {DESK}\nTo: {DANA[1]}\nSubject: Confirmed\nMessage-ID: <ours.1@desk.example>\n\nHello.\n"
    world.submit(raw.encode(), DESK, DANA[1])
    press(client, "bounce")

    report = world.mails(DESK)[-1].raw
    assert b"Message-ID: <ours.1@desk.example>" in report
    assert f"rfc822; {DANA[1]}".encode() in report


def test_the_tour_ticks_itself_off_by_looking_at_the_world(world: MailWorld, client: FlaskClient) -> None:
    assert ticks(client) == ["no", "no", "no"]
    press(client, "complete")
    assert ticks(client) == ["yes", "no", "no"]
    world.submit(a_mail(to=DANA[1], from_=DESK), DESK, DANA[1])
    assert ticks(client) == ["yes", "yes", "no"]


def test_what_was_done_once_stays_ticked(clock: StillClock, client: FlaskClient) -> None:
    clock.turn(timedelta(days=1))
    assert ticks(client)[2] == "yes"
    clock.time = NOON

    assert ticks(client)[2] == "yes"


def test_the_first_open_step_is_the_current_one(client: FlaskClient) -> None:
    press(client, "complete")
    page = client.get("/").get_data(as_text=True)

    assert re.search(r'data-step="2" data-done="no" class="current"', page)


def test_the_version_changes_with_every_tick_and_deed(client: FlaskClient) -> None:
    seen = [client.get("/version").get_json()["version"]]
    press(client, "complete")
    seen.append(client.get("/version").get_json()["version"])

    assert seen[0] != seen[1]
    assert client.get("/version").get_json()["version"] == seen[1]


@pytest.mark.parametrize(
    ("form", "hours"),
    [
        ({"by": "3600"}, 1),
        ({"by": "86400"}, 24),
        ({"by": "2592000"}, 720),
        ({"to": "2026-03-05"}, 69),
    ],
)
def test_the_clock_turns_forward(
    client: FlaskClient, clock: StillClock, form: dict[str, str], hours: int
) -> None:
    client.post("/clock", data=form, headers=ORIGIN)

    assert clock.now() == NOON + timedelta(hours=hours)


@pytest.mark.parametrize(
    "form",
    [
        {"by": "0"},
        {"by": "-3600"},
        {"by": "-" + "9" * 30},
        {"by": "soon"},
        {"to": "2020-01-01"},
        {"to": "2026-03-02"},
        {"to": "9999-12-31"},
        {"to": "tomorrow"},
        {},
    ],
)
def test_what_is_not_forward_is_said_and_turns_nothing(
    client: FlaskClient, clock: StillClock, form: dict[str, str]
) -> None:
    client.post("/clock", data=form, headers=ORIGIN)

    assert clock.now() == NOON
    assert 'data-ok="no"' in client.get("/").get_data(as_text=True)


def test_a_button_whose_servers_are_down_says_so(world: MailWorld, client: FlaskClient) -> None:
    world.stop_smtp()
    press(client, "question")

    assert "A question: it did not work" in client.get("/").get_data(as_text=True)


def test_an_unknown_button_is_a_page_not_a_crash(client: FlaskClient) -> None:
    response = client.post("/acts/launch", headers=ORIGIN)

    assert response.status_code == 404
    assert "There is no such button." in response.get_data(as_text=True)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:80", "[::1"])
def test_other_host_names_get_nothing(client: FlaskClient, host: str) -> None:
    for path in ("/", "/version", "/mail/"):
        response = client.get(path, headers={"Host": host})

        assert response.status_code in {400, 403}
        assert "data-act" not in response.get_data(as_text=True)


@pytest.mark.parametrize("host", ["127.0.0.1:8025", "localhost:8025", "[::1]:8025"])
def test_this_machines_own_names_are_served(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Referer": "http://evil.example/localhost"},
    ],
)
def test_a_form_of_another_site_does_nothing(
    world: MailWorld, client: FlaskClient, clock: StillClock, headers: dict[str, str]
) -> None:
    assert client.post("/acts/complete", headers=headers).status_code == 403
    assert client.post("/clock", data={"by": "3600"}, headers=headers).status_code == 403
    assert world.mails(DESK) == []
    assert clock.now() == NOON


def test_a_browser_without_origin_is_known_by_its_referer(world: MailWorld, client: FlaskClient) -> None:
    client.post("/acts/complete", headers={"Referer": "http://localhost/"})

    assert len(world.mails(DESK)) == 1


def test_every_page_carries_a_strict_policy(client: FlaskClient) -> None:
    for path in ("/", "/mail/write", "/nowhere"):
        headers = client.get(path).headers

        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_pages_hold_no_inline_script_or_style_that_the_policy_would_drop(client: FlaskClient) -> None:
    for path in ("/", "/mail/write", f"/mail/{DESK}/"):
        page = client.get(path).get_data(as_text=True)

        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", page)
