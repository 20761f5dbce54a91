"""Cases and questions are found by what stands in them now, whatever is typed, by staff alone."""

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from bot.domain.errors import NotStaff
from bot.domain.finding import Findings, Subject, read
from bot.domain.ris import Company, RisCase, User
from bot.domain.staff import Staff
from bot.services import cases, finding, intake, sources
from bot.services.cases import Submission
from bot.store import database
from bot.store import finding as index
from bot.store.database import connect, transaction
from bot.store.migrations import migrate
from bot.store.schema import migrations
from tests.budget import examples
from tests.cast import AVERY, BLAKE, DANA, ELI, Office, a_case, a_mail, a_submission
from tests.forms import sound_form

GRETA = User(
    first_name="Greta", last_name="Müller", email="greta@works.example.org", phones=("+493023125001",)
)


def about(company: str, *users: User, order: str = "") -> Submission:
    ris = RisCase(company=Company(name=company, purchase_order=order), users=users)
    return replace(a_submission(), ris=ris)


def find(office: Office, typed: str, *, page: int = 1, by: Staff = AVERY) -> Findings:
    with office.connect() as db:
        return finding.find(db, office.desk, typed, page=page, by=by, now=office.now)


def refs(office: Office, typed: str) -> list[str]:
    return [found.ref for found in find(office, typed).found]


def test_a_case_is_found_by_everything_that_stands_in_it(office: Office) -> None:
    ref = a_case(office, about("Straßenbau Köln GmbH", GRETA, order="PO-4711")).ref

    for typed in ("strassen koeln", "muller", "greta@works", "030 23125001", "po-4711", ref, "dana@sponsor"):
        assert refs(office, typed) == [ref], typed
    assert refs(office, "muller hamburg") == []


def test_cases_that_are_opened_together_come_into_one_piece_of_the_index(office: Office) -> None:
    rows = [office.record(a_mail(files=[("RIS.xlsx", sound_form())])) for _ in range(4)]
    with office.connect() as db:
        read = [office.reader.read_mail(sources.get(db, office.desk, row.id)) for row in rows]
        understood = [
            intake.understand(db, office.desk, row, *one) for row, one in zip(rows, read, strict=True)
        ]
        intake.decide(db, office.desk, understood, now=office.now)
        pieces = database.rows(db, "select distinct segid from findables_idx")

    assert len(pieces) == 1
    assert refs(office, "dana@sponsor") == ["C-4", "C-3", "C-2", "C-1"]


def test_of_a_case_that_changes_while_others_wait_for_the_index_only_the_newest_is_found(
    office: Office,
) -> None:
    case = a_case(office, about("Works Ltd"))
    with office.connect() as db, transaction(db), index.at_the_end(db):
        for name in ("Middle Ltd", "Mill Ltd"):
            index.set_case(db, replace(case, ris=replace(case.ris, company=Company(name=name))))

    assert [refs(office, typed) for typed in ("works", "middle", "mill")] == [[], [], [case.ref]]


def test_a_question_is_found_by_who_asked_and_its_subject(office: Office) -> None:
    office.take(a_mail(subject="Wo ist mein Schlüssel?"))

    assert refs(office, "schlussel") == ["Q-1"]
    assert refs(office, "q-1") == ["Q-1"]
    assert refs(office, DANA.address) == ["Q-1"]


def test_a_question_is_found_by_what_it_says(office: Office) -> None:
    office.take(a_mail(subject="A question", text="Good morning,\nour Quarzuhr shows no code since May."))
    office.take(a_mail(subject="Another", text="Since May nothing works."))

    assert refs(office, "quarzuhr") == ["Q-1"]
    assert refs(office, "since may") == ["Q-2", "Q-1"]
    assert refs(office, "quarzuhr works") == []
    (found,) = find(office, "quarzuhr").found
    told = [(one.subject, one.text) for one in found.matched]
    assert told == [(Subject.WORDS, "our Quarzuhr shows no code since May.")]


def test_a_password_in_a_question_is_neither_found_nor_shown(office: Office) -> None:
    told = "Passwort: Sommer2025!xyz"
    office.take(a_mail(subject=told, text=f"Our Quarzuhr is locked.\n{told}"))

    assert refs(office, "sommer2025") == []
    assert "Sommer2025" not in str(find(office, "passwort"))


def test_a_very_long_question_is_found_by_its_beginning(office: Office) -> None:
    office.take(a_mail(text=f"Beginning {'x ' * 5_000} ending"))

    assert refs(office, "beginning") == ["Q-1"]
    assert refs(office, "ending") == []


def test_names_come_first_and_then_the_newest(office: Office) -> None:
    named = a_case(office, about("Greta Works Ltd")).ref
    office.clock.wait(hours=1)
    older = a_case(office, about("Amber Ltd", GRETA)).ref
    office.clock.wait(hours=1)
    newer = a_case(office, about("Birch Ltd", GRETA)).ref

    assert refs(office, "greta") == [named, newer, older]


def test_what_matched_is_told(office: Office) -> None:
    a_case(office, about("Amber Ltd", GRETA))
    (found,) = find(office, "muller greta@works").found

    assert [(one.subject, one.text) for one in found.matched] == [
        (Subject.PERSON, "Greta Müller"),
        (Subject.ADDRESS, "greta@works.example.org"),
    ]


def test_a_newer_version_takes_the_place_of_the_older_one(office: Office, db: Database) -> None:
    case = a_case(office, about("Amber Ltd", GRETA))
    with transaction(db):
        newer = about("Amber Works Ltd", replace(GRETA, last_name="Berg"))
        cases.revise_case(db, office.desk, case, newer, now=office.now)

    assert refs(office, "muller") == []
    assert refs(office, "berg works") == [case.ref]


def test_what_rolls_back_is_not_found(office: Office, db: Database) -> None:
    with pytest.raises(ZeroDivisionError), transaction(db):  # noqa: PT012
        cases.open_case(db, office.desk, about("Amber Ltd"), now=office.now)
        raise ZeroDivisionError

    assert refs(office, "amber") == []


def test_a_deleted_case_and_question_leave_nothing_to_be_found(office: Office, db: Database) -> None:
    a_case(office, about("Amber Ltd", GRETA))
    office.take(a_mail(subject="Amber"))
    with transaction(db):
        db.execute("delete from outbox")
        db.execute("delete from case_versions")
        db.execute("delete from cases")
        db.execute("delete from conversations")

    assert refs(office, "amber") == []
    assert db.execute("select count(*) from findables").fetchone() == (0,)


def test_pages_are_kept_within_what_there_is(office: Office) -> None:
    for number in range(finding.PAGE + 1):
        a_case(office, about(f"Amber {number} Ltd"))
    first, beyond = find(office, "amber"), find(office, "amber", page=99)

    assert (first.total, first.pages, len(first.found)) == (finding.PAGE + 1, 2, finding.PAGE)
    assert (beyond.page, len(beyond.found)) == (2, 1)


def test_staff_find_and_others_do_not(office: Office) -> None:
    a_case(office, about("Amber Ltd"))

    assert find(office, "amber", by=BLAKE).total == 1
    with pytest.raises(NotStaff):
        find(office, "amber", by=ELI)


@pytest.mark.parametrize(
    "typed",
    [
        '"', '""', '"amber', "amber*", "*", "-amber", "NOT amber", "amber NEAR birch", "NEAR(amber birch, 5)",
        "amber AND", "OR", "(amber", "names:amber", "{names}:amber", "^amber", "amber + birch",
        "'; drop table cases",
        "\x00amber", "amber\\", "%", "_", "a" * 3000, "amber " * 600, '"' * 3000,
        "\U0001d538mber", "\ud800", "ﷺ", "ǅ",
    ],
)  # fmt: skip
def test_whatever_is_typed_is_words(office: Office, typed: str) -> None:
    a_case(office, about("Amber Ltd"))

    assert find(office, typed).total in (0, 1)
    assert refs(office, "amber") == ["C-1"]


@settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=st.text(max_size=60) | st.text(alphabet='"*-+^(){}:ANDORNEAT az09ü ', max_size=60))
def test_no_text_is_a_mistake(office: Office, typed: str) -> None:
    find(office, typed)


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(st.characters(categories=["L", "N", "M", "Zs", "P"]), min_size=1, max_size=40))
def test_whatever_can_be_typed_of_a_name_finds_it(office: Office, name: str) -> None:
    """The index splits a text into the same words as we do, in any script."""
    ref = a_case(office, about(name)).ref
    found = find(office, name)

    assert found.total == 0 or ref in [one.ref for one in found.found] or found.pages > 1
    assert bool(found.total) is bool(read(name)[0])


@pytest.mark.slow
def test_a_form_with_thousands_of_people_is_indexed_soon_and_found(office: Office) -> None:
    crowd = tuple(replace(GRETA, email=f"p{number}@works.example.org") for number in range(5_000))
    began = time.process_time()
    ref = a_case(office, about("Crowd Ltd", *crowd)).ref

    assert refs(office, "p4999@works.example.org") == [ref]
    assert time.process_time() - began < 10


def test_what_came_before_the_index_is_found_after_the_migration(tmp_path: Path, office: Office) -> None:
    a_case(office, about("Amber Ltd", GRETA))
    office.take(a_mail(subject="Amber keys"))
    with office.connect() as db:
        with transaction(db):
            db.execute("delete from findables")
            index.index_all(db)
        assert refs(office, "amber") == ["C-1", "Q-1"]
    with connect(tmp_path / "old.db") as old:
        migrations.apply(old, stop_before="m018_records")
        migrate(old)
        assert "findables" in old.table_names()
