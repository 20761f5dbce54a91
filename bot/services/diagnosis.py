"""Tell whoever is proven to own an account what keeps them out, and mail them the way in that fits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import InitVar, dataclass, replace
from datetime import datetime
from typing import Self

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.bounces import WENT_OUT
from bot.domain.cases import case_ref
from bot.domain.conversations import Conversation
from bot.domain.diagnosis import Facts, Finding, Invited, Mend, Snapshot, TermsWait, mended
from bot.domain.diagnosis_checks import find_causes
from bot.domain.events import EventTag
from bot.domain.lifecycle import Stage
from bot.domain.programmes import Programme
from bot.domain.registration import find_invited
from bot.domain.sessions import Strength, Visitor
from bot.domain.tries import Tried
from bot.services import (
    account_views,
    applications,
    cases,
    lifecycle,
    member_invitations,
    partner_invitations,
    partner_returns,
    passwords,
    prolong_links,
    recovery,
    registration,
    terms,
)
from bot.services.accounts import (
    ACTIVATION,
    PARTNER_PASSWORD,
    mail_activation_again,
)
from bot.services.desk import Desk
from bot.services.partner_activation import person_of
from bot.store import (
    accounts,
    authenticators,
    bounces,
    credentials,
    email_changes,
    events,
    organisations,
    phone_codes,
    phone_resets,
    sessions,
    tries,
)
from bot.store import member_invitations as member_invitation_store
from bot.store import partner_invitations as partner_invitation_store
from bot.store import passwords as password_store
from bot.store import registration as registration_store

_SEAL = object()


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks, as far as it is proven: an address by a conversation's, or an account by its session.

    Only `of_conversation` and `of_session` make one, so that nobody becomes an asker by what they typed. With
    neither an address nor an account it is a stranger, of whom nothing is looked up.
    """

    address: str = ""
    account_id: int = 0
    strength: Strength | None = None  #: of the session
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("an asker is proven by a mail or by a session")

    @classmethod
    def of_conversation(cls, one: Conversation) -> Self:
        """Whose it is, where the trusted server vouches for their newest mail, or their session did."""
        return cls(address=one.address if one.verified else "", seal=_SEAL)

    @classmethod
    def of_session(cls, visitor: Visitor | None) -> Self:
        """Who is signed in; a partner who has not shown the second factor is not, and nor is None."""
        if visitor is None or visitor.lacks_factor:
            return cls(seal=_SEAL)
        return cls(account_id=visitor.account.id, strength=visitor.session.strength, seal=_SEAL)


def diagnose(
    db: Database, desk: Desk, asker: Asker, topics: Sequence[str | None], now: datetime
) -> tuple[Finding, ...]:
    """What is true for them, each once, what answers the topics first; nothing for a stranger.

    It changes nothing. A topic is the id of an article, or None where nobody knows what is asked.
    """
    seen = _look(db, desk, asker, now=now)
    return tuple(dict.fromkeys(cause for topic in topics for cause in find_causes(seen, topic)))


def find_programme(db: Database, desk: Desk, asker: Asker, *, now: datetime) -> Programme | None:
    """Whose account is surely theirs, or all of an address are; None where they differ."""
    own, living = _find_own(db, desk, asker, now=now)
    programmes = {one.programme for one in ([own] if own else living)}
    return programmes.pop() if len(programmes) == 1 else None


def mend(
    db: Database, desk: Desk, asker: Asker, findings: tuple[Finding, ...], *, question: str, now: datetime
) -> tuple[Finding, ...]:
    """Mail the way in of the first finding that has one, in the caller's transaction; they say so then.

    To the address on file, once a question (`question`: what the trail calls it, "conversation:7") and within
    the caps of that kind of mail: a finding that is not `mended` promises nothing.
    """
    way = next((one.mend for one in findings if one.mend), None)
    if way is None:
        return findings
    before = events.list_tagged(db, (question,), (EventTag.WAY_MAILED,))
    if not before:
        own = _find_own(db, desk, asker, now=now)[0]
        if not _WAYS[way](db, desk, asker, own, now):
            return findings
        number = own.id if own else 0
        events.add(db, EventTag.WAY_MAILED, question, actor="usher", at=now, way=way, account=number)
    elif before[0].data.get("way") != way:
        return findings
    return mended(findings, way)


# What is known of them


def _look(db: Database, desk: Desk, asker: Asker, *, now: datetime) -> Snapshot:
    """Two people may share an address: of several accounts only their number is told, and no invitation."""
    today = desk.policy.clock_rules.calendar.day_of(now)
    own, living = _find_own(db, desk, asker, now=now)
    of = find_programme(db, desk, asker, now=now) or Programme.MAG
    seen = Snapshot(now=now, today=today, accounts=len(living), programme=of)
    if own is None and (living or not asker.address):
        return seen
    seen = replace(seen, own=_facts(db, desk, own, asker, now=now) if own else None)
    if not asker.address:
        return seen
    return replace(
        seen,
        invited=_list_invited(db, asker.address, now=now),
        in_review=registration_store.find_in_review(db, asker.address),
    )


def _find_own(
    db: Database, desk: Desk, asker: Asker, *, now: datetime
) -> tuple[Account | None, list[Account]]:
    """The one account that is surely theirs, and those of their address that are not over.

    Where all are over, all are told.
    """
    signed_in = accounts.find(db, asker.account_id) if asker.account_id else None
    address = signed_in.email if signed_in else asker.address
    found = accounts.list_by_email(db, address) if address else []
    living = lifecycle.list_living(db, desk, found, now=now)
    if signed_in:
        return signed_in, living
    return (living[0] if len(living) == 1 else None), living


def _facts(db: Database, desk: Desk, account: Account, asker: Asker, *, now: datetime) -> Facts:
    number = account.id
    life, mine = lifecycle.find_today(db, desk, number, now=now), credentials.get(db, number)
    rules = desk.policy.clock_rules
    set_at, _ = password_store.find_last(db, number) or (None, None)
    mails = account_views.list_mails(db, account)
    activating = (
        one.at for one in mails if one.template in (ACTIVATION, PARTNER_PASSWORD) and one.status in WENT_OUT
    )
    app = authenticators.find(db, person_of(account)) if account.is_partner else None
    return Facts(
        account=account,
        activation_at=next(activating, None),
        locked_until=tries.find(db, number, Tried.PASSWORD).locked_until,
        codes_locked_until=tries.find(db, number, Tried.PHONE_CODE).locked_until,
        life=life,
        last_way_back=life.back_until(rules) if life else None,
        may_validate=life is not None and now >= rules.due(Stage.VALIDATION, life.ends_on),
        terms=_find_terms(db, desk, account),
        key_entered=mine.registered_at is not None,
        phones=len(mine.verified),
        strength=asker.strength or _strength(db, number, now=now),
        code_at=phone_codes.find_unused(db, number),
        password_at=set_at,
        password_from=passwords.get_wait(db, desk, account),
        has_app=app is not None and app.confirmed_at is not None,
        reset=phone_resets.find_open(db, number),
        change=email_changes.find_of(db, number, now=now),
        mail=next(iter(mails), None),
        given_up=bounces.is_given_up(db, account.email),
    )


def _find_terms(db: Database, desk: Desk, account: Account) -> TermsWait | None:
    if account.programme is not Programme.MAG:
        return None
    for name in applications.names_of(desk, organisations.get_customer(db, account)):
        standing = terms.get_standing(db, desk, account, name)
        if not standing.is_open:
            since = None if standing.again else account.activated_at
            return TermsWait(application=name, since=since, yours=standing.may_accept)
    return None


def _strength(db: Database, account_id: int, *, now: datetime) -> Strength | None:
    found = sessions.list_of_account(db, account_id).values()
    return max((one.strength for one in found if not one.is_over(now)), default=None)


def _list_invited(db: Database, address: str, *, now: datetime) -> tuple[Invited, ...]:
    kept = (
        registration_store.find(db, case_id) for case_id in registration_store.list_invited(db, address)[:1]
    )
    found = [
        Invited(programme=Programme.MAG, at=one.mailed_at, until=None, mend=Mend.REGISTRATION)
        for one in kept
        if one
    ]
    if joining := member_invitation_store.find_open_to(db, address, now=now):
        invited, at = joining
        found.append(Invited(programme=Programme.MAG, at=at, until=invited.until, mend=Mend.JOINING))
    found += [
        Invited(programme=Programme.EXTRANET, at=one.made_at, until=one.until, mend=Mend.INVITATION)
        for one in partner_invitation_store.list_open(db, [address], now=now).get(address, [])[:1]
    ]
    return tuple(found)


# The ways in


def _activation(db: Database, desk: Desk, _: Asker, own: Account | None, now: datetime) -> bool:
    return own is not None and mail_activation_again(db, desk, own, now=now)


def _reset(db: Database, desk: Desk, _: Asker, own: Account | None, now: datetime) -> bool:
    active = own is not None and own.status is AccountStatus.ACTIVE
    return own is not None and active and recovery.send_link(db, desk, own, now=now)


def _prolongation(db: Database, desk: Desk, _: Asker, own: Account | None, now: datetime) -> bool:
    return own is not None and prolong_links.mail_link(db, desk, own, by_mail=True, now=now)


def _return(db: Database, desk: Desk, _: Asker, own: Account | None, now: datetime) -> bool:
    if own is None or not partner_returns.may_return(db, desk, own, now=now):
        return False
    return partner_returns.invite(db, desk, own, by=partner_returns.BY_THEMSELVES, now=now)


def _invitation(db: Database, desk: Desk, asker: Asker, _: Account | None, now: datetime) -> bool:
    """Of several people who share the address each gets theirs: nobody knows who asks."""
    found = partner_invitation_store.list_open(db, [asker.address], now=now).get(asker.address, [])
    return sum(partner_invitations.mail_again(db, desk, one, now=now) for one in found) > 0


def _joining(db: Database, desk: Desk, asker: Asker, _: Account | None, now: datetime) -> bool:
    found = member_invitation_store.find_open_to(db, asker.address, now=now)
    return found is not None and member_invitations.mail_again(db, desk, found[0].id, now=now)


def _registration(db: Database, desk: Desk, asker: Asker, _: Account | None, now: datetime) -> bool:
    """It goes to whom the form names now, who may be another than was invited first."""
    found = registration_store.list_invited(db, asker.address)
    invited = find_invited(cases.get_case(db, case_ref(found[0])).ris) if found else None
    theirs = invited is not None and invited.email.lower() == asker.address
    return theirs and registration.mail_again(db, desk, found[0], now=now)


_WAYS: Mapping[Mend, Callable[[Database, Desk, Asker, Account | None, datetime], bool]] = {
    Mend.ACTIVATION: _activation,
    Mend.PROLONGATION: _prolongation,
    Mend.RETURN: _return,
    Mend.INVITATION: _invitation,
    Mend.JOINING: _joining,
    Mend.REGISTRATION: _registration,
    Mend.RESET: _reset,
}
