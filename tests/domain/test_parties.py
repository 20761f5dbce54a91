"""Who may speak for a case."""

from dataclasses import replace

import pytest

from bot.domain.parties import is_party
from bot.rendering import samples

CASE = replace(samples.complete_case(), cc=("copied@partner.example.net",))
SPONSORS = ("sponsor.example.com", "other.example.org")


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("mira.wendel@sponsor.example.com", True),
        ("copied@partner.example.net", True),
        ("colleague@sponsor.example.com", True),
        ("someone@other.example.org", False),  # a sponsor, of other customers
        ("colleague@sub.sponsor.example.com", False),
        ("stranger@elsewhere.example.net", False),
        ("", False),
    ],
)
def test_the_sponsor_their_authorised_colleagues_and_copies_are_parties(address: str, party: bool) -> None:
    assert is_party(CASE, address, SPONSORS) is party


def test_a_colleague_who_may_not_submit_speaks_for_nobody() -> None:
    assert not is_party(CASE, "colleague@sponsor.example.com", ("mira.wendel@sponsor.example.com",))


def test_nobody_joins_a_case_of_an_unproven_sender() -> None:
    case = replace(CASE, authorised=False)

    assert not is_party(case, "colleague@sponsor.example.com", SPONSORS)
