"""Who may agree still that somebody's phones are lost: administrators who are nobody's second mailbox."""

from collections.abc import Collection, Sequence

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.events import Event, EventTag
from bot.domain.phone_resets import PhoneReset, actor, list_eyes
from bot.domain.ris import Credential
from bot.store import accounts, credentials, events, member_invitations

#: after which an account is what somebody else wanted it to be
_MAKING = (EventTag.ACCOUNT_MADE, EventTag.MEMBER_ROLE_CHANGED, EventTag.ACCOUNT_REOPENED)


def find_eyes(db: Database, account: Account, reset: PhoneReset) -> list[Account]:
    """The administrators of its organisation who may agree still; a partner has none."""
    if account.is_partner:
        return []
    people = accounts.list_of_organisation(db, account.organisation)
    story = events.list_tagged(db, [actor(one) for one in people], _MAKING)
    late = {_number(one.subject) for one in story if one.at > reset.asked_at}
    late |= {one.id for one in people if one.is_administrator and not _had_factor(db, one, reset)}
    return list_eyes(account, people, reset, makers=_makers(db, account.organisation, story), late=late)


def _had_factor(db: Database, one: Account, reset: PhoneReset) -> bool:
    """Whether they could be asked for more than a password before it was asked for."""
    since = [phone.verified_at for phone in credentials.get(db, one.id).verified]
    if one.credential is Credential.MLOA_HARDWARE:
        since.append(one.activated_at)
    return any(at is not None and at <= reset.asked_at for at in since)


def _makers(db: Database, organisation: int, story: Sequence[Event]) -> dict[int, Collection[int]]:
    """By account the administrators who added, invited, promoted or reopened it."""
    invited = member_invitations.list_inviters(db, organisation)
    found: dict[int, set[int]] = {}
    for one in story:
        by = _number(one.actor)
        by = invited.get(by, 0) if one.actor.startswith("invitation:") else by
        if by:
            found.setdefault(_number(one.subject), set()).add(by)
    return dict(found)


def _number(name: str) -> int:
    """Of "account:7" or "invitation:7"; 0 of whoever is neither."""
    kind, _, digits = name.partition(":")
    return int(digits) if kind in ("account", "invitation") else 0
