"""What staff see of mails that came back."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.domain.approvals import Phase
from bot.domain.bounces import Returned
from bot.domain.cards import CaseCard, Effect, HeldNote, TroubleNote
from bot.domain.outbox import JobStatus
from bot.rendering import cards, desk_notes, samples
from bot.rendering.blocks import Card
from bot.rendering.words import words
from tests.golden import assert_json_approved

ENGLISH = words("en", ZoneInfo("Europe/Berlin"))
AT = datetime(2024, 9, 12, 8, 31, 9, tzinfo=UTC)


def back(recipient: str = "mira.wendel@sponsor.example.com", **more: object) -> Returned:
    values = {"recipient": recipient, "gave_up": True, "status": "5.1.1", "at": AT} | more
    return Returned(**values)  # type: ignore[arg-type]


def confirmation(*returned: Returned) -> CaseCard:
    effect = Effect(template="order_confirmation", state=JobStatus.SENT, at=AT, returned=returned)
    return CaseCard(case=samples.decided_case(phase=Phase.DONE), effects=(effect,))


def receipt(*returned: Returned) -> CaseCard:
    effect = Effect(template="receipt", state=JobStatus.SENT, at=AT, returned=returned)
    return CaseCard(case=samples.complete_case(), returned=(effect,))


BOUNCED = TroubleNote(
    what="mail_bounced", subject="order_confirmation → mira.wendel@sponsor.example.com", ref="C-7", id=9,
    detail="550 5.1.1 <mira.wendel@sponsor.example.com> user *unknown*", anew=True, told=True,
)  # fmt: skip
GIVEN_UP = TroubleNote(
    what="address_given_up", subject="mira.wendel@sponsor.example.com", ref="C-7", detail="5.1.1", id=10
)
LEFT = TroubleNote(what="erased_left", subject="C0APPROVALS", detail="1726129869.000100")
HELD = HeldNote(
    job_id=9, recipient="mira.wendel@sponsor.example.com", mail_subject="Order confirmed: Lindgren & Söhne",
    text="Hello Mira,\n\nthank you.", ref="C-7", given_up=True,
)  # fmt: skip

GOLDEN: dict[str, Callable[[], Card]] = {
    "case_done_bounced": lambda: cards.case_card(confirmation(back()), words=ENGLISH),
    "case_done_delayed": lambda: cards.case_card(
        confirmation(back(gave_up=False, status="4.4.1"), back("erin@example.com", status="")), words=ENGLISH
    ),
    "case_in_review_bounced": lambda: cards.case_card(receipt(back(status="5.2.2")), words=ENGLISH),
    "trouble_mail_bounced": lambda: desk_notes.trouble_note(BOUNCED, words=ENGLISH),
    "trouble_address_given_up": lambda: desk_notes.trouble_note(GIVEN_UP, words=ENGLISH),
    "trouble_erased_left": lambda: desk_notes.trouble_note(LEFT, words=ENGLISH),
    "held_given_up": lambda: desk_notes.held_note(HELD, words=ENGLISH),
}


@pytest.mark.golden
@pytest.mark.parametrize("name", GOLDEN)
def test_a_card_looks_as_it_was_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", asdict(GOLDEN[name]()))


def test_a_stranger_s_status_and_address_format_nothing_and_ping_nobody() -> None:
    card = cards.case_card(confirmation(back("<!channel>*x*@evil.example", status="<!here>")), words=ENGLISH)

    shown = str(card.blocks)
    assert "<!channel>" not in shown
    assert "<!here>" not in shown
    assert "*x*" not in shown
