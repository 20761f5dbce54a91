"""What servers say, made fit for one line of a log."""

import socket
import ssl

import pytest

from bot.adapters.server_words import LONGEST, line_trouble, remark


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (b"5.1.1 <anna.long@example.org>:\r\n unknown", "5.1.1 <a…@example.org>: unknown"),
        ("a@b.example, bob@c.example", "a…@b.example, b…@c.example"),
        (b"\xff\x1b[31mred\x00", "\N{REPLACEMENT CHARACTER} [31mred"),
        ("right\u202eleft \u2028 \ud800", "right\u202eleft"),
        (b"535 unknown: AUTH XOAUTH2 " + b"dXNlcj0=" * 12, "535 unknown: AUTH XOAUTH2 …"),
        ("", ""),
    ],
)
def test_a_remark_is_one_printable_line_without_addresses(said: object, shown: str) -> None:
    assert remark(said) == shown.replace("\u202e", " ")


def test_a_long_remark_is_cut() -> None:
    assert len(remark("word " * 1_000)) == LONGEST


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (ConnectionRefusedError(111, "refused"), "nobody listens"),
        (TimeoutError("timed out"), "in time"),
        (socket.gaierror(-2, "unknown"), "name is not known"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "TLS"),
        (ssl.SSLCertVerificationError(1, "self-signed"), "CA_BUNDLE"),
        (OSError(113, "No route to host"), "No route to host"),
        (OSError(), "OSError"),
    ],
)
def test_trouble_on_the_line_names_its_mend(trouble: OSError, words: str) -> None:
    assert words in line_trouble(trouble)
