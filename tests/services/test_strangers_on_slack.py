"""What strangers write in a mail's subject, names and text stands in Slack as text and pings nobody."""

import json
from dataclasses import asdict

import pytest

from bot.domain.mail import Address
from bot.domain.ris import Company
from bot.rendering.workbooks import ris_form
from tests.cast import MALLORY, Office, a_mail
from tests.forms import MARA, TOM
from tests.rendering.poison import MARK, TEXTS

pytestmark = pytest.mark.slow

KINDS = ["broadcasts", "mentions", "links", "entities", "code", "formats", "dates", "emoji", "right to left"]
PINGS = ("<!", "<@", "<#", "<http", "<mailto")


def said(office: Office) -> str:
    office.work()
    shown = [asdict(message) for message in office.chat.standing.values()]
    return json.dumps([(one["text"], one["blocks"]) for one in shown], ensure_ascii=False)


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_pings_nobody(office: Office, kind: str) -> None:
    text = MARK + TEXTS[kind]
    sender = Address(name="Zyx channel", address=MALLORY.address)
    office.take(a_mail(sender=sender, subject=text[:400], text=f"Hello,\n\n{text}", verdict="none"))
    shown = said(office)

    assert MARK in shown
    assert not any(ping in shown for ping in PINGS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_pings_nobody(office: Office, kind: str) -> None:
    text = (MARK + TEXTS[kind])[:300]
    company = Company(name=text, street=text, city=text, purchase_order=text, contact_name=text)
    office.take(a_mail(subject=text, files=[(f"{kind}.xlsx", ris_form("en", company, (MARA, TOM)))]))
    shown = said(office)

    assert MARK in shown
    assert not any(ping in shown for ping in PINGS)
