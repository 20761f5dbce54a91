"""Nobody is sent to themselves: an Organization Administrator reads of the desk alone."""

import pytest

from bot.rendering import mails, samples


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("name", ["account_locked", "credential_notice"])
def test_whom_to_tell_is_not_the_reader(name: str, lang: str) -> None:
    whom = "Organization Administrator" if lang == "en" else "Organisationsadministrator"
    values = samples.sample_values(name, lang)
    to_user, to_administrator = (
        " ".join(mails.render_mail(name, lang, values | {"administrator": one}).text.split())
        for one in (False, True)
    )

    assert whom in to_user
    assert whom not in to_administrator
    assert values["support_desk"] in to_administrator
