"""Mails become values: their text, their attachments, their hash, and a reader that outlives them."""

import base64
import hashlib
import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters import mail_parsing
from bot.adapters.limited import ChildDied, LimitedPool, TookTooLong
from bot.adapters.mail_parsing import LimitedReader, read_files, read_head, read_mail_parts
from bot.domain.mail import Kind
from bot.domain.mail_kinds import classify
from bot.domain.sheets import SheetRefusal
from bot.domain.trust import Verdict, check_sender
from bot.ports import Reader

SAMPLES = Path(__file__).parents[1] / "data" / "ris_samples"
TRUTH = [json.loads(line) for line in (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
KINDS = {
    "21-not-ris.eml": Kind.QUESTION,
    "22-not-ris.eml": Kind.QUESTION,
    "23-not-ris.eml": Kind.LIST,
    "24-not-ris.eml": Kind.QUESTION,
    "25-not-ris.eml": Kind.AUTO_REPLY,
}


@pytest.mark.parametrize("truth", TRUTH, ids=lambda truth: str(truth["file"]))
def test_each_labelled_mail_is_of_its_kind_and_whole(truth: dict[str, str]) -> None:
    mail = read_mail_parts((SAMPLES / truth["file"]).read_bytes())
    own, has_form = frozenset({"ris@onboarding.example.org"}), truth["decision"] != "not_a_ris"

    classified = classify(mail, own_addresses=own, keyring=None, has_form=has_form)

    assert classified.kind is KINDS.get(truth["file"], Kind.RIS)
    assert (mail.fault, mail.bounce) == ("", None)
    assert mail.to == ("ris@onboarding.example.org",)
    assert mail.message_id.endswith(mail.sender.domain + ">")
    assert check_sender(mail, "mx.onboarding.example.org").verdict is Verdict.PASSED


def sample(number: int) -> bytes:
    return next(SAMPLES.glob(f"{number:02}-*.eml")).read_bytes()


def test_an_answer_above_a_quote_is_all_that_is_read() -> None:
    mail = read_mail_parts(sample(4))

    assert mail.text.startswith("Hallo zusammen,\n\nim Anhang die Liste (RIS) mit den 5 Benutzern. Könnt ihr")
    assert mail.text.endswith("ob alles passt?")
    assert "> Dear customer," in mail.quoted_text
    assert mail.thread_ids == ("<form-2965@onboarding.example.org>",)
    assert mail.lang == "de"


def test_a_mail_within_a_mail_brings_its_attachments_along() -> None:
    mail = read_mail_parts(sample(0))

    assert [one.name for one in mail.attachments] == ["RIS.eml", "RIS_tanaka-solutions-inc.xlsx"]
    content = read_files(sample(0))[1].content
    assert content.startswith(b"PK")
    assert mail.attachments[1].digest == hashlib.sha256(content).hexdigest()
    assert mail.text == "see attached mail"


def test_html_alone_becomes_text() -> None:
    mail = read_mail_parts(sample(11))

    assert mail.text.startswith("Hallo zusammen,\n\nim Anhang die Liste (RIS)")
    assert "Firma *\tLarkspur Consulting K.K." in mail.quoted_text


def test_names_in_any_encoding_are_read() -> None:
    names = {one.name for number in (7, 13, 16) for one in read_mail_parts(sample(number)).attachments}

    assert names == {
        "RIS Arcus Automation Sàrl.csv",
        "Ausgefülltes Formular \N{EN DASH} Übersicht.xlsx",
        "Formular.zip",
    }


def a_mail(body: str, *headers: str) -> bytes:
    head = (
        "From: Dana <dana@example.com>\nTo: ris@desk.example.org\nSubject: RIS\nMessage-ID: <1@example.com>\n"
    )
    return (head + "".join(f"{one}\n" for one in headers) + "\n" + body).encode()


def test_the_hash_is_of_the_content_not_of_the_way() -> None:
    plain = read_mail_parts(a_mail("Five seats."))
    later = read_mail_parts(a_mail("Five seats.", "Received: from a by b", "X-Spam: no"))
    other = read_mail_parts(a_mail("Six seats."))

    assert plain.content_hash == later.content_hash
    assert plain.content_hash != other.content_hash
    assert len(plain.content_hash) == 64


def test_parts_without_a_name_and_inline_pictures_are_told_apart() -> None:
    message = EmailMessage()
    message["From"] = "dana@example.com"
    message.set_content("See below.")
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png", disposition="inline")
    message.add_attachment(
        b"\x89PNG", maintype="image", subtype="png", disposition="inline", filename="logo.png"
    )
    message.add_attachment(b"a;b", maintype="text", subtype="csv", disposition="inline")

    mail = read_mail_parts(message.as_bytes())

    assert [(one.name, one.type, one.size) for one in mail.attachments] == [
        ("logo.png", "image/png", 4),
        ("attachment", "text/csv", 3),
    ]


def test_apple_mail_s_text_around_an_attachment_is_joined() -> None:
    raw = a_mail(
        "--b\nContent-Type: text/plain\n\nBefore.\n--b\nContent-Type: application/pdf; name=a.pdf\n\nx\n"
        "--b\nContent-Type: text/plain\n\nAfter.\n--b--\n",
        "Content-Type: multipart/mixed; boundary=b",
    )

    assert read_mail_parts(raw).text == "Before.\n\nAfter."


def test_an_empty_plain_part_yields_to_its_html() -> None:
    raw = a_mail(
        "--b\nContent-Type: text/plain\n\n \n--b\nContent-Type: text/html\n\n<p>Five seats.</p>\n--b--\n",
        "Content-Type: multipart/alternative; boundary=b",
    )

    assert read_mail_parts(raw).text == "Five seats."


def test_a_mail_passed_on_without_a_word_speaks_for_itself() -> None:
    raw = a_mail(
        "--b\nContent-Type: message/rfc822\n\nFrom: x@example.net\n\nFive seats.\n--b--\n",
        "Content-Type: multipart/mixed; boundary=b",
    )

    assert read_mail_parts(raw).text == "Five seats."


def test_a_mail_wrapped_in_base64_is_unwrapped() -> None:
    raw = a_mail(
        "--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
        "RnJvbTogeEBleGFtcGxlLm5ldAoKRml2ZSBzZWF0cy4K\n--b--\n",
        "Content-Type: multipart/mixed; boundary=b",
    )

    assert read_mail_parts(raw).text == "Five seats."


@pytest.mark.parametrize("encoding", ["8bit", "base64"])
@pytest.mark.parametrize(
    "charset",
    ["charset*=utf-8''utf-8", "charset=idna", "charset=undefined", 'charset="ut\0f"', "charset=utf-8"],
)
def test_an_odd_charset_costs_no_other_part_anything(charset: str, encoding: str) -> None:
    raw = f"""From: dana@sponsor.example.org
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; {charset}
Content-Transfer-Encoding: {encoding}

Gr\u00fc\u00dfe
--b
Content-Disposition: attachment; filename=a.txt

seen
--b--
""".encode()
    mail = read_mail_parts(raw)

    assert [(one.name, one.content) for one in read_files(raw)] == [("a.txt", b"seen")]
    assert mail.fault == ""
    assert encoding == "base64" or mail.text.startswith("Gr")


@pytest.mark.parametrize("encoding", ["base64", "BASE64", "base64 ", "base64\t", "\r\n base64"])
def test_base64_is_known_however_its_header_is_written(encoding: str) -> None:
    raw = f"From: dana@sponsor.example.org\r\nContent-Transfer-Encoding: {encoding}\r\n\r\nR3LDvMOf\r\n"

    assert read_mail_parts(raw.encode()).text == "Gr\u00fc\u00df"


SPOILT = st.tuples(st.integers(0, 90), st.sampled_from(b"=A\n\r !-_\xe4\x00"))


@given(st.binary(max_size=60), st.lists(SPOILT, max_size=4))
def test_base64_reads_as_the_standard_library_reads_it(content: bytes, spoilt: list[tuple[int, int]]) -> None:
    coded = bytearray(base64.encodebytes(content))
    for at, byte in spoilt:
        coded.insert(min(at, len(coded)), byte)
    raw = b"Content-Type: application/x; name=a\nContent-Transfer-Encoding: base64\n\n" + bytes(coded)
    (found,) = read_files(raw)

    assert found.content == message_from_bytes(raw).get_payload(decode=True)


def test_headers_are_unfolded_but_never_decoded_into_other_headers() -> None:
    mail = read_mail_parts(a_mail("x", "X-Long: a\r\n\tb", "X-Evil: =?utf-8?q?=0D=0ABcc=3A_x?="))

    assert mail.header("x-long") == "a b"
    assert mail.header("x-evil") == "=?utf-8?q?=0D=0ABcc=3A_x?="
    assert mail.header("bcc") == ""


def test_the_essentials_are_read_from_raw_8_bit_headers() -> None:
    raw = "From: Jürgen <j@example.com>\nSubject: Grüße\nDate: Mon, 2 Sep 2024 08:30 +0200\n\nx".encode(
        "latin-1"
    )
    mail = read_mail_parts(raw)

    assert (mail.sender.name, mail.sender.address, mail.subject) == ("Jürgen", "j@example.com", "Grüße")
    assert mail.date == datetime(2024, 9, 2, 6, 30, tzinfo=UTC)


def test_bounds_are_said_in_words() -> None:
    parts = "".join(f"--b\nContent-Type: text/plain\n\nPart {n}.\n" for n in range(1000))
    many = read_mail_parts(a_mail(parts + "--b--\n", "Content-Type: multipart/mixed; boundary=b"))
    headers = read_mail_parts(a_mail("x", *(f"X-{n}: y" for n in range(2000))))

    assert many.fault == "more than 500 parts; the rest was left out"
    assert many.text.startswith("Part 0.")
    assert headers.fault == "more than 500 headers; the rest was left out"
    assert len(headers.headers) == 500


@pytest.fixture(scope="module")
def reader() -> Iterator[LimitedReader]:
    pool = LimitedPool(1)
    pool.start()
    reader = LimitedReader(pool)
    yield reader
    reader.close()


def with_files(*files: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "dana@example.com", "RIS"
    message.set_content("Five seats.")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def a_workbook() -> bytes:
    file = BytesIO()
    book = xlsxwriter.Workbook(file)
    book.add_worksheet("Users").write("A1", "Dana")
    book.close()
    return file.getvalue()


def test_files_that_are_uploaded_are_read_elsewhere_and_hold_up_no_mail() -> None:
    mails, files = LimitedPool(), LimitedPool()
    reader = LimitedReader(mails, files=files)
    files.close()  # as stuck as a child can be
    try:
        assert reader.read_mail(with_files(("a.xlsx", a_workbook())))[1]
        with pytest.raises(RuntimeError, match="closed"):
            reader.read_workbooks("a.xlsx", a_workbook())
    finally:
        reader.close()


def test_a_mail_and_its_spreadsheets_are_read_in_one_go(reader: Reader) -> None:
    mail, books = reader.read_mail(with_files(("RIS.xlsx", a_workbook()), ("a.pdf", b"%PDF-")))

    assert mail.text == "Five seats."
    assert [(book.name, book.sheets[0].rows[0][0]) for book in books] == [("RIS.xlsx", "Dana")]


@pytest.mark.parametrize("dies", [set(), {"_read_all"}])
def test_of_many_files_those_after_the_first_are_named_and_not_opened(dies: set[str]) -> None:
    reader = LimitedReader(FailingPool(dies))
    rows = b"a;b\nc;d\n"
    _, books = reader.read_mail(
        with_files(*((f"{number}.csv", rows) for number in range(22)), ("logo.png", b""))
    )

    assert [book.refusal for book in books[:20]] == [None] * 20
    assert [(book.name, book.refusal) for book in books[20:]] == [
        ("20.csv", SheetRefusal.UNOPENED),
        ("21.csv", SheetRefusal.UNOPENED),
    ]


def test_what_is_known_of_a_mail_carries_no_bytes_of_its_files(reader: Reader) -> None:
    read = reader.read_mail(with_files(("plan.pdf", bytes(500_000))))
    assert read[0].attachments[0].size == 500_000
    assert len(pickle.dumps(read)) < 5_000


def test_a_spreadsheet_is_known_by_its_bytes_whatever_its_name(reader: Reader) -> None:
    _, books = reader.read_mail(with_files(("RIS.dat", a_workbook())))

    assert books[0].sheets[0].name == "Users"


def test_a_delivery_report_s_spreadsheets_are_not_read(reader: Reader) -> None:
    raw = with_files(("RIS.xlsx", a_workbook()))
    mail, books = reader.read_mail(b"Return-Path: <>\nX-Failed-Recipients: gone@example.net\n" + raw)

    assert mail.bounce is not None
    assert books == ()


def test_several_mails_are_read_in_one_go_and_in_their_order(reader: Reader) -> None:
    read = reader.read_mails([with_files(("RIS.xlsx", a_workbook())), b"Subject: Second\n\nHello", b""])

    assert [mail.subject for mail, _ in read] == ["RIS", "Second", ""]
    assert [len(books) for _, books in read] == [1, 0, 0]


@pytest.mark.slow
def test_a_mail_that_takes_too_long_ends_the_reading_of_several_and_costs_the_next_nothing(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_parsing, "SECONDS", 0.2)
    slow = b"Content-Type: text/html\n\n" + b"<" * 400_000
    with pytest.raises(TookTooLong):
        reader.read_mails([b"Subject: First\n\nHello", *[slow] * 60])

    assert reader.read_mail(b"Subject: First\n\nHello")[0].subject == "First"


class FailingPool(LimitedPool):
    """A pool in which every call dies that is told to."""

    def __init__(self, dies: set[str]) -> None:
        super().__init__()
        self.dies = dies

    def call(self, function, *args, seconds=5.0):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN002, ANN201, ARG002
        if function.__name__ in self.dies or any(isinstance(one, str) and one in self.dies for one in args):
            raise ChildDied("as told")
        return function(*args)


def test_a_hostile_attachment_costs_only_itself() -> None:
    reader = LimitedReader(FailingPool({"_read_all", "bad.xlsx"}))
    mail, books = reader.read_mail(with_files(("bad.xlsx", b"PK\x03\x04"), ("RIS.xlsx", a_workbook())))

    assert mail.text == "Five seats."
    assert [(book.name, book.refusal) for book in books] == [
        ("bad.xlsx", SheetRefusal.CORRUPT),
        ("RIS.xlsx", None),
    ]


def test_what_is_no_spreadsheet_and_kills_its_child_is_passed_over() -> None:
    reader = LimitedReader(FailingPool({"_read_all", "logo.png"}))
    _, books = reader.read_mail(with_files(("logo.png", b"\x89PNG"), ("RIS.csv", b"a;b\nc;d\n")))

    assert [book.name for book in books] == ["RIS.csv"]


def test_the_tables_of_the_body_outlive_a_hostile_attachment() -> None:
    raw = with_files(("bad.xlsx", b"PK\x03\x04")).replace(b"Five seats.", b"Name\tSeats\nMara\t5")
    _, books = LimitedReader(FailingPool({"_read_all", "bad.xlsx"})).read_mail(raw)
    _, none = LimitedReader(FailingPool({"_read_all", "bad.xlsx", "_read_bodies"})).read_mail(raw)

    assert [(book.name, book.refusal) for book in books] == [("bad.xlsx", SheetRefusal.CORRUPT), ("", None)]
    assert [book.name for book in none] == ["bad.xlsx"]


def test_a_mail_that_kills_every_child_is_still_a_mail() -> None:
    killing = FailingPool({"_read_all", "_read_with_files"})
    mail, books = LimitedReader(killing).read_mail(with_files(("RIS.xlsx", a_workbook())))

    assert (mail.sender.address, mail.subject, books) == ("dana@example.com", "RIS", ())
    assert mail.fault.startswith("only its headers can be read (ChildDied")


def test_the_head_alone_says_who_wrote_and_when() -> None:
    raw = sample(4)
    head, whole = read_head(raw), read_mail_parts(raw)

    assert head.sender == whole.sender
    assert (head.message_id, head.date, head.subject) == (whole.message_id, whole.date, whole.subject)
    assert (head.to, head.thread_ids) == (whole.to, whole.thread_ids)
    assert head.header("authentication-results").split() == whole.header("authentication-results").split()
    assert len(head.content_hash) == 64
