"""The desk looks at an invitation to the Extranet and mends it: sent again, withdrawn, another role."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.account_views import InvitationAct, InvitationView
from bot.domain.approvals import check_is_staff
from bot.domain.events import EventTag
from bot.domain.mail_refusals import MailWaits
from bot.domain.partner_refusals import InvitationMailRests, InvitationOver
from bot.domain.partners import MOST_MAILS, Invitation, invitation_id, invitation_ref
from bot.domain.registration import clean
from bot.domain.review_values import typed_address
from bot.domain.staff import Staff
from bot.services.account_views import list_mails_of
from bot.services.accounts import list_named
from bot.services.desk import Desk
from bot.services.partner_invitations import LINK, find_waiting, mail_again, replace_waiting
from bot.store import events, links
from bot.store import partner_invitations as partner_invitation_store
from bot.store.database import transaction


def list_meant(db: Database, name: str, *, now: datetime) -> list[Invitation]:
    """By "P-7", over or not, or the open ones of an address; the newest first."""
    number = invitation_id(name)
    if number is None:
        email = typed_address(clean(name))
        return partner_invitation_store.list_open(db, [email], now=now).get(email, [])
    found = partner_invitation_store.find(db, number)
    return [found] if found else []


def look_up(db: Database, name: str, *, by: Staff, now: datetime) -> InvitationView | None:
    """What "P-7" or an address without an account means, if its person has not registered; it is noted.

    Raise NotStaff.
    """
    check_is_staff(by)
    found = next((one for one in list_meant(db, name, now=now) if one.account_id is None), None)
    if found is None or (invitation_id(name) is None and list_named(db, name)):
        return None
    with transaction(db):
        events.add(db, EventTag.ACCOUNT_VIEWED, found.about, actor=by.id, at=now)
    return _view(db, found, now=now)


def get(db: Database, number: int, *, by: Staff, now: datetime) -> InvitationView:
    """One that can be mended; raise NotStaff or InvitationOver."""
    check_is_staff(by)
    found = partner_invitation_store.find(db, number)
    if found is None or found.ended_at is not None:
        raise InvitationOver(ref=invitation_ref(number))
    return _view(db, found, now=now)


def act(
    db: Database, desk: Desk, act: InvitationAct, *, number: int, by: Staff, now: datetime
) -> InvitationView:
    """Do it; how it is then. Raise NotStaff, InvitationOver, MailWaits or InvitationMailRests."""
    with transaction(db, locks=(f"partner_invitation:{number}",)):
        invited = get(db, number, by=by, now=now).invitation
        if act is InvitationAct.WITHDRAW:
            partner_invitation_store.end(db, number, account_id=None, now=now)
            links.end(db, purpose=LINK, subject=invited.ref, now=now)
            events.add(db, EventTag.PARTNER_UNINVITED, invited.about, actor=by.id, at=now)
        elif since := find_waiting(db, invited):
            raise MailWaits(since=since)
        elif not mail_again(db, desk, invited, by=by.id, now=now):
            raise InvitationMailRests(ref=invited.ref, most=MOST_MAILS)
    return _view(db, _now(db, number), now=now)


def correct(
    db: Database, desk: Desk, *, number: int, role: str, lang: str, by: Staff, now: datetime
) -> InvitationView:
    """Give it another role or language, and mail it in that. Raise NotStaff or InvitationOver.

    The links that went out keep working. A mail that waits says the new; none goes where one went a moment
    ago.
    """
    with transaction(db, locks=(f"partner_invitation:{number}",)):
        before = get(db, number, by=by, now=now).invitation
        if (role, lang) != (before.role, before.lang) and role in desk.policy.extranet.roles:
            partner_invitation_store.correct(db, number, role=role, lang=lang)
            told = {"role": role, "lang": lang}
            events.add(db, EventTag.PARTNER_CORRECTED, before.about, actor=by.id, at=now, **told)
            if not replace_waiting(db, desk, _now(db, number), now=now):
                mail_again(db, desk, _now(db, number), by=by.id, now=now)
    return _view(db, _now(db, number), now=now)


def _now(db: Database, number: int) -> Invitation:
    found = partner_invitation_store.find(db, number)
    assert found is not None  # noqa: S101 - for the type checker
    return found


def _view(db: Database, invited: Invitation, *, now: datetime) -> InvitationView:
    return InvitationView(invitation=invited, mails=list_mails_of(db, [invited.ref]), now=now)
