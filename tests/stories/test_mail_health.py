"""Mails that make trouble: one that raises, one that is too large, a robot that answers every answer."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest

from bot import policy
from bot.domain.ledger import LedgerMail
from bot.sandbox.samples import DANA
from bot.sandbox.world import DESK
from bot.services import intake
from handlers.mail import loop as mail_loop
from tests.stories.desk import Desk, as_text, running, text_of, until

pytestmark = pytest.mark.slow

ROBOT = ("Away", "away@partner.example")
LIMIT = 100_000


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk that takes small mails only and looks often for what is to be read again."""
    folder = tmp_path_factory.mktemp("desk")
    own = folder / "usher.toml"
    text = policy.SHIPPED.read_text(encoding="utf-8")
    own.write_text(text.replace("mail_bytes = 26_214_400", f"mail_bytes = {LIMIT}"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail_loop, "WAIT", 0.5)
        with running(folder, usher_config=own) as desk:
            yield desk


def execute(desk: Desk, sql: str) -> None:
    with closing(sqlite3.connect(desk.bot.settings.database_path, timeout=20)) as db, db:
        db.execute(sql)


def lies_in(desk: Desk, folder: str, message_id: str) -> bool:
    if folder not in desk.world.mail.folders(DESK):
        return False
    return any(message_id.encode() in mail.raw for mail in desk.world.mail.mails(DESK, folder))


def test_a_mail_that_raises_is_set_aside_shown_and_read_again_once_the_cause_is_mended(desk: Desk) -> None:
    execute(
        desk,
        """create trigger poison before insert on conversations when new.subject = 'Poison'
           begin select raise(abort, 'a cause to be <!here> mended'); end""",
    )
    sent = str(desk.send_mail("Poison", "How do I reset my password?")["Message-ID"])
    note = desk.message("support", "was set aside", "mail_replay")
    assert "IntegrityError: a cause to be &lt;!here&gt; mended" in as_text(note)
    until(lambda: lies_in(desk, "Usher/Aside", sent))

    desk.act("eli").click("support", note["ts"], "mail_replay")
    desk.whisper("eli", "support", "<@U0AVERY0001>")
    assert row_of(desk, note).status == "set_aside"

    desk.act("blake").click("support", note["ts"], "mail_replay")
    desk.whisper("blake", "support", "being read again")
    until(lambda: len(aside_notes(desk)) == 2)

    execute(desk, "drop trigger poison")
    desk.act("blake").click("support", aside_notes(desk)[-1]["ts"], "mail_replay")
    desk.message("support", "How do I reset my password?")

    desk.settled()
    assert not [said for said in aside_notes(desk) if "mail_replay" in as_text(said)]  # both were answered
    assert row_of(desk, note).status == "done"
    assert len([m for m in desk.mails_to(DANA[1]) if "(Q-1)" in str(m["Subject"])]) == 1
    assert lies_in(desk, "Usher/Aside", sent)  # its number there is not known: it stays, the ledger knows


def aside_notes(desk: Desk) -> list[dict[str, str]]:
    return [m for m in desk.world.workspace.messages("support") if "was set aside" in m["text"]]


def row_of(desk: Desk, note: dict[str, str]) -> LedgerMail:
    number = int(note["text"].split()[1])
    with desk.bot.connect() as db:
        return next(row for row in intake.list_newest(db, limit=50) if row.id == number)


def test_a_mail_that_is_too_large_is_answered_and_shown_and_its_smaller_reply_is_taken_in(desk: Desk) -> None:
    desk.send_mail("Site pictures", "See the pictures.", files=[("pictures.zip", b"\0" * 2 * LIMIT)])

    answer = desk.mail_to(DANA[1], about="Your mail was too large for us")
    note = desk.message("support", "Site pictures", "*Too large to be read* (1 MB)")
    assert "up to 1 MB" in text_of(answer)
    assert "See the pictures." not in as_text(note)

    desk.send_mail("Re: Site pictures", "Now without the pictures.", answers=answer)
    desk.message("support", "Now without the pictures.", thread_ts=note["ts"])


def got(desk: Desk, many: int) -> bool:
    return len(desk.mails_to(ROBOT[1])) == many


def test_a_robot_that_answers_every_answer_is_left_alone_and_staff_hear_of_it_once(desk: Desk) -> None:
    """It says in no header that it is one, and its mails name none of ours."""
    most = desk.bot.desk.policy.limits.answers_per_address
    for number in range(most):
        desk.send_mail(f"I am away ({number})", "I am back on Monday.", sender=ROBOT)
        until(partial(got, desk, number + 1))
    for number in range(3):
        desk.send_mail(f"I am away (more {number})", "I am back on Monday.", sender=ROBOT)
        desk.message("support", f"I am away (more {number})")
    desk.settled()

    told = [m for m in desk.world.workspace.messages("support") if "the limit is reached" in m["text"]]
    assert len(desk.mails_to(ROBOT[1])) == most
    assert len(told) == 1
    assert ROBOT[1] in told[0]["text"]
