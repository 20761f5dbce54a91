"""The trail's heads in Slack: they find out whoever rewrites the database, and a restore is told apart."""

from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.domain.events import GENESIS, chained
from bot.ports import ChatMessage
from bot.services import approvals, audit, backup
from bot.store import outbox
from bot.store.database import text_of
from tests.cast import AVERY, Office, a_case
from tests.outside import SUPPORT


def approve(office: Office, ref: str) -> None:
    case = office.case(ref)
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=ref, seen=case.content_hash, by=AVERY, now=office.now)


def posted(office: Office, db: Database) -> list[bool]:
    return [one.agrees for one in audit.compare(db, office.chat, SUPPORT)]


def test_the_head_is_posted_once_a_day_and_agrees(office: Office, db: Database) -> None:
    a_case(office)
    assert audit.post_head(db, day="2026-03-02", now=office.now)
    assert not audit.post_head(db, day="2026-03-02", now=office.now)
    approve(office, "C-1")
    assert audit.post_head(db, day="2026-03-03", now=office.now)
    office.work()

    assert posted(office, db) == [True, True]
    assert [message.text for message in office.chat.standing.values() if "Audit trail" in message.text]


def test_an_empty_trail_posts_nothing(office: Office, db: Database) -> None:
    assert not audit.post_head(db, day="2026-03-02", now=office.now)
    assert posted(office, db) == []


def rewrite(db: Database, change: str) -> None:
    """Change the trail and chain it anew, as somebody who knows how it is made can."""
    db.execute("drop trigger events_are_never_changed")
    db.execute("drop trigger events_are_never_deleted")
    db.execute(change)
    previous = GENESIS
    columns = "seq, at, tag, actor, subject, data"
    for seq, at, tag, actor, subject, data in list(db.execute(f"select {columns} from events order by seq")):
        digest = chained(previous, seq=seq, at=at, tag=tag, actor=actor, subject=subject, data=data)
        values = {"seq": seq, "previous": previous, "hash": digest}
        db.execute("update events set previous = :previous, hash = :hash where seq = :seq", values)
        previous = digest


@pytest.mark.parametrize(
    "change",
    [
        "update events set actor = 'U0CASEY0001' where tag = 'case:approved'",
        "delete from events where seq = (select max(seq) from events)",
        "delete from events",
    ],
)
def test_a_trail_rewritten_without_a_flaw_is_caught_by_the_posted_head(
    office: Office, db: Database, change: str
) -> None:
    a_case(office)
    approve(office, "C-1")
    audit.post_head(db, day="2026-03-02", now=office.now)
    office.work(kinds=[job.kind for job in office.jobs("audit_head_note")])
    rewrite(db, change)

    assert audit.verify(db).broken_at is None
    assert posted(office, db) == [False]


def post(office: Office, db: Database, day: str) -> None:
    """The night's head, posted at the office's own time."""
    office.clock.wait(hours=1)
    audit.post_head(db, day=day, now=office.now)
    office.work(kinds=[job.kind for job in office.jobs("audit_head_note")])
    (key,) = (key for key, at in office.chat.standing.items() if f":{day}:" in at.key)
    office.chat.standing[f"{office.now.timestamp():.6f}"] = office.chat.standing.pop(key)


def restored(office: Office, copy: Path) -> None:
    office.clock.wait(hours=1)
    backup.restore(copy, office.path, ring=office.desk.keyring, by="cli:kim", now=office.now)


def test_heads_that_a_restore_undid_are_told_apart_and_those_posted_since_are_not(
    office: Office, tmp_path: Path
) -> None:
    a_case(office)
    with office.connect() as db:
        post(office, db, "2026-03-02")
    backup.back_up(office.path, tmp_path / "copy.db")
    approve(office, "C-1")
    with office.connect() as db:
        post(office, db, "2026-03-03")
    restored(office, tmp_path / "copy.db")
    office.clock.wait(hours=1)
    with office.connect() as db:
        approve(office, "C-1")
        post(office, db, "2026-03-04")
        before = audit.compare(db, office.chat, SUPPORT)
        rewrite(db, "update events set actor = 'U0CASEY0001' where tag = 'case:approved'")
        after = audit.compare(db, office.chat, SUPPORT)

    assert [(one.agrees, one.sound) for one in before] == [(True, True), (False, True), (True, True)]
    assert [one.undone.by for one in before if one.undone] == ["cli:kim"]
    assert [one.sound for one in after] == [False, True, True]


def test_no_restore_excuses_what_was_rewritten_before_it(office: Office, tmp_path: Path) -> None:
    a_case(office)
    with office.connect() as db:
        post(office, db, "2026-03-02")
    backup.back_up(office.path, tmp_path / "copy.db")
    restored(office, tmp_path / "copy.db")
    with office.connect() as db:
        rewrite(db, "update events set actor = 'U0CASEY0001' where seq = 1")
        found = audit.compare(db, office.chat, SUPPORT)

    assert [one.sound for one in found] == [False]


def test_a_restore_that_was_written_in_to_hide_a_rewriting_is_told_in_slack(office: Office) -> None:
    a_case(office)
    approve(office, "C-1")
    with office.connect() as db:
        post(office, db, "2026-03-02")
        office.clock.wait(hours=1)
        newest = "tag = 'database:restored', subject = 'database', actor = 'cli:root'"
        rewrite(db, f"update events set {newest}, at = '{text_of(office.now)}' where tag = 'case:approved'")
        (hidden,) = audit.compare(db, office.chat, SUPPORT)
        named = audit.verify(db).restored
        office.clock.wait(days=1)
        post(office, db, "2026-03-03")
        office.clock.wait(days=audit.NEWEST + 1)
        post(office, db, "2026-03-09")

    notes = [str(one.blocks) for one in office.chat.standing.values() if one.key.startswith(audit.POSTED)]
    assert hidden.sound
    assert named is not None
    assert (named.by, named == hidden.undone) == ("cli:root", True)
    assert ["restored a backup" in note for note in notes] == [False, True, False]


def test_what_only_looks_like_a_head_is_none(office: Office, db: Database) -> None:
    for number, key in enumerate(
        ["audit:head:", "audit:head:2026-03-02:x:y", "audit:head:2026-03-02:1:" + "g" * 64]
    ):
        office.chat.standing[str(number)] = ChatMessage(channel=SUPPORT, key=key, text="")

    assert posted(office, db) == []


def test_the_key_of_a_head_is_found_by_its_beginning_only(office: Office, db: Database) -> None:
    a_case(office)
    audit.post_head(db, day="2026-03-02", now=office.now)

    assert outbox.find_newest(db, "audit:head:2026-03-02:")
    assert not outbox.find_newest(db, "audit:head:2026-03-0:")
    assert audit.compare(db, office.chat, SUPPORT) == ()
