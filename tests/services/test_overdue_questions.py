"""What stays without an answer is told again: in one note a working day, and until it is answered."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.absences import Absence
from bot.domain.staff import Staff
from bot.services import conversations, overdue_questions
from bot.store import absences
from bot.store.database import transaction
from handlers.clock import rounds
from tests.cast import AVERY, BLAKE, CASEY, Office, a_mail
from tests.services.test_conversations import answer, asked, tags, write_back

__all__ = ["asked"]


def look(office: Office, at: str) -> None:
    office.clock.at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    rounds.look(office.bot, now=office.now)
    office.work()


def told(office: Office) -> list[str]:
    return [str(m.blocks) for m in office.chat.standing.values() if m.key.startswith("overdue questions:")]


def test_what_stays_overdue_is_told_once_each_working_day_until_it_is_answered(office: Office) -> None:
    look(office, "2026-03-02T09:30:00")  # a Monday
    office.take(a_mail(subject="My code"))
    office.take(a_mail(subject="Another"))
    with office.connect() as db:
        conversations.take(db, ref="Q-1", by=BLAKE, now=office.now)
    many = []
    for at in (
        "03T09:31",  # due: called below its card
        "04T07:59", "04T08:00", "04T14:00", "05T08:00",
        "07T09:00",  # a Saturday
        "09T08:00",
    ):  # fmt: skip
        look(office, f"2026-03-{at}:00")
        many.append(len(told(office)))
    with office.connect() as db:
        for ref in ("Q-1", "Q-2"):
            conversations.close(db, ref=ref, heard=1, by=BLAKE if ref == "Q-1" else AVERY, now=office.now)
    look(office, "2026-03-10T08:00:00")

    assert many == [0, 0, 1, 1, 2, 2, 3]
    assert len(told(office)) == 3
    assert all(said in told(office)[0] for said in ("Q-1", "Q-2", f"<@{BLAKE.id}>", "Nobody has it yet"))


def test_it_is_called_once_however_often_its_asker_writes_and_anew_after_an_answer(asked: Office) -> None:
    called = []
    for hours, then in ((24, write_back), (1, write_back), (24, answer), (1, write_back), (24, write_back)):
        asked.clock.wait(hours=hours)
        with asked.connect() as db:
            overdue_questions.remind(db, asked.desk, now=asked.now)
        asked.work()
        called.append(tags(asked).count("conversation:overdue"))
        then(asked, "Is anybody there?")
        asked.work()

    assert called == [1, 1, 1, 1, 2]


@pytest.mark.parametrize(
    ("away", "says", "calls"),
    [
        ({BLAKE: CASEY}, f"<@{CASEY.id}>, please: {BLAKE.name} has it and is away.", [CASEY]),
        ({BLAKE: CASEY, CASEY: AVERY}, f"*{BLAKE.name} has it and is not here, and nobody stands in:*", []),
        ({AVERY: CASEY}, f"<@{BLAKE.id}> has it since", [BLAKE]),
    ],
)
def test_the_note_calls_who_is_to_act_today(
    office: Office, away: dict[Staff, Staff], says: str, calls: list[Staff]
) -> None:
    look(office, "2026-03-02T09:30:00")
    office.take(a_mail(subject="My code"))
    with office.connect() as db:
        conversations.take(db, ref="Q-1", by=BLAKE, now=office.now)
        for person, deputy in away.items():
            since, until = office.now, office.now + timedelta(days=9)
            absence = Absence(person=person.id, deputy=deputy.id, since=since, until=until)
            with transaction(db):
                absences.add(db, absence, made_by=person.id, now=office.now)
    look(office, "2026-03-04T08:00:00")

    (note,) = told(office)
    assert says in note
    assert re.findall(r"<@(\w+)>", note) == [one.id for one in calls]
