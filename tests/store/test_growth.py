"""What is done for each mail costs the same however much the desk has seen."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlite_utils import Database

from bot.domain.outbox import JobKind, NewJob
from bot.services import intake, moves, sources
from bot.store import (
    accounts,
    claims,
    conversations,
    day_figures,
    links,
    notices,
    outbox,
    queue,
    report,
    seats,
    step_jobs,
)
from bot.store.database import rows, text_of, transaction
from tests.cast import INBOX, Office, a_case, a_mail
from tests.forms import sound_form

MANY = 3_000
LATER = timedelta(days=30)
NUMBERS = "with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < :many)"

#: Mails that were dealt with and moved, and answers that went out today.
PAST = """
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < :many)
    insert into mails (mailbox, uidvalidity, uid, message_id, content_hash, size, whole, received_at,
                       recorded_at, status, subject_ref, moved_at)
    select 'INBOX', 1, 1000 + n, '<' || n || '@example.org>', '', 9, 1, :now, :now, 'done', 'C-' || n, :now
    from numbers;
    """
ANSWERS = """
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < :many)
    insert into outbox (key, kind, stream, template, vals, status, recipient, case_id, automatic,
                        created_at, next_at)
    select 'k' || n, 'mail', 's' || n, 'receipt', '{}', 'sent', n || '@example.org', null, 1, :now, :now
    from numbers
    """

#: Mails of other cases that wait to go.
WAITING = """
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < :many)
    insert into outbox (key, kind, stream, template, vals, status, recipient, created_at, next_at)
    select 'w' || n, 'mail', 's' || n, 'receipt', '{}', 'queued', n || '@example.org', :now, :now
    from numbers
    """
#: Cards of other cases that wait for Slack.
CARDS = WAITING.replace("'w'", "'k'").replace("'mail'", "'case_card'").replace("'receipt'", "'case_card'")
#: Mails that went the day before.
SENT = """
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < :many)
    insert into outbox (key, kind, stream, template, vals, status, recipient, created_at, next_at, sent_at)
    select 'o' || n, 'mail', 's' || n, 'receipt', '{}', 'sent', n || '@example.org', :now, :now, :now
    from numbers
    """


def steps(db: Database, work: Callable[[], object]) -> int:
    """How many hundred steps the database took."""
    taken: list[int] = []
    db.conn.set_progress_handler(lambda: taken.append(1), 100)
    work()
    db.conn.set_progress_handler(None, 0)
    return len(taken)


def take_in(office: Office, subject: str) -> int:
    row = office.record(
        a_mail(subject=subject, files=[("RIS.xlsx", sound_form())], message_id=f"<{subject}@x.org>")
    )
    with office.connect() as db:
        mail, books = office.reader.read_mail(sources.get(db, office.desk, row.id))
        understood = intake.understand(db, office.desk, row, mail, books)
        spent = steps(db, lambda: intake.decide(db, office.desk, [understood], now=office.now))
        spent += steps(db, lambda: intake.list_waiting(db, limit=20))
        spent += steps(db, lambda: moves.list_to_move(db, INBOX, 1, limit=100))
        moves.mark_moved(db, INBOX, 1, [row.uid], now=office.now)
    return spent


@pytest.mark.parametrize("statement", [PAST, ANSWERS], ids=["mails", "answers"])
def test_taking_a_mail_in_costs_the_same_after_thousands(office: Office, statement: str) -> None:
    take_in(office, "first")
    before = take_in(office, "second")
    with office.connect() as db:
        db.execute(statement, {"many": MANY, "now": text_of(office.now)})
    after = take_in(office, "third")

    assert after < before * 1.5 + 5


def look_up(office: Office) -> dict[str, int]:
    since = office.now + timedelta(hours=1)
    looks: dict[str, Callable[[Database], object]] = {
        "steps of a case in line": lambda db: step_jobs.list_queued(db, 1),
        "the desk's hour": lambda db: day_figures.count_since(db, since),
        "the report's mails": lambda db: report.count_sent(db, since, since + timedelta(days=1)),
        "cards in line": lambda db: outbox.list_in_line(db, ["card:C-1"]),
        "a mail that waits": lambda db: outbox.list_waiting(db, "A-7:", to="a@example.org"),
        "the next that is due": lambda db: outbox.find_next_due(db, [JobKind.MAIL]),
    }
    with office.connect() as db:
        return {name: steps(db, partial(look, db)) for name, look in looks.items()}


@pytest.mark.parametrize("statement", [WAITING, CARDS, SENT], ids=["waiting", "cards", "sent"])
def test_looking_into_a_full_outbox_costs_the_same(office: Office, statement: str) -> None:
    before = look_up(office)
    with office.connect() as db:
        db.execute(statement, {"many": MANY, "now": text_of(office.now)})

    assert {name: taken for name, taken in look_up(office).items() if taken > before[name] + 1} == {}


#: Mails of one case that wait in line.
OF_ONE_CASE = f"""
    {NUMBERS} insert into outbox (key, kind, stream, template, vals, status, recipient, case_id, place,
                                  created_at, next_at)
    select 'c' || n, 'mail', 's' || n, 'receipt', '{{}}', 'queued', n || '@example.org', 7, n, :now, :now
    from numbers
    """
#: Mails that one address got.
TO_ONE_ADDRESS = f"""
    {NUMBERS} insert into outbox (key, kind, stream, template, vals, status, created_at, next_at)
    select 't' || n, 'mail', 'few-3', 'receipt', '{{}}', 'sent', :now, :now from numbers
    """
QUEUED_TO_ONE = TO_ONE_ADDRESS.replace("'few-3'", "'one'").replace("sent", "queued")
FEW = TO_ONE_ADDRESS.replace("'t'", "'few'").replace("'few-3'", "'few-' || n").replace("sent", "queued")


@pytest.mark.parametrize(
    "statement", [WAITING, OF_ONE_CASE, TO_ONE_ADDRESS], ids=["waiting", "of one case", "to one address"]
)
def test_a_claim_costs_the_same_however_many_mails_wait(office: Office, statement: str) -> None:
    def claim(db: Database) -> int:
        lease, kinds = timedelta(minutes=5), [JobKind.MAIL]
        return len(claims.claim_jobs(db, "w", kinds=kinds, lease=lease, limit=2, now=office.now))

    with office.connect() as db:
        db.execute("pragma foreign_keys = off")  # there is no such case
        db.execute(FEW, {"many": 4, "now": text_of(office.now)})
        with transaction(db):
            before = steps(db, lambda: claim(db))
        db.execute(statement, {"many": MANY, "now": text_of(office.now)})
        with transaction(db):
            after = steps(db, lambda: claim(db))

        left = rows(db, "select key from outbox where status = 'queued' and key like 'few%'")
    assert left == []
    assert after <= before + 1


def test_many_behind_one_that_waits_hold_up_nobody_who_writes(office: Office) -> None:
    """They are looked through before the write lock is taken: 20,000 had held it for 50 ms."""
    lease, kinds = timedelta(minutes=5), [JobKind.MAIL]

    def claim(db: Database) -> tuple[int, int]:
        seen = claims.list_due(db, kinds=kinds, limit=2, now=office.now)
        won = list[object]()
        win = partial(claims.claim_jobs, kinds=kinds, lease=lease, limit=2, now=office.now, seen=seen)
        with transaction(db):
            taken = steps(db, lambda: won.extend(win(db, "w")))
        return len(won), taken

    with office.connect() as db:
        db.execute(FEW, {"many": 1, "now": text_of(office.now)})
        before = claim(db)
        db.execute(QUEUED_TO_ONE, {"many": MANY, "now": text_of(office.now)})
        db.execute(
            "update outbox set next_at = :later where key = 't1'", {"later": text_of(office.now + LATER)}
        )
        db.execute(FEW.replace("few", "late"), {"many": 1, "now": text_of(office.now)})
        after = claim(db)

    assert after[0] == before[0] == 1
    assert after[1] <= before[1] + 1


def test_a_mail_is_queued_as_soon_behind_thousands_of_its_case(office: Office) -> None:
    def queue(db: Database, name: str) -> bool:
        job = NewJob(key=name, kind=JobKind.MAIL, stream=name, template="receipt", values={}, case_id=7)
        return outbox.add(db, job, now=office.now)

    with office.connect() as db:
        db.execute("pragma foreign_keys = off")
        before = steps(db, lambda: queue(db, "first"))
        db.execute(OF_ONE_CASE, {"many": MANY, "now": text_of(office.now)})
        after = steps(db, lambda: queue(db, "last"))

        (found,) = rows(db, "select place from outbox where key = 'last'")
    assert found == {"place": MANY + 20}
    assert after <= before + 1


def test_the_end_of_a_mails_link_is_found_as_soon_among_thousands(office: Office) -> None:
    """It is asked of each such mail that waits for release, each minute."""

    def look(db: Database) -> object:
        return links.find_end(db, ["activation"], about="A-7", made_at=office.now)

    with office.connect() as db:
        links.add(
            db, "token", purpose="activation", subject="A-7", now=office.now, expires_at=office.now + LATER
        )
        before = steps(db, lambda: look(db))
        db.execute(
            f"""{NUMBERS} insert into links (hash, purpose, subject, created_at, expires_at)
                select 'h' || n, 'activation', 'A-' || (100 + n), :now, :now from numbers""",
            {"many": MANY, "now": text_of(office.now)},
        )

        assert look(db) == office.now + LATER
        assert steps(db, lambda: look(db)) <= before + 1


#: Cases that are over, whose organisations hold seats, and questions of others that an article answered.
OVER = (
    """insert into cases (id, status, version, content_hash, sponsor_name, sponsor_address, cc, authorised,
                          verdict, evidence, lang, hands, thread, created_at, status_since)
       select :many + n, 'live', 1, '', '', '', '[]', 1, '', '', 'en', '[]', '{}', :now, :now from numbers""",
    """insert into case_versions (case_id, version, content_hash, company, users, ris, mail_id, made_by,
                                  made_at)
       select :many + n, 1, '', 'Vexholm', 1, '{}', 1, 'mail:1', :now from numbers""",
    """insert into decisions (case_id, choice, made_by, made_at, version, content_hash, phase)
       select :many + n, 'approved', 'U1', :now, 1, '', 'done' from numbers""",
    """insert into accounts (id, user_id, organisation, case_id, salutation, first_name, last_name, email,
                             phones, job_title, role, credential, lang, origin, status, made_at)
       select :many + n, 'u' || n, :many + n, :many + n, '', '', '', n || '@example.org', '[]', '', '', '',
              'en', '', 'active', :now from numbers""",
    """insert into turns (case_id, holder, status, since)
       select :many + n, 'nobody', 'live', :now from numbers""",
    """insert into seats (case_id, organisation, number, holder, made_at)
       select :many + n, :many + n, 1, '{}', :now from numbers""",
    """insert into conversations (id, address, name, subject, lang, mail_id, created_at)
       select :many + n, n || '@example.org', '', '', 'en', 1, :now from numbers""",
    """insert into conversation_tried (conversation_id, topic, how, at)
       select :many + n, 'password', 'sent', :now from numbers""",
)


def look_at_the_desk(office: Office) -> dict[str, int]:
    looks: dict[str, Callable[[Database], object]] = {
        "the queue": lambda db: queue.list_queue(db, limit=20),
        "the report's standing cases": notices.list_standing,
        "whose activation mails did not go": accounts.list_unmailed,
        "an organisation's seats": lambda db: seats.list_held(db, 1),
        "what was sent to somebody": lambda db: conversations.list_sent_to(
            db, "dana@example.org", since=office.now
        ),
    }
    with office.connect() as db:
        return {name: steps(db, partial(look, db)) for name, look in looks.items()}


def test_what_is_open_costs_the_same_beside_thousands_that_are_over(office: Office) -> None:
    a_case(office)
    before = look_at_the_desk(office)
    with office.connect() as db:
        for statement in OVER:
            db.execute(f"{NUMBERS} {statement}", {"many": MANY, "now": text_of(office.now)})

    assert {name: taken for name, taken in look_at_the_desk(office).items() if taken > before[name] + 5} == {}
