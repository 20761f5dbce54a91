"""The links of an account's mails: each works until the way back ends, or the account is validated by one.

A link is a signature and is kept nowhere: whoever reads the database finds none, every mail of a validation
has the same one, and a look of the clock at thousands of accounts writes none of them down. It names the
address too, so that it proves the one on file; a new validation spends all of the one before.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain import link_pace
from bot.domain.accounts import Account, AccountStatus
from bot.domain.errors import LinkExpired, LinkUnknown
from bot.domain.events import EventTag
from bot.domain.lifecycle import Life, LifeState, on_day
from bot.domain.prolongation import Wished
from bot.domain.prolongation_refusals import AccountClosed
from bot.rendering import lifecycle_mails
from bot.services import lifecycle, partner_returns
from bot.services.account_mails import find_waiting, mail_owner
from bot.services.desk import Desk
from bot.store import events
from bot.store import lifecycle as lifecycle_store

PURPOSE = "prolong"
MAIL = "prolong_link"  #: the template of the mail that somebody asked for
_TOKEN = re.compile(r"([1-9][0-9]{0,9})-([1-9][0-9]{0,5})-([a-z2-7]{26})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class OpenedLink:
    """What a link opens; `spent`: the account was validated since it was made, by whichever link."""

    account: Account
    life: Life
    spent: bool


def make(desk: Desk, account: Account, life: Life) -> str:
    """The address of the page that validates, reactivates or prolongs an account."""
    signature = desk.keyring.sign(PURPOSE, _signed(account, life.validations))
    token = f"{account.id}-{life.validations}-{signature}"
    return f"{desk.portal_url}/prolong/{token}"


def read(db: Database, desk: Desk, token: str, *, now: datetime) -> OpenedLink:
    """Raise LinkUnknown for what is none of ours or of an earlier address, LinkExpired after the way back.

    AccountClosed, a LinkUnknown, where a person and no clock has closed the account.
    """
    found = _TOKEN.fullmatch(token)
    row = lifecycle_store.find(db, int(found[1])) if found else None
    if found is None or row is None:
        raise LinkUnknown
    validations = int(found[2])
    if not desk.keyring.verify(PURPOSE, _signed(row.account, validations), found[3]):
        raise LinkUnknown
    if row.account.status is AccountStatus.DEACTIVATED:
        raise AccountClosed
    rules = desk.policy.clock_rules
    life = on_day(row.life, rules, now=now)
    if life.state is LifeState.CLOSED:
        raise LinkExpired(expired_at=rules.ends(life.back_until(rules)))
    return OpenedLink(account=row.account, life=life, spent=validations != row.life.validations)


def mail_link(
    db: Database,
    desk: Desk,
    account: Account,
    *,
    by: str = "usher",
    by_mail: bool = False,
    now: datetime,
) -> bool:
    """In the caller's transaction, and not too soon after the last; False where none goes.

    `by`: staff who send it; `by_mail`: its owner wrote to us. Else somebody wished for it on the portal.
    Whose account can come back no more gets a new invitation, which says so.
    """
    life, about = lifecycle.find_today(db, desk, account.id, now=now), f"account:{account.id}"
    if life is None or account.status is not AccountStatus.ACTIVE:
        return False
    if life.state is LifeState.CLOSED:
        return partner_returns.invite(db, desk, account, by=partner_returns.BY_THEMSELVES, now=now)
    mailed = [one.at for one in events.list_tagged(db, (about,), (EventTag.PROLONGATION_MAILED,))]
    made = sum(at > now - link_pace.WITHIN for at in mailed)
    if link_pace.rests(max(mailed, default=None), made=made, now=now) or find_waiting(db, account, MAIL):
        return False
    how = Wished.BY_MAIL if by_mail else Wished.ON_PORTAL if by == "usher" else Wished.BY_DESK
    events.add(db, EventTag.PROLONGATION_MAILED, about, actor=by, at=now)
    mail_owner(
        db,
        desk,
        account,
        MAIL,
        words=lambda _: lifecycle_mails.asked(account, life, desk.policy, how=how),
        now=now,
        secrets={"prolong_url": make(desk, account, life)},
    )
    return True


def _signed(account: Account, validations: int) -> str:
    return f"{account.ref}:{validations}:{account.email}"
