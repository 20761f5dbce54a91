"""A new SECRET_KEY as the operators' page has it: before the old one, alone once the doctor is content."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.domain.keyring import Keyring
from bot.domain.mail import Kind, OutboundMail
from bot.domain.mail_refusals import MailSealed
from bot.domain.outbox import JobStatus
from bot.domain.recovery_codes import PURPOSE as RECOVERY_CODE
from bot.domain.staff import Staff
from bot.rendering.workbooks import ris_form
from bot.sandbox.invented import organisation
from bot.services import (
    approvals,
    cases,
    enrolments,
    kinds,
    mark_keys,
    outbox,
    status_pages,
    step_up,
    vouchers,
)
from tests.authenticators import Phone, enrolled, with_address
from tests.cast import AVERY, BLAKE, CASEY, DANA, Office, a_mail
from tests.cli.shell import Shell
from tests.license_keys import KEYS, a_desk, seats_of, stock, supply, use, work

pytestmark = pytest.mark.slow

OLD, NEW = "an-old-key-" * 4, "the-new-key-" * 4
NOBODY = "http://127.0.0.1:1/"
#: settings that a command reads, and that are no secrets
PLAIN = (
    *("database_url", "imap_host", "imap_user", "smtp_host", "mail_from", "support_address"),
    *("slack_approvals_channel", "slack_support_channel"),
)
LINK = re.compile(r"https://portal\.example\.com/(?:\w\w/)?(status|enroll)/([\w-]+)")


@dataclass(frozen=True, kw_only=True)
class Left:
    """What lies sealed or signed in a desk's database when it stops; two of its mails are held."""

    ref: str  #: a case under review
    message_id: str  #: of its receipt
    newcomer: Staff  #: who has no authenticator yet
    link: str  #: by which they set theirs up
    robot: int  #: a mail that led to nothing
    keys: Sequence[str]  #: in stock


def leave(office: Office, newcomer: Staff, keys: Sequence[str]) -> Left:
    org = organisation(random.Random(keys[0]), users=len(keys))
    files = [("RIS.xlsx", ris_form("en", org.company, org.users))]
    ref = office.take(a_mail(subject="A new customer", files=files)).subject_ref
    robot = office.take(a_mail(headers=[("Precedence", "bulk")]))
    stock(office, keys)
    with office.connect() as db:
        enrolments.enrol(db, office.desk, by=with_address(newcomer), now=office.now)
    work(office)
    receipt = office.job("receipt")
    assert (receipt.status, robot.kind) == (JobStatus.HELD, Kind.LIST)
    return Left(
        ref=ref,
        message_id=receipt.message_id,
        robot=robot.id,
        newcomer=newcomer,
        link=office.tokens[-1],
        keys=keys,
    )


def restarted(office: Office, *keys: str) -> Office:
    """The same desk an hour later, with these in SECRET_KEY."""
    later = a_desk(office.path.parent, delivery="hold", secret_key=",".join(keys))
    later.clock.at, later._uids = office.clock.wait(hours=1), office._uids
    return later


def released(office: Office) -> list[OutboundMail]:
    """Let all go that is held; what went by that."""
    work(office)
    before = len(office.mailer.sent)
    with office.connect() as db:
        outbox.release_all(db, by=AVERY.id, now=office.now)
    work(office)
    return office.mailer.sent[before:]


def link_in(mails: Sequence[OutboundMail], page: str) -> str:
    """The token of the one link to that page."""
    (token,) = {token for mail in mails for kind, token in LINK.findall(mail.text) if kind == page}
    return str(token)


def everything_opens(office: Office, left: Left, phone: Phone) -> None:
    """Release, reply, replay, type a code, approve: each needs what was sealed or signed."""
    mails = released(office)
    with office.connect() as db:
        page = status_pages.get(db, link_in(mails, "status"), now=office.now)
        enrolment = enrolments.get_enrolment(db, office.desk, token=link_in(mails, "enroll"), now=office.now)
        step_up.take_code(db, office.desk, by=AVERY, code=phone.code(office.now), now=office.now)
        row = kinds.replay(db, office.desk, left.robot, by=AVERY.id, now=office.now)
    assert (page.ref, len(enrolment.secret)) == (left.ref, 32)
    assert office.take(a_mail(sender=DANA, answers=left.message_id)).kind == Kind.REPLY
    assert office.decide(row).kind == Kind.LIST
    assert keys_in(supplied(office, left.ref)) == set(left.keys)


def supplied(office: Office, ref: str) -> list[OutboundMail]:
    with office.connect() as db:
        seen = cases.get_case(db, ref).content_hash
        approvals.approve(db, office.desk, ref=ref, seen=seen, by=AVERY, now=office.now)
        supply(db, office.desk, ref, now=office.now)
    work(office)
    return released(office)


def keys_in(mails: Sequence[OutboundMail]) -> set[str]:
    return {key for key in KEYS for mail in mails if key in mail.text}


def used_up(office: Office, left: Left) -> None:
    """Customers enter their keys; the newcomer types two codes, the second of which seals the phone anew."""
    for seat in seats_of(office, office.case(left.ref)):
        use(office, seat)
    with office.connect() as db:
        secret = enrolments.get_enrolment(db, office.desk, token=left.link, now=office.now).secret
        first = Phone(secret).code(office.now)
        assert enrolments.confirm(db, office.desk, token=left.link, code=first, now=office.now)
        second = Phone(secret).code(office.clock.wait(seconds=30))
        step_up.take_code(db, office.desk, by=left.newcomer, code=second, now=office.now)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A desk under the old key, whose mails are held."""
    return a_desk(tmp_path, delivery="hold", secret_key=OLD)


@pytest.fixture
def phone(office: Office) -> Phone:
    """Avery's, whose own link has gone."""
    phone = enrolled(office, AVERY)
    released(office)
    return phone


def doctor_says(usher: Shell, office: Office, *keys: str) -> tuple[bool, str]:
    """Whether the doctor is content with these keys alone, and its sentence; nobody else is to be reached."""
    usher.set({name: getattr(office.bot.settings, name) for name in PLAIN}, secret_key=",".join(keys))
    usher.set(imap_password="-", slack_bot_token="xoxb-", slack_app_token="xapp-", slack_api_url=NOBODY)
    usher.set(slack_staff=BLAKE.id, slack_approvers=AVERY.id)
    (check,) = [one for one in usher("doctor", "--json").objects if one["name"] == "SECRET_KEY"]
    return check["well"], check["sentence"]


def test_with_the_new_key_in_front_all_that_the_old_one_sealed_still_opens(
    office: Office, phone: Phone
) -> None:
    first = leave(office, BLAKE, KEYS[:2])

    everything_opens(restarted(office, NEW, OLD), first, phone)


def test_what_is_known_by_its_mark_alone_stays_known_when_the_old_key_goes(office: Office) -> None:
    stock(office, KEYS[:2])
    robot = office.take(a_mail(headers=[("Precedence", "bulk")]))
    for keys in ((OLD,), (NEW, OLD), (NEW,)):
        office = restarted(office, *keys)
        with office.connect() as db:
            mark_keys.keep(db, office.desk.keyring)
    desk, file = office.desk, "Voucher;License Key\n" + "".join(f"V-{key};{key}\n" for key in KEYS[:3])

    with office.connect() as db:
        content = file.encode("utf-8-sig")
        looked = vouchers.check(db, desk, office.reader, name="v.csv", content=content, now=office.now)
        with pytest.raises(MailSealed):
            kinds.replay(db, desk, robot.id, by=AVERY.id, now=office.now)
    assert [row.key.key for row in looked.reading.good] == [KEYS[2]]
    assert Keyring([OLD]).sign(RECOVERY_CODE, "a code") in desk.keyring.list_signatures(
        RECOVERY_CODE, "a code"
    )


def test_once_the_doctor_is_content_without_the_old_key_the_new_one_opens_everything(
    office: Office, phone: Phone, usher: Shell
) -> None:
    first = leave(office, BLAKE, KEYS[:2])
    office = restarted(office, NEW, OLD)
    before = doctor_says(usher, office, NEW), doctor_says(usher, office, NEW, OLD)
    everything_opens(office, first, phone)
    used_up(office, first)
    after = doctor_says(usher, office, NEW)
    second = leave(office, CASEY, KEYS[2:4])

    what = "waiting mails, authenticators, License Keys and marks were sealed with another key"
    assert before[0] == (False, f"6 of 6 {what}")  # two mails, two phones, two keys
    assert before[1] == after == (True, "opens everything that is sealed")
    everything_opens(restarted(office, NEW), second, phone)
