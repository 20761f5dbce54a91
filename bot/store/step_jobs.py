"""What of the outbox belongs to the steps of a case, and which of its other mails did not go."""

from collections.abc import Sequence

from sqlite_utils import Database

from bot.domain.cards import LostMail
from bot.domain.case_steps import MAILS
from bot.domain.outbox import JobStatus
from bot.store.database import listed, row, rows
from bot.store.outbox import OF_CASE


def list_states_of_mails(db: Database, case_id: int, templates: Sequence[str]) -> frozenset[JobStatus]:
    """In which states the mails of these templates are; each is looked up in the index."""
    found = {
        status
        for status in JobStatus
        for template in templates
        if row(
            db,
            """select 1 from outbox
               where case_id = :id and template = :template and status = :status and kind = 'mail' limit 1""",
            {"id": case_id, "template": template, "status": status},
        )
    }
    return frozenset(found)


def list_queued(db: Database, case_id: int) -> list[int]:
    """Jobs that are to carry out steps of a case."""
    sql = f"""select id from outbox {OF_CASE}
              where case_id = :id and kind = 'step' and status = 'queued' order by id"""
    return [int(found["id"]) for found in rows(db, sql, {"id": case_id})]


def count_mails(db: Database, case_id: int, template: str) -> dict[JobStatus, int]:
    """How many mails of that template there are in each state; the index alone is read."""
    found = rows(
        db,
        """select status, count(*) n from outbox where case_id = :id and template = :template
           group by status""",
        {"id": case_id, "template": template},
    )
    return {JobStatus(entry["status"]): int(entry["n"]) for entry in found}


def list_lost(db: Database, case_id: int, name: str) -> list[int]:
    """Jobs that were to carry out that step and failed, or of which nobody knows."""
    sql = """select id from outbox where case_id = :id and kind = 'step' and template = :name
               and status in ('failed', 'unknown') order by id"""
    return [int(found["id"]) for found in rows(db, sql, {"id": case_id, "name": name})]


def list_lost_mails(db: Database, case_id: int, *, most: int = 10) -> tuple[LostMail, ...]:
    """The newest mails of a case's steps that did not go, or of which nobody knows."""
    inside, values = listed("template", [template for mails in MAILS.values() for template in mails])
    found = rows(
        db,
        f"""select template, recipient, error from outbox {OF_CASE}
            where case_id = :id and template in ({inside}) and status in ('failed', 'unknown')
              and kind = 'mail' order by id desc limit :most""",
        {**values, "id": case_id, "most": most},
    )
    return tuple(
        LostMail(template=entry["template"], address=entry["recipient"], error=entry["error"])
        for entry in found
    )


def list_undelivered(db: Database, case_id: int) -> list[int]:
    """Mails of no decision and no step that failed or were dropped, the like of which nobody wrote since."""
    inside, values = listed("template", [template for mails in MAILS.values() for template in mails])
    found = rows(
        db,
        f"""select id from outbox mail {OF_CASE}
            where case_id = :id and status in ('failed', 'discarded') and kind = 'mail'
              and decision_id is null and template not in ({inside})
              and not exists (select 1 from outbox later {OF_CASE}
                  where later.case_id = :id and later.kind = 'mail' and later.template = mail.template
                    and later.id > mail.id)
            order by id""",
        {**values, "id": case_id},
    )
    return [int(entry["id"]) for entry in found]


def list_mails(
    db: Database, case_id: int, templates: Sequence[str], states: Sequence[JobStatus]
) -> list[int]:
    """The mails of these templates that are in one of those states."""
    inside, values = listed("status", states)
    return [
        int(found["id"])
        for template in templates
        for found in rows(
            db,
            f"""select id from outbox where case_id = :id and template = :template
                  and status in ({inside}) and kind = 'mail' order by id""",
            {**values, "id": case_id, "template": template},
        )
    ]
