"""Grave approvals from the mail with the link to the decision: two people, two phones, codes in modals."""

from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox.samples import DANA
from bot.services import audit
from bot.store import authenticators
from tests.stories.desk import Desk, Message, as_text, until
from tests.stories.phones import Phone, set_up
from tests.stories.test_decisions import ref_of
from tests.stories.test_spine import an_organisation

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def phones(desk: Desk) -> dict[str, Phone]:
    return {member: set_up(desk, member) for member in ("avery", "casey")}


def a_large_order(desk: Desk) -> tuple[str, Message]:
    """A company of 150 seats, and its card."""
    org = an_organisation(desk)
    desk.send_ris(replace(org.company, seats=150), org.users)
    return org.company.name, desk.card(org.company.name, "case_approve")


def asked(desk: Desk, member: str, callback: str = "case_approve") -> dict[str, Any]:
    """The modal that asks them for a code."""

    def find() -> dict[str, Any] | None:
        views = desk.world.workspace.open_views(member)
        return next((view for view in views if view["callback_id"] == callback), None)

    return until(find)


def test_a_large_order_is_approved_by_two_people_with_their_codes(
    desk: Desk, phones: dict[str, Phone]
) -> None:
    company, card = a_large_order(desk)
    for member in ("avery", "casey"):
        desk.act(member).click("approvals", card["ts"], "case_approve")
        view = asked(desk, member)
        assert "*150*" in as_text(view)
        outcome = desk.act(member).submit(view["id"], {"code": phones[member].next_code()})
        assert outcome.ok, outcome

    desk.card(company, "*sponsor told*")
    desk.mail_to(DANA[1], about=f"Order confirmed: {company}")


def test_a_wrong_code_keeps_the_modal_open_and_the_case_undecided(
    desk: Desk, phones: dict[str, Phone]
) -> None:
    company, card = a_large_order(desk)
    desk.act("avery").click("approvals", card["ts"], "case_approve")
    view = asked(desk, "avery")

    outcome = desk.act("avery").submit(view["id"], {"code": phones["avery"].wrong_code()})

    assert "Tries left: 4" in outcome.errors["code"]
    assert asked(desk, "avery")["id"] == view["id"]
    assert "case_approve" in as_text(desk.card(company))
    assert desk.act("avery").submit(view["id"], {"code": phones["avery"].next_code()}).ok
    assert not desk.world.workspace.open_views("avery")
    desk.whisper("avery", "approvals", "counts", "queue_next")


def test_the_command_asks_for_the_code_too(desk: Desk, phones: dict[str, Phone]) -> None:
    company, card = a_large_order(desk)
    desk.act("casey").command("/usher", f"approve {ref_of(card)}", "support")
    shown = desk.whisper("casey", "support", company, "case_approve")
    desk.act("casey").click("support", shown["ts"], "case_approve")
    view = asked(desk, "casey")

    assert desk.act("casey").submit(view["id"], {"code": phones["casey"].next_code()}).ok
    desk.card(company, "✓ <@U0CASEY0001>")


def test_neither_secret_nor_qr_code_was_ever_in_slack(desk: Desk, phones: dict[str, Phone]) -> None:
    said = as_text(
        {
            "messages": [desk.world.workspace.messages(channel) for channel in ("approvals", "support")],
            "whispers": [desk.world.workspace.ephemerals(who, "support") for who in phones],
        }
    )

    for phone in phones.values():
        assert phone.secret not in said
    assert "otpauth" not in said
    assert "/enroll/" not in said


def test_a_lost_phone_is_reset_by_two_others_and_its_owner_hears_of_it(
    desk: Desk, phones: dict[str, Phone]
) -> None:
    set_up(desk, "blake")
    for member in ("avery", "casey"):
        desk.act(member).command("/usher", "enroll reset @blake", "support")
        shown = desk.whisper(member, "support", "<@U0BLAKE0001>", "authenticator_reset")
        desk.act(member).click("support", shown["ts"], "authenticator_reset")
        view = asked(desk, member, "authenticator_reset")
        assert desk.act(member).submit(view["id"], {"code": phones[member].next_code()}).ok

    desk.message("support", "<@U0CASEY0001> agreed as the second", "<@U0BLAKE0001>")
    desk.mail_to("blake@desk.example", about="Your authenticator does not count any more")
    with desk.bot.connect() as db:
        assert "U0BLAKE0001" not in authenticators.list_confirmed(db)
        assert audit.verify(db).broken_at is None
    assert set_up(desk, "blake").secret
