"""What the status page says, where no story walks the whole way there."""

from datetime import UTC, datetime

from bot.domain.cards import StatusPage
from bot.domain.cases import CaseStatus
from bot.rendering.pages.journey import journey
from tests.page_words import page_words

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def asked(*, open_problems: int) -> StatusPage:
    return StatusPage(
        ref="C-7",
        company="Lindgren Example GmbH",
        status=CaseStatus.WAITING_FOR_SPONSOR,
        since=AT,
        received_at=AT,
        users=2,
        seats="2",
        open_problems=open_problems,
    )


def test_a_question_of_staff_wants_words_and_an_open_point_the_corrected_form() -> None:
    assert "answers there in words" in journey(asked(open_problems=0), page_words("en")).next
    assert "with the corrected form" in journey(asked(open_problems=1), page_words("en")).next
    assert "mit eigenen Worten" in journey(asked(open_problems=0), page_words("de")).next
    assert "mit dem berichtigten Formular" in journey(asked(open_problems=1), page_words("de")).next
