"""DELIVERY=hold: customer mails wait in Slack until staff let them go."""

from collections.abc import Iterator

import pytest

from bot.sandbox.samples import DANA, ORDERS
from tests.stories.desk import Desk, as_text, running
from tests.stories.test_spine import company_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("held"), delivery="hold") as desk:
        yield desk


def test_a_held_mail_is_shown_and_goes_once_staff_release_it(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    held = desk.message("support", "mail_release", company)
    assert desk.mails_to(DANA[1]) == []
    assert "/status/" not in as_text(held).replace("status.example/hidden-until-sent", "")

    desk.act("blake").click("support", held["ts"], "mail_release")

    desk.mail_to(DANA[1], about=f"We have the form for {company}")


def test_a_discarded_mail_never_goes_even_when_all_are_released(desk: Desk) -> None:
    first = company_of(desk.send(desk.world.samples.complete_ris(sender=ORDERS)))
    second = company_of(desk.send(desk.world.samples.complete_ris(sender=ORDERS)))
    dropped = desk.message("support", "mail_discard", first)
    kept = desk.message("support", "mail_release_all", second)

    desk.act("blake").click("support", dropped["ts"], "mail_discard")
    desk.whisper("blake", "support", "dropped for good")
    desk.act("blake").click("support", kept["ts"], "mail_release_all")
    desk.mail_to(ORDERS[1], about=f"We have the form for {second}")
    desk.settled()

    assert not [m for m in desk.mails_to(ORDERS[1]) if first in str(m["Subject"])]


def test_a_guest_cannot_release_what_is_held(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    held = desk.message("support", "mail_release", company)

    desk.act("dana").click("support", held["ts"], "mail_release")

    desk.whisper("dana", "support", "staff")
