"""A registration's draft: what the form says, what is typed, and every fault at its field."""

from dataclasses import replace

import pytest

from bot.domain.registration import (
    FIELDS,
    HEADQUARTERS,
    LONGEST,
    Draft,
    digest,
    first_draft,
    read_draft,
    understand,
)
from bot.domain.ris import PartnerType, RisCase
from bot.rendering import samples

RIS = samples.complete_case().ris


def faults(draft: Draft, ris: RisCase = RIS) -> list[tuple[str, str]]:
    found = understand(ris, draft, applications=("ForumPass",)).faults
    return [(fault.field, fault.code or str(fault.problem.kind if fault.problem else "")) for fault in found]


def a_draft(**typed: str) -> Draft:
    return read_draft({**first_draft(RIS), HEADQUARTERS: "DE", **typed})


def test_it_begins_with_the_form_and_nobody_has_chosen_the_headquarters() -> None:
    draft = first_draft(RIS)

    assert (draft["name"], draft["first_name"], draft["phone_2"]) == (
        "Lindgren & Söhne Maschinenbau GmbH", "Greta", "+493023125002",
    )  # fmt: skip
    assert faults(draft) == [(HEADQUARTERS, "headquarters")]
    assert tuple(draft) == FIELDS


def test_what_nobody_changed_is_registered_as_the_form_has_it() -> None:
    registered = understand(RIS, a_draft(), applications=("ForumPass",))

    assert (registered.faults, registered.headquarters) == ((), "DE")
    assert registered.ris.users == RIS.users
    assert registered.ris.company.name == RIS.company.name


@pytest.mark.parametrize(
    ("field", "typed", "kind"),
    [
        ("name", "", "missing"),
        ("name", "=HYPERLINK(1)", "formula"),
        ("name", "x" * (LONGEST + 1), "too_long"),
        ("street", " \u200b\u202e ", "missing"),
        ("postal_code", "2O457", "bad_number"),
        ("country", "Germoney", "bad_country"),
        ("website", "no address at all", "bad_url"),
        ("vat_id", "DE123456789", "bad_vat_id"),
        ("headquarters", "Germany", "headquarters"),
        ("headquarters", "XX", "headquarters"),
        ("last_name", "", "missing"),
        ("job_title", "-cmd|calc", "formula"),
        ("phone_1", "call me", "bad_phone"),
        ("phone_2", "12", "bad_phone"),
        ("phone_3", "+49 30 23125 006; +49 30 23125 007", "too_many"),
    ],
)
def test_each_fault_stands_at_its_own_field(field: str, typed: str, kind: str) -> None:
    assert faults(a_draft(**{field: typed})) == [(field, kind)]


def test_the_same_wrong_value_in_two_fields_is_a_fault_at_each() -> None:
    assert faults(a_draft(phone_2="call me", phone_3="call me")) == [
        ("phone_2", "bad_phone"),
        ("phone_3", "bad_phone"),
    ]
    assert [field for field, _ in faults(a_draft(phone_1="12", phone_2="", phone_3="12"))] == [
        "phone_1",
        "phone_3",
    ]


def test_at_least_one_phone_and_no_more_than_were_left() -> None:
    assert faults(a_draft(phone_1="", phone_2="")) == [("phone_1", "missing")]
    registered = understand(RIS, a_draft(phone_1="", phone_2="030 23125009"), applications=("ForumPass",))

    assert registered.ris.users[0].phones == ("+493023125009",)


def test_a_channel_partner_needs_a_vat_id() -> None:
    ris = replace(RIS, company=replace(RIS.company, partner_type=PartnerType.CHANNEL_PARTNER))

    assert faults(a_draft(vat_id="N/A"), ris) == [("vat_id", "missing")]
    assert faults(a_draft(vat_id="N/A")) == []


def test_other_fields_and_signs_that_nobody_sees_are_left_out() -> None:
    draft = read_draft({"name": " A\u202e\r\nB\x00 ", "role": "user", "email": "mallory@example.net"})

    assert draft["name"] == "A B"
    assert tuple(draft) == FIELDS
    assert len(read_draft({"name": "x" * 1_000_000})["name"]) < 2_000


def test_a_draft_is_known_by_its_digest() -> None:
    assert digest(a_draft()) == digest(dict(sorted(a_draft().items(), reverse=True)))
    assert digest(a_draft()) != digest(a_draft(city="Bremen"))
