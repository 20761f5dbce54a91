"""What every table holds of people: how long it is kept, how it is exported, and how erasing treats it.

A test goes over the schema: a table or column that is not named here fails it.
"""

from collections.abc import Mapping
from typing import Final

from bot.domain.retention import DataClass as Keep
from bot.store.table_treatment import Erases, Treatment

#: every table of the schema but SQLite's own, and the shadows of the search index
TABLES: Final[Mapping[str, Treatment]] = {
    # mails
    "mailboxes": Treatment(
        keeps=Keep.STATE, erases=Erases.NOTHING, plain="name uidvalidity last_uid started_at looked_to"
    ),
    "mails": Treatment(
        keeps=Keep.MAILS,
        erases=Erases.WALK,
        texts="sender form_of error reason",
        plain="id mailbox uidvalidity uid message_id content_hash size whole received_at recorded_at status "
        "attempts kind subject_ref flagged moved_at form_hash released verified",
        told="mails",
    ),
    "mail_sources": Treatment(
        keeps=Keep.MAILS, erases=Erases.RAW, texts="raw", plain="mail_id sealed", told="mails"
    ),
    "conversations": Treatment(
        keeps=Keep.QUESTIONS,
        erases=Erases.CASE,
        told="questions",
        texts="address name subject words",
        values="thread",
        plain="id lang mail_id created_at channel slack_user verified marks state since due_at owner "
        "owned_since closed_by heard",
    ),
    "conversation_tried": Treatment(
        keeps=Keep.QUESTIONS, erases=Erases.NOTHING, plain="conversation_id topic how at"
    ),
    "faq_opinions": Treatment(
        keeps=Keep.STATE, erases=Erases.NOTHING, plain="id topic lang helped why conversation_id at"
    ),
    "faq_phrasings": Treatment(
        keeps=Keep.STATE, erases=Erases.WALK, texts="text", plain="id topic made_by made_at"
    ),
    # cases
    "cases": Treatment(
        keeps=Keep.CASES,
        erases=Erases.CASE,
        texts="sponsor_name sponsor_address evidence",
        values="cc hands thread",
        plain="id status version content_hash authorised verdict lang created_at status_since assigned_to "
        "addition_of addition escalated_at read_to",
        told="cases",
    ),
    "case_versions": Treatment(
        keeps=Keep.CASES,
        erases=Erases.CASE,
        values="ris",
        plain="case_id version content_hash company users mail_id made_by made_at",
        told="cases",
    ),
    "case_marks": Treatment(
        keeps=Keep.CASES, erases=Erases.CASE, texts="value detail", plain="kind case_id", told="cases"
    ),
    "findables": Treatment(
        keeps=Keep.CASES, erases=Erases.CASE, texts="names more", plain="at", told="cases"
    ),
    "case_answers": Treatment(
        keeps=Keep.CASES,
        erases=Erases.CASE,
        values="mail proposals",
        plain="id case_id version asked mail_id state made_at settled_by settled_at",
        told="cases",
    ),
    "case_questions": Treatment(
        keeps=Keep.CASES,
        erases=Erases.CASE,
        texts="text",
        plain="id case_id number letter asked_by asked_at answered_at answered_by mail_id",
        told="cases",
    ),
    "case_clippings": Treatment(
        keeps=Keep.CASES,
        erases=Erases.CASE,
        texts="word",
        plain="id case_id clipping_id added_by added_at",
        told="cases",
    ),
    "clippings": Treatment(
        keeps=Keep.CASES, erases=Erases.WALK, texts="text", plain="id channel ts author link made_at"
    ),
    "registrations": Treatment(
        keeps=Keep.CASES,
        erases=Erases.CASE,
        texts="email message",
        values="draft",
        plain="case_id stage mailed_at submitted_at seal choice made_by right_of made_at reason outside",
        told="cases",
    ),
    "decisions": Treatment(
        keeps=Keep.CASES,
        erases=Erases.CASE,
        texts="note voided_note",
        plain="id case_id choice made_by made_at version content_hash phase reason voided_at voided_by "
        "voided_why",
    ),
    "step_skips": Treatment(
        keeps=Keep.CASES,
        erases=Erases.CASE,
        texts="reason",
        plain="case_id name tries made_by right_of made_at",
    ),
    "case_steps": Treatment(
        keeps=Keep.CASES,
        erases=Erases.CASE,
        texts="reason",
        plain="case_id place name state since tries number url made_by",
    ),
    "seats": Treatment(
        keeps=Keep.MONEY,
        erases=Erases.CASE,
        values="holder",
        plain="id case_id organisation number purchase_order_id minor currency used_in made_at closed_at",
        told="cases",
    ),
    "cases_told_apart": Treatment(keeps=Keep.CASES, erases=Erases.NOTHING, plain="case_id other_id"),
    "outside_records": Treatment(
        keeps=Keep.CASES, erases=Erases.NOTHING, plain="case_id task number url version made_by"
    ),
    "notices": Treatment(keeps=Keep.CASES, erases=Erases.NOTHING, plain="subject step case_id at"),
    "approvals": Treatment(
        keeps=Keep.DESK, erases=Erases.NOTHING, plain="id case_id content_hash made_by right_of made_at offer"
    ),
    "turns": Treatment(keeps=Keep.DESK, erases=Erases.NOTHING, plain="id case_id holder status since until"),
    "views": Treatment(keeps=Keep.TRACES, erases=Erases.NOTHING, plain="case_id viewer day"),
    # what goes out
    "outbox": Treatment(
        keeps=Keep.OUTBOX,
        erases=Erases.OUTBOX,
        texts="key stream recipient error",
        values="vals",
        plain="id kind template secrets status attempts unknowns worker lease_until decision_id case_id "
        "message_id automatic released created_at next_at not_before place sent_at",
        told="sent",
    ),
    "chat_messages": Treatment(keeps=Keep.OUTBOX, erases=Erases.OUTBOX, texts="key", plain="channel ts"),
    "bounces": Treatment(
        keeps=Keep.BOUNCES,
        erases=Erases.ADDRESS,
        texts="recipient detail",
        plain="job_id gave_up hard status mail_id at",
        told="bounces",
    ),
    "doubtful_addresses": Treatment(
        keeps=Keep.BOUNCES, erases=Erases.ADDRESS, texts="address", plain="state since probe", told="bounces"
    ),
    "links": Treatment(
        keeps=Keep.TRACES, erases=Erases.NOTHING, plain="hash purpose subject created_at expires_at"
    ),
    "key_mails": Treatment(
        keeps=Keep.OUTBOX, erases=Erases.NOTHING, plain="id key_id outbox_key why made_at"
    ),
    # accounts
    "accounts": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.TOMB,
        texts="salutation first_name last_name email job_title password",
        values="phones",
        plain="id user_id organisation case_id role credential lang origin status made_at activated_at "
        "password_set_at programme erased_at",
        told="accounts",
    ),
    "partners": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.ACCOUNT,
        texts="company street city postal_code country state fax website vat_id",
        plain="account_id role",
        told="accounts",
    ),
    "consents": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.ACCOUNT,
        texts="wording",
        plain="id account_id consent agreed version lang at",
        told="accounts",
    ),
    "phones": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.ACCOUNT,
        texts="number",
        plain="id account_id added_at verified_at used_at",
        told="accounts",
    ),
    "certificates": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.ACCOUNT,
        texts="subject",
        plain="account_id made_by made_at",
        told="accounts",
    ),
    "credentials": Treatment(
        keeps=Keep.ACCOUNTS, erases=Erases.ACCOUNT, plain="account_id key_id entered_at", told="accounts"
    ),
    "passwords": Treatment(
        keeps=Keep.ACCOUNTS, erases=Erases.ACCOUNT, texts="hash", plain="id account_id how set_at"
    ),
    "security_answers": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.ACCOUNT,
        texts="hash",
        plain="account_id place question set_at",
        told="accounts",
    ),
    "recovery_codes": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.ACCOUNT,
        plain="id account_id mark made_at used_at",
        told="accounts",
    ),
    "lives": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.ACCOUNT,
        plain="account_id validated_on ends_on validations cycle state next_at",
        told="accounts",
    ),
    "life_notices": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.ACCOUNT,
        plain="account_id cycle stage ends_on told at back_until",
        told="accounts",
    ),
    "life_moves": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.ACCOUNT,
        texts="reason",
        plain="id account_id at actor how ends_on",
        told="accounts",
    ),
    "prolongations": Treatment(
        keeps=Keep.ACCOUNTS, erases=Erases.ACCOUNT, values="answers", plain="account_id validations at"
    ),
    "email_changes": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.TOMB,
        texts="old new",
        plain="id account_id made_at until old_confirmed_at new_confirmed_at ended_at asked_by reason "
        "agreed_by ended_by due_at changed_at",
        told="accounts",
    ),
    "phone_resets": Treatment(
        keeps=Keep.ACCOUNTS,
        erases=Erases.NOTHING,
        plain="id account_id state asked_at first_by first_right first_at second_by second_right second_at "
        "due_at ended_at ended_by",
        told="accounts",
    ),
    "sessions": Treatment(
        keeps=Keep.TRACES,
        erases=Erases.ACCOUNT,
        texts="launching",
        plain="hash account_id strength made_at seen_at",
        told="accounts",
    ),
    "password_drafts": Treatment(
        keeps=Keep.TRACES, erases=Erases.ACCOUNT, texts="hash sealed", plain="token account_id made_at"
    ),
    "phone_codes": Treatment(
        keeps=Keep.TRACES,
        erases=Erases.ACCOUNT,
        texts="sealed",
        plain="id account_id phone_id session made_at wrong used",
    ),
    "texts": Treatment(keeps=Keep.TRACES, erases=Erases.ACCOUNT, plain="id account_id at"),
    "tries": Treatment(
        keeps=Keep.TRACES, erases=Erases.ACCOUNT, plain="account_id what wrong locked_until at"
    ),
    "member_invitations": Treatment(
        keeps=Keep.INVITATIONS,
        erases=Erases.TOMB,
        texts="email",
        plain="id organisation role lang made_by made_at until ended_at account_id",
        told="invitations",
    ),
    "partner_invitations": Treatment(
        keeps=Keep.INVITATIONS,
        erases=Erases.TOMB,
        texts="email first_name last_name",
        values="draft",
        plain="id lang role made_by made_at until ended_at account_id closed_id",
        told="invitations",
    ),
    "partner_requests": Treatment(
        keeps=Keep.INVITATIONS,
        erases=Erases.TOMB,
        texts="email name company",
        plain="id lang asked_at state decided_by shown_at",
        told="invitations",
    ),
    "terms_acceptances": Treatment(
        keeps=Keep.CONTRACTS,
        erases=Erases.NOTHING,
        plain="id organisation application lang version digest account_id role at",
        told="accounts",
    ),
    "terms_texts": Treatment(
        keeps=Keep.CONTRACTS, erases=Erases.NOTHING, plain="digest application lang version title text"
    ),
    # money
    "purchase_orders": Treatment(
        keeps=Keep.MONEY,
        erases=Erases.WALK,
        texts="contact",
        plain="id number mark currency made_by made_at",
        told="orders",
    ),
    "ledger": Treatment(
        keeps=Keep.MONEY,
        erases=Erases.WALK,
        texts="reason",
        plain="id key purchase_order_id kind source target minor case_id made_by made_at",
    ),
    "license_keys": Treatment(
        keeps=Keep.MONEY,
        erases=Erases.NOTHING,
        plain="id voucher_mark voucher_sealed key_mark key_sealed tail credential expires_on state seat_id "
        "made_by made_at issued_at mailed_at used_at voided_at",
    ),
    "key_shapes": Treatment(keeps=Keep.MONEY, erases=Erases.NOTHING, plain="signs kinds"),
    # the desk and the program
    "events": Treatment(
        keeps=Keep.AUDIT,
        erases=Erases.NOTHING,
        plain="seq at tag actor subject data previous hash",
        told="history",
    ),
    "erasures": Treatment(
        keeps=Keep.AUDIT,
        erases=Erases.SELF,
        texts="sealed",
        plain="id state digest asked_by asked_at until first_by first_right first_at second_by second_right "
        "second_at last_mail place dropped ended_at ended_by",
    ),
    "absences": Treatment(
        keeps=Keep.DESK, erases=Erases.NOTHING, plain="id person deputy since until made_by made_at ended_at"
    ),
    "authenticators": Treatment(
        keeps=Keep.DESK,
        erases=Erases.FACTOR,
        texts="address",
        plain="person sealed made_at confirmed_at last_step wrong locked_until",
    ),
    "authenticator_resets": Treatment(
        keeps=Keep.DESK, erases=Erases.NOTHING, plain="person made_by right_of made_at"
    ),
    "alarms": Treatment(
        keeps=Keep.STATE, erases=Erases.WALK, texts="sentence", plain="id name since raised_at cleared_at"
    ),
    "payloads": Treatment(
        keeps=Keep.TRACES, erases=Erases.NOTHING, plain="id body received_at attempts done_at"
    ),
    "life_gates": Treatment(
        keeps=Keep.STATE, erases=Erases.NOTHING, plain="id asked_at settled_at settled_by released imported"
    ),
    "holds": Treatment(keeps=Keep.STATE, erases=Erases.NOTHING, plain="name since"),
    "mark_keys": Treatment(keeps=Keep.STATE, erases=Erases.NOTHING, plain="id purpose sealed"),
    "numbers": Treatment(keeps=Keep.STATE, erases=Erases.NOTHING, plain="name last"),
    "rounds": Treatment(keeps=Keep.STATE, erases=Erases.NOTHING, plain="name occasion"),
    "sweeps": Treatment(keeps=Keep.STATE, erases=Erases.NOTHING, plain="data many all_gone at"),
}


def list_treated(erases: Erases) -> list[tuple[str, Treatment]]:
    """The tables that erasing treats that way."""
    return [(name, held) for name, held in TABLES.items() if held.erases is erases]
