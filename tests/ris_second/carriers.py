"""Mails around files, as the mail programs of this world send them."""

import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from typing import Any, cast

DESK = "onboarding@desk.example.org"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {
    "xlsx": XLSX,
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    "xls": "application/vnd.ms-excel",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "zip": "application/zip",
    "pdf": "application/pdf",
    "html": "text/html",
}
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


@dataclass(frozen=True)
class File:
    name: str
    content: bytes
    type: str = ""  #: by the name where empty

    @property
    def mime(self) -> tuple[str, str]:
        known = self.type or TYPES.get(self.name.rpartition(".")[2].lower(), "application/octet-stream")
        main, _, sub = known.partition("/")
        return main, sub


@dataclass(frozen=True)
class Letter:
    sender: str
    subject: str
    text: str


def _message(letter: Letter, number: int) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = letter.sender, DESK, letter.subject
    mail["Date"] = "Mon, 02 Mar 2026 09:00:00 +0100"
    mail["Message-ID"] = f"<second.{number}@mail.example.net>"
    return mail


def _attach(mail: EmailMessage, files: Sequence[File]) -> None:
    for file in files:
        main, sub = file.mime
        more: dict[str, Any] = {"filename": file.name} if file.name else {}
        if main == "text":
            # As bytes: the charset of a spreadsheet is the sender's secret.
            mail.add_attachment(file.content, maintype="application", subtype="octet-stream", **more)
            _parts(mail)[-1].replace_header("Content-Type", f"{main}/{sub}")
        else:
            mail.add_attachment(file.content, maintype=main, subtype=sub, **more)


def _parts(mail: EmailMessage) -> list[EmailMessage]:
    return cast("list[EmailMessage]", mail.get_payload())


def _bare_part() -> EmailMessage:
    """A part as it stands in a mail: without a MIME-Version of its own."""
    return cast("EmailMessage", MIMEPart())


def _bytes(mail: EmailMessage) -> bytes:
    for at, part in enumerate(one for one in mail.walk() if one.is_multipart()):
        part.set_boundary(f"=-second-{mail['Message-ID'].strip('<>').partition('@')[0]}-{at}")
    return mail.as_bytes(policy=SMTP)


def plain(letter: Letter, files: Sequence[File], number: int) -> bytes:
    mail = _message(letter, number)
    mail.set_content(letter.text)
    _attach(mail, files)
    return _bytes(mail)


def _paragraphs(text: str) -> str:
    said = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>\n")
    return f"<html><body><div>{said}</div></body></html>"


def alternative(letter: Letter, files: Sequence[File], number: int) -> bytes:
    mail = _message(letter, number)
    mail.set_content(letter.text)
    mail.add_alternative(_paragraphs(letter.text), subtype="html")
    _attach(mail, files)
    return _bytes(mail)


def related(letter: Letter, files: Sequence[File], number: int) -> bytes:
    """With the picture of a signature."""
    mail = _message(letter, number)
    mail.set_content(letter.text)
    mail.add_alternative(_paragraphs(letter.text) + '<img src="cid:logo@example">', subtype="html")
    page = _parts(mail)[1]
    page.add_related(PIXEL, "image", "png", cid="<logo@example>", filename="image001.png")
    _attach(mail, files)
    return _bytes(mail)


def apple(letter: Letter, files: Sequence[File], number: int) -> bytes:
    """Apple Mail: alternative(plain, mixed(html, file, html))."""
    mail = _message(letter, number)
    mail.set_content(letter.text)
    mail.make_alternative()
    mixed = _bare_part()
    mixed.make_mixed()
    for html_text in (_paragraphs(letter.text), "<html><body><br></body></html>"):
        page = _bare_part()
        page.set_content(html_text, subtype="html")
        mixed.attach(page)
    inner = EmailMessage()
    inner.set_content("")
    _attach(inner, files)
    for at, part in enumerate(_parts(inner)[1:]):
        shown = str(part["Content-Disposition"]).replace("attachment", "inline")
        part.replace_header("Content-Disposition", shown)
        _parts(mixed).insert(1 + at, part)
    mail.attach(mixed)
    return _bytes(mail)


def forwarded(letter: Letter, files: Sequence[File], number: int) -> bytes:
    """The original as a mail within the mail."""
    inner = _message(letter, number * 1000)
    inner.set_content(letter.text)
    _attach(inner, files)
    mail = _message(Letter("Nora Feld <nora.feld@sponsor.example.com>", f"FW: {letter.subject}", ""), number)
    mail.set_content("Please set this customer up. Thanks, Nora\n")
    mail.add_attachment(inner)
    return _bytes(mail)


def forwarded_inline(letter: Letter, files: Sequence[File], number: int) -> bytes:
    text = (
        "Bitte anlegen, danke!\nNora\n\n"
        f"-----Ursprüngliche Nachricht-----\nVon: {letter.sender}\nGesendet: Montag, 2. März 2026 08:12\n"
        f"An: Nora Feld <nora.feld@sponsor.example.com>\nBetreff: {letter.subject}\n\n{letter.text}"
    )
    return plain(
        Letter("Nora Feld <nora.feld@sponsor.example.com>", f"WG: {letter.subject}", text), files, number
    )


def reply(letter: Letter, files: Sequence[File], number: int) -> bytes:
    """With our own blank form's covering words quoted below."""
    quote = "\n".join(
        f"> {line}"
        for line in ("Please fill in the form attached", "and send it back to us.", "", "The desk")
    )
    text = f"{letter.text}\n\nOn Fri, 27 Feb 2026 at 14:03, Onboarding <{DESK}> wrote:\n{quote}\n"
    return alternative(Letter(letter.sender, f"Re: {letter.subject}", text), files, number)


def winmail(letter: Letter, files: Sequence[File], number: int) -> bytes:
    mail = _message(letter, number)
    mail.set_content(letter.text)
    mail.add_attachment(tnef(files), maintype="application", subtype="ms-tnef", filename="winmail.dat")
    return _bytes(mail)


def zipped(name: str) -> Any:  # noqa: ANN401 - a carrier
    def carry(letter: Letter, files: Sequence[File], number: int) -> bytes:
        return plain(letter, [File(name, zip_of(files))], number)

    return carry


def zip_of(files: Sequence[File]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file.name, (2026, 3, 2, 9, 0, 0)), file.content)
    return buffer.getvalue()


def in_the_body(letter: Letter, table: str, number: int, *, alone: bool) -> bytes:
    """The table pasted into the mail; `alone`: the mail has no other part."""
    page = _paragraphs(letter.text).replace("</body>", f"{table}<div>Best wishes</div></body>")
    mail = _message(letter, number)
    if alone:
        mail.set_content(page, subtype="html", cte="quoted-printable")
    else:
        mail.set_content(letter.text)
        mail.add_alternative(page, subtype="html")
    return _bytes(mail)


def tnef(files: Sequence[File]) -> bytes:
    """Outlook's own envelope (MS-OXTNEF): each attachment has a short title and a long name."""
    stream = struct.pack("<IH", 0x223E9F78, 1)
    stream += _attribute(1, 0x00089006, struct.pack("<I", 0x00010000))  # version
    stream += _attribute(1, 0x00069007, struct.pack("<II", 1252, 0))  # code page
    stream += _attribute(1, 0x00078008, b"IPM.Microsoft Mail.Note\0")  # message class
    for file in files:
        stem, _, ending = file.name.rpartition(".")
        short = f"{stem[:6].upper()}~1.{ending[:3].upper()}".encode("ascii", "replace") + b"\0"
        stream += _attribute(2, 0x00069002, struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0))  # rendering
        stream += _attribute(2, 0x00018010, short)  # title
        stream += _attribute(2, 0x0006800F, file.content)  # data
        long_name = file.name.encode("utf-16-le") + b"\0\0"
        padded = long_name + bytes(-len(long_name) % 4)
        stream += _attribute(
            2, 0x00069005, struct.pack("<IHHII", 1, 0x001F, 0x3707, 1, len(long_name)) + padded
        )  # PR_ATTACH_LONG_FILENAME_W
    return stream


def _attribute(level: int, code: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, code, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
