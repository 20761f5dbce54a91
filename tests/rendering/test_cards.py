"""Cards as they were approved: what each says, and what may be pressed on it."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from bot.domain.approvals import Approval, Choice, Phase, RejectionReason
from bot.domain.cards import (
    AlarmNote,
    CaseCard,
    ChangeLine,
    CorrectionNote,
    Effect,
    HeldNote,
    Joined,
    KindNote,
    MailEnd,
    QuestionNote,
    SameFormNote,
    TroubleNote,
    WithdrawalNote,
    shown_words,
)
from bot.domain.cases import CaseStatus
from bot.domain.mail import Kind
from bot.domain.outbox import JobStatus
from bot.domain.provenance import Provenance
from bot.domain.trust import Verdict
from bot.domain.withdrawals import Irrevocable
from bot.rendering import cards, desk_notes, mail_notes, modals, samples, sender_notes
from bot.rendering.blocks import Card
from bot.rendering.words import words
from tests.golden import assert_json_approved
from tests.rendering.likeness import alike_card, unclear_card

ENGLISH = words("en", ZoneInfo("Europe/Berlin"))
AT = datetime(2024, 9, 12, 8, 31, 9, tzinfo=UTC)
UNPROVEN = "nothing vouches for sponsor.example.com: dmarc=none header.from=sponsor.example.com"


def effect(state: JobStatus, **more: Any) -> Effect:  # noqa: ANN401 - any field
    return Effect(template="order_confirmation", state=state, **more)


def held() -> CaseCard:
    card = decided(Phase.EXECUTING, effect(JobStatus.HELD))
    return replace(card, case=replace(card.case, heard=True), unreleased=True)


def decided(phase: Phase, *effects: Effect, choice: Choice = Choice.APPROVED) -> CaseCard:
    return CaseCard(case=samples.decided_case(choice=choice, phase=phase), effects=effects)


def received() -> CaseCard:
    case = replace(samples.complete_case(), verdict=Verdict.NONE, evidence=UNPROVEN)
    return CaseCard(case=replace(case, status=CaseStatus.RECEIVED, authorised=False))


def question(**changed: Any) -> QuestionNote:  # noqa: ANN401 - any field
    note = QuestionNote(
        ref="Q-3", sender_name="Jonas Feld", sender_address="jonas.feld@example.net", verified=True,
        subject="Code expired", text="Hello,\n\nmy code has expired. What now?\n\n> *best* Jonas",
        attachments=("screen.png",), received_at=AT, mail_id=12, content_hash="c0ffee",
    )  # fmt: skip
    return replace(note, **changed)


ASIDE = TroubleNote(what="mail_set_aside", subject="mail 12", detail="ValueError: <odd> header", id=12)
AWAY = AlarmNote(
    name="mailbox", sentence="mail.example.com <refused> the log-in: check IMAP_PASSWORD", since=AT
)
SILENT = AlarmNote(name="silence", sentence="", since=AT, expected_by=AT + timedelta(hours=3))
WITHDRAWALS = tuple(
    WithdrawalNote(ref="C-7", what=what, content_hash="c0ffee", **more)  # type: ignore[arg-type]
    for what, more in {
        "done": {},
        "asked": {},
        "unclear": {},
        "kept": {"other": "C-9"},
        "by_staff": {"by": "U0BLAKE", "standing": tuple(Irrevocable)},
        "stopped": {"by": "U0BLAKE", "standing": (Irrevocable.MADE,)},
    }.items()
)
CORRECTION = CorrectionNote(
    ref="C-7",
    content_hash="c0ffee",
    mail_id=43,
    changes=(
        ChangeLine(field="country", before="DE", after="AT"),
        ChangeLine(field="vat_id", before="", after="ATU13585627"),
        ChangeLine(field="role", before="user", after="application_administrator", who="Aylin Demir"),
        ChangeLine(field="", before="", after="Nora Vogt"),
        ChangeLine(field="", before="Tomasz Zieliński", after=""),
    ),
    more=3,
)
HELD = HeldNote(
    job_id=9, recipient="mira.wendel@sponsor.example.com", mail_subject="Order confirmed: Lindgren & Söhne",
    text="Hello Mira,\n\nthank you.", ref="C-7",
)  # fmt: skip


def case_card(card: CaseCard) -> Card:
    return cards.case_card(card, words=ENGLISH)


GOLDEN: dict[str, Callable[[], Card]] = {
    "case_received": lambda: case_card(received()),
    "case_in_review": lambda: case_card(CaseCard(case=samples.complete_case())),
    "case_waiting_for_sponsor": lambda: case_card(CaseCard(case=samples.incomplete_case())),
    "case_decided": lambda: case_card(decided(Phase.DECIDED, effect(JobStatus.QUEUED))),
    "case_executing": lambda: case_card(decided(Phase.EXECUTING, effect(JobStatus.SENDING))),
    "case_executing_held": lambda: case_card(held()),
    "case_done": lambda: case_card(decided(Phase.DONE, effect(JobStatus.SENT, at=AT))),
    "case_failed": lambda: case_card(
        decided(Phase.FAILED, effect(JobStatus.FAILED, id=7, error="550 no such user here"))
    ),
    "case_rejected": lambda: case_card(
        decided(
            Phase.DONE,
            Effect(template="rejection", state=JobStatus.SENT, at=AT),
            choice=Choice.REJECTED,
        )
    ),
    "case_alike": lambda: case_card(alike_card()),
    "case_unclear": lambda: case_card(unclear_card()),
    "case_addition": lambda: case_card(
        CaseCard(
            case=replace(samples.addition_case(), status=CaseStatus.IN_REVIEW, decision=None),
            joined=Joined(
                company="Lindgren & Soehne GmbH", status=CaseStatus.APPROVED, with_account=("Aylin Demir",)
            ),
        )
    ),
    "case_addition_closed": lambda: case_card(
        CaseCard(
            case=replace(samples.addition_case(), status=CaseStatus.IN_REVIEW, decision=None),
            joined=Joined(
                company="Lindgren & Soehne GmbH",
                status=CaseStatus.LIVE,
                closed=(("Aylin Demir", "A-7"),),
                shut=(("Tomasz Zielinski", "A-3"),),
                by_former=(("Greta Lindgren", "greta@lindgren.example"),),
            ),
        )
    ),
    "case_withdrawn": lambda: case_card(CaseCard(case=replace(samples.withdrawn_case(), decision=None))),
    **{
        f"withdrawal_{note.what}": partial(sender_notes.withdrawal_note, note, words=ENGLISH)
        for note in WITHDRAWALS
    },
    "correction": lambda: sender_notes.correction_note(CORRECTION, words=ENGLISH),
    "correction_kept": lambda: sender_notes.correction_note(replace(CORRECTION, other="C-9"), words=ENGLISH),
    "correction_reopened": lambda: sender_notes.correction_note(
        replace(CORRECTION, changes=(), by="U0BLAKE"), words=ENGLISH
    ),
    "same_form": lambda: sender_notes.same_form_note(SameFormNote(ref="C-7", again="C-9"), words=ENGLISH),
    "confirm_approve": lambda: cards.confirm_card(
        CaseCard(case=samples.complete_case()), "approve", words=ENGLISH
    ),
    "confirm_reject_noted": lambda: cards.confirm_card(
        CaseCard(case=samples.complete_case()), "reject", note="It came *twice* <!here>", words=ENGLISH
    ),
    "question": lambda: mail_notes.question_note(question(), words=ENGLISH),
    "question_silent": lambda: mail_notes.question_note(question(text=""), words=ENGLISH),
    "question_shortened": lambda: mail_notes.question_note(
        question(**shown_words("My code has expired. " * 130)), words=ENGLISH
    ),
    "question_form_sent": lambda: mail_notes.question_note(question(form_sent=True), words=ENGLISH),
    "question_whose_mail": lambda: mail_notes.question_note(question(whose=Provenance.UNSURE), words=ENGLISH),
    "question_unverified_reply": lambda: mail_notes.question_note(
        question(verified=False, evidence=UNPROVEN, follow_up=True, subject=""), words=ENGLISH
    ),
    "kind_ris": lambda: mail_notes.kind_note(KindNote(kind=Kind.RIS, ref="C-9", by="U0BLAKE"), words=ENGLISH),
    "kind_question": lambda: mail_notes.kind_note(
        KindNote(kind=Kind.QUESTION, ref="Q-4", by="cli:anna"), words=ENGLISH
    ),
    "question_too_large": lambda: mail_notes.question_note(
        question(text="", attachments=(), unread_bytes=41_000_000), words=ENGLISH
    ),
    "trouble_set_aside": lambda: desk_notes.trouble_note(ASIDE, words=ENGLISH),
    "alarm_mailbox": lambda: desk_notes.alarm_note(AWAY, words=ENGLISH),
    "alarm_mailbox_over": lambda: desk_notes.alarm_note(
        replace(AWAY, until=AT + timedelta(minutes=25)), words=ENGLISH
    ),
    "alarm_silence": lambda: desk_notes.alarm_note(SILENT, words=ENGLISH),
    "alarm_silence_over": lambda: desk_notes.alarm_note(
        replace(SILENT, expected_by=None, until=AT + timedelta(days=2)), words=ENGLISH
    ),
    "held": lambda: desk_notes.held_note(HELD, words=ENGLISH),
    "held_discarded": lambda: desk_notes.held_note(
        replace(HELD, ended=MailEnd.DISCARDED, by="U0BLAKE0002", at=AT), words=ENGLISH
    ),
}


def test_a_decided_card_names_both_who_approved_and_whose_right_it_was() -> None:
    made = samples.decided_case().decision
    assert made is not None
    given = (
        Approval(by="U0BLAKE0001", right_of="U0CASEY0001", at=AT),
        Approval(by=made.by, right_of=made.by, at=made.at),
    )
    said = json.dumps(case_card(replace(decided(Phase.DONE), given=given)).blocks)

    assert "<@U0BLAKE0001> approved this version in the place of <@U0CASEY0001>" in said
    assert said.count("approved this version") == 1


@pytest.mark.golden
@pytest.mark.parametrize("name", GOLDEN)
def test_a_card_looks_as_it_was_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", asdict(GOLDEN[name]()))


@pytest.mark.golden
def test_the_rejection_modal_looks_as_it_was_approved() -> None:
    view = modals.reject_modal(CaseCard(case=samples.complete_case()), words=ENGLISH)

    assert_json_approved("cards/reject_modal.json", view)


# --- what may be pressed ---


def buttons(card: Card) -> list[tuple[str, str]]:
    return [
        (element["action_id"], element["value"])
        for block in card.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (CaseStatus.RECEIVED, ["kind_ris", "kind_not_ris", "case_assign", "case_open"]),
        (
            CaseStatus.IN_REVIEW,
            [
                "case_approve",
                "case_reject",
                "case_ask",
                "case_reply",
                "kind_not_ris",
                "case_assign",
                "case_open",
            ],
        ),
        (
            CaseStatus.WAITING_FOR_SPONSOR,
            ["case_reject", "case_ask", "case_reply", "kind_not_ris", "case_assign", "case_open"],
        ),
        (CaseStatus.APPROVED, []),
        (CaseStatus.REJECTED, ["case_open"]),
        (CaseStatus.WITHDRAWN, ["case_open"]),
    ],
)
def test_each_state_offers_its_own_buttons(status: CaseStatus, expected: list[str]) -> None:
    card = case_card(CaseCard(case=replace(samples.complete_case(), status=status)))

    assert buttons(card) == [(action, "C-7") for action in expected]


def test_staff_say_whether_it_is_one_that_is_known_but_add_to_nothing_that_was_not_taken_in() -> None:
    shown = case_card(alike_card())
    pairs = [pair for pair in buttons(shown) if "same" in pair[0]]

    assert pairs == [
        ("case_same_as", "C-7 C-2"), ("case_not_same", "C-7 C-2"), ("case_not_same", "C-7 C-5"),
    ]  # fmt: skip
    asked = {
        element["action_id"]: element["confirm"]["text"]["text"]
        for block in shown.blocks
        for element in block.get("elements", [])
        if "confirm" in element
    }
    assert "the sponsor is asked for that by mail at once" in asked["case_not_same"]
    assert "case_same_as" not in asked
    for status in (CaseStatus.RECEIVED, CaseStatus.APPROVED):
        card = alike_card()
        other = case_card(replace(card, case=replace(card.case, status=status)))
        assert not [pair for pair in buttons(other) if "same" in pair[0]]


def test_an_addition_of_another_sponsor_says_that_the_mails_are_silent() -> None:
    case = samples.addition_case()
    assert case.addition is not None
    untold = replace(case, addition=replace(case.addition, told=False))
    card = case_card(CaseCard(case=untold, joined=Joined(company="x", status=CaseStatus.APPROVED)))

    assert "came from another sponsor" in json.dumps(card.blocks)


def test_the_buttons_carry_the_hash_of_what_was_shown() -> None:
    case = samples.complete_case()
    block = case_card(CaseCard(case=case)).blocks[-1]

    assert block["block_id"] == f"case:{case.content_hash}"


def test_whoever_may_not_decide_sees_no_buttons() -> None:
    assert buttons(case_card(CaseCard(case=samples.complete_case(), may_decide=False))) == []


@pytest.mark.parametrize("phase", Phase)
def test_a_decided_card_has_no_buttons_and_says_who_and_when(phase: Phase) -> None:
    card = case_card(decided(phase, effect(JobStatus.QUEUED)))

    assert buttons(card) == []
    assert "*Approved* by <@U0AVERY> · 12 Sept, 10:31" in json.dumps(card.blocks, ensure_ascii=False)


@pytest.mark.parametrize("phase", [Phase.DECIDED, Phase.EXECUTING, Phase.FAILED])
def test_a_card_never_says_done_before_it_is(phase: Phase) -> None:
    assert "*sponsor told*" not in json.dumps(case_card(decided(phase, effect(JobStatus.SENDING))).blocks)


def test_a_held_mail_is_said_to_wait() -> None:
    shown = json.dumps(case_card(decided(Phase.EXECUTING, effect(JobStatus.HELD))).blocks)

    assert "order confirmation: waits for release" in shown


def test_a_decision_from_the_command_line_names_the_machines_user() -> None:
    case = samples.decided_case()
    assert case.decision is not None
    case = replace(case, decision=replace(case.decision, by="cli:anna"))

    assert "*Approved* by anna on the command line" in json.dumps(case_card(CaseCard(case=case)).blocks)


@pytest.mark.parametrize(("action", "expected"), [("approve", "case_approve"), ("reject", "case_reject")])
def test_a_command_is_confirmed_with_its_own_button_only(
    action: Literal["approve", "reject"], expected: str
) -> None:
    card = cards.confirm_card(CaseCard(case=samples.complete_case()), action, words=ENGLISH)

    assert buttons(card) == [(expected, "C-7")]


def test_nothing_is_confirmed_that_cannot_be_done() -> None:
    waiting = CaseCard(case=samples.incomplete_case())

    assert buttons(cards.confirm_card(waiting, "approve", words=ENGLISH)) == []
    assert buttons(cards.confirm_card(decided(Phase.DONE), "reject", words=ENGLISH)) == []


def test_a_held_mail_can_be_released_alone_or_with_all_or_discarded() -> None:
    assert buttons(desk_notes.held_note(HELD, words=ENGLISH)) == [
        ("mail_release", "9"), ("mail_release_all", "9"), ("mail_discard", "9"),
    ]  # fmt: skip


def test_the_modal_carries_what_was_shown_and_offers_every_reason() -> None:
    case = samples.complete_case()
    view = modals.reject_modal(CaseCard(case=case), words=ENGLISH)
    options = view["blocks"][1]["element"]["options"]

    assert json.loads(view["private_metadata"]) == {"ref": "C-7", "content_hash": case.content_hash}
    assert [option["value"] for option in options] == [str(reason) for reason in RejectionReason]
    assert len(view["title"]["text"]) <= 24
