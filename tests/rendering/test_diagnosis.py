"""What is true for somebody who asks is said in both languages, with exact times and nothing left open."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import policy as policies
from bot.domain.diagnosis import Cause, Finding, Mend
from bot.domain.languages import LANGUAGES
from bot.domain.programmes import Programme
from bot.rendering.diagnosis import MOST_SAID, paragraphs

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
POLICY = policies.load()
WHOLE = Finding(
    cause=Cause.LOCKED,
    at=NOW - timedelta(hours=5),
    until=NOW + timedelta(hours=2),
    day=date(2026, 2, 18),
    last=date(2026, 4, 19),
    days=12,
    name="activation",
)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("cause", Cause)
def test_each_cause_is_a_sentence_or_two_of_its_own(cause: Cause, lang: str) -> None:
    for programme in Programme:
        undated = [(False, None)] * (cause in (Cause.TERMS, Cause.NOT_ACTIVATED))
        for yours, at in [(False, WHOLE.at), (True, WHOLE.at), *undated]:
            found = replace(WHOLE, cause=cause, programme=programme, yours=yours, at=at)
            (said,) = paragraphs([found], lang=lang, policy=POLICY, now=NOW)
            assert said.endswith(".")
            assert "{" not in said
            assert "  " not in said
            assert len(said) < 260
            assert "?" not in said.replace("Have a license key?", "").replace(
                "Haben Sie einen License Key?", ""
            )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_was_mailed_is_said_and_times_are_the_desks(lang: str) -> None:
    locked, expired = replace(WHOLE, mend=Mend.RESET), replace(WHOLE, cause=Cause.EXPIRED)
    said = paragraphs([replace(locked, mended=True), expired], lang=lang, policy=POLICY, now=NOW)

    assert "12:30" in said[0]
    assert ("just mailed" in said[0]) or ("soeben gemailt" in said[0])
    assert "12" in said[1]
    assert ("19 April 2026" in said[1]) or ("19. April 2026" in said[1])
    assert len(paragraphs([locked] * 9, lang=lang, policy=POLICY, now=NOW)) == MOST_SAID
    for mend in Mend:
        again = replace(WHOLE, mend=mend, mended=True)
        assert len(paragraphs([again], lang=lang, policy=POLICY, now=NOW)[0]) > len(said[0]) / 2
