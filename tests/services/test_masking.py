"""A License Key that comes back by mail: masked in all that is stored and shown, in the clear nowhere."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.ledger import LedgerMail, MailStatus
from bot.domain.mail import Kind
from bot.services import intake, kinds, masking, sources
from bot.services.marking import mark_version
from tests.cast import BLAKE, DANA, Office, a_mail
from tests.forms import sound_form, with_cells
from tests.license_keys import KEYS, a_desk, approved, mail_keys, stock, work
from tests.outside import PlainMarker
from tests.reports import a_report

pytestmark = pytest.mark.slow

KEY = KEYS[0]
HALVES = (b"UXQ17H2K", b"PM9DW4T1")
ASKED = "My key does not work, what now?"


@pytest.fixture
def desk(tmp_path: Path) -> Office:
    """A desk with keys in stock."""
    office = a_desk(tmp_path)
    stock(office)
    return office


@pytest.fixture
def mailed(desk: Office) -> Office:
    """Its case C-1 has keys, and they are mailed."""
    mail_keys(desk, approved(desk))
    work(desk)
    return desk


def spilt(office: Office) -> list[str]:
    """Where half of the key or more can be read: in the database's files, byte by byte, or on Slack.

    Asked while a connection is open, so that the log stands beside the database.
    """
    with office.connect() as db:
        db.execute("select 1")
        places = {path.name: path.read_bytes() for path in office.path.parent.glob("usher.db*")}
        places["slack"] = (repr(office.chat.standing) + repr(office.chat.letters)).encode()
        bare = {name: re.sub(rb"[^A-Z0-9]", b"", content.upper()) for name, content in places.items()}
    return [name for name, content in bare.items() for half in HALVES if half in content]


def take_while_read(office: Office, raw: bytes) -> LedgerMail:
    """Take a mail in while somebody else reads, so that nothing is taken over out of the log."""
    with office.connect() as db:
        db.execute("select 1")
        row = office.take(raw)
        work(office)
        assert spilt(office) == []
    return row


def with_body(kind: str, encoding: str, body: bytes) -> bytes:
    head = a_mail().partition(b"Content-Type:")[0]
    return b"%sContent-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n%s" % (
        head,
        kind.encode(),
        encoding.encode(),
        body,
    )


def in_html() -> bytes:
    broken = KEY.replace("-", "-<wbr>", 1).replace("PM9D", "<b>PM9D</b>")
    return with_body("text/html", "8bit", f"<p>{ASKED}</p><blockquote>{broken}</blockquote>".encode())


def in_base64() -> bytes:
    return with_body("text/plain", "base64", base64.encodebytes(f"{ASKED}\n{KEY}".encode()))


def in_quoted_printable() -> bytes:
    text = f"{ASKED}\nUXQ1-7H2K-=\nPM9D=2DW4T1"
    return with_body("text/plain", "quoted-printable", text.encode())


def with_original() -> bytes:
    """A mail server's own way to bring a mail back, which no rule takes for a delivery report."""
    original = a_mail(text=f"Your License Key: {KEY}")
    return a_mail(text=ASKED, files=[("original.eml", original)])


WAYS: dict[str, Callable[[], bytes]] = {
    "own words": lambda: a_mail(text=f"{ASKED} It is {KEY}."),
    "quoted": lambda: a_mail(text=f"{ASKED}\n\nAm 1.3. schrieb Usher:\n> Key: UXQ1-7H2K-\n> PM9D-W4T1\n"),
    "lower case, spaces": lambda: a_mail(text=f"{ASKED} {KEY.lower().replace('-', ' ')}"),
    "subject": lambda: a_mail(subject=f"Key {KEY} refused", text=ASKED),
    "sender's name": lambda: a_mail(sender=replace(DANA, name=KEY), text=ASKED),
    "file name": lambda: a_mail(text=ASKED, files=[(f"{KEY}.png", b"\x89PNG")]),
    "html": in_html,
    "base64": in_base64,
    "quoted-printable": in_quoted_printable,
    "a mail within": with_original,
    "a workbook that is no form": lambda: a_mail(
        text=ASKED, files=[("keys.csv", f"name,key\nTom,{KEY}\n".encode())]
    ),
}


#: where it stands in nothing that staff are shown
BELOW = ("quoted", "a mail within", "a workbook that is no form")


@pytest.mark.parametrize("way", WAYS)
def test_a_key_in_a_question_is_masked_wherever_it_stands(desk: Office, way: str) -> None:
    raw = WAYS[way]()
    row = take_while_read(desk, raw)

    assert row.kind == Kind.QUESTION
    with desk.connect() as db:
        assert sources.get(db, desk.desk, row.id) == raw
    note = desk.job("question_note").values["words"]
    assert ("•••• W4T1" in repr(note)) is (way not in BELOW)


def test_a_key_in_a_form_never_becomes_the_case_s(desk: Office) -> None:
    """Of what it stands in, nothing goes back either: our own form does, with the masked entry."""
    content = with_cells(sound_form(), {("Company", "B5"): f"Works {KEY} Ltd", ("Company", "B7"): None})
    row = take_while_read(desk, a_mail(text="", files=[("RIS.xlsx", content)]))

    case = desk.case(row.subject_ref)
    assert "•••• W4T1" in repr(case.ris)
    with desk.connect() as db:
        form = mark_version(db, desk.desk, PlainMarker(), case_id=case.id, version=1, lang="en")
    assert form is not None
    assert not form.own


def test_a_reply_to_a_case_is_masked_in_its_thread_and_its_answers(mailed: Office) -> None:
    job = mailed.mails()[0]
    take_while_read(mailed, a_mail(answers=job.message_id, text=f"1. {KEY}\n\n{ASKED}"))
    assert "•••• W4T1" in mailed.chat.texts()


def test_a_bounce_s_words_and_original_are_kept_from_everybody(mailed: Office) -> None:
    job = next(job for job in mailed.mails() if "key" in job.template)
    said = f"550 refused: {KEY}"
    raw = a_report(about=job.message_id, recipient=job.recipient, said=said) + f"\n\n{KEY}\n".encode()
    row = take_while_read(mailed, raw)
    assert row.kind == Kind.BOUNCE
    assert row.subject_ref == "C-1"


def test_a_mail_that_fails_is_set_aside_without_the_key_and_can_be_replayed(desk: Office) -> None:
    row = desk.record(a_mail(text=f"{ASKED} {KEY}"))
    with desk.connect() as db:
        for _ in range(3):
            intake.note_failure(db, desk.desk, row, f"ValueError: {KEY}", now=desk.now)
    work(desk)
    assert spilt(desk) == []
    with desk.connect() as db:
        assert kinds.replay(db, desk.desk, row.id, by=BLAKE.id, now=desk.now).status is MailStatus.SET_ASIDE
    assert desk.decide(row).subject_ref == "Q-1"
    with desk.connect() as db:
        understood = kinds.read_again(db, desk.desk, desk.reader, row.id)
    assert "•••• W4T1" in understood.mail.text


def test_a_mail_from_before_sources_were_sealed_is_still_read(desk: Office) -> None:
    raw = a_mail()
    row = desk.record(raw)
    with desk.connect() as db:
        db.execute("update mail_sources set raw = :raw, sealed = 0", {"raw": raw})
        assert sources.get(db, desk.desk, row.id) == raw


def test_where_no_key_is_held_or_none_looks_alike_nothing_is_asked(tmp_path: Path) -> None:
    office = a_desk(tmp_path)
    asked: list[str] = []
    with office.connect() as db:
        db.conn.set_trace_callback(asked.append)
        assert masking.mask_text(db, office.desk, KEY) == KEY
        db.conn.set_trace_callback(None)
    assert len(asked) == 1

    stock(office)
    with office.connect() as db:
        db.conn.set_trace_callback(asked.append)
        masking.mask_text(db, office.desk, "There are 12 colleagues who ask, and none is named. " * 2_000)
        db.conn.set_trace_callback(None)
    assert len(asked) == 2


def test_keys_that_an_earlier_version_imported_are_known_too(desk: Office) -> None:
    with desk.connect() as db:
        db.execute("delete from key_shapes")
        assert masking.mask_text(db, desk.desk, KEY) == KEY
        masking.learn_shapes(db, desk.desk)
        masking.learn_shapes(db, desk.desk)

        assert KEY not in masking.mask_text(db, desk.desk, f"It is {KEY}.")
