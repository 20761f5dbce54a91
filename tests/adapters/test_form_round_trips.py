"""Whatever is written to our form reads back the same from every kind of file, through a mail."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.domain.review import read_form
from bot.domain.ris import Company, RisCase, User
from bot.rendering.workbooks import ris_form
from tests.adapters.test_marking_in_office import convert
from tests.budget import examples
from tests.cast import a_mail
from tests.form_values import COMPANIES, LANGS, USERS, placeless
from tests.form_writers import as_csv, as_html, form_sheets
from tests.outside import PlainReader
from tests.processes import need

many = settings(deadline=None, max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
PEOPLE = st.lists(USERS, max_size=5)
TABS = st.sampled_from([";", ",", "\t", "|"])
ENCODINGS = st.sampled_from(["utf-8-sig", "utf-8", "utf-16"])


def from_mail(files: Sequence[tuple[str, bytes]]) -> RisCase:
    """The one case that a mail with these files holds."""
    _, books = PlainReader().read_mail(a_mail(files=files))
    reading = read_form(books)
    assert len(reading.cases) == 1, reading
    return reading.cases[0]


@pytest.mark.slow
@many
@given(company=COMPANIES, users=PEOPLE, lang=LANGS, separator=TABS, encoding=ENCODINGS)
def test_two_csv_files_in_one_mail(
    company: Company, users: list[User], lang: str, separator: str, encoding: str
) -> None:
    first, second = form_sheets(lang, company, users)
    files = [
        (f"{sheet.name}.csv", as_csv([sheet], separator=separator, encoding=encoding))
        for sheet in (first, second)
    ]
    case = from_mail(files)

    assert (case.company, placeless(case)) == (company, users)


@pytest.mark.slow
@many
@given(company=COMPANIES, users=PEOPLE, lang=LANGS, separator=TABS, encoding=ENCODINGS)
def test_both_sheets_in_one_csv_file(
    company: Company, users: list[User], lang: str, separator: str, encoding: str
) -> None:
    sheets = form_sheets(lang, company, users)
    case = from_mail([("RIS.csv", as_csv(sheets, separator=separator, encoding=encoding))])

    assert (case.company, placeless(case)) == (company, users)


@pytest.mark.slow
@many
@given(company=COMPANIES, users=PEOPLE, lang=LANGS, name=st.sampled_from(["RIS.html", "RIS.xls"]))
def test_a_page_of_tables(company: Company, users: list[User], lang: str, name: str) -> None:
    case = from_mail([(name, as_html(form_sheets(lang, company, users)))])

    assert (case.company, placeless(case)) == (company, users)


Drawn = list[tuple[str, Company, list[User]]]


def drawn(number: int) -> Drawn:
    """So many forms, drawn beforehand: one LibreOffice opens them all."""
    forms: Drawn = []

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(lang=LANGS, company=COMPANIES, users=PEOPLE)
    def draw(lang: str, company: Company, users: list[User]) -> None:
        forms.append((lang, company, users))

    draw()
    return forms


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Drawn]:
    """Forty forms and the folder in which they are files, each named by its number."""
    need("soffice", "libreoffice-calc")
    folder, forms = tmp_path_factory.mktemp("forms"), drawn(40)
    for number, (lang, company, users) in enumerate(forms):
        (folder / f"{number}.xlsx").write_bytes(ris_form(lang, company, users))
    return folder, forms


@pytest.mark.slow
@pytest.mark.service
@pytest.mark.timeout(180)
@pytest.mark.parametrize("suffix", ["ods", "xls", "html"])
def test_forty_forms_as_libreoffice_saves_them(suffix: str, forty: tuple[Path, Drawn]) -> None:
    folder, forms = forty
    target = convert(folder, suffix, sorted(folder.glob("*.xlsx")))
    for number, (_, company, users) in enumerate(forms):
        case = from_mail([(f"RIS.{suffix}", (target / f"{number}.{suffix}").read_bytes())])

        assert (case.company, placeless(case)) == (company, users)
