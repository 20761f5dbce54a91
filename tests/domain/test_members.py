"""What an administrator types about a person: read as it is meant, and what is wrong by its field."""

import pytest

from bot.domain.accounts import Origin
from bot.domain.members import read_member
from tests.services.test_members import GIVEN


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({"first_name": " ", "email": ""}, {"first_name": "missing", "email": "missing"}),
        ({"email": "not an address"}, {"email": "bad_email"}),
        ({"email": "a@b.example\nBcc: x@y.example"}, {"email": "bad_email"}),
        ({"first_name": "=HYPERLINK(1)"}, {"first_name": "formula"}),
        ({"last_name": "\t@SUM(1)"}, {"last_name": "formula"}),
        ({"job_title": "+cmd|x"}, {"job_title": "formula"}),
        ({"role": "root"}, {"role": "unknown_role"}),
        ({"language": "fr"}, {"language": "unknown_language"}),
        ({"last_name": "x" * 1_000_000}, {"last_name": "too_long"}),
        ({"job_title": "\u202egpj.exe"}, {"job_title": "too_long"}),
    ],
)
def test_a_form_says_by_field_what_is_wrong(changed: dict[str, str], faults: dict[str, str]) -> None:
    assert read_member(GIVEN | changed, origin=Origin.INVITED) == (None, faults)


def test_a_form_is_read_as_it_is_meant() -> None:
    new, _ = read_member({**GIVEN, "first_name": "  Ina  Maria ", "language": "de"}, origin=Origin.INVITED)

    assert new is not None
    assert (new.first_name, new.email, new.lang) == ("Ina Maria", "ina.okoye@kunde.example.org", "de")
