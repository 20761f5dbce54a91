"""The first tables, step by step: a mail, a case, the outbox; never edited once shipped."""

from sqlite_utils import Database, Migrations

from bot.store import case_answers, organisations, payloads

migrations = Migrations("usher")


@migrations()
def m001_ledger(db: Database) -> None:
    db.executescript("""
        create table mailboxes (
            name text primary key,
            uidvalidity integer not null,
            last_uid integer not null,
            started_at text not null
        );
        create table mails (
            id integer primary key,
            mailbox text not null,
            uidvalidity integer not null,
            uid integer not null,
            message_id text not null,
            content_hash text not null,
            size integer not null,
            whole integer not null,
            received_at text not null,
            recorded_at text not null,
            status text not null,
            attempts integer not null default 0,
            kind text not null default '',
            reason text not null default '',
            subject_ref text not null default '',
            flagged text not null default '',
            error text not null default '',
            sender text not null default '',
            moved_at text,
            unique (mailbox, uidvalidity, uid)
        );
        create index mails_by_message_id on mails (message_id);
        create index mails_open on mails (status, id);
        create index mails_unmoved on mails (mailbox, uidvalidity, moved_at);
        create table mail_sources (
            mail_id integer primary key references mails (id),
            raw blob not null
        );
    """)


@migrations()
def m002_cases(db: Database) -> None:
    db.executescript("""
        create table numbers (name text primary key, last integer not null);
        create table cases (
            id integer primary key,
            status text not null,
            version integer not null,
            content_hash text not null,
            sponsor_name text not null,
            sponsor_address text not null,
            cc text not null,
            authorised integer not null,
            verdict text not null,
            evidence text not null,
            lang text not null,
            hands text not null,
            thread text not null,
            created_at text not null,
            status_since text not null,
            assigned_to text not null default ''
        );
        create index cases_by_status on cases (status, status_since);
        create table case_versions (
            case_id integer not null references cases (id),
            version integer not null,
            content_hash text not null,
            company text not null,
            users integer not null,
            ris text not null,
            mail_id integer not null,
            made_by text not null,
            made_at text not null,
            primary key (case_id, version)
        );
        create table decisions (
            id integer primary key,
            case_id integer not null references cases (id),
            choice text not null,
            made_by text not null,
            made_at text not null,
            version integer not null,
            content_hash text not null,
            phase text not null,
            reason text,
            note text not null default ''
        );
        create unique index one_decision_a_case on decisions (case_id);
    """)


@migrations()
def m003_outbox(db: Database) -> None:
    db.executescript("""
        create table outbox (
            id integer primary key,
            key text not null unique,
            kind text not null,
            stream text not null,
            template text not null,
            vals text not null,
            secrets text not null default '',
            status text not null,
            attempts integer not null default 0,
            unknowns integer not null default 0,
            worker text not null default '',
            lease_until text,
            decision_id integer references decisions (id),
            case_id integer references cases (id),
            recipient text not null default '',
            message_id text not null default '',
            automatic integer not null default 0,
            released integer not null default 0,
            error text not null default '',
            created_at text not null,
            next_at text not null,
            sent_at text
        );
        create index outbox_due on outbox (status, kind, next_at);
        create index outbox_streams on outbox (stream, status, id);
        create index outbox_by_decision on outbox (decision_id);
        create index outbox_answers on outbox (automatic, created_at);
        create table chat_messages (
            key text primary key,
            channel text not null,
            ts text not null
        );
        create table links (
            hash text primary key,
            purpose text not null,
            subject text not null,
            created_at text not null,
            expires_at text not null
        );
    """)


@migrations()
def m004_events(db: Database) -> None:
    db.executescript("""
        create table events (
            seq integer primary key,
            at text not null,
            tag text not null,
            actor text not null,
            subject text not null,
            data text not null,
            previous text not null,
            hash text not null
        );
        create trigger events_are_never_changed before update on events
            begin select raise(abort, 'the audit trail is append-only'); end;
        create trigger events_are_never_deleted before delete on events
            begin select raise(abort, 'the audit trail is append-only'); end;
    """)


@migrations()
def m005_conversations(db: Database) -> None:
    db.executescript("""
        create table conversations (
            id integer primary key,
            address text not null,
            name text not null,
            subject text not null,
            lang text not null,
            mail_id integer not null,
            created_at text not null
        );
    """)


@migrations()
def m006_payloads(db: Database) -> None:
    payloads.make_tables(db)


@migrations()
def m007_holds(db: Database) -> None:
    db.executescript("""
        create table holds (name text primary key, since text not null);
    """)


@migrations()
def m008_bounces(db: Database) -> None:
    db.executescript("""
        create table bounces (
            job_id integer not null references outbox (id),
            recipient text not null,
            gave_up integer not null,
            hard integer not null,
            status text not null,
            detail text not null,
            mail_id integer not null,
            at text not null,
            primary key (job_id, recipient, gave_up)
        );
        create index bounces_by_recipient on bounces (recipient, at);
        create table doubtful_addresses (
            address text primary key,
            state text not null,
            since text not null,
            probe text not null
        );
        create index outbox_by_message_id on outbox (message_id) where message_id <> '';
    """)


@migrations()
def m009_mailboxes_remember_their_first_look(db: Database) -> None:
    db.executescript("alter table mailboxes add column looked_to integer;")


@migrations()
def m010_nothing_is_searched_for_row_by_row(db: Database) -> None:
    db.executescript("""
        drop index mails_by_message_id;
        create index mails_by_message_id on mails (message_id, status);
        drop index mails_unmoved;
        create index mails_unmoved on mails (mailbox, uidvalidity, uid)
            where moved_at is null and status in ('done', 'duplicate', 'set_aside');
        drop index outbox_answers;
        create index outbox_answers_to on outbox (recipient, created_at) where automatic = 1;
        create index outbox_answers_in on outbox (case_id, created_at) where automatic = 1;
    """)


@migrations()
def m011_alarms(db: Database) -> None:
    db.executescript("""
        create table alarms (
            id integer primary key,
            name text not null,
            sentence text not null,
            since text not null,
            raised_at text not null,
            cleared_at text
        );
        create unique index one_open_alarm_a_name on alarms (name) where cleared_at is null;
        create index mails_by_arrival on mails (received_at);
    """)


@migrations()
def m012_case_answers(db: Database) -> None:
    case_answers.make_tables(db)


@migrations()
def m013_organisations_are_known_again(db: Database) -> None:
    db.executescript("""
        create table case_marks (
            kind text not null,
            value text not null,
            case_id integer not null references cases (id) on delete cascade,
            detail text not null,
            primary key (kind, value, case_id, detail)
        ) without rowid;
        create index case_marks_by_case on case_marks (case_id, kind);
        create table cases_told_apart (
            case_id integer not null references cases (id) on delete cascade,
            other_id integer not null references cases (id) on delete cascade,
            primary key (case_id, other_id)
        ) without rowid;
        alter table cases add column addition_of integer references cases (id);
        alter table cases add column addition text not null default '';
        create index cases_by_organisation on cases (addition_of) where addition_of is not null;
        alter table decisions add column voided_at text;
        alter table decisions add column voided_by text not null default '';
        alter table decisions add column voided_why text not null default '';
        drop index one_decision_a_case;
        create unique index one_decision_a_case on decisions (case_id) where voided_at is null;
        create index decisions_by_case on decisions (case_id);
        alter table mails add column form_of text not null default '';
        alter table mails add column form_hash text not null default '';
        alter table mails add column released integer not null default 0;
        create index mails_with_forms on mails (form_of, status, received_at) where form_of <> '';
    """)
    organisations.mark_all(db)
