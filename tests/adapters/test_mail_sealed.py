"""Mails in one sealed block, and invitations: what can be read of them is, and the rest is said."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from bot.adapters.mail_sealed import signed_mail
from bot.domain.sheets import SheetRefusal
from tests.forms import sound_form
from tests.outside import PlainReader

read_all = PlainReader().read_mail
SIGNED = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")


def a_mail() -> bytes:
    mail = EmailMessage()
    mail.set_content("Five seats, please.")
    mail.add_attachment(sound_form(), maintype="application", subtype="octet-stream", filename="RIS.xlsx")
    return mail.as_bytes()


@cache
def signer() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    key, name = (
        rsa.generate_private_key(65537, 2048),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "D")]),
    )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    draft = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + timedelta(days=9))
    return draft.sign(key, SHA256()), key


def signed() -> bytes:
    certificate, key = signer()
    builder = pkcs7.PKCS7SignatureBuilder().set_data(a_mail()).add_signer(certificate, key, SHA256())
    return builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def encrypted() -> bytes:
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(a_mail()).add_recipient(signer()[0])
    return builder.encrypt(Encoding.DER, [pkcs7.PKCS7Options.Binary])


def smime(content: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "dana@sponsor.example.org", "RIS"
    mail.set_content(content, maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    return mail.as_bytes()


PGP = (
    b"From: dana@sponsor.example.org\nSubject: RIS\nContent-Type: multipart/encrypted; boundary=b\n\n"
    b"--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n"
    b"Content-Type: application/octet-stream; name=encrypted.asc\n\n-----BEGIN PGP MESSAGE-----\n--b--\n"
)
PGP_TEXT = b"From: dana@sponsor.example.org\nSubject: RIS\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n"


def test_what_is_only_signed_is_read() -> None:
    mail, books = read_all(smime(signed()))

    assert mail.text == "Five seats, please."
    assert [(book.name, book.refusal) for book in books] == [("RIS.xlsx", None)]


@pytest.mark.parametrize(
    "raw", [smime(encrypted()), smime(b"x" * 300), PGP, PGP_TEXT], ids=["smime", "broken", "pgp", "inline"]
)
def test_what_is_encrypted_is_said_to_be(raw: bytes) -> None:
    _, books = read_all(raw)

    assert [book.refusal for book in books] == [SheetRefusal.SEALED]


def test_a_signature_in_pieces_of_no_given_length_is_put_together() -> None:
    pieces = b"\x24\x80\x04\x03abc\x04\x81\x02de\x00\x00"
    block = b"\x30\x80" + SIGNED + b"\xa0\x80\x30\x80" + DATA + b"\xa0\x80" + pieces + b"\x00\x00" * 4

    assert signed_mail(block) == b"abcde"


@pytest.mark.parametrize(
    "rest",
    [b"", b"\xa0", b"\xa0\x80", b"\xa0\x84\xff\xff\xff\xff", b"\xa0\x05\x04\x09abc", b"\xa0\x80" * 5_000],
)
def test_a_broken_signature_is_no_mail(rest: bytes) -> None:
    assert signed_mail(b"\x30\x80" + SIGNED + DATA + rest) is None


def test_an_invitation_says_what_it_says() -> None:
    mail, _ = read_all(
        b"From: dana@sponsor.example.org\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n"
        b"METHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY;LANGUAGE=en:Kick\n off\\, Hamburg\n"
        b"DESCRIPTION:I cannot log in.\\nCan you help?\nSUMMARY:Alarm\nEND:VEVENT\nEND:VCALENDAR\n"
    )

    assert mail.text == "Kickoff, Hamburg\n\nI cannot log in.\nCan you help?"
