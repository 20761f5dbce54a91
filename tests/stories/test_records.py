"""Staff look things up: by history, by words, and a week at a time."""

import json
import re

import pytest

from bot.domain.events import EventTag
from bot.services import audit
from tests.stories.desk import Desk, Message, as_text, until
from tests.stories.test_decisions import ref_of
from tests.stories.test_spine import company_of

pytestmark = pytest.mark.slow


def mails_in(message: Message) -> list[str]:
    return re.findall(r"[\w.]+@[\w.]+", as_text(message))


def test_the_history_tells_each_step_to_staff_alone(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    card = desk.card(company)
    ref = ref_of(card)
    desk.act("blake").click("approvals", card["ts"], "case_approve")
    desk.whisper("blake", "approvals", "<@U0AVERY0001>")
    desk.act("avery").click("approvals", card["ts"], "case_approve")
    desk.card(company, "*sponsor told*")

    desk.act("blake").command("/usher", f"case {ref} history", "support")
    told = as_text(desk.whisper("blake", "support", f"{ref} · history"))
    steps = ["The form came", "was refused", "approved version 1", "now: executing", "now: done"]
    assert [told.index(step) for step in steps] == sorted(told.index(step) for step in steps)

    desk.act("eli").command("/usher", f"case {ref} history", "general")
    assert "approved version" not in as_text(desk.whisper("eli", "general", "staff"))


def test_a_case_is_found_by_a_persons_address_and_that_is_noted(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    ref = ref_of(desk.card(company))
    desk.act("casey").command("/usher", f"case {ref}", "support")
    address = next(
        found for found in mails_in(desk.whisper("casey", "support", company)) if "sponsor" not in found
    )

    desk.act("blake").command("/usher", f"find {address}", "support")
    shown = as_text(desk.whisper("blake", "support", address, company))

    assert f"*{ref}*" in shown
    with desk.bot.connect() as db:
        viewed = [(one.actor, one.subject) for one in audit.export(db) if one.tag == EventTag.CASE_VIEWED]
    assert ("U0BLAKE0001", f"case:{ref[2:]}") in viewed
    assert not [m for m in desk.world.workspace.messages("support") if address in as_text(m)]


def test_more_than_a_page_is_turned_in_place(desk: Desk) -> None:
    for _ in range(9):
        desk.send(desk.world.samples.complete_ris())
    until(lambda: len({ref for card in desk.cards("C-") for ref in re.findall(r"C-\d+", card["text"])}) >= 9)
    desk.act("avery").command("/usher", "find sponsor", "general")
    first = desk.whisper("avery", "general", "find_more")
    desk.act("avery").click("general", first["ts"], "find_more")

    desk.whisper("avery", "general", "find_back", "Page 2 of")


def test_whatever_is_typed_is_answered(desk: Desk) -> None:
    for typed in ('"', "NEAR(a b)", "* OR *", "<!channel>", "x" * 2900):
        desk.act("avery").command("/usher", f"find {typed}", "general")
        told = as_text(desk.whisper("avery", "general", "purchase order"))
        assert "<!channel>" not in told
    desk.act("dana").command("/usher", "find a", "general")
    desk.whisper("dana", "general", "staff")


def test_the_report_and_its_picture_come_directly(desk: Desk) -> None:
    desk.act("avery").command("/usher", "report this", "support")
    desk.whisper("avery", "support", "direct messages")

    words, picture = until(lambda: desk.world.workspace.messages("dm", member="avery")[-2:])
    assert "Who decided" in as_text(words)
    assert picture["files"][0]["mimetype"] == "image/png"
    desk.act("avery").command("/usher", "report 2026-W99", "support")
    desk.whisper("avery", "support", "2026-W99", "no week")
    assert "Who decided" not in json.dumps(desk.world.workspace.messages("support"))
