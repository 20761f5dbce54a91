"""Days that a question names become a span since something expired."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.domain.faq import Reaction
from bot.faq.dates import days_since, find_today
from bot.faq.search import Search, plain, shipped

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("My account expired on 3 March 2026.", 270),
        ("it has expired on November 20th", 8),
        ("expired on 2026-09-01, what now?", 88),
        ("Konto lief am 31.10. ab", 28),
        ("Mein Konto ist am 01.09.2026 abgelaufen", 88),
        ("Abgelaufen seit Ende Oktober", 44),
        ("my login expired in November", 27),  # which is not over
        ("abgelaufen im M\u00e4rz 2026, heute ist der 3. April", 19),
        ("my account expired in January, today is 20 May", 125),
        ("Abgelaufen am 24. Mai, wir haben heute den 2. Juni", 9),
        ("MFA is mandatory since 12 November 2023", None),  # nothing expired
        ("may I renew an account that expired?", None),
        ("expired on 2026-02-30, or on 99.99.2026", None),
        ("It expires on 3 January", None),
        ("expired on 3 March 2031", None),
    ],
)
def test_a_named_day_becomes_a_span(text: str, days: int | None) -> None:
    assert days_since(text, find_today([text], TODAY)) == days


def test_without_a_day_to_reckon_from_there_is_none() -> None:
    assert days_since("it expired in January", None) is None
    assert find_today(["Hello.", "Today is 20 May."], None) == date(2025, 5, 20)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("My account expired in January, today is 20 May. Can I still get it back?", "expired-over-60-days"),
        (
            "My account expired on 1 May. Today is 20 May. Can I still get it back?",
            "prolongation-after-expiry",
        ),
        ("Mein Konto ist am 02.08.2026 abgelaufen, kann ich es reaktivieren?", "expired-over-60-days"),
        ("Mein Konto ist am 20.11. abgelaufen, kann ich es reaktivieren?", "prolongation-after-expiry"),
    ],
)
def test_the_search_reckons_with_it(text: str, topic: str) -> None:
    reading = plain().read(text, today=TODAY)

    assert (reading.reaction, reading.topic) == (Reaction.ANSWER, topic)


@pytest.mark.parametrize("search", [plain, shipped])
@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("My account expired exactly 60 days ago", "prolongation-after-expiry"),
        ("My account has been expired for sixty days.", "prolongation-after-expiry"),
        ("Mein Konto ist seit 60 Tagen abgelaufen", "prolongation-after-expiry"),
        ("Konto vor genau 60 Tagen abgelaufen, was kann ich tun?", "prolongation-after-expiry"),
        ("Mein Konto ist am 29.09.2026 abgelaufen, kann ich es reaktivieren?", "prolongation-after-expiry"),
        ("Mein Konto ist am 28.09.2026 abgelaufen, kann ich es reaktivieren?", "expired-over-60-days"),
        ("My account expired 61 days ago", "expired-over-60-days"),
        ("Mein Konto ist seit 61 Tagen abgelaufen", "expired-over-60-days"),
        ("Mein Konto ist vor mehr als 60 Tagen abgelaufen", "expired-over-60-days"),
        ("The link works only for 60 days after expiry. Mine is older.", "expired-over-60-days"),
    ],
)
def test_the_last_day_of_the_window_is_in_it(search: Callable[[], Search], text: str, topic: str) -> None:
    assert search().read(text, today=TODAY).topic == topic
