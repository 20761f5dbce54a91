"""Mails about License Keys: a builder for each, which takes values for the outbox.

Their words hold every key masked, as staff see it; the whole ones take their place as a secret, `keys`, only
in the mail that goes.
"""

from collections.abc import Sequence

from bot.domain.cases import Case
from bot.domain.license_keys import Holder, KeyVoided, LicenseKey, Seat
from bot.policy import Policy
from bot.rendering.case_facts import Values, owner
from bot.rendering.words import Words, words


def license_key(
    case: Case,
    seat: Seat,
    policy: Policy,
    *,
    to_name: str,
    key_url: str,
    spare: int,
    active: bool = False,
) -> Values:
    """To the holder of a seat; `spare`: how many wait with them for others, if they are an administrator.

    `active`, here and below: the accounts are, so that the keys can be entered at once.
    """
    values = _with_keys(case, [seat], policy, to_name=to_name, key_url=key_url)
    return values | {"spare": spare, "active": active}


def license_keys(
    case: Case,
    seats: Sequence[Seat],
    policy: Policy,
    *,
    to_name: str,
    key_url: str,
    spare: int = 0,
    part: int = 1,
    parts: int = 1,
    active: bool = False,
) -> Values:
    """To whoever passes the keys on to their people; a long list comes in several mails."""
    values = _with_keys(case, seats, policy, to_name=to_name, key_url=key_url)
    told = {"spare": spare, "part": part, "parts": parts, "count": len(seats)}
    return values | told | {"active": active}


def key_handed_over(
    case: Case,
    seat: Seat,
    policy: Policy,
    *,
    to_name: str,
    key_url: str,
    before: Holder,
    own: bool,
    active: bool = False,
) -> Values:
    """To whom a key belongs now (`own`), or to whoever passes it on and knows of whom it was before."""
    values = _with_keys(case, [seat], policy, to_name=to_name, key_url=key_url)
    return values | {"own": own, "before": "" if own else before.name, "active": active}


def key_taken_over(case: Case, key: LicenseKey, policy: Policy, *, to_name: str) -> Values:
    """To whoever had the key; names nobody else."""
    return _of_key(case, policy, to_name=to_name) | {"key": key.masked}


def key_voided(
    case: Case, key: LicenseKey, policy: Policy, *, to_name: str, name: str, why: KeyVoided
) -> Values:
    """To whoever got the key; `name` is whose it was."""
    return _of_key(case, policy, to_name=to_name) | {"key": key.masked, "name": name, "why": str(why)}


def _with_keys(case: Case, seats: Sequence[Seat], policy: Policy, *, to_name: str, key_url: str) -> Values:
    say = words(case.lang, policy.desk.zone)
    people = [_person(seat, say) for seat in seats]
    return _of_key(case, policy, to_name=to_name) | {
        "people": people,
        "keys": [seat.key.masked if seat.key else "" for seat in seats],
        "key_url": key_url,
    }


def _person(seat: Seat, say: Words) -> Values:
    """Whose key it is, and by what the mail is looked at again before it goes."""
    holder, key = seat.holder, seat.key
    return {
        "seat_id": seat.id,
        "key_id": key.id if key else 0,
        "name": holder.name if holder else "",
        "email": holder.email if holder else "",
        "last_day": say.date(key.expires_on) if key and key.expires_on else "",
    }


def _of_key(case: Case, policy: Policy, *, to_name: str) -> Values:
    company = case.ris.company
    return owner(policy) | {
        "lang": case.lang,
        "ref": case.ref,
        "to_name": to_name,
        "sponsor": policy.mag.sponsor,
        "company": company.name or words(case.lang, policy.desk.zone).say("mail.nameless"),
        "application": company.application,
    }
