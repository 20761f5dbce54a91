"""When a reply takes a case back, and when a person has to read it."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.outbox import JobStatus
from bot.domain.withdrawals import LONGEST, Irrevocable, Wish, list_irrevocable, read_wish
from tests.budget import examples

PLAIN = [
    "Please withdraw C-12.",
    "please cancel",
    "Please cancel the order.",
    "Cancel this order please",
    "Hello Anna,\n\nplease withdraw case C-12.\n\nKind regards\nDana Reyes",
    "Dear team,\n\nwe hereby withdraw our request.\n\nMany thanks",
    "Hi,\nI would like to withdraw this form (C-12).\nThanks in advance!",
    "We want to cancel the order C-12. Sorry for the trouble.",
    "Bitte stornieren Sie den Auftrag.",
    "Guten Tag,\n\nbitte stornieren Sie den Fall C-12.\n\nMit freundlichen Grüßen\nDana Reyes",
    "Bitte C-12 zurückziehen",
    "Bitte ziehen Sie den Antrag C-12 zurück.",
    "Hiermit ziehen wir unseren Auftrag zurück.",
    "Wir ziehen den Antrag hiermit zurück.",
    "Ich möchte die Bestellung stornieren. Vielen Dank!",
]
UNCLEAR = [
    "Hi please do not\ncancel the order",
    "Dear team, we would like you not to\nwithdraw the order",
    "Hello do not,\ncancel the order",
    "Bitte nicht,\nbitte stornieren Sie den Auftrag",
    "Please cancel. Kind regards, but keep Tom",
    "Please cancel the order\nof Südwind, not this one",
    "Sorry for not answering. Please cancel the delivery.",
    "Please do not cancel the order.",
    "Please don't withdraw C-12.",
    "Can we still cancel?",
    "How do I withdraw C-12?",
    "Please cancel C-13.",
    "Please cancel C-12 and C-13.",
    "Please cancel the seat of Tom.",
    "Please withdraw Tom Öztürk from the form.",
    "If the price is higher, please cancel the order.",
    "Please cancel the order unless it is approved already.",
    "Please cancel the order. We send a new form tomorrow.",
    "Our customer has cancelled the meeting.",
    "They will cancel, I think.",
    "Please cancel the order of last week",
    "Please cancel. Or rather not.",
    "Bitte nicht stornieren.",
    "Bitte stornieren Sie den Auftrag nicht.",
    "Bitte stornieren Sie einen Platz.",
    "Kann ich den Fall C-12 noch zurückziehen?",
    "Falls es zu spät ist, stornieren Sie bitte.",
    "Wir ziehen nächste Woche um und nehmen den Auftrag vielleicht zurück.",
    "Herr Öztürk hat storniert.",
    "please cancel " + "x" * LONGEST,
]
NONE = ["", "Here is the form.", "Thank you!", "Vielen Dank, alles gut.", "Our drawing is attached."]


@pytest.mark.parametrize("text", PLAIN)
def test_who_says_so_and_nothing_else_takes_it_back(text: str) -> None:
    assert read_wish(text, case_id=12, sender="Dana Reyes") is Wish.PLAIN


def test_a_subject_that_names_another_case_makes_it_unclear() -> None:
    assert read_wish("Please cancel.", case_id=12, subject="AW: Order C-13") is Wish.UNCLEAR
    assert read_wish("Please cancel.", case_id=12, subject="Re: We have the form (C-12)") is Wish.PLAIN


def test_only_the_senders_own_name_is_a_signature() -> None:
    text = "Please cancel.\n\nKind regards\nNot Tom"

    assert read_wish(text, case_id=12, sender="Dana Reyes") is Wish.UNCLEAR


@pytest.mark.parametrize("text", UNCLEAR)
def test_whatever_says_more_is_read_by_a_person(text: str) -> None:
    assert read_wish(text, case_id=12, sender="Dana Reyes") is Wish.UNCLEAR


@pytest.mark.parametrize("text", NONE)
def test_other_words_take_nothing_back(text: str) -> None:
    assert read_wish(text, case_id=12) is Wish.NONE


@settings(max_examples=examples(200), deadline=None)
@given(words=st.text(min_size=1, max_size=30), at=st.booleans())
def test_nothing_beside_the_sentence_passes_unread(words: str, at: bool) -> None:
    text = f"{words} please cancel the order" if at else f"please cancel the order {words}"
    if (
        read_wish(text, case_id=12) is Wish.PLAIN
    ):  # what was added is silence, a farewell or the case's own name
        extra = words.casefold().strip(" .,;!-–\n\t\r\u00a0")  # noqa: RUF001
        assert extra in {"", "please", "c-12", "c12", "completely", "altogether"} or not extra.isalnum()


@pytest.mark.parametrize("part", ["please cancel ", "hello ", "ziehen ", "c-1", ".\n", "thanks you "])
def test_hostile_words_cost_no_time(part: str) -> None:
    started = time.process_time()
    read_wish(part * 50_000, case_id=1)
    read_wish((part * 600)[:LONGEST], case_id=1)

    assert time.process_time() - started < 0.5


def test_what_went_out_is_told_apart_from_what_may_have() -> None:
    assert list_irrevocable([JobStatus.HELD, JobStatus.QUEUED, JobStatus.FAILED, JobStatus.DISCARDED]) == ()
    assert list_irrevocable([JobStatus.SENT]) == (Irrevocable.CONFIRMATION_SENT,)
    assert list_irrevocable([JobStatus.UNKNOWN, JobStatus.SENDING]) == (Irrevocable.MAY_HAVE_GONE,)
