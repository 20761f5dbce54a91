"""Notices as they were approved; they ping whom they call and nobody else."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.languages import LANGUAGES
from bot.domain.notices import NoticeKind, Standing, StandingNote, StandingRequest, WaitingNote
from bot.rendering import notices
from bot.rendering.blocks import Card
from bot.rendering.words import words
from tests.golden import assert_json_approved
from tests.rendering import test_phone_resets

AT = datetime(2024, 9, 12, 8, 31, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
HOSTILE = "<!channel> <@U1> *x* https://evil.example \u202e"

REMINDER = WaitingNote(
    kind=NoticeKind.REMINDER,
    ref="C-7",
    status=CaseStatus.IN_REVIEW,
    since=AT,
    after=8,
    people=("U0AVERY", "U0CASEY"),
    names=("Avery", "Casey"),
)
STANDING = StandingNote(
    shown=(
        Standing(
            ref="C-7",
            company="Lindgren & Söhne GmbH",
            holder=BallHolder.DESK,
            status=CaseStatus.IN_REVIEW,
            since=AT,
            assigned_to="Avery",
        ),
        Standing(
            ref="C-8",
            company="",
            holder=BallHolder.SPONSOR,
            status=CaseStatus.WAITING_FOR_SPONSOR,
            since=AT,
        ),
    ),
    more=3,
)
LOST = StandingRequest(card=test_phone_resets.card(), since=AT)
NOTES = {
    "reminder": REMINDER,
    "reminder_late": replace(REMINDER, quiet=True),
    "reminder_nobody": replace(REMINDER, people=(), names=()),
    "escalation": replace(REMINDER, kind=NoticeKind.ESCALATION, after=16),
    "reminder_unasked": replace(REMINDER, status=CaseStatus.WAITING_FOR_SPONSOR),
    "escalation_added": replace(REMINDER, kind=NoticeKind.ESCALATION, after=16, added=True),
    "standstill": replace(
        REMINDER, kind=NoticeKind.STANDSTILL, after=10, status=CaseStatus.WAITING_FOR_SPONSOR
    ),
    "standstill_unassigned": replace(REMINDER, kind=NoticeKind.STANDSTILL, after=10, people=(), names=()),
}


def seen(card: Card) -> object:
    return {"text": card.text, "blocks": card.blocks}


@pytest.mark.golden
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NOTES)
def test_a_notice_reads_as_it_was_approved(name: str, lang: str) -> None:
    card = notices.waiting_note(NOTES[name], words=words(lang, ZONE))

    assert_json_approved(f"cards/notice_{name}.{lang}.json", seen(card))


@pytest.mark.golden
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_weekly_list_reads_as_it_was_approved(lang: str) -> None:
    card = notices.standing_note(STANDING, words=words(lang, ZONE))

    assert_json_approved(f"cards/notice_standing.{lang}.json", seen(card))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_weekly_list_names_lost_phones_beside_cases_and_alone(lang: str) -> None:
    say = words(lang, ZONE)
    beside = notices.standing_note(replace(STANDING, lost=(LOST,)), words=say)
    alone = notices.standing_note(StandingNote(shown=(), lost=(LOST,)), words=say)

    assert beside.text == say.say("notice.standing", count=5)
    assert alone.text == say.say("phone_reset.list", count=1)
    for card in (beside, alone):
        said = json.dumps(card.blocks, ensure_ascii=False)
        assert f"*R-7* · {LOST.card.account.name}, Lindgren Söhne AG" in said
        assert say.moment(AT) in said
        assert said.count(say.say("phone_reset.list", count=1)) == 1
        assert "<@" not in said


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("holder", BallHolder)
def test_the_weekly_list_has_a_heading_for_whoever_holds_a_case(holder: BallHolder, lang: str) -> None:
    one = replace(STANDING.shown[0], holder=holder, status=CaseStatus.REJECTED)
    card = notices.standing_note(StandingNote(shown=(*STANDING.shown, one)), words=words(lang, ZONE))

    said = json.dumps(card.blocks)
    assert said.count("*C-7*") == 2
    assert "notice." not in said


def test_a_call_of_two_hundred_people_stays_within_slacks_limits() -> None:
    many = tuple(f"U{number:09}" for number in range(200))
    card = notices.waiting_note(replace(REMINDER, people=many, names=many), words=words("en", ZONE))

    assert card.text.count("<@") == notices.MOST_CALLED
    assert "and 188 more" in card.text


@pytest.mark.parametrize("text", [HOSTILE, "😀" * 300, "شركة" * 90, "&" * 500])
def test_a_list_of_hostile_names_pings_nobody_and_fits(text: str) -> None:
    one = replace(STANDING.shown[0], company=text, assigned_to=text)
    card = notices.standing_note(StandingNote(shown=(one,) * 20, more=9), words=words("en", ZONE))

    said = json.dumps(card.blocks, ensure_ascii=False)
    assert "<!" not in said
    assert "<@" not in said
    assert all(len(block["text"]["text"]) <= 3000 for block in card.blocks if "text" in block)
