"""Anybody may ask for an invitation to the Extranet; staff invite them, or do not."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cards import TroubleNote
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.partner_refusals import RequestSettled
from bot.domain.partner_requests import (
    LONGEST,
    LONGEST_WAIT,
    MOST_A_DAY,
    ClosedByHand,
    PartnerRequest,
    RequestState,
)
from bot.domain.registration import clean
from bot.domain.staff import Staff
from bot.services.desk import Desk
from bot.services.queueing import queue_note, queue_trouble
from bot.store import events, partner_invitations, partners
from bot.store import partner_requests as partner_request_store
from bot.store.database import transaction

DAY = timedelta(days=1)


def ask(db: Database, desk: Desk, *, email: str, name: str, company: str, lang: str, now: datetime) -> None:
    """Show the desk who asks, once for an address; who is there or invited is no news.

    So many a day, and the others in turn: the desk is told so, and told too where nobody is kept any more.
    Nothing is returned and nothing raised, so that everybody is told the same.
    """
    if not desk.policy.extranet.keeps_accounts:
        return
    with transaction(db, locks=("partner_requests",)):
        holders = partners.list_holders(db, [email]).get(email, [])
        there = holders and not any(one.closed for one in holders)
        known = there or partner_invitations.list_open(db, [email], now=now)
        if known or partner_request_store.is_open(db, email):
            return
        last = partner_request_store.find_shown(db, before=MOST_A_DAY - 1)
        shown_at = max(now, last + DAY) if last else now
        if shown_at > now:
            _tell_flood(db, "requests_dropped" if shown_at > now + LONGEST_WAIT else "requests_wait", now=now)
        if shown_at > now + LONGEST_WAIT:
            return
        said, firm = clean(name)[:LONGEST], clean(company)[:LONGEST]
        if number := partner_request_store.add(
            db, email=email, name=said, company=firm, lang=lang, shown_at=shown_at, now=now
        ):
            events.add(db, EventTag.PARTNER_ASKED, _about(number), actor="usher", at=now)
            values, later = {"request_id": number}, shown_at if shown_at > now else None
            queue_note(
                db, NoteName.PARTNER_REQUEST, key=_key(number), values=values, now=now, not_before=later
            )


def _tell_flood(db: Database, what: str, *, now: datetime) -> None:
    """Once a day."""
    note = TroubleNote(what=what, subject=str(MOST_A_DAY), detail="")
    queue_trouble(db, note, key=f"{what}:{now:%Y-%m-%d}", now=now)


def get(db: Database, request_id: int) -> PartnerRequest:
    """As it is now; raise RequestSettled where there is none."""
    found = partner_request_store.find(db, request_id)
    if found is None:
        raise RequestSettled(by="usher")
    return replace(found, closed=_list_closed_by_hand(db, found.email))


def _list_closed_by_hand(db: Database, email: str) -> tuple[ClosedByHand, ...]:
    holders = partners.list_holders(db, [email]).get(email, [])
    ends = {
        one.user_id: events.list_tagged(db, [f"account:{one.account_id}"], [EventTag.ACCOUNT_DEACTIVATED])
        for one in holders
        if one.by_hand
    }
    return tuple(
        ClosedByHand(user_id=user_id, by=told[-1].actor, at=told[-1].at)
        for user_id, told in ends.items()
        if told
    )


def get_open(db: Database, request_id: int, *, by: Staff) -> PartnerRequest:
    """One that staff may decide about; raise NotStaff or RequestSettled."""
    check_is_staff(by)
    found = get(db, request_id)
    if found.state is not RequestState.ASKED:
        raise RequestSettled(by=found.decided_by)
    return found


def refuse(db: Database, *, request_id: int, by: Staff, now: datetime) -> PartnerRequest:
    """The desk's no: they hear nothing, for nobody knows who has typed that address."""
    with transaction(db, locks=("partner_requests",)):
        found = get_open(db, request_id, by=by)
        events.add(db, EventTag.PARTNER_REFUSED, _about(request_id), actor=by.id, at=now)
        settle(db, request_id, to=RequestState.REFUSED, by=by, now=now)
        return found


def settle(db: Database, request_id: int, *, to: RequestState, by: Staff, now: datetime) -> None:
    """In the caller's transaction; the card says who did what. Raise RequestSettled."""
    if not partner_request_store.settle(db, request_id, to=to, by=by.id):
        raise RequestSettled(by=get(db, request_id).decided_by)
    key, values = _key(request_id), {"request_id": request_id}
    queue_note(db, NoteName.PARTNER_REQUEST, key=f"{key}:{to}", values=values, now=now, instead_of=key)


def _key(number: int) -> str:
    return f"partner_request:{number}"


def _about(number: int) -> str:
    return f"partner_request:{number}"
