"""The card of an erasure names somebody only as long as two decide, and the export's page runs nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.languages import LANGUAGES
from bot.domain.people import (
    OPEN_ERASURES,
    Erasure,
    ErasureCard,
    ErasurePlan,
    ErasureState,
    Person,
    Wait,
    Warn,
)
from bot.rendering import erasures
from bot.rendering.person import person_page
from bot.rendering.words import words

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ASKED = Erasure(
    id=7, state=ErasureState.ASKED, sealed="", digest="d" * 64, asked_by="cli:root", asked_at=AT,
    until=AT + timedelta(days=7),
)  # fmt: skip
PLAN = ErasurePlan(
    person=Person(address="mara@works.example.com", names=("Mara Lindqvist",), accounts=(2,)),
    user_ids=("k7m3-x9p2",),
    cases=("C-7",),
    waits=((Wait.OPEN_CASE, "C-9"), (Wait.LEGAL_HOLD, "A-2")),
    warnings=tuple((warn, "C-7") for warn in Warn),
    digest="d" * 64,
)
AGREED = {"first_by": "U0AVERY0001", "first_at": AT, "first_right": "U0AVERY0001"}
OVER = {"second_by": "U0CASEY0001", "ended_at": AT, "ended_by": "U0CASEY0001"}


def card(state: ErasureState = ErasureState.ASKED) -> ErasureCard:
    is_open = state in OPEN_ERASURES
    found = replace(ASKED, state=state, **({} if state is ErasureState.ASKED else AGREED))  # type: ignore[arg-type]
    return ErasureCard(
        erasure=found if is_open else replace(found, **OVER),  # type: ignore[arg-type]
        plan=PLAN if is_open else None,
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", ErasureState)
def test_it_names_them_and_has_buttons_only_while_it_is_open(state: ErasureState, lang: str) -> None:
    shown = str(erasures.erasure_note(card(state), words=words(lang)).blocks)
    is_open = state in OPEN_ERASURES

    assert ("mara@works.example.com" in shown, "erasure_agree" in shown) == (is_open, is_open)
    assert shown.count(":warning:") == (len(Wait) + len(Warn) if is_open else 0)
    assert "{" not in "".join(
        block.get("text", {}).get("text", "")
        for block in erasures.erasure_note(card(state), words=words(lang)).blocks
    )


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://x.example")',
    "{{ 7*7 }}",
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_words_are_words_on_the_page(lang: str) -> None:
    told = {
        "about": {"names": list(HOSTILE)},
        "cases": [{"company": one, one: None} for one in HOSTILE],
        "mails": [],
    }
    page = person_page(told, at=AT, words=words(lang))

    assert "<script" not in page
    assert "<img" not in page
    assert "default-src 'none'" in page
    assert "=HYPERLINK(&#34;http://x.example&#34;)" in page
    assert "{{ 7*7 }}" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://x.example", "")
