"""Carry an agreed erasure out, bit by bit: each bit is safe to repeat, so that a kill costs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from bot.domain.cases import CaseStatus
from bot.domain.events import EventTag
from bot.domain.mail import InboundMail
from bot.domain.note_names import NoteName
from bot.domain.organisations import marks_of
from bot.domain.people import GONE_ADDRESS, Erasure, ErasureState, Person
from bot.domain.sheets import Workbook
from bot.ports import Reader
from bot.services import conversations, erasures, people, sources
from bot.services.accounts import end_invitations
from bot.services.decision_phases import follow_all
from bot.services.desk import Desk
from bot.services.queueing import queue_case_card, queue_note
from bot.store import accounts, cases, chat_messages, erased_jobs, events, finding, organisations
from bot.store import conversations as conversation_store
from bot.store import erasures as erasure_store
from bot.store import people as people_store
from bot.store.data_map import list_treated
from bot.store.database import transaction
from bot.store.table_treatment import Erases

MAILS = 100  #: looked through in one go
GOES = 10  #: of these at one look of the clock


@dataclass(frozen=True, kw_only=True)
class Task:
    """One erasure that was agreed to, and what is needed to carry it out."""

    db: Database
    desk: Desk
    reader: Reader
    erasure: Erasure
    person: Person
    now: datetime


def carry_out(db: Database, desk: Desk, reader: Reader, *, now: datetime) -> None:
    """Go on with what was agreed to, and end what nobody agreed to; called each minute."""
    erasures.lapse(db, now=now)
    for erasure, person in erasures.list_running(db, desk, now=now):
        task = Task(db=db, desk=desk, reader=reader, erasure=erasure, person=person, now=now)
        if _erase(task):
            _finish(task)


def _erase(task: Task) -> bool:
    """Whether nothing is left to do; mails are many, and what is left of them waits for the next look."""
    db, person, now = task.db, task.person, task.now
    erase_accounts(db, person.accounts, by=task.erasure.second_by, now=now)
    if not _all_looked_through(task) or erased_jobs.is_sending(db, person):
        return False
    _take_notes_back(task)
    if not _scrub_outbox(db, person, now=now):
        return False  # once it went a note shows it, which is found by its case as long as that names them
    for number, status, _ in people_store.list_cases(db, person):
        # One that came after the second yes is nobody's to erase: it is being decided.
        if CaseStatus(status) not in people.BUSY:
            scrub_case(db, number, person, now)
    for number in organisations.list_knowing(db, person.address):  # though their form has another
        with transaction(db, locks=(f"case:{number}",)):
            refresh_case(db, number, now=now)
    _scrub_questions(task)
    erasure_store.scrub(db, person)
    with transaction(db):
        if not person.shared:
            erasure_store.blank_invitations(db, person.address, now=now)
            erasure_store.drop_address(db, person.address)
    return True


def erase_accounts(db: Database, numbers: tuple[int, ...], *, by: str, now: datetime) -> None:
    """Each at once; their own invitations end, and nobody is mailed, for there is nobody left."""
    for number in numbers:
        with transaction(db, locks=(f"account:{number}",)):
            account = accounts.find(db, number)
            if account is None or account.erased:
                continue
            end_invitations(db, account, by=by, now=now)
            if erasure_store.blank_account(db, number, now=now):
                events.add(db, EventTag.ACCOUNT_ERASED, f"account:{number}", actor=by, at=now)


def _all_looked_through(task: Task) -> bool:
    """Drop the next raw mails that name them; where the look ended is kept, and a kill begins there."""
    for _ in range(GOES):
        erasure = erasures.get(task.db, task.erasure.id)
        batch = erasure_store.list_sources(task.db, erasure, limit=MAILS)
        if not batch:
            return True
        naming = [number for number, about in batch if _names(task, number, about)]
        with transaction(task.db):
            erasure_store.drop_sources(task.db, erasure, naming, place=batch[-1][0])
    return False


def _names(task: Task, number: int, about: str) -> bool:
    """Whether a raw mail names them, in its words or in a sheet of it.

    By their name alone only where no open case needs the mail: a namesake may stand there.
    """
    raw = sources.find_readable(task.db, task.desk, number)
    if raw is None:
        return False
    text = _text_of(raw, *task.reader.read_mail(raw))
    person = task.person
    return person.is_reached_at(text) or (person.is_named_in(text) and not _is_busy(task.db, about))


def _is_busy(db: Database, about: str) -> bool:
    case = cases.find_named(db, about) if about.startswith("C-") else None
    return case is not None and case.status in people.BUSY


def _text_of(raw: bytes, mail: InboundMail, books: tuple[Workbook, ...]) -> str:
    headers = "\n".join(value for _, value in mail.headers)
    rows = (row for book in books for sheet in book.sheets for row in sheet.rows)
    cells = "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in rows)
    sender = f"{mail.sender.name} <{mail.sender.address}>"
    words = (sender, headers, mail.subject, mail.text, mail.quoted_text, cells)
    return "\n".join((*words, raw.decode("utf-8", "replace")))


def _take_notes_back(task: Task) -> None:
    """Our messages in Slack that name them say so no more; before the outbox forgets which those are."""
    db, ref = task.db, task.erasure.ref
    numbers = [number for number, _, _ in people_store.list_cases(db, task.person)]
    for batch in erasure_store.batches(erased_jobs.list_notes(db, task.person, numbers)):
        with transaction(db):
            for note in batch:
                if note["key"].startswith(f"{ref}:"):  # one of these, of an earlier look
                    continue
                own, above = f"{ref}:{note['id']}", note["stands_under"]
                template, words = _without(note, task)
                if template == NoteName.ERASED:
                    erased_jobs.empty(db, note["id"])
                if chat_messages.find(db, above) is not None:
                    queued = queue_note(
                        db, template, key=own, values=words, instead_of=above, stream=own, now=task.now
                    )
                    if queued:
                        chat_messages.mark_named(db, above)


def _without(note: Mapping[str, Any], task: Task) -> tuple[NoteName, Mapping[str, Any]]:
    """What stands in a note's place: of one about several people the same about the others."""
    words = note["words"]
    if note["template"] == NoteName.LIFE_GATE:
        return NoteName.LIFE_GATE, words
    if note["template"] == NoteName.LIFE_HOLD:
        others = [one for one in words["lives"] if one[0] not in task.person.accounts]
        if others:
            return NoteName.LIFE_HOLD, {"lives": others}
    return NoteName.ERASED, {"ref": task.erasure.ref}


def _scrub_outbox(db: Database, person: Person, *, now: datetime) -> bool:
    """What waited for them goes to nobody; a decision that it told of is the desk's again.

    False where something that names them is on its way, and has to be looked at once it went.
    """
    done: list[bool] = []
    for batch in erasure_store.batches(erased_jobs.list_to(db, person)):
        with transaction(db):
            done += [erased_jobs.empty(db, job["id"]) for job in batch]
            follow_all(db, {job["decision_id"] for job in batch if job["decision_id"]}, now=now)
    for batch in erasure_store.batches(erasure_store.walk(db, "outbox", person)):
        with transaction(db):
            done += [erased_jobs.save(db, job) for job in batch]
    return all(done)


def scrub_case(db: Database, number: int, person: Person, now: datetime) -> None:
    """Everything of a case in one transaction, with what it is found by and its card."""
    with transaction(db, locks=(f"case:{number}",)):
        for table, treatment in list_treated(Erases.CASE):
            column = "id" if table == "cases" else "case_id"
            if column not in treatment.columns or table in ("case_marks", "conversations"):
                continue
            for found in list(erasure_store.walk(db, table, person, where=f"{column} = {number}")):
                erasure_store.save(db, table, found)
        refresh_case(db, number, now=now)


def refresh_case(db: Database, number: int, *, now: datetime) -> None:
    """What it is found by, and its card, say what it holds now; in the caller's transaction."""
    case = cases.find(db, number)
    if case is None:
        return
    organisations.set_marks(db, number, (one for one in marks_of(case.ris) if "invalid" not in one.value))
    finding.set_case(db, case)
    card = f"card:{case.ref}"
    if chat_messages.find(db, card) is not None:
        chat_messages.mark_named(db, card)
        queue_case_card(db, number, now=now)


def _scrub_questions(task: Task) -> None:
    """What they asked ends: an answer would go nowhere."""
    db = task.db
    for batch in erasure_store.batches(erasure_store.walk(db, "conversations", task.person)):
        with transaction(db):
            for found in batch:
                erasure_store.save(db, "conversations", found)
                if (one := conversation_store.find(db, found["_rowid"])) is None:
                    continue
                finding.set_conversation(db, one)
                if one.address == GONE_ADDRESS:
                    conversations.end_for_asker(db, one, by=task.erasure.second_by, now=task.now)


def _finish(task: Task) -> None:
    """The tombstone, once: ids and numbers only."""
    db, now, by = task.db, task.now, task.erasure.second_by
    with transaction(db, locks=("erasures",)):
        erasure = erasures.get(db, task.erasure.id)
        if not erasure_store.end(db, erasure.id, ErasureState.DONE, by=by, now=now):
            return
        many = {"mails": erasure.dropped, "accounts": len(task.person.accounts)}
        events.add(db, EventTag.PERSON_ERASED, erasures.subject_of(erasure), actor=by, at=now, **many)
        erasures.refresh(db, erasure, now=now)
