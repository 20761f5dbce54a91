"""Which of the swept functions give no whole message, and which take no words of strangers."""

PARTS = frozenset(
    {
        "account_lives.extend_button", "account_lives.life_block", "approving.close_first",
        "approving.read_first", "queue.row",
        "row_files.field", "step_up.code_field", "step_up.code_modal",
    }
)  # fmt: skip
#: whose values no stranger chooses
OURS = frozenset(
    {
        "absences.away_card", "absences.away_note", "help.help_card", "home.plain_view", "queue.done_card",
        "case_steps.skip_modal", "case_steps.stop_modal", "license_key_cards.keys_card",
        "email_changes.told_note", "phone_resets.waits_note",
        "report.report_card", "report.sent_card", "sender_notes.same_form_note",
        "sender_notes.withdrawal_note", "step_up.reset_card", "step_up.reset_modal",
        "history.keys_sent_note", "stock.keys_low_note", "trail.head_note",
        "voucher_modals.file_modal", "voucher_modals.said_modal", "invitations.invite_modal",
        "invitations.said_modal", "whole_mails.said_modal", "faq_suggestions.refused_modal",
        "faq_cards.sorry_card", "faq_cards.thanks_card",
        "faq_cards.welcome_card", "faq_cards.ask_card",
        "faq_learning.teach_modal",
    }
)  # fmt: skip
