"""Account Recovery: a link by mail and an answer, or an administrator, who knows the person."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, account_id
from bot.domain.errors import LinkExpired, LinkUnknown
from bot.domain.events import EventTag
from bot.domain.note_names import NoteName
from bot.domain.password_refusals import AnswerWrong, PasswordMeanwhile, ResetOften
from bot.domain.passwords import HowSet, PasswordFault
from bot.domain.recovery import (
    LINK,
    LINK_LASTS,
    MOST_RESETS,
    RESET,
    RESET_LASTS,
    RESETS_WITHIN,
    Way,
    find_way,
)
from bot.domain.security_questions import Question
from bot.domain.tries import Tried
from bot.rendering import account_mails
from bot.services import (
    account_notes,
    lifecycle,
    passwords,
    prolong_links,
    recovery_mails,
    security_questions,
)
from bot.services.account_mails import mail_owner
from bot.services.accounts import list_named, mail_activation_again
from bot.services.desk import Desk
from bot.services.queueing import link_rests
from bot.store import accounts, events, links, outbox, sessions, tries
from bot.store.database import transaction


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """What the holder of a link sees; no question where an administrator has sent it, or of a partner.

    Partners have a second factor instead of questions: a new password alone does not let anybody in.
    """

    account: Account
    question: Question | None
    alone: bool  #: no other administrator can reset the password, only the desk


def ask_for_link(db: Database, desk: Desk, name: str, *, now: datetime) -> None:
    """Mail the way back to the address on file, whatever it is; nobody is told whether there is one.

    The same work for every name: one argon2 call, one transaction, one event.
    """
    desk.hasher.verify("", "")
    with transaction(db):
        named = list_named(db, name)
        same = _list_same_address(db, desk, named, now=now)
        found = find_way(same, named[0] if len(named) == 1 else None)
        _note_asked(db, found[1] if found else None, now=now)
        if found:
            _mail_way(db, desk, *found, now=now)


def ask_administrator(db: Database, desk: Desk, name: str, *, now: datetime) -> None:
    """Ask whoever may send a new password, once a day; as neutral, as equal.

    The organisation's other administrators by mail, or the desk where there are none. Whom no new password
    helps, or who is one of several, is mailed what does.
    """
    desk.hasher.verify("", "")
    with transaction(db):
        named = lifecycle.list_living(db, desk, list_named(db, name), now=now)
        account = named[0] if len(named) == 1 else None
        _note_asked(db, account, now=now)
        found = find_way(named)
        if found is None:
            return
        if found[0] is not Way.LINK or lifecycle.find_end(db, desk, found[1], now=now):
            _mail_way(db, desk, *found, now=now)
            return
        _ask_for(db, desk, found[1], now=now)


def _ask_for(db: Database, desk: Desk, account: Account, *, now: datetime) -> None:
    for one in (others := _list_other_administrators(db, account)):
        _mail_administrator(db, desk, one, account, now=now)
    if not others:
        account_notes.tell(db, NoteName.RESET_WISH, account, once=f"{now:%Y-%m-%d}", now=now)


def _list_other_administrators(db: Database, account: Account) -> list[Account]:
    """Whoever may reset the account's password in its organisation; partners have none."""
    return [
        one
        for one in accounts.list_of_organisation(db, account.organisation)
        if one.is_administrator and one.status is AccountStatus.ACTIVE and one.id != account.id
    ]


def send_reset(db: Database, desk: Desk, account: Account, *, by: str, now: datetime) -> None:
    """An administrator's or the desk's reset, in the caller's transaction: a link to a new password.

    The caller has checked the right. The old password counts until a new one is set. Raise ResetOften.
    """
    if links.count_since(db, purpose=RESET, subject=account.ref, since=now - RESETS_WITHIN) >= MOST_RESETS:
        raise ResetOften(most=MOST_RESETS)
    until = now + RESET_LASTS
    events.add(db, EventTag.RECOVERY_MAILED, f"account:{account.id}", actor=by, at=now, way=Way.RESET)
    recovery_mails.send_link(db, desk, account, Way.RESET, purpose=RESET, until=until, now=now)


def get(db: Database, desk: Desk, token: str, *, now: datetime) -> Recovery:
    """Raise LinkUnknown or LinkExpired."""
    purpose = LINK if links.find_subject(db, token, purpose=RESET) is None else RESET
    number = account_id(links.get_subject(db, token, purpose=purpose, now=now))
    account = accounts.find(db, number) if number else None
    if (
        account is None
        or account.status is not AccountStatus.ACTIVE
        or lifecycle.find_end(db, desk, account, now=now)
    ):
        raise LinkUnknown
    asked = security_questions.find_asked(db, account) if purpose == LINK else None
    if purpose == LINK and asked is None and not account.is_partner:
        raise LinkUnknown
    alone = not _list_other_administrators(db, account)
    return Recovery(account=account, question=asked, alone=alone)


def recover(
    db: Database, desk: Desk, token: str, *, answer: str, new: str, now: datetime
) -> tuple[PasswordFault, ...]:
    """Set a new password, end every session and tell its owner; or return what is wrong with it.

    What anybody can tell of the password is told before the answer is tried: it costs no try. Of two clicks
    the second is answered as the first. Raise AnswerWrong, TriesResting, PasswordMeanwhile, LinkUnknown or
    LinkExpired.
    """
    try:
        faults = _recover(db, desk, token, answer=answer, new=new, now=now)
    except (LinkUnknown, LinkExpired, PasswordMeanwhile):
        if _has_just_reset(db, desk, token, new, now=now):
            return ()
        raise
    if PasswordFault.USED in faults and _has_just_reset(db, desk, token, new, now=now):
        return ()  # both clicks at once, and the first has ended meanwhile
    return faults


def _has_just_reset(db: Database, desk: Desk, token: str, new: str, *, now: datetime) -> bool:
    """Whether the account of that link, be it over, was given that password by a link a moment ago."""
    for purpose in (LINK, RESET):
        if number := account_id(links.find_subject(db, token, purpose=purpose) or ""):
            return passwords.was_just_set(db, desk, number, new, how=HowSet.RESET, now=now)
    return False


def _recover(
    db: Database, desk: Desk, token: str, *, answer: str, new: str, now: datetime
) -> tuple[PasswordFault, ...]:
    found = get(db, desk, token, now=now)
    account, since = found.account, accounts.find_password(db, found.account.id)
    if faults := passwords.find_plain_faults(desk, account, new):
        return faults
    if found.question and not security_questions.check_answer(db, desk, account, answer, now=now):
        raise AnswerWrong
    if faults := passwords.find_all_faults(db, desk, account, new):
        return faults
    hashed = passwords.make_hash(desk, new)
    with transaction(db, locks=(f"account:{account.id}",)):
        get(db, desk, token, now=now)
        if not passwords.put(db, desk, account, hashed, since=since, how=HowSet.RESET, now=now):
            raise PasswordMeanwhile
        sessions.drop_all(db, account.id)
        tries.drop(db, account.id, Tried.PASSWORD)  # a lock of the old one
        passwords.end_open_ways(db, account, now=now)
        about = f"account:{account.id}"
        events.add(db, EventTag.PASSWORD_RESET, about, actor=about, at=now, asked=bool(found.question))
        passwords.say_changed(db, desk, account, now=now, reset=True)
    return ()


def _list_same_address(db: Database, desk: Desk, named: list[Account], *, now: datetime) -> list[Account]:
    """The accounts of the address that is meant; one that was named, and has run out, is answered alone."""
    if not named or (len(named) == 1 and lifecycle.find_end(db, desk, named[0], now=now)):
        return named
    return recovery_mails.list_same_address(db, desk, named[0].email, now=now)


def _note_asked(db: Database, account: Account | None, *, now: datetime) -> None:
    about = f"account:{account.id}" if account else "account:none"
    events.add(db, EventTag.RECOVERY_ASKED, about, actor="usher", at=now)


def send_link(db: Database, desk: Desk, account: Account, *, now: datetime) -> bool:
    """To the owner of an active account, who wrote to us, in the caller's transaction.

    False where they got one a moment ago.
    """
    return _mail_way(db, desk, Way.LINK, account, by_mail=True, now=now)


def _mail_way(
    db: Database, desk: Desk, way: Way | None, account: Account, *, by_mail: bool = False, now: datetime
) -> bool:
    """Links as seldom as their pace lets them, and what needs none once a day: nobody can fill a mailbox.

    An account whose clock has run out takes no new password by itself: it is prolonged.
    """
    if way is Way.LINK and lifecycle.find_end(db, desk, account, now=now):
        return prolong_links.mail_link(db, desk, account, by_mail=by_mail, now=now)
    if way is None:
        return mail_activation_again(db, desk, account, now=now)
    if way is Way.SEVERAL and account.status is AccountStatus.WAITING:
        same = recovery_mails.list_same_address(db, desk, account.email, now=now)
        waiting = [one for one in same if one.status is account.status]
        recovery_mails.mail_user_ids(db, desk, waiting, now=now)
        return True
    if way is not Way.LINK:
        return recovery_mails.tell(db, desk, account, way, now=now)
    if link_rests(db, account.ref, purpose=LINK, now=now):
        return False
    recovery_mails.send_link(
        db, desk, account, way, purpose=LINK, until=now + LINK_LASTS, by_mail=by_mail, now=now
    )
    return True


def _mail_administrator(
    db: Database, desk: Desk, administrator: Account, account: Account, *, now: datetime
) -> None:
    """Once a day, and none while the one before has not gone."""
    if outbox.list_waiting(db, f"{administrator.ref}:reset_wished:{account.ref}:", to=administrator.email):
        return
    mail_owner(
        db,
        desk,
        administrator,
        "reset_wished",
        words=lambda customer: account_mails.reset_wished(account, administrator, customer, desk.policy),
        now=now,
        once=f"{account.ref}:{now:%Y-%m-%d}",
    )
