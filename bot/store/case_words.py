"""Mails in words below a case's card: which of them staff have not dealt with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from bot.domain.approvals import Choice
from bot.domain.cases import OPEN, CaseStatus
from bot.domain.letters import ASKING, STANDINGS, Letter
from bot.domain.outbox import JobStatus
from bot.store.accounts import is_mailed_of
from bot.store.bounces import came_back_of
from bot.store.case_answers import ANSWERED
from bot.store.database import among, count, listed, row, rows
from bot.store.outbox import OF_CASE

IS_OPEN = f"c.status in ({among(OPEN)})"

#: a letter that went, or will
_WROTE = among((JobStatus.QUEUED, JobStatus.HELD, JobStatus.SENDING, JobStatus.SENT, JobStatus.UNKNOWN))
#: how far its writer had seen what was written; a letter of an older Usher was written after all of it
_SEEN = "coalesce(json_extract(vals, '$.words.read_to'), id)"
_KEY = "'note:C-' || c.id || ':mail:'"

#: the notes of an older Usher tell it by what is in them
_TO_READ = """coalesce(json_extract(note.vals, '$.words.to_read'),
    json_extract(note.vals, '$.words.text') <> ''
        and not coalesce(json_extract(note.vals, '$.words.taken'), 0))"""

#: of a case called `c`: notes of mails in words, with which nobody has dealt by a letter, or by saying that
#: there is nothing to answer. What says nothing besides is dealt with by a newer form, and by showing staff
#: its answers under numbers: whatever became of these, they were read
NOT_READ = f"""from outbox note
    where note.key >= {_KEY} and note.key < {_KEY} || ':' and {_TO_READ}
      and note.id > max(c.read_to, coalesce((select max({_SEEN}) from outbox {OF_CASE}
          where case_id = c.id and kind = 'mail' and template in ({among(Letter)})
            and status in ({_WROTE})), 0))
      and (json_extract(note.vals, '$.words.goes_on')
        or (note.created_at >= (select max(made_at) from case_versions
                                where case_id = c.id and made_by like 'mail:%')
          and not exists (select 1 from case_answers shown where shown.case_id = c.id
              and shown.mail_id = cast(substr(note.key, length({_KEY}) + 1) as integer))))"""

#: of a case called `c`: mails by which its sponsor is asked for what is open now, or was written to about it
ASKS = f"""from outbox asks {OF_CASE}
    where asks.case_id = c.id and asks.kind = 'mail' and asks.template in ({among(ASKING)})
      and (asks.created_at >= (select made_at from case_versions now
                               where now.case_id = c.id and now.version = c.version)
           or exists (select 1 from case_questions asked where asked.case_id = c.id
                      and asked.letter = asks.key and asked.answered_at is null))"""
#: of those: who reads one has something to answer
_NEEDS = """(asks.template = 'ris_problems' or exists (select 1 from case_questions asked
    where asked.case_id = c.id and asked.letter = asks.key and asked.answered_at is null))"""
#: an overtaken mail of the newest version was not when it was to go, and is again
_DID_NOT_GO = among((JobStatus.FAILED, JobStatus.DISCARDED, JobStatus.REPLACED))

#: of a case called `c` that waits for its sponsor: the mail that asks them did not go or came back, and none
#: has gone since; or the caps kept it back, so that there is none
UNASKED = f"""(c.status = '{CaseStatus.WAITING_FOR_SPONSOR}' and (not exists (select 1 {ASKS})
    or exists (select 1 {ASKS} and {_NEEDS} and (asks.status in ({_DID_NOT_GO}) or {came_back_of("asks")})
      and not exists (select 1 from outbox later {OF_CASE}
          where later.case_id = c.id and later.kind = 'mail' and later.id > asks.id
            and later.template in ({among(ASKING)}) and later.status in ({_WROTE})))))"""

#: of a case called `c` that waits for its customer: how far the mail is that refuses their registration
_REFUSING = f"""(select iif({came_back_of("told")}, 'failed', told.status) from outbox told {OF_CASE}
    where told.case_id = c.id and told.kind = 'mail' and told.template = 'registration_refused'
    order by told.id desc limit 1)"""
_REFUSED = f"""(c.status = '{CaseStatus.INVITED}'
    and exists (select 1 from registrations r where r.case_id = c.id and r.choice = '{Choice.REJECTED}'))"""
#: it did not go, or not before its link ended, or came back
UNTOLD = f"({_REFUSED} and {_REFUSING} in ({_DID_NOT_GO}))"

_ASKING = (CaseStatus.WAITING_FOR_SPONSOR,)
_INVITING = (CaseStatus.INVITED,)
_DECIDED = (CaseStatus.APPROVED, CaseStatus.REJECTED)
_LIVE = (CaseStatus.LIVE,)
_WITHDRAWN = (CaseStatus.WITHDRAWN,)

#: of a case called `c`: the mail with its decision waits for release
_TOLD_LATER = f"""exists (select 1 from outbox told {OF_CASE}
    where told.case_id = c.id and told.status = '{JobStatus.HELD}' and told.decision_id in (
        select id from decisions where case_id = c.id and voided_at is null))"""
_STANDS = " or ".join(
    f"(told.template = '{mail}' and c.status = '{state}')" for mail, state in STANDINGS.items()
)
#: a mail that says how its case stands, and waits for release, called `told` beside its case `c`
STANDS_LATER = f"told.status = '{JobStatus.HELD}' and ({_STANDS})"
#: of a case called `c`: so does the mail by which its sponsor hears how it stands
_HEARD_LATER = f"exists (select 1 from outbox told {OF_CASE} where told.case_id = c.id and {STANDS_LATER})"
#: a mail by which somebody activates their account waits for release, and none of theirs went
UNACTIVATED = f"""template = 'activation' and status = '{JobStatus.HELD}'
    and not {is_mailed_of("substr(outbox.key, 1, instr(outbox.key, ':') - 1)", "outbox.recipient")}"""
#: by the state of a case called `c`: what asks or tells somebody waits for staff's release, and nobody knows
#: of it until then
_WAITS: dict[tuple[CaseStatus, ...], str] = {
    _ASKING: f"exists (select 1 {ASKS} and {_NEEDS} and asks.status = '{JobStatus.HELD}')",
    _INVITING: f"({_REFUSED} and {_REFUSING} = '{JobStatus.HELD}')",
    _DECIDED: _TOLD_LATER,
    _LIVE: f"""(exists (select 1 from outbox {OF_CASE} where case_id = c.id and {UNACTIVATED})
        or {_TOLD_LATER} or {_HEARD_LATER})""",
    _WITHDRAWN: _HEARD_LATER,
}
#: by its state: its sponsor has written, or somebody was not asked or told
_CALLS: dict[tuple[CaseStatus, ...], str] = {
    _ASKING: f"({ANSWERED} or exists (select 1 {NOT_READ}) or {UNASKED})",
    _INVITING: UNTOLD,
}
#: by its state: it is staff's turn for either reason
_HEARD = {states: f"({_CALLS.get(states, '0')} or {waits})" for states, waits in _WAITS.items()}


def _whatever_its_state(words: Mapping[tuple[CaseStatus, ...], str]) -> str:
    return f"({' or '.join(f'(c.status in ({among(states)}) and {word})' for states, word in words.items())})"


#: without activation mails: a card counts those that did not go, too
UNRELEASED = _whatever_its_state(_WAITS | {_LIVE: f"({_TOLD_LATER} or {_HEARD_LATER})"})
HEARD = _whatever_its_state(_HEARD)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """Of a case in which somebody outside would have the ball."""

    at_all: bool = False  #: it is staff's turn all the same
    unreleased: bool = False  #: because a mail waits for release


@dataclass(frozen=True, kw_only=True)
class Unread:
    many: int = 0  #: mails
    to: int = 0  #: the note of the newest


def is_unasked(db: Database, case_id: int) -> bool:
    """Whether the mail for whose answer it waits did not go."""
    return _is(db, case_id, UNASKED)


def is_untold(db: Database, case_id: int) -> bool:
    """Whether the mail that refuses its registration did not go."""
    return _is(db, case_id, UNTOLD)


def is_unreleased(db: Database, case_id: int) -> bool:
    """Whether either of these two mails waits for release."""
    return _is(db, case_id, UNRELEASED)


def _is(db: Database, case_id: int, what: str) -> bool:
    return row(db, f"select 1 from cases c where c.id = :id and {what}", {"id": case_id}) is not None


def list_heard(db: Database, cases: Mapping[int, CaseStatus]) -> dict[int, Heard]:
    """Of those, by their states: what is asked of one is no more than its state can say, which is quicker."""
    found: dict[int, Heard] = {}
    for states, heard in _HEARD.items():
        inside, values = listed("id", (str(case_id) for case_id, status in cases.items() if status in states))
        if values:
            sql = f"select c.id, {heard} heard, {_WAITS[states]} waits from cases c where c.id in ({inside})"
            found |= {
                entry["id"]: Heard(at_all=bool(entry["heard"]), unreleased=bool(entry["waits"]))
                for entry in rows(db, sql, values)
            }
    return found


def find_unread(db: Database, case_id: int) -> Unread:
    """Of an open case; nobody asks of another."""
    sql = f"""select (select count(*) {NOT_READ}) many, (select max(note.id) {NOT_READ}) newest
              from cases c where c.id = :id and {IS_OPEN}"""
    found = row(db, sql, {"id": case_id})
    return Unread(many=found["many"], to=found["newest"] or 0) if found else Unread()


def list_unread(db: Database, case_id: int, *, since: int) -> tuple[str, ...]:
    """What the mails of an open case say that were noted after that note, the oldest first."""
    words = f"""select json_extract(note.vals, '$.words.text') said {NOT_READ}
                and note.id > :since order by note.id"""
    sql = f"""select (select json_group_array(coalesce(said, '')) from ({words})) said
              from cases c where c.id = :id and {IS_OPEN}"""
    found = row(db, sql, {"id": case_id, "since": since})
    return tuple(json.loads(found["said"])) if found else ()


def mark_read(db: Database, case_id: int, to: int) -> None:
    """Staff have read the notes as far as that one; it is never taken back."""
    count(db, "update cases set read_to = max(read_to, :to) where id = :id", {"id": case_id, "to": to})
