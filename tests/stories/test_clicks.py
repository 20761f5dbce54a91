"""SIGKILL right after the ack of a click, or right after what it decides: decided once, never lost."""

from pathlib import Path

import pytest

from bot.sandbox.slack.courier import Envelope
from bot.sandbox.world import World
from tests.stories.desk import as_text, parsed, until
from tests.stories.kills import SENDERS, Service, mortal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

STUCK = 600.0  #: seconds that Slack takes to answer: longer than this life lasts
#: what a listener asks of Slack before it decides, and tells it afterwards
ACKED, DECIDED = "users.info", "response_url"


def clicked_and_killed(world: World, service: Service, slow: str) -> Envelope:
    """Avery's *Approve* is acked, and the service dies while it waits for what Slack says to `slow`."""
    sample = world.samples.complete_ris(sender=SENDERS[0])
    world.mail.submit(sample.raw, sample.sender, sample.recipient, authentic=sample.authentic)
    workspace = world.workspace

    def cards() -> list[dict[str, object]]:
        return [m for m in workspace.messages("approvals") if "case_approve" in as_text(m)]

    card = until(cards)[0]
    # more than once: the service may ask the same of Slack for reasons of its own
    workspace.faults.slow(slow, seconds=STUCK, times=9)
    assert workspace.act("avery").click("approvals", str(card["ts"]), "case_approve").ok
    if slow == DECIDED:
        until(lambda: confirmations(world))
    service.kill()
    workspace.faults.clear()
    return next(one for one in reversed(workspace.courier.log) if one.kind == "interactive")


def confirmations(world: World) -> set[str]:
    """By their Message-ID: one whose outcome died with the service goes again under the same."""
    mails = (parsed(mail.raw) for mail in world.mail.mails(SENDERS[0][1]))
    return {str(mail["Message-ID"]) for mail in mails if str(mail["Subject"]).startswith("Order confirmed")}


@pytest.mark.parametrize(("slow", "replays"), [(ACKED, 1), (DECIDED, 0)])
def test_a_click_decides_once_whenever_the_service_is_killed(tmp_path: Path, slow: str, replays: int) -> None:
    with World(tmp_path, seed=3) as world, mortal(world, tmp_path) as service:
        clicked = clicked_and_killed(world, service, slow)
        for _ in range(2):
            service.start()
            world.workspace.wait_until_connected()
            world.workspace.courier.redeliver(clicked)
            until(lambda: confirmations(world))
            until(lambda: service.said().count("payload repeated") == service.lives - 1)
            assert service.end() == 0

        told = [as_text(one) for one in world.workspace.ephemerals("avery", "approvals")]
        assert len(confirmations(world)) == 1
        assert service.said().count("payload replayed") == replays
        assert sum("You approved" in one for one in told) in (1, replays)  # a kill may come before it is said
        assert not any("already" in one for one in told)
