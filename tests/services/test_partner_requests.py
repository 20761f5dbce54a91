"""Very many strangers ask for an invitation: the desk hears of it once, and nobody is dropped in silence."""

import pytest

from bot.domain.note_names import NoteName
from bot.services import partner_requests
from tests.cast import Office


@pytest.fixture(autouse=True)
def three_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partner_requests, "MOST_A_DAY", 3)


def ask(office: Office, *names: str) -> None:
    with office.connect() as db:
        for name in names:
            partner_requests.ask(
                db, office.desk, email=f"{name}@works.example.com", name=name, company="R", lang="en",
                now=office.now,
            )  # fmt: skip


def shown(office: Office) -> str:
    office.work()
    return str([one.blocks for one in office.chat.standing.values()])


def told(office: Office) -> list[str]:
    return [job.values["words"]["what"] for job in office.jobs("trouble_note")]


def test_of_a_flood_the_cards_come_in_turn_and_the_desk_is_told_once(office: Office) -> None:
    ask(office, "x1", "x2", "x3", "real", "real", "x4")

    assert "x3@works.example.com" in shown(office)
    assert "real@works.example.com" not in shown(office)
    assert told(office) == ["requests_wait"]
    office.clock.wait(days=1)
    assert "real@works.example.com" in shown(office)
    assert len(office.jobs(NoteName.PARTNER_REQUEST)) == 5


def test_a_flood_without_end_is_not_kept_for_ever_and_the_desk_hears_that_too(office: Office) -> None:
    ask(office, *(f"x{number}" for number in range(3 * 8 + 2)))

    assert len(office.jobs(NoteName.PARTNER_REQUEST)) == 3 * 8
    assert told(office) == ["requests_wait", "requests_dropped"]
    office.clock.wait(days=1)
    ask(office, "late")
    assert len(office.jobs(NoteName.PARTNER_REQUEST)) == 3 * 8 + 1
