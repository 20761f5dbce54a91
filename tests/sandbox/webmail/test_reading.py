"""Reading: lists, letters, files, threads, and mail that means harm."""

import re
from email.message import EmailMessage

import pytest
from flask.testing import FlaskClient

from bot.sandbox.mail import MailWorld
from tests.sandbox.mail.conftest import DANA, DESK, a_mail

pytestmark = pytest.mark.slow


def a_letter(*, html: str = "", subject: str = "Order", answers: str = "", name: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = f"Dana <{DANA}>"
    mail["To"] = DESK
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{subject.replace(' ', '-')}@sponsor.example>"
    if answers:
        mail["In-Reply-To"] = answers
    mail.set_content("The plain words.")
    if html:
        mail.add_alternative(html, subtype="html")
    if name:
        mail.add_attachment(b"\x00seats", maintype="application", subtype="x-thing", filename=name)
    return mail


def body_of(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


def test_mailboxes_are_grouped_by_whose_they_are(world: MailWorld, client: FlaskClient) -> None:
    world.submit(a_mail(to="eve@example.org"), DANA, "eve@example.org")
    page = body_of(client, f"/mail/{DESK}/")

    groups = re.findall(r'data-group="([^"]+)"(.*?)</section>', page, re.DOTALL)
    boxes = {name: re.findall(r'data-box="([^"]+)"', text) for name, text in groups}
    assert boxes == {"The desk": [DESK], "Sponsors": [DANA], "Everyone else": ["eve@example.org"]}


def test_the_start_is_the_desks_inbox(client: FlaskClient) -> None:
    assert client.get("/mail/").location == f"/mail/{DESK}/"


def test_newest_mails_come_first(world: MailWorld, client: FlaskClient) -> None:
    for subject in ("first", "second"):
        world.submit(a_mail(subject), DANA, DESK)

    assert re.findall(r'data-subject="(\w+)"', body_of(client, f"/mail/{DESK}/")) == ["second", "first"]


def test_a_folder_is_shown_with_its_mails(world: MailWorld, client: FlaskClient) -> None:
    world.append(DESK, "Done", a_mail("filed away"))

    assert 'data-folder="Done"' in body_of(client, f"/mail/{DESK}/")
    assert 'data-subject="filed away"' in body_of(client, f"/mail/{DESK}/?folder=Done")
    assert "Hello desk." in body_of(client, f"/mail/{DESK}/1?folder=Done")


def test_a_formatted_mail_stands_in_a_frame_that_may_do_nothing(
    world: MailWorld, client: FlaskClient
) -> None:
    world.submit(a_letter(html="<p>Rich <b>words</b></p>").as_bytes(), DANA, DESK)
    page = body_of(client, f"/mail/{DESK}/1")
    frame = client.get(f"/mail/{DESK}/1/html")
    policy = frame.headers["Content-Security-Policy"]

    assert "<iframe" in page
    assert "allow-scripts" not in page
    assert "allow-same-origin" not in page
    assert "Rich <b>words</b>" not in page
    assert "Rich <b>words</b>" in frame.get_data(as_text=True)
    assert policy.startswith("sandbox allow-popups")
    assert "default-src 'none'" in policy
    assert "img-src data:;" in policy
    assert "allow-scripts" not in policy


def test_pictures_that_came_along_are_shown_and_others_not_fetched(
    world: MailWorld, client: FlaskClient
) -> None:
    mail = a_letter(html='<img src="cid:logo"><img src="cid:other"><img src="http://evil.example/x">')
    html_part = mail.get_payload()[1]  # type: ignore[index]
    html_part.add_related(b"\x89PNG", "image", "png", cid="<logo>")  # type: ignore[union-attr]
    world.submit(mail.as_bytes(), DANA, DESK)
    html = client.get(f"/mail/{DESK}/1/html").get_data(as_text=True)

    assert 'src="data:image/png;base64,iVBORw=="' in html
    assert 'src="cid:other"' in html


def test_text_and_source_are_views_of_their_own(world: MailWorld, client: FlaskClient) -> None:
    world.submit(a_letter(html="<p>Rich</p>").as_bytes(), DANA, DESK)

    assert "The plain words." in body_of(client, f"/mail/{DESK}/1?view=text")
    assert "Authentication-Results: mx.usher.example" in body_of(client, f"/mail/{DESK}/1?view=source")
    assert client.get(f"/mail/{DESK}/1/source").data == world.mails(DESK)[0].raw


def test_links_in_plain_text_can_be_followed_but_only_to_the_web(
    world: MailWorld, client: FlaskClient
) -> None:
    world.append(
        DESK, "INBOX", b"Subject: x\r\n\r\nhttps://usher.example/status/a <b>javascript:alert(1)</b>"
    )
    page = body_of(client, f"/mail/{DESK}/1")

    assert 'href="https://usher.example/status/a"' in page
    assert 'href="javascript' not in page
    assert "<b>javascript" not in page


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("seats.csv", 'filename="seats.csv"'),
        ("Größe.csv", "filename*=UTF-8''Gr%C3%B6%C3%9Fe.csv"),
        ("../../etc/passwd", 'filename="passwd"'),
        ('a"b\\c.txt', 'filename="c.txt"'),
    ],
)
def test_a_file_is_only_ever_downloaded(world: MailWorld, client: FlaskClient, name: str, said: str) -> None:
    world.submit(a_letter(name=name).as_bytes(), DANA, DESK)
    response = client.get(f"/mail/{DESK}/1/file/0")
    disposition = response.headers["Content-Disposition"]

    assert response.data == b"\x00seats"
    assert disposition.startswith("attachment")
    assert said.replace('"', "") in disposition.replace('"', "")
    assert response.mimetype == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_conversation_shows_both_sides_once(world: MailWorld, client: FlaskClient) -> None:
    world.submit(a_letter(subject="Order").as_bytes(), DANA, DESK)
    answer = a_mail(
        "Re: Order",
        from_=DESK,
        to=DANA,
        more="Message-ID: <a@usher.example>\r\nIn-Reply-To: <Order@sponsor.example>\r\n",
    )
    world.submit(answer, DESK, [DANA, "copy@example.org"])
    world.submit(a_letter(subject="Something else").as_bytes(), DANA, DESK)
    page = body_of(client, f"/mail/{DESK}/1")

    assert len(re.findall(r"data-in=", page)) == 2
    assert f'data-in="{DESK}"' in page


def test_a_forged_sender_is_marked(world: MailWorld, client: FlaskClient) -> None:
    world.submit(a_mail(), DANA, DESK, authentic=False)

    assert 'data-verdict="fail"' in body_of(client, f"/mail/{DESK}/1")
    assert "unverified" in body_of(client, f"/mail/{DESK}/")


def test_what_is_not_there_is_said_so(client: FlaskClient) -> None:
    for path in (f"/mail/{DESK}/7", f"/mail/{DESK}/7/html", "/mail/nobody@example.org/1/source"):
        response = client.get(path)

        assert response.status_code == 404
        assert "no such mail" in response.get_data(as_text=True)


def test_the_version_grows_with_each_mail(world: MailWorld, client: FlaskClient) -> None:
    before = client.get("/mail/version").get_json()
    world.submit(a_mail(), DANA, DESK)

    assert client.get("/mail/version").get_json() != before


HOSTILE = {
    "empty": b"",
    "no header": b"only words",
    "script in headers": b'From: "<script>alert(1)</script>" <a@b.c>\r\nSubject: <script>alert(2)\r\n\r\nx',
    "broken ids": b"Message-ID: <\r\nReferences: [[[<<<\r\nFrom: \xff\xfe<@\r\nDate: never\r\n\r\n\x00\xff",
    "unknown charset": b"Content-Type: text/plain; charset=klingon\r\n\r\nwords",
    "broken base64": b"Content-Transfer-Encoding: base64\r\n\r\n!!!",
    "bad word": b"Subject: =?utf-8?b?4?= =?x?q?=ED=A0=80?=\r\nFrom: =?utf-8?q?=ED=B3=BF?= <a@b.c>\r\n\r\nx",
    "nested": b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(1500)
    ),
    "many parts": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 3000,
    "mails in mails": b"Content-Type: message/rfc822\r\n\r\n" * 200 + b"x",
    "part of its own type": b"Content-Type: multipart/mixed\r\n\r\nno boundary",
    "odd file": b"Content-Disposition: attachment; filename*=utf-8''%00%0d%0aX: y\r\n\r\nx",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_mail_is_shown_somehow(world: MailWorld, client: FlaskClient, raw: bytes) -> None:
    world.append(DESK, "INBOX", raw)

    for path in ("/", "/1", "/1?view=source", "/1?view=text"):
        assert "<script>alert" not in body_of(client, f"/mail/{DESK}{path}")
    assert client.get(f"/mail/{DESK}/1/html").status_code == 200
    assert client.get(f"/mail/{DESK}/1/file/0").status_code in {200, 404}
    assert client.get(f"/mail/write?from={DESK}&uid=1").status_code == 200
