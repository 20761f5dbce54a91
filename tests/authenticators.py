"""Phones with an authenticator app, for staff of the tests."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyotp

from bot.domain.staff import Staff
from bot.services import enrolments
from tests.cast import Office

STEP = timedelta(seconds=30)


@dataclass(frozen=True)
class Phone:
    """Shows the code of its secret at any instant, and codes that are certainly none."""

    secret: str

    def code(self, at: datetime) -> str:
        return pyotp.TOTP(self.secret).at(at)

    def wrong(self, at: datetime) -> str:
        near = {self.code(at + step * STEP) for step in range(-3, 4)}
        return next(code for code in (f"{number:06}" for number in range(10)) if code not in near)


def with_address(who: Staff) -> Staff:
    return replace(who, email=f"{who.name.lower()}@desk.example.com")


def mailed(office: Office, who: Staff) -> tuple[str, Phone]:
    """The token of a fresh link, and the phone that has scanned its page."""
    with office.connect() as db:
        enrolments.enrol(db, office.desk, by=with_address(who), now=office.now)
        token = office.tokens[-1]
        return token, Phone(enrolments.get_enrolment(db, office.desk, token=token, now=office.now).secret)


def enrolled(office: Office, who: Staff) -> Phone:
    """A confirmed phone; the code of that moment is used up, so the clock goes on to the next."""
    token, phone = mailed(office, who)
    with office.connect() as db:
        assert enrolments.confirm(db, office.desk, token=token, code=phone.code(office.now), now=office.now)
    office.clock.wait(seconds=30)
    return phone
