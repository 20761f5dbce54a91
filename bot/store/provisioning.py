"""What stands outside for a case, whatever has become of the step that made it."""

from sqlite_utils import Database

from bot.domain.provisioning import KeptRecord, Record, Task
from bot.store.database import count, rows


def keep(db: Database, case_id: int, kept: KeptRecord) -> None:
    """Remember a record, in place of what was known of it."""
    count(
        db,
        """insert into outside_records (case_id, task, number, url, version, made_by)
           values (:case_id, :task, :number, :url, :version, :by)
           on conflict (case_id, task) do update set
               number = :number, url = :url, version = :version, made_by = :by""",
        {
            "case_id": case_id,
            "task": kept.task,
            "number": kept.record.number,
            "url": kept.record.url,
            "version": kept.version,
            "by": kept.by,
        },
    )


def list_of_case(db: Database, case_id: int) -> dict[Task, KeptRecord]:
    found = rows(db, "select * from outside_records where case_id = :id", {"id": case_id})
    return {
        Task(entry["task"]): KeptRecord(
            task=Task(entry["task"]),
            record=Record(number=entry["number"], url=entry["url"]),
            version=entry["version"],
            by=entry["made_by"],
        )
        for entry in found
    }


def make_tables(db: Database) -> None:
    """The migration's step, with what was made before it; never edited once shipped.

    Until then nothing was changed outside after it was made: its version is that of the last approval.
    """
    db.executescript("""
        create table outside_records (
            case_id integer not null references cases (id) on delete cascade,
            task text not null,
            number text not null,
            url text not null,
            version integer not null,
            made_by text not null default '',
            primary key (case_id, task)
        );
        insert into outside_records (case_id, task, number, url, version, made_by)
            select s.case_id, s.name, s.number, s.url,
                coalesce((select max(d.version) from decisions d
                          where d.case_id = s.case_id and d.choice = 'approved'), c.version),
                s.made_by
            from case_steps s join cases c on c.id = s.case_id
            where s.name in ('case', 'site') and s.state = 'done' and s.number <> '';
    """)
