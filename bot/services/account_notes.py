"""Notes for the desk about one account, whose words are looked up when they go: what waits for the desk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.account_views import AccountNote
from bot.domain.accounts import Account, AccountStatus
from bot.services.queueing import queue_note
from bot.store import accounts, certificates, organisations

RESET_WISHED = "reset_wish_note"  #: nobody else can send a new password
CERTIFICATE_TOLD = "certificate_told_note"  #: one was registered for it, or taken away
CERTIFICATE = "certificate_note"  #: its credential is a certificate that nobody has registered


def tell(
    db: Database,
    template: str,
    account: Account,
    *,
    once: str,
    now: datetime,
    values: Mapping[str, Any] | None = None,
) -> None:
    """In the caller's transaction; of several with the same `once` the first only."""
    key = f"{template}:{account.id}:{once}"
    queue_note(db, template, key=key, values={"account_id": account.id, **(values or {})}, now=now)


def find_reset_wish(db: Database, words: Mapping[str, Any]) -> dict[str, Any] | None:
    """None where its owner signs in with it no more."""
    note = _find(db, words)
    return {"note": note} if note else None


def find_certificate_wish(db: Database, words: Mapping[str, Any]) -> dict[str, Any] | None:
    """The same, or where one is registered by now."""
    note = _find(db, words)
    return {"note": note} if note and not certificates.has_any(db, note.account.id) else None


def find_certificate_told(db: Database, words: Mapping[str, Any]) -> dict[str, Any] | None:
    """None where its owner is erased."""
    note = _find(db, words, active=False)
    return {**words, "note": note} if note else None


def _find(db: Database, words: Mapping[str, Any], *, active: bool = True) -> AccountNote | None:
    account = accounts.find(db, words["account_id"])
    if account is None or account.erased or (active and account.status is not AccountStatus.ACTIVE):
        return None
    return AccountNote(account=account, company=organisations.get_customer(db, account).name)
