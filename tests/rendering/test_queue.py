"""The queue as it was approved: lines, pages, and the next case."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.approvals import Approval, Phase
from bot.domain.cards import CaseCard
from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.languages import LANGUAGES
from bot.domain.queue import QueueEntry, Wanted, read_wanted
from bot.rendering import samples
from bot.rendering.blocks import Card
from bot.rendering.queue import PAGE, done_card, next_card, queue_card, read_page, standing
from bot.rendering.words import words
from tests.golden import assert_json_approved
from tests.rendering import test_phone_resets as resets
from tests.rendering.test_cards import AT, ENGLISH, buttons
from tests.rendering.test_conversation_cards import conversation_rows

NOW = AT + timedelta(days=2, hours=3)
FIRST_YES = Approval(by="U0AVERY", right_of="U0AVERY", at=AT)


def entry(number: int, **changed: Any) -> QueueEntry:  # noqa: ANN401 - any field
    line = QueueEntry(
        ref=f"C-{number}",
        company="Lindgren & Söhne",
        status=CaseStatus.IN_REVIEW,
        since=AT,
        users=number,
        content_hash=f"{number:064x}",
    )
    return replace(line, **changed)


def shown(many: int, text: str = "") -> Card:
    return queue_card(
        [entry(number) for number in range(1, many + 1)], read_wanted(text), words=ENGLISH, now=NOW
    )


GOLDEN: dict[str, Callable[[], Card]] = {
    "queue": lambda: queue_card(
        [
            entry(1),
            entry(2, status=CaseStatus.APPROVED, phase=Phase.EXECUTING),
            entry(3, assigned_to="U0BLAKE", escalated=True),
            entry(4, status=CaseStatus.WAITING_FOR_SPONSOR),
            entry(5, given=(FIRST_YES,)),
        ],
        Wanted(),
        words=ENGLISH,
        now=NOW,
    ),
    "queue_questions": lambda: queue_card(
        [entry(1)], Wanted(), asked=conversation_rows(), words=ENGLISH, now=NOW
    ),
    "queue_lost": lambda: queue_card(
        [entry(1)],
        Wanted(),
        asked=conversation_rows(),
        lost=[resets.card(), resets.partner_card()],
        words=ENGLISH,
        now=NOW,
    ),
    "queue_next_lost": lambda: next_card(resets.partner_card(), words=ENGLISH),
    "queue_empty": lambda: shown(0),
    "queue_nothing_fits": lambda: shown(0, "mine assinged"),
    "queue_page_2": lambda: shown(PAGE * 2 + 1, "desk lindgren page 2"),
    "queue_next": lambda: next_card(CaseCard(case=samples.complete_case()), words=ENGLISH),
    "queue_done": lambda: next_card(None, words=ENGLISH),
    "queue_decided": lambda: done_card("You approved C-7.", words=ENGLISH),
}


@pytest.mark.golden
@pytest.mark.parametrize("name", GOLDEN)
def test_the_queue_looks_as_it_was_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", asdict(GOLDEN[name]()))


@pytest.mark.parametrize("page", [0, 1, 3, 99])
def test_a_long_queue_is_paged_and_a_page_beyond_is_the_last(page: int) -> None:
    text = json.dumps(shown(PAGE * 3, f"page {page}").blocks, ensure_ascii=False)

    assert f"Page {min(max(page, 1), 3)} of 3 · {PAGE * 3} cases" in text
    assert (f"*C-{PAGE * 3}*" in text) == (page > 1)


def test_the_buttons_that_turn_pages_carry_what_was_asked_for() -> None:
    turns = [
        read_page(value) for action, value in buttons(shown(PAGE * 3, "mine old acme 2")) if "page" in action
    ]

    assert turns == [("mine old acme", 1), ("mine old acme", 3)]


def test_a_first_page_has_no_way_back_and_a_last_one_none_on() -> None:
    assert "queue_page_back" not in dict(buttons(shown(PAGE + 1)))
    assert "queue_page" not in dict(buttons(shown(PAGE + 1, "2")))
    assert [action for action, _ in buttons(shown(PAGE))] == ["queue_next"]


def test_each_line_opens_its_case_and_its_block_carries_the_hash() -> None:
    line = shown(1).blocks[1]

    assert line["accessory"]["action_id"] == "case_open"
    assert line["accessory"]["value"] == "C-1"
    assert line["block_id"].endswith(f":{1:064x}")


def test_since_is_told_in_the_desks_zone() -> None:
    late = entry(1, since=datetime(2024, 12, 31, 23, 31, tzinfo=UTC))
    text = json.dumps(queue_card([late], Wanted(), words=ENGLISH, now=late.since).blocks)

    assert "since 1 Jan, 00:31" in text


def test_the_next_case_can_be_skipped() -> None:
    card = next_card(CaseCard(case=samples.complete_case()), words=ENGLISH)

    assert ("queue_next", "C-7") in buttons(card)
    assert ("case_approve", "C-7") in buttons(card)
    assert ("case_reject", "C-7") in buttons(card)


@pytest.mark.parametrize(("phase", "said"), [(Phase.DONE, False), (Phase.FAILED, True)])
def test_a_case_beyond_its_order_is_not_called_done(phase: Phase, said: bool) -> None:
    line = standing(entry(2, status=CaseStatus.REGISTRATION_REVIEW, phase=phase), ENGLISH, NOW)

    assert line.endswith(ENGLISH.name(phase)) is said


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("status", CaseStatus)
def test_a_case_in_any_state_has_its_line(status: CaseStatus, lang: str) -> None:
    line = entry(1, status=status, unread=2)

    assert standing(line, words(lang), NOW)
    assert queue_card([line], Wanted(), words=words(lang), now=NOW).blocks


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whoever_holds_the_ball_has_words_wherever_that_is_said(lang: str) -> None:
    said = words(lang)
    told = ("queue.held", "card.state", "home.held", "report.holder")

    assert [f"{key}.{one}" for key in told for one in BallHolder if f"{key}.{one}" not in said] == []
