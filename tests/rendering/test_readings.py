"""The JSON of `usher ris check` and `usher mail classify`, key by key as the contract has it."""

import json
from dataclasses import replace

from bot.domain.mail import Address, BounceReport, Classification, Enclosure, InboundMail, Kind
from bot.domain.ris import Reading
from bot.domain.sheets import SheetRefusal
from bot.rendering.readings import classification_json, reading_json
from bot.rendering.workbooks import ris_form
from tests.forms import COMPANY, MARA, TOM, reading, sound_form, with_cells

MAIL = InboundMail(
    message_id="<1@example.com>",
    sender=Address(name="Dana", address="dana@example.com"),
    subject="Password",
    text="How do I reset my password?",
    lang="de",
)


def test_a_reading_has_the_contracts_shape() -> None:
    found = reading(with_cells(sound_form(), {("Users", "D7"): None}))
    printed = reading_json(found, file="acme.eml", authorised=True, message=lambda p: f"{p.cell}: {p.kind}")
    again = json.loads(json.dumps(printed))

    assert again == printed
    assert list(again) == ["file", "decision", "reason", "authorised", "cases", "unopened"]
    assert (again["decision"], again["reason"], again["authorised"]) == ("incomplete", None, True)
    (only,) = again["cases"]
    assert list(only) == ["decision", "company", "users", "problems"]
    assert list(only["company"]) == [
        *("name", "street", "city", "postal_code", "state", "country", "website", "vat_id", "partner_type"),
        *("seats", "purchase_order", "application", "contact_name", "contact_email", "contact_phone"),
    ]
    assert list(only["users"][0]) == [
        *("salutation", "first_name", "last_name", "email", "phones", "job_title", "role", "credential"),
        *("sheet", "row"),
    ]
    assert only["problems"] == [
        {
            "kind": "missing",
            "severity": "error",
            "field": "email",
            "sheet": "Users",
            "cell": "D7",
            "row": 7,
            "user": 0,
            "message": "D7: missing",
        }
    ]


def test_values_are_codes_and_a_bare_file_has_no_sender() -> None:
    form = ris_form("de", replace(COMPANY, state="HH"), [MARA, TOM])
    printed = reading_json(reading(form), file="form.xlsx", authorised=None, message=str)
    (only,) = printed["cases"]

    assert (printed["decision"], printed["authorised"]) == ("complete", None)
    assert (only["company"]["country"], only["company"]["seats"]) == ("DE", 2)
    assert (only["users"][0]["role"], only["users"][0]["credential"]) == (
        "organization_administrator",
        "phone_otp",
    )
    assert only["users"][0]["phones"] == ["+493023125010", "+4915123456789"]


def test_a_refused_file_says_its_reason() -> None:
    printed = reading_json(
        Reading(refusal=SheetRefusal.ENCRYPTED), file="x.xlsx", authorised=None, message=str
    )

    assert (printed["decision"], printed["reason"], printed["cases"]) == ("refused", "encrypted", [])


def test_a_mail_has_the_contracts_shape() -> None:
    mail = replace(MAIL, attachments=(Enclosure(name="a.pdf", type="application/pdf", size=2),))

    assert classification_json(mail, Classification(kind=Kind.QUESTION, reason=""), file="a.eml") == {
        "file": "a.eml",
        "kind": "question",
        "from": "dana@example.com",
        "subject": "Password",
        "message_id": "<1@example.com>",
        "case": None,
        "text": "How do I reset my password?",
        "attachments": [{"name": "a.pdf", "type": "application/pdf", "size": 2}],
        "lang": "de",
    }


def test_a_bounce_names_its_recipients_and_its_case() -> None:
    mail = replace(MAIL, bounce=BounceReport(recipients=("gone@example.com",), permanent=True))
    found = Classification(kind=Kind.BOUNCE, reason="", thread_ref="C-7")
    said = classification_json(mail, found, file="b.eml")

    assert (said["recipients"], said["permanent"], said["case"]) == (["gone@example.com"], True, "C-7")
