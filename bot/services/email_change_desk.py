"""The desk changes an address with two eyes: one asks, another stands in for the old mailbox.

The new mailbox always confirms: by its own link, or by activating an account that nobody has.
"""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.account_views import ActTooLate
from bot.domain.accounts import Account
from bot.domain.approvals import Grave, check_is_staff, find_right
from bot.domain.email_change_refusals import ChangeAsked, ChangeReasonMissing, ChangeSettled, OwnChange
from bot.domain.email_changes import OPEN, ChangeCard, ChangeReason, ChangeState, EmailChange
from bot.domain.errors import OwnWork
from bot.domain.events import EventTag
from bot.domain.staff import Act, Staff
from bot.services import email_change_notices, email_changes, step_up
from bot.services.desk import Desk
from bot.services.rights import at_this_moment
from bot.store import accounts, events
from bot.store import email_changes as email_change_store
from bot.store.database import transaction


def get_account(db: Database, account_id: int, *, by: Staff) -> Account:
    """Whose address may be changed; raise NotStaff or ActTooLate."""
    check_is_staff(by)
    account = accounts.find(db, account_id)
    if account is None or not email_change_notices.may_change(db, account):
        raise ActTooLate(user_id=account.user_id if account else "")
    return account


def ask(
    db: Database, desk: Desk, *, account_id: int, email: str, reason: str, by: Staff, now: datetime
) -> ChangeCard:
    """Mail both ends a link where there is an owner to answer, and call a colleague.

    `email` and `reason` are as they were typed and chosen.

    Raise what `get_account` does, AddressUnsound, AddressNotNew, OwnAddress, ChangeReasonMissing,
    ChangeAsked or TooManyChanges.
    """
    with transaction(db, locks=(f"account:{account_id}",)):
        account = get_account(db, account_id, by=by)
        new = email_changes.read_address(desk, account, email)
        if reason not in set(ChangeReason):
            raise ChangeReasonMissing
        before = email_change_store.find_of(db, account.id, now=now)
        if before is not None and before.asked_by and before.new == new:
            raise ChangeAsked(ref=before.ref)
        why = ChangeReason(reason)
        change = email_changes.open_change(db, desk, account, new, asked_by=by.id, reason=why, now=now)
        email_change_notices.call_desk(db, change, now=now)
        return email_change_notices.get_card(db, change.id, now=now)


def check_may_agree(db: Database, *, change_id: int, by: Staff, now: datetime) -> ChangeCard:
    """What they would agree to; raise what keeps them from it."""
    return _right(db, change_id, by, now)[0]


def agree(db: Database, desk: Desk, *, change_id: int, by: Staff, code: str, now: datetime) -> ChangeCard:
    """A colleague's yes in place of the old mailbox, which hears of it; an owner there has time to say no.

    Their code is taken where the policy asks for one at an override.
    """
    card = check_may_agree(db, change_id=change_id, by=by, now=now)
    step_up.require(db, desk, by=by, code=code, grave=Grave.OVERRIDE, now=now)
    with transaction(db, locks=(f"account:{card.account.id}",)):
        card, right = _right(db, change_id, by, now)
        change, about = card.change, f"account:{card.account.id}"
        tag = EventTag.EMAIL_CHANGE_AGREED
        events.add(db, tag, about, actor=by.id, at=now, change=change.id, right_of=right)
        email_changes.stand_in(db, desk, card.account, change, by=by.id, now=now)
        return email_change_notices.get_card(db, change_id, now=now)


def refuse(db: Database, *, change_id: int, by: Staff, now: datetime) -> ChangeCard:
    """The desk's no, also after a yes; who asked may take it back. Raise what keeps them from it."""
    card = email_change_notices.get_card(db, change_id, now=now)
    with transaction(db, locks=(f"account:{card.account.id}",)):
        card = email_change_notices.get_card(db, change_id, now=now)
        check_is_staff(by)
        if by.id != card.change.asked_by:
            _find_right(db, card.change, by, now)
        if card.state not in OPEN:
            raise ChangeSettled(ref=card.change.ref)
        email_changes.stop(db, card.account, card.change, by=by.id, actor=by.id, now=now)
        return email_change_notices.get_card(db, change_id, now=now)


def _right(db: Database, change_id: int, by: Staff, now: datetime) -> tuple[ChangeCard, str]:
    """What is asked, and whose right it is to say yes to it."""
    card = email_change_notices.get_card(db, change_id, now=now)
    right = _find_right(db, card.change, by, now)
    if card.state is not ChangeState.ASKED or card.account.email != card.change.old:
        raise ChangeSettled(ref=card.change.ref)
    return card, right


def _find_right(db: Database, change: EmailChange, by: Staff, now: datetime) -> str:
    hands = frozenset({change.asked_by, change.old, change.new})
    try:
        return find_right(Act.OVERRIDE, ref=change.ref, hands=hands, by=at_this_moment(db, by, now))
    except OwnWork:
        raise OwnChange(ref=change.ref) from None
