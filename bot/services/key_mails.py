"""License Keys on their way: queued to whom they belong, looked at again before they go, taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain.accounts import AccountStatus
from bot.domain.addressees import somebody_of
from bot.domain.cases import Case, Thread, case_ref
from bot.domain.key_refusals import KeyUnreadable
from bot.domain.license_keys import KEY, Holder, KeyMail, KeyState, KeysTo, LicenseKey, Mailed, Seat
from bot.domain.note_names import NoteName
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.domain.purchasing import list_holders
from bot.domain.review_values import is_address
from bot.domain.ris import Role, User
from bot.rendering import key_mails as key_mail_words
from bot.services import case_steps, held_notes
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card, queue_mail, queue_note
from bot.store import accounts, bounces, key_mails, license_keys, outbox, seats, step_jobs
from bot.store.numbers import next_number

OWN, LIST, HANDED_OVER = "license_key", "license_keys", "key_handed_over"
MOST_ALONE = 10  #: mails to single users of one case that are told one by one in its thread
RENEWED_AFTER = timedelta(seconds=20)  #: how often at most the note about more of them is renewed
MOST_KEYS = 300  #: in one mail; a longer list comes in several
#: states from which a mail could still go, or be sent by staff once more
REPLACEABLE = (JobStatus.QUEUED, JobStatus.HELD, JobStatus.FAILED, JobStatus.UNKNOWN, JobStatus.DISCARDED)


@dataclass(frozen=True, kw_only=True)
class Party:
    """To whom a key is mailed."""

    name: str
    address: str
    lang: str
    holder: bool = False  #: it is theirs; else they pass it on
    thread: Thread = field(default_factory=Thread)


def party_of(desk: Desk, case: Case, holder: Holder) -> Party:
    """The party on file, as the policy's `keys_to` says now; a case without a contact has its sponsor."""
    company, keys_to = case.ris.company, desk.policy.mag.keys_to
    if keys_to is KeysTo.USERS:
        return Party(name=holder.name, address=holder.email.lower(), lang=holder.lang, holder=True)
    contact = company.contact_email.strip().lower()
    if keys_to is KeysTo.CONTACT and is_address(contact):
        return Party(name=company.contact_name, address=contact, lang=case.lang)
    sponsor = case.sponsor
    return Party(name=sponsor.name, address=sponsor.address, lang=case.lang, thread=case.thread)


def key_url(desk: Desk, party: Party) -> str:
    """The page that takes a License Key."""
    return desk.policy.mag.key_url or desk.page_url("dashboard/license-key", lang=party.lang)


def queue_all(db: Database, desk: Desk, case: Case, due: Sequence[Seat], *, now: datetime) -> int:
    """Queue the first mails of these seats, each with a holder and a key; how many mails that makes.

    What waits for people who come later is told to the Organization Administrators, or at the list's end.
    """
    if not due:
        return 0
    spare = sum(seat.key is not None for seat in seats.list_spare(db, due[0].organisation))
    if desk.policy.mag.keys_to is KeysTo.USERS:
        told = _administrators(case) if spare else frozenset()
        for seat in due:
            holds = spare if seat.holder and seat.holder.email.lower() in told else 0
            queue_one(db, desk, case, seat, why=Mailed.FIRST, spare=holds, now=now)
        return len(due)
    parts = [due[start : start + MOST_KEYS] for start in range(0, len(due), MOST_KEYS)]
    for number, part in enumerate(parts, 1):
        party = party_of(desk, case, _holder(part[0]))
        words = key_mail_words.license_keys(
            case,
            part,
            desk.policy,
            to_name=party.name,
            key_url=key_url(desk, party),
            spare=spare if number == len(parts) else 0,
            part=number,
            parts=len(parts),
            active=_are_active(db, part),
        )
        _queue(db, desk, case, LIST, party=party, sent=part, words=words, why=Mailed.FIRST, now=now)
    return len(parts)


def count_untold(db: Database, desk: Desk, case: Case, administrator: User) -> int:
    """Keys that wait with an administrator to whom no mail with keys says so.

    They hold an MLOA certificate, which needs no key, or somebody else keeps the keys for all.
    """
    own = {holder.email.lower() for holder in list_holders(case)}
    if desk.policy.mag.keys_to is KeysTo.USERS and administrator.email.lower() in own:
        return 0
    return sum(seat.key is not None for seat in seats.list_spare(db, case.id))


def queue_one(
    db: Database, desk: Desk, case: Case, seat: Seat, *, why: Mailed, now: datetime, spare: int = 0
) -> None:
    """Queue the mail with one seat's key to the party on file."""
    party = party_of(desk, case, _holder(seat))
    given: dict[str, Any] = {"to_name": party.name, "key_url": key_url(desk, party), "spare": spare}
    given["active"] = _are_active(db, [seat])
    if party.holder:
        words = key_mail_words.license_key(case, seat, desk.policy, **given)
    else:
        words = key_mail_words.license_keys(case, [seat], desk.policy, **given)
    template = OWN if party.holder else LIST
    _queue(db, desk, case, template, party=party, sent=[seat], words=words, why=why, now=now)


def queue_handed_over(
    db: Database, desk: Desk, case: Case, seat: Seat, before: Holder, *, now: datetime
) -> Party:
    """Queue the mail to the party on file of a seat that has another holder now; return that party."""
    party = party_of(desk, case, _holder(seat))
    words = key_mail_words.key_handed_over(
        case,
        seat,
        desk.policy,
        to_name=party.name,
        key_url=key_url(desk, party),
        before=before,
        own=party.holder,
        active=_are_active(db, [seat]),
    )
    why = Mailed.HANDED_OVER
    _queue(db, desk, case, HANDED_OVER, party=party, sent=[seat], words=words, why=why, now=now)
    return party


def _queue(
    db: Database,
    desk: Desk,
    case: Case,
    template: str,
    *,
    party: Party,
    sent: Sequence[Seat],
    words: Mapping[str, Any],
    why: Mailed,
    now: datetime,
) -> None:
    keys = [seat.key for seat in sent if seat.key]
    number = key_mails.count_mails(db, keys[0].id) + 1
    outbox_key = f"{case.ref}:{template}:{keys[0].id}:{number}"
    whom = replace(somebody_of(case, party.address), lang=party.lang, thread=party.thread)
    secrets = {"keys": [_unsealed(db, desk, key) for key in keys]}
    queue_mail(db, desk, template, whom, key=outbox_key, words=words, now=now, secrets=secrets)
    ids = [key.id for key in keys]
    key_mails.add(db, ids, outbox_key, why, now=now)
    license_keys.mark_mailed(db, ids, now=now)


def _unsealed(db: Database, desk: Desk, key: LicenseKey) -> str:
    try:
        return desk.keyring.open(KEY, license_keys.get_sealed(db, key.id))
    except ValueError:
        raise KeyUnreadable(tail=key.masked) from None


def _administrators(case: Case) -> frozenset[str]:
    users = case.ris.users
    return frozenset(user.email.lower() for user in users if user.role == Role.ORGANIZATION_ADMINISTRATOR)


def _are_active(db: Database, due: Sequence[Seat]) -> bool:
    """Whether the account of each holder is active already."""
    everybody = accounts.list_of_organisation(db, due[0].organisation)
    active = {one.email for one in everybody if one.status is AccountStatus.ACTIVE}
    return all(_holder(seat).email.lower() in active for seat in due)


def _holder(seat: Seat) -> Holder:
    if seat.holder is None:
        raise ValueError(f"seat {seat.id} is spare: its key is nobody's to be mailed")
    return seat.holder


# Before it goes


def still_true(db: Database, words: Mapping[str, Any]) -> bool:
    """Whether any of the keys of a queued mail still belongs to whom it says."""
    return any(_stands(db, one) for one in words["people"])


def with_those_that_stand(db: Database, words: Mapping[str, Any]) -> dict[str, Any]:
    """A list without the lines that are true no more."""
    stand = [number for number, one in enumerate(words["people"]) if _stands(db, one)]
    if not stand:
        return dict(words)
    return {**words, **{name: [words[name][number] for number in stand] for name in ("people", "keys")}}


def _stands(db: Database, one: Mapping[str, Any]) -> bool:
    """Its seat is open and held as it was, with that key, which nobody has entered."""
    seat = seats.find(db, one["seat_id"])
    if seat is None or seat.closed_at or seat.holder is None or seat.key is None:
        return False
    mine = (seat.key.id, seat.holder.email.lower()) == (one["key_id"], str(one["email"]).lower())
    return mine and seat.key.state is KeyState.ISSUED


# Told in the thread of their case


def tell_together(db: Database, job: Job, *, now: datetime) -> bool:
    """Of a large case's mails to single users tell how far they are in one note, which is renewed.

    Two thousand notes would bury everything else, and Slack takes about one a second. False where each mail
    has a note of its own.
    """
    if job.template != OWN or job.case_id is None:
        return False
    if sum(step_jobs.count_mails(db, job.case_id, OWN).values()) <= MOST_ALONE:
        return False
    stream = f"keys_sent:{case_ref(job.case_id)}"
    if stream not in outbox.list_in_line(db, [stream], JobKind.NOTE):
        first = outbox.find_by_key(db, stream) is None
        queue_note(
            db,
            NoteName.KEYS_SENT,
            key=stream if first else f"{stream}:{next_number(db, 'keys_sent')}",
            values={},
            now=now,
            thread_key=f"card:{case_ref(job.case_id)}",
            stream=stream,
            case_id=job.case_id,
            instead_of=stream,
            not_before=now + RENEWED_AFTER,
        )
    return True


def count_told(db: Database, case_id: int) -> dict[str, int]:
    """How many of a case's mails to single users went, wait, and are lost."""
    states = step_jobs.count_mails(db, case_id, OWN)

    def many(*of: JobStatus) -> int:
        return sum(states.get(state, 0) for state in of)

    return {
        "sent": many(JobStatus.SENT),
        "waiting": many(JobStatus.QUEUED, JobStatus.SENDING, JobStatus.HELD),
        "lost": many(JobStatus.FAILED, JobStatus.UNKNOWN),
    }


# Taken back


def find_reader(db: Database, key_id: int) -> KeyMail | None:
    """The newest mail by which the party that has the key may know it; who had it before was told then."""
    for mail in reversed(key_mails.list_of_key(db, key_id)):
        if _may_have_gone(db, mail):
            return mail
        if mail.why is Mailed.HANDED_OVER:
            return None
    return None


def withdraw(db: Database, key_id: int, *, replaced: bool, now: datetime) -> None:
    """What of a key's own mails has not gone never goes; `replaced`: but the newest does, in their place.

    A list with other people's keys goes without this line (`with_those_that_stand`), if it is true no more.
    """
    sent = key_mails.list_of_key(db, key_id)
    for mail in sent[:-1] if replaced else sent:
        job = outbox.find(db, mail.job_id)
        if job and len(job.values["words"].get("people", ())) == 1:  # none once its words are not kept
            _replace(db, mail.job_id, now=now)


def recall(db: Database, case: Case, *, now: datetime) -> None:
    """Take back what of a case's key mails has not gone, before its keys are given back.

    A key of which no mail can have gone was seen by nobody: it may go back to stock.
    """
    last = 0
    for key_id, sent in _list_mailed(db, case).items():
        for mail in sent:
            if mail.status in REPLACEABLE and held_notes.replace(db, mail.job_id, since=REPLACEABLE, now=now):
                last = mail.job_id
        if not any(_may_have_gone(db, mail) for mail in sent):  # as they were before
            license_keys.unmark_mailed(db, key_id)
    if job := outbox.find(db, last):  # once for all: there may be thousands
        case_steps.follow_mail(db, job, now=now)


def clear_discarded(db: Database, case: Case, *, now: datetime) -> None:
    """Forget what was discarded of a case's key mails where nobody has the key: its step mails it anew."""
    dropped = (JobStatus.DISCARDED,)
    for key_id, sent in _list_mailed(db, case).items():
        if not sent or sent[-1].status not in dropped or any(_may_have_gone(db, mail) for mail in sent):
            continue
        held_notes.replace(db, sent[-1].job_id, since=dropped, now=now)
        license_keys.unmark_mailed(db, key_id)


def _list_mailed(db: Database, case: Case) -> dict[int, list[KeyMail]]:
    """The mails of each key that the case's people got one of, the newest last."""
    mailed = [
        seat.key.id
        for seat in seats.list_of_case(db, case.id)
        if seat.key and seat.key.mailed_at and seat.case_of_holder == case.id
    ]
    return key_mails.list_of_keys(db, mailed)


def may_be_known(db: Database, key_id: int) -> bool:
    """Whether a mail with that key went, or may have gone."""
    return any(_may_have_gone(db, mail) for mail in key_mails.list_of_key(db, key_id))


def _may_have_gone(db: Database, mail: KeyMail) -> bool:
    return bounces.may_have_gone(db, mail.job_id, mail.status)


def _replace(db: Database, job_id: int, *, now: datetime) -> None:
    if held_notes.replace(db, job_id, since=REPLACEABLE, now=now):
        job = outbox.find(db, job_id)
        if job is not None:
            case_steps.follow_mail(db, job, now=now)
        if (
            job is not None and job.case_id is not None
        ):  # whose step may stand as it stood, for another's mail
            queue_case_card(db, job.case_id, now=now)
