"""The home tab through Slack: what waits, decided in place; a stale button; a guest; away and back."""

from typing import Any

import pytest

from bot.sandbox.samples import DANA
from tests.stories.desk import Desk, as_text, until
from tests.stories.test_decisions import ref_of
from tests.stories.test_spine import an_organisation, company_of

pytestmark = pytest.mark.slow


def home(desk: Desk, member: str, *words: str, without: str = "") -> dict[str, Any]:
    """Somebody's home tab, once it holds those words (and not that one)."""

    def find() -> dict[str, Any] | None:
        view = desk.act(member).open_home().view
        if view is None or not all(word in as_text(view) for word in words):
            return None
        return None if without and without in as_text(view) else view

    return until(find)


def shown(desk: Desk, member: str, *words: str) -> dict[str, Any]:
    """The home tab as the last click has left it."""

    def find() -> dict[str, Any] | None:
        view = desk.world.workspace.modals.home(desk.act(member).member.id)
        return view if view and all(word in as_text(view) for word in words) else None

    return until(find)


def press(desk: Desk, member: str, view: dict[str, Any], action: str, ref: str) -> None:
    """Press that button of that case, as this view showed it: a newer one may be on its way."""
    block = next(
        block["block_id"]
        for block in view["blocks"]
        if any(one.get("action_id") == action and one["value"] == ref for one in buttons_of(block))
    )
    assert desk.act(member).click_view(view["id"], action, ref, block_id=block, on_screen=view).ok


def buttons_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    accessory = [block["accessory"]] if "accessory" in block else []
    return [*accessory, *(block.get("elements", []) if block["type"] == "actions" else [])]


def test_a_case_is_approved_at_home_and_a_colleagues_stale_button_is_answered(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    ref = ref_of(desk.card(company))
    mine, theirs = home(desk, "avery", company), home(desk, "casey", company)

    press(desk, "avery", mine, "case_approve", ref)
    shown(desk, "avery", f"You approved {ref}", "queue_next")
    press(desk, "casey", theirs, "case_approve", ref)

    shown(desk, "casey", f"{ref} was already approved by <@U0AVERY0001>")
    desk.mail_to(DANA[1], about=f"Order confirmed: {company}")


def test_a_rejection_at_home_asks_for_its_reason_and_is_answered_there(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    ref = ref_of(desk.card(company))
    press(desk, "avery", home(desk, "avery", company), "case_reject", ref)
    view = until(lambda: next(iter(desk.world.workspace.open_views("avery")), None))
    desk.act("avery").submit(view["id"], {"reason": "duplicate", "note": ""})

    shown(desk, "avery", f"You rejected {ref}", "queue_next")


def test_a_guest_and_a_stranger_find_no_case_at_home(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    desk.card(company)

    for member in ("dana", "eli"):
        assert company not in as_text(home(desk, member, "staff"))


def test_whoever_decides_from_the_queue_is_led_to_the_next_case(desk: Desk) -> None:
    first, second = an_organisation(desk), an_organisation(desk)
    for org in (first, second):
        desk.send_ris(org.company, org.users)
        desk.card(org.company.name)
    desk.act("casey").command("/usher", f"queue {first.company.name}", "support")
    desk.whisper("casey", "support", first.company.name, "case_open")
    desk.act("casey").command("/usher", "next", "support")
    asked = desk.whisper("casey", "support", "queue_next", "case_approve")
    desk.act("casey").click("support", asked["ts"], "case_approve")
    done = desk.whisper("casey", "support", "You approved", "queue_next")
    desk.act("casey").click("support", done["ts"], "queue_next")

    desk.whisper("casey", "support", "case_approve", "case_reject")


def test_a_colleague_is_assigned_by_a_mention_and_told_in_the_thread(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    card = desk.card(company)
    desk.settled()
    desk.act("avery").say("approvals", "@usher assign @blake", thread_ts=card["ts"])

    desk.message("approvals", "assigned it to <@U0BLAKE0001>", thread_ts=card["ts"])
    desk.card(company, "Assigned to <@U0BLAKE0001>")
    desk.act("casey").command("/usher", f"assign {ref_of(card)} @casey", "approvals")
    desk.card(company, "Assigned to <@U0CASEY0001>")


def test_a_deputy_decides_while_somebody_is_away_and_not_afterwards(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    card = desk.card(company)
    desk.act("avery").command("/usher", "away today until tomorrow @blake", "support")
    desk.whisper("avery", "support", "<@U0BLAKE0001> decides in your place")
    desk.message("support", "<@U0AVERY0001> is away", "<@U0BLAKE0001>")

    home(desk, "blake", company, "case_approve")
    desk.act("blake").click("approvals", card["ts"], "case_approve")
    desk.card(company, "*Approved* by <@U0BLAKE0001>")

    desk.act("avery").command("/usher", "away end", "support")
    desk.whisper("avery", "support", "Welcome back")
    home(desk, "blake", without="case_approve")
