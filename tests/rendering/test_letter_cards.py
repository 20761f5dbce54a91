"""Letters and added messages within Slack's limits, whatever stands in them; and pinging nobody."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.cards import CaseCard, CaseView
from bot.domain.cases import CaseStatus, CaseVersion
from bot.domain.clippings import LONGEST_CLIPPING, Clipping, Message
from bot.domain.letters import LONGEST_LETTER, MOST_QUESTIONS, Draft, Letter, OpenQuestion, ShownMail
from bot.domain.outbox import JobStatus
from bot.domain.queue import QueueEntry
from bot.rendering import clipping_cards, letter_cards, samples
from bot.rendering.cards import case_card
from bot.rendering.case_view import case_view
from bot.rendering.words import words
from bot.sandbox.slack.limits import check_blocks, check_view
from tests.golden import assert_json_approved
from tests.rendering.strangers import HOSTILE

AT = datetime(2024, 9, 12, 9, 15, tzinfo=UTC)
WORST = (
    *HOSTILE,
    "<!channel> <@U0AVERY0001> <https://evil.example|click> *bold* :wave:",
    "&" * LONGEST_LETTER,
    "🙂" * 1_500,
    "שלום" * 700,
    "a\n" * 1_400,
    "<!here>\n" * 375,
)
DRAFT = Draft(letter=Letter.QUESTION, ref="C-7", seen="a" * 64, key="k" * 16, seal="b" * 64)
every_worst = pytest.mark.parametrize("text", WORST)
EN = words("en")


def shown(text: str, *, cc: Sequence[str] = ()) -> ShownMail:
    return ShownMail(
        template="desk_question", to="dana@sponsor.example", cc=tuple(cc), subject=text[:180], text=text
    )


def pings_nobody(blocks: Sequence[dict[str, Any]]) -> bool:
    said = json.dumps(blocks, ensure_ascii=False)
    return not any(mark in said for mark in ("<!", "<@U0AVERY0001>", "<https://evil"))


@pytest.mark.slow
@pytest.mark.parametrize("letter", list(Letter))
@every_worst
def test_the_modal_takes_any_words_and_shows_any_mail_whole(text: str, letter: Letter) -> None:
    draft = replace(DRAFT, letter=letter, text=text)
    copies = [f"colleague-{number}@sponsor.example" for number in range(40)]
    empty = letter_cards.letter_modal(draft, samples.complete_case(), words=EN)
    full = letter_cards.letter_modal(draft, samples.complete_case(), shown=shown(text, cc=copies), words=EN)

    assert check_view(empty) == check_view(full) == []
    said = "".join(
        block["text"]["text"] for block in full["blocks"] if block.get("text", {}).get("type") == "plain_text"
    )
    assert "…" not in said
    assert pings_nobody([block for block in full["blocks"] if block["type"] != "input"])


@every_worst
def test_what_the_modal_holds_is_read_back(text: str) -> None:
    view = letter_cards.letter_modal(DRAFT, samples.complete_case(), words=EN)
    entered = {"words": {"words": {"value": text}}}

    assert letter_cards.read_letter({**view, "state": {"values": entered}}) == replace(DRAFT, text=text)


def test_a_typed_question_that_is_cut_says_so() -> None:
    cut = EN.say("letter.cut")
    cards = [
        letter_cards.typed_card(replace(DRAFT, text=text), samples.complete_case(), words=EN)
        for text in ("Which VAT id? ", "x" * 2_500)
    ]

    assert [cut in json.dumps(card.blocks) for card in cards] == [False, True]


@pytest.mark.slow
@every_worst
def test_a_typed_question_goes_into_its_button(text: str) -> None:
    card = letter_cards.typed_card(replace(DRAFT, text=text), samples.complete_case(), words=EN)
    value = card.blocks[-1]["elements"][0]["value"]

    assert check_blocks(card.blocks) == []
    ref, kept = letter_cards.read_typed(value)
    assert ref == "C-7"
    assert text.rstrip().startswith(kept)
    assert pings_nobody(card.blocks[:-1])


@every_worst
def test_a_mail_that_went_and_an_added_message_keep_within_the_limits(text: str) -> None:
    cards = [
        letter_cards.mail_note(shown(text), words=EN),
        clipping_cards.clipping_note("C-7", clipping(text), words=EN),
    ]

    for card in cards:
        assert check_blocks(card.blocks) == []
        assert pings_nobody(card.blocks)


def clipping(text: str, link: str = "https://desk.slack.example/p1") -> Clipping:
    message = Message(
        channel="C0SUPPORT", ts="1.2", author="U0CASEY0001", text=text[:LONGEST_CLIPPING], link=link
    )
    return Clipping(id=1, message=message, word=text[:500], added_by="U0BLAKE0001", added_at=AT)


@pytest.mark.parametrize(
    "link", ["", "javascript:alert(1)", "https://x.example|click>", "https://x.example/ <!channel>"]
)
def test_what_is_no_address_is_no_link(link: str) -> None:
    card = clipping_cards.clipping_note("C-7", clipping("words", link), words=EN)

    assert "open it" not in json.dumps(card.blocks)


@every_worst
def test_the_choice_of_a_hundred_cases_and_any_message(text: str) -> None:
    cases = [
        QueueEntry(ref=f"C-{number}", company=text, status=CaseStatus.IN_REVIEW, since=AT, users=1)
        for number in range(1, 101)
    ]
    view = clipping_cards.add_modal(5, clipping(text).message, cases, words=EN)

    assert check_view(view) == []
    assert pings_nobody([block for block in view["blocks"] if block["type"] != "input"])


def test_a_case_that_is_typed_goes_before_the_menu() -> None:
    view = clipping_cards.add_modal(5, clipping("x").message, [], words=EN)
    picked = {"case": {"case": {"selected_option": {"value": "C-1"}}}}
    other, word = {"other": {"other": {"value": " C-9 "}}}, {"word": {"word": {"value": None}}}
    blank = {"other": {"other": {"value": None}}}

    assert clipping_cards.read_choice({**view, "state": {"values": picked | other | word}}).ref == "C-9"
    assert clipping_cards.read_choice({**view, "state": {"values": picked | blank | word}}).ref == "C-1"
    assert clipping_cards.read_choice({**view, "state": {"values": blank | word}}).ref == ""


@every_worst
def test_the_card_and_the_case_hold_as_many_questions_and_messages_as_there_are(text: str) -> None:
    questions = tuple(
        OpenQuestion(number=number, text=text, asked_by="U0BLAKE0001", asked_at=AT, mail=JobStatus.HELD)
        for number in range(1, 3 * MOST_QUESTIONS)
    )
    case = replace(samples.complete_case(), status=CaseStatus.WAITING_FOR_SPONSOR)
    card = case_card(CaseCard(case=case, questions=questions), words=EN)
    version = CaseVersion(number=1, content_hash="h", ris=case.ris, made_by="mail:1", made_at=AT)
    view = case_view(CaseView(case=case, shown=version, clippings=(clipping(text),) * 60), words=EN)

    assert check_blocks(card.blocks) == []
    assert check_view(view) == []
    assert pings_nobody(card.blocks)
    assert pings_nobody(view["blocks"])


@pytest.mark.golden
def test_they_look_as_they_were_approved() -> None:
    case = samples.complete_case()
    asked = tuple(
        OpenQuestion(number=number, text=text, asked_by="U0BLAKE0001", asked_at=AT, mail=state)
        for (number, text), state in zip(
            enumerate(samples.QUESTIONS["en"], 1), (JobStatus.SENT, JobStatus.HELD), strict=True
        )
    )
    waiting = replace(case, status=CaseStatus.WAITING_FOR_SPONSOR)
    draft = replace(DRAFT, text="\n".join(samples.QUESTIONS["en"]))
    mail = replace(shown("Hello Mira,\n\n1. Is it right?\n"), subject="Questions about Lindgren (C-7)")
    assert_json_approved(
        "cards/case_asked.json", case_card(CaseCard(case=waiting, questions=asked), words=EN).blocks
    )
    assert_json_approved("cards/letter_modal.json", letter_cards.letter_modal(draft, case, words=EN))
    assert_json_approved(
        "cards/letter_modal_shown.json", letter_cards.letter_modal(draft, case, shown=mail, words=EN)
    )
    assert_json_approved("cards/letter_typed.json", letter_cards.typed_card(draft, case, words=EN).blocks)
    assert_json_approved("cards/mail_note.json", letter_cards.mail_note(mail, words=EN).blocks)
    note = clipping_cards.clipping_note("C-7", clipping("They called: it is right."), words=EN)
    assert_json_approved("cards/clipping_note.json", note.blocks)
