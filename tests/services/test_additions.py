"""A form for a known organisation: staff are asked, nothing is merged without them, only new people count."""

import time
from dataclasses import replace

import pytest

from bot.domain.approvals import RejectionReason
from bot.domain.cases import Case, CaseStatus
from bot.domain.errors import (
    ContentChanged,
    HasAdditions,
    NoOrganisation,
    NothingToAdd,
    NotReviewable,
    NotStaff,
    OrganisationUndecided,
    OwnWork,
)
from bot.domain.mail import Address
from bot.domain.organisations import Likeness, Mark, MarkKind, Reason, host_first
from bot.domain.ris import Credential, RisCase, User
from bot.rendering.cards import case_card
from bot.rendering.words import words
from bot.rendering.workbooks import ris_form
from bot.services import additions, approvals, cases
from bot.store import organisations as store
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, CASEY, DANA, ELI, MALLORY, Office, a_case, a_submission
from tests.forms import COMPANY, MARA, TOM
from tests.forms import case as read_ris

NEW = replace(TOM, first_name="Nora", last_name="Vogt", email="nora.vogt@nordlicht.example.com")
HARDWARE = replace(
    NEW, first_name="Hal", email="hal@nordlicht.example.com", credential=Credential.MLOA_HARDWARE
)
#: a sponsor of another domain; both are among SPONSORS where a test says so
OTHER = Address(name="Olga Other", address="olga@second.example.org")


def a_form(office: Office, *users: User, sender: Address = DANA, **company: str) -> Case:
    ris = RisCase(company=replace(COMPANY, **company), users=users or (MARA, TOM))
    return a_case(office, replace(a_submission(sender=sender), ris=ris))


def likenesses(office: Office, case: Case) -> tuple[Likeness, ...]:
    with office.connect() as db:
        return cases.get_card(db, office.desk, case.ref, now=office.now).likenesses


def approve(office: Office, ref: str) -> Case:
    case = office.case(ref)
    with office.connect() as db:
        return approvals.approve(db, office.desk, ref=ref, seen=case.content_hash, by=AVERY, now=office.now)


def same(office: Office, case: Case, other: str = "C-1", seen: str = "") -> Case:
    with office.connect() as db:
        return additions.confirm_same(
            db,
            office.desk,
            ref=case.ref,
            other=other,
            seen=seen or case.content_hash,
            by=BLAKE,
            now=office.now,
        )


def not_same(office: Office, case: Case, other: str = "C-1") -> Case:
    with office.connect() as db:
        return additions.deny_same(
            db, office.desk, ref=case.ref, other=other, seen=case.content_hash, by=BLAKE, now=office.now
        )


def test_a_form_for_a_known_organisation_is_asked_about_with_its_reasons(office: Office) -> None:
    a_form(office)
    approve(office, "C-1")
    case = a_form(office, MARA, NEW, name="NORDLICHT-WERKE")

    (like,) = likenesses(office, case)
    assert (like.ref, like.points, like.status) == ("C-1", 100, CaseStatus.APPROVED)
    assert like.people == ("Mara Lindqvist",)
    assert like.reasons == (
        Reason.SAME_VAT_ID, Reason.SAME_NAME, Reason.SAME_HOST, Reason.SAME_PEOPLE,
    )  # fmt: skip
    assert case.addition is None  # nothing is merged by itself


def test_only_the_later_of_two_is_asked_about(office: Office) -> None:
    first = a_form(office)
    second = a_form(office, NEW)

    assert likenesses(office, first) == ()
    assert [like.ref for like in likenesses(office, second)] == ["C-1"]


def test_what_was_rejected_or_is_of_nobody_is_not_known(office: Office) -> None:
    first = a_form(office)
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref="C-1", seen=first.content_hash, by=AVERY,
            reason=RejectionReason.OTHER, note="", now=office.now,
        )  # fmt: skip

    assert likenesses(office, a_form(office)) == ()


def test_an_addition_brings_the_new_people_and_their_seats_only(office: Office) -> None:
    a_form(office)
    approve(office, "C-1")
    case = same(office, a_form(office, MARA, TOM, NEW, HARDWARE))
    approve(office, case.ref)

    assert case.addition is not None
    assert (case.addition.of, case.addition.known, case.addition.told) == (1, (0, 1), True)
    confirmed = office.job("order_confirmation").values["words"]
    assert [user["name"] for user in confirmed["users"]] == ["Nora Vogt", "Hal Vogt"]
    assert (confirmed["seats"], confirmed["users_count"], confirmed["only_people"]) == ("1", 2, True)
    assert confirmed["addition_to"] == "C-1"
    assert confirmed["known_users"] == "Mara Lindqvist, Tom Öztürk"
    assert office.case(case.ref).addition == case.addition  # kept, for the rooms that come after


def test_what_was_shown_before_it_was_an_addition_cannot_be_approved(office: Office) -> None:
    a_form(office)
    approve(office, "C-1")
    before = a_form(office, NEW)
    same(office, before)

    with office.connect() as db, pytest.raises(ContentChanged):
        approvals.approve(db, office.desk, ref="C-2", seen=before.content_hash, by=AVERY, now=office.now)


def test_who_says_so_has_a_hand_in_it(office: Office) -> None:
    a_form(office)
    approve(office, "C-1")
    case = a_form(office, NEW)
    with office.connect() as db:
        case = additions.confirm_same(
            db, office.desk, ref="C-2", other="C-1", seen=case.content_hash, by=AVERY, now=office.now
        )
        with pytest.raises(OwnWork):
            approvals.approve(db, office.desk, ref="C-2", seen=case.content_hash, by=AVERY, now=office.now)
        approvals.approve(db, office.desk, ref="C-2", seen=case.content_hash, by=CASEY, now=office.now)

    assert office.case("C-2").status is CaseStatus.APPROVED


def test_it_is_refused_to_whoever_is_no_staff(office: Office) -> None:
    a_form(office)
    case = a_form(office, NEW)
    with office.connect() as db, pytest.raises(NotStaff):
        additions.confirm_same(
            db, office.desk, ref="C-2", other="C-1", seen=case.content_hash, by=ELI, now=office.now
        )


@pytest.mark.parametrize(
    ("first", "email", "told"),
    [
        ("Thomas", TOM.email.upper(), ("Thomas Öztürk",)),
        ("Thomas", "thomas@nordlicht.example.com", ()),
        ("Tom", TOM.email, ()),
    ],
)
def test_an_address_that_somebody_there_has_by_another_name_is_pointed_out(
    office: Office, first: str, email: str, told: tuple[str, ...]
) -> None:
    a_form(office)
    approve(office, "C-1")
    case = same(office, a_form(office, MARA, replace(TOM, first_name=first, email=email)))

    with office.connect() as db:
        card = cases.get_card(db, office.desk, case.ref, now=office.now)
    assert card.joined is not None
    assert card.joined.sharing == told
    shown = str(case_card(card, words=words("en")))
    assert ("has the address of Thomas Öztürk by another name" in shown) is bool(told)


def test_a_word_on_what_has_changed_is_refused(office: Office) -> None:
    a_form(office)
    case = a_form(office, NEW)

    with pytest.raises(ContentChanged):
        same(office, case, seen="something else")


def test_what_is_told_apart_is_not_asked_again_and_an_addition_can_be_undone(office: Office) -> None:
    a_form(office)
    ris = read_ris(ris_form("en", COMPANY, [MARA, NEW]))  # as the rules judge it
    case = a_case(office, replace(a_submission(sender=DANA), ris=ris))
    not_same(office, case)
    assert likenesses(office, case) == ()

    added = same(office, office.case("C-2"))
    undone = not_same(office, added)

    assert undone.addition is None
    assert office.case("C-2").content_hash == case.content_hash
    assert likenesses(office, undone) == ()


def test_an_addition_waits_for_its_organisation(office: Office) -> None:
    a_form(office)
    same(office, a_form(office, NEW))

    with pytest.raises(OrganisationUndecided):
        approve(office, "C-2")
    approve(office, "C-1")
    assert approve(office, "C-2").status is CaseStatus.APPROVED


def test_an_addition_of_nobody_new_cannot_be_ordered(office: Office) -> None:
    a_form(office)
    approve(office, "C-1")
    same(office, a_form(office, TOM, MARA))

    with pytest.raises(NothingToAdd):
        approve(office, "C-2")


def test_an_addition_to_an_addition_is_one_to_its_organisation(office: Office) -> None:
    a_form(office)
    approve(office, "C-1")
    same(office, a_form(office, NEW))
    approve(office, "C-2")
    case = same(office, a_form(office, NEW, HARDWARE), other="C-2")

    assert case.addition is not None
    assert (case.addition.ref, case.addition.known) == ("C-1", (0,))


def test_the_card_of_an_addition_shows_where_its_organisation_stands(office: Office) -> None:
    a_form(office)
    same(office, a_form(office, NEW))
    office.work()
    before = len(office.jobs("case_card"))
    approve(office, "C-1")

    assert {job.case_id for job in office.jobs("case_card")[before:]} == {1, 2}
    with office.connect() as db:
        joined = cases.get_card(db, office.desk, "C-2", now=office.now).joined
    assert joined is not None
    assert joined.status is CaseStatus.APPROVED


def test_people_who_join_meanwhile_are_known_at_once_and_void_what_was_shown(office: Office) -> None:
    a_form(office)
    approve(office, "C-1")
    same(office, a_form(office, NEW))
    third = same(office, a_form(office, NEW, HARDWARE))
    assert third.addition is not None
    assert third.addition.known == ()

    approve(office, "C-2")

    now = office.case("C-3")
    assert now.addition is not None
    assert now.addition.known == (0,)
    assert now.content_hash != third.content_hash


@pytest.mark.parametrize("other", ["C-2", "C-3"])
def test_nothing_is_added_to_itself_or_to_a_later_case(office: Office, other: str) -> None:
    a_form(office)
    case = a_form(office, NEW)
    a_form(office, HARDWARE)

    with pytest.raises(NoOrganisation):
        same(office, case, other=other)


def test_an_organisation_with_additions_is_not_added_to_another(office: Office) -> None:
    a_form(office, name="Ostwind KG", vat_id="", website="")
    second = a_form(office)
    same(office, a_form(office, NEW), other="C-2")

    with pytest.raises(HasAdditions):
        same(office, second, other="C-1")


def test_nothing_is_added_to_what_nobody_took_in_and_its_card_offers_no_button(office: Office) -> None:
    claimed = replace(
        a_submission(sender=MALLORY, sponsor=False), ris=RisCase(company=COMPANY, users=(MARA,))
    )
    a_case(office, claimed)
    case = a_form(office, NEW)

    (like,) = likenesses(office, case)
    assert not like.may_be_joined
    with pytest.raises(NoOrganisation):
        same(office, case)


def test_a_decided_case_is_no_addition_any_more(office: Office) -> None:
    a_form(office)
    a_form(office, NEW)
    case = approve(office, "C-2")

    with pytest.raises(NotReviewable):
        same(office, case)


def test_the_sponsor_of_another_hears_nothing_of_it(office: Office) -> None:
    a_form(office)
    approve(office, "C-1")
    case = same(office, a_form(office, MARA, NEW, sender=OTHER))
    approve(office, case.ref)

    assert case.addition is not None
    assert not case.addition.told
    confirmed = office.job("order_confirmation").values["words"]
    assert (confirmed["addition_to"], confirmed["known_users"]) == ("", "")
    assert "C-1" not in str(words)


def test_a_newer_version_of_an_addition_stays_one(office: Office) -> None:
    a_form(office)
    approve(office, "C-1")
    case = same(office, a_form(office, NEW))
    ris = RisCase(company=COMPANY, users=(TOM, NEW, HARDWARE))
    with office.connect() as db, transaction(db):
        cases.revise_case(db, office.desk, case, replace(a_submission(), ris=ris), now=office.now)

    newer = office.case("C-2")
    assert newer.addition is not None
    assert (newer.addition.ref, newer.addition.known) == ("C-1", (0,))
    assert newer.content_hash not in {case.content_hash, ris.content_hash()}


def test_the_same_form_as_a_new_mail_is_said_on_both_cases_and_merged_in_neither(office: Office) -> None:
    a_form(office)
    case = a_form(office)
    office.work()

    assert likenesses(office, case)[0].reasons[0] is Reason.SAME_FORM
    (note,) = office.jobs("same_form_note")
    assert note.values["words"] == {"ref": "C-1", "again": "C-2"}
    assert note.values["thread_key"] == "card:C-1"
    assert office.case("C-1").version == 1


def test_of_many_that_are_equally_like_the_first_are_asked_about(office: Office) -> None:
    for _ in range(24):
        a_form(office)

    newest = a_form(office)

    assert [like.ref for like in likenesses(office, newest)] == ["C-1", "C-2", "C-3"]


@pytest.mark.slow
def test_among_ten_thousand_organisations_one_is_found_in_no_time(office: Office) -> None:
    """All of them share the domain and half the name, and the form has 2,000 people: it stays quick."""
    a_form(office)
    approve(office, "C-1")
    with office.connect() as db, transaction(db):
        columns = "status, version, content_hash, sponsor_name, sponsor_address, cc, authorised, verdict, "
        columns += "evidence, lang, hands, thread, created_at, status_since, assigned_to"
        db.execute(
            f"""with recursive n(i) as (select 2 union all select i + 1 from n where i < 10001)
                insert into cases (id, {columns}) select n.i, {columns} from cases, n where cases.id = 1"""
        )
        db.execute("update numbers set last = 10001 where name = 'case'")
        for number in range(2, 10_002):
            marks = [
                Mark(MarkKind.HOST, "nordlicht.example.com"),
                Mark(MarkKind.NAME, f"nordlicht {number}", "DE"),
                Mark(MarkKind.PERSON, host_first(f"p{number}@nordlicht.example.com"), "p"),
            ]
            store.set_marks(db, number, marks)
    crowd = [replace(NEW, email=f"p{number}@{number}.nordlicht.example.com") for number in range(2_000)]
    case = a_form(office, MARA, NEW, *crowd)

    started = time.process_time()
    found = likenesses(office, case)

    assert time.process_time() - started < 1.0  # seconds; most of it reads the form's people
    assert found[0].ref == "C-1"
