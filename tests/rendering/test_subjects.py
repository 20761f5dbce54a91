"""Subjects: what matters in them is not cut off where mailboxes list them."""

import pytest

from bot.domain.languages import LANGUAGES
from bot.rendering.mail_templates import list_mails
from bot.rendering.mails import render_mail
from bot.rendering.samples import sample_values
from tests.rendering.mail_states import STATES, URLS

MOST = 70  #: signs that are left of a subject in a list of mails on a desktop
every_language = pytest.mark.parametrize("lang", LANGUAGES)


@every_language
@pytest.mark.parametrize("name", [*list_mails(), *STATES])
def test_no_subject_is_longer_than_a_list_of_mails_shows(name: str, lang: str) -> None:
    mail = max((mail for mail in list_mails() if f"{name}_".startswith(f"{mail}_")), key=len)
    values = STATES[name](lang) | URLS if name in STATES else sample_values(name, lang)
    subject = render_mail(mail, lang, values).subject

    assert len(subject) <= MOST, subject


@every_language
def test_a_long_name_is_shortened_before_the_number_of_its_case(lang: str) -> None:
    name = "Norddeutsche Rechenzentrumsdienstleistungsgesellschaft mbH"
    mail = render_mail("receipt", lang, sample_values("receipt", lang) | {"company": name})

    assert name[:30] in mail.subject
    assert mail.subject.endswith("(C-7)")
    assert len(mail.subject) <= MOST
    assert name in mail.text.replace("\n", " ")
