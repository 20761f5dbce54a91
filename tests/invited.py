"""Partners of the Extranet in each state, as services make them, and the app on their phone."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.consents import MANDATORY, Consent
from bot.domain.invitation_files import Column
from bot.services import activation, consents, partner_activation, partner_invitations, partners
from bot.services.desk import Desk
from bot.store import accounts
from tests.authenticators import Phone
from tests.cast import AVERY
from tests.people import PASSWORD

PIA = "pia.roth@rotor.example.org"
FORM = {
    "salutation": "Ms",
    "first_name": "Pia",
    "last_name": "Roth",
    "street": "Hafenstraße 12",
    "city": "Hamburg",
    "postal_code": "20457",
    "country": "DE",
    "state": "Hamburg",
    "telephone": "+49 30 23125001",
    "fax": "",
    "job_title": "Head of sales",
    "company": "Rotor Handels GmbH",
    "website": "www.rotor.example.org",
    "vat_id": "DE136695976",
}
CONSENTS = {f"consent_{one}": "yes" for one in MANDATORY}


@dataclass(frozen=True)
class Pia:
    """An active partner, and the phone with her app."""

    account: Account
    phone: Phone


def invite(
    db: Database,
    desk: Desk,
    tokens: Sequence[str],
    *,
    email: str = PIA,
    role: str = "",
    lang: str = "en",
    now: datetime,
) -> str:
    """Staff invite her; the token of her link."""
    said = {Column.EMAIL: email, Column.ROLE: role, Column.LANGUAGE: lang}
    partner_invitations.invite(db, desk, said, by=AVERY, now=now)
    return tokens[-1]


def submit(
    db: Database,
    desk: Desk,
    token: str,
    typed: Mapping[str, str] = FORM,
    *,
    agreed: Collection[Consent] = MANDATORY,
    lang: str = "en",
    now: datetime,
) -> partners.Submitted:
    """The form, as its page shows it, is sent."""
    seen = consents.digest(desk, lang)
    return partners.submit(db, desk, token, typed, agreed=agreed, seen=seen, lang=lang, sent="", now=now)


def register(
    db: Database,
    desk: Desk,
    tokens: Sequence[str],
    *,
    email: str = PIA,
    named: Mapping[str, str] | None = None,
    now: datetime,
) -> tuple[str, str]:
    """She fills in the form; the tokens of the mail with the way to the password, and of the next page."""
    token = invite(db, desk, tokens, email=email, now=now)
    done = submit(db, desk, token, FORM | dict(named or {}), now=now)
    assert done.sent, done
    return tokens[-1], done.sent


def move_in(db: Database, desk: Desk, tokens: Sequence[str], *, email: str = PIA, now: datetime) -> Pia:
    """The whole way, to an active account with the password of everybody in the tests."""
    token, _ = register(db, desk, tokens, email=email, now=now)
    draft, faults = activation.choose_password(db, desk, token, PASSWORD, now=now)
    assert not faults
    phone = Phone(partner_activation.get_enrolment(db, desk, token, draft, now=now).secret)
    assert partner_activation.complete(db, desk, token, draft, phone.code(now), now=now)
    (account,) = accounts.list_by_email(db, email)
    return Pia(account, phone)


def secret_on(page: str) -> Phone:
    """What the page of an authenticator shows, scanned."""
    found = re.search(r'<p class="secret"><code>([A-Z2-7 ]+)</code>', page)
    assert found, page
    return Phone(found[1].replace(" ", ""))
