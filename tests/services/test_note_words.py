"""Every note that can be queued has its words."""

from bot.domain.note_names import NoteName
from bot.services.effects import AMONG_CARDS, LOOKED_UP
from bot.services.note_words import NOTES


def test_each_note_has_words_and_no_words_are_without_a_note() -> None:
    assert NOTES.keys() == set(NoteName)


def test_what_is_looked_up_or_stands_among_the_cards_is_a_note() -> None:
    assert set(NoteName) >= LOOKED_UP.keys() | AMONG_CARDS
