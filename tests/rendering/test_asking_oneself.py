"""Nobody is sent to themselves: an Organization Administrator reads of the desk alone."""

from typing import Any

import pytest

from bot.rendering import mails, samples


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("account_locked", {}),
        ("credential_notice", {}),
        ("phone_reset", {"state": "refused"}),
        ("phone_reset", {"state": "lapsed"}),
        ("recovery", {"way": "closed"}),
        ("activated", {"lacks_key": True, "takes_key": False, "role": ""}),
    ],
)
def test_whom_to_tell_is_not_the_reader(name: str, state: dict[str, Any], lang: str) -> None:
    whom = "Organization Administrator" if lang == "en" else "Organisationsadministrator"
    values = samples.sample_values(name, lang) | state
    to_user, to_administrator = (
        " ".join(mails.render_mail(name, lang, values | {"administrator": one}).text.split())
        for one in (False, True)
    )

    assert whom in to_user
    assert whom not in to_administrator
