"""What gateways, broken programs and attackers do to a mail: seeded, each by its name."""

import base64
import random
import re
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

NAMES = (
    b"../../../etc/cron.d/x", b"..\\..\\windows\\system32\\x", b"/etc/passwd", b"a\tb", b"\xe2\x80\xaegnp",
    b"x" * 4000, b"=?utf-8?q?a=0D=0ABcc:_v@b.example?=", b"con", b"%00", b"<script>alert(1)</script>",
)  # fmt: skip
CHARSETS = (b"klingon", b"zip", b"undefined", b"utf-99", b"idna", b"unicode_escape", b"\xff", b'"', b"base64")
HEADERS = (
    b"From: =?utf-8?b?////?= <@@>", b"From: a@example.com, b@example.com;;;", b"To: <<<>>>", b"Subject:",
    b"Date: yesterday", b"Message-ID: <>", b"References: " + b"<a@b> " * 3000, b"Received: \xff\xfe",
    b"Content-Type: multipart/mixed", b"Content-Type: text/plain; charset", b"no header at all", b": nothing",
    b"Content-Transfer-Encoding: uuencode", b"In-Reply-To: <\x00>", b"MIME-Version: 1.0 (a (b (c",
)  # fmt: skip


def head_and_body(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """The header with its last line's end, the empty line, and the rest."""
    end = re.search(rb"\r?\n(?=\r?\n)", raw)
    if end is None:
        return raw, b"", b""
    blank = re.compile(rb"\r?\n").match(raw, end.end())
    assert blank is not None
    return raw[: end.end()], blank[0], raw[blank.end() :]


def _with_headers(raw: bytes, lines: bytes) -> bytes:
    head, blank, body = head_and_body(raw)
    return head + lines + blank + body


# What cannot change what a mail is


def many_headers(raw: bytes, luck: random.Random) -> bytes:
    return _with_headers(raw, b"".join(b"X-Hop-%d: relay\r\n" % at for at in range(luck.randint(500, 3000))))


def huge_header(raw: bytes, luck: random.Random) -> bytes:
    return _with_headers(raw, b"X-Filler: " + b"x" * luck.randint(10_000, 400_000) + b"\r\n")


def binary_header(raw: bytes, luck: random.Random) -> bytes:
    noise = bytes(luck.choice([*range(1, 10), 11, 12, *range(14, 256)]) for _ in range(500))
    return _with_headers(raw, b"X-Noise: " + noise.replace(b"\0", b"\x01") + b"\r\n")


def nulls_in_a_header(raw: bytes, luck: random.Random) -> bytes:
    return _with_headers(raw, b"X-Nulls: a" + b"\0" * luck.randint(1, 500) + b"b\r\n")


def bare_newlines(raw: bytes, _: random.Random) -> bytes:
    return raw.replace(b"\r\n", b"\n")


def network_newlines(raw: bytes, _: random.Random) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def shouted_headers(raw: bytes, _: random.Random) -> bytes:
    head, blank, body = head_and_body(raw)
    return re.sub(rb"(?m)^[\w-]+(?=:)", lambda name: name[0].upper(), head) + blank + body


def endless_epilogue(raw: bytes, luck: random.Random) -> bytes:
    if b"multipart/" not in head_and_body(raw)[0].lower():
        return raw
    return raw.rstrip(b"\r\n") + b"\r\n" + b"-- \r\nscanned by a gateway\r\n" * luck.randint(1, 5000)


HARMLESS: dict[str, Mutation] = {
    one.__name__: one
    for one in (
        many_headers, huge_header, binary_header, nulls_in_a_header, bare_newlines, network_newlines,
        shouted_headers, endless_epilogue,
    )
}  # fmt: skip


# What may make anything of it


def broken_headers(raw: bytes, luck: random.Random) -> bytes:
    head, blank, body = head_and_body(raw)
    lines = head.splitlines(keepends=True)
    for _ in range(luck.randint(1, 6)):
        lines.insert(luck.randrange(len(lines) + 1), luck.choice(HEADERS) + b"\r\n")
    return b"".join(lines) + blank + body


def torn_headers(raw: bytes, luck: random.Random) -> bytes:
    head, blank, body = head_and_body(raw)
    lines = [line.replace(b":", b"", 1) if luck.random() < 0.2 else line for line in head.splitlines(True)]
    return b"".join(line for line in lines if luck.random() > 0.1) + blank + body


def lost_boundaries(raw: bytes, luck: random.Random) -> bytes:
    head, blank, body = head_and_body(raw)
    kept = [line for line in body.splitlines(True) if not line.startswith(b"--") or luck.random() < 0.5]
    return head + blank + b"".join(kept)


def false_boundary(raw: bytes, luck: random.Random) -> bytes:
    other = luck.choice((b'boundary=""', b"boundary=", b'boundary="x', b"boundary*0=a; boundary*1=b"))
    return re.sub(rb'boundary="?[^"\r\n;]+"?', lambda _: other, raw, count=luck.randint(1, 3))


def cut_off(raw: bytes, luck: random.Random) -> bytes:
    return raw[: luck.randrange(len(raw))]


def damaged_base64(raw: bytes, luck: random.Random) -> bytes:
    def spoil(line: re.Match[bytes]) -> bytes:
        if luck.random() > 0.05:
            return line[0]
        at = luck.randrange(len(line[0]))
        return line[0][:at] + luck.choice((b"=", b"\xff", b"!!", b"", b"\0", b"\r\n\r\n")) + line[0][at + 1 :]

    return re.sub(rb"(?m)^[A-Za-z0-9+/]{40,}", spoil, raw)


def false_charset(raw: bytes, luck: random.Random) -> bytes:
    return re.sub(rb'(?i)charset="?[\w-]+"?', lambda _: b"charset=" + luck.choice(CHARSETS), raw)


def false_encoding(raw: bytes, luck: random.Random) -> bytes:
    kinds = (b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"binary", b"gzip", b"\xff;")
    return re.sub(
        rb"(?i)(content-transfer-encoding: *)[\w-]+", lambda found: found[1] + luck.choice(kinds), raw
    )


def deeply_nested(raw: bytes, luck: random.Random) -> bytes:
    head, blank, body = head_and_body(raw)
    depth = luck.choice((2, 20, 300))
    kept = re.sub(rb"(?im)^(content-|mime-)[^\n]*\n([ \t][^\n]*\n)*", b"", head)
    inner = re.findall(rb"(?im)^content-[^\n]*\n(?:[ \t][^\n]*\n)*", head)
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="n%d"\r\n\r\n--n%d\r\n' % (n, n) for n in range(depth)
    )
    return kept + opened + b"".join(inner) + blank + body


def letter_in_letters(raw: bytes, luck: random.Random) -> bytes:
    for _ in range(luck.choice((1, 5, 40))):
        raw = b"From: a@example.com\r\nSubject: fw\r\nContent-Type: message/rfc822\r\n\r\n" + raw
    return raw


def nulls_everywhere(raw: bytes, luck: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(max(5, len(data) // 500)):
        data[luck.randrange(len(data))] = 0
    return bytes(data)


def eighth_bits(raw: bytes, luck: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(max(5, len(data) // 100)):
        data[luck.randrange(len(data))] |= 0x80
    return bytes(data)


def hostile_names(raw: bytes, luck: random.Random) -> bytes:
    return re.sub(rb'name="?[^"\r\n;]+"?', lambda _: b'name="' + luck.choice(NAMES) + b'"', raw)


def swapped_attachments(raw: bytes, luck: random.Random) -> bytes:
    """Every long run of base64 under another's name, or replaced by what it does not say it is."""
    runs = re.findall(rb"(?:^[A-Za-z0-9+/=]{40,}\r?\n)+", raw, re.MULTILINE)
    others = [*runs, base64.encodebytes(b"MZ" + bytes(3000)), base64.encodebytes(b"PK\x03\x04" + bytes(500))]
    return re.sub(rb"(?m)(?:^[A-Za-z0-9+/=]{40,}\r?\n)+", lambda _: luck.choice(others), raw)


def shuffled_lines(raw: bytes, luck: random.Random) -> bytes:
    lines = raw.splitlines(keepends=True)
    for _ in range(luck.randint(1, 30)):
        lines.insert(luck.randrange(len(lines)), lines.pop(luck.randrange(len(lines))))
    return b"".join(lines)


DESTRUCTIVE: dict[str, Mutation] = {
    one.__name__: one
    for one in (
        broken_headers, torn_headers, lost_boundaries, false_boundary, cut_off, damaged_base64, false_charset,
        false_encoding, deeply_nested, letter_in_letters, nulls_everywhere, eighth_bits, hostile_names,
        swapped_attachments, shuffled_lines,
    )
}  # fmt: skip
