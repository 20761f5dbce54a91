"""Change an account's e-mail address: asked for with the password or by the desk, told to both ends."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.addressees import owner_of
from bot.domain.cards import MailEnd
from bot.domain.cases import case_ref
from bot.domain.cooling import CoolingNotice
from bot.domain.email_changes import (
    CHANGE_LASTS,
    COOLS,
    MOST_A_DAY,
    Bearer,
    ChangeReason,
    ChangeState,
    EmailChange,
    End,
    is_unactivated,
)
from bot.domain.errors import LinkUnknown
from bot.domain.events import EventTag
from bot.domain.lifecycle import LifeState
from bot.domain.members import owners
from bot.domain.profile_refusals import AddressNotNew, AddressUnsound, TooManyChanges
from bot.domain.registration_refusals import OwnAddress
from bot.domain.review_values import is_address, typed_address
from bot.domain.sessions import Visitor
from bot.rendering import account_mails as account_mail_words
from bot.rendering.words import words as said_in
from bot.services import (
    email_change_notices,
    held_notes,
    license_keys,
    lifecycle,
    passwords,
    prolong_links,
    seat_holders,
)
from bot.services.accounts import ACTIVATION, ACTIVATION_MAILS, mail_activation
from bot.services.cases import get_case, refresh_others
from bot.services.desk import Desk
from bot.services.queueing import issue_link, queue_mail, queue_notice
from bot.store import (
    accounts,
    bounces,
    credentials,
    email_changes,
    events,
    links,
    organisations,
    seats,
    sessions,
)
from bot.store.database import transaction

LINK = "email_change"  #: the purpose of a link; its subject is "E-<number>:<bearer>"


def ask(db: Database, desk: Desk, visitor: Visitor, *, email: str, password: str, now: datetime) -> None:
    """Mail both ends a link; a second click mails none. Slow, for the password is asked again.

    Raise AddressUnsound, AddressNotNew, OwnAddress, TooManyChanges, PasswordWrong or TriesResting.
    """
    account = visitor.account
    new = read_address(desk, account, email)
    passwords.check_current(db, desk, visitor, password, now=now)
    with transaction(db, locks=(f"account:{account.id}",)):
        before = email_changes.find_of(db, account.id, now=now)
        if before is None or not _is_just_asked(before, new, now=now):
            open_change(db, desk, account, new, now=now)


def _is_just_asked(change: EmailChange, new: str, *, now: datetime) -> bool:
    """Whether its owner asked for the very same a moment ago."""
    made_at = change.until - CHANGE_LASTS
    return not change.asked_by and change.new == new and now - made_at <= passwords.MOMENT


def read_address(desk: Desk, account: Account, typed: str) -> str:
    """Another address for it, as we keep it; raise AddressUnsound, AddressNotNew or OwnAddress."""
    new = typed_address(typed[:400])
    if not is_address(new):
        raise AddressUnsound
    if new == account.email:
        raise AddressNotNew
    if desk.is_reached_at(new):
        raise OwnAddress(found=new)
    return new


def open_change(
    db: Database,
    desk: Desk,
    account: Account,
    new: str,
    *,
    now: datetime,
    asked_by: str = "",
    reason: ChangeReason | None = None,
) -> EmailChange:
    """Mail both ends, in the caller's transaction; what was asked for before is over. Raise TooManyChanges.

    Nobody can answer for an account that waits to be activated: no mail goes. `asked_by` and `reason`: the
    desk's, where its owner does not ask.
    """
    if email_changes.count_since(db, account.id, since=now - timedelta(days=1)) >= MOST_A_DAY:
        raise TooManyChanges(most=MOST_A_DAY)
    email_change_notices.end(db, account.id, now=now)
    change = email_changes.add(
        db,
        account_id=account.id,
        old=account.email,
        new=new,
        now=now,
        until=now + CHANGE_LASTS,
        asked_by=asked_by,
        reason=reason,
    )
    for end in () if is_unactivated(account) else End:
        _mail_link(db, desk, account, change, end, now=now)
    more = {"reason": str(reason)} if reason else {}
    _record(db, EventTag.EMAIL_CHANGE_ASKED, change, actor=asked_by, now=now, **more)
    return change


def _mail_link(
    db: Database, desk: Desk, account: Account, change: EmailChange, end: End, *, now: datetime
) -> None:
    url = _issue_link(db, desk, change, Bearer(end), now=now)
    queue_mail(
        db,
        desk,
        email_change_notices.MAIL,
        replace(owner_of(account), address=change.new if end is End.NEW else change.old),
        key=email_change_notices.mail_key(account, change, end),
        words=account_mail_words.email_change(account, change, desk.policy, to_new=end is End.NEW),
        now=now,
        secrets={"email_url": url},
    )


def _issue_link(db: Database, desk: Desk, change: EmailChange, bearer: Bearer, *, now: datetime) -> str:
    subject = f"E-{change.id}:{bearer}"
    return issue_link(db, desk, subject, purpose=LINK, path="email", until=change.until, now=now)


def get_change(db: Database, token: str, *, now: datetime) -> tuple[EmailChange, Bearer, Account]:
    """What the holder of a link is asked; raise LinkUnknown or LinkExpired."""
    subject = links.get_subject(db, token, purpose=LINK, now=now)
    number, _, bearer = subject.removeprefix("E-").partition(":")
    change = email_changes.find(db, int(number), now=now)
    account = accounts.find(db, change.account_id) if change else None
    if change is None or account is None or not lifecycle.is_open(db, account):
        raise LinkUnknown
    if account.email != change.old:
        raise LinkUnknown
    return change, Bearer(bearer), account


def find_answered(db: Database, token: str, *, now: datetime) -> tuple[EmailChange, Bearer, Account] | None:
    """What has come of a change to whose link nothing is asked any more, until its time is over.

    None where nothing is to be told: none of ours, overtaken, lapsed, or of an account that is closed.
    """
    subject = links.find_subject(db, token, purpose=LINK) or ""
    number, _, bearer = subject.removeprefix("E-").partition(":")
    change = email_changes.look_up(db, int(number)) if number else None
    account = accounts.find(db, change.account_id) if change else None
    if change is None or account is None or not lifecycle.is_open(db, account):
        return None
    untold = change.state_at(now) in {ChangeState.OVERTAKEN, ChangeState.LAPSED}
    return None if untold or change.until <= now else (change, Bearer(bearer), account)


def confirm(db: Database, desk: Desk, token: str, *, now: datetime) -> bool:
    """Say yes for one end; True where nothing else is waited for, and the address is changed.

    Raise LinkUnknown for a link that can only say no.
    """
    with transaction(db):
        change, bearer, account = get_change(db, token, now=now)
        if bearer.end is None:
            raise LinkUnknown
        return _count_in(db, desk, account, change, bearer.end, now=now)


def _count_in(
    db: Database, desk: Desk, account: Account, change: EmailChange, end: End, *, now: datetime
) -> bool:
    email_changes.confirm(db, change.id, end, now=now)
    links.end(db, purpose=LINK, subject=f"E-{change.id}:{end}", now=now)
    change = replace(change, confirmed=change.confirmed | {end})
    if end is End.OLD:
        change = replace(change, agreed_by="", due_at=None)
    if change.is_due(email_change_notices.find_notice(db, account, change), now=now):
        _take_effect(db, desk, account, change, actor="", now=now)
        return True
    if change.asked_by:
        email_change_notices.refresh_card(db, change, now=now)
    return False


def stand_in(
    db: Database, desk: Desk, account: Account, change: EmailChange, *, by: str, now: datetime
) -> None:
    """Who of the desk says yes for the old end, in the caller's transaction.

    Whoever reads that mailbox after all is told, and has time to say no before the new address counts. Where
    nobody has activated the account, nothing in it is anybody's yet: the new one counts at once.
    """
    if is_unactivated(account):
        change = replace(change, agreed_by=by)
        email_changes.stand_in(db, change, now=now)
        _take_effect(db, desk, account, change, actor=by, now=now)
        return
    due_at = now + COOLS
    change = replace(change, agreed_by=by, due_at=due_at, until=due_at + CHANGE_LASTS)
    email_changes.stand_in(db, change, now=now)
    for end in End:
        links.extend(db, purpose=LINK, subject=f"E-{change.id}:{end}", until=change.until, now=now)
    _mail_link(db, desk, account, change, End.OLD, now=now)
    _text_phones(db, desk, account, change, due_at=due_at, now=now)
    email_change_notices.refresh_card(db, change, now=now)
    email_change_notices.call_late(db, change, now=now)


def _text_phones(
    db: Database, desk: Desk, account: Account, change: EmailChange, *, due_at: datetime, now: datetime
) -> None:
    """For whoever cannot read the old mailbox any more: a link that stops it, and can do nothing else."""
    due = said_in(account.lang, desk.policy.desk.zone).instant(due_at)
    for phone in credentials.get(db, account.id).verified:
        url = _issue_link(db, desk, change, Bearer.PHONE, now=now)
        queue_notice(
            db, desk, "email_change_cooling",
            key=f"{account.ref}:{change.ref}:stood_in:{phone.id}", to=phone.number, lang=account.lang,
            until=due_at, now=now, words={"due": due}, secrets={"stop_url": url},
        )  # fmt: skip


def carry_out(db: Database, desk: Desk, *, now: datetime) -> None:
    """The clock's look: where the old end had its time and said nothing, the new address counts.

    What was asked for of an account that is closed by now, whoever or whatever closed it, is over.
    """
    for seen in email_changes.list_open(db, now=now):
        with transaction(db, locks=(f"account:{seen.account_id}",)):
            change, account = email_changes.find(db, seen.id, now=now), accounts.find(db, seen.account_id)
            if change != seen or account is None:
                continue  # stopped in this moment
            if not email_change_notices.may_change(db, account):
                email_change_notices.end(db, account.id, now=now)
            elif change.is_due(email_change_notices.find_notice(db, account, change), now=now):
                _take_effect(db, desk, account, change, actor="usher", now=now)


def _take_effect(
    db: Database, desk: Desk, account: Account, change: EmailChange, *, actor: str, now: datetime
) -> None:
    email_changes.note_changed(db, change.id, now=now)
    passwords.end_open_ways(db, account, now=now)
    _take_seat_along(db, account, change)
    organisations.follow_address(db, account, change.new)
    accounts.set_email(db, account.id, change.new)
    if account.organisation:  # who of an undecided addition is one person is told by it
        refresh_others(db, get_case(db, case_ref(account.organisation)), now=now)
    _tell_clock(db, desk, replace(account, email=change.new), now=now)
    if change.asked_by:  # nobody was signed in who asked for it
        sessions.drop_all(db, account.id)
    _record(db, EventTag.EMAIL_CHANGED, change, actor=actor, now=now)
    unactivated = is_unactivated(account)
    if unactivated:
        how, by = MailEnd.READDRESSED, actor or "usher"
        held_notes.end_lost(db, account.ref, ACTIVATION_MAILS, how, to=change.old, by=by, now=now)
        _send_way_in(db, desk, replace(account, email=change.new), now=now)
    seat, by = seat_holders.find(db, account), actor or f"account:{account.id}"
    license_keys.follow_holder(db, desk, seat, theirs=not unactivated, by=by, now=now)
    _tell_ends(db, desk, account, change, now=now)


def _send_way_in(db: Database, desk: Desk, account: Account, *, now: datetime) -> None:
    """To the address of now on; whoever has an earlier link cannot activate it any more."""
    links.end(db, purpose=ACTIVATION, subject=account.ref, now=now)
    mail_activation(db, desk, account, now=now)


def _tell_clock(db: Database, desk: Desk, account: Account, *, now: datetime) -> None:
    """Warnings are told anew; who has expired already gets the way back where they read it now."""
    if lifecycle.readdress(db, desk, account.id, now=now) is LifeState.EXPIRED:
        prolong_links.mail_link(db, desk, account, now=now)


def find_notice(db: Database, account: Account, change: EmailChange) -> CoolingNotice | None:
    """Whether the old end was told who stands in for it; None where nobody does."""
    return email_change_notices.find_notice(db, account, change)


def find_open(db: Database, account: Account, *, now: datetime) -> EmailChange | None:
    """What was asked for of it, and is not over."""
    return email_changes.find_of(db, account.id, now=now)


def _take_seat_along(db: Database, account: Account, change: EmailChange) -> None:
    """Their License Key stays theirs, by their name and address of now on."""
    held = {seat.id: seat for seat in seats.list_held(db, account.organisation)}
    for number, owner in owners(
        held.values(), accounts.list_of_organisation(db, account.organisation)
    ).items():
        if owner.id == account.id and (holder := held[number].holder):
            seats.hand_over(db, held[number], replace(holder, name=account.name, email=change.new))


def refuse(db: Database, token: str, *, now: datetime) -> None:
    """Say no for either end, or by a phone: nothing changes, and the other links are over too."""
    with transaction(db):
        change, bearer, account = get_change(db, token, now=now)
        stop(db, account, change, by=bearer, now=now)


def stop(
    db: Database, account: Account, change: EmailChange, *, by: str, now: datetime, actor: str = ""
) -> None:
    """The same, in the caller's transaction; `by`: a `Bearer`, or who of the desk."""
    email_change_notices.end(db, account.id, by=by, now=now)
    for bearer in Bearer:
        links.end(db, purpose=LINK, subject=f"E-{change.id}:{bearer}", now=now)
    _record(db, EventTag.EMAIL_CHANGE_REFUSED, change, actor=actor, now=now)


def _tell_ends(db: Database, desk: Desk, account: Account, change: EmailChange, *, now: datetime) -> None:
    """Of an account that waits to be activated only the old one, if mails go there still."""
    told = [change.old, change.new]
    if is_unactivated(account):
        told = [] if bounces.is_given_up(db, change.old) else [change.old]
    for to in told:
        queue_mail(
            db,
            desk,
            "email_changed",
            replace(owner_of(account), address=to),
            key=f"{account.ref}:email_changed:{change.id}:{'old' if to == change.old else 'new'}",
            words=account_mail_words.email_changed(account, change, desk.policy, at=now),
            now=now,
        )


def _record(
    db: Database, tag: EventTag, change: EmailChange, *, actor: str, now: datetime, **more: str
) -> None:
    """`actor`: who of the desk; "": its owner."""
    about = f"account:{change.account_id}"
    events.add(db, tag, about, actor=actor or about, at=now, change=change.id, **more)
