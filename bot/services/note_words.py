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
    MailEnd,
    PileEnd,
    QuestionNote,
    SameFormNote,
    TroubleNote,
    WithdrawalNote,
)
from bot.domain.case_steps import StepName, StepState
from bot.domain.cases import CaseStatus
from bot.domain.events import Head, Restore
from bot.domain.mail import Kind
from bot.domain.note_names import NoteName
from bot.domain.provenance import Provenance
from bot.domain.sheets import SheetRefusal
from bot.domain.withdrawals import Irrevocable
from bot.rendering import (
    absences,
    account_notes,
    answer_cards,
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
    mail_notes,
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


def _audit_head(values: dict[str, Any], say: Words) -> Card:
    # A note that an older version has queued names no restores.
    told = [Restore(**one | {"at": datetime.fromisoformat(one["at"])}) for one in values.get("restores", ())]
    return trail.head_note(Head(values["seq"], values["hash"]), told, words=say)


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
        return mail_notes.question_note(shown, words=say)
    return conversations.conversation_card(card, shown, words=say)


def _alarm(values: dict[str, Any], say: Words) -> Card:
    moments = {name: values[name] for name in ("since", "until", "expected_by") if values[name]}
    read = {name: datetime.fromisoformat(moment) for name, moment in moments.items()}
    return desk_notes.alarm_note(AlarmNote(**{**values, **read}), words=say)


def _ended(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a note about a mail of ours, with how that ended."""
    if not values.get("ended"):
        return values
    return {**values, "ended": MailEnd(values["ended"]), "at": datetime.fromisoformat(values["at"])}


def _withdrawal(values: dict[str, Any], say: Words) -> Card:
    standing = tuple(Irrevocable(one) for one in values["standing"])
    return sender_notes.withdrawal_note(WithdrawalNote(**{**values, "standing": standing}), words=say)


def _correction(values: dict[str, Any], say: Words) -> Card:
    changes = tuple(ChangeLine(**change) for change in values["changes"])
    return sender_notes.correction_note(CorrectionNote(**{**values, "changes": changes}), words=say)


def _capped(values: dict[str, Any], say: Words) -> Card:
    ended = PileEnd(values["ended"]) if values.get("ended") else None
    return sender_notes.capped_note(CappedNote(**{**values, "ended": ended}), words=say)


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
    NoteName.QUESTION: _question,
    NoteName.CONVERSATION_TOLD: lambda values, say: conversations.told_note(values["note"], words=say),
    NoteName.OVERDUE_QUESTIONS: lambda values, say: conversations.overdue_note(
        values["asked"], away=values["away"], now=values["now"], words=say
    ),
    NoteName.CONVERSATION_DIRECT: lambda values, say: conversations.direct_message(
        values, words=words(values["lang"], say.zone)
    ),
    NoteName.FAQ_DIRECT: lambda values, say: faq_cards.told_card(
        values["told"], values["portal_url"], words=words(values["told"].lang, say.zone)
    ),
    NoteName.FAQ_WEEK: lambda values, say: faq_learning.week_note(values["note"], words=say),
    NoteName.TROUBLE: lambda values, say: desk_notes.trouble_note(TroubleNote(**_ended(values)), words=say),
    NoteName.ALARM: _alarm,
    NoteName.KIND: lambda values, say: mail_notes.kind_note(
        KindNote(**{**values, "kind": Kind(values["kind"])}), words=say
    ),
    NoteName.WITHDRAWAL: _withdrawal,
    NoteName.CORRECTION: _correction,
    NoteName.SAME_FORM: lambda values, say: sender_notes.same_form_note(SameFormNote(**values), words=say),
    NoteName.CAPPED: _capped,
    NoteName.ANSWERS: lambda values, say: answer_cards.answers_note(values["note"], words=say),
    NoteName.WAITING: lambda values, say: notice_cards.waiting_note(values["note"], words=say),
    NoteName.STANDING: lambda values, say: notice_cards.standing_note(values["note"], words=say),
    NoteName.MAIL: lambda values, say: letter_cards.mail_note(values["mail"], words=say),
    NoteName.CLIPPING: lambda values, say: clipping_cards.clipping_note(
        values["ref"], values["clipping"], words=say
    ),
    NoteName.STEP: _step,
    NoteName.AUDIT_HEAD: _audit_head,
    NoteName.TURN: _turn,
    NoteName.OUTSIDE: lambda values, say: provisioning_cards.outside_note(values, words=say),
    NoteName.AWAY: _away,
    NoteName.STEP_UP: lambda values, say: step_up.step_up_note(values, words=say),
    NoteName.HELD: lambda values, say: desk_notes.held_note(HeldNote(**_ended(values)), words=say),
    NoteName.PARTNER_REQUEST: lambda values, say: invitations.request_note(values["asked"], words=say),
    NoteName.PARTNERS: lambda values, say: invitations.partners_note(values, words=say),
    NoteName.IMPORT: lambda values, say: stock.import_note(values, words=say),
    NoteName.KEYS_SENT: lambda values, say: history.keys_sent_note(values, words=say),
    NoteName.CORRECTED: lambda values, say: stock.corrected_note(values, words=say),
    NoteName.PAID_IN: lambda values, say: stock.paid_in_note(values, words=say),
    NoteName.KEYS_LOW: lambda values, say: stock.keys_low_note(values, words=say),
    NoteName.MONEY_LOW: lambda values, say: stock.money_low_note(values, words=say),
    NoteName.EMAIL_CHANGE: lambda values, say: email_changes.change_note(values["card"], words=say),
    NoteName.EMAIL_CHANGE_TOLD: lambda values, say: email_changes.told_note(values["card"], words=say),
    NoteName.ERASURE: lambda values, say: erasures.erasure_note(values["card"], words=say),
    NoteName.ERASED: lambda values, say: erasures.erased_note(values["ref"], words=say),
    NoteName.DEAD_ENDS: lambda values, say: dead_ends.dead_ends_note(values["note"], words=say),
    NoteName.LIFE_GATE: lambda values, say: lifecycle.gate_note(values["card"], words=say),
    NoteName.LIFE_HOLD: lambda values, say: lifecycle.held_note(values["card"], words=say),
    NoteName.CERTIFICATE: lambda values, say: account_notes.certificate_note(values["note"], words=say),
    NoteName.CERTIFICATE_TOLD: lambda values, say: account_notes.certificate_told_note(
        values["note"], added=values["added"], by=values["by"], words=say
    ),
    NoteName.RESET_WISH: lambda values, say: account_notes.reset_wish_note(values["note"], words=say),
    NoteName.PHONE_RESET: lambda values, say: phone_resets.reset_note(values["card"], words=say),
    NoteName.PHONE_RESET_WAITS: lambda values, say: phone_resets.waits_note(values["note"], words=say),
}
