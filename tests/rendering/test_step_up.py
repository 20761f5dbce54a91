"""What Slack shows of the second factor: golden modals and notes, and no stranger's text that acts."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.approvals import Grave, SecondReason
from bot.domain.cards import Asked, CaseCard
from bot.domain.events import EventTag
from bot.domain.languages import LANGUAGES
from bot.domain.staff import Member
from bot.rendering import approving, samples, step_up
from bot.rendering.words import words
from bot.sandbox.slack.limits import check_view
from tests.golden import assert_json_approved
from tests.rendering.strangers import HOSTILE
from tests.rendering.test_cards import ENGLISH

BLAKE = Member(id="U0BLAKE", name="Blake")
NOTES = (
    EventTag.AUTHENTICATOR_CONFIRMED,
    EventTag.AUTHENTICATOR_RESET_ASKED,
    EventTag.AUTHENTICATOR_RESET,
    EventTag.CODES_LOCKED,
)


def a_card(*why: Grave, second: tuple[SecondReason, ...] = ()) -> CaseCard:
    return CaseCard(case=samples.complete_case(), why_code=why, why_second=second)


def note(tag: EventTag, lang: str = "en") -> str:
    values = {"tag": tag, "person": "U0BLAKE", "by": "U0AVERY", "until": "2026-03-02T09:45:00+00:00"}
    return step_up.step_up_note(values, words=words(lang)).text


def views() -> dict[str, Any]:
    large = a_card(Grave.LARGE, Grave.UNVERIFIED, second=(SecondReason.SEATS, SecondReason.UNVERIFIED))
    return {
        "code_modal": approving.approve_modal(Asked(card=large, code=True), words=ENGLISH),
        "reset_modal": step_up.reset_modal(BLAKE, words=ENGLISH),
    }


@pytest.mark.golden
@pytest.mark.parametrize("name", ["code_modal", "reset_modal"])
def test_a_modal_looks_as_it_was_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", views()[name])


@pytest.mark.parametrize("name", ["code_modal", "reset_modal"])
def test_slack_takes_each_modal(name: str) -> None:
    assert check_view(views()[name]) == []


@pytest.mark.parametrize(
    ("card", "why"),
    [
        (a_card(Grave.LARGE, second=(SecondReason.AMOUNT,)), "a large amount"),
        (a_card(Grave.LARGE, second=(SecondReason.SEATS, SecondReason.UNVERIFIED)), "many seats"),
        (a_card(Grave.REVIEW, second=(SecondReason.SEATS,)), "every approval asks for a code here"),
        (
            a_card(Grave.LARGE, Grave.UNVERIFIED, second=(SecondReason.SEATS, SecondReason.UNVERIFIED)),
            "many seats, nobody knows that the sender is a sponsor",
        ),
    ],
)
def test_the_modal_names_what_makes_it_grave_and_nothing_else(card: CaseCard, why: str) -> None:
    text = approving.approve_modal(Asked(card=card, code=True), words=ENGLISH)["blocks"][0]["text"]["text"]

    assert text.endswith(f": {why}")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_strangers_company_formats_and_pings_nothing(text: str) -> None:
    case = samples.complete_case()
    ris = replace(case.ris, company=replace(case.ris.company, name=text, seats=text))
    card = CaseCard(case=replace(case, ris=ris), why_code=(Grave.LARGE,), why_second=(SecondReason.SEATS,))
    view = approving.approve_modal(Asked(card=card, code=True), words=ENGLISH)

    assert check_view(view) == []
    shown = view["blocks"][0]["text"]["text"]
    assert "<" not in shown
    assert len(shown.splitlines()) == 3


def test_what_was_typed_is_read_with_what_it_was_about() -> None:
    view = views()["code_modal"]
    filled = view | {"state": {"values": {"code": {"code": {"value": "123 456"}}}}}
    empty = view | {"state": {"values": {"code": {"code": {"value": None}}}}}

    assert approving.read_approval(filled).code == "123 456"
    assert approving.read_approval(filled).about["ref"] == "C-7"
    assert approving.read_approval(empty).code == ""


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("tag", NOTES)
def test_the_desk_is_told_by_whom_and_whose(tag: EventTag, lang: str) -> None:
    said = note(tag, lang)

    assert "<@U0BLAKE>" in said
    assert ("<@U0AVERY>" in said) is tag.startswith("authenticator:reset")
    assert ("09:45" in said) is (tag is EventTag.CODES_LOCKED)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("grave", Grave)
def test_every_grave_act_has_a_name(grave: Grave, lang: str) -> None:
    assert words(lang).name(grave)


def test_the_reset_is_one_button_about_one_person() -> None:
    card = step_up.reset_card(BLAKE, words=ENGLISH)

    assert "<@U0BLAKE>" in card.text
    assert '"value": "U0BLAKE"' in json.dumps(card.blocks)
