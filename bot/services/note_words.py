"""Put each note for the desk's channels into words, from the values with which it was queued or looked up."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.domain.absences import Absence
from bot.domain.cards import (
    AlarmNote,
    CappedNote,
    ChangeLine,
    CorrectionNote,
    HeldNote,
    KindNote,
    QuestionNote,
    SameFormNote,
    TroubleNote,
    WithdrawalNote,
)
from bot.domain.case_steps import StepName, StepState
from bot.domain.cases import CaseStatus
from bot.domain.events import Head
from bot.domain.mail import Kind
from bot.domain.provenance import Provenance
from bot.domain.sheets import SheetRefusal
from bot.domain.withdrawals import Standing
from bot.rendering import (
    absences,
    account_notes,
    answer_cards,
    cards,
    clipping_cards,
    conversations,
    dead_ends,
    desk_notes,
    email_changes,
    erasures,
    faq_cards,
    faq_learning,
    history,
    invitations,
    letter_cards,
    lifecycle,
    phone_resets,
    sender_notes,
    step_up,
    stock,
    trail,
)
from bot.rendering import notices as notice_cards
from bot.rendering import provisioning as provisioning_cards
from bot.rendering.blocks import Card
from bot.rendering.words import Words, words


def _question(values: dict[str, Any], say: Words) -> Card:
    card = values.get("card")
    note = {
        **{name: value for name, value in values.items() if name != "card"},
        "attachments": tuple(values["attachments"]),
        "received_at": datetime.fromisoformat(values["received_at"]),
        "refused": SheetRefusal(values["refused"]) if values["refused"] else None,
        "whose": Provenance(values["whose"]) if values.get("whose") else None,
    }
    shown = QuestionNote(**note)
    if card is None:
        return cards.question_note(shown, words=say)
    return conversations.conversation_card(card, shown, words=say)


def _alarm(values: dict[str, Any], say: Words) -> Card:
    moments = {name: values[name] for name in ("since", "until", "expected_by") if values[name]}
    read = {name: datetime.fromisoformat(moment) for name, moment in moments.items()}
    return desk_notes.alarm_note(AlarmNote(**{**values, **read}), words=say)


def _withdrawal(values: dict[str, Any], say: Words) -> Card:
    standing = tuple(Standing(one) for one in values["standing"])
    return sender_notes.withdrawal_note(WithdrawalNote(**{**values, "standing": standing}), words=say)


def _correction(values: dict[str, Any], say: Words) -> Card:
    changes = tuple(ChangeLine(**change) for change in values["changes"])
    return sender_notes.correction_note(CorrectionNote(**{**values, "changes": changes}), words=say)


def _step(values: dict[str, Any], say: Words) -> Card:
    at = datetime.fromisoformat(values["at"])
    return history.step_note(values["tag"], values["actor"], at, values["data"], words=say)


def _turn(values: dict[str, Any], say: Words) -> Card:
    at = (StepName(values["step"]), StepState(values["step_state"])) if "step" in values else None
    return history.turn_note(values["ref"], CaseStatus(values["status"]), at, words=say)


def _away(values: dict[str, Any], say: Words) -> Card:
    since, until = (datetime.fromisoformat(values[name]) for name in ("since", "until"))
    absence = Absence(person=values["person"], deputy=values["deputy"], since=since, until=until)
    return absences.away_note(values["tag"], absence, words=say)


#: how each note is put into words
NOTES: dict[str, Callable[[dict[str, Any], Words], Card]] = {
    "question_note": _question,
    "conversation_told_note": lambda values, say: conversations.told_note(values["note"], words=say),
    "overdue_questions_note": lambda values, say: conversations.overdue_note(
        values["asked"], now=values["now"], words=say
    ),
    "conversation_direct": lambda values, say: conversations.direct_message(
        values, words=words(values["lang"], say.zone)
    ),
    "faq_direct": lambda values, say: faq_cards.told_card(
        values["told"], values["portal_url"], words=words(values["told"].lang, say.zone)
    ),
    "faq_week_note": lambda values, say: faq_learning.week_note(values["note"], words=say),
    "trouble_note": lambda values, say: desk_notes.trouble_note(TroubleNote(**values), words=say),
    "alarm_note": _alarm,
    "kind_note": lambda values, say: cards.kind_note(
        KindNote(**{**values, "kind": Kind(values["kind"])}), words=say
    ),
    "withdrawal_note": _withdrawal,
    "correction_note": _correction,
    "same_form_note": lambda values, say: sender_notes.same_form_note(SameFormNote(**values), words=say),
    "capped_note": lambda values, say: sender_notes.capped_note(CappedNote(**values), words=say),
    "answers_note": lambda values, say: answer_cards.answers_note(values["note"], words=say),
    "waiting_note": lambda values, say: notice_cards.waiting_note(values["note"], words=say),
    "standing_note": lambda values, say: notice_cards.standing_note(values["note"], words=say),
    "mail_note": lambda values, say: letter_cards.mail_note(values["mail"], words=say),
    "clipping_note": lambda values, say: clipping_cards.clipping_note(
        values["ref"], values["clipping"], words=say
    ),
    "step_note": _step,
    "audit_head_note": lambda values, say: trail.head_note(Head(**values), words=say),
    "turn_note": _turn,
    "outside_note": lambda values, say: provisioning_cards.outside_note(values, words=say),
    "away_note": _away,
    "step_up_note": lambda values, say: step_up.step_up_note(values, words=say),
    "held_note": lambda values, say: desk_notes.held_note(HeldNote(**values), words=say),
    "partner_request_note": lambda values, say: invitations.request_note(values["asked"], words=say),
    "partners_note": lambda values, say: invitations.partners_note(values, words=say),
    "import_note": lambda values, say: stock.import_note(values, words=say),
    "keys_sent_note": lambda values, say: history.keys_sent_note(values, words=say),
    "corrected_note": lambda values, say: stock.corrected_note(values, words=say),
    "paid_in_note": lambda values, say: stock.paid_in_note(values, words=say),
    "keys_low_note": lambda values, say: stock.keys_low_note(values, words=say),
    "money_low_note": lambda values, say: stock.money_low_note(values, words=say),
    "email_change_note": lambda values, say: email_changes.change_note(values["card"], words=say),
    "email_change_told": lambda values, say: email_changes.told_note(values["card"], words=say),
    "erasure_note": lambda values, say: erasures.erasure_note(values["card"], words=say),
    "erased_note": lambda values, say: erasures.erased_note(values["ref"], words=say),
    "dead_ends_note": lambda values, say: dead_ends.dead_ends_note(values["note"], words=say),
    "life_gate_note": lambda values, say: lifecycle.gate_note(values["card"], words=say),
    "life_hold_note": lambda values, say: lifecycle.held_note(values["card"], words=say),
    "certificate_note": lambda values, say: account_notes.certificate_note(values["note"], words=say),
    "certificate_told_note": lambda values, say: account_notes.certificate_told_note(
        values["note"], added=values["added"], by=values["by"], words=say
    ),
    "reset_wish_note": lambda values, say: account_notes.reset_wish_note(values["note"], words=say),
    "phone_reset_note": lambda values, say: phone_resets.reset_note(values["card"], words=say),
}
