"""What a mail says in another state than that of its sample."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from bot import policy as policies
from bot.domain.accounts import AccountStatus
from bot.domain.cases import Case, CaseStatus
from bot.domain.credentials import CredentialNotice
from bot.domain.license_keys import KeyVoided
from bot.domain.members import MemberNotice
from bot.domain.phone_resets import ResetState
from bot.domain.prolongation import Wished
from bot.domain.recovery import Way
from bot.domain.registration import RefusalReason
from bot.domain.ris import Credential
from bot.domain.sheets import SheetRefusal
from bot.rendering import (
    account_samples,
    case_facts,
    conversation_samples,
    key_samples,
    lifecycle_samples,
    mails,
    order_mails,
    password_samples,
    registration_mails,
    registration_samples,
    samples,
)
from tests.rendering import partner_states
from tests.rendering.partner_states import page

POLICY = policies.load()


def unopened(template: str, lang: str) -> dict[str, Any]:
    """To the sender of a form beside which lay files that nobody opened: one, or many."""
    if template == "receipt":
        case = samples.complete_case(lang)
        return mails.receipt(replace(case, ris=replace(case.ris, unopened=("inner.zip",))), POLICY)
    case = samples.incomplete_case(lang)
    names = tuple(f"RIS {number}.xlsx" for number in range(20, 27))
    return mails.ris_problems(replace(case, ris=replace(case.ris, unopened=names)), POLICY)


def unreadable(lang: str, reason: SheetRefusal) -> dict[str, Any]:
    return mails.unreadable_ris(
        reason=reason,
        source="RIS Lindgren.xlsx",
        ref="Q-4",
        sender=samples.complete_case().sponsor,
        lang=lang,
        policy=POLICY,
    )


def _hardware_case(lang: str) -> Case:
    """An addition of one person who has a certificate: it takes no seat."""
    case = samples.addition_case(lang)
    first, second, *_ = case.ris.users
    users = (first, replace(second, credential=Credential.MLOA_HARDWARE))
    return replace(case, ris=replace(case.ris, users=users))


def _prolong_link(lang: str, how: Wished) -> dict[str, Any]:
    return lifecycle_samples.asked(samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, how=how)


def _recovery(lang: str, way: Way, **more: object) -> dict[str, Any]:
    case, at = samples.decided_case(lang), samples.DECIDED_AT
    return password_samples.recovery(case, POLICY, at=at, way=way, **more)  # type: ignore[arg-type]


def _phone_reset(lang: str, state: ResetState, *, by_desk: bool = False) -> dict[str, Any]:
    case = samples.decided_case(lang)
    return account_samples.phone_reset(case, POLICY, at=samples.DECIDED_AT, state=state, by_desk=by_desk)


def _member_notice(lang: str, why: MemberNotice, *, waits: bool = False) -> dict[str, Any]:
    case = samples.decided_case(lang)
    return account_samples.member_notice(case, POLICY, at=samples.DECIDED_AT, why=why, waits=waits)


def _credential_notice(lang: str, why: CredentialNotice) -> dict[str, Any]:
    case = samples.decided_case(lang)
    return account_samples.credential_notice(case, POLICY, at=samples.DECIDED_AT, why=why)


#: what a mail says in another state than that of its sample
def _nudge_question(lang: str) -> dict[str, Any]:
    """About a complete form, of which staff ask something."""
    (case,) = samples.nudged(lang, POLICY)["cases"]
    asks = {"problems": [], "questions": [{"question": text} for text in samples.QUESTIONS[lang][:1]]}
    return {**samples.nudged(lang, POLICY), "cases": [case | asks]}


STATES: dict[str, Callable[[str], dict[str, Any]]] = {
    "conversation_reply_closing": lambda lang: conversation_samples.reply(lang, POLICY, closes=True),
    "faq_answer_two": lambda lang: conversation_samples.article(lang, POLICY, several=True),
    "faq_answer_none": lambda lang: conversation_samples.finding_alone(lang, POLICY),
    "faq_answer_by_staff": lambda lang: conversation_samples.article(lang, POLICY, by_staff=True),
    "faq_answer_of_a_part": lambda lang: conversation_samples.article(lang, POLICY, rest=True),
    "neutral_receipt_with_answers": lambda lang: conversation_samples.receipt_with_answers(lang, POLICY),
    "neutral_receipt_no_file": lambda lang: (
        mails.neutral_receipt(ref="Q-3", lang=lang, policy=POLICY) | {"no_file": True}
    ),
    "neutral_receipt_of_form": lambda lang: mails.neutral_receipt(ref="Q-3", lang=lang, policy=POLICY),
    **partner_states.STATES,
    "activation_of_user": lambda lang: account_samples.activation(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, number=2
    ),
    "activation_without_seat": lambda lang: account_samples.activation(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, has_seat=False
    ),
    "activated_without_seat": lambda lang: password_samples.activated(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, has_seat=False
    ),
    "email_change_by_desk": lambda lang: account_samples.email_change(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, by_desk=True
    ),
    "email_change_by_desk_of_old": lambda lang: account_samples.email_change(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, to_new=False, by_desk=True
    ),
    "email_change_by_desk_cooling": lambda lang: account_samples.email_change(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, to_new=False, by_desk=True, cools=True
    ),
    "email_changed_by_desk": lambda lang: account_samples.email_changed(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, by_desk=True
    ),
    "email_changed_unactivated": lambda lang: account_samples.email_changed(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, by_desk=True, unactivated=True
    ),
    "email_change_of_old": lambda lang: account_samples.email_change(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, to_new=False
    ),
    "activation_with_pages": lambda lang: account_samples.activation(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, pages=True
    ),
    "password_changed_reset": lambda lang: password_samples.password_changed(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, reset=True
    ),
    "recovery_by_mail": partial(_recovery, way=Way.LINK, by_mail=True),
    **{f"recovery_{way}": partial(_recovery, way=way) for way in (Way.RESET, Way.SEVERAL, Way.CLOSED)},
    "recovery_several_closed": partial(_recovery, way=Way.CLOSED, several=True),
    "recovery_endless": lambda lang: _recovery(lang, Way.ENDLESS, page_url=page("sign-in", lang)),
    "recovery_there": lambda lang: _recovery(lang, Way.THERE, page_url=page("sign-in", lang)),
    "recovery_several_there": lambda lang: _recovery(
        lang, Way.THERE, several=True, page_url=page("sign-in", lang)
    ),
    "recovery_several_endless": lambda lang: _recovery(
        lang, Way.ENDLESS, several=True, page_url=page("sign-in", lang)
    ),
    "user_ids_deactivated": lambda lang: account_samples.user_ids(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, status=AccountStatus.DEACTIVATED
    ),
    "user_ids_waiting": lambda lang: account_samples.user_ids(
        samples.decided_case(lang),
        POLICY,
        at=samples.DECIDED_AT,
        status=AccountStatus.WAITING,
        page_url=page("password/forgotten", lang),
    ),
    "user_ids_expired": lambda lang: account_samples.user_ids(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, page_url=page("prolong", lang)
    ),
    "credential_notice_removed": lambda lang: account_samples.credential_notice(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, why=CredentialNotice.PHONE_REMOVED
    ),
    "credential_notice_locked": lambda lang: account_samples.credential_notice(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, why=CredentialNotice.CODES_LOCKED
    ),
    "credential_notice_answers": lambda lang: account_samples.credential_notice(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, why=CredentialNotice.ANSWERS_LOCKED
    ),
    "credential_notice_codes": lambda lang: account_samples.credential_notice(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, why=CredentialNotice.CODES_MADE
    ),
    **{
        f"credential_notice_{why}": partial(_credential_notice, why=why)
        for why in (CredentialNotice.CERTIFICATE_ADDED, CredentialNotice.CERTIFICATE_REMOVED)
    },
    "credential_notice_code_used": lambda lang: account_samples.credential_notice(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, why=CredentialNotice.CODE_USED
    ),
    **{
        f"member_notice_{why}": partial(_member_notice, why=why)
        for why in MemberNotice
        if why is not MemberNotice.PROMOTED
    },
    "member_notice_returned_waiting": partial(_member_notice, why=MemberNotice.RETURNED, waits=True),
    **{f"phone_reset_{state}": partial(_phone_reset, state=state) for state in partner_states.RESET_STATES},
    "phone_reset_lapsed_desk": partial(_phone_reset, state=ResetState.LAPSED, by_desk=True),
    "phone_reset_wished_second": lambda lang: account_samples.phone_reset_wished(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, first="Ada Lindqvist"
    ),
    "prolong_link_in_time": lambda lang: lifecycle_samples.asked(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, has_ended=False
    ),
    **{
        f"prolong_link_{how}": partial(_prolong_link, how=how)
        for how in Wished
        if how is not Wished.ON_PORTAL
    },
    "account_prolonged_changed_before": lambda lang: lifecycle_samples.prolonged(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, changed=False
    ),
    "order_confirmation_addition": lambda lang: (
        order_mails.order_confirmation(samples.addition_case(lang), POLICY)
        | case_facts.with_account(samples.addition_case(lang), ["Aylin Demir"])
    ),
    "order_confirmation_addition_closed": lambda lang: (
        order_mails.order_confirmation(samples.addition_case(lang), POLICY)
        | case_facts.with_account(samples.addition_case(lang), [], to_clear=["Aylin Demir"])
    ),
    "order_confirmation_hardware": lambda lang: order_mails.order_confirmation(_hardware_case(lang), POLICY),
    "order_confirmation_addition_waits": lambda lang: order_mails.order_confirmation(
        samples.addition_case(lang), POLICY, not_registered=True
    ),
    "invitation_instead": lambda lang: registration_mails.invitation(
        samples.decided_case(lang), samples.USERS[0], POLICY, until=samples.DECIDED_AT, why="instead"
    ),
    "invitation_again": lambda lang: registration_mails.invitation(
        samples.decided_case(lang), samples.USERS[0], POLICY, until=samples.DECIDED_AT, why="again"
    ),
    "invitation_reminder": lambda lang: registration_mails.invitation(
        samples.decided_case(lang), samples.USERS[0], POLICY, until=samples.DECIDED_AT, why="reminder"
    ),
    "registration_refused_own": lambda lang: registration_samples.refused(
        samples.decided_case(lang), POLICY, at=samples.DECIDED_AT, reason=RefusalReason.OWN_DATA
    ),
    "invitation_keyless": lambda lang: registration_mails.invitation(
        samples.decided_case(lang), samples.USERS[0], POLICY, until=samples.DECIDED_AT, keyless=True
    ),
    "site_ready_without_site": lambda lang: registration_mails.site_ready(
        samples.decided_case(lang),
        POLICY,
        administrator=samples.USERS[0],
        site="",
        outside=False,
        ready=False,
    ),
    "site_ready_outside": lambda lang: registration_mails.site_ready(
        samples.decided_case(lang), POLICY, administrator=samples.USERS[0], site="", outside=True
    ),
    "key_handed_over_of_list": lambda lang: key_samples.handed_over(
        samples.decided_case(lang), POLICY, own=False
    ),
    "key_voided_not_needed": lambda lang: key_samples.voided(
        samples.decided_case(lang), POLICY, why=KeyVoided.NOT_NEEDED
    ),
    "license_key_alone": lambda lang: key_samples.own(samples.decided_case(lang), POLICY, spare=0),
    "license_key_active": lambda lang: key_samples.own(samples.decided_case(lang), POLICY, active=True),
    "license_keys_part": lambda lang: key_samples.listed(
        samples.decided_case(lang), POLICY, spare=0, part=2, parts=3
    ),
    "whose_mail_not_ours": lambda lang: samples.whose_mail(lang, POLICY, ours=False),
    "nudge_several": lambda lang: samples.nudged(lang, POLICY, several=True),
    "nudge_question": _nudge_question,
    "receipt_addition": lambda lang: mails.receipt(
        replace(samples.addition_case(lang), decision=None, status=CaseStatus.IN_REVIEW), POLICY
    ),
    "receipt_corrected": lambda lang: mails.receipt(
        replace(samples.withdrawn_case(lang), decision=None, version=2, status=CaseStatus.IN_REVIEW), POLICY
    ),
    "receipt_newer_form": lambda lang: mails.receipt(samples.complete_case(lang), POLICY, closed="C-9"),
    "unreadable_ris_too_large": lambda lang: unreadable(lang, SheetRefusal.TOO_LARGE),
    "unreadable_ris_zip_bomb": lambda lang: unreadable(lang, SheetRefusal.ZIP_BOMB),
    "unreadable_ris_corrupt": lambda lang: unreadable(lang, SheetRefusal.CORRUPT),
    "unreadable_ris_unsupported": lambda lang: unreadable(lang, SheetRefusal.UNSUPPORTED),
    "unreadable_ris_sealed": lambda lang: unreadable(lang, SheetRefusal.SEALED),
    "unreadable_ris_unopened": lambda lang: unreadable(lang, SheetRefusal.UNOPENED),
    "receipt_unopened": lambda lang: unopened("receipt", lang),
    "ris_problems_unopened": lambda lang: unopened("ris_problems", lang),
    "withdrawal_kept": lambda lang: order_mails.withdrawal(samples.decided_case(lang), POLICY),
    "withdrawal_undecided": lambda lang: order_mails.withdrawal(
        replace(samples.complete_case(lang), status=CaseStatus.WITHDRAWN), POLICY
    ),
}


URLS = {
    "invite_url": samples.STATUS_URL.replace("status", "invite"),
    "status_url": samples.STATUS_URL,
    "activation_url": samples.STATUS_URL.replace("status", "activate"),
    "email_url": samples.STATUS_URL.replace("status", "email"),
    "stop_url": samples.STATUS_URL.replace("status", "phone-reset"),
    "prolong_url": samples.STATUS_URL.replace("status", "prolong"),
    "unhelpful_url": samples.STATUS_URL.replace("status", "faq/answer"),
    "recovery_url": samples.STATUS_URL.replace("status", "password"),
    "registration_url": samples.STATUS_URL.replace("status", "register"),
}
