"""The notes for the desk's channels: each has its words, and some are looked up when they are carried out."""

from enum import StrEnum


class NoteName(StrEnum):
    """What a note is about; a job keeps the value."""

    QUESTION = "question_note"  # a question, or the card of a conversation
    CONVERSATION_TOLD = "conversation_told_note"
    OVERDUE_QUESTIONS = "overdue_questions_note"
    CONVERSATION_DIRECT = "conversation_direct"
    FAQ_DIRECT = "faq_direct"
    FAQ_WEEK = "faq_week_note"
    TROUBLE = "trouble_note"
    ALARM = "alarm_note"
    KIND = "kind_note"
    WITHDRAWAL = "withdrawal_note"
    CORRECTION = "correction_note"
    SAME_FORM = "same_form_note"
    CAPPED = "capped_note"
    ANSWERS = "answers_note"
    WAITING = "waiting_note"
    STANDING = "standing_note"
    MAIL = "mail_note"
    CLIPPING = "clipping_note"
    STEP = "step_note"
    AUDIT_HEAD = "audit_head_note"
    TURN = "turn_note"
    OUTSIDE = "outside_note"
    AWAY = "away_note"
    STEP_UP = "step_up_note"
    HELD = "held_note"
    PARTNER_REQUEST = "partner_request_note"  # the card with the two buttons
    PARTNERS = "partners_note"
    IMPORT = "import_note"
    KEYS_SENT = "keys_sent_note"
    CORRECTED = "corrected_note"
    PAID_IN = "paid_in_note"
    KEYS_LOW = "keys_low_note"
    MONEY_LOW = "money_low_note"
    EMAIL_CHANGE = "email_change_note"  # the card with its buttons
    EMAIL_CHANGE_TOLD = "email_change_told"  # below its card, to who asked, once it is over
    ERASURE = "erasure_note"  # the card with its buttons, in the channel of the cards
    ERASED = "erased_note"  # in the place of one that named them
    DEAD_ENDS = "dead_ends_note"
    LIFE_GATE = "life_gate_note"
    LIFE_HOLD = "life_hold_note"
    CERTIFICATE = "certificate_note"  # its credential is a certificate that nobody has registered
    CERTIFICATE_TOLD = "certificate_told_note"  # one was registered for it, or taken away
    RESET_WISH = "reset_wish_note"  # nobody else can send a new password
    PHONE_RESET = "phone_reset_note"
    PHONE_RESET_WAITS = "phone_reset_waits_note"  # below its card
