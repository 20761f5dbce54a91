"""The note of forms that wait, and what is asked before they are left aside."""

import json
from dataclasses import asdict, replace

import pytest

from bot.domain.cards import CappedNote, Pile, PileEnd
from bot.domain.languages import LANGUAGES
from bot.rendering.sender_notes import capped_note, leave_modal, read_pile
from bot.rendering.words import words
from tests.golden import assert_json_approved

ENGLISH = words("en")
CAPPED = CappedNote(sender="mira.wendel@sponsor.example.com", verified=True, limit=30, hours=1, mail_id=71)
NOTES = {
    "capped": CAPPED,
    "capped_left": replace(CAPPED, ended=PileEnd.LEFT, by="U0BLAKE0001", count=72, last=142),
    "capped_taken": replace(CAPPED, ended=PileEnd.TAKEN, by="U0BLAKE0001", count=70, same=2),
}
PILE = Pile(sender=CAPPED.sender, mail_id=71, count=72, last=142)


@pytest.mark.golden
@pytest.mark.parametrize("name", NOTES)
def test_a_piles_note_looks_as_it_was_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", asdict(capped_note(NOTES[name], words=ENGLISH)))


@pytest.mark.golden
def test_the_question_looks_as_it_was_approved() -> None:
    assert_json_approved("cards/capped_leave_modal.json", leave_modal(PILE, words=ENGLISH))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_question_names_how_many_are_left(lang: str) -> None:
    view = leave_modal(PILE, words=words(lang))

    assert "72" in view["submit"]["text"]
    assert "72" in json.dumps(view["blocks"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_taken_in_has_no_button(lang: str) -> None:
    card = capped_note(NOTES["capped_taken"], words=words(lang))

    assert "button" not in json.dumps(card.blocks)


def test_the_button_of_an_earlier_version_is_understood() -> None:
    assert (read_pile("71"), read_pile("71 142")) == ((71, 0), (71, 142))
