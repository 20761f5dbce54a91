"""Writing: a mail composed on the page arrives by SMTP as a mail program would have sent it."""

import io
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.sandbox.mail import MailWorld
from tests.sandbox.mail.conftest import DANA, DESK, a_mail
from tests.sandbox.webmail.conftest import ORIGIN


def send(client: FlaskClient, **fields: object) -> TestResponse:
    form = {
        "sender": f"Dana Reyes <{DANA}>",
        "to": DESK,
        "subject": "Seats",
        "text": "Hello.\r\nBye.",
        **fields,
    }
    return client.post("/mail/write", data=form, headers=ORIGIN, content_type="multipart/form-data")


def the_mail(world: MailWorld, address: str = DESK) -> EmailMessage:
    return message_from_bytes(world.mails(address)[-1].raw, policy=policy.default)


def test_a_mail_arrives_with_what_was_typed(world: MailWorld, client: FlaskClient) -> None:
    response = send(client, subject="Plätze", text="Grüße,\r\nDana")
    mail = the_mail(world)

    assert response.status_code == 303
    assert response.location.startswith(f"/mail/{DESK}/")
    assert str(mail["From"]) == f"Dana Reyes <{DANA}>"
    assert mail["Subject"] == "Plätze"
    assert mail.get_content().split() == ["Grüße,", "Dana"]
    assert mail["Date"].datetime.isoformat() == "2026-03-02T12:00:00+00:00"
    assert re.fullmatch(r"<[^@]+@sponsor\.example>", mail["Message-ID"])


def test_files_go_along(world: MailWorld, client: FlaskClient) -> None:
    files = [(io.BytesIO(b"PK\x03\x04"), "RIS.xlsx"), (io.BytesIO(b"a,b"), "seats.csv")]
    send(client, files=files)
    attached = [
        (part.get_filename(), part.get_payload(decode=True)) for part in the_mail(world).iter_attachments()
    ]

    assert attached == [("RIS.xlsx", b"PK\x03\x04"), ("seats.csv", b"a,b")]


def test_a_forged_sender_fails_at_the_server(world: MailWorld, client: FlaskClient) -> None:
    send(client, forged="on")

    assert "dmarc=fail" in the_mail(world)["Authentication-Results"]


def test_a_bcc_gets_the_mail_and_is_named_to_nobody(world: MailWorld, client: FlaskClient) -> None:
    send(client, cc="Avery <avery@usher.example>", bcc="hidden@example.org")

    assert str(the_mail(world)["Cc"]) == "Avery <avery@usher.example>"
    assert b"hidden@example.org" not in world.mails(DESK)[0].raw
    assert len(world.mails("hidden@example.org")) == 1


def test_a_reply_is_addressed_quoted_and_threaded(world: MailWorld, client: FlaskClient) -> None:
    asked = a_mail(
        "Re: Seats",
        from_=DESK,
        to=DANA,
        more="Message-ID: <two@usher.example>\r\nReferences: <one@sponsor.example>\r\n",
    )
    world.submit(asked, DESK, DANA)
    page = client.get(f"/mail/write?from={DANA}&uid=1").get_data(as_text=True)
    typed = {name: unescape(value) for name, value in re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', page)}
    send(client, **typed)
    mail = the_mail(world)

    assert "&gt; Hello desk." in page
    assert str(mail["From"]) == DANA
    assert mail["Subject"] == "Re: Seats"
    assert mail["In-Reply-To"] == "<two@usher.example>"
    assert mail["References"] == "<one@sponsor.example> <two@usher.example>"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"sender": "nobody"}, "sender"),
        ({"sender": f"{DANA}, {DESK}"}, "sender"),
        ({"to": ""}, "to"),
        ({"to": "desk"}, "to"),
        ({"to": DESK, "bcc": "a b@c.example"}, "to"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
    world: MailWorld, client: FlaskClient, fields: dict[str, str], fault: str
) -> None:
    response = send(client, **fields)
    page = response.get_data(as_text=True)

    assert response.status_code == 422
    assert f'id="{fault}-fault"' in page
    assert "Hello." in page
    assert world.mails(DESK) == []


def test_a_line_break_in_a_field_makes_no_header(world: MailWorld, client: FlaskClient) -> None:
    send(client, subject="x\r\nX-Evil: 1", in_reply_to="<a@b>\r\nX-Evil: 2")

    assert the_mail(world)["X-Evil"] is None


def test_the_servers_refusal_is_shown_in_its_words(world: MailWorld, client: FlaskClient) -> None:
    world.faults.smtp.answer("rcpt", "550 5.1.1 No such user")
    page = send(client).get_data(as_text=True)

    assert "No such user" in page


def test_an_unreachable_server_is_shown_too(world: MailWorld, client: FlaskClient) -> None:
    world.stop_smtp()
    response = send(client)

    assert response.status_code == 422
    assert "did not take it" in response.get_data(as_text=True)


@pytest.mark.parametrize("origin", [{}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_a_form_from_elsewhere_sends_nothing(
    world: MailWorld, client: FlaskClient, origin: dict[str, str]
) -> None:
    response = client.post("/mail/write", data={"sender": DANA, "to": DESK}, headers=origin)

    assert response.status_code == 403
    assert world.mails(DESK) == []
