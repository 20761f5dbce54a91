"""Very many strangers ask for an invitation: the desk hears of it once, and nobody is dropped in silence."""

from bot.domain.partner_requests import MOST_A_DAY
from bot.services import partner_requests
from tests.cast import Office


def ask(office: Office, *names: str) -> None:
    with office.connect() as db:
        for name in names:
            partner_requests.ask(
                db, office.desk, email=f"{name}@works.example.com", name=name, company="R", lang="en",
                now=office.now,
            )  # fmt: skip


def test_of_a_flood_the_cards_come_in_turn_and_the_desk_is_told_once(office: Office) -> None:
    ask(office, *(f"x{number}" for number in range(MOST_A_DAY)), "real", "real")
    office.work()
    assert len(office.jobs(partner_requests.NOTE)) == MOST_A_DAY + 1
    (told,) = office.jobs("trouble_note")
    assert told.values["words"]["what"] == "requests_wait"
    assert "real" not in str([one.blocks for one in office.chat.standing.values()])
    office.clock.wait(days=1)
    office.work()
    assert "real@works.example.com" in str([one.blocks for one in office.chat.standing.values()])


def test_a_flood_without_end_is_not_kept_for_ever_and_the_desk_hears_that_too(office: Office) -> None:
    ask(office, *(f"x{number}" for number in range(MOST_A_DAY * 8 + 20)))

    assert len(office.jobs(partner_requests.NOTE)) == MOST_A_DAY * 8
    assert [job.values["words"]["what"] for job in office.jobs("trouble_note")] == [
        "requests_wait", "requests_dropped",
    ]  # fmt: skip
    office.clock.wait(days=1)
    ask(office, "late")
    assert len(office.jobs(partner_requests.NOTE)) == MOST_A_DAY * 8 + 1
