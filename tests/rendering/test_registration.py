"""What a card says of a registration, and the modals by which the desk decides about one."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest

from bot.domain.approvals import Choice
from bot.domain.cards import CaseCard
from bot.domain.cases import CaseStatus
from bot.domain.registration import (
    HEADQUARTERS,
    RefusalReason,
    Registration,
    RegistrationDecision,
    Stage,
    first_draft,
    seal,
    understand,
)
from bot.rendering import registration, samples
from bot.rendering.cards import case_card
from bot.rendering.words import words
from bot.sandbox.slack.limits import check_blocks, check_view
from tests.golden import assert_json_approved

ENGLISH = words("en")
AT = samples.DECIDED_AT + timedelta(days=2)


def to_decide() -> CaseCard:
    """The decided case, with a registration to be decided that differs from its form."""
    case = replace(samples.decided_case(), status=CaseStatus.REGISTRATION_REVIEW, status_since=AT)
    draft = {
        **first_draft(case.ris),
        HEADQUARTERS: "AT",
        "street": "Am Sandtorkai 5",
        "state": "Hamburg",
        "phone_2": "",
        "job_title": "Chief purchasing officer",
    }
    found = Registration(
        case_id=case.id,
        email=samples.USERS[0].email,
        stage=Stage.SUBMITTED,
        draft=draft,
        mailed_at=samples.DECIDED_AT,
        submitted_at=AT,
        seal=seal(case.content_hash, draft, at=AT),
    )
    registered = understand(case.ris, draft, applications=("ForumPass",))
    return CaseCard(case=case, registration=found, registered=registered)


def decided(choice: Choice, **more: object) -> CaseCard:
    card = to_decide()
    made = RegistrationDecision(choice=choice, by="U0CASEY", right_of="U0CASEY", at=AT)
    found = replace(card.registration, decision=replace(made, **more))  # type: ignore[type-var, arg-type]
    to = CaseStatus.LIVE if choice is Choice.APPROVED else CaseStatus.INVITED
    return replace(card, case=replace(card.case, status=to), registration=found)


CARDS = {
    "registration_to_decide": to_decide(),
    "registration_approved": decided(Choice.APPROVED),
    "registration_refused": decided(
        Choice.REJECTED,
        reason=RefusalReason.COMPANY_DATA,
        message="<!here> Give the *registered* office.",
    ),
    "registration_invited": replace(
        to_decide(),
        case=replace(to_decide().case, status=CaseStatus.INVITED),
        registration=Registration(
            case_id=7, email=samples.USERS[0].email, stage=Stage.INVITED, draft={}, mailed_at=AT
        ),
        registered=None,
    ),
    "registration_ticked": replace(decided(Choice.APPROVED, outside=True), registered=None),
}
MODALS = {
    "registration_approve_modal": lambda card: registration.approve_modal(card, words=ENGLISH),
    "registration_refuse_modal": lambda card: registration.refuse_modal(card, words=ENGLISH),
    "registration_invite_modal": lambda card: registration.invite_modal(card.case, words=ENGLISH),
    "registration_tick_modal": lambda card: registration.tick_modal(card, code=True, words=ENGLISH),
}


@pytest.mark.golden
@pytest.mark.parametrize("name", CARDS)
def test_a_card_looks_as_it_was_approved(name: str) -> None:
    card = case_card(CARDS[name], words=ENGLISH)
    check_blocks(card.blocks)
    assert_json_approved(f"cards/{name}.json", asdict(card))


@pytest.mark.golden
@pytest.mark.parametrize("name", MODALS)
def test_a_modal_looks_as_it_was_approved(name: str) -> None:
    view = MODALS[name](to_decide())
    check_view(view)
    assert_json_approved(f"cards/{name}.json", view)


def test_only_who_may_decide_has_buttons_and_only_while_it_waits() -> None:
    assert registration.buttons(to_decide(), ENGLISH) != []
    assert registration.buttons(replace(to_decide(), may_decide=False), ENGLISH) == []
    assert registration.buttons(decided(Choice.APPROVED), ENGLISH) == []
