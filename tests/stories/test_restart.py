"""Stopping and starting again: nothing is lost, nothing stands twice."""

from pathlib import Path

import pytest

from bot import bootstrap
from bot import settings as settings_room
from bot.sandbox import supplies
from bot.sandbox.samples import DANA
from bot.sandbox.world import World
from handlers.cli.service import Service
from handlers.slack import door
from tests.cli.shell import ask
from tests.stories.desk import MORNING, Desk, parsed
from tests.stories.test_spine import company_of

#: what a revoked bot token cannot do; the line goes by the app's own
BY_BOT_TOKEN = ("auth.test", "chat.postMessage", "chat.update", "conversations.info", "users.info")


def start(world: World, **changed: str) -> tuple[Desk, Service]:
    settings = settings_room.load({**world.settings(), **changed}, env_file=None)
    bot = bootstrap.build(settings, clock=world.clock)
    service = Service(bot)
    service.start()
    world.workspace.wait_until_connected()
    return Desk(world, bot), service


@pytest.mark.slow
def test_mail_that_came_while_the_desk_was_down_is_caught_up_and_cards_are_updated_not_doubled(
    tmp_path: Path,
) -> None:
    with World(tmp_path, seed=3, start=MORNING) as world:
        desk, service = start(world)
        first = company_of(desk.send(world.samples.complete_ris()))
        desk.card(first)
        desk.settled()
        assert service.stop()
        second = company_of(desk.send(world.samples.complete_ris()))

        desk, service = start(world)
        try:
            desk.act("avery").click("approvals", desk.card(first)["ts"], "case_approve")
            desk.card(first, "*sponsor told*")
            desk.card(second, "case_approve")
            desk.settled()

            assert len(desk.cards(first)) == len(desk.cards(second)) == 1
            assert len([m for m in desk.mails_to(DANA[1]) if "We have the form" in str(m["Subject"])]) == 2
        finally:
            assert service.stop()


@pytest.mark.slow
def test_a_start_while_slack_refuses_the_token_opens_all_other_doors_and_sees_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with an app that somebody took out of the workspace by the time the machine is started again."""
    monkeypatch.setattr(door, "ASK", 0.1)
    with World(tmp_path, seed=3, start=MORNING) as world:
        desk, service = start(world)
        desk.card(company_of(desk.send(world.samples.complete_ris())))
        desk.settled()
        assert service.stop()
        for method in BY_BOT_TOKEN:
            world.workspace.faults.refuse(method, "token_revoked", times=1000)

        desk, service = start(world)
        try:
            sample = desk.send(world.samples.complete_ris())
            desk.ledger(str(parsed(sample.raw)["Message-ID"]))
            said = desk.unwell("slack", "SLACK_BOT_TOKEN", "revoked")
            page, _ = ask(desk.bot.settings.portal_bind, "/faq")
            world.workspace.faults.clear()
            desk.card(company_of(sample))
            desk.well()
        finally:
            assert service.stop()

    assert "install the app anew" in said
    assert page == 200


@pytest.mark.slow
def test_a_start_under_another_secret_key_says_so_until_the_former_one_is_there_too(tmp_path: Path) -> None:
    other = "k" * 32
    with World(tmp_path, seed=3, start=MORNING) as world:
        _, service = start(world)
        supplies.lay(service.bot)
        assert service.stop()

        desk, service = start(world, secret_key=other)
        said = desk.unwell("SECRET_KEY", "sealed with another key")
        assert service.stop()
        desk, service = start(world, secret_key=f"{other},{world.settings()['secret_key']}")
        try:
            desk.well()
        finally:
            assert service.stop()

    assert "SECRET_KEY=PRESENT,FORMER" in said
