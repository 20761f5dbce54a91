"""What was kept for long enough goes, night by night: in short transactions, so much a night at most."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from bot.domain.accounts import account_id
from bot.domain.cases import case_id
from bot.domain.events import EventTag
from bot.domain.people import Person
from bot.domain.retention import DataClass, Kept, Swept
from bot.services import erasing
from bot.services.desk import Desk
from bot.store import accounts, conversations, events, finding, retention
from bot.store.database import transaction
from bot.store.retention import RULES, Holds

AT_ONCE = 200  #: rows changed in one transaction: a few milliseconds, in which others wait
A_NIGHT = 20_000  #: of one class at most; the rest waits for the next night

Find = Callable[[int], list[int]]  #: at most so many
Change = Callable[[list[int]], None]  #: in one transaction


def sweep(db: Database, desk: Desk, *, now: datetime, most: int = A_NIGHT) -> list[Swept]:
    """What this night did to each class of data; whatever a kill leaves is found by the next."""
    kept = desk.policy.retention.kept
    done = []
    for data in kept.days:
        if (before := kept.before(data, now)) is None:
            continue
        ways = _ways(db, data, before=before, holds=_holds(kept), now=now)
        many, all_gone = _work(ways, most)
        done.append(Swept(data=data, many=many, all_gone=all_gone, at=now))
        with transaction(db):
            retention.note(db, done[-1])
            if many:
                events.add(db, EventTag.DATA_SWEPT, f"data:{data}", actor="usher", at=now, many=many)
    return done


def _holds(kept: Kept) -> Holds:
    cases = (case_id(ref) for ref in kept.holds if ref.startswith("C-"))
    owners = (account_id(ref) for ref in kept.holds if ref.startswith("A-"))
    return Holds(
        cases=tuple(one for one in cases if one is not None),
        accounts=tuple(one for one in owners if one is not None),
    )


def _work(ways: Iterator[tuple[Find, Change]], most: int) -> tuple[int, bool]:
    """How many rows were changed, and whether nothing is left for the next night."""
    many = 0
    for find, change in ways:
        while found := find(min(AT_ONCE, most - many)):
            change(found)
            many += len(found)
            if many >= most:
                return many, False
    return many, True


def _ways(
    db: Database, data: DataClass, *, before: datetime, holds: Holds, now: datetime
) -> Iterator[tuple[Find, Change]]:
    for rule in RULES.get(data, ()):
        yield partial(_find, db, rule, before, holds), partial(_change, db, rule)
    if data is DataClass.CASES:
        yield (
            lambda limit: retention.list_cases(db, before=before, holds=holds, limit=limit),
            partial(_forget_cases, db, now),
        )
    if data is DataClass.QUESTIONS:
        yield (
            lambda limit: retention.list_questions(db, before=before, limit=limit),
            partial(_forget_questions, db),
        )
    if data is DataClass.ACCOUNTS:
        yield (
            lambda limit: retention.list_closed(db, before=before, holds=holds, limit=limit),
            partial(_forget_accounts, db, holds, now),
        )


def _find(db: Database, rule: retention.Rule, before: datetime, holds: Holds, limit: int) -> list[int]:
    return retention.find(db, rule, before=before, holds=holds, limit=limit)


def _change(db: Database, rule: retention.Rule, numbers: list[int]) -> None:
    with transaction(db):
        retention.change(db, rule, numbers)


def _forget_cases(db: Database, now: datetime, numbers: list[int]) -> None:
    for number in numbers:
        with transaction(db, locks=(f"case:{number}",)):
            retention.forget_people(db, number)
            erasing.refresh_case(db, number, now=now)


def _forget_questions(db: Database, numbers: list[int]) -> None:
    with transaction(db):
        for number in numbers:
            retention.forget_question(db, number)
            if (asked := conversations.find(db, number)) is not None:
                finding.set_conversation(db, asked)


def _forget_accounts(db: Database, holds: Holds, now: datetime, numbers: list[int]) -> None:
    """Their row in a form goes too, where nobody needs it; raw mails have a time of their own."""
    for number in numbers:
        account = accounts.find(db, number)
        if account is None:
            continue
        others = accounts.list_by_email(db, account.email)
        person = Person(
            address=account.email,
            names=(account.name,),
            accounts=(number,),
            shared=any(one.id != number for one in others),
        )
        for case in {account.case_id, account.organisation} - {0, *holds.cases}:
            if not retention.is_busy(db, case):
                erasing.scrub_case(db, case, person, now)
        erasing.erase_accounts(db, (number,), by="usher", now=now)
