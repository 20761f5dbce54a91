"""What the server writes on top of a mail, and what it takes away."""

import time
from email import message_from_bytes

import pytest
from authres import AuthenticationResultsHeader

from bot.sandbox.mail.reception import AUTHSERV_ID, Arrival, split_header, stamped
from tests.sandbox.mail.conftest import NOON


def an_arrival(
    *, sender: str = "dana@sponsor.example", authentic: bool = True, helo: str = "there"
) -> Arrival:
    return Arrival(
        sender=sender,
        recipient="desk@usher.example",
        helo=helo,
        protocol="ESMTP",
        queue_id="1",
        authentic=authentic,
        at=NOON,
    )


def results(raw: bytes, **arrival: object) -> dict[str, str]:
    """The verdicts of the topmost header, read by a parser of the trade."""
    value = message_from_bytes(stamped(raw, an_arrival(**arrival)))["Authentication-Results"]  # type: ignore[arg-type]
    header = AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
    assert header.authserv_id == AUTHSERV_ID
    return {result.method: result.result for result in header.results}


def claims(raw: bytes) -> list[str]:
    stamped_mail = message_from_bytes(stamped(raw, an_arrival(authentic=False)))
    return [str(value) for value in stamped_mail.get_all("Authentication-Results", [])]


def test_an_authentic_mail_passes_all_three() -> None:
    assert results(b"From: Dana <dana@sponsor.example>\r\n\r\nhi") == {
        "spf": "pass",
        "dkim": "pass",
        "dmarc": "pass",
    }


def test_a_forged_mail_fails_all_three() -> None:
    assert set(results(b"From: dana@sponsor.example\r\n\r\nhi", authentic=False).values()) == {"fail"}


def test_an_authentic_stranger_passes_for_itself_but_not_for_the_name_in_from() -> None:
    verdicts = results(b"From: dana@sponsor.example\r\n\r\nhi", sender="x@evil.example")

    assert verdicts == {"spf": "pass", "dkim": "pass", "dmarc": "fail"}


def test_a_subdomain_of_the_sender_is_aligned() -> None:
    verdicts = results(b"From: dana@sponsor.example\r\n\r\nhi", sender="bounce@news.sponsor.example")

    assert verdicts["dmarc"] == "pass"


def test_a_domain_that_only_ends_alike_is_not_aligned() -> None:
    verdicts = results(b"From: dana@sponsor.example\r\n\r\nhi", sender="x@evilsponsor.example")

    assert verdicts["dmarc"] == "fail"


@pytest.mark.parametrize(
    "header",
    [
        b"From: dana@sponsor.example, eve@evil.example\r\n",
        b"From: dana@sponsor.example\r\nFrom: eve@evil.example\r\n",
        b"From: nobody\r\n",
        b"From: \xff\xfe<@>\r\n",
        b"From: dana@spon sor;x=y.example\r\n",
        b"Subject: no author\r\n",
    ],
)
def test_no_single_author_means_no_pass(header: bytes) -> None:
    assert results(header + b"\r\nhi", sender="dana@sponsor.example")["dmarc"] == "fail"


def test_a_bounce_without_envelope_sender_speaks_for_its_author() -> None:
    raw = b"From: MAILER-DAEMON@sponsor.example\r\n\r\nhi"

    assert results(raw, sender="")["dmarc"] == "pass"
    assert message_from_bytes(stamped(raw, an_arrival(sender="")))["Return-Path"] == "<>"


@pytest.mark.parametrize(
    "claim",
    [
        b"Authentication-Results: mx.usher.example; dmarc=pass",
        b"authentication-results : MX.Usher.Example 1; dmarc=pass",
        b"Authentication-Results:\r\n\tmx.usher.example;\r\n dmarc=pass",
        b'Authentication-Results: "mx.usher.example"; dmarc=pass',
        b"Authentication-Results: (a (nested\\) one) b) mx.usher.example; dmarc=pass",
        b"X-Harmless: x\nAuthentication-Results: mx.usher.example; dmarc=pass",
        b"X-Harmless: x\rAuthentication-Results: mx.usher.example; dmarc=pass",
        b"Return-Path: <boss@usher.example>\r\nAuthentication-Results: mx.usher.example; dmarc=pass",
    ],
)
def test_verdicts_in_our_name_are_taken_out(claim: bytes) -> None:
    raw = claim + b"\r\nFrom: dana@sponsor.example\r\n\r\nhi"

    assert len(claims(raw)) == 1
    assert "dmarc=fail" in claims(raw)[0]


def test_verdicts_in_another_name_stay_below_ours() -> None:
    raw = b"Authentication-Results: mx.sponsor.example; spf=pass\r\nFrom: dana@sponsor.example\r\n\r\nhi"

    assert [claim.split(";")[0] for claim in claims(raw)] == [AUTHSERV_ID, "mx.sponsor.example"]


def test_a_claim_in_the_body_is_text_and_stays() -> None:
    raw = b"From: dana@sponsor.example\r\n\r\nAuthentication-Results: mx.usher.example; dmarc=pass\r\n"

    assert stamped(raw, an_arrival()).endswith(raw)


def test_a_client_cannot_end_our_header_line_early() -> None:
    raw = stamped(
        b"From: a@b.example\r\n\r\n", an_arrival(helo="x\r\nX-Evil: 1", sender="a\r\nX-Evil: 1@b.c")
    )

    assert message_from_bytes(raw)["X-Evil"] is None


def test_a_hundred_thousand_nested_comments_cost_no_time() -> None:
    started = time.monotonic()
    claims(b"Authentication-Results: " + b"(" * 100_000 + b")" * 100_000 + b" mx.usher.example; x\r\n\r\n")

    assert time.monotonic() - started < 1


def test_header_and_rest_together_are_the_mail() -> None:
    for raw in (b"", b"\r\n", b"A: b", b"A: b\n\n\nc", b" x\r\nA: b\r\n\r\n.", b"A: b\rC: d\r\r\ne"):
        fields, rest = split_header(raw)

        assert b"".join(fields) + rest == raw
