"""The desk as the eye on lost phones, where no administrator of the organisation is left to be it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.approvals import Approval, Grave, check_is_staff, find_right
from bot.domain.errors import AlreadyApproved, OwnWork, Refusal
from bot.domain.notices import StandingRequest, hours_reached
from bot.domain.phone_reset_refusals import (
    AdministratorsFirst,
    AgreedBefore,
    OwnReset,
    ResetSettled,
    ResetUnknown,
)
from bot.domain.phone_resets import PhoneReset, ResetCard, ResetState, ResetWaits, actor
from bot.domain.staff import Act, Staff
from bot.ports import Chat
from bot.services import deciders, phone_reset_notices, step_up
from bot.services.desk import Desk
from bot.services.phone_reset_eyes import find_eyes
from bot.services.phone_resets import finish, give
from bot.services.rights import at_this_moment
from bot.store import accounts, organisations, phone_resets, recovery_codes
from bot.store.database import transaction


def get_card(db: Database, reset_id: int) -> ResetCard:
    """Raise ResetUnknown."""
    reset, account = _get(db, reset_id)
    people = {actor(one): one.name for one in accounts.list_of_organisation(db, account.organisation)}
    return ResetCard(
        reset=reset,
        account=account,
        company=organisations.get_customer(db, account).name,
        eyes=tuple(people.get(one.by, one.by) for one in reset.given),
        codes_left=recovery_codes.count_left(db, account.id),
        needs_desk=reset.is_undecided and not find_eyes(db, account, reset),
        notice=phone_reset_notices.find_notice(db, account, reset),
    )


def show(db: Database, reset_id: int, *, by: Staff) -> ResetCard:
    """Raise NotStaff or ResetUnknown."""
    check_is_staff(by)
    return get_card(db, reset_id)


def list_waiting(db: Database, *, by: Staff) -> list[ResetCard]:
    """What only the desk can decide, the longest waiting first; raise NotStaff."""
    check_is_staff(by)
    return _list_left(db)


def list_standing(db: Database, desk: Desk, *, now: datetime) -> list[StandingRequest]:
    """Those of them that have waited long enough for a reminder."""
    calendar, hours = desk.policy.calendar_of_desk, (desk.policy.approvals.remind_after_hours,)
    asked = ((card, phone_reset_notices.asked_since(db, card.reset)) for card in _list_left(db))
    return [
        StandingRequest(card=card, since=since)
        for card, since in asked
        if since and hours_reached(calendar, since, hours, now=now)
    ]


def _list_left(db: Database) -> list[ResetCard]:
    cards = [get_card(db, one.id) for one in phone_resets.list_open(db) if one.is_undecided]
    return sorted((card for card in cards if card.needs_desk), key=lambda card: card.reset.since)


def list_decidable(db: Database, *, by: Staff, now: datetime) -> list[ResetCard]:
    """Those of them that are theirs to decide."""
    return [card for card in list_waiting(db, by=by) if _may_decide(db, card.reset, by, now)]


def find_waits(
    db: Database, desk: Desk, chat: Chat, values: Mapping[str, Any], *, now: datetime
) -> ResetWaits | None:
    """What a reminder says at this moment, and whom it calls; None where somebody decided meanwhile."""
    card = get_card(db, values["reset_id"])
    if not card.needs_desk or card.reset.state != values["state"]:
        return None
    given = {name for yes in card.reset.given for name in (yes.by, yes.right_of)}
    spent = given | _hands(db, card.reset, card.account)
    free = deciders.list_clean(db, desk, chat, desk.groups[Act.OVERRIDE], spent=spent, now=now)
    return ResetWaits(reset=card.reset, after=values["after"], people=tuple(one.id for one in free))


def _may_decide(db: Database, reset: PhoneReset, by: Staff, now: datetime) -> bool:
    try:
        _right(db, reset.id, reset.state, by, now)
    except Refusal:
        return False
    return True


def check_may_decide(db: Database, *, reset_id: int, seen: ResetState, by: Staff, now: datetime) -> None:
    """Raise what keeps them from deciding about what a card showed in that state."""
    _right(db, reset_id, seen, by, now)


def agree(
    db: Database, desk: Desk, *, reset_id: int, seen: ResetState, by: Staff, code: str, now: datetime
) -> PhoneReset:
    """The desk's yes, with a code of theirs where the policy asks for one at an override."""
    check_may_decide(db, reset_id=reset_id, seen=seen, by=by, now=now)
    step_up.require(db, desk, by=by, code=code, grave=Grave.OVERRIDE, now=now)
    with transaction(db, locks=(_lock(db, reset_id),)):
        reset, account, right = _right(db, reset_id, seen, by, now)
        return give(db, desk, account, reset, Approval(by=by.id, right_of=right, at=now))


def refuse(
    db: Database, desk: Desk, *, reset_id: int, seen: ResetState, by: Staff, now: datetime
) -> PhoneReset:
    """The desk's no."""
    with transaction(db, locks=(_lock(db, reset_id),)):
        reset, account, _ = _right(db, reset_id, seen, by, now)
        return finish(db, desk, account, reset, ResetState.REFUSED, by=by.id, now=now)


def _lock(db: Database, reset_id: int) -> str:
    return actor(_get(db, reset_id)[1])


def _right(
    db: Database, reset_id: int, seen: ResetState, by: Staff, now: datetime
) -> tuple[PhoneReset, Account, str]:
    """Whose right it is. Nobody decides about what they asked for or agreed to, as whomever."""
    reset, account = _get(db, reset_id)
    try:
        right = find_right(
            Act.OVERRIDE,
            ref=reset.ref,
            hands=_hands(db, reset, account),
            by=at_this_moment(db, by, now),
            given=reset.given,
        )
    except OwnWork:
        raise OwnReset from None
    except AlreadyApproved:
        raise AgreedBefore from None
    if not reset.is_undecided or reset.state is not seen:
        raise ResetSettled(state=reset.state)
    if find_eyes(db, account, reset):
        raise AdministratorsFirst(ref=reset.ref)
    return reset, account, right


def _hands(db: Database, reset: PhoneReset, account: Account) -> frozenset[str]:
    """The addresses of who asked, and of the administrators who have agreed."""
    given = {one.by for one in reset.given}
    people = accounts.list_of_organisation(db, account.organisation)
    return frozenset({account.email} | {one.email for one in people if actor(one) in given})


def _get(db: Database, reset_id: int) -> tuple[PhoneReset, Account]:
    reset = phone_resets.find(db, reset_id)
    account = accounts.find(db, reset.account_id) if reset else None
    if reset is None or account is None:
        raise ResetUnknown
    return reset, account
