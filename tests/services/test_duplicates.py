"""A form rejected as a duplicate: its sponsor hears so only of what they have brought themselves."""

from dataclasses import replace
from pathlib import Path

from bot.domain.approvals import RejectionReason
from bot.domain.mail import Address
from bot.domain.ris import RisCase
from bot.services import additions, approvals
from tests.cast import AVERY, BLAKE, DANA, MALLORY, Office, a_case, a_submission, an_office
from tests.forms import COMPANY, MARA, TOM

SPONSORS = "sponsor.example.org,second.example.org"
ERIN = Address(name="Erin Colleague", address="erin@sponsor.example.org")
OTHER = Address(name="Olga Other", address="olga@second.example.org")


def brought(office: Office, sender: Address, *, sponsor: bool = True) -> None:
    ris = RisCase(company=COMPANY, users=(MARA, TOM))
    a_case(office, replace(a_submission(sender=sender, sponsor=sponsor), ris=ris))


def rejected(office: Office, ref: str = "C-2") -> tuple[str, str]:
    """Reject it as a duplicate; return the reason that the mail says, and its text."""
    with office.connect() as db:
        approvals.reject(
            db,
            office.desk,
            ref=ref,
            seen=office.case(ref).content_hash,
            by=AVERY,
            reason=RejectionReason.DUPLICATE,
            note="",
            now=office.now,
        )
    job = office.job("rejection")
    return str(job.values["words"]["reason"]), office.mail_of(job).text


def test_another_sponsor_does_not_hear_that_the_company_is_known(tmp_path: Path) -> None:
    office = an_office(tmp_path, sponsors=SPONSORS)
    brought(office, DANA)
    brought(office, OTHER)
    reason, text = rejected(office)

    assert reason == "other"
    assert "known" not in text
    assert "C-1" not in text


def test_who_brought_it_before_hears_so_and_so_do_their_colleagues(tmp_path: Path) -> None:
    office = an_office(tmp_path, sponsors=SPONSORS)
    brought(office, DANA)
    brought(office, ERIN)

    assert rejected(office)[0] == "duplicate"


def test_a_company_that_staff_told_apart_is_no_duplicate_of_it_to_the_sponsor(tmp_path: Path) -> None:
    office = an_office(tmp_path, sponsors=SPONSORS)
    brought(office, DANA)
    brought(office, DANA)
    with office.connect() as db:
        seen = office.case("C-2").content_hash
        additions.deny_same(db, office.desk, ref="C-2", other="C-1", seen=seen, by=BLAKE, now=office.now)

    assert rejected(office)[0] == "other"


def test_what_a_stranger_sent_before_is_no_sponsors_business(tmp_path: Path) -> None:
    office = an_office(tmp_path, sponsors=SPONSORS)
    brought(office, MALLORY, sponsor=False)
    brought(office, DANA)

    assert rejected(office)[0] == "other"
