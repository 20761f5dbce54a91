"""A card that asks whether its company is one of two that are known."""

from bot.domain.cards import CaseCard
from bot.domain.cases import CaseStatus
from bot.domain.organisations import Likeness, Reason
from bot.rendering.samples import complete_case


def alike_card() -> CaseCard:
    """The complete case, of which staff are asked whether it is one of two that are known."""
    return CaseCard(
        case=complete_case(),
        likenesses=(
            Likeness(
                ref="C-2",
                company="Lindgren & Soehne GmbH",
                status=CaseStatus.APPROVED,
                points=90,
                reasons=(Reason.SAME_VAT_ID, Reason.SAME_HOST, Reason.SAME_PEOPLE),
                people=("Greta Lindgren", "Aylin Demir"),
            ),
            Likeness(
                ref="C-5",
                company="L\u0456ndgren & S\u00f6hne GmbH",  # a Cyrillic letter for the i
                status=CaseStatus.RECEIVED,
                points=25,
                reasons=(Reason.LOOKS_ALIKE,),
            ),
        ),
    )
