"""Who may decide a case at this moment, of those whom a list names: deputies, and nobody's own work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlite_utils import Database

from bot.domain.approvals import Approval
from bot.domain.cases import OPEN, REGISTERING, Case, hands_in_registration
from bot.domain.staff import Act, Member
from bot.ports import Chat
from bot.services.desk import Desk
from bot.store import absences


def list_deciders(
    db: Database, desk: Desk, chat: Chat, case: Case, given: Collection[Approval], *, now: datetime
) -> list[Member]:
    """Everybody who may still decide it: of a form, with those whom an escalation added."""
    if case.status in REGISTERING:
        case = replace(case, hands=hands_in_registration(case.hands))
        return list_free(db, desk, chat, desk.groups[Act.REGISTRATION], case, given=(), now=now)
    added = desk.policy.approvals.escalate_to if case.escalated else ()
    return list_free(db, desk, chat, (*desk.groups[Act.REVIEW], *added), case, given=given, now=now)


def list_free(
    db: Database,
    desk: Desk,
    chat: Chat,
    names: Sequence[str],
    case: Case,
    *,
    given: Collection[Approval],
    now: datetime,
) -> list[Member]:
    """Of those people and groups: who had no hand in it, has not approved it (`given`), and is there.

    In the place of who is away stands their deputy.
    """
    spent = case.hands | {name for yes in given for name in (yes.by, yes.right_of)}
    return list_clean(db, desk, chat, names, spent=spent, now=now)


def list_clean(
    db: Database, desk: Desk, chat: Chat, names: Sequence[str], *, spent: Collection[str], now: datetime
) -> list[Member]:
    """Of those people and groups: who is none of `spent`, ids and addresses, and is there."""
    deputies = _deputies(db, now)
    free: dict[str, Member] = {}
    for person in sorted(chat.resolve(names)):
        if _is_free(chat.member(person), spent):
            stands = _standing(desk, chat, person, deputies)
            if stands is not None and _is_free(stands, spent):
                free[stands.id] = stands
    return list(free.values())


def list_present(
    db: Database, desk: Desk, chat: Chat, people: Sequence[str], *, now: datetime
) -> list[Member]:
    """Those people, and in the place of who is away their deputy."""
    deputies = _deputies(db, now)
    there = (_standing(desk, chat, person, deputies) for person in people)
    return [member for member in there if member is not None and member.full]


def _standing(desk: Desk, chat: Chat, person: str, deputies: Mapping[str, str]) -> Member | None:
    """They themselves, or their deputy; None where that one is away too, or no longer staff."""
    if (deputy := deputies.get(person)) is None:
        return chat.member(person)
    away = deputy in deputies or deputy not in chat.resolve(desk.staff)
    return None if away else chat.member(deputy)


def list_called(
    db: Database, desk: Desk, chat: Chat, case: Case, given: Collection[Approval], *, now: datetime
) -> list[Member]:
    """Whom a reminder calls: the one to whom it is assigned, else everybody who may still decide it."""
    mine = [case.assigned_to] if case.assigned_to and case.status in OPEN else []
    return list_free(db, desk, chat, mine, case, given=given, now=now) or list_deciders(
        db, desk, chat, case, given, now=now
    )


def _is_free(member: Member, spent: Collection[str]) -> bool:
    return member.full and member.id not in spent and (not member.email or member.email.lower() not in spent)


def _deputies(db: Database, now: datetime) -> dict[str, str]:
    """Who is away at this moment, each with who stands for them."""
    open_ones = absences.list_open(db, now=now)
    return {absence.person: absence.deputy for absence in open_ones if absence.since <= now}
