"""A form in answer to a case that may be its newest or only say who joins: nothing is replaced unasked."""

from dataclasses import replace
from functools import cache

import pytest

from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.ledger import LedgerMail
from bot.domain.organisation_refusals import OtherVersion, PeopleKnown
from bot.domain.ris import Company, User
from bot.rendering.cards import case_card
from bot.rendering.words import words
from bot.rendering.workbooks import ris_form
from bot.services import cases, kinds
from tests.cast import BLAKE, Office, a_mail
from tests.forms import COMPANY, MARA, TOM
from tests.services.test_additions import approve, same
from tests.services.test_by_number import SUBJECT
from tests.services.test_doubles import accept, asks, deny, reject
from tests.services.test_newer_forms import NORA, newer_of, unread
from tests.services.test_versions_in_one_mail import FIRST, SECOND

ULF = replace(TOM, first_name="Ulf", last_name="Berg", email="ulf.berg@nordlicht.example.com")
VERA = replace(TOM, first_name="Vera", last_name="Sund", email="vera.sund@nordlicht.example.com")
OF_MANY = (MARA, TOM, ULF, VERA)
CITYLESS = replace(COMPANY, city="")
NAMELESS = replace(COMPANY, name="", vat_id="", website="", contact_email="")


@cache
def a_form(*people: User, company: Company = COMPANY) -> tuple[str, bytes]:
    return "RIS.xlsx", ris_form("en", replace(company, seats=len(people)), list(people))


def answer(office: Office, *people: User, by_number: bool = False, company: Company = COMPANY) -> LedgerMail:
    """Answer our mail about C-1, or write anew with its number, with a form of these people."""
    files, first = [a_form(*people, company=company)], next(job for job in office.mails() if job.case_id == 1)
    if by_number:
        return office.take(a_mail(subject=SUBJECT, files=files))
    return office.take(a_mail(answers=first.message_id, files=files))


def people_of(office: Office, ref: str) -> list[str]:
    return [user.first_name for user in office.case(ref).ris.users]


def buttons(office: Office, *refs: str) -> list[str]:
    """Of both cards, as staff read them."""
    said = words("en")
    with office.connect() as db:
        shown = [case_card(cases.get_card(db, office.desk, ref, now=office.now), words=said) for ref in refs]
    rows = [row for card in shown for row in card.blocks if row["type"] == "actions"]
    return [str(element["text"]["text"]) for row in rows for element in row["elements"]]


def quoted(refused: pytest.ExceptionInfo[OtherVersion], lang: str) -> list[str]:
    """What the refusal tells them to press."""
    said = words(lang).refusal(refused.value)
    opened, closed = ("“", "”") if lang == "en" else ("„", "“")
    return [part.partition(closed)[0] for part in said.split(opened)[1:]]


@pytest.mark.parametrize("by_number", [False, True])
@pytest.mark.parametrize(
    "people", [(MARA, NORA), (MARA, TOM, NORA), (NORA, replace(MARA, email="m@nordlicht.example.com"))]
)
def test_the_administrator_and_who_is_new_replace_nobody_unasked(
    office: Office, people: tuple[User, ...], *, by_number: bool
) -> None:
    office.take(a_mail(files=[a_form(*OF_MANY)]))
    row = answer(office, *people, by_number=by_number)

    assert row.subject_ref == "C-2"
    assert people_of(office, "C-1") == ["Mara", "Tom", "Ulf", "Vera"]
    assert (asks(office, "C-1"), asks(office, "C-2")) == (([], ["C-2"]), (["C-1"], []))
    for ref in ("C-1", "C-2"):
        with pytest.raises(OtherVersion):
            approve(office, ref)


def test_a_reply_with_only_the_new_users_form_is_asked_about(office: Office) -> None:
    office.take(a_mail(files=[a_form(MARA, TOM)]))
    row = answer(office, NORA)

    assert (row.subject_ref, people_of(office, "C-1")) == ("C-2", ["Mara", "Tom"])
    assert office.case("C-2").status is CaseStatus.IN_REVIEW  # nobody is asked for an administrator
    assert {"Newer form of C-1", "Same as C-1", "Not C-1"} <= set(buttons(office, "C-2"))


@pytest.mark.parametrize("by_number", [False, True])
@pytest.mark.parametrize(
    "people",
    [
        (MARA, TOM, ULF),  # somebody left
        (MARA,),  # brings nobody: nothing that could be added
        (MARA, TOM, ULF, NORA),  # one for another, of many
        (*OF_MANY, NORA),
        (MARA, TOM, replace(ULF, email="ulf@nordlicht.example.com"), replace(VERA, last_name="Sundt")),
    ],
)
def test_what_is_plainly_the_form_corrected_is_the_next_version(
    office: Office, people: tuple[User, ...], *, by_number: bool
) -> None:
    office.take(a_mail(files=[a_form(*OF_MANY)]))

    assert answer(office, *people, by_number=by_number).subject_ref == "C-1"
    assert people_of(office, "C-1") == [user.first_name for user in people]


def test_whose_name_or_address_was_asked_about_is_the_same_person_in_that_row(office: Office) -> None:
    unnamed = replace(MARA, first_name="", last_name="", email="to follow")
    office.take(a_mail(files=[a_form(unnamed, replace(TOM, email=""))]))
    assert office.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR

    assert answer(office, MARA, replace(NORA, role=TOM.role)).subject_ref == "C-1"
    assert office.case("C-1").version == 2


@pytest.mark.parametrize(
    ("unsure", "people"),
    [
        ((replace(MARA, email="to follow"), TOM, ULF, VERA), (NORA,)),
        ((MARA, replace(TOM, email=""), ULF, VERA), (MARA, NORA)),
    ],
)
def test_whoever_is_new_in_such_a_row_takes_nobody_else_out(
    office: Office, unsure: tuple[User, ...], people: tuple[User, ...]
) -> None:
    office.take(a_mail(files=[a_form(*unsure)]))

    assert answer(office, *people).subject_ref == "C-2"
    assert people_of(office, "C-1") == ["Mara", "Tom", "Ulf", "Vera"]


def test_a_form_without_people_is_completed_by_the_next(office: Office) -> None:
    office.take(a_mail(files=[a_form(company=CITYLESS)]))

    assert answer(office, MARA, TOM).subject_ref == "C-1"


def test_both_cards_and_the_thread_say_what_is_unclear(office: Office) -> None:
    office.take(a_mail(files=[a_form(*OF_MANY)]))
    office.work()
    answer(office, MARA, NORA)
    office.work()
    said = office.chat.texts()

    assert "takes 3 people out: Tom Öztürk, Ulf Berg, Vera Sund" in said
    assert "It came in answer to C-1" in said
    assert "C-2 may be another version of this form" in said
    assert "answered with a form that has other people: C-2" in said


def test_its_words_are_read_once_beside_it(office: Office) -> None:
    office.take(a_mail(files=[a_form(*OF_MANY)]))
    asked = office.mails()[-1].message_id
    office.take(a_mail(answers=asked, files=[a_form(MARA, NORA)], text="Nora needs it by Friday, or never."))

    assert [job.values["words"]["ref"] for job in office.jobs("question_note")] == ["C-2"]
    assert unread(office, "C-1") == 0
    assert unread(office, "C-2") == 1


def test_a_case_that_waited_for_its_sponsor_is_the_desks_turn(office: Office) -> None:
    office.take(a_mail(files=[a_form(*OF_MANY, company=CITYLESS)]))
    assert office.case("C-1").ball is BallHolder.SPONSOR
    answer(office, MARA, NORA)

    assert office.case("C-1").ball is BallHolder.DESK


@pytest.fixture
def unclear(office: Office) -> Office:
    office.take(a_mail(files=[a_form(*OF_MANY)]))
    answer(office, MARA, NORA)
    return office


def test_as_its_newer_form_it_takes_its_place(unclear: Office) -> None:
    newer_of(unclear, unclear.case("C-2"))

    assert people_of(unclear, "C-1") == ["Mara", "Nora"]
    assert unclear.case("C-2").status is CaseStatus.WITHDRAWN
    assert asks(unclear, "C-1") == ([], [])
    approve(unclear, "C-1")


def test_what_came_in_answer_to_it_is_asked_about_there_then(unclear: Office) -> None:
    asked = next(job for job in unclear.mails() if job.case_id == 2).message_id
    third = unclear.take(a_mail(answers=asked, files=[a_form(ULF, VERA)])).subject_ref
    newer_of(unclear, unclear.case("C-2"))

    assert (third, people_of(unclear, "C-1")) == ("C-3", ["Mara", "Nora"])
    assert asks(unclear, "C-1") == ([], ["C-3"])
    with pytest.raises(OtherVersion):
        approve(unclear, "C-1")


def test_as_an_addition_it_orders_for_who_is_new(unclear: Office) -> None:
    same(unclear, unclear.case("C-2"))
    approve(unclear, "C-1")
    approve(unclear, "C-2")

    assert people_of(unclear, "C-1") == ["Mara", "Tom", "Ulf", "Vera"]
    assert [user.first_name for user in unclear.case("C-2").ordered_users] == ["Nora"]


@pytest.mark.parametrize("first", ["C-1", "C-2"])
def test_told_apart_both_are_orders(unclear: Office, first: str) -> None:
    deny(unclear, "C-2", "C-1")

    approve(unclear, first)
    approve(unclear, "C-1" if first == "C-2" else "C-2")


def test_rejected_it_holds_nothing_up(unclear: Office) -> None:
    reject(unclear, "C-2")

    approve(unclear, "C-1")


def test_a_copy_that_nobody_vouched_for_is_asked_about_once_it_is_believed(office: Office) -> None:
    office.take(a_mail(files=[a_form(*OF_MANY)]))
    asked, files = office.mails()[-1].message_id, [a_form(MARA, NORA)]
    for verdict in ("", "pass", "pass"):
        raw = a_mail(message_id="<n@sponsor.example.org>", answers=asked, files=files, verdict=verdict)
        office.take(raw)

    assert (asks(office, "C-1"), asks(office, "C-2")) == (([], ["C-2"]), (["C-1"], []))
    assert office.case("C-2").authorised
    with pytest.raises(OtherVersion):
        approve(office, "C-1")


def test_of_a_mail_with_both_the_corrected_form_is_taken_and_the_other_asked_about(office: Office) -> None:
    office.take(a_mail(files=[a_form(*OF_MANY)]))
    asked = office.mails()[-1].message_id
    office.take(a_mail(answers=asked, files=[a_form(MARA, TOM, ULF), ("2.xlsx", a_form(MARA, NORA)[1])]))

    assert people_of(office, "C-1") == ["Mara", "Tom", "Ulf"]
    assert people_of(office, "C-2") == ["Mara", "Nora"]


@pytest.mark.parametrize("lang", ["en", "de"])
def test_what_the_refusal_says_to_press_is_there_and_helps(unclear: Office, lang: str) -> None:
    with pytest.raises(OtherVersion) as refused:
        approve(unclear, "C-1")

    said = quoted(refused, lang)
    assert len(said) == 4
    if lang == "en":
        assert set(said) <= set(buttons(unclear, "C-2"))


def test_where_the_first_was_not_taken_in_that_is_what_to_press(office: Office) -> None:
    office.take(a_mail(verdict="", files=[FIRST, SECOND]))
    accept(office, "C-2")
    with pytest.raises(OtherVersion) as refused:
        approve(office, "C-2")

    assert set(quoted(refused, "en")) == {"Accept as RIS", "Not a RIS", "Not C-1"}
    assert {"Accept as RIS", "Not a RIS"} <= set(buttons(office, "C-1"))
    assert "Not C-1" in buttons(office, "C-2")
    accept(office, "C-1")
    with pytest.raises(OtherVersion) as refused:
        approve(office, "C-2")
    assert set(quoted(refused, "en")) <= set(buttons(office, "C-2"))


def test_the_first_that_was_not_taken_in_is_discarded_by_what_the_refusal_names(office: Office) -> None:
    row = office.take(a_mail(verdict="", files=[FIRST, SECOND]))
    accept(office, "C-2")
    seen = office.case("C-1").content_hash
    with office.connect() as db:
        again = kinds.read_again(db, office.desk, office.reader, row.id)
        kinds.take_as_question(db, office.desk, again, ref="C-1", seen=seen, by=BLAKE, now=office.now)

    approve(office, "C-2")


def test_where_the_first_holds_a_newer_form_the_second_is_not_said_to_take_its_place(
    office: Office,
) -> None:
    office.take(a_mail(files=[FIRST, SECOND]))
    asked = next(job.message_id for job in office.mails() if job.case_id == 1)
    office.take(a_mail(answers=asked, files=[a_form(MARA, TOM, company=replace(COMPANY, street="Kai 9"))]))
    with pytest.raises(OtherVersion) as refused:
        approve(office, "C-1")

    assert "holds a newer form by now" in words("en").refusal(refused.value)
    assert set(quoted(refused, "en")) == {"Same as C-1", "Not C-1", "Reject…"}
    assert set(quoted(refused, "en")) <= set(buttons(office, "C-2"))
    reject(office, "C-2")
    approve(office, "C-1")


def test_forms_that_share_nothing_else_are_asked_about_with_buttons_too(office: Office) -> None:
    office.take(a_mail(files=[a_form(MARA, TOM, company=NAMELESS)]))
    answer(office, replace(NORA, email="nora@elsewhere.example.com"), company=NAMELESS)

    assert asks(office, "C-2")[0] == ["C-1"]
    assert {"Newer form of C-1", "Not C-1"} <= set(buttons(office, "C-2"))
    newer_of(office, office.case("C-2"))


def test_sent_again_it_is_no_second_case_and_its_words_stand_with_the_first(unclear: Office) -> None:
    asked = next(job for job in unclear.mails() if job.case_id == 1).message_id
    again = a_mail(answers=asked, files=[a_form(MARA, NORA)], text="Did you get this? Nora starts on Friday.")

    assert unclear.take(again).subject_ref == "C-2"
    assert asks(unclear, "C-1") == ([], ["C-2"])
    assert (unread(unclear, "C-1"), unread(unclear, "C-2")) == (0, 1)
    reject(unclear, "C-2")
    assert answer(unclear, MARA, NORA).subject_ref == "C-3"


def test_who_joins_an_approved_case_is_an_order_of_its_own(office: Office) -> None:
    office.take(a_mail(files=[a_form(*OF_MANY)]))
    approve(office, "C-1")

    assert answer(office, MARA, NORA).subject_ref == "C-2"
    with pytest.raises(PeopleKnown):
        approve(office, "C-2")
    same(office, office.case("C-2"))
    approve(office, "C-2")
    assert [user.first_name for user in office.case("C-2").ordered_users] == ["Nora"]
    assert answer(office, *OF_MANY, NORA).subject_ref == "C-1"  # offered as its corrected form


@pytest.fixture
def added(office: Office) -> Office:
    """C-2 is an addition to C-1, and a form with somebody else answers it."""
    office.take(a_mail(files=[a_form(MARA, TOM)]))
    office.take(a_mail(files=[a_form(MARA, NORA, ULF)]))
    same(office, office.case("C-2"))
    asked = next(job for job in office.mails() if job.case_id == 2).message_id
    assert office.take(a_mail(answers=asked, files=[a_form(MARA, VERA)])).subject_ref == "C-3"
    return office


def test_who_joins_after_an_addition_takes_nobody_out_of_it_unasked(added: Office) -> None:
    assert people_of(added, "C-2") == ["Mara", "Nora", "Ulf"]
    assert asks(added, "C-2") == ([], ["C-3"])
    assert {"Newer form of C-2", "Same as C-2", "Not C-2"} <= set(buttons(added, "C-3"))
    approve(added, "C-1")
    for ref in ("C-2", "C-3"):
        with pytest.raises(OtherVersion):
            approve(added, ref)
    added.work()
    assert "C-3 may be another version of this form" in added.chat.texts()


def test_such_a_form_is_an_addition_of_its_own(added: Office) -> None:
    same(added, added.case("C-3"), "C-2")
    for ref in ("C-1", "C-2", "C-3"):
        approve(added, ref)

    assert [[user.first_name for user in added.case(ref).ordered_users] for ref in ("C-2", "C-3")] == [
        ["Nora", "Ulf"],
        ["Vera"],
    ]


def test_or_the_additions_newer_form(added: Office) -> None:
    newer_of(added, added.case("C-3"), "C-2")
    approve(added, "C-1")
    approve(added, "C-2")

    assert [user.first_name for user in added.case("C-2").ordered_users] == ["Vera"]


def test_or_neither(added: Office) -> None:
    deny(added, "C-3", "C-2")
    approve(added, "C-1")
    approve(added, "C-2")
    same(added, added.case("C-3"))

    assert [user.first_name for user in added.case("C-3").ordered_users] == ["Vera"]
