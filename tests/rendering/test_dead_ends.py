"""The desk's card of dead ends: each kind under its heading, with names and no more than fit."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.domain.dead_ends import ForDesk, OrganisationFacts, PartnerFacts
from bot.domain.languages import LANGUAGES
from bot.rendering import dead_ends, lifecycle_samples, samples
from bot.rendering.mails import render_mail
from bot.rendering.words import words

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def found() -> ForDesk:
    account = lifecycle_samples.partner(samples.decided_case(), at=AT)
    partner = PartnerFacts(
        account=account,
        validated_on=date(2026, 2, 3),
        ends_on=date(2026, 3, 3),
        password_set_at=AT,
        lost=True,
    )
    organisation = OrganisationFacts(id=7, company="Lindqvist & Co", members=())
    return ForDesk(leaderless=(organisation,), hurried=(partner,), unwarned=(partner,) * 30)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_kind_has_its_heading_and_what_is_empty_none(lang: str) -> None:
    card = dead_ends.dead_ends_note(found(), words=words(lang))
    said = json.dumps(card.blocks, ensure_ascii=False)

    assert "32" in card.text
    assert "C-7 · Lindqvist &amp; Co" in said
    assert len(card.blocks) == 5
    assert len(dead_ends.dead_ends_note(replace(found(), hurried=()), words=words(lang)).blocks) == 4


@pytest.mark.parametrize(
    ("lang", "alone", "among_others"),
    [
        ("en", "You have one phone only", "You are one of them"),
        ("de", "Sie haben nur ein Telefon", "Sie selbst"),
    ],
)
def test_the_mail_says_you_where_it_is_about_its_reader_alone(
    lang: str, alone: str, among_others: str
) -> None:
    values = samples.sample_values("dead_ends", lang)
    own = render_mail("dead_ends", lang, values | {"one_phone": 1}).text
    several = render_mail("dead_ends", lang, values).text
    anothers = render_mail("dead_ends", lang, values | {"one_phone": 1, "own_phone": False}).text

    assert alone in own
    assert among_others not in own
    assert str(values["one_phone_names"]) not in own
    assert among_others in several
    assert alone not in several + anothers
