"""Whom a mail may be believed to come from."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.mail import Address, InboundMail
from bot.domain.trust import Verdict, check_sender, is_sponsor
from tests.budget import examples

ID = "mx.desk.example"


def a_mail(
    *results: str, sender: str = "Dana <dana@example.org>", address: str = "dana@example.org"
) -> InboundMail:
    headers = [("authentication-results", one) for one in results] + [("from", sender)]
    return InboundMail(message_id="<1@example.org>", sender=Address(address=address), headers=tuple(headers))


GMAIL = (
    "mx.desk.example; dkim=pass header.i=@example.org header.s=s1 header.b=Ab/+cd; arc=pass (i=1 spf=pass); "
    "spf=pass (desk: domain of dana@example.org designates 192.0.2.1 as permitted sender) "
    "smtp.mailfrom=dana@example.org; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.org"
)
MICROSOFT = (
    "spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=example.org; dkim=pass (signature was verified) "
    "header.d=example.org;dmarc=pass action=none header.from=example.org;compauth=pass reason=100"
)


@pytest.mark.parametrize(
    "header",
    [
        "mx.desk.example; dmarc=pass header.from=example.org",
        "MX.Desk.Example 1; dmarc=pass (p=none; dis=none) header.from=Example.ORG",
        "(a comment) mx.desk.example; dkim=fail header.d=x.example; dmarc=pass header.from=example.org",
        "mx.desk.example; dkim=pass header.d=example.org",
        "mx.desk.example; dkim=pass header.d=evil.example; dkim=pass header.d=example.org",
        "mx.desk.example; spf=pass smtp.mailfrom=bounces@example.org",
        GMAIL,
    ],
)
def test_an_aligned_pass_of_the_trusted_server_counts(header: str) -> None:
    check = check_sender(a_mail(header), ID)

    assert check.verdict is Verdict.PASSED
    assert "pass" in check.evidence


@pytest.mark.parametrize(
    "header",
    [
        "mx.desk.example; none",
        "mx.desk.example; dmarc=none header.from=example.org",
        "mx.desk.example; dmarc=pass header.from=evil.example",
        "mx.desk.example; dmarc=pass",
        "mx.desk.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example",
        "mx.desk.example; dkim=pass header.d=notexample.org",
        "mx.desk.example; dkim=pass header.d=org",
        "mx.desk.example; dkim=pass header.d=sub.example.org",
        "mx.desk.example; spf=pass smtp.helo=example.org",
        "mx.desk.example; spf=softfail smtp.mailfrom=example.org; dkim=temperror header.d=example.org",
        'mx.desk.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.org"@evil.example',
        "mx.desk.example; dmarc=pass (header.from=example.org",
        "mx.desk.example; dmarc=pass header.from=example.org" + " " * 9000,
        "mx.desk.example; " + "(" * 5000,
        "mx.desk.example",
    ],
)
def test_whatever_is_not_a_clear_aligned_pass_is_no_verdict(header: str) -> None:
    assert check_sender(a_mail(header), ID).verdict is Verdict.NONE


@pytest.mark.parametrize(
    ("signer", "domain"),
    [
        ("co.uk", "example.co.uk"),  # a public suffix
        ("hosting.example", "customer.hosting.example"),  # where customers share a parent
        ("example.org", "sub.example.org"),
        ("sub.example.org", "example.org"),
    ],
)
def test_only_dmarc_may_speak_for_a_domain_above_or_below(signer: str, domain: str) -> None:
    """Without the list of public suffixes nobody can tell whose a parent is; the server has it."""
    sender = f"a@{domain}"
    signed = a_mail(f"{ID}; dkim=pass header.d={signer}", sender=sender, address=sender)
    sent = a_mail(f"{ID}; spf=pass smtp.mailfrom=b@{signer}", sender=sender, address=sender)
    by_dmarc = f"{ID}; dkim=pass header.d={signer}; dmarc=pass header.from={domain}"

    assert check_sender(signed, ID).verdict is Verdict.NONE
    assert check_sender(sent, ID).verdict is Verdict.NONE
    assert check_sender(a_mail(by_dmarc, sender=sender, address=sender), ID).verdict is Verdict.PASSED


def test_a_server_that_read_another_from_is_not_believed_though_a_signature_passed() -> None:
    header = f"{ID}; dkim=pass header.d=example.org; dmarc=pass header.from=evil.example"

    assert check_sender(a_mail(header), ID).verdict is Verdict.NONE


@pytest.mark.parametrize(
    "header",
    [
        f"{ID}; dmarc=pass header.from=example.org header.from=evil.example",
        f"{ID}; dkim=pass header.d=evil.example header.d=example.org",
        f"{ID}; spf=pass smtp.mailfrom=a@example.org smtp.mailfrom=b@evil.example",
    ],
)
def test_a_result_that_says_two_things_says_nothing(header: str) -> None:
    assert check_sender(a_mail(header), ID).verdict is Verdict.NONE


def test_an_older_spelling_of_a_domain_is_not_the_domain() -> None:
    """IDNA 2003 made "strasse" of "straße"; both can be registered, by different people."""
    mail = a_mail(
        f"{ID}; dkim=pass header.d=strasse.example", sender="a@straße.example", address="a@straße.example"
    )

    assert check_sender(mail, ID).verdict is Verdict.NONE


def test_a_look_alike_domain_vouches_for_itself_only() -> None:
    """The signer begins with a Cyrillic letter."""
    mail = a_mail(f"{ID}; dkim=pass header.d=\u0435xample.org; spf=pass smtp.mailfrom=xn--xample-2of.org")

    assert check_sender(mail, ID).verdict is Verdict.NONE


def test_a_failed_dmarc_is_said_even_beside_other_passes() -> None:
    check = check_sender(
        a_mail("mx.desk.example; spf=pass smtp.mailfrom=example.org; dmarc=fail header.from=example.org"), ID
    )

    assert check.verdict is Verdict.FAILED
    assert check.evidence == "dmarc=fail header.from=example.org"


PASS = "mx.desk.example; dmarc=pass header.from=example.org"


def test_only_the_topmost_header_of_the_trusted_server_counts() -> None:
    assert check_sender(a_mail("mx.desk.example; dmarc=none", PASS), ID).verdict is Verdict.NONE
    assert check_sender(a_mail("mx.desk.example; dmarc=p@ss((", PASS), ID).verdict is Verdict.NONE


RESULTS = st.sampled_from(
    ["dmarc=pass header.from=example.org", "dkim=pass header.d=example.org", "none", "("]
)
IDS = st.sampled_from([ID, "mx.evil.example", f"({ID}) mx", f'"{ID}"', "", f"{ID} 1"])


@settings(max_examples=examples(60))
@given(st.lists(st.one_of(st.builds("{}; {}".format, IDS, RESULTS), st.text(max_size=60)), max_size=4))
def test_whatever_lies_below_the_servers_own_header_changes_nothing(below: list[str]) -> None:
    for own in (f"{ID}; dmarc=none", f"{ID}; dmarc=fail header.from=example.org", PASS, f"{ID}; ("):
        assert check_sender(a_mail(own, *below), ID) == check_sender(a_mail(own), ID)


def test_another_server_s_header_above_neither_helps_nor_harms() -> None:
    other = "mx.evil.example; dmarc=pass header.from=example.org"

    assert check_sender(a_mail(other), ID).verdict is Verdict.NONE
    assert check_sender(a_mail(other, PASS), ID).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    "lookalike", ["mx.desk.example.evil.example", "xmx.desk.example", '"mx.desk.example"x', ""]
)
def test_a_name_that_only_resembles_the_trusted_server_is_not_it(lookalike: str) -> None:
    header = f"{lookalike}; dmarc=pass header.from=example.org"

    assert check_sender(a_mail(header), ID).verdict is Verdict.NONE


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("dana@example.org, boss@sponsor.example", "dana@example.org"),
        ("<dana@example.org> <boss@sponsor.example>", "dana@example.org"),
        ("", ""),
        ("undisclosed:;", ""),
        ("boss@sponsor.example", "dana@example.org"),
    ],
)
def test_a_from_without_exactly_one_address_is_no_verdict(sender: str, address: str) -> None:
    assert check_sender(a_mail(PASS, sender=sender, address=address), ID).verdict is Verdict.NONE


def test_two_from_headers_are_no_verdict() -> None:
    mail = a_mail(PASS)
    twice = InboundMail(
        message_id="", sender=mail.sender, headers=(*mail.headers, ("from", "boss@sponsor.example"))
    )

    assert check_sender(twice, ID).verdict is Verdict.NONE


def test_without_a_trusted_server_there_is_no_verdict() -> None:
    assert check_sender(a_mail(PASS), "").verdict is Verdict.NONE
    assert check_sender(a_mail(PASS), "  ").verdict is Verdict.NONE


def test_an_international_domain_compares_in_both_spellings() -> None:
    mail = a_mail(
        "mx.desk.example; dmarc=pass header.from=xn--mnchen-3ya.example",
        sender="a@münchen.example",
        address="a@münchen.example",
    )

    assert check_sender(mail, ID).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("header", "verdict"),
    [
        (MICROSOFT, Verdict.PASSED),
        (
            "spf=none; dmarc=bestguesspass action=none header.from=example.org;compauth=pass reason=109",
            Verdict.PASSED,
        ),
        ("dmarc=none action=none header.from=example.org;compauth=pass reason=703", Verdict.NONE),
        ("dmarc=none action=none header.from=example.org;compauth=softpass reason=201", Verdict.NONE),
        ("dmarc=none action=none header.from=evil.example;compauth=pass reason=100", Verdict.NONE),
        ("compauth=pass reason=100", Verdict.NONE),
        ("dmarc=none action=none header.from=example.org;compauth=pass", Verdict.NONE),
        ("dmarc=none action=none header.from=example.org;compauth=pass reason=451", Verdict.NONE),
        ("dmarc=none action=none header.from=example.org;compauth=pass reason=100 reason=703", Verdict.NONE),
        ("x dmarc=pass header.from=example.org", Verdict.NONE),
        ("dmarc=none action=none header.from=example.org;compauth=fail reason=001", Verdict.FAILED),
        ("dmarc=fail action=oreject header.from=example.org;compauth=pass reason=130", Verdict.FAILED),
        ('spf=pass smtp.mailfrom="x;dmarc=pass header.from=example.org"@evil.example', Verdict.NONE),
        ("spf=pass (a ; dmarc=pass header.from=example.org", Verdict.NONE),
        ("spf=pass (a)) ; dmarc=pass header.from=example.org", Verdict.NONE),
        ("spf=none (x; dmarc=pass header.from=example.org) smtp.mailfrom=evil.example", Verdict.NONE),
        (PASS, Verdict.NONE),
    ],
)
def test_microsoft_s_own_form_is_read_in_its_mode(header: str, verdict: Verdict) -> None:
    assert check_sender(a_mail(header), "microsoft365").verdict is verdict


def test_microsoft_s_form_means_nothing_to_a_named_server() -> None:
    assert check_sender(a_mail(MICROSOFT), ID).verdict is Verdict.NONE


def test_in_microsoft_s_mode_too_only_the_topmost_counts() -> None:
    mail = a_mail("spf=none; dmarc=none header.from=example.org;compauth=none", MICROSOFT)

    assert check_sender(mail, "microsoft365").verdict is Verdict.NONE


def test_without_a_name_a_header_below_anothers_is_anybodys() -> None:
    mail = a_mail("mx.elsewhere.example; dmarc=fail header.from=example.org", MICROSOFT)

    assert check_sender(a_mail(MICROSOFT), "microsoft365").verdict is Verdict.PASSED
    assert check_sender(mail, "microsoft365").verdict is Verdict.NONE


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("anna@example.com", True),
        ("ANNA@Example.com", True),
        ("someone@sponsor.example", True),
        ("someone@sub.sponsor.example", False),
        ("someone@notsponsor.example", False),
        ("sponsor.example", False),
        ("@sponsor.example", False),
        ("bob@example.com", False),
        ("", False),
    ],
)
def test_a_sponsor_is_named_by_address_or_exact_domain(address: str, expected: bool) -> None:
    assert is_sponsor(address, ["Anna@example.com", " sponsor.example", "@other.example", ""]) is expected
