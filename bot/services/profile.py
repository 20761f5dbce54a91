"""My Account: the language that somebody is written to in, and everything that is kept about them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.accounts import Account
from bot.domain.events import EventTag
from bot.domain.languages import LANGUAGES
from bot.domain.license_keys import Seat
from bot.store import (
    accounts,
    certificates,
    consents,
    credentials,
    email_changes,
    events,
    lifecycle,
    outbox,
    partners,
    phone_resets,
    recovery_codes,
    registration,
    seats,
    security_questions,
    sessions,
    terms,
)
from bot.store.database import transaction


def set_language(db: Database, account: Account, lang: str, *, now: datetime) -> None:
    """Mails to them come in that language from now on; one that we do not speak changes nothing."""
    if lang not in LANGUAGES or lang == account.lang:
        return
    with transaction(db, locks=(f"account:{account.id}",)):
        accounts.set_language(db, account.id, lang)
        about = f"account:{account.id}"
        events.add(db, EventTag.LANGUAGE_CHANGED, about, actor=about, at=now, lang=lang)


def export(db: Database, account: Account, *, now: datetime) -> dict[str, Any]:
    """What is kept about the owner of an account, for themselves: nothing of it is anybody else's (GDPR, 15).

    Passwords and answers are not in it, which are kept as hashes, nor License Keys and codes, which are
    secrets: a key is named by its last signs.
    """
    return {
        "account": asdict(account),
        **_list_factors(db, account),
        **(_list_of_partner(db, account) if account.is_partner else {}),
        "sessions": [
            {"began": one.made_at, "last_page": one.seen_at, "strength": one.strength.name.lower()}
            for one in sessions.list_of_account(db, account.id).values()
        ],
        **_list_asked(db, account, now=now),
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


def _list_of_partner(db: Database, account: Account) -> dict[str, Any]:
    """What a partner wrote into the form, and each answer to what they were asked to agree to."""
    partner, row = partners.find(db, account.id), lifecycle.find(db, account.id)
    return {
        "partner": asdict(partner) if partner else None,
        "validity": asdict(row.life) if row else None,
        "validity_moves": [
            {"at": one.at, "how": one.how, "ends_on": one.ends_on, "reason": one.reason}
            for one in lifecycle.list_moves(db, account.id)
        ],
        "consents": [asdict(one) for one in consents.list_of_account(db, account.id)],
    }


def _list_factors(db: Database, account: Account) -> dict[str, Any]:
    """By what they prove who they are, and what was sent there."""
    mine = credentials.get(db, account.id)
    changes = email_changes.list_of_account(db, account.id)
    earlier = [address for change, _ in changes for address in (change.old, change.new)]
    held = [seat for seat in seats.list_held(db, account.organisation) if _is_theirs(seat, account)]
    return {
        "license_keys": [
            {"seat": seat.number, "key": seat.key.masked if seat.key else "", "holder": asdict(seat.holder)}
            for seat in held
            if seat.holder
        ],
        "credential_registered_at": mine.registered_at,
        "phones": [{"number": phone.number, "verified_at": phone.verified_at} for phone in mine.phones],
        "certificates": [
            {"subject": subject, "since": since}
            for subject, since in certificates.list_of_account(db, account.id)
        ],
        "security_questions": [
            question for question, _ in security_questions.list_of_account(db, account.id)
        ],
        "unused_recovery_codes": recovery_codes.count_left(db, account.id),
        "mails_and_texts": [
            {
                "at": job.created_at,
                "kind": job.kind,
                "what": job.template,
                "to": job.recipient,
                "state": job.status,
            }
            for job in outbox.list_of_owner(db, account.ref, email=account.email, earlier=earlier)
        ],
    }


def _list_asked(db: Database, account: Account, *, now: datetime) -> dict[str, Any]:
    """What they have asked for, and what they have registered."""
    changes = email_changes.list_of_account(db, account.id)
    registered = registration.find(db, account.case_id)
    first_address = next((one.old for one, _ in changes if one.changed_at), account.email)
    was_theirs = registered is not None and registered.email == first_address
    return {
        "email_changes": [
            {
                "from": one.old,
                "to": one.new,
                "asked_at": asked_at,
                "asked_by": "desk" if one.asked_by else "you",
                "reason": one.reason,
                "until": one.until,
                "state": one.state_at(now),
                "changed_at": one.changed_at,
                "ended_at": one.ended_at,
            }
            for one, asked_at in changes
        ],
        "lost_phones": [
            {"asked_at": one.asked_at, "state": one.state, "due_at": one.due_at, "ended_at": one.ended_at}
            for one in phone_resets.list_of_account(db, account.id)
        ],
        "registration": {"submitted_at": registered.submitted_at, "entered": dict(registered.draft)}
        if registered and was_theirs
        else None,
    }


def _is_theirs(seat: Seat, account: Account) -> bool:
    """Two people may share an address."""
    holder = seat.holder
    return holder is not None and (holder.email.lower(), holder.name) == (account.email, account.name)
