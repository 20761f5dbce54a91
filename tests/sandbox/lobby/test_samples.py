"""The sample mails are what they say they are."""

import io
import random
import zipfile
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage

import openpyxl
import pytest
from stdnum.eu import vat

from bot.adapters.carriers import read_workbooks
from bot.adapters.mail_parsing import read_files, read_mail_parts
from bot.adapters.packages import inspect
from bot.adapters.sheet_rules import Refused
from bot.adapters.spreadsheets import LIMITS, read_workbook
from bot.domain.form_requests import asks_for_form
from bot.domain.review import read_form
from bot.domain.ris import Decision, Role, Severity
from bot.rendering.workbooks import FIRST_USER_ROW
from bot.sandbox import hostile
from bot.sandbox.invented import organisation
from bot.sandbox.samples import DANA, SPONSORS, Sample, Samples
from tests.sandbox.mail.conftest import DESK, NOON

pytestmark = pytest.mark.slow


def parsed(sample: Sample) -> EmailMessage:
    return message_from_bytes(sample.raw, policy=policy.default)


def workbook_of(sample: Sample) -> bytes:
    (part,) = parsed(sample).iter_attachments()
    content = part.get_content()
    assert isinstance(content, bytes)
    return content


def cells_of(workbook: bytes) -> list[object]:
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    return [cell.value for sheet in book for row in sheet for cell in row if cell.value is not None]


def test_a_complete_ris_carries_the_filled_form_from_the_sponsor(samples: Samples) -> None:
    sample = samples.complete_ris()
    mail = parsed(sample)
    cells = cells_of(workbook_of(sample))

    assert sample.sender == DANA[1]
    assert mail["From"].addresses[0].addr_spec == DANA[1]
    assert mail["To"] == sample.recipient == DESK
    assert mail["Date"].datetime == NOON
    assert str(mail["Subject"]).removeprefix("New customer: ") in cells
    assert "Organization Administrator" in cells


@pytest.mark.parametrize("seed", range(20))
def test_an_invented_organisation_has_everything_in_order(seed: int) -> None:
    org = organisation(random.Random(seed))
    company = org.company

    assert company.seats == len(org.users)
    assert [user.role for user in org.users].count(Role.ORGANIZATION_ADMINISTRATOR) == 1
    assert len({user.email for user in org.users}) == len(org.users)
    assert len({phone for user in org.users for phone in user.phones}) == 2 * len(org.users)
    assert company.vat_id == "N/A" or vat.is_valid(company.vat_id)
    assert all(user.email.endswith(".example") for user in org.users)


def test_an_incomplete_ris_has_several_faults(samples: Samples) -> None:
    file = workbook_of(samples.incomplete_ris())
    users = openpyxl.load_workbook(io.BytesIO(file))["Users"].iter_rows(min_row=FIRST_USER_ROW + 1)

    assert {"DE12", "Atlantis", "call me", "Chief", 2} <= set(cells_of(file))
    assert "Organization Administrator" not in {cell.value for row in users for cell in row}


def test_the_desk_finds_complete_what_we_call_complete() -> None:
    for seed in range(10):
        samples = Samples(random.Random(seed), now=lambda: NOON, desk=DESK)
        for lang in ("en", "de"):
            reading = read_form([read_workbook("RIS.xlsx", workbook_of(samples.complete_ris(lang=lang)))])

            assert reading.decision is Decision.COMPLETE, (seed, lang, reading.cases[0].problems)


def test_a_form_of_their_own_is_read_in_full_whoever_the_customer_is() -> None:
    for seed in range(10):
        samples = Samples(random.Random(seed), now=lambda: NOON, desk=DESK)
        (file,) = read_files(samples.foreign_ris().raw)
        reading = read_form(read_workbooks(file.name, file.content))

        assert reading.decision is Decision.COMPLETE, (seed, reading.cases)
        assert reading.cases[0].headings


def test_more_people_belong_to_the_company_that_came_last(samples: Samples) -> None:
    first, more = (
        read_form([read_workbook("RIS.xlsx", workbook_of(sample))]).cases[0]
        for sample in (samples.complete_ris(), samples.addition_ris())
    )

    assert more.company.name == first.company.name
    assert not {user.email for user in more.users} & {user.email for user in first.users}


def test_a_stranger_is_proven_and_no_sponsor(samples: Samples) -> None:
    sample = samples.stranger_ris()

    assert sample.authentic
    assert sample.sender not in SPONSORS


def test_a_request_for_the_form_is_one(samples: Samples) -> None:
    mail = samples.form_request()

    assert asks_for_form(read_mail_parts(mail.raw))


def test_a_reply_names_what_it_answers_and_comes_from_whom_that_was_written_to(samples: Samples) -> None:
    theirs = parsed(samples.question())
    answer = parsed(samples.reply(theirs, "Please withdraw.", about="A reply"))

    assert answer["In-Reply-To"] == theirs["Message-ID"]
    assert answer["From"].addresses[0].addr_spec == theirs["To"].addresses[0].addr_spec


def test_the_desk_finds_many_kinds_of_faults_in_the_incomplete_one(samples: Samples) -> None:
    reading = read_form([read_workbook("RIS.xlsx", workbook_of(samples.incomplete_ris()))])
    kinds = {problem.kind for problem in reading.cases[0].problems if problem.severity is Severity.ERROR}

    assert reading.decision is Decision.INCOMPLETE
    assert len(kinds) >= 6


@pytest.mark.parametrize("kind", ["zip_bomb", "far_cell"])
def test_the_desk_refuses_the_hostile_ones_before_parsing_them(samples: Samples, kind: str) -> None:
    file = workbook_of(samples.hostile_ris(kind))

    with pytest.raises(Refused):
        inspect(file, LIMITS)


def test_a_forged_ris_claims_dana_and_is_not_authentic(samples: Samples) -> None:
    sample = samples.forged_ris()

    assert sample.sender == DANA[1]
    assert not sample.authentic


def test_the_zip_bomb_is_small_and_unfolds_to_much() -> None:
    with zipfile.ZipFile(io.BytesIO(hostile.zip_bomb())) as archive:
        unfolded = sum(entry.file_size for entry in archive.infolist())

    assert len(hostile.zip_bomb()) < 1_000_000
    assert unfolded > 200_000_000


def test_the_far_cell_is_a_workbook_of_two_cells() -> None:
    file = hostile.far_cell()
    book = openpyxl.load_workbook(io.BytesIO(file), read_only=True)

    assert len(file) < 5_000
    assert book["Company"].calculate_dimension() == "A1:XFD1048576"
    book.close()


def test_the_macro_file_is_a_whole_form_with_a_macro_project(samples: Samples) -> None:
    sample = samples.hostile_ris("macros")
    file = workbook_of(sample)

    assert "xl/vbaProject.bin" in zipfile.ZipFile(io.BytesIO(file)).namelist()
    assert "Organization Administrator" in cells_of(file)
    assert [part.get_filename() for part in parsed(sample).iter_attachments()] == ["RIS.xlsm"]


def test_machines_write_as_machines_do(samples: Samples) -> None:
    bounce, auto, listed = map(parsed, (samples.bounce(), samples.auto_reply(), samples.list_mail()))
    (report,) = [part for part in bounce.walk() if part.get_content_type() == "message/delivery-status"]

    assert bounce.get_content_type() == "multipart/report"
    assert bounce.get_param("report-type") == "delivery-status"
    assert "Status: 5.1.1" in report.as_string()
    assert auto["Auto-Submitted"] == "auto-replied"
    assert "partner-news.lists.example.net" in listed["List-Id"]
    assert samples.bounce().sender == samples.auto_reply().sender == ""


def test_questions_come_in_both_languages_from_people_who_are_no_sponsors(samples: Samples) -> None:
    english, german = samples.question(), samples.question("de")

    assert "Kind regards" in parsed(english).get_content()
    assert "Viele Grüße" in parsed(german).get_content()
    assert not {english.sender, german.sender} & set(SPONSORS)


def test_a_busy_monday_is_mixed_and_each_mail_its_own(samples: Samples) -> None:
    day = samples.busy_monday()
    kinds = Counter(sample.about.split()[1] for sample in day)

    assert len(day) == 30
    assert len(kinds) >= 7
    assert len({parsed(sample)["Message-ID"] for sample in day}) == 30


def test_equal_seeds_give_equal_days() -> None:
    first, second = (
        [sample.raw for sample in Samples(random.Random(3), now=lambda: NOON, desk=DESK).busy_monday()]
        for _ in range(2)
    )

    assert first == second
