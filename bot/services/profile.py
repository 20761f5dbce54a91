"""My Account: the language that somebody is written to in, and everything that is kept about them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.events import EventTag
from bot.rendering.words import LANGUAGES
from bot.store import accounts, credentials, events, sessions, terms
from bot.store.database import transaction


def set_language(db: Database, account: Account, lang: str, *, now: datetime) -> None:
    """Mails to them come in that language from now on; one that we do not speak changes nothing."""
    if lang not in LANGUAGES or lang == account.lang:
        return
    with transaction(db, locks=(f"account:{account.id}",)):
        accounts.set_language(db, account.id, lang)
        about = f"account:{account.id}"
        events.add(db, EventTag.LANGUAGE_CHANGED, about, actor=about, at=now, lang=lang)


def export(db: Database, account: Account) -> dict[str, Any]:
    """What is kept about the owner of an account, for themselves: nothing of it is anybody else's (GDPR, 15).

    Passwords, answers, keys and codes are not in it: they are kept as hashes, or sealed.
    """
    mine = credentials.get(db, account.id)
    return {
        "account": asdict(account),
        "phones": [{"number": phone.number, "verified_at": phone.verified_at} for phone in mine.phones],
        "credential_registered_at": mine.registered_at,
        "sessions": [
            {"began": one.made_at, "last_page": one.seen_at, "strength": one.strength.name.lower()}
            for one in sessions.list_of_account(db, account.id).values()
        ],
        "terms_accepted": [
            {"application": one.application, "version": one.version, "language": one.lang, "at": one.at}
            for one in terms.list_of_organisation(db, account.organisation)
            if one.account_id == account.id
        ],
        "history": [
            {
                "at": event.at,
                "what": event.tag,
                "by": "you" if event.actor == f"account:{account.id}" else "others",
            }
            for event in events.list_about(db, [f"account:{account.id}"])
        ],
    }
