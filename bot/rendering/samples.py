"""Invented cases and the mails made of them, for `usher mails show`, for golden files and for looking at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import jinja2

from bot import policy as policies
from bot.domain.approvals import CaseDecision, Choice, Phase, RejectionReason, Voided, VoidReason
from bot.domain.cases import Addition, Case, CaseStatus
from bot.domain.languages import LANGUAGES
from bot.domain.mail import Address
from bot.domain.money import Money
from bot.domain.notices import StillOpen
from bot.domain.purchase_orders import PurchaseOrder
from bot.domain.ris import (
    Company,
    Credential,
    PartnerType,
    Problem,
    ProblemKind,
    RisCase,
    Role,
    Severity,
    User,
)
from bot.domain.sheets import SheetRefusal
from bot.domain.trust import Verdict
from bot.domain.withdrawals import Irrevocable
from bot.policy import Policy
from bot.rendering import (
    account_samples,
    conversation_samples,
    key_samples,
    lifecycle_samples,
    mails,
    order_mails,
    partner_samples,
    password_samples,
    provenance,
    registration_mails,
    registration_samples,
    staff_mails,
    stock_mails,
)
from bot.rendering.case_facts import Values
from bot.rendering.mail_templates import list_mails

STATUS_URL = "https://onboarding.example.com/status/3vQb1sampleLinkOnlyForShow0Zk8yT2hWn4"

COMPANY = Company(
    name="Lindgren & Söhne Maschinenbau GmbH",
    street="Hafenstraße 12",
    city="Hamburg",
    postal_code="20457",
    country="DE",
    website="https://www.lindgren-soehne.example.org",
    vat_id="DE136695976",
    partner_type=PartnerType.CUSTOMER,
    seats=3,
    purchase_order="PO-2024-0815",
    application="ForumPass",
    contact_name="Greta Lindgren",
    contact_email="greta.lindgren@lindgren-soehne.example.org",
    contact_phone="+493023125001",
)
USERS = (
    User(
        salutation="Ms",
        first_name="Greta",
        last_name="Lindgren",
        email="greta.lindgren@lindgren-soehne.example.org",
        phones=("+493023125001", "+493023125002"),
        job_title="Head of purchasing",
        role=Role.ORGANIZATION_ADMINISTRATOR,
        credential=Credential.PHONE_OTP,
        sheet="Users",
        row=7,
    ),
    User(
        salutation="Mr",
        first_name="Tomasz",
        last_name="Zieliński",
        email="tomasz.zielinski@lindgren-soehne.example.org",
        phones=("+493023125003",),
        job_title="Engineer",
        role=Role.APPLICATION_ADMINISTRATOR,
        credential=Credential.PHONE_OTP,
        sheet="Users",
        row=8,
    ),
    User(
        salutation="Ms",
        first_name="Aylin",
        last_name="Demir",
        email="aylin.demir@lindgren-soehne.example.org",
        phones=("+493023125004", "+493023125005"),
        job_title="Quality manager",
        role=Role.USER,
        credential=Credential.MLOA_HARDWARE,
        sheet="Users",
        row=9,
    ),
)
ADVICE = (
    Problem(
        kind=ProblemKind.ONE_PHONE,
        severity=Severity.WARNING,
        field="phones",
        sheet="Users",
        cell="F8",
        row=8,
        user=1,
        found="+493023125003",
    ),
)
ERRORS = (
    Problem(kind=ProblemKind.MISSING, field="postal_code", sheet="Company", cell="C8"),
    Problem(kind=ProblemKind.BAD_COUNTRY, field="country", sheet="Company", cell="C9", found="Germoney"),
    Problem(
        kind=ProblemKind.BAD_EMAIL,
        field="email",
        sheet="Users",
        cell="E9",
        row=9,
        user=2,
        found="aylin.demir@lindgren-soehne.example,org",
        suggestion="aylin.demir@lindgren-soehne.example.org",
    ),
    Problem(kind=ProblemKind.NO_ADMINISTRATOR, sheet="Users"),
)
QUESTIONS = {
    "en": (
        "Is the purchase order PO-2024-0815 meant for all three seats?",
        "Mr Zieliński works at two sites: which of them is his?",
    ),
    "de": (
        "Gilt die Bestellung PO-2024-0815 für alle drei Plätze?",
        "Herr Zieliński arbeitet an zwei Standorten: Welcher ist seiner?",
    ),
}
PARAGRAPHS = {
    "en": [
        [
            "Thank you for calling. As we agreed:",
            "the seats stay at three, and Ms Demir keeps her certificate.",
        ],
        ["The order will be confirmed this week."],
    ],
    "de": [
        [
            "danke für Ihren Anruf. Wie besprochen:",
            "Es bleibt bei drei Plätzen, und Frau Demir behält ihr Zertifikat.",
        ],
        ["Die Bestellung bestätigen wir noch in dieser Woche."],
    ],
}
PURCHASE_ORDER = PurchaseOrder(
    id=3,
    number="PO-2024-0815",
    contact="orders@sponsor.example.com",
    made_at=datetime(2024, 3, 4, 9, 0, tzinfo=UTC),
    available=Money(1_186_80, "EUR"),
    held=Money(387_00, "EUR"),
    spent=Money(8_426_20, "EUR"),
)
RECEIVED_AT = datetime(2024, 9, 12, 8, 2, tzinfo=UTC)
DECIDED_AT = datetime(2024, 9, 12, 8, 31, 7, tzinfo=UTC)


def complete_case(lang: str = "en") -> Case:
    """A complete RIS of a known sponsor, in review."""
    ris = RisCase(company=COMPANY, users=USERS, problems=ADVICE)
    return Case(
        id=7,
        status=CaseStatus.IN_REVIEW,
        version=1,
        content_hash=ris.content_hash(),
        ris=ris,
        sponsor=Address(name="Mira Wendel", address="mira.wendel@sponsor.example.com"),
        authorised=True,
        verdict=Verdict.PASSED,
        evidence="dmarc=pass header.from=sponsor.example.com",
        lang=lang,
        mail_id=41,
        created_at=RECEIVED_AT,
        status_since=RECEIVED_AT,
    )


def incomplete_case(lang: str = "en") -> Case:
    """The same with four faults, waiting for the sponsor."""
    company = replace(COMPANY, postal_code="", country="Germoney")
    users = (replace(USERS[0], role=Role.USER), USERS[1], replace(USERS[2], email=ERRORS[2].found))
    ris = RisCase(company=company, users=users, problems=ERRORS + ADVICE)
    case = complete_case(lang)
    return replace(
        case, status=CaseStatus.WAITING_FOR_SPONSOR, ris=ris, content_hash=ris.content_hash(), version=2
    )


def decided_case(lang: str = "en", *, choice: Choice = Choice.APPROVED, phase: Phase = Phase.DONE) -> Case:
    """The complete case, decided."""
    case = complete_case(lang)
    rejected = choice is Choice.REJECTED
    decision = CaseDecision(
        id=3,
        choice=choice,
        by="U0AVERY",
        at=DECIDED_AT,
        version=case.version,
        content_hash=case.content_hash,
        phase=phase,
        reason=RejectionReason.DUPLICATE if rejected else None,
        note="Came in spring already, see C-2." if rejected else "",
    )
    status = CaseStatus.REJECTED if rejected else CaseStatus.APPROVED
    return replace(case, status=status, status_since=DECIDED_AT, decision=decision)


def addition_case(lang: str = "en") -> Case:
    """The complete case, approved, whose first person is there already since C-2."""
    addition = Addition(of=2, known=(0,), told=True)
    return replace(decided_case(lang), addition=addition)


def withdrawn_case(lang: str = "en") -> Case:
    """The approved case after its sponsor took it back."""
    case = decided_case(lang)
    assert case.decision is not None  # noqa: S101 - for the type checker
    end = Voided(at=DECIDED_AT + timedelta(hours=3), by="U0BLAKE", why=VoidReason.WITHDRAWN)
    return replace(case, status=CaseStatus.WITHDRAWN, voided=(replace(case.decision, voided=end),))


def whose_mail(lang: str, policy: Policy, *, ours: bool = True) -> Values:
    """An answer to whoever asked whether a mail is from the desk."""
    return provenance.whose_mail(
        ref="Q-8",
        lang=lang,
        policy=policy,
        portal_url=STATUS_URL.partition("/status")[0],
        template="activation" if ours else "",
        sent_at=DECIDED_AT if ours else None,
    )


def nudged(lang: str, policy: Policy, *, several: bool = False) -> Values:
    """A nudge about the incomplete case, or about two."""
    case = incomplete_case(lang)
    other = replace(
        case,
        id=9,
        ris=replace(case.ris, company=replace(COMPANY, name="Nordwind Pumpen AG"), problems=ERRORS[:1]),
    )
    asked = [
        StillOpen(case=case, subject="turn:8:2", asked_at=case.status_since),
        StillOpen(case=other, subject="turn:9:2", asked_at=other.status_since, questions=QUESTIONS[lang]),
    ]
    words = mails.nudge(asked[: 1 + several], case, policy)
    return words | {"cases": [one | {"status_url": STATUS_URL} for one in words["cases"]]}


def _decided(build: Callable[..., Values]) -> Callable[[str, Policy], Values]:
    """A mail about the case that was approved."""
    return lambda lang, policy: build(decided_case(lang), policy, at=DECIDED_AT)


_SAMPLES: dict[str, Callable[[str, Policy], Values]] = {
    "order_confirmation": lambda lang, policy: order_mails.order_confirmation(decided_case(lang), policy),
    "ris_problems": lambda lang, policy: mails.ris_problems(incomplete_case(lang), policy),
    "receipt": lambda lang, policy: mails.receipt(complete_case(lang), policy),
    "rejection": lambda lang, policy: mails.rejection(
        decided_case(lang, choice=Choice.REJECTED), policy, brought_before=True
    ),
    "withdrawal": lambda lang, policy: order_mails.withdrawal(
        withdrawn_case(lang), policy, (Irrevocable.CONFIRMATION_SENT,)
    ),
    "nudge": nudged,
    "invitation": lambda lang, policy: registration_mails.invitation(
        decided_case(lang),
        decided_case(lang).ris.users[0],
        policy,
        until=DECIDED_AT + timedelta(days=30),
        spare=2,
    ),
    "registration_refused": _decided(registration_samples.refused),
    "site_ready": lambda lang, policy: registration_mails.site_ready(
        decided_case(lang), policy, administrator=USERS[0], site="lindgren-soehne", outside=False
    ),
    "activation": _decided(account_samples.activation),
    "activated": _decided(password_samples.activated),
    "password_changed": _decided(password_samples.password_changed),
    "questions_changed": _decided(password_samples.questions_changed),
    "recovery": _decided(password_samples.recovery),
    "reset_wished": _decided(password_samples.reset_wished),
    "self_registration": _decided(account_samples.self_registration),
    "member_notice": _decided(account_samples.member_notice),
    "dead_ends": _decided(account_samples.dead_ends),
    "credential_request": _decided(account_samples.credential_request),
    "account_locked": _decided(account_samples.account_locked),
    "credential_notice": _decided(account_samples.credential_notice),
    "partner_invitation": _decided(partner_samples.invitation),
    "partner_user_name": _decided(partner_samples.user_name),
    "partner_password": _decided(partner_samples.password),
    "partner_notice": _decided(partner_samples.notice),
    "app_reset": _decided(partner_samples.app_reset),
    "phone_reset": _decided(account_samples.phone_reset),
    "phone_reset_wished": _decided(account_samples.phone_reset_wished),
    "user_ids": _decided(account_samples.user_ids),
    "email_change": _decided(account_samples.email_change),
    "email_changed": _decided(account_samples.email_changed),
    "account_validation": _decided(lifecycle_samples.warning),
    "account_reminder": _decided(lifecycle_samples.warning),
    "account_expired": _decided(lifecycle_samples.expired),
    "account_prolonged": _decided(lifecycle_samples.prolonged),
    "prolong_link": _decided(lifecycle_samples.asked),
    "desk_question": lambda lang, policy: mails.desk_question(
        complete_case(lang), policy, list(enumerate(QUESTIONS[lang], 1))
    ),
    "desk_reply": lambda lang, policy: mails.desk_reply(complete_case(lang), policy, PARAGRAPHS[lang]),
    **conversation_samples.MAILS,
    "blank_form": lambda lang, policy: mails.blank_form(
        ref="Q-6", lang=lang, policy=policy, portal_url=STATUS_URL.partition("/status")[0]
    ),
    "whose_mail": whose_mail,
    "too_large": lambda lang, policy: mails.too_large(
        size=41_000_000,
        subject="Pictures of our site",
        ref="Q-5",
        sender=complete_case().sponsor,
        lang=lang,
        policy=policy,
    ),
    "license_key": lambda lang, policy: key_samples.own(decided_case(lang), policy),
    "license_keys": lambda lang, policy: key_samples.listed(decided_case(lang), policy),
    "key_handed_over": lambda lang, policy: key_samples.handed_over(decided_case(lang), policy),
    "key_taken_over": lambda lang, policy: key_samples.taken_over(decided_case(lang), policy),
    "key_voided": lambda lang, policy: key_samples.voided(decided_case(lang), policy),
    "address_probe": lambda lang, policy: mails.address_probe(ref="C-7", lang=lang, policy=policy),
    "enrolment": lambda lang, policy: staff_mails.enrolment(
        lang=lang, policy=policy, until=DECIDED_AT + timedelta(days=1)
    ),
    "authenticator_reset": lambda lang, policy: staff_mails.authenticator_reset(
        lang=lang, policy=policy, at=DECIDED_AT
    ),
    "po_low": lambda lang, policy: stock_mails.po_low(
        PURCHASE_ORDER, 9, lang=lang, policy=policy, on=DECIDED_AT
    ),
    "unreadable_ris": lambda lang, policy: mails.unreadable_ris(
        reason=SheetRefusal.ENCRYPTED,
        source="RIS Lindgren.xlsx",
        ref="Q-4",
        sender=complete_case().sponsor,
        lang=lang,
        policy=policy,
    ),
}


@cache
def _shipped_policy() -> Policy:
    return policies.load()


def sample_values(name: str, lang: str = "en", policy: Policy | None = None) -> Values:
    """What `render_mail` needs to show a mail with invented people."""
    return _SAMPLES[name](lang, policy or _shipped_policy()) | {
        "status_url": STATUS_URL,
        "enrolment_url": STATUS_URL.replace("/status/", "/enroll/"),
        "registration_url": STATUS_URL.replace("/status/", "/register/"),
        "activation_url": STATUS_URL.replace("/status/", "/activate/"),
        "recovery_url": STATUS_URL.replace("/status/", "/password/"),
        "email_url": STATUS_URL.replace("/status/", "/email/"),
        "prolong_url": STATUS_URL.replace("/status/", "/prolong/"),
        "stop_url": STATUS_URL.replace("/status/", "/phone-reset/"),
        "invite_url": STATUS_URL.replace("/status/", "/invite/"),
        "joining_url": STATUS_URL.replace("/status/", "/join/"),
        "unhelpful_url": STATUS_URL.replace("/status/", "/faq/answer/"),
        "attached": "own",
    }


def template_faults(templates_dir: Path) -> list[str]:
    """Try the desk's own wording with sample values; each fault is one line that names the mail."""
    faults = []
    for name in list_mails():
        for lang in LANGUAGES:
            try:
                mails.render_mail(name, lang, sample_values(name, lang), templates_dir=templates_dir)
            except (jinja2.TemplateError, ValueError, TypeError) as exc:
                faults.append(f"{name}.{lang}.md: {exc}")
    return faults
