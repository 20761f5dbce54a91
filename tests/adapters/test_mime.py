"""A mail as bytes: read back by the standard library, and what hostile values cannot do to it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.mime import LONGEST_REFERENCES, as_bytes, envelope_address
from bot.domain.errors import PermanentFailure
from bot.domain.mail import Address, Attachment, OutboundMail

MAIL = OutboundMail(
    message_id="<c-7.abc@example.com>",
    sender=Address(name="Onboarding desk", address="desk@example.com"),
    to="anna@example.org",
    subject="Order confirmation",
    text="Dear Anna,\n\nall is well.\n",
    html="<p>Dear Anna,</p>",
    date=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
)
HOSTILE = "Hi\r\nBcc: eve@example.net\r\n\r\n<b>new body</b>"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)  # half characters included


def read(mail: OutboundMail) -> EmailMessage:
    return message_from_bytes(as_bytes(mail), policy=policy.default)


def body(mail: OutboundMail, kind: str) -> str:
    part = read(mail).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_every_header_says_what_it_should() -> None:
    mail = read(replace(MAIL, cc=("blake@example.org", "casey@example.org"), reply_to="help@example.com"))

    assert mail["From"] == "Onboarding desk <desk@example.com>"
    assert mail["To"] == "anna@example.org"
    assert mail["Cc"] == "blake@example.org, casey@example.org"
    assert mail["Reply-To"] == "help@example.com"
    assert mail["Subject"] == "Order confirmation"
    assert mail["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert mail["Message-ID"] == "<c-7.abc@example.com>"
    assert mail["MIME-Version"] == "1.0"


def test_text_and_html_are_alternatives_in_this_order() -> None:
    mail = read(MAIL)

    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert body(MAIL, "plain") == MAIL.text
    assert body(MAIL, "html") == MAIL.html + "\n"


def test_attachments_stand_beside_the_words() -> None:
    attachment = Attachment(name="Formular Müller.xlsx", type="application/x-any", content=bytes(range(256)))
    mail = read(replace(MAIL, attachments=(attachment, attachment)))
    first, _ = mail.iter_attachments()

    assert mail.get_content_type() == "multipart/mixed"
    assert first.get_filename() == "Formular Müller.xlsx"
    assert first.get_content_type() == "application/x-any"
    assert first.get_content() == bytes(range(256))


@pytest.mark.parametrize(
    "declared", ["", "text", "text/html\r\nX: y", "multipart/mixed", "message/rfc822", 'a/b; x="', "ä/ö"]
)
def test_an_odd_type_of_attachment_becomes_plain_bytes(declared: str) -> None:
    (part,) = read(
        replace(MAIL, attachments=(Attachment(name="a", type=declared, content=b"x"),))
    ).iter_attachments()

    assert part.get_content_type() == "application/octet-stream"
    assert part.get_content() == b"x"


def test_a_robots_mail_says_so_and_whether_it_answers() -> None:
    first, answer = read(MAIL), read(replace(MAIL, in_reply_to="<q@example.org>"))

    assert (first["Auto-Submitted"], answer["Auto-Submitted"]) == ("auto-generated", "auto-replied")
    assert first["X-Auto-Response-Suppress"] == "All"
    assert first["X-Loop"] == "desk@example.com"


def test_a_persons_mail_does_not_call_itself_automatic() -> None:
    mail = read(replace(MAIL, automatic=False))

    assert mail["Auto-Submitted"] is None
    assert mail["X-Auto-Response-Suppress"] is None


def test_a_thread_is_kept_with_its_first_and_its_newest_mails() -> None:
    ids = tuple(f"<{number}@example.org>" for number in range(100))
    mail = read(replace(MAIL, in_reply_to=ids[-1], references=ids))

    assert mail["In-Reply-To"] == ids[-1]
    assert mail["References"].split() == [ids[0], *ids[1 - LONGEST_REFERENCES :]]


def test_what_is_no_message_id_is_left_out_of_the_thread() -> None:
    broken = ("", "x", "<a b>", "<a@b>\r\nBcc: eve@example.net", f"<{'x' * 2000}>", "<ü@b>", "<>")
    mail = read(replace(MAIL, in_reply_to=broken[3], references=(*broken, "<good@example.org>")))

    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<good@example.org>"


def test_names_and_subjects_may_have_any_letters() -> None:
    mail = read(
        replace(MAIL, sender=Address(name="Grüße, 株式会社 🎉", address="a@b.c"), subject="Ümläut 株 🎉")
    )

    assert mail["From"].addresses[0].display_name == "Grüße, 株式会社 🎉"
    assert mail["Subject"] == "Ümläut 株 🎉"


@pytest.mark.parametrize(
    "name", ["Desk, Onboarding", 'The "Desk"', "back\\slash", "Desk <eve@example.net>", "a@b"]
)
def test_a_name_is_never_taken_for_an_address(name: str) -> None:
    addresses = read(replace(MAIL, sender=Address(name=name, address="a@b.c")))["From"].addresses

    assert [(found.display_name, found.addr_spec) for found in addresses] == [(name, "a@b.c")]


def test_what_looks_encoded_is_shown_as_it_was_written() -> None:
    assert read(replace(MAIL, subject="=?utf-8?q?hi?="))["Subject"] == "=?utf-8?q?hi?="


def test_a_domain_beyond_ascii_is_written_in_ascii() -> None:
    assert envelope_address("anna@straße.example") == "anna@xn--strae-oqa.example"
    assert read(replace(MAIL, to="anna@münchen.example"))["To"] == "anna@xn--mnchen-3ya.example"


INJECTIONS: list[Callable[[str], OutboundMail]] = [
    lambda value: replace(MAIL, subject=value),
    lambda value: replace(MAIL, sender=Address(name=value, address="a@b.c")),
    lambda value: replace(MAIL, in_reply_to=value),
    lambda value: replace(MAIL, references=(value,)),
    lambda value: replace(MAIL, attachments=(Attachment(name=value, type="text/plain", content=b""),)),
    lambda value: replace(MAIL, attachments=(Attachment(name="a", type=value, content=b""),)),
]


@pytest.mark.parametrize("place", INJECTIONS)
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\x00", "\r\n "])
def test_no_value_starts_a_header_or_a_body(place: Callable[[str], OutboundMail], newline: str) -> None:
    mail = place(HOSTILE.replace("\r\n", newline))
    benign = place("<benign@example.net>")

    assert set(read(mail).keys()) <= set(read(benign).keys())
    assert body(mail, "plain") == MAIL.text
    assert not any(line.lower().startswith(b"bcc") for line in as_bytes(mail).splitlines())


REFUSED: list[Callable[[str], OutboundMail]] = [
    lambda value: replace(MAIL, to=value),
    lambda value: replace(MAIL, cc=(value,)),
    lambda value: replace(MAIL, reply_to=value),
    lambda value: replace(MAIL, sender=Address(address=value)),
]


@pytest.mark.parametrize("place", REFUSED)
@pytest.mark.parametrize(
    "address", ["anna", "a@b@c", "a b@c", "a@b\r\nBcc: eve@c", "a@b,eve@c", "<a@b>", 'a"@b', "a@", "a@\u2028"]
)
def test_what_is_no_address_is_refused(place: Callable[[str], OutboundMail], address: str) -> None:
    with pytest.raises(PermanentFailure):
        as_bytes(place(address))


@pytest.mark.parametrize("message_id", ["", "x", "<a>\r\nBcc: eve@c", "<a b@c>"])
def test_a_message_id_of_ours_that_is_none_is_refused(message_id: str) -> None:
    with pytest.raises(PermanentFailure, match="Message-ID"):
        as_bytes(replace(MAIL, message_id=message_id))


def test_the_same_mail_is_the_same_bytes() -> None:
    assert as_bytes(MAIL) == as_bytes(replace(MAIL))


@given(subject=ANY_TEXT, name=ANY_TEXT, text=ANY_TEXT, html=ANY_TEXT, file_name=ANY_TEXT)
def test_whatever_is_written_the_lines_are_short_and_end_as_they_must(
    subject: str, name: str, text: str, html: str, file_name: str
) -> None:
    attachment = Attachment(name=file_name, type="text/plain", content=text.encode("utf-8", "replace"))
    raw = as_bytes(
        replace(
            MAIL,
            subject=subject,
            sender=Address(name=name, address="desk@example.com"),
            text=text,
            html=html,
            attachments=(attachment,),
        )
    )
    lines = raw.split(b"\r\n")

    assert raw.isascii()
    assert raw.endswith(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 998
    assert sum(line.lower().startswith(b"from:") for line in raw.partition(b"\r\n\r\n")[0].splitlines()) == 1


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=2_000))
def test_the_words_arrive_as_they_were_written(text: str) -> None:
    assert body(replace(MAIL, text=f"{text}\n"), "plain") == f"{text}\n"


@pytest.mark.parametrize("subject", ["x" * 5_000, "ü" * 5_000, f"{'word ' * 2_000}end", "a" * 70 + " b"])
def test_a_long_subject_is_folded_and_arrives_whole(subject: str) -> None:
    assert max(map(len, as_bytes(replace(MAIL, subject=subject)).split(b"\r\n"))) <= 998
    assert read(replace(MAIL, subject=subject))["Subject"] == subject


@pytest.mark.slow
@settings(deadline=None)
@given(
    subject=st.one_of(
        st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), max_size=400),
        st.lists(st.text("abc-=?_.,", min_size=1, max_size=70), max_size=20).map(" ".join),
    )
)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    raw = as_bytes(replace(MAIL, subject=subject))

    assert (read(replace(MAIL, subject=subject))["Subject"] or "") == subject
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 76


@pytest.mark.parametrize("name", ["a.xlsx", 'say "x".xlsx', "Formular Müller.xlsx", "😀" * 300, "x" * 300])
def test_a_files_name_is_quoted_and_keeps_its_end(name: str) -> None:
    mail = replace(MAIL, attachments=(Attachment(name=name, type="a/b", content=b"x"),))
    (part,) = read(mail).iter_attachments()
    found = part.get_filename()

    assert found
    assert name.endswith(found)
    assert len(found) >= min(len(name), 75)
    assert max(map(len, as_bytes(mail).split(b"\r\n"))) <= 998
