"""What an Organization Administrator does with the people of their organisation, and with nobody else's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus, NewAccount, Origin
from bot.domain.addressees import sponsor_of
from bot.domain.cases import Case, case_ref
from bot.domain.events import EventTag
from bot.domain.key_refusals import HasSeat, UnknownSeat
from bot.domain.license_keys import Holder
from bot.domain.member_refusals import (
    AddressShared,
    AdministratorsOnly,
    ClosedByDesk,
    LastAdministrator,
    MemberOutdated,
    MemberThere,
    MemberUnknown,
    NeedsNoKey,
    RemindedOften,
    TooManyMembers,
)
from bot.domain.members import (
    AT_ONCE,
    MOST_A_DAY,
    SECOND_CLICK,
    Member,
    Members,
    Wish,
    is_last_administrator,
    same_person,
    weigh_wish,
)
from bot.domain.ris import Credential, Role
from bot.rendering import account_mails
from bot.services import held_keys, license_keys, member_notices, seat_holders
from bot.services.account_mails import check_gone
from bot.services.accounts import (
    ACTIVATION_MAILS,
    ACTIVATIONS_WITHIN,
    MOST_ACTIVATIONS,
    count_activations,
    end_invitations,
    find_closing,
    mail_activation,
    make_administrator,
    make_one,
    reopen,
)
from bot.services.accounts import deactivate as end
from bot.services.cases import get_case, refresh_others
from bot.services.desk import Desk
from bot.services.marking import BLANK
from bot.services.queueing import queue_mail
from bot.services.recovery import send_reset
from bot.store import accounts, events, member_invitations, seats
from bot.store.database import transaction


def list_members(db: Database, by: Account) -> Members:
    """Everybody of their organisation; raise AdministratorsOnly."""
    check_administrator(db, by)
    people = accounts.list_of_organisation(db, by.organisation)
    held = seat_holders.list_held(db, by.organisation)
    return Members(
        members=tuple(Member(account=one, seat=held.get(one.id)) for one in people),
        spare=len(seats.list_spare(db, by.organisation)),
        invited=member_invitations.list_waiting(db, by.organisation),
    )


def create(
    db: Database, desk: Desk, new: NewAccount, *, by: Account, now: datetime, shared: bool = False
) -> Account:
    """An account with its activation mail; a spare seat becomes theirs, and its License Key is mailed.

    `shared`: the address is a colleague's too, and may be. A second click gets what the first has made. Raise
    AdministratorsOnly, TooManyMembers, MemberThere or AddressShared.
    """
    with transaction(db, locks=(f"organisation:{by.organisation}",)):
        check_administrator(db, by)
        twin = _find_twin(db, by.organisation, new)
        if twin and twin.origin is Origin.ADMINISTRATOR and twin.made_at > now - AT_ONCE:
            return twin
        check_address(db, by.organisation, new.email, shared=shared or twin is not None)
        check_many(db, by.organisation, now=now)
        case = get_case(db, case_ref(by.organisation))
        return open_member(db, desk, case, new, by=f"account:{by.id}", now=now)


def check_address(db: Database, organisation: int, email: str, *, shared: bool) -> None:
    """Raise AddressShared where a colleague has it and nobody has said that it may be."""
    people = accounts.list_of_organisation(db, organisation)
    known = next((one for one in people if one.email == email), None)
    if known and not shared:
        raise AddressShared(name=known.name, email=email)


def _find_twin(db: Database, organisation: int, new: NewAccount) -> Account | None:
    people = accounts.list_of_organisation(db, organisation)
    return next((one for one in people if same_person(one, new)), None)


def open_member(db: Database, desk: Desk, case: Case, new: NewAccount, *, by: str, now: datetime) -> Account:
    """The same in the caller's transaction, who has checked the right; raise MemberThere."""
    if twin := _find_twin(db, case.id, new):
        raise MemberThere(name=twin.name, user_id=twin.user_id)
    account = make_one(db, desk, case, new, by=by, now=now)
    if account.credential is Credential.PHONE_OTP:
        _take_spare(db, desk, case, account, now=now)
    mail_activation(db, desk, account, now=now)  # it says whether a License Key comes
    if account.is_administrator:
        member_notices.tell_administrators(db, desk, account, by=by, now=now)
    return account


def _take_spare(db: Database, desk: Desk, case: Case, account: Account, *, now: datetime) -> bool:
    """Their seat from among those that wait for people who join later; False where none does."""
    spare = seats.list_spare(db, case.id)
    if not spare or not seats.hold(db, spare[0].id, holder_of(account), used_in=case.id):
        return False
    license_keys.mail_keys(db, desk, case, now=now)
    refresh_others(db, case, now=now)
    return True


def holder_of(account: Account) -> Holder:
    return Holder(name=account.name, email=account.email, lang=account.lang)


def ask_credential(db: Database, desk: Desk, *, account_id: int, by: Account, now: datetime) -> Wish:
    """A spare seat for somebody who has none, or else a mail to the sponsor who may order one.

    Whoever holds a seat keeps it; the sponsor is asked again after some time, and not for ever. Raise
    NeedsNoKey or MemberOutdated.
    """
    with transaction(db, locks=(f"organisation:{by.organisation}",)):
        asker = check_administrator(db, by)
        account, case = _get(db, by, account_id), get_case(db, case_ref(by.organisation))
        _check_status(account, AccountStatus.WAITING, AccountStatus.ACTIVE)
        if account.credential is not Credential.PHONE_OTP:
            raise NeedsNoKey
        if seat_holders.find(db, account) or _take_spare(db, desk, case, account, now=now):
            return Wish.SPARE
        about = f"account:{account.id}"
        asked = [one.at for one in events.list_tagged(db, (about,), (EventTag.CREDENTIAL_ASKED,))]
        if any(at > now - SECOND_CLICK for at in asked):
            return Wish.ASKED
        if (wish := weigh_wish(asked, now=now)) is not Wish.ASKED:
            return wish
        queued = queue_mail(
            db,
            desk,
            "credential_request",
            replace(sponsor_of(case), cc=()),
            key=f"{account.ref}:credential_request:{len(asked)}",
            words=account_mails.credential_request(account, asker, case, desk.policy),
            now=now,
            attach={"what": BLANK},
        )
        if queued:
            record(db, EventTag.CREDENTIAL_ASKED, about, by, now)
        return wish if queued else Wish.OFTEN


def pass_key_on(
    db: Database, desk: Desk, *, seat_id: int, seen: str, to: int, by: Account, now: datetime
) -> None:
    """Hand an unused License Key over to another of their people (`seen`: the seat's seal as it was shown).

    It may be, while nobody has used it (seed 000, Login FAQs). Raise what stands in the way.
    """
    with transaction(db, locks=(f"organisation:{by.organisation}", f"seat:{seat_id}")):
        check_administrator(db, by)
        held = held_keys.get_held(db, seat_id)
        if held.seat.organisation != by.organisation:
            raise UnknownSeat
        heir = _get(db, by, to)
        if heir.status is AccountStatus.DEACTIVATED:
            raise MemberUnknown
        if heir.credential is not Credential.PHONE_OTP:
            raise NeedsNoKey
        if held.seat.seal != seen:
            raise held_keys.overtaken(db, held.seat)
        if seat_holders.find(db, heir):
            raise HasSeat(holder=heir.name)
        license_keys.pass_on(
            db, desk, held, holder_of(heir), by=f"account:{by.id}", right_of=f"account:{by.id}", now=now
        )


def remind(db: Database, desk: Desk, *, account_id: int, by: Account, now: datetime) -> None:
    """Another activation mail to somebody who has not activated.

    Raise RemindedOften, MemberOutdated, or MailWaits where the one before has not gone.
    """
    with transaction(db, locks=(f"account:{account_id}",)):
        check_administrator(db, by)
        check_many(db, by.organisation, now=now)
        account = _get(db, by, account_id)
        _check_status(account, AccountStatus.WAITING)
        if count_activations(db, account, since=now - ACTIVATIONS_WITHIN) >= MOST_ACTIVATIONS:
            raise RemindedOften(most=MOST_ACTIVATIONS)
        check_gone(db, account, *ACTIVATION_MAILS)
        mail_activation(db, desk, account, now=now)


def reset_password(db: Database, desk: Desk, *, account_id: int, by: Account, now: datetime) -> None:
    """Mail somebody else the way to a new password; raise ResetOften or MemberOutdated."""
    with transaction(db, locks=(f"account:{account_id}",)):
        check_administrator(db, by)
        account = _get(db, by, account_id)
        if account.id == by.id:
            raise MemberUnknown
        _check_status(account, AccountStatus.ACTIVE)
        send_reset(db, desk, account, by=f"account:{by.id}", now=now)


def set_role(db: Database, desk: Desk, *, account_id: int, role: Role, by: Account, now: datetime) -> None:
    """A new administrator hears what that is, and the others who; who is none any more invites nobody.

    Raise LastAdministrator where nobody would be left for an administrator's work, or MemberOutdated.
    """

    def change(account: Account, everybody: list[Account]) -> EventTag | None:
        if account.role == role:
            return None
        _check_status(account, AccountStatus.WAITING, AccountStatus.ACTIVE)
        if is_last_administrator(account, everybody):
            raise LastAdministrator
        if role is Role.ORGANIZATION_ADMINISTRATOR:
            make_administrator(db, desk, account, by=f"account:{by.id}", now=now)
            return EventTag.MEMBER_ROLE_CHANGED
        accounts.set_role(db, account.id, role)
        if account.is_administrator:
            end_invitations(db, account, by=f"account:{by.id}", now=now)
        return EventTag.MEMBER_ROLE_CHANGED

    _change(db, account_id, by, now, change)


def _check_status(account: Account, *those: AccountStatus) -> None:
    """A page that was opened before may offer what has no meaning any more."""
    if account.status not in those:
        raise MemberOutdated


def deactivate(db: Database, desk: Desk, *, account_id: int, by: Account, now: datetime) -> None:
    """They are signed out everywhere and sign in no more; their seat stays, for its key to be handed over."""

    def change(account: Account, everybody: list[Account]) -> EventTag | None:
        if account.status is AccountStatus.DEACTIVATED:
            return None
        if is_last_administrator(account, everybody):
            raise LastAdministrator
        end(db, desk, account, by=f"account:{by.id}", now=now)
        return EventTag.ACCOUNT_DEACTIVATED

    _change(db, account_id, by, now, change)


def reactivate(db: Database, desk: Desk, *, account_id: int, by: Account, now: datetime) -> None:
    """They sign in as before, or get another activation mail; raise ClosedByDesk where the desk ended it."""

    def change(account: Account, everybody: list[Account]) -> EventTag | None:
        del everybody
        if account.status is not AccountStatus.DEACTIVATED:
            return None
        closing = find_closing(db, account)
        if closing is None or not closing.is_theirs:
            raise ClosedByDesk
        reopen(db, desk, account, by=f"account:{by.id}", now=now)
        return EventTag.ACCOUNT_REOPENED

    _change(db, account_id, by, now, change)


def _change(
    db: Database,
    account_id: int,
    by: Account,
    now: datetime,
    change: Callable[[Account, list[Account]], EventTag | None],
) -> None:
    with transaction(db, locks=(f"organisation:{by.organisation}",)):
        check_administrator(db, by)
        account = _get(db, by, account_id)
        if tag := change(account, accounts.list_of_organisation(db, by.organisation)):
            record(db, tag, f"account:{account.id}", by, now)


def check_administrator(db: Database, by: Account) -> Account:
    """Who they are at this moment; raise AdministratorsOnly."""
    now = accounts.find(db, by.id)
    if now is None or not now.is_administrator or now.status is not AccountStatus.ACTIVE:
        raise AdministratorsOnly
    return now


def check_many(db: Database, organisation: int, *, now: datetime) -> None:
    """Raise TooManyMembers."""
    since = now - timedelta(days=1)
    made = sum(
        one.made_at >= since and one.origin is not Origin.FORM
        for one in accounts.list_of_organisation(db, organisation)
    )
    if made + member_invitations.count_since(db, organisation, since=since) >= MOST_A_DAY:
        raise TooManyMembers(most=MOST_A_DAY)


def _get(db: Database, by: Account, account_id: int) -> Account:
    """One of their people; anybody else's is as unknown as one that never was."""
    account = accounts.find(db, account_id)
    if account is None or account.erased or account.organisation != by.organisation:
        raise MemberUnknown
    return account


def record(db: Database, tag: EventTag, subject: str, by: Account, now: datetime) -> None:
    events.add(db, tag, subject, actor=f"account:{by.id}", at=now, organisation=case_ref(by.organisation))
