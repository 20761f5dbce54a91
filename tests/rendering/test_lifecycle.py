"""The cards of the clock: what waits for a click and for whom, and whose end was moved and why."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.domain.languages import LANGUAGES
from bot.domain.lifecycle import Held, Stage
from bot.domain.lifecycle_gates import Gate, GateCard, HeldCard, HeldEnd, Waiting
from bot.rendering import lifecycle, lifecycle_samples, samples
from bot.rendering.words import words

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ACCOUNT = lifecycle_samples.partner(samples.decided_case(), at=AT)


def gate(*, settled: bool = False) -> GateCard:
    """After twelve days of down-time."""
    shut = Gate(id=3, asked_at=AT)
    first = [
        Waiting(account=ACCOUNT, stage=stage, ends_on=date(2026, 4, 1), held=stage is Stage.REMINDER)
        for stage in Stage
    ]
    return GateCard(
        gate=replace(shut, settled_at=AT, settled_by="U0AVERY", released=431) if settled else shut,
        most=200,
        counts={Stage.VALIDATION: 214, Stage.REMINDER: 190, Stage.EXPIRED: 27},
        held=12,
        first=tuple(first),
        since=date(2026, 2, 18),
        behind=12,
    )


def held() -> HeldCard:
    ends = [HeldEnd(account=ACCOUNT, why=why, ends_on=date(2026, 4, 1)) for why in Held]
    return HeldCard(ends=tuple(ends), more=9)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_click_is_asked_for_with_counts_and_names_and_gone_once_it_is_done(lang: str) -> None:
    asked, done = (lifecycle.gate_note(gate(settled=one), words=words(lang)) for one in (False, True))
    said = json.dumps(asked.blocks, ensure_ascii=False)

    assert all(part in said for part in ("214", "190", "27", ACCOUNT.name, "200", '"value": "3:431"'))
    assert "431" in asked.text
    assert {"en": "was due 12 days ago, on 18", "de": "war vor 12 Tagen fällig, am 18."}[lang] in said
    assert "button" not in json.dumps(done.blocks)
    assert "431" in done.text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_moved_end_has_its_reason(lang: str) -> None:
    card = lifecycle.held_note(held(), words=words(lang))

    assert "12" in card.text
    assert len(set(card.blocks[0]["text"]["text"].splitlines()[1:4])) == 3
