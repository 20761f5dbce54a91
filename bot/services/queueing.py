"""Queue effects in the deciding transaction: mails, cards and notes that the worker carries out."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain import link_pace, threads
from bot.domain.addressees import Addressee
from bot.domain.addresses import in_key, mailbox_of
from bot.domain.cards import KindNote, TroubleNote
from bot.domain.case_steps import StepName, step_at
from bot.domain.cases import case_ref
from bot.domain.events import EventTag, subject_of
from bot.domain.note_names import NoteName
from bot.domain.outbox import JobKind, NewJob
from bot.domain.people import GONE_ADDRESS
from bot.domain.phone_codes import PhoneCode
from bot.services.desk import Desk
from bot.store import case_steps, events, links, outbox, turns
from bot.store.numbers import next_number
from bot.store.turns import Change

SECRETS = "outbox"  #: the purpose under which a job's secrets are sealed
NOTHING: Mapping[str, str] = {}
STATUS = "status"  #: the purpose of a status link
AGAIN = ":again:"  #: between a note's key and the number of what it says later
GONE = "••••"  #: a link's place in the copy of a mail that went
#: stands where a mail's links will be, for the eyes of staff
HIDDEN = {
    "status_url": "https://status.example/hidden-until-sent",
    "registration_url": "https://register.example/hidden-until-sent",
    "enrolment_url": "https://enroll.example/hidden-until-sent",
    "activation_url": "https://activate.example/hidden-until-sent",
    "recovery_url": "https://recover.example/hidden-until-sent",
    "email_url": "https://email.example/hidden-until-sent",
    "stop_url": "https://stop.example/hidden-until-sent",
    "invite_url": "https://invite.example/hidden-until-sent",
    "prolong_url": "https://prolong.example/hidden-until-sent",
    "joining_url": "https://join.example/hidden-until-sent",
    "unhelpful_url": "https://unhelpful.example/hidden-until-sent",
}


def queue_mail(
    db: Database,
    desk: Desk,
    template: str,
    whom: Addressee,
    *,
    key: str,
    words: Mapping[str, Any],
    now: datetime,
    decision_id: int | None = None,
    with_status_link: bool = False,
    secrets: Mapping[str, str | list[str]] | None = None,
    links_to: Collection[str] = (),
    automatic: bool = False,
    once: bool = False,
    not_before: datetime | None = None,
    attach: Mapping[str, Any] | None = None,
) -> bool:
    """Queue one mail under a unique key; its Message-ID carries the thread's token and never changes.

    `attach` names a file that is made when the mail is carried out, as `effects` reads it. `secrets` are
    values that are sealed until it goes, and wiped then; what `words` hold by the same name is shown to staff
    in their place. So are its status link, `status_url`, and one for each case of `links_to`: `C-7_url`.
    One for later (`not_before`) stands in a stream of its own, where it holds up no other. An automatic
    answer beyond the caps is not queued, unless it says `once` what became of a case; staff are told
    instead. Return whether it was: nothing goes to somebody who was erased, or whose mail named nobody.
    """
    if whom.address in ("", GONE_ADDRESS):
        return False
    if automatic and not once and _holds_back(db, desk, whom, now=now):
        return False
    job = mail_job(
        desk, template, whom, key=key, words=words,
        decision_id=decision_id, automatic=automatic, not_before=not_before, attach=attach,
    )  # fmt: skip
    about = whom.ref if with_status_link else ""
    hidden = {**(secrets or {}), **_issue_links(db, desk, about, links_to, now=now)}
    return outbox.add(db, job, sealed=_seal(desk, hidden), now=now)


def mail_job(
    desk: Desk,
    template: str,
    whom: Addressee,
    *,
    key: str,
    words: Mapping[str, Any],
    decision_id: int | None = None,
    automatic: bool = False,
    not_before: datetime | None = None,
    attach: Mapping[str, Any] | None = None,
) -> NewJob:
    """One mail as `queue_mail` takes it, for whoever queues many at once."""
    nonce = hashlib.sha256(key.encode()).hexdigest()[:12]
    values = {"lang": whom.lang, "ref": whom.ref, "cc": list(whom.cc), "thread": dict(vars(whom.thread))}
    return NewJob(
        key=key,
        kind=JobKind.MAIL,
        stream=f"{'later' if not_before else 'mail'}:{whom.address}",
        template=template,
        values=values | {"words": dict(words), "attach": dict(attach or {})},
        decision_id=decision_id,
        case_id=whom.case_id,
        recipient=whom.address,
        message_id=threads.message_id(whom.ref, nonce, keyring=desk.keyring, domain=desk.mail_from.domain),
        automatic=automatic,
        not_before=not_before,
    )


def queue_text(
    db: Database, desk: Desk, *, key: str, to: str, lang: str, code: PhoneCode, now: datetime
) -> None:
    """Queue a text with a code; each in a stream of its own, so that none waits for another."""
    job = NewJob(
        key=key,
        kind=JobKind.SMS,
        stream=key,
        template="phone_code",
        values={"lang": lang, "until": code.ends_at.isoformat(), "needs": ["digits"]},
        recipient=to,
    )
    outbox.add(db, job, sealed=_seal(desk, {"digits": code.digits}), now=now)


def queue_notice(
    db: Database,
    desk: Desk,
    template: str,
    *,
    key: str,
    to: str,
    lang: str,
    until: datetime,
    now: datetime,
    words: Mapping[str, str] = NOTHING,
    secrets: Mapping[str, str] = NOTHING,
) -> None:
    """Queue a text that tells somebody what happened; after `until` it is news no more, and does not go."""
    job = NewJob(
        key=key,
        kind=JobKind.SMS,
        stream=key,
        template=template,
        values={"lang": lang, "until": until.isoformat(), "words": dict(words), "needs": sorted(secrets)},
        recipient=to,
    )
    outbox.add(db, job, sealed=_seal(desk, secrets), now=now)


def _seal(desk: Desk, hidden: Mapping[str, str | list[str]]) -> str:
    return desk.keyring.seal(SECRETS, json.dumps(hidden)) if hidden else ""


def _issue_links(
    db: Database, desk: Desk, about: str, links_to: Collection[str], *, now: datetime
) -> dict[str, str]:
    """A mail's status links by the names that its words know them by."""
    names = {f"{one}_url": one for one in links_to} | ({"status_url": about} if about else {})
    until = now + timedelta(days=desk.policy.limits.status_link_days)
    return {
        name: issue_link(db, desk, one, purpose=STATUS, path="status", until=until, now=now)
        for name, one in names.items()
    }


def issue_link(
    db: Database, desk: Desk, ref: str, *, purpose: str, path: str, until: datetime, now: datetime
) -> str:
    """Make a link about a case or an account; the address goes out as a secret, only its hash is kept."""
    token = desk.new_token()
    links.add(db, token, purpose=purpose, subject=ref, now=now, expires_at=until)
    events.add(db, EventTag.LINK_ISSUED, subject_of(ref), actor="usher", at=now, purpose=purpose)
    return f"{desk.portal_url}/{path}/{token}"


def link_rests(db: Database, ref: str, *, purpose: str, now: datetime) -> bool:
    """Whether whoever asks for such a link got one so lately that it has to do."""
    newest = links.find_newest_living(db, purpose=purpose, subject=ref, now=now)
    made = links.count_since(db, purpose=purpose, subject=ref, since=now - link_pace.WITHIN)
    return link_pace.rests(newest, made=made, now=now)


def queue_case_card(db: Database, case_id: int, *, now: datetime) -> None:
    """Bring a case's card up to date; what it says is read when it is carried out, so one in line will do."""
    queue_case_cards(db, [case_id], now=now)


def queue_case_cards(db: Database, case_ids: Collection[int], *, now: datetime) -> None:
    """The same for many.

    Only a case that becomes the desk's again comes up in the channel: its card stands where it stood.
    """
    streams = {case_id: f"card:{case_ref(case_id)}" for case_id in case_ids}
    for case_id, turn in turns.change_all(db, case_ids, now=now).items():
        if turn.comes_back:
            _say_turn(db, case_id, turn, thread_key=streams[case_id], now=now)
    in_line = outbox.list_in_line(db, streams.values())
    for case_id, stream in streams.items():
        if stream in in_line:
            continue
        job = NewJob(
            key=f"{stream}:{next_number(db, 'card')}",
            kind=JobKind.CASE_CARD,
            stream=stream,
            template="case_card",
            values={"case_id": case_id},
            case_id=case_id,
        )
        outbox.add(db, job, now=now)


def _say_turn(db: Database, case_id: int, turn: Change, *, thread_key: str, now: datetime) -> None:
    key, values = f"turn:{next_number(db, 'turn')}", {"ref": case_ref(case_id), "status": turn.status}
    if at := step_at(case_steps.list_of_case(db, case_id)):
        values |= {"step": at.name, "step_state": at.state}
    elif turn.step is not None:  # it is behind the case, but whoever is invited now knows nothing of it
        values |= {"step": StepName.INVITATION, "step_state": turn.step}
    queue_note(
        db, NoteName.TURN, key=key, values=values, now=now, thread_key=thread_key, case_id=case_id, aloud=True
    )


def queue_note(
    db: Database,
    template: NoteName,
    *,
    key: str,
    values: Mapping[str, Any],
    now: datetime,
    thread_key: str = "",
    stream: str = "",
    case_id: int | None = None,
    instead_of: str = "",
    aloud: bool = False,
    not_before: datetime | None = None,
) -> bool:
    """Queue a message for the support channel; in the thread of the message `thread_key`, if that stands.

    `instead_of`: the key of an earlier note, in whose place this one comes. `aloud`: it stands in its thread
    and in the channel too.
    """
    job = NewJob(
        key=key,
        kind=JobKind.NOTE,
        # Within a thread in order; else each for itself, so that one refused note holds up nobody.
        stream=stream or thread_key or key,
        template=template,
        values={
            "thread_key": thread_key,
            "words": dict(values),
            "instead_of": instead_of,
            "aloud": aloud,
        },
        case_id=case_id,
        not_before=not_before,
    )
    return outbox.add(db, job, now=now)


def queue_direct(
    db: Database, template: NoteName, *, key: str, to: str, values: Mapping[str, Any], now: datetime
) -> bool:
    """Queue a direct message to one person; each in that person's stream, in order."""
    job = NewJob(
        key=key,
        kind=JobKind.NOTE,
        stream=f"direct:{to}",
        template=template,
        values={"thread_key": "", "words": dict(values)},
        recipient=to,
    )
    return outbox.add(db, job, now=now)


def refresh_note(
    db: Database, template: NoteName, *, key: str, values: Mapping[str, Any], now: datetime
) -> None:
    """Let the note that was queued under that key say what is true now; nothing where there is none."""
    first = outbox.find_by_key(db, key)
    if first is not None:  # which comes before what takes its place, where it has not come yet
        newer, above = f"{key}{AGAIN}{next_number(db, template)}", str(first.values.get("thread_key", ""))
        queue_note(
            db, template, key=newer, values=values, now=now,
            thread_key=above, stream=first.stream, case_id=first.case_id, instead_of=key,
        )  # fmt: skip


def queue_trouble(db: Database, note: TroubleNote, *, key: str, now: datetime) -> bool:
    return queue_note(db, NoteName.TROUBLE, key=key, values=asdict(note), now=now)


def queue_kind_note(db: Database, note: KindNote, *, about: str, now: datetime) -> bool:
    """Say below the card or question it was about who mended its kind."""
    thread_key = f"card:{about}" if about.startswith("C-") else f"note:{about}"
    key = f"kind:{next_number(db, 'kind_note')}"
    return queue_note(db, NoteName.KIND, key=key, values=asdict(note), now=now, thread_key=thread_key)


def _holds_back(db: Database, desk: Desk, whom: Addressee, *, now: datetime) -> bool:
    """Whether a cap keeps an automatic answer back; staff hear of it once a day."""
    limits, mailbox, ref = desk.policy.limits, mailbox_of(whom.address), whom.ref
    since = now - timedelta(hours=limits.answers_within_hours)
    to_address, in_case = outbox.count_answers(db, mailbox=mailbox, case_id=whom.case_id, since=since)
    if to_address >= limits.answers_per_address:
        what, of = "answers_capped", in_key(mailbox)
    elif in_case >= limits.answers_per_case:
        what, of = "case_capped", ref
    else:
        return False
    events.add(db, EventTag.ANSWER_CAPPED, subject_of(ref), actor="usher", at=now)
    note = TroubleNote(what=what, subject=mailbox, detail="", ref=ref)
    queue_trouble(db, note, key=f"capped:{of}:{now:%Y-%m-%d}", now=now)
    return True


def was_answered(db: Database, desk: Desk, address: str, *, now: datetime) -> bool:
    """Whether an automatic answer went to that mailbox within the time that the caps look at."""
    since = now - timedelta(hours=desk.policy.limits.answers_within_hours)
    return outbox.count_answers(db, mailbox=mailbox_of(address), case_id=None, since=since)[0] > 0
