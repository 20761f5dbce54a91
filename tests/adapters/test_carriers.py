"""What carries workbooks: zips, envelopes, mails within mails, bodies; and what only looks as if it did."""

import base64
import io
import json
import random
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.adapters.carriers import files_in, find_limited, find_workbooks, read_workbooks
from bot.adapters.limited import LimitedPool
from bot.adapters.mail_parsing import LimitedReader, read_mail_parts
from bot.adapters.sheet_rules import Limits
from bot.domain.review import read_form
from bot.domain.review_values import text_of
from bot.domain.ris import Decision
from bot.domain.sheets import SheetRefusal, Workbook
from tests.forms import sound_form, zipped
from tests.winmail import Attached, winmail

SAMPLES = Path(__file__).parents[1] / "data" / "ris_samples"
TRUTH = [json.loads(line) for line in (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
CSV = b"Name;E-mail\nMara;mara@example.com\n"
TABLE = "<table><tr><td>Name<td>Mara</table>"


@pytest.fixture(scope="module")
def reader() -> Iterator[LimitedReader]:
    pool = LimitedPool(1)
    pool.start()
    reader = LimitedReader(pool)
    yield reader
    reader.close()


def shown(books: tuple[Workbook, ...]) -> list[tuple[str, SheetRefusal | None]]:
    return [(book.name, book.refusal) for book in books]


@pytest.mark.parametrize("truth", TRUTH, ids=lambda truth: str(truth["file"]))
def test_each_labelled_mail_brings_the_company_and_every_address(
    truth: dict[str, object], reader: LimitedReader
) -> None:
    _, books = reader.read_mail((SAMPLES / str(truth["file"])).read_bytes())
    cells = [text_of(cell) for book in books for sheet in book.sheets for row in sheet.rows for cell in row]
    said = "\n".join(cells).lower()
    cases = truth.get("cases")

    assert isinstance(cases, list)
    assert bool(books) or truth["decision"] == "not_a_ris"
    assert [book.refusal for book in books if book.refusal] == []
    for case in cases:
        assert case["company"]["name"] in cells
        assert [user["email"] for user in case["users"] if user["email"].lower() not in said] == []


# Zips


def test_a_zip_brings_every_table_in_it_and_nothing_else() -> None:
    content = zipped(
        {
            "Kunde Süd/RIS.xlsx": sound_form(),
            "users.csv": CSV,
            "read me.txt": b"Hello, here it is.\n",
            "logo.png": b"\x89PNG\0",
            "__MACOSX/._RIS.xlsx": b"\0\5\x16\7",
            ".DS_Store": b"\0",
        }
    )

    assert shown(find_workbooks("Formular.zip", content)) == [("RIS.xlsx", None), ("users.csv", None)]


@pytest.mark.parametrize("name", ["f.zip", "f", "f.dat", "f.xlsx", "f.pdf"])
def test_a_zip_is_known_by_its_bytes(name: str) -> None:
    content = zipped({"a.xlsx": sound_form()})

    assert read_form(find_workbooks(name, content)).decision is Decision.COMPLETE


def test_a_stored_workbook_in_a_zip_is_still_within_a_zip() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.xlsx", sound_form())

    assert shown(find_workbooks("a.zip", buffer.getvalue())) == [("a.xlsx", None)]


def test_names_in_a_zip_are_shown_without_their_folders() -> None:
    content = zipped({"../../etc/cron.d/RIS.csv": CSV, "C:\\x\\b.csv": CSV, "c\r\nBcc: x.csv": CSV})

    assert shown(find_workbooks("a.zip", content)) == [
        ("RIS.csv", None),
        ("b.csv", None),
        ("cBcc: x.csv", None),
    ]


def test_a_zip_within_a_zip_is_refused_where_there_is_nothing_else() -> None:
    twice = zipped({"inner.zip": zipped({"RIS.csv": CSV})})

    assert shown(find_workbooks("a.zip", twice)) == [("inner.zip", SheetRefusal.UNSUPPORTED)]
    both = zipped({"logs.zip": zipped({"a.log": b"x"}), "RIS.csv": CSV})
    assert shown(find_workbooks("a.zip", both)) == [("RIS.csv", None)]


def test_what_is_packed_twice_beside_a_form_is_named() -> None:
    twice, mail = zipped({"RIS.csv": CSV}), b"Subject: RIS\r\n\r\nHello"
    files = {"RIS.csv": CSV, "inner.zip": twice, "RIS2.eml": mail, "terms.pdf": b"%PDF-1"}

    assert shown(find_workbooks("a.zip", zipped(files))) == [
        ("RIS.csv", None),
        ("inner.zip", SheetRefusal.UNOPENED),
        ("RIS2.eml", SheetRefusal.UNOPENED),
    ]
    assert shown(find_workbooks("a.zip", zipped({"photo.jpg": b"x", "inner.zip": twice}))) == [
        ("inner.zip", SheetRefusal.UNSUPPORTED)
    ]
    assert find_workbooks("a.zip", zipped({"RIS2.eml": mail})) == ()


RAR = b"Rar!\x1a\x07\x01\x00" + b"\x07" * 40 + b"RIS sealed.p7m"
SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c\x00\x04" + b"\xff" * 40


@pytest.mark.parametrize(
    "archive", [RAR, SEVEN_ZIP, RAR[:8], SEVEN_ZIP[:6]], ids=["rar", "7z", "cut", "cut 7z"]
)
@pytest.mark.parametrize("name", ["RIS.rar", "RIS.7z", "RIS", "RIS.zip", "photo.jpg", "RIS.csv"])
def test_an_archive_of_another_kind_is_said_to_be_unopened_whatever_it_is_called(
    archive: bytes, name: str
) -> None:
    """Whether a form in it is sealed, or has a password, nobody here can see: its sender has to hear that."""
    assert shown(find_workbooks(name, archive)) == [(name, SheetRefusal.UNOPENED)]
    assert shown(read_workbooks(name, archive)) == [(name, SheetRefusal.UNSUPPORTED)]  # chosen as the form


@pytest.mark.parametrize(
    ("name", "content", "refusals"),
    [
        ("RIS.xlsx.gpg", b"\x85\x01\x0c\x03", [SheetRefusal.ENCRYPTED]),
        ("RIS.csv.PGP", b"\xc1\xc0", [SheetRefusal.ENCRYPTED]),
        ("RIS.xlsx.asc", b"-----BEGIN PGP MESSAGE-----", [SheetRefusal.ENCRYPTED]),
        ("RIS.xlsx.asc", b"-----BEGIN PGP SIGNATURE-----", []),
        ("photo.jpg.gpg", b"\x85\x01\x0c\x03", []),
        ("signature.asc", b"-----BEGIN PGP SIGNATURE-----", []),
    ],
)
def test_a_form_that_openpgp_has_encrypted_is_told_by_its_name(
    name: str, content: bytes, refusals: list[SheetRefusal]
) -> None:
    assert [book.refusal for book in find_workbooks(name, content)] == refusals


def test_sealed_mails_and_other_archives_within_a_zip_are_named() -> None:
    inner = {"mail.p7m": b"\x30\x82", "RIS.rar": RAR, "f.7z": SEVEN_ZIP, "logo.png": b"\x89PNG"}
    closed, unsupported = SheetRefusal.UNOPENED, SheetRefusal.UNSUPPORTED

    assert shown(find_workbooks("a.zip", zipped({"RIS.csv": CSV} | inner))) == [
        ("RIS.csv", None), *[(name, closed) for name in ("mail.p7m", "RIS.rar", "f.7z")],
    ]  # fmt: skip
    assert shown(find_workbooks("a.zip", zipped(inner))) == [
        (name, unsupported) for name in ("mail.p7m", "RIS.rar", "f.7z")
    ]
    once_more = zipped({"inner.zip": zipped({"smime.p7m": b"\x30\x82"})})
    assert shown(find_workbooks("a.zip", once_more)) == [("inner.zip", unsupported)]


def test_what_comes_after_too_many_is_named_and_not_opened() -> None:
    files = {f"{number}.csv": CSV for number in range(3)} | {"3.xlsx": b"PK", "photo.jpg": b"x"}
    found = find_workbooks("a.zip", zipped(files), Limits(workbooks=2))

    closed = SheetRefusal.UNOPENED
    assert shown(found) == [("0.csv", None), ("1.csv", None), ("2.csv", closed), ("3.xlsx", closed)]
    assert shown(find_workbooks("a.zip", zipped(files), Limits(workbooks=2), 2)) == [("a.zip", closed)]


@pytest.mark.parametrize(
    "files",
    [
        {"photo.jpg": b"\xff\xd8\0"},
        {"letter.txt": b"Hello\n"},
        {},
        {"[Content_Types].xml": b"", "word/x.xlsx": b"x"},
    ],
)
def test_a_zip_without_tables_brings_none(files: dict[str, bytes]) -> None:
    assert find_workbooks("a.zip", zipped(files)) == ()
    assert [book.refusal for book in read_workbooks("a.zip", zipped(files))] == [SheetRefusal.UNSUPPORTED]


@pytest.mark.slow
def test_zips_that_unfold_to_too_much_are_refused() -> None:
    bomb = zipped({"RIS.csv": b"a;b\n" * 20_000_000})
    few = Limits(file_bytes=200_000, ratio_from=10**9)

    assert shown(find_workbooks("a.zip", bomb)) == [("a.zip", SheetRefusal.ZIP_BOMB)]
    assert shown(find_workbooks("a.zip", zipped({str(n): b"" for n in range(1200)}))) == [
        ("a.zip", SheetRefusal.ZIP_BOMB)
    ]
    assert shown(find_workbooks("a.zip", zipped({"RIS.csv": b"a;b\n" * 100_000}), few)) == [
        ("RIS.csv", SheetRefusal.TOO_LARGE)
    ]


def test_a_broken_zip_is_told_only_if_it_may_have_held_a_form() -> None:
    assert shown(find_workbooks("a.zip", zipped({"RIS.xlsx": sound_form()})[:3000])) == [
        ("a.zip", SheetRefusal.CORRUPT)
    ]
    assert find_workbooks("a.zip", zipped({"photo.jpg": random.Random(1).randbytes(5000)})[:3000]) == ()


def test_mutated_zips_and_envelopes_end_in_workbooks_or_in_a_named_no(reader: LimitedReader) -> None:
    dice = random.Random(2)
    pool = reader._pool
    for good in (zipped({"RIS.csv": CSV, "b.xlsx": sound_form()}), winmail([Attached(sound_form())])):
        for _ in range(60):
            content = bytearray(good)
            for _ in range(dice.choice((1, 5, 30))):
                content[dice.randrange(len(content))] = dice.randrange(256)
            cut = dice.choice((len(content), dice.randrange(len(content))))
            for book in find_limited(pool, "a.zip", bytes(content[:cut]), Limits()):
                assert book.refusal or book.sheets


# winmail.dat as a file, and files inside of it


def test_an_envelope_brings_its_files_and_the_zips_among_them() -> None:
    content = winmail(
        [
            Attached(sound_form(), long_name="RIS.xlsx"),
            Attached(zipped({"more.csv": CSV}), long_name="more.zip"),
            Attached(b"\x89PNG\0", long_name="logo.png"),
        ]
    )

    assert shown(read_workbooks("winmail.dat", content)) == [("RIS.xlsx", None), ("more.csv", None)]
    assert [file.name for file in files_in("winmail.dat", content)] == ["RIS.xlsx", "more.csv", "logo.png"]


# Mails


def a_mail(subject: str = "RIS", text: str = "Please see below.", html: str = "") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "dana@example.com", "ris@example.org", subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def attach(
    message: EmailMessage, name: str | None, content: bytes, kind: str = "application/octet-stream"
) -> None:
    maintype, _, subtype = kind.partition("/")
    message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)


def books_of(message: EmailMessage | bytes, reader: LimitedReader) -> tuple[Workbook, ...]:
    return reader.read_mail(message if isinstance(message, bytes) else message.as_bytes())[1]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (None, "application/octet-stream"),
        ("form", "application/octet-stream"),
        ("form.dat", "application/x-unknown"),
        ("form.pdf", "application/pdf"),
        ("form.xls", "application/vnd.ms-excel"),
        (None, "text/csv"),
        ("form.csv", "text/plain"),
        ("../../form.csv", "text/csv"),
    ],
)
@pytest.mark.parametrize("content", [sound_form(), CSV, zipped({"RIS.csv": CSV}), b"<html>" + TABLE.encode()])
def test_neither_name_nor_type_matters(
    name: str | None, kind: str, content: bytes, reader: LimitedReader
) -> None:
    message = a_mail()
    attach(message, name, content, kind)

    if name and name.endswith(".pdf") and not content.startswith(b"PK"):
        assert books_of(message, reader) == ()
    else:
        (book,) = books_of(message, reader)
        assert book.sheets
        assert "/" not in book.name


def test_files_come_first_and_the_body_s_tables_last(reader: LimitedReader) -> None:
    message = a_mail(html=f"<p>Hello</p>{TABLE}{TABLE}")
    attach(message, "b.csv", CSV)
    attach(message, "a.xlsx", sound_form())

    books = books_of(message, reader)

    assert shown(books) == [("b.csv", None), ("a.xlsx", None), ("", None)]
    assert [sheet.rows for sheet in books[2].sheets] == [(("Name", "Mara"),)] * 2


def test_a_quoted_table_is_not_read_and_a_forwarded_one_is(reader: LimitedReader) -> None:
    html = f"<p>Thanks.</p><p>On 2026-09-01, Desk wrote:</p><blockquote>{TABLE}</blockquote>"

    assert books_of(a_mail("Re: RIS", html=html), reader) == ()
    assert len(books_of(a_mail("WG: RIS", html=html), reader)) == 1


def test_a_table_in_a_plain_body_is_read_where_html_has_none(reader: LimitedReader) -> None:
    text = "Hello,\nName\tCity\nMara\tKiel\n"

    (book,) = books_of(a_mail(text=text), reader)
    assert book.sheets[0].rows == (("Name", "City"), ("Mara", "Kiel"))
    (book,) = books_of(a_mail(text=text, html=TABLE), reader)
    assert [sheet.rows for sheet in book.sheets] == [(("Name", "Mara"),)]


@pytest.mark.parametrize("levels", [1, 2, 5])
def test_mails_within_mails_bring_their_files_and_tables(levels: int, reader: LimitedReader) -> None:
    message = a_mail(html=TABLE)
    attach(message, "RIS.xlsx", sound_form())
    for _ in range(levels):
        outer = a_mail("Fwd: RIS")
        outer.add_attachment(message)
        message = outer

    assert shown(books_of(message, reader)) == [("RIS.xlsx", None), ("", None)]


@pytest.mark.parametrize("kind", ["message/rfc822", "application/octet-stream"])
def test_a_mail_encoded_as_a_file_is_opened(kind: str, reader: LimitedReader) -> None:
    inner = a_mail()
    attach(inner, "RIS.xlsx", sound_form())
    encoded = base64.encodebytes(inner.as_bytes()).decode()
    raw = (
        "From: dana@example.com\nSubject: Fwd: RIS\nMIME-Version: 1.0\n"
        'Content-Type: multipart/mixed; boundary="x"\n\n--x\n\nSee the attached mail.\n'
        f'--x\nContent-Type: {kind}; name="old mail.eml"\nContent-Transfer-Encoding: base64\n'
        f'Content-Disposition: attachment; filename="old mail.eml"\n\n{encoded}\n--x--\n'
    )

    assert shown(books_of(raw.encode(), reader)) == [("RIS.xlsx", None)]


def test_outlook_s_envelope_is_opened_and_says_what_the_mail_does_not(reader: LimitedReader) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "dana@example.com", "RIS"
    attach(
        message,
        "winmail.dat",
        winmail([Attached(sound_form(), long_name="RIS.xlsx")], text="Five seats, please."),
        "application/ms-tnef",
    )
    mail, books = reader.read_mail(message.as_bytes())

    assert [(one.name, one.size) for one in mail.attachments] == [("RIS.xlsx", len(sound_form()))]
    assert mail.text == "Five seats, please."
    assert shown(books) == [("RIS.xlsx", None)]


def test_an_envelope_that_holds_nothing_stays_an_attachment() -> None:
    message = a_mail()
    attach(message, "winmail.dat", winmail([]), "application/ms-tnef")

    assert [one.name for one in read_mail_parts(message.as_bytes()).attachments] == ["winmail.dat"]


def test_ordinary_files_and_pictures_bring_nothing(reader: LimitedReader) -> None:
    message = a_mail(html="<p>Hello</p><table><tr><td><img src=x></td></tr></table>")
    attach(message, "logo.png", b"\x89PNG\r\n\x1a\n\0", "image/png")
    attach(message, "note.txt", b"Kind regards,\nDana\n", "text/plain")
    attach(message, "letter.docx", zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<w/>"}))
    attach(message, "invite.ics", b"BEGIN:VCALENDAR\nX;Y:1\nZ;Y:2\n", "text/calendar")

    assert books_of(message, reader) == ()
