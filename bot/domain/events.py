"""The audit trail's vocabulary: what happened, by ids and codes, never names, addresses or text."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventTag(StrEnum):
    """`subject:fact`, in the past tense; nobody types a tag as a string."""

    MAIL_CLASSIFIED = "mail:classified"
    MAIL_VIEWED = "mail:viewed"  # one that belongs to no case and no conversation
    MAIL_SET_ASIDE = "mail:set_aside"
    MAIL_KIND_MENDED = "mail:kind_mended"
    MAIL_REPLAYED = "mail:replayed"
    MAILBOX_RENUMBERED = "mailbox:renumbered"
    CASE_OPENED = "case:opened"
    CASE_REVISED = "case:revised"
    ANSWERS_GIVEN = "answers:given"
    ANSWERS_APPLIED = "answers:applied"
    ANSWERS_DISCARDED = "answers:discarded"
    ANSWERS_OVERTAKEN = "answers:overtaken"
    CASE_ACCEPTED = "case:accepted"
    CASE_BELIEVED = "case:believed"  # staff had taken it in before its sender was verified
    CASE_DISCARDED = "case:discarded"
    CASE_ADDED = "case:added"
    CASE_TAKEN_AS_NEWER = "case:taken_as_newer"
    CASE_TOLD_APART = "case:told_apart"
    CASE_ANSWERED_BY_FORM = "case:answered_by_form"  # `about`: the case of a form that may be its newest
    CASE_IS_ANSWER = "case:is_answer"  # the same, said of that one
    CASE_ASKED = "case:asked"
    CASE_ANSWERED = "case:answered"
    INVITED_OTHER = "registration:invited_other"
    CASE_HEARD = "case:heard"  # its sponsor wrote after the decision
    CASE_READ = "case:read"  # what its sponsor wrote needs no answer
    CASE_UNASKED = "case:unasked"
    CASE_TOLD_ANEW = "case:told_anew"  # the mail of its decision, which had been discarded
    CASE_TOLD_OTHERWISE = "case:told_otherwise"  # what that mail was to say
    CASE_REPLIED = "case:replied"
    CASE_NOTED = "case:noted"
    CASE_WITHDRAWN = "case:withdrawn"
    CASE_REOPENED = "case:reopened"
    CASE_VIEWED = "case:viewed"  # once for each viewer, case and day
    DECISION_VOIDED = "decision:voided"
    CASE_ASSIGNED = "case:assigned"
    CASE_TAKEN = "case:taken"
    CASE_UNASSIGNED = "case:unassigned"
    ABSENCE_PLANNED = "absence:planned"
    ABSENCE_ENDED = "absence:ended"
    FORMS_CAPPED = "forms:capped"
    FORMS_RELEASED = "forms:released"
    FORMS_LEFT = "forms:left"
    APPROVAL_GIVEN = "approval:given"
    APPROVAL_LOST = "approval:lost"  # whoever gave it may not decide any more
    APPROVAL_LAPSED = "approval:lapsed"
    AUTHENTICATOR_MAILED = "authenticator:mailed"
    AUTHENTICATOR_CONFIRMED = "authenticator:confirmed"
    AUTHENTICATOR_RESET_ASKED = "authenticator:reset_asked"
    AUTHENTICATOR_RESET = "authenticator:reset"
    CODE_TAKEN = "code:taken"
    CODE_FAILED = "code:failed"
    CODES_LOCKED = "codes:locked"
    CASE_REMINDED = "case:reminded"
    CASE_ESCALATED = "case:escalated"
    SPONSOR_NUDGED = "sponsor:nudged"
    SPONSOR_SILENT = "sponsor:silent"
    CUSTOMER_NUDGED = "customer:nudged"
    CUSTOMER_SILENT = "customer:silent"
    CASE_APPROVED = "case:approved"
    CASE_REJECTED = "case:rejected"
    CASE_STOPPED = "case:stopped"
    CASE_INVITED = "case:invited"
    CASE_ASKED_ABOUT = "case:asked_about"
    CASE_LEFT_TO_DESK = "case:left_to_desk"
    CASE_AWAITS_REGISTRATION = "case:awaits_registration"
    CASE_FINISHED = "case:finished"
    INVITATION_MAILED_AGAIN = "invitation:mailed_again"
    REGISTRATION_BEGUN = "registration:begun"
    REGISTRATION_SUBMITTED = "registration:submitted"
    REGISTRATION_APPROVED = "registration:approved"
    REGISTRATION_REFUSED = "registration:refused"
    MONEY_MOVED = "money:moved"
    MONEY_PAID_IN = "money:paid_in"
    MONEY_CORRECTED = "money:corrected"
    PURCHASE_ORDER_OPENED = "purchase_order:opened"
    VOUCHERS_IMPORTED = "vouchers:imported"
    KEYS_ISSUED = "keys:issued"
    KEYS_RETURNED = "keys:returned"
    KEYS_MAILED = "keys:mailed"
    KEY_SENT_AGAIN = "key:sent_again"
    KEY_HANDED_OVER = "key:handed_over"
    KEY_GIVEN = "key:given"  # a spare one, to somebody
    KEY_VOIDED = "key:voided"
    KEY_USED = "key:used"
    KEY_LOOKED_UP = "key:looked_up"  # somebody pasted it to see whose it is
    STEP_ENDED = "step:ended"
    STEP_FAILED = "step:failed"
    STEP_BLOCKED = "step:blocked"
    STEP_LEFT_TO_DESK = "step:left_to_desk"
    STEP_RETRIED = "step:retried"
    STEP_SKIP_ASKED = "step:skip_asked"
    STEP_SKIPPED = "step:skipped"
    DECISION_REFUSED = "decision:refused"
    DECISION_PHASE_CHANGED = "decision:phase_changed"
    CONVERSATION_OPENED = "conversation:opened"
    CONVERSATION_CONTINUED = "conversation:continued"
    MAIL_LOOKED_UP = "conversation:mail_looked_up"  # somebody asked whether a mail is ours
    CONVERSATION_VIEWED = "conversation:viewed"
    CONVERSATION_TAKEN = "conversation:taken"
    CONVERSATION_HANDED_OVER = "conversation:handed_over"
    CONVERSATION_REPLIED = "conversation:replied"
    CONVERSATION_UNREPLIED = "conversation:unreplied"  # what was written did not go
    CONVERSATION_CLOSED = "conversation:closed"
    CONVERSATION_REOPENED = "conversation:reopened"
    CONVERSATION_OVERDUE = "conversation:overdue"
    CONVERSATION_ANSWERED = "conversation:answered"  # by an article
    CONVERSATION_SHARED = "conversation:shared"  # an article has answered a part, a person has the rest
    CONVERSATION_TAUGHT = "conversation:taught"  # its words ask for a topic from now on
    CONVERSATION_JUDGED = "conversation:judged"  # whether it helped
    LINK_ISSUED = "link:issued"
    JOB_HELD = "job:held"
    JOB_RELEASED = "job:released"
    JOB_DISCARDED = "job:discarded"
    JOB_RETRIED = "job:retried"
    JOB_FAILED = "job:failed"
    JOB_UNKNOWN = "job:unknown"
    JOB_OVERTAKEN = "job:overtaken"  # its mail was true no more when it was to go
    HOLD_LIFTED = "hold:lifted"
    ANSWER_CAPPED = "answer:capped"
    ALARM_RAISED = "alarm:raised"
    ALARM_CLEARED = "alarm:cleared"
    BOUNCE_COUNTED = "bounce:counted"
    BOUNCE_IGNORED = "bounce:ignored"
    ADDRESS_DOUBTED = "address:doubted"
    ADDRESS_GIVEN_UP = "address:given_up"
    ADDRESS_RESTORED = "address:restored"
    ACCOUNT_MADE = "account:made"
    ACCOUNTS_IMPORTED = "account:imported"  # partners', a whole file
    ACCOUNT_ACTIVATED = "account:activated"
    PASSWORD_CHANGED = "password:changed"  # noqa: S105
    PASSWORD_RESET = "password:reset"  # noqa: S105
    QUESTIONS_CHANGED = "questions:changed"
    RECOVERY_ASKED = "recovery:asked"  # by a name that is an account's, or not
    RECOVERY_MAILED = "recovery:mailed"
    TRIES_RESTED = "tries:rested"
    ACCOUNT_DEACTIVATED = "account:deactivated"
    ACCOUNT_VIEWED = "account:viewed"
    ACCOUNT_REOPENED = "account:reopened"
    ACCOUNT_UNLOCKED = "account:unlocked"
    WAY_MAILED = "account:way_mailed"  # with the answer to a question
    ACTIVATION_MAILED = "account:activation_mailed"
    CREDENTIAL_ASKED = "credential:asked"
    MEMBER_INVITED = "member:invited"
    MEMBER_UNINVITED = "member:uninvited"
    MEMBER_ROLE_CHANGED = "member:role_changed"
    TERMS_ACCEPTED = "terms:accepted"
    SIGN_IN_FAILED = "sign_in:failed"
    SIGN_IN_LOCKED = "sign_in:locked"
    CREDENTIAL_REGISTERED = "credential:registered"
    CREDENTIAL_FAILED = "credential:failed"  # a License Key was refused
    PHONE_ADDED = "phone:added"
    PHONE_VERIFIED = "phone:verified"
    PHONE_REMOVED = "phone:removed"
    CERTIFICATE_REGISTERED = "certificate:registered"
    CERTIFICATE_DROPPED = "certificate:dropped"
    CERTIFICATE_TAKEN = "certificate:taken"
    CERTIFICATE_FAILED = "certificate:failed"
    PHONE_CODE_SENT = "phone_code:sent"
    PHONE_CODE_TAKEN = "phone_code:taken"
    PHONE_CODE_FAILED = "phone_code:failed"
    RECOVERY_CODES_MADE = "recovery_codes:made"
    RECOVERY_CODE_USED = "recovery_code:used"
    RECOVERY_CODE_FAILED = "recovery_code:failed"
    PHONE_RESET_ASKED = "phone_reset:asked"  # somebody says that all their phones are lost
    PHONE_RESET_AGREED = "phone_reset:agreed"  # by the first, then by the second eye
    PHONE_RESET_REFUSED = "phone_reset:refused"
    PHONE_RESET_STOPPED = "phone_reset:stopped"  # by its owner, in the cooling time or before
    PHONE_RESET_LAPSED = "phone_reset:lapsed"  # nobody agreed
    PHONE_RESET_DONE = "phone_reset:done"  # the phones are gone
    APPLICATION_LAUNCHED = "application:launched"
    EMAIL_CHANGE_ASKED = "account:email_change_asked"
    EMAIL_CHANGE_AGREED = "account:email_change_agreed"  # the desk stood in for the old mailbox
    EMAIL_CHANGE_REFUSED = "account:email_change_refused"
    EMAIL_CHANGED = "account:email_changed"
    LANGUAGE_CHANGED = "account:language_changed"
    PARTNER_INVITED = "partner:invited"
    PARTNERS_INVITED = "partner:invited_in_bulk"
    PARTNER_MAILED_AGAIN = "partner:mailed_again"  # the invitation, or the two mails after it
    PARTNER_UNINVITED = "partner:uninvited"  # the desk took the invitation back
    PARTNER_CORRECTED = "partner:corrected"  # … or gave it another role or language
    PARTNER_REGISTERED = "partner:registered"
    PARTNER_ASKED = "partner:asked"  # somebody wishes for an invitation
    PARTNER_REFUSED = "partner:refused"
    LIFE_BEGUN = "life:begun"
    LIFE_VALIDATED = "life:validated"
    LIFE_EXTENDED = "life:extended"
    LIFE_TOLD = "life:told"
    LIFE_HELD = "life:held"
    LIFE_EXPIRED = "life:expired"
    LIFE_CLOSED = "life:closed"
    LIFE_RESUMED = "life:resumed"  # its account was closed, and is open again
    INVITATION_ASKED = "invitation:asked"  # by an address that was invited, or not
    PROLONGATION_ASKED = "prolongation:asked"  # by a name that is an account's, or not
    PROLONGATION_MAILED = "prolongation:mailed"
    LIFE_GATE_SHUT = "life_gate:shut"
    LIFE_GATE_OPENED = "life_gate:opened"
    SESSION_BEGUN = "session:begun"
    SESSION_RAISED = "session:raised"
    SESSION_ENDED = "session:ended"
    PERSON_EXPORTED = "person:exported"  # somebody printed all that is kept about them
    ERASURE_ASKED = "person:erasure_asked"
    ERASURE_AGREED = "person:erasure_agreed"  # by the first, then by the second eye
    ERASURE_REFUSED = "person:erasure_refused"
    ERASURE_OVERTAKEN = "person:erasure_overtaken"  # what is kept of them changed, or nobody agreed in time
    PERSON_ERASED = "person:erased"  # nothing of them is left; the tombstone
    ACCOUNT_ERASED = "account:erased"  # by an erasure, or by the retention of closed ones
    DATA_SWEPT = "data:swept"  # what a night of the retention did to one class of data
    DATABASE_RESTORED = "database:restored"
    KEY_LOST = "database:key_lost"  # of SECRET_KEY, for good: what it marked is known no more


_SUBJECTS = {
    "C": "case",
    "Q": "conversation",
    "A": "account",
    "I": "partner_invitation",
    "R": "phone_reset",
}


def subject_of(ref: str) -> str:
    """What an event about "C-7", "Q-3", "A-5", "I-4" or "R-2" is about; nothing else is told."""
    found = re.fullmatch(r"([CQAIR])-?([0-9]{1,9})", ref.strip().upper(), re.ASCII)
    return f"{_SUBJECTS[found[1]]}:{int(found[2])}" if found else "unknown"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One link of the chain; `hash` covers everything else and the hash before it."""

    seq: int
    at: datetime
    tag: str
    actor: str  #: a Slack id, `cli:<user>`, or `usher`
    subject: str  #: e.g. `case:7`, `mail:12`
    data: Mapping[str, str | int | bool | None]
    previous: str
    hash: str


def chained(previous: str, *, seq: int, at: str, tag: str, actor: str, subject: str, data: str) -> str:
    """The hex SHA-256 of a link; `at` and `data` as they are stored."""
    text = json.dumps([previous, seq, at, tag, actor, subject, data], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


GENESIS = "0" * 64


@dataclass(frozen=True, order=True)
class Head:
    """The newest link of the chain at some time; 0 and GENESIS of an empty one."""

    seq: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Restore:
    """That a backup was put back, as the trail has it."""

    seq: int
    at: datetime
    by: str
    newest: datetime | None = None  #: when the backup's newest event was written; None where it has none


@dataclass(frozen=True, kw_only=True)
class HistoryStep:
    """One step of a case, as the trail has it; `mail` names the mail that it is about, if it is about one."""

    at: datetime
    tag: str
    actor: str
    data: Mapping[str, str | int | bool | None]
    mail: str = ""
