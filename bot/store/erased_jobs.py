"""Jobs of the outbox that lose their words: what went to somebody, or says their name."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlite_utils import Database

from bot.domain.note_names import NoteName
from bot.domain.people import GONE_ADDRESS, Person
from bot.store.database import count, listed, row, rows
from bot.store.erasures import AT_ONCE

#: what is left of a job's values: a mail of which nothing can be shown any more
EMPTY: Final = json.dumps({"erased": True, "thread_key": "", "words": {}, "lang": "en", "cc": [], "ref": ""})
#: notes that show what they are about as it is now, by the number that their words hold
_ABOUT: Final = {
    "change_id": "select id from email_changes where account_id in ({accounts})",
    "reset_id": "select id from phone_resets where account_id in ({accounts})",
    "account_id": "select id from accounts where id in ({accounts})",
    "request_id": "select id from partner_requests where email = :address",
    "gate_id": "select id from life_gates where settled_at is null",
}
_OF_CASES: Final = (NoteName.MAIL, NoteName.ANSWERS, NoteName.CLIPPING)  #: these show a case's words


def is_sending(db: Database, person: Person) -> bool:
    """Whether something to them, or a note that may name them, is on its way at this moment."""
    inside, values = listed("to", _reached_at(person))
    sql = f"""select 1 from outbox
              where status = 'sending' and (kind = 'note' or recipient in ({inside})) limit 1"""
    return row(db, sql, values) is not None


def list_to(db: Database, person: Person) -> Iterator[dict[str, Any]]:
    """Jobs to their address and phones; of a shared address those of their accounts."""
    inside, values = listed("to", _reached_at(person))
    own = " or ".join(f"key glob 'A-{number}:*'" for number in person.accounts)
    theirs = f"recipient in ({inside}) {f'or {own}' if own else ''}"
    sql = f"select id, decision_id from outbox where {theirs} order by id"
    yield from rows(db, sql, values)


def _reached_at(person: Person) -> Sequence[str]:
    return person.phones if person.shared else (person.address, *person.phones)


def list_notes(db: Database, person: Person, cases: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Notes that name them, or show something of theirs, each with the key of the message that stands."""
    about, after = {name: _numbers(db, sql, person) for name, sql in _ABOUT.items()}, 0
    about["job_id"] = frozenset(one["id"] for one in list_to(db, person))
    while True:
        found = rows(
            db,
            """select id, key, template, case_id, vals from outbox where kind = 'note' and id > :after
               order by id limit :limit""",
            {"after": after, "limit": AT_ONCE},
        )
        if not found:
            return
        after = found[-1]["id"]
        for one in found:
            values = json.loads(one["vals"])
            if values.get("erased") or "erasure_id" in values["words"]:
                continue
            shows = any(values["words"].get(name) in numbers for name, numbers in about.items())
            shows = shows or _lists(person, one["template"], values["words"])
            of_case = one["case_id"] in cases and one["template"] in _OF_CASES
            if shows or of_case or person.is_named_in(one["vals"]) or person.redact(values) != values:
                above = values.get("instead_of") or one["key"]
                yield one | {"stands_under": above, "words": values["words"]}


def _lists(person: Person, template: str, words: Mapping[str, Any]) -> bool:
    """Whether a note about several people may show them; one of before such notes kept whom they show may."""
    if template == NoteName.DEAD_ENDS:
        return "accounts" not in words or not set(words["accounts"]).isdisjoint(person.accounts)
    return any(one[0] in person.accounts for one in words.get("lives", ()))


def _numbers(db: Database, sql: str, person: Person) -> frozenset[int]:
    if ":address" in sql:
        found = [] if person.shared else rows(db, sql, {"address": person.address})
    else:
        inside, values = listed("id", map(str, person.accounts))
        found = rows(db, sql.format(accounts=inside), values)
    return frozenset(one["id"] for one in found)


#: a job's words and address go; what waits will never go out, and its key is kept for ever
EMPTIES: Final = """update outbox set vals = :empty, secrets = '', error = '', stream = 'erased:' || id,
      recipient = case when recipient = '' then '' else :gone end,
      status = case when status in ('queued', 'held', 'failed', 'unknown') then 'discarded' else status end
    where id = :id and status <> 'sending'"""


def empty(db: Database, job_id: int) -> bool:
    """In the caller's transaction; False for one that is on its way."""
    return bool(count(db, EMPTIES, {"id": job_id, "empty": EMPTY, "gone": GONE_ADDRESS}))


def save(db: Database, job: Mapping[str, Any]) -> bool:
    """A row of `walk` without them; a key that named them is a number now, in Slack's list too.

    False for one that is on its way, to whomever: it keeps their name until it went.
    """
    number, was = job["_rowid"], job["_was"]
    key = was["key"] if job["key"] == was["key"] else f"erased:{number}"
    saved = count(
        db,
        """update outbox set key = :key, stream = :stream, error = :error, vals = :vals,
             recipient = :recipient where id = :id and status <> 'sending'""",
        {"id": number, "key": key, **{name: job[name] for name in ("stream", "error", "vals", "recipient")}},
    )
    if saved and key != was["key"]:
        count(db, "update chat_messages set key = :key where key = :was", {"key": key, "was": was["key"]})
    return bool(saved)
