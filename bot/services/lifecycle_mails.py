"""The clock's mails and notes as they go: with what is true then, or not at all where it is true no more."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlite_utils import Database

from bot.domain.lifecycle import Held, LifeState, Stage
from bot.domain.lifecycle_gates import HeldCard, HeldEnd
from bot.domain.lifecycle_refusals import LifeUnknown
from bot.rendering import lifecycle_mails
from bot.services import prolong_links
from bot.services.desk import Desk
from bot.store import accounts
from bot.store import lifecycle as lifecycle_store

TEMPLATES = {
    Stage.VALIDATION: "account_validation",
    Stage.REMINDER: "account_reminder",
    Stage.EXPIRED: "account_expired",
}
SHOWN = 20  #: people in a note about ends that were moved


def still_true(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether the account is still in the cycle and state of which a queued mail tells its `recipient`.

    One that a later stage has overtaken stays away, and so does one to an address of before: a link in it
    would be the new owner's.
    """
    row, stage = lifecycle_store.find(db, words["account_id"]), Stage(words["stage"])
    if row is None or row.account.email != words["recipient"]:
        return False
    state = LifeState.EXPIRED if stage is Stage.EXPIRED else LifeState.VALID
    same = row.life.cycle == words["cycle"] and row.life.state is state
    return same and not row.life.has_overtaken(stage)


def with_words(db: Database, desk: Desk, words: Mapping[str, Any]) -> dict[str, Any]:
    """A mail's words, and its link where no other stands in its place for the eyes of staff."""
    row = lifecycle_store.find(db, words["account_id"])
    if row is None:
        raise LifeUnknown
    link = {"prolong_url": prolong_links.make(desk, row.account, row.life)}
    return {**lifecycle_mails.of_life(row.account, row.life, desk.policy), **link, **words}


def get_held(db: Database, values: Mapping[str, Any]) -> HeldCard:
    """A note about ends that were moved, with the names of today."""
    lives = values["lives"]
    ends = [
        HeldEnd(account=account, why=Held(why), ends_on=date.fromisoformat(ends_on))
        for account_id, why, ends_on in lives[:SHOWN]
        if (account := accounts.find(db, account_id))
    ]
    return HeldCard(ends=tuple(ends), more=max(0, len(lives) - SHOWN))
