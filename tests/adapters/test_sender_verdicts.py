"""Mails as real servers hand them over: whose results are read, and what else looks like them."""

import pytest

from bot.adapters.mail_parsing import read_head, read_mail_parts
from bot.domain.trust import MICROSOFT365, Verdict, check_sender

FROM = "From: Dana Reyes <dana@example.org>"

POSTFIX_OPENDMARC = """\
Return-Path: <dana@example.org>
Authentication-Results: mx.desk.example; dmarc=pass (p=reject dis=none) header.from=example.org
Authentication-Results: mx.desk.example;
\tdkim=pass (2048-bit key; unprotected) header.d=example.org header.i=@example.org
\t header.a=rsa-sha256 header.s=s1 header.b=abcDEF12;
\tdkim-atps=neutral
Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.1
Received: from mail.example.org (mail.example.org [192.0.2.1])
\tby mx.desk.example (Postfix) with ESMTPS id 4F00BA"""

RSPAMD = """\
Received: from mail.example.org (mail.example.org [192.0.2.1]) by mx.desk.example (Postfix)
Authentication-Results: mx.desk.example;
\tdkim=pass header.d=example.org header.s=20230601 header.b=Ab12Cd34;
\tspf=pass (mx.desk.example: domain of dana@example.org designates 192.0.2.1 as permitted sender)
 smtp.mailfrom=dana@example.org;
\tdmarc=pass (policy=reject) header.from=example.org"""

AMAVIS = """\
Authentication-Results: mx.desk.example (amavisd-new); dkim=pass (2048-bit key)
\treason="pass (just generated, assumed good)" header.d=example.org"""

EXIM = """\
Authentication-Results: MX.Desk.Example 1;
\tiprev=pass (mail.example.org) smtp.remote-ip=192.0.2.1;
\tspf=pass smtp.mailfrom=example.org;
\tdkim=pass header.d=example.org header.s=s1 header.a=rsa-sha256;"""

GMAIL = """\
Delivered-To: desk@desk.example
Received: by 2002:a05:6402:1234:b0:5c0:1 with SMTP id x1csp100; Mon, 5 Jan 2026 00:00:00 -0800 (PST)
ARC-Authentication-Results: i=1; mx.google.com; dkim=pass header.i=@evil.example; dmarc=fail
Return-Path: <dana@example.org>
Received: from mail.example.org (mail.example.org. [192.0.2.1]) by mx.google.com with ESMTPS id a1
Received-SPF: pass (google.com: domain of dana@example.org designates 192.0.2.1 as permitted sender)
Authentication-Results: mx.google.com;
       dkim=pass header.i=@example.org header.s=s1 header.b="Ab/+cd=";
       arc=pass (i=1 spf=pass spfdomain=example.org dkim=pass dkdomain=example.org dmarc=pass
        fromdomain=example.org);
       spf=pass (google.com: domain of dana@example.org designates 2001:db8::1 as permitted sender)
        smtp.mailfrom=dana@example.org;
       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.org;
       dara=pass header.i=@gmail.example"""

MICROSOFT = """\
Received: from AB1P281MB0001.EXAMPLE.PROD.OUTLOOK.COM (2603::1) by FR1P281MB0002.EXAMPLE.PROD.OUTLOOK.COM
ARC-Authentication-Results: i=1; mx.microsoft.com 1; spf=fail smtp.mailfrom=evil.example; dmarc=fail
Received: from mail.example.org (192.0.2.1) by AB1.mail.protection.outlook.com (10.0.0.1)
Authentication-Results: spf=pass (sender IP is 192.0.2.1)
 smtp.mailfrom=example.org; dkim=pass (signature was verified)
 header.d=example.org;dmarc=pass action=none
 header.from=example.org;compauth=pass reason=100"""

MICROSOFT_OLD = """\
Authentication-Results: spf=pass (sender IP is 192.0.2.1)
 smtp.mailfrom=example.org; desk.example; dkim=pass (signature was verified)
 header.d=example.org;desk.example; dmarc=pass action=none header.from=example.org;compauth=pass reason=100"""

MICROSOFT_BEST_GUESS = """\
Authentication-Results: spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.org;
 dkim=none (message not signed) header.d=none;dmarc=bestguesspass action=none
 header.from=example.org;compauth=pass reason=109"""

FASTMAIL = """\
Authentication-Results: mx6.messagingengine.example;
    arc=none (no signatures found);
    dkim=pass (2048-bit rsa key sha256) header.d=example.org header.i=@example.org
    header.b=LtEfGh12 header.a=rsa-sha256 header.s=s1 x-bits=2048;
    dmarc=pass policy.published-domain-policy=reject policy.applied-disposition=none
    policy.evaluated-disposition=none (p=reject,d=none) policy.policy-from=p header.from=example.org;
    iprev=pass smtp.remote-ip=192.0.2.1 (mail.example.org);
    spf=pass smtp.mailfrom=dana@example.org smtp.helo=mail.example.org;
    x-me-sender=none"""

ID = "mx.desk.example"


def verdict_of(head: str, trusted: str = ID, sender: str = FROM) -> Verdict:
    raw = f"{head}\n{sender}\nSubject: A form\n\nHello.\n".encode()
    whole = check_sender(read_mail_parts(raw), trusted).verdict
    # What is read of a mail that kills its parser has to say the same.
    assert check_sender(read_head(raw), trusted).verdict is whole
    return whole


@pytest.mark.parametrize(
    ("head", "trusted"),
    [
        (POSTFIX_OPENDMARC, ID),
        (RSPAMD, ID),
        (AMAVIS, ID),
        (EXIM, ID),
        (GMAIL, "mx.google.com"),
        (MICROSOFT, MICROSOFT365),
        (MICROSOFT_OLD, MICROSOFT365),
        (MICROSOFT_BEST_GUESS, MICROSOFT365),
        (FASTMAIL, "mx6.messagingengine.example"),
    ],
)
def test_the_forms_of_real_servers_are_read(head: str, trusted: str) -> None:
    assert verdict_of(head, trusted) is Verdict.PASSED
    assert verdict_of(head.replace("example.org", "evil.example"), trusted) is Verdict.NONE


@pytest.mark.parametrize(
    ("head", "trusted"),
    [
        (POSTFIX_OPENDMARC, ID),
        (RSPAMD, ID),
        (GMAIL, "mx.google.com"),
        (MICROSOFT, MICROSOFT365),
        (FASTMAIL, "mx6.messagingengine.example"),
    ],
)
def test_a_failure_is_a_failure_in_each_of_them(head: str, trusted: str) -> None:
    assert verdict_of(head.replace("dmarc=pass", "dmarc=fail"), trusted) is Verdict.FAILED


FORGED = "Authentication-Results: mx.desk.example; dmarc=pass header.from=example.org"
SERVERS_OWN = "Authentication-Results: mx.desk.example; dmarc=none header.from=example.org"


def test_what_the_sender_wrote_below_the_servers_own_header_is_never_read() -> None:
    assert verdict_of(f"{SERVERS_OWN}\nReceived: from x by mx.desk.example\n{FORGED}") is Verdict.NONE


def test_only_the_topmost_of_several_filters_is_read() -> None:
    """A sender could forge the one that a filter left out, so a filter for DMARC has to be the last one."""
    below = POSTFIX_OPENDMARC.replace("dmarc=pass", "dmarc=none").replace(
        "header.d=example.org", "header.d=example.org"
    )

    assert verdict_of(below) is Verdict.NONE


@pytest.mark.parametrize(
    "other",
    [
        "ARC-Authentication-Results: i=1; mx.desk.example; dmarc=pass header.from=example.org",
        "Authentication-Results-Original: mx.desk.example; dmarc=pass header.from=example.org",
        "X-Authentication-Results: mx.desk.example; dmarc=pass header.from=example.org",
        "Received-SPF: pass (mx.desk.example: domain of dana@example.org) envelope-from=dana@example.org",
        "Subject: Authentication-Results: mx.desk.example; dmarc=pass header.from=example.org",
        "X-Note: a\n Authentication-Results: mx.desk.example; dmarc=pass header.from=example.org",
        "Authentication-Results: (mx.desk.example; dmarc=pass header.from=example.org) evil.example; none",
        "Authentication-Results: (mx.desk.example) evil.example; dmarc=pass header.from=example.org",
        "Authentication-Results: mx.desk.example.evil.example; dmarc=pass header.from=example.org",
        'Authentication-Results: "mx.desk.example; dmarc=pass header.from=example.org"; none',
        "Authentication-Results: =?utf-8?q?mx.desk.example=3B_dmarc=3Dpass_header.from=3Dexample.org?=",
    ],
)
def test_what_only_looks_like_the_servers_results_is_not_read(other: str) -> None:
    assert verdict_of(other) is Verdict.NONE


def test_an_encoded_word_in_an_envelope_address_writes_no_result() -> None:
    """A local part may look like RFC 2047; decoded, it would end the result and begin a better one."""
    local = "=?utf-8?q?x=3B_dmarc=3Dpass_header.from=3Dexample.org=3B_spf=3Dpass_smtp.mailfrom=3Dy?="

    assert (
        verdict_of(f"Authentication-Results: {ID}; spf=pass smtp.mailfrom={local}@evil.example")
        is Verdict.NONE
    )


@pytest.mark.parametrize(
    "sender",
    [
        'From: "dana@example.org" <mallory@evil.example>',
        "From: Dana <dana@example.org>, Mallory <mallory@evil.example>",
        "From: Dana <dana@example.org>\nFrom: Mallory <mallory@evil.example>",
        "From: team: dana@example.org, mallory@evil.example;",
        "From: dana@example.org (Mallory) <mallory@evil.example>",
        "From: <dana@example.org>@evil.example",
        "From: Dana <dana@\u0435xample.org>",
        "From: Dana <dana@example.org.evil.example>",
        "From:",
        "X-From: dana@example.org",
    ],
)
def test_a_from_that_is_not_plainly_that_domain_is_not_vouched_for(sender: str) -> None:
    assert verdict_of(FORGED, sender=sender) is Verdict.NONE


@pytest.mark.parametrize(
    "own", ['"mx.desk.example"; dmarc=fail', "mx.desk.example; dmarc=fail (", "mx.desk.example"]
)
def test_a_header_of_the_server_that_cannot_be_read_lets_no_other_through(own: str) -> None:
    assert verdict_of(f"Authentication-Results: {own}\n{FORGED}") is Verdict.NONE
