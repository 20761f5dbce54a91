"""Decide a case: approve, alone or as the first of two, and reject."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import Choice, RejectionReason
from bot.domain.cards import Asked
from bot.domain.cases import BEFORE_LIVE, OPEN, Case, CaseStatus
from bot.domain.errors import CodeMissing, ContentChanged, NotReviewable, WordsCame
from bot.domain.events import EventTag
from bot.domain.purchase_orders import PurchaseOrder
from bot.domain.staff import Act, Staff
from bot.domain.step_refusals import NoBalance, OfferChanged
from bot.rendering import mails, order_mails
from bot.services import case_steps, provisioning, purchasing, seat_holders, step_up, thread_notes
from bot.services.cases import answer, get_card, get_case, refresh_others, refusals_recorded
from bot.services.decision_phases import follow
from bot.services.desk import Desk
from bot.services.organisations import check_addition, check_not_again, find_joined, is_of_one_sponsor
from bot.services.queueing import queue_case_card
from bot.services.rights import check_may_say_yes, check_undecided, say_yes, why_code, why_second
from bot.store import approvals, case_words, cases
from bot.store.database import beforehand, transaction

Who = Callable[[str], Staff]

APPROVABLE = frozenset({CaseStatus.IN_REVIEW})


def find_asked(
    db: Database,
    desk: Desk,
    *,
    ref: str,
    seen: str,
    by: Staff,
    now: datetime,
    offer: str | None = None,
    read_to: int | None = None,
    who: Who | None = None,
) -> Asked | None:
    """What is asked of whoever approves it: a code, or which purchase order pays; None where nothing is.

    `read_to`: of whoever was asked before, the newest of its sponsor's words that they saw then. Raise what
    would keep them from it, before anybody types a code.
    """
    with refusals_recorded(db, ref, by, now):
        _drop_lost(db, ref, who, now=now)
        case = _renew_offer(db, desk, ref, offer, now=now)
        _check_approvable(db, case, seen, by, now=now)
        code, payers = bool(why_code(desk, case)), _list_payers(db, desk, case, now=now)
        if not code and not payers:
            return None
        if code:
            step_up.check_ready(db, desk, by=by, now=now)
        came = () if read_to is None else case_words.list_unread(db, case.id, since=read_to)
        return Asked(card=get_card(db, desk, ref, now=now), code=code, payers=payers, came=came)


def _list_payers(db: Database, desk: Desk, case: Case, *, now: datetime) -> tuple[PurchaseOrder, ...]:
    """Of which purchase orders the last approver picks one; () where none is asked."""
    given = len(approvals.list_given(db, case)) + 1
    quote = purchasing.quote(db, desk, case, now=now)
    if given <= len(why_second(desk, case)[:1]) or quote.obstacle is None or quote.total is None:
        return ()
    if not (payers := tuple(purchasing.list_payers(db, quote.total))):
        raise NoBalance(ref=case.ref, total=quote.total)
    return payers


def approve(
    db: Database,
    desk: Desk,
    *,
    ref: str,
    seen: str,
    by: Staff,
    now: datetime,
    code: str = "",
    purchase_order: int | None = None,
    offer: str | None = None,
    read_to: int | None = None,
    who: Who | None = None,
) -> Case:
    """Say yes to what the card showed (`seen`: its content hash); the last yes that is needed decides.

    The case that comes back has no decision where a second yes is still needed. Where it is grave, a code
    of theirs is taken first, and is used up though the case should have changed in that moment.
    `purchase_order`: the id of the one that they picked; None for the one that the form names.
    `offer`: the seal of the quote that the card showed; `read_to`: the newest of its sponsor's words that it
    told of. None for whoever decides without a card. `who`: looks up which rights a colleague has by now.
    """
    with refusals_recorded(db, ref, by, now):
        _drop_lost(db, ref, who, now=now)
        case = _renew_offer(db, desk, ref, offer, now=now)
        _check_approvable(db, case, seen, by, now=now)
        _check_words(db, case, read_to)  # before a code is used up
        grave = bool(why_code(desk, case))
        if grave:
            step_up.take_code(db, desk, by=by, code=code, now=now)
        yes = _Yes(by=by, proven=grave, picked=purchase_order, offer=offer, read_to=read_to)
        return _approve(db, desk, yes, ref=ref, seen=seen, now=now)


@dataclass(frozen=True, kw_only=True)
class _Yes:
    """Whose it is, and to what."""

    by: Staff
    proven: bool  #: with a code of their second factor
    picked: int | None
    offer: str | None
    read_to: int | None


def _approve(db: Database, desk: Desk, yes: _Yes, *, ref: str, seen: str, now: datetime) -> Case:
    by = yes.by
    with transaction(db, locks=(f"case:{ref}",)):
        case = get_case(db, ref)
        _check_approvable(db, case, seen, by, now=now)
        _check_words(db, case, yes.read_to)
        offer = _check_offer(db, desk, case, yes.offer, now=now)
        if not yes.proven and why_code(desk, case):
            raise CodeMissing
        given = say_yes(db, case, by=by, now=now, offer=offer)
        if len(given) > len(why_second(desk, case)[:1]):
            _carry(db, desk, case, by=by, right_of=given[-1].right_of, picked=yes.picked, now=now)
        else:
            right = given[-1].right_of
            thread_notes.tell(db, EventTag.APPROVAL_GIVEN, case.id, actor=by.id, at=now, right_of=right)
        queue_case_card(db, case.id, now=now)
        return get_case(db, ref)


def _drop_lost(db: Database, ref: str, who: Who | None, *, now: datetime) -> None:
    """Before a yes: an earlier one counts no more whose right was lost since, or who is no longer staff.

    In a transaction of its own, which stands though the yes is refused.
    """
    case = get_case(db, ref)
    if who is None or case.status not in APPROVABLE:
        return
    lost = [
        one
        for one in approvals.list_given(db, case)
        if not (who(one.by).staff and who(one.right_of).may(Act.REVIEW, escalated=case.escalated))
    ]
    if lost:
        with beforehand(db, locks=(f"case:{ref}",)):
            for one in lost:
                if approvals.take_back(db, case, by=one.by):
                    thread_notes.record(db, EventTag.APPROVAL_LOST, case.id, actor="usher", at=now)
            queue_case_card(db, case.id, now=now)


def _renew_offer(db: Database, desk: Desk, ref: str, shown: str | None, *, now: datetime) -> Case:
    """Before a yes: what it costs now is on its card, and an earlier yes to another price counts no more.

    In a transaction of its own, which stands though the yes is refused: raise OfferChanged.
    """
    case = get_case(db, ref)
    if case.status not in APPROVABLE:
        return case
    offer = purchasing.quote(db, desk, case, now=now).seal
    if approvals.list_lapsed(db, case, offer) or shown not in (None, offer):
        with beforehand(db, locks=(f"case:{ref}",)):
            for lapsed in approvals.list_lapsed(db, case, offer):
                approvals.drop(db, lapsed)
                thread_notes.record(db, EventTag.APPROVAL_LAPSED, case.id, actor="usher", at=now)
            queue_case_card(db, case.id, now=now)
    if shown not in (None, offer):
        raise OfferChanged(ref=case.ref)
    return case


def _check_offer(db: Database, desk: Desk, case: Case, shown: str | None, *, now: datetime) -> str:
    """The seal of what it costs; raise OfferChanged where something else was shown, or agreed to before."""
    offer = purchasing.quote(db, desk, case, now=now).seal
    if shown not in (None, offer) or approvals.list_lapsed(db, case, offer):
        raise OfferChanged(ref=case.ref)
    return offer


def _check_words(db: Database, case: Case, read_to: int | None) -> None:
    if read_to is not None and case_words.find_unread(db, case.id).to > read_to:
        raise WordsCame(ref=case.ref)


def _check_approvable(db: Database, case: Case, seen: str, by: Staff, *, now: datetime) -> None:
    _check(db, case, seen, by, APPROVABLE, now=now)
    check_may_say_yes(db, case, by, now=now)
    check_not_again(db, case)
    check_addition(db, case)


def _carry(
    db: Database, desk: Desk, case: Case, *, by: Staff, right_of: str, picked: int | None, now: datetime
) -> None:
    """Make the decision, hold its price, and queue what follows."""
    decision_id = _decide(db, case, Choice.APPROVED, by=by, right_of=right_of, now=now)
    decided = get_case(db, case.ref)
    quote = purchasing.order(db, desk, decided, picked=picked, by=by.id, now=now)
    joined = find_joined(db, decided)
    waits = joined is not None and joined.status in BEFORE_LIVE
    words = order_mails.order_confirmation(decided, desk.policy, quote, not_registered=waits)
    words |= seat_holders.told(db, decided)
    answer(db, desk, decided, "order_confirmation", now=now, decision_id=decision_id, words=words)
    follow(db, decision_id, now=now)
    case_steps.begin(db, decided, now=now)
    refresh_others(db, decided, now=now)


def reject(
    db: Database,
    desk: Desk,
    *,
    ref: str,
    seen: str,
    by: Staff,
    reason: RejectionReason,
    note: str,
    now: datetime,
) -> Case:
    """Reject what the card showed; the coded reason chooses the sponsor's mail, the note stays here."""
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"case:{ref}",)):
        case = get_case(db, ref)
        _check(db, case, seen, by, OPEN, now=now)
        brought_before = is_of_one_sponsor(db, case)
        right = check_undecided(db, case, by, now=now)
        decision_id = _decide(
            db, case, Choice.REJECTED, by=by, right_of=right, now=now, reason=reason, note=note
        )
        made = provisioning.call_off(db, desk, case, now=now)  # of an approval that was taken back before
        if case.status is not CaseStatus.RECEIVED:
            words = mails.rejection(get_case(db, ref), desk.policy, brought_before=brought_before, made=made)
            answer(db, desk, get_case(db, ref), "rejection", now=now, decision_id=decision_id, words=words)
        follow(db, decision_id, now=now)
        queue_case_card(db, case.id, now=now)
        refresh_others(db, case, now=now)
        return get_case(db, ref)


def _check(
    db: Database, case: Case, seen: str, by: Staff, since: frozenset[CaseStatus], *, now: datetime
) -> None:
    check_undecided(db, case, by, now=now)
    if case.content_hash != seen:
        raise ContentChanged(ref=case.ref, version=case.version)
    if case.status not in since:
        raise NotReviewable(ref=case.ref, status=case.status)


def _decide(
    db: Database,
    case: Case,
    choice: Choice,
    *,
    by: Staff,
    right_of: str,
    now: datetime,
    reason: RejectionReason | None = None,
    note: str = "",
) -> int:
    """Compare and swap; the unique index on decisions is the second lock on the same door."""
    to = CaseStatus(choice)
    if not cases.move(db, case.id, since=(case.status,), to=to, content_hash=case.content_hash, now=now):
        raise ContentChanged(ref=case.ref, version=case.version)
    decision_id = cases.add_decision(db, case, choice, by=by.id, now=now, reason=reason, note=note)
    tag = EventTag.CASE_APPROVED if choice is Choice.APPROVED else EventTag.CASE_REJECTED
    thread_notes.record(
        db,
        tag,
        case.id,
        actor=by.id,
        at=now,
        version=case.version,
        hash=case.content_hash,
        reason=reason,
        right_of=right_of,
    )
    return decision_id
