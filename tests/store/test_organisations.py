"""The index by which organisations are found again, also in a database from before it was there."""

from pathlib import Path

from bot.domain.organisations import Mark, MarkKind, host_first, people_of
from bot.rendering import samples
from bot.store import cases, organisations
from bot.store.database import connect, transaction
from bot.store.migrations import migrate
from bot.store.schema import migrations


def test_cases_from_before_the_index_are_found_and_their_decisions_stand(tmp_path: Path) -> None:
    with connect(tmp_path / "old.db") as db:
        migrations.apply(db, stop_before="m013_organisations_are_known_again")
        old = samples.decided_case()
        db.execute(
            """insert into cases (id, status, version, content_hash, sponsor_name, sponsor_address, cc,
                   authorised, verdict, evidence, lang, hands, thread, created_at, status_since)
               values (7, 'approved', 1, :hash, 'Mira', 'mira@sponsor.example.com', '[]', 1, 'passed', '',
                   'en', '[]', '{"message_id": "", "references": [], "subject": ""}', :at, :at)""",
            {"hash": old.content_hash, "at": "2024-09-12T08:02:00.000000Z"},
        )
        cases._add_version(db, old, made_by="mail:41", now=old.created_at)
        db.execute(
            """insert into decisions (case_id, choice, made_by, made_at, version, content_hash, phase)
               values (7, 'approved', 'U0AVERY', :at, 1, :hash, 'done')""",
            {"hash": old.content_hash, "at": "2024-09-12T08:31:00.000000Z"},
        )

        migrate(db)

        found = cases.find(db, 7)
        assert found is not None
        assert found.decision is not None
        assert (found.voided, found.addition) == ((), None)
        vat_id = Mark(MarkKind.VAT_ID, old.ris.company.vat_id)
        assert organisations.find_alike(db, [vat_id], of=99) == [(7, vat_id)]


def test_marks_of_a_newer_version_take_the_place_of_older_ones(tmp_path: Path) -> None:
    with connect(tmp_path / "new.db") as db:
        migrate(db)
        case = samples.complete_case()
        with transaction(db):
            cases.add(db, case, made_by="mail:41", now=case.created_at)
            organisations.set_marks(db, case.id, [Mark(MarkKind.HOST, "old.example.com")])
            organisations.set_marks(db, case.id, [Mark(MarkKind.HOST, "new.example.com")])

        hosts = [Mark(MarkKind.HOST, "old.example.com"), Mark(MarkKind.HOST, "new.example.com")]
        assert organisations.find_alike(db, hosts, of=99) == [(7, hosts[1])]
        assert organisations.find_alike(db, hosts, of=7) == []


def test_people_marked_by_an_earlier_version_are_known_as_before(tmp_path: Path) -> None:
    case = samples.complete_case()
    with connect(tmp_path / "old.db") as db:
        migrations.apply(db, stop_before="m062_what_a_form_writes_lies_together")
        with transaction(db):
            cases.add(db, case, made_by="mail:41", now=case.created_at)
            odd = ("", "no address", "a@b@c", '"a@b"@example.com')
            for value in (*odd, *(user.email.lower() for user in case.ris.users)):
                sql = "insert into case_marks values ('person', :value, :id, 'as it was')"
                db.execute(sql, {"value": value, "id": case.id})

        migrate(db)

        known = {mark.value for mark in organisations.list_people(db, case.id)}
        assert known == {*map(host_first, odd), *(mark.value for mark in people_of(case.ris.users))}
