"""What a note has room for: whole words, and how much is left out."""

from bot.domain.cards import WORDS_SHOWN, shown_words


def test_what_fits_is_shown_whole() -> None:
    words = "x" * WORDS_SHOWN

    assert shown_words(words) == {"text": words, "left_out": 0}


def test_a_note_ends_with_a_word_and_says_how_much_is_left_out() -> None:
    words = "telephone " * 300
    shown = shown_words(words.strip())

    assert shown["text"].endswith("telephone …")
    assert len(shown["text"]) <= WORDS_SHOWN + len(" …")
    assert len(shown["text"].removesuffix("…")) + shown["left_out"] == len(words.strip())


def test_a_word_that_never_ends_is_cut_somewhere() -> None:
    shown = shown_words("x" * (WORDS_SHOWN + 100))

    assert shown["text"].endswith("x …")
    assert shown["left_out"] == 100 + 80
