"""Security questions of an account: hash what was answered, set it, ask one, change them when signed in."""

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.credentials import CredentialNotice
from bot.domain.events import EventTag
from bot.domain.security_questions import AnswerFault, Given, Question, find_faults, normal
from bot.domain.sessions import Visitor
from bot.domain.tries import Tried
from bot.rendering import account_mails
from bot.services.account_mails import mail_owner
from bot.services.credential_notices import tell
from bot.services.desk import Desk
from bot.services.passwords import check_current, take_try
from bot.store import events, passwords, security_questions, tries
from bot.store.database import transaction

Hashed = tuple[tuple[Question, str], ...]
Faults = tuple[AnswerFault | None, ...]  #: of each of the three, in their order


def make_hashes(desk: Desk, given: Sequence[Given]) -> Hashed:
    """Of sound answers, as they are kept; slow: never inside a transaction."""
    return tuple((Question(one.question), desk.hasher.hash(normal(one.answer))) for one in given)


def find_asked(db: Database, account: Account) -> Question | None:
    """The one question that is asked of its owner until their next password; None where none is set.

    The same for every link, or whoever has the mailbox could ask for links until an easy one came.
    """
    chosen = security_questions.list_of_account(db, account.id)
    return chosen[passwords.count_set(db, account.id) % len(chosen)][0] if chosen else None


def check_answer(db: Database, desk: Desk, account: Account, answer: str, *, now: datetime) -> bool:
    """Whether that answers the question they are asked. Slow. Raise TriesResting after too many."""
    asked = find_asked(db, account)
    kept = dict(security_questions.list_of_account(db, account.id))
    take_try(db, account.id, Tried.ANSWER, now=now)
    if not desk.hasher.verify(kept[asked] if asked else "", normal(answer)):
        _tell_locked(db, desk, account, now=now)
        return False
    with transaction(db, locks=(f"account:{account.id}",)):
        tries.drop(db, account.id, Tried.ANSWER)
    return True


def _tell_locked(db: Database, desk: Desk, account: Account, *, now: datetime) -> None:
    """Its owner hears of the last of too many: whoever answers reads their mailbox."""
    with transaction(db, locks=(f"account:{account.id}",)):
        until = tries.find(db, account.id, Tried.ANSWER).locked_until
        if until is not None:
            tell(db, desk, account, None, why=CredentialNotice.ANSWERS_LOCKED, now=now, until=until)


def change(
    db: Database, desk: Desk, visitor: Visitor, *, password: str, given: Sequence[Given], now: datetime
) -> Faults:
    """Put these in the place of those they had; or return what is wrong with each of them.

    Raise PasswordWrong or TriesResting.
    """
    if any(faults := find_faults(given)):
        return faults
    check_current(db, desk, visitor, password, now=now)
    hashed = make_hashes(desk, given)
    account = visitor.account
    with transaction(db, locks=(f"account:{account.id}",)):
        security_questions.put(db, account.id, hashed, now=now)
        about = f"account:{account.id}"
        events.add(db, EventTag.QUESTIONS_CHANGED, about, actor=about, at=now)
        mail_owner(
            db,
            desk,
            account,
            "questions_changed",
            words=lambda customer: account_mails.questions_changed(account, customer, desk.policy, at=now),
            now=now,
        )
    return ()
