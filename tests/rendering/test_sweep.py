"""Every card and view under strangers' text: within Slack's limits, shown as text, pinging nobody."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest

from bot import rendering
from bot.domain.approvals import Approval, Choice, Phase, SecondReason
from bot.domain.cards import (
    CaseCard,
    CaseView,
    CorrectionNote,
    Effect,
    KindNote,
    SameFormNote,
    WithdrawalNote,
)
from bot.domain.cases import CaseStatus, CaseVersion
from bot.domain.events import EventTag
from bot.domain.mail import Kind
from bot.domain.outbox import JobStatus
from bot.domain.ris import HeadingRead, Problem, ProblemKind
from bot.rendering import answer_cards, blocks, cards, case_view, history, modals, samples, sender_notes
from bot.rendering.blocks import Block, Card
from tests import slack_rules
from tests.rendering import test_answer_cards as answers
from tests.rendering import test_cards as shown
from tests.rendering.poison import MARK, TEXTS, poisoned

Shown = Card | Block
ENGLISH = shown.ENGLISH
FACTS = ("version", "status", "reason", "who", "number", "code", "right_of", "note")
AT = datetime(2024, 9, 12, 8, 31, 9, tzinfo=UTC)


def a_full_case() -> CaseCard:
    """A card on which everything stands that may stand on one before its decision."""
    kinds = tuple(
        Problem(kind=kind, field="email", user=0, found="x", suggestion="x") for kind in ProblemKind
    )
    headings = (HeadingRead(field="email", label="x", sheet="x", cell="x", sure=False),)
    card = samples.alike_card()
    ris = replace(card.case.ris, problems=kinds, headings=headings, source="x", passed_over=("x",))
    before = replace(ris, users=(), company=replace(ris.company, name="x", city="x"), problems=())
    version = CaseVersion(number=1, content_hash="c0ffee", ris=before, made_by="mail:41", made_at=AT)
    return replace(
        card,
        case=replace(card.case, ris=ris, version=2, assigned_to="U0BLAKE"),
        before=version,
        given=(Approval(by="U0AVERY", right_of="U0CASEY", at=AT),),
        why_second=tuple(SecondReason),
        grave=True,
        deciders=("x",),
        open_answers=2,
        returned=(Effect(template="receipt", state=JobStatus.SENT, at=AT, error="x"),),
    )


def a_decided_case() -> CaseCard:
    case = samples.decided_case(choice=Choice.REJECTED, phase=Phase.FAILED)
    effects = tuple(Effect(template="rejection", state=state, at=AT, error="x") for state in JobStatus)
    full = a_full_case()
    case = replace(case, ris=full.case.ris, voided=samples.withdrawn_case().voided)
    return replace(full, case=case, effects=effects, likenesses=())


def a_view(card: CaseCard) -> CaseView:
    case = card.case
    version = CaseVersion(number=2, content_hash="c0ffee", ris=case.ris, made_by="answers:3", made_at=AT)
    versions = tuple((number, AT) for number in range(150, 0, -1))
    return CaseView(case=case, shown=version, before=card.before, versions=versions)


def correction(note: CorrectionNote, text: str) -> Card:
    return sender_notes.correction_note(poisoned(note, text), words=ENGLISH)


#: each public function that shows something, with the values that make it show most
SWEPT: Mapping[str, Callable[[str], list[Shown]]] = {
    "answer_cards.answers_note": lambda text: [
        answer_cards.answers_note(poisoned(note, text), words=ENGLISH)
        for note in (answers.a_note(answers.ANSWERED), answers.about_a_heading())
    ],
    "cards.alarm_note": lambda text: [
        cards.alarm_note(poisoned(note, text), words=ENGLISH)
        for note in (shown.AWAY, shown.SILENT, replace(shown.AWAY, until=AT))
    ],
    "cards.case_card": lambda text: [
        cards.case_card(poisoned(card, text), words=ENGLISH) for card in (a_full_case(), a_decided_case())
    ],
    "cards.confirm_card": lambda text: [
        cards.confirm_card(poisoned(a_full_case(), text), "approve", words=ENGLISH)
    ],
    "cards.held_note": lambda text: [cards.held_note(poisoned(shown.HELD, text), words=ENGLISH)],
    "cards.help_card": lambda text: [
        cards.help_card(replace(shown.AVERY, name=text, email=text), words=ENGLISH)
    ],
    "cards.kind_note": lambda text: [
        cards.kind_note(KindNote(kind=Kind.RIS, ref="C-9", by=MARK + text), words=ENGLISH)
    ],
    "cards.question_note": lambda text: [
        cards.question_note(poisoned(shown.question(follow_up=once), text), words=ENGLISH)
        for once in (True, False)
    ],
    "cards.queue_card": lambda text: [
        cards.queue_card([poisoned(shown.entry(one), text) for one in range(200)], words=ENGLISH)
    ],
    "cards.trouble_note": lambda text: [
        cards.trouble_note(poisoned(note, text), words=ENGLISH) for note in (shown.ASIDE, shown.FAILED)
    ],
    "case_view.case_view": lambda text: [
        case_view.case_view(poisoned(a_view(a_full_case()), text), words=ENGLISH)
    ],
    "history.step_note": lambda text: [
        history.step_note(tag, MARK + text, AT, dict.fromkeys(FACTS, text), words=ENGLISH)
        for tag in EventTag
        if history.has_line(tag, ENGLISH)
    ],
    "history.turn_note": lambda text: [history.turn_note(MARK + text, CaseStatus.IN_REVIEW, words=ENGLISH)],
    "modals.reject_modal": lambda text: [
        modals.reject_modal(poisoned(a_full_case(), text, many=1), words=ENGLISH)
    ],
    "sender_notes.capped_note": lambda text: [
        sender_notes.capped_note(poisoned(shown.CAPPED, text), words=ENGLISH)
    ],
    "sender_notes.correction_note": lambda text: [
        correction(shown.CORRECTION, text),
        correction(replace(shown.CORRECTION, other="C-9"), text),
    ],
    "sender_notes.same_form_note": lambda _: [
        sender_notes.same_form_note(SameFormNote(ref="C-7", again="C-9"), words=ENGLISH)
    ],
    "sender_notes.withdrawal_note": lambda text: [
        sender_notes.withdrawal_note(withdrawal(note, text), words=ENGLISH) for note in shown.WITHDRAWALS
    ],
}
#: whose values no stranger chooses
OURS = frozenset({"cards.help_card", "sender_notes.same_form_note", "sender_notes.withdrawal_note"})


def withdrawal(note: WithdrawalNote, text: str) -> WithdrawalNote:
    return replace(note, by=MARK + text) if note.by else note


def showing() -> Iterator[str]:
    """Every public function of the rendering rooms that gives a card or a view."""
    for found in pkgutil.iter_modules(rendering.__path__):
        module = importlib.import_module(f"bot.rendering.{found.name}")
        gives = [vars(module)[name] for name in ("Card", "Block") if name in vars(module)]
        for name, made in vars(module).items():
            own = inspect.isfunction(made) and made.__module__ == module.__name__ != blocks.__name__
            if own and name[0] != "_" and get_type_hints(made).get("return") in gives:
                yield f"{found.name}.{name}"


def as_sent(one: Shown) -> dict[str, Any]:
    return asdict(one) if isinstance(one, Card) else one


def test_no_card_and_no_view_is_left_out() -> None:
    """A new one gets its line in SWEPT."""
    assert set(showing()) == set(SWEPT)


@pytest.mark.parametrize("name", SWEPT)
@pytest.mark.parametrize("kind", TEXTS)
def test_whatever_strangers_write_stays_text_within_slacks_limits(name: str, kind: str) -> None:
    sent = [as_sent(one) for one in SWEPT[name](TEXTS[kind])]
    said = json.dumps(sent, ensure_ascii=False)

    assert [fault for one in sent for fault in slack_rules.shown_faults(one)] == []
    assert not any(ping in said for ping in ("<!", "<@U1", "<@W1", "<#", "<http", "<mailto", "\ud800"))
    assert (MARK in said) or name in OURS


def test_a_card_that_is_too_long_for_one_message_is_cut_in_no_entity_and_no_mention() -> None:
    words = "<@U0AVERY0001> &amp; " * 140
    card = Card(text="x", blocks=[blocks.section(words) for _ in range(6)])

    assert slack_rules.shown_faults(asdict(card)) == []
    assert [one["text"]["text"][-1] for one in card.blocks] == ["…"] * 6
