"""Who asks whether a mail is ours is understood in both languages; what tells is read out of it."""

import pytest

from bot.domain.mail import Address, Forwarded, InboundMail
from bot.domain.provenance import (
    Provenance,
    Shown,
    asks_nothing_else,
    asks_whether_ours,
    find_shown,
    host_of,
    judge,
    list_hosts,
)

OURS = "c-7.0123456789ab.abcdefghijklmnopqrstuvwxyz@desk.example.com"
DESK = "onboarding@desk.example.com"
BELOW = f"""

---------- Forwarded message ---------
From: Onboarding desk <{DESK}>
Date: Mon, 2 Mar 2026
Subject: Activate your account

Please click https://portal.example.com/activate/x
"""
UNTEN = BELOW.replace("Forwarded message", "Weitergeleitete Nachricht").replace("From:", "Von:")


def a_mail(text: str, subject: str = "Fwd: Activate", **more: object) -> InboundMail:
    return InboundMail(message_id="", sender=Address(), subject=subject, text=text, quoted_text=text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Is this from you?",
        "Hello,\nis this e-mail really from you? It looks odd.",
        "Is the mail below genuine?",
        "Did you send me this?",
        "Did this message really come from you?",
        "I suspect phishing, is that right?",
        "Is this a phishing mail?",
        "Was this sent by you?",
        "Ist diese Mail echt?",
        "Guten Tag,\nist das wirklich von Ihnen?",
        "Stammt diese Nachricht von Ihnen?",
        "Haben Sie mir diese E-Mail geschickt?",
        "Ist die angehängte E-Mail von euch?",
        "Phishing?",
        "Das sieht nach Phishing aus.",
    ],
)
def test_the_question_is_understood_where_a_mail_is_shown(text: str) -> None:
    assert asks_whether_ours(a_mail(text + (UNTEN if "I" not in text[:1] else BELOW)))
    assert asks_whether_ours(
        a_mail(text, forwarded=(Forwarded(message_id="<a@b>", sender="x@evil.example"),))
    )
    assert not asks_whether_ours(a_mail(text))


@pytest.mark.parametrize(
    "text",
    [
        "Please see below. When do I get my key?",
        "The link in this mail does not work.",
        "Is this the right portal?",
        "Is this the real form?",
        "Did you send the License Key already?",
        "You sent me this form last week, and I have filled it in.",
        "Ist das von Ihnen so gewünscht?",
        "Haben Sie die Lizenzschlüssel geschickt?",
        "Ich habe die E-Mail bekommen, der Link geht nicht. Was nun?",
        "Wann kommt die Mail von Ihnen?",
        "Is this from you? " + "x" * 2_000,
    ],
)
def test_another_question_about_a_mail_is_another_question(text: str) -> None:
    assert not asks_whether_ours(a_mail(text + BELOW))


def test_a_second_question_beside_it_is_a_persons() -> None:
    more = " And my License Key is not accepted, whatever I do; since Monday nobody of us can sign in." * 3

    assert asks_nothing_else(a_mail("Is this from you?\nThanks, Dana" + BELOW))
    assert asks_whether_ours(a_mail("Is this from you?\nThanks, Dana" + BELOW))
    assert not asks_nothing_else(a_mail("Is this from you?" + more + BELOW))


def test_what_the_false_mail_says_is_not_what_its_reader_asks() -> None:
    assert not asks_whether_ours(a_mail("For your records." + BELOW + "\nIs this mail from you? Phishing?"))


def test_id_sender_and_links_are_read_out_of_the_text() -> None:
    named = find_shown(a_mail(f"Is this yours? Message-ID: <{OURS}>"))
    inline = find_shown(
        a_mail("My page: https://own.example.org" + BELOW, thread_ids=("<first@x>", "<second@x>"))
    )

    assert named == Shown(ids=(f"<{OURS}>",), senders=())
    assert (inline.ids, inline.exact) == (("<first@x>",), False)
    assert (inline.senders, inline.hosts) == ((DESK,), ("portal.example.com",))


def test_a_link_leads_where_a_browser_goes() -> None:
    assert host_of("https://portal.example.com@evil.example/x") == "evil.example"
    assert host_of("https:\\\\evil.example\\x") == "evil.example"
    assert host_of("HTTPS://Portal.Example.com:8443/x") == "portal.example.com"
    assert host_of("javascript:alert(1)") == host_of("https://") == "?"
    assert list_hosts("sign in at WWW.evil.example/login, or at https://www.b.example") == (
        "www.evil.example",
        "www.b.example",
    )
    assert list_hosts("see http://a.example/1, (https://b.example) and http://a.example/2") == (
        "a.example",
        "b.example",
    )


SAFE = "https://eur01.safelinks.protection.outlook.com/?url="
PORTAL, EVIL = "https%3A%2F%2Fportal.example.com%2Fx%3Fa%3D1", "https%3A%2F%2Fevil.example%2Fx"


@pytest.mark.parametrize(
    ("link", "host"),
    [
        (f"{SAFE}{PORTAL}&data=05%7C02%7Cmara%40example.com&reserved=0", "portal.example.com"),
        (f"{SAFE}{EVIL}&data=05", "evil.example"),
        (f"{SAFE}{PORTAL}&url={EVIL}", "?"),
        (f"{SAFE}{PORTAL}&%55RL={EVIL}", "?"),
        (f"{SAFE}{PORTAL}&data={'x' * 2_000}", "?"),
        (SAFE, "?"),
        (f"{SAFE}javascript%3Aalert(1)", "?"),
        (SAFE.replace("//", "//u[@") + PORTAL, "portal.example.com"),
        (f"https://safelinks.protection.outlook.com.evil.example/?url={PORTAL}", ""),
    ],
)
def test_behind_safe_links_lies_what_they_lead_on_to(link: str, host: str) -> None:
    assert host_of(link) == (host or "safelinks.protection.outlook.com.evil.example")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Sign in: evil.example/login", "evil.example"),
        ("Sign in at login.evil.com, please", "login.evil.com"),
        ("*login.evil.com* _x.evil.com_", "login.evil.com"),
        ("...evil.com", "evil.com"),
        ("Go to Evil.Com.", "evil.com"),
        ("evil.Example/login", "evil.example"),
        ("(@evil.com)", "evil.com"),
        ("evil.com:8080/x?a=b@c.example", "evil.com"),
        ("RIS.xlsx.evil.com", "ris.xlsx.evil.com"),
        ("пример.рф", "пример.рф"),
        ("evil.xn--p1ai", "evil.xn--p1ai"),
        ("ftp://evil.example/x", "?"),
        ("file://portal.example.com/x", "?"),
    ],
)
def test_what_a_mail_program_makes_a_link_of_leads_there_without_a_scheme(text: str, host: str) -> None:
    assert list_hosts(text)[0] == host


@pytest.mark.parametrize(
    "text",
    [
        "z.B. d.h. i.d.R. e.g. i.e. U.S. a.m.",
        "RIS.xlsx, RIS.v2.xlsx and Form.PDF",
        "Danke.Bitte rufen Sie an.Wir helfen",
        "Kranbau GmbH & Co.KG, J.P.Morgan, St.Gallen",
        "1.Januar 2.März 03.02.2026 10.30am 2.Stock 1.500.00",
        "dana@kunde.example.org, <first.last+x@k.example.de>, a.b.c@desk.example.com",
        f"Message-ID: <{OURS}>",
        "Website: https:\u2060//www\u2060.kunde.example.org",
        "and so on...then",
    ],
)
def test_what_only_looks_like_a_link_leads_nowhere(text: str) -> None:
    assert list_hosts(text) == ()


@pytest.mark.parametrize("text", ["a.a" * 300_000, "a.a+" * 300_000, "aa." * 300_000, "a.b@" * 300_000])
def test_a_text_of_dots_is_looked_through_once(text: str) -> None:
    assert len(list_hosts(text)) < 2_000


def test_what_is_behind_the_end_of_what_is_read_may_lead_anywhere() -> None:
    whole, cut = find_shown(a_mail("Yours?" + BELOW)), find_shown(a_mail("Yours?" + BELOW + " x" * 10_000))

    assert whole.hosts == ("portal.example.com",)
    assert cut.hosts == ("portal.example.com", "?")
    assert find_shown(a_mail(f"Yours? Message-ID: <{OURS}> evil.example")).hosts == ("evil.example",)


HOME = {"portal.example.com"}


@pytest.mark.parametrize(
    ("shown", "signed", "theirs", "found"),
    [
        (Shown(ids=("a",), senders=(DESK,)), ["a"], True, Provenance.OURS),
        (Shown(ids=("a",), senders=(DESK,), hosts=("portal.example.com",)), ["a"], True, Provenance.OURS),
        (Shown(ids=("a",), senders=(DESK,)), ["a"], False, Provenance.UNSURE),  # somebody else's
        (Shown(ids=("a",), senders=(DESK,), hosts=("evil.example",)), ["a"], True, Provenance.UNSURE),
        (Shown(ids=("a",), senders=("x@evil.example",)), ["a"], True, Provenance.UNSURE),
        (Shown(ids=("a", "b"), senders=(DESK,)), ["a"], True, Provenance.UNSURE),
        (Shown(ids=("a",), senders=(DESK,)), [], False, Provenance.NOT_OURS),  # a forged id
        (Shown(ids=("a",), senders=(DESK,), exact=False), [], False, Provenance.UNSURE),
        (Shown(ids=("a",), senders=("x@evil.example",), exact=False), [], False, Provenance.NOT_OURS),
        (Shown(ids=(), senders=("x@evil.example",)), [], False, Provenance.NOT_OURS),
        (Shown(ids=(), senders=(DESK,)), [], False, Provenance.UNSURE),
    ],
)
def test_only_a_signed_id_that_went_to_them_makes_it_ours(
    shown: Shown, signed: list[str], theirs: bool, found: Provenance
) -> None:
    assert judge(shown, signed=signed, theirs=theirs, our_senders={DESK}, our_hosts=HOME) is found
