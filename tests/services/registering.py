"""An organisation that was invited, and its administrator who registers it."""

import re
from dataclasses import replace
from pathlib import Path

from bot.domain.approvals import Choice
from bot.domain.cases import Case
from bot.domain.registration import HEADQUARTERS, RefusalReason, Registration, digest, first_draft
from bot.domain.staff import Staff
from bot.rendering import samples
from bot.services import approvals, registration, registration_decisions
from bot.store import registration as store
from tests.cast import AVERY, CASEY, Office, a_case, a_submission
from tests.license_keys import KEYS, a_desk
from tests.license_keys import stock as lay_stock
from tests.services.walked import outside

GRETA = samples.USERS[0].email


def an_invited(folder: Path, *, lang: str = "en") -> Office:
    """A desk whose C-1 was approved and carried out up to its invitation."""
    office = a_desk(folder)
    lay_stock(office, KEYS[:4])
    outside(office)
    submission = a_submission(lang=lang)
    ris = replace(submission.ris, company=samples.COMPANY, users=samples.USERS)
    case = a_case(office, replace(submission, ris=ris))
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.now)
    office.work_till_quiet()
    return office


def tokens(office: Office) -> list[str]:
    """Of the links to register that went out, the oldest first."""
    office.work()
    return re.findall(r"/register/([\w-]+)", "".join(mail.text for mail in office.mailer.sent))


def kept(office: Office) -> Registration:
    with office.connect() as db:
        found = store.find(db, 1)
    assert found is not None
    return found


def fill(office: Office, token: str = "", **typed: str) -> str:
    """Get started and fill it in; the digest of what the last page shows."""
    token = token or tokens(office)[-1]
    with office.connect() as db:
        registration.begin(db, token=token, now=office.now)
        draft = {**first_draft(office.case("C-1").ris), HEADQUARTERS: "DE", **typed}
        saved = registration.save(db, office.desk, token=token, typed=draft, now=office.now)
    assert saved is None or not saved.faults
    return digest(kept(office).draft)


def submit(office: Office, token: str = "", *, seen: str = "", ticked: bool = True) -> None:
    token = token or tokens(office)[-1]
    seen = seen or digest(kept(office).draft)
    with office.connect() as db:
        registration.submit(db, office.desk, token=token, seen=seen, ticked=ticked, now=office.now)


def registered(folder: Path, *, lang: str = "en", **typed: str) -> Office:
    """A desk that has a registration to decide."""
    office = an_invited(folder, lang=lang)
    fill(office, **typed)
    submit(office)
    return office


def decide(office: Office, choice: Choice = Choice.APPROVED, *, by: Staff = CASEY, seen: str = "") -> Case:
    with office.connect() as db:
        seen = seen or kept(office).seal
        if choice is Choice.APPROVED:
            return registration_decisions.approve(
                db, office.desk, ref="C-1", seen=seen, by=by, now=office.now
            )
        return registration_decisions.refuse(
            db,
            office.desk,
            ref="C-1",
            seen=seen,
            by=by,
            reason=RefusalReason.COMPANY_DATA,
            message="The street is that of your warehouse.",
            now=office.now,
        )
