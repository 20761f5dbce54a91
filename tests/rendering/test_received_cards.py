"""Cards of forms whose senders nobody verified: what taking one in is, and closing it as none."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.approvals import Grave, SecondReason
from bot.domain.cards import CaseCard
from bot.domain.cases import CaseStatus
from bot.domain.trust import Verdict
from bot.rendering import samples
from tests.rendering.test_cards import case_card, received


@pytest.mark.parametrize(
    ("verdict", "style", "said"),
    [
        (Verdict.PASSED, "primary", "not* among the sponsors"),
        (Verdict.NONE, "primary", "not* a verified sponsor"),
        (Verdict.FAILED, "", "not* a verified sponsor"),
    ],
)
def test_a_forged_mail_is_no_green_button(verdict: Verdict, style: str, said: str) -> None:
    card = received()
    shown = case_card(replace(card, case=replace(card.case, verdict=verdict)))

    assert shown.blocks[-1]["elements"][0].get("style", "") == style
    assert said in json.dumps(shown.blocks)


@pytest.mark.parametrize(
    ("more", "first"),
    [
        ({"why_second": (SecondReason.UNVERIFIED,)}, True),
        ({"why_second": (SecondReason.UNVERIFIED,), "why_code": (Grave.UNVERIFIED,)}, False),
        ({}, False),
    ],
)
def test_who_takes_a_form_in_reads_whether_that_is_an_approval(more: dict[str, Any], first: bool) -> None:
    shown = case_card(replace(received(), **more))

    assert ("counts as your approval" in json.dumps(shown.blocks)) is first


def test_what_was_taken_in_is_closed_as_no_ris_only_after_a_second_thought() -> None:
    asked = {
        status: "confirm" in button
        for status in (CaseStatus.RECEIVED, CaseStatus.IN_REVIEW, CaseStatus.WAITING_FOR_SPONSOR)
        for block in case_card(CaseCard(case=replace(samples.complete_case(), status=status))).blocks
        for button in block.get("elements", [])
        if button.get("action_id") == "kind_not_ris"
    }

    assert [status for status, is_asked in asked.items() if not is_asked] == [CaseStatus.RECEIVED]
