"""Whatever bytes come: no exception, no hanging, nothing unsound in the value, and the reader lives on."""

import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.adapters.limited import LimitedPool
from bot.adapters.mail_parsing import LimitedReader, read_head, read_mail_parts
from bot.domain.keyring import Keyring
from bot.domain.mail import InboundMail
from bot.domain.mail_kinds import classify
from bot.domain.trust import check_sender
from bot.rendering.readings import classification_json

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[1] / "data"
GOOD = sorted([*(DATA / "mails").glob("*.eml"), *(DATA / "ris_samples").glob("2?-*.eml")])
KEYRING = Keyring(["k" * 40])
UNSOUND = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
SEED = 20240902


def multipart(boundary: str, *parts: str) -> str:
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n{body}--{boundary}--\n'


def nested(depth: int) -> bytes:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return (head + "Content-Type: text/plain\n\ndeep\n").encode()


def letters(depth: int) -> bytes:
    return b"Subject: in\nContent-Type: message/rfc822\n\n" * depth + b"\ndeep"


HEAD = b"From: Dana <dana@example.com>\nMessage-ID: <1@example.com>\nSubject: RIS\n"
HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "one newline": b"\n",
    "only nulls": b"\0" * 5000,
    "no header": b"\n\nhello",
    "no body": b"From: a@example.com",
    "no colon": b"hello\nworld\n" * 100,
    "all bytes": bytes(range(256)) * 40,
    "lone surrogates": HEAD + b"Content-Type: text/plain; charset=utf-7\n\n+2AA- +3AA-",
    "surrogates in utf-8": HEAD + b"\n\xed\xa0\x80\xed\xb0\x80",
    "nulls in headers": b"Fr\0om: a\0@example.com\nSubject: a\0b\nMessage-ID: <\0>\n\nx",
    "bare carriage returns": b"From: a@example.com\rBcc: b@example.com\rSubject: x\r\rbody",
    "header injection": b"Subject: =?utf-8?q?a=0D=0ABcc:_v@b.net?=\nFrom: =?utf-8?q?a=0A?= <a@b.example>\n"
    b"\nx",
    "message id of brackets": b"Message-ID: <<<>>>\nIn-Reply-To: <\nReferences: ><\nFrom: <<>>\n\nx",
    "from of every kind": b"From: @\nFrom: ,;:\nFrom: <a@>\nTo: \xff\xfe\nCc: =?x?b?\n\nx",
    "unknown charsets": HEAD + b"Content-Type: text/plain; charset=klingon\n\n\xff\xfe\xfd",
    "codec that is none": HEAD + b"Content-Type: text/plain; charset=zip\n\nabc",
    "punycode bomb": HEAD + b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * 100_000,
    "undefined codec": HEAD + b"Content-Type: text/plain; charset=undefined\n\nabc",
    "broken base64": HEAD + b"Content-Transfer-Encoding: base64\n\n=?!=a===b\xff",
    "broken quoted-printable": HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n=Z=\n==3D=0\xff=",
    "broken uuencode": HEAD + b"Content-Transfer-Encoding: x-uuencode\n\nbegin 999 x\n\xff\xff\nM\n",
    "encoding of nonsense": HEAD + b"Content-Transfer-Encoding: \xff\xfe;;;\n\nabc",
    "rfc 2047 flood": b"Subject: " + b"=?utf-8?q?=FF?= " * 5000 + b"\nFrom: " + b"=?a?b?" * 5000 + b"\n\nx",
    "rfc 2231 flood": HEAD
    + b"Content-Type: text/plain"
    + b"".join(b"; name*%d*=%%FF''" % n for n in range(3000))
    + b"\n\nx",
    "rfc 2231 nonsense": HEAD
    + b"Content-Disposition: attachment; filename*=''; filename*0*=a; filename*0*=b\n\nx",
    "content type of nonsense": HEAD + b"Content-Type: \xff/\xfe; =; ;; boundary\n\nx",
    "multipart without boundary": HEAD + b"Content-Type: multipart/mixed\n\n--x\n\na",
    "multipart that never ends": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\na",
    "multipart of nothing": HEAD + b"Content-Type: multipart/alternative; boundary=b\n\n--b--",
    "boundary of its parent": HEAD
    + multipart("b", 'Content-Type: multipart/mixed; boundary="b"\n\n--b\n\nx\n--b--').encode(),
    "a mail that is no mail": HEAD + b"Content-Type: message/rfc822\n\n",
    "partial mail": HEAD + b"Content-Type: message/partial; number=1; total=99; id=x\n\nx",
    "status of nonsense": b"Return-Path: <>\n"
    + HEAD
    + b"Content-Type: message/delivery-status\n\n:\n\xff: \xff\n\nAction",
    "report of nothing": b"Return-Path: <>\n"
    + HEAD
    + b"Content-Type: multipart/report; report-type=delivery-status\n\n",
    "report with a raw 8-bit sender": b"Return-Path: <>\nFrom: \xff\xfe <\xff@\xff>\nTo: \xff\n"
    b"Subject: Undeliverable: \xff\n\nx",
    "thousand parts": HEAD + multipart("b", *["\nx"] * 1000).encode(),
    "nested 30": nested(30),
    "nested 2000": nested(2000),
    "letters in letters": letters(50),
    "letters in letters, deep": letters(3000),
    "thousands of headers": b"X-A: b\n" * 50_000 + HEAD + b"\nx",
    "one endless header": b"Subject: " + b"x" * 3_000_000 + b"\n\nx",
    "one header of many lines": b"References: " + b"<a@b>\n " * 50_000 + b"\n\nx",
    "one endless line": HEAD + b"\n" + b"On 1.1. " * 500_000,
    "reply that hangs a parser": HEAD + b"\n" + b"On " * 2300 + b"wrote",
    "headers that hang a parser": HEAD + b"\n" + b"From: \n" * 1000 + b"Sent: " * 500,
    "html of open comments": HEAD + b"Content-Type: text/html\n\n" + b"<!--" * 200_000,
    "html of declarations": HEAD + b"Content-Type: text/html\n\n" + b"<![if" * 200_000,
    "html of brackets": HEAD + b"Content-Type: text/html\n\n" + b"<" * 500_000,
    "html of open tags": HEAD + b"Content-Type: text/html\n\n" + b"<a" * 200_000,
    "html of open end tags": HEAD + b"Content-Type: text/html\n\n" + b"</a" * 200_000,
    "html of open attributes": HEAD + b"Content-Type: text/html\n\n" + b'<a b="' * 100_000,
    "html of mixed quotes": HEAD + b"Content-Type: text/html\n\n" + b"<a\"''\"'" * 60_000,
    "html of huge numbers": HEAD + b"Content-Type: text/html\n\n&#" + b"9" * 200_000 + b";",
    "html of scripts": HEAD + b"Content-Type: text/html\n\n" + b"<script>" * 100_000,
    "html of script ends": HEAD + b"Content-Type: text/html\n\n<script>" + b"</scrip" * 100_000,
    "html of quotes": HEAD + b"Content-Type: text/html\n\n" + b"<blockquote>x" * 50_000,
    "html of entities": HEAD + b"Content-Type: text/html\n\n" + b"&#99999999999; &#xd800; &#0;" * 1000,
    "names of paths": HEAD
    + b'Content-Disposition: attachment; filename="../../\x00/etc/passwd\xe2\x80\xae"\n\nx',
    "sniffed but false": HEAD + b"Content-Disposition: attachment; filename=a.xlsx\n\nPK\x03\x04xl/workbook.",
}


@pytest.fixture(scope="module")
def reader() -> Iterator[LimitedReader]:
    pool = LimitedPool(1)
    pool.start()
    reader = LimitedReader(pool)
    yield reader
    reader.close()


def check_sound(mail: InboundMail) -> None:
    """Everything that will be stored, shown or signed must be storable, showable and of known size."""
    said = asdict(mail) | {"attachments": [(one.name, one.type) for one in mail.attachments]}
    text = json.dumps(said, default=str, ensure_ascii=False)
    text.encode()
    assert not UNSOUND.search(text)
    assert mail.lang in {"en", "de"}
    assert len(mail.content_hash) == 64
    assert mail.date is None or mail.date.tzinfo
    assert len(mail.text) <= 110_000
    assert "\n" not in mail.subject
    assert not any("\n" in value for _, value in mail.headers)
    assert all("/" not in one.name and "\\" not in one.name for one in mail.attachments)
    classified = classify(
        mail, own_addresses=frozenset({"ris@desk.example.org"}), keyring=KEYRING, has_form=False
    )
    json.dumps(classification_json(mail, classified, file="x.eml")).encode()
    for trusted in ("mx.desk.example", "microsoft365"):
        check_sender(mail, trusted)


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_mails_are_read_within_seconds(raw: bytes, reader: LimitedReader) -> None:
    start = time.monotonic()
    mail, _ = reader.read_mail(raw)
    spent = time.monotonic() - start

    assert spent < 10
    check_sound(mail)
    check_sound(read_head(raw))


def test_the_reader_works_after_all_of_them(reader: LimitedReader) -> None:
    mail, _ = reader.read_mail(HEAD + b"\nFive seats.\n")

    assert (mail.sender.address, mail.text, mail.fault) == ("dana@example.com", "Five seats.", "")


def mutated(raw: bytes, luck: random.Random) -> bytes:
    """Change, drop, double or move a few bytes or lines, as broken gateways and attackers do."""
    data = bytearray(raw[:20_000])
    for _ in range(luck.randint(1, 12)):
        at = luck.randrange(len(data))
        match luck.randrange(6):
            case 0:
                data[at] = luck.randrange(256)
            case 1:
                del data[at : at + luck.randint(1, 40)]
            case 2:
                data[at:at] = luck.choice(
                    (b"\0", b"\r", b"\n", b"\n\n", b"=?", b"\xff\xfe", b"<", b'"', b";", b"--")
                )
            case 3:
                data[at:at] = data[at : at + luck.randint(1, 200)]
            case 4:
                lines = bytes(data).split(b"\n")
                one = luck.randrange(len(lines))
                lines.insert(luck.randrange(len(lines)), lines.pop(one))
                data = bytearray(b"\n".join(lines))
            case _:
                del data[at:]
        data = data or bytearray(b"\n")
    return bytes(data)


def test_seeded_mutations_of_good_mails_never_raise() -> None:
    luck = random.Random(SEED)
    for raw in [one.read_bytes() for one in GOOD for _ in range(30)]:
        hostile = mutated(raw, luck)

        check_sound(read_mail_parts(hostile))
        check_sound(read_head(hostile))
