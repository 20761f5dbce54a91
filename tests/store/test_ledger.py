"""The ledger of an earlier version."""

from pathlib import Path

from bot.store import ledger
from bot.store.database import connect, count, transaction
from bot.store.schema import migrations

STEP = "m069_a_mail_knows_whether_its_sender_was_believed"
AT = "2026-03-02T09:30:00.000000Z"


def test_whom_an_earlier_version_did_not_believe_stays_unproven(tmp_path: Path) -> None:
    with connect(tmp_path / "usher.db") as db:
        with transaction(db):
            migrations.apply(db, stop_before=STEP)
            forms = ("claimed:dana@sponsor.example.org", "verified:dana@sponsor.example.org", "", "")
            for number, form_of in enumerate(forms, start=1):
                count(
                    db,
                    """insert into mails (id, mailbox, uidvalidity, uid, message_id, content_hash, size,
                           whole, received_at, recorded_at, status, form_of)
                       values (:id, 'INBOX', 1, :id, '', '', 1, 1, :at, :at, 'done', :form_of)""",
                    {"id": number, "at": AT, "form_of": form_of},
                )
            for mail_id in (3, 4):
                count(
                    db,
                    """insert into conversations (id, address, name, subject, lang, mail_id,
                           created_at, verified)
                       values (:id, '', '', '', 'en', :id, :at, :verified)""",
                    {"id": mail_id, "at": AT, "verified": int(mail_id == 4)},
                )
        with transaction(db):
            migrations.apply(db)
        found = [ledger.find(db, number) for number in (1, 2, 3, 4)]

    assert [mail.verified for mail in found if mail] == [False, True, False, True]
