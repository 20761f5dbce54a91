"""The links of an account's mails: each works until the way back ends, or the account is validated by one.

A link is a signature and is kept nowhere: whoever reads the database finds none, every mail of a validation
has the same one, and a look of the clock at thousands of accounts writes none of them down. It names the
address too, so that it proves the one on file; a new validation spends all of the one before.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.errors import LinkExpired, LinkUnknown
from bot.domain.lifecycle import Life, LifeState, on_day
from bot.domain.prolongation_refusals import AccountClosed
from bot.services.desk import Desk
from bot.store import lifecycle as lifecycle_store

PURPOSE = "prolong"
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


def _signed(account: Account, validations: int) -> str:
    return f"{account.ref}:{validations}:{account.email}"
