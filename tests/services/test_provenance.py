"""Whether a mail is ours: its recipient hears that, nobody hears of another's, a wave is told to staff."""

from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from pathlib import Path

import pytest

from bot.adapters.mail_html import html_to_text
from bot.domain.conversations import ConversationState
from bot.domain.errors import UnknownOutcome
from bot.domain.events import EventTag
from bot.domain.mail import Address, Kind, OutboundMail
from bot.domain.outbox import Job
from bot.domain.provenance import list_hosts
from bot.services import conversations, outbox
from tests.cast import BLAKE, DANA, DESK_ADDRESS, MALLORY, SERVER, Office, a_case, a_mail

NOTHING: Mapping[str, str] = {}
ASKS, FRAGT = "Hello, is this mail from you?", "Guten Tag, ist diese Mail wirklich von Ihnen?"
APPROVED = Path(__file__).parents[1] / "approved" / "mails"
SAFE = "https://eur01.safelinks.protection.outlook.com/?url="
EVIL = "https://portal.example.com.evil.example/login"


@pytest.fixture
def sent(office: Office) -> OutboundMail:
    """A mail of the desk that Dana got."""
    office.take(a_mail())
    office.work()
    return office.mailer.sent[-1]


def eml(sent: OutboundMail | None = None, changes: Mapping[str, str] = NOTHING) -> EmailMessage:
    """That mail as its recipient has it, or one that pretends to be from the desk."""
    mail = EmailMessage(policy=SMTP)
    said = {
        "From": DESK_ADDRESS,
        "To": DANA.address,
        "Subject": sent.subject if sent else "Your account",
        "Message-ID": sent.message_id if sent else "<1@evil.example>",
    } | dict(changes)
    for name, value in said.items():
        mail[name] = value
    mail.set_content(sent.text if sent else f"Sign in at {EVIL}")
    if sent:
        mail.add_alternative(sent.html, subtype="html")
    return mail


def forward(
    *mails: EmailMessage, sender: Address = DANA, text: str = ASKS, verdict: str = "pass", html: bool = False
) -> bytes:
    mail = EmailMessage(policy=SMTP)
    if verdict:
        mail["Authentication-Results"] = f"{SERVER}; dmarc={verdict} header.from={sender.domain}"
    mail["From"], mail["To"], mail["Subject"] = f"X <{sender.address}>", DESK_ADDRESS, "Fwd: look"
    mail.set_content(f"<p>{text}</p>" if html else text, subtype="html" if html else "plain")
    for one in mails:
        mail.add_attachment(one)
    return mail.as_bytes()


def answer(office: Office) -> Job | None:
    return next(iter(reversed(office.jobs("whose_mail"))), None)


def looked_up(office: Office) -> list[tuple[object, object]]:
    found = [one for one in office.events() if one.tag == EventTag.MAIL_LOOKED_UP]
    assert not any(DANA.address in str(one) for one in found)
    return [(one.data["found"], one.data["job"]) for one in found]


@pytest.mark.parametrize(("text", "html"), [(ASKS, False), (FRAGT, False), (ASKS, True)])
def test_who_got_it_hears_what_it_was_and_when(
    office: Office, sent: OutboundMail, text: str, html: bool
) -> None:
    office.take(forward(eml(sent), text=text, html=html))
    told = office.mail_of(office.job("whose_mail"))

    assert told.to == DANA.address
    assert ("2 March 2026" in told.text) or ("2. März 2026" in told.text)
    assert ("neutral receipt" in told.text) or ("neutrale Eingangsbestätigung" in told.text)
    assert "portal.example.com" in told.text
    assert looked_up(office)[0][0] == "ours"
    office.work()
    assert "it is, and they were told" in office.chat.texts()


def test_one_that_may_have_gone_is_ours_though_staff_dropped_it(office: Office) -> None:
    office.take(a_mail())
    office.mailer.faults.then(*[UnknownOutcome("lost after the last byte")] * 2)
    office.work_till_quiet()
    with office.connect() as db:
        outbox.discard(db, office.job("neutral_receipt").id, by=BLAKE.id, now=office.now)
    office.take(forward(eml(office.mailer.sent[-1])))

    assert looked_up(office)[0][0] == "ours"


def test_inline_it_is_known_by_what_the_forward_answers(office: Office, sent: OutboundMail) -> None:
    text = f"{ASKS}\n\n---------- Forwarded message ---------\nFrom: Desk <{DESK_ADDRESS}>\nSubject: S\n\nHi"
    row = office.take(a_mail(subject="Fwd: S", text=text, answers=sent.message_id))

    assert row.kind == Kind.REPLY
    assert row.subject_ref == "Q-2"
    assert looked_up(office)[0][0] == "ours"


def test_a_reply_of_a_party_stays_in_its_case(office: Office) -> None:
    """It quotes the desk's mail and wonders, but passes nothing on."""
    case = a_case(office)
    office.work()
    header = f"From: Desk <{DESK_ADDRESS}>\nSent: Monday\nTo: Dana\nSubject: S\n\nHi"
    question = office.mailer.sent[-1]
    row = office.take(
        a_mail(subject="RE: S", text=f"Is this from you?\n\n{header}", answers=question.message_id)
    )

    assert row.subject_ref == case.ref
    assert answer(office) is None


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, "not_ours"),
        ({"Message-ID": "<q-1.0123456789ab.abcdefghijklmnopqrstuvwxyz@desk.example.com>"}, "not_ours"),
        ({"From": "Desk <desk@evil.example>"}, "not_ours"),
    ],
)
def test_a_false_one_is_called_so_and_nothing_of_it_comes_back(
    office: Office, changes: dict[str, str], found: str
) -> None:
    office.take(forward(eml(changes=changes)))
    told = office.mail_of(office.job("whose_mail"))

    assert looked_up(office) == [(found, 0)]
    assert "not from us" in told.subject
    assert "evil" not in told.text + told.html


def test_a_mail_from_a_desks_own_address_may_be_a_persons_and_is_not_called_false(office: Office) -> None:
    address = office.desk.policy.extranet.support_address
    office.take(forward(eml(changes={"From": f"Desk <{address}>"})))

    assert looked_up(office) == [("unsure", 0)]
    assert answer(office) is None


def test_our_id_on_other_words_or_links_is_looked_at_by_a_person(office: Office, sent: OutboundMail) -> None:
    false = eml(changes={"Message-ID": sent.message_id})
    office.take(forward(false))
    office.take(forward(eml(sent), eml()))
    html = eml(changes={"Message-ID": sent.message_id})
    html.set_content(f"<a href='{EVIL}'>https://portal.example.com</a>", subtype="html")
    office.take(forward(html))

    assert [found for found, _ in looked_up(office)] == ["unsure"] * 3
    assert answer(office) is None
    assert len(office.jobs("neutral_receipt")) == 4
    office.work()
    assert "please have a look" in office.chat.texts()


@pytest.mark.parametrize(
    "added",
    ["Sign in: evil.example/login", "login.evil.com", "ftp://evil.example", "-" * 25_000 + EVIL],
    ids=["path", "bare", "ftp", "far"],
)
def test_a_strange_link_of_any_kind_in_a_mail_of_ours_is_looked_at_by_a_person(
    office: Office, sent: OutboundMail, added: str
) -> None:
    header = f"---------- Forwarded message ---------\nFrom: Desk <{DESK_ADDRESS}>\nSubject: S"
    whole = f"{ASKS}\n\n{header}\n\n{sent.text}"
    office.take(a_mail(subject="Fwd: S", text=whole, answers=sent.message_id))
    office.take(a_mail(subject="Fwd: S", text=f"{whole}\n{added}", answers=sent.message_id))
    html = sent.html.replace("</body>", f"<p>{added}</p></body>")
    for changed in (sent, replace(sent, text=f"{sent.text}\n{added}"), replace(sent, html=html)):
        office.take(forward(eml(changed)))

    assert [found for found, _ in looked_up(office)] == ["ours", "unsure", "ours", "unsure", "unsure"]


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("https://portal.example.com/faq", "ours"),
        ("https://www.sponsor.example.org/", "ours"),  # in the signature of whoever asks
        ("mailto:dana@sponsor.example.org", "ours"),
        (f"{SAFE}https%3A%2F%2Fportal.example.com%2Ffaq&amp;data=05%7C02&amp;reserved=0", "ours"),
        (f"{SAFE}https%3A%2F%2Fportal.example.com%2Ffaq&#38;url=https%3A%2F%2Fevil.example", "unsure"),
        (EVIL, "unsure"),
        ("https://sponsor.example.org.evil.example/", "unsure"),
        ("javascript:alert(1)", "unsure"),
    ],
)
@pytest.mark.parametrize("alternative", [False, True])
def test_a_mail_shown_in_html_is_looked_at_where_its_links_lead(
    office: Office, sent: OutboundMail, link: str, found: str, *, alternative: bool
) -> None:
    """The words of a link say nothing about it, nor does a text beside the page."""
    header = f"---------- Forwarded message ---------\nFrom: Desk <{DESK_ADDRESS}>\nSubject: S"
    text = f"{ASKS}\n\n{header}\n\nPlease sign in"
    page = "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))
    html = f'{page}<p><a href="{link}">Sign in</a></p>'
    mail = message_from_bytes(a_mail(subject="Fwd: S", answers=sent.message_id), EmailMessage, policy=SMTP)
    if alternative:
        mail.set_content(text)
        mail.add_alternative(html, subtype="html")
    else:
        mail.set_content(html, subtype="html")
    office.take(mail.as_bytes())

    assert [one for one, _ in looked_up(office)] == [found]


def test_an_attached_page_that_is_too_long_to_be_looked_at_may_lead_anywhere(
    office: Office, sent: OutboundMail
) -> None:
    office.take(forward(eml(replace(sent, html=sent.html + " " * 300_000 + "<p>evil.example</p>"))))

    assert looked_up(office) == [("unsure", 0)]


def test_no_mail_of_ours_leads_elsewhere() -> None:
    mails = [path.read_text(encoding="utf-8") for path in APPROVED.iterdir()]
    seen = [html_to_text(mail) if mail.startswith("<!DOCTYPE") else mail for mail in mails]

    assert len(mails) > 400
    assert {host for text in seen for host in list_hosts(text)} == {
        "onboarding.example.com",
        "www.example.com",
    }


def test_of_somebody_elses_mail_nothing_is_told(office: Office, sent: OutboundMail) -> None:
    """Neither to another verified sender, nor to whoever only claims to be its recipient."""
    office.take(forward(eml(sent), sender=MALLORY))
    office.take(forward(eml(sent), verdict=""))
    office.take(forward(eml(sent), verdict="fail"))

    assert answer(office) is None
    assert looked_up(office) == [("unsure", 0)]
    strangers = [job.recipient for job in office.jobs("neutral_receipt")]
    assert strangers == [DANA.address, MALLORY.address]


def test_a_huge_or_broken_mail_within_is_only_a_question(office: Office) -> None:
    huge = eml()
    huge.set_content("x " * 400_000)
    deep = eml()
    for _ in range(30):
        outer = eml()
        outer.add_attachment(deep)
        deep = outer
    broken = forward(eml()).replace(b"Message-ID: <1@evil.example>", b"Message-ID: \xff\xfe <<<@>")
    for raw in (forward(huge), forward(*[eml() for _ in range(40)]), forward(deep), broken):
        assert office.take(raw).kind == Kind.QUESTION

    assert {found for found, _ in looked_up(office)} <= {"not_ours", "unsure"}


def test_a_wave_of_false_ones_is_told_once(office: Office) -> None:
    people = [Address(name="N", address=f"{name}@sponsor.example.org") for name in ("a", "b", "c", "d")]
    for person in (people[0], people[0], people[0], people[1]):
        office.take(forward(eml(), sender=person))
    office.take(forward(eml(), sender=people[2], verdict=""))  # a claim is no sign
    assert office.jobs("trouble_note") == []
    office.take(forward(eml(), sender=people[2]))
    office.take(forward(eml(), sender=people[3]))
    office.work()

    assert len(office.jobs("trouble_note")) == 1
    assert "3 people asked about mails that pretend to be ours" in office.chat.texts()


def test_who_asks_beyond_the_caps_and_hears_nothing_waits_for_a_person(
    office: Office, sent: OutboundMail
) -> None:
    for number in range(office.desk.policy.limits.answers_per_address):
        office.take(forward(eml(sent), text=f"{ASKS}\n\nThis is number {number}."))
    with office.connect() as db:
        heard, unheard = (conversations.get(db, ref).state for ref in ("Q-2", "Q-11"))

    assert (heard, unheard) == (ConversationState.ANSWERED, ConversationState.OPEN)
