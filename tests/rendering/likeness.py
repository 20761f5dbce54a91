"""A card that asks whether its company is one of two that are known."""

from bot.domain.cards import CaseCard
from bot.domain.cases import CaseStatus
from bot.domain.organisations import Double, Likeness, Reason
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


def unclear_card() -> CaseCard:
    """The complete case, which came in answer to another, with two that may be the same as itself."""
    return CaseCard(
        case=complete_case(),
        doubles=(Double(ref="C-8", same_form=True), Double(ref="C-9", same_form=False)),
        likenesses=(
            Likeness(
                ref="C-2",
                company="Lindgren & Soehne GmbH",
                status=CaseStatus.IN_REVIEW,
                points=90,
                reasons=(Reason.SAME_VAT_ID, Reason.SAME_PEOPLE),
                people=("Greta Lindgren",),
                answered=True,
                may_be_newer=True,
                left_out=("Ove Berg", "Ida Sund"),
            ),
        ),
    )
