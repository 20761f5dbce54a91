"""Enrol an authenticator: a link by mail, a page that shows the secret, a first code that ends both."""

from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.addressees import Addressee
from bot.domain.approvals import check_is_staff
from bot.domain.errors import AlreadyEnrolled, LinkUnknown, NoAddress
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.staff import Staff
from bot.domain.step_up import LINK_AGAIN_AFTER, LINK_LASTS, Authenticator, Enrolment, read_code
from bot.rendering import staff_mails
from bot.services.authenticators import SECRET, find_counting, open_secret, subject_of
from bot.services.desk import Desk
from bot.services.queueing import queue_mail, queue_note
from bot.store import authenticators, events, links
from bot.store.database import transaction
from bot.store.numbers import next_number

LINK = "enrolment"  #: the purpose of a link …
MAIL = "enrolment"  #: … and the template of its mail


def enrol(db: Database, desk: Desk, *, by: Staff, now: datetime) -> str:
    """Mail them a link, and return the address it goes to.

    A device that counts is never replaced that way: whoever has the mailbox would have the second factor.
    """
    check_is_staff(by)
    if not by.email:
        raise NoAddress
    with transaction(db, locks=(f"authenticator:{by.id}",)):
        device = find_counting(db, desk, by.id)
        if device is not None and device.confirmed_at is not None:
            raise AlreadyEnrolled(at=device.confirmed_at, who=by.id)
        _mail_link(db, desk, by.id, by.email, lang="en", now=now)
    return by.email


def renew(db: Database, desk: Desk, *, token: str, lang: str, now: datetime) -> None:
    """For whoever holds an old link: mail a new one to the address on file, if there is anything to enrol.

    Nothing is returned and nothing raised, so that everybody is told the same.
    """
    with transaction(db):
        person = links.find_subject(db, token, purpose=LINK)
        device = authenticators.find(db, person) if person else None
        if device is None or device.confirmed_at is not None or now < device.made_at + LINK_AGAIN_AFTER:
            return
        _mail_link(db, desk, device.person, device.address, lang=lang, now=now)


def get_enrolment(db: Database, desk: Desk, *, token: str, now: datetime) -> Enrolment:
    """What the page shows; raise LinkUnknown or LinkExpired (used, too, is over)."""
    device, secret = _of_link(db, desk, token, now)
    uri = desk.codes.make_uri(secret, name=device.address, issuer=desk.policy.desk.name)
    return Enrolment(secret=secret, uri=uri)


def confirm(db: Database, desk: Desk, *, token: str, code: str, now: datetime) -> bool:
    """Take the first code, which spends the link; False for one that is not of that device now.

    Raise LinkUnknown or LinkExpired. Wrong ones are not limited: whoever has the link has the secret.
    """
    with transaction(db):
        device, secret = _of_link(db, desk, token, now)
        digits = read_code(code)
        step = desk.codes.find_step(secret, digits, at=now)
        person, subject = device.person, subject_of(device.person)
        if not digits or step is None:
            events.add(db, EventTag.CODE_FAILED, subject, actor=person, at=now, why="first")
            return False
        authenticators.put(db, replace(device.after_right(step), confirmed_at=now, address=""))
        end_links(db, person, now=now)
        events.add(db, EventTag.AUTHENTICATOR_CONFIRMED, subject, actor=person, at=now)
        say(db, EventTag.AUTHENTICATOR_CONFIRMED, person, by=person, now=now)
    return True


def _of_link(db: Database, desk: Desk, token: str, now: datetime) -> tuple[Authenticator, str]:
    """The device that waits for its first code, and its secret."""
    device = authenticators.find(db, links.get_subject(db, token, purpose=LINK, now=now))
    secret = open_secret(desk, device.sealed) if device else ""
    if device is None or device.confirmed_at is not None or not secret:
        raise LinkUnknown
    return device, secret


def _mail_link(db: Database, desk: Desk, person: str, address: str, *, lang: str, now: datetime) -> None:
    """A fresh secret under a fresh link; every earlier link is over."""
    end_links(db, person, now=now)
    sealed = desk.keyring.seal(SECRET, desk.codes.new_secret())
    authenticators.put(db, Authenticator(person=person, sealed=sealed, address=address, made_at=now))
    token, until, number = desk.new_token(), now + LINK_LASTS, next_number(db, "staff_mail")
    links.add(db, token, purpose=LINK, subject=person, now=now, expires_at=until)
    events.add(db, EventTag.AUTHENTICATOR_MAILED, subject_of(person), actor=person, at=now)
    queue_mail(
        db,
        desk,
        MAIL,
        Addressee(address=address, lang=lang, ref=f"S-{number}"),
        key=f"enrolment:{number}",
        words=staff_mails.enrolment(lang=lang, policy=desk.policy, until=until),
        now=now,
        secrets={"enrolment_url": f"{desk.portal_url}/enroll/{token}"},
    )


def end_links(db: Database, person: str, *, now: datetime) -> None:
    """No link that was mailed to them works any more."""
    links.end(db, purpose=LINK, subject=person, now=now)


def say(
    db: Database, tag: EventTag, person: str, *, by: str, now: datetime, until: datetime | None = None
) -> None:
    """Tell the desk in its channel, so that nobody's device changes unseen."""
    values = {"tag": tag, "person": person, "by": by, "until": until.isoformat() if until else ""}
    queue_note(db, NoteName.STEP_UP, key=f"step_up:{next_number(db, 'step_up')}", values=values, now=now)
