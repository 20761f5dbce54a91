"""Account Recovery: which way back an account has, and for how long its link works."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from bot.domain.accounts import Account, AccountStatus

LINK = "recovery"  #: the purpose of a link that asks a security question
RESET = "reset"  #: and of one that an administrator or the desk has sent, which asks none
LINK_LASTS = timedelta(hours=2)
RESET_LASTS = timedelta(days=3)  #: of the link that an administrator has sent, over a weekend
MOST_RESETS = 5  #: such links that are mailed for one account …
RESETS_WITHIN = timedelta(hours=24)  #: … in that time


class Way(StrEnum):
    """What the mail to somebody who wants their account back says."""

    LINK = "link"  # a link to a security question and a new password
    RESET = "reset"  # a link to a new password: an administrator knows them
    SEVERAL = "several"  # several accounts have that address: a person helps
    CLOSED = "closed"  # it was deactivated
    ENDLESS = "endless"  # it was to be prolonged, and has no clock
    THERE = "there"  # an invitation was wished for, and there is one already


def find_way(
    same_address: Sequence[Account], named: Account | None = None
) -> tuple[Way | None, Account] | None:
    """The way back for whoever reads the mails of an address, and the account it is about.

    None as the way: that account was never activated, and gets its activation mail. None at all: nobody
    has that address. Accounts that were never activated count only where no other is active, for anybody's
    administrator makes them with any address; one that was deactivated only where there is no other at all.
    Of several it is about the one that was `named` by its User ID, if any: its desk helps. A named one that
    takes no new password is answered alone: no other's link goes to who named it.
    """
    if not same_address:
        return None
    if named and named.status is not AccountStatus.ACTIVE:
        same_address = [named]
    active = [one for one in same_address if one.status is AccountStatus.ACTIVE]
    waiting = [one for one in same_address if one.status is AccountStatus.WAITING]
    living = active or waiting
    if not living:
        return Way.CLOSED, same_address[-1]
    if len(living) > 1:
        return Way.SEVERAL, named if named in living else living[0]
    return (Way.LINK if active else None), living[0]
