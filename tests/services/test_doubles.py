"""One form in two cases: both cards say so, it is ordered once, and neither is stuck behind the other."""

from dataclasses import replace

import pytest

from bot.domain.approvals import RejectionReason
from bot.domain.cases import CaseStatus
from bot.domain.errors import NoOrganisation, SameFormTwice
from bot.rendering.workbooks import ris_form
from bot.services import additions, approvals, cases, kinds
from tests.cast import BLAKE, CASEY, Office, a_mail
from tests.forms import COMPANY, MARA
from tests.services.test_additions import approve, same
from tests.services.test_newer_forms import WITHOUT_STREET, newer_of
from tests.services.test_repeats import DIRECT, take
from tests.services.test_replies import FORM, NEXT_CUSTOMER, WITHOUT_CITY
from tests.services.test_versions_in_one_mail import FIRST, SECOND, WITH_NORA, same_mail


def variant(number: int) -> bytes:
    """Another form of the same company, of somebody else."""
    one = replace(MARA, first_name=f"No{number}", email=f"no{number}@nordlicht.example.com")
    return ris_form("en", COMPANY, [one])


def accept(office: Office, ref: str) -> None:
    seen = office.case(ref).content_hash
    with office.connect() as db:
        kinds.accept(db, office.desk, ref=ref, seen=seen, by=BLAKE, now=office.now)


def deny(office: Office, ref: str, other: str) -> None:
    seen = office.case(ref).content_hash
    with office.connect() as db:
        additions.deny_same(db, office.desk, ref=ref, other=other, seen=seen, by=BLAKE, now=office.now)


def reject(office: Office, ref: str) -> None:
    seen, reason = office.case(ref).content_hash, RejectionReason.DUPLICATE
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref=ref, seen=seen, by=CASEY, reason=reason, note="", now=office.now
        )


def asks(office: Office, ref: str) -> tuple[list[str], list[str]]:
    """About which cases its card asks, and which it names as those whose cards ask about it."""
    with office.connect() as db:
        card = cases.get_card(db, office.desk, ref, now=office.now)
    return [like.ref for like in card.likenesses], [one.ref for one in card.doubles]


def a_copy_before(office: Office, form: tuple[str, bytes] = FORM) -> str:
    """C-1 waits for its sponsor; a copy of their reply that nobody vouched for was taken in as C-2."""
    office.take(a_mail(files=[WITHOUT_CITY]))
    asked = office.mails()[-1].message_id
    take(office, {"verdict": ""}, files=[form], answers=asked)
    accept(office, "C-2")
    return asked


def approve_both(office: Office, ref: str) -> None:
    """Of an unverified sender, which takes two."""
    approve(office, ref)
    seen = office.case(ref).content_hash
    with office.connect() as db:
        approvals.approve(db, office.desk, ref=ref, seen=seen, by=CASEY, now=office.now)


def test_a_copy_that_staff_took_in_is_closed_once_the_verified_one_is_its_cases_version(
    office: Office,
) -> None:
    asked = a_copy_before(office)
    take(office, DIRECT, files=[FORM], answers=asked)

    first = office.case("C-1")
    assert (first.status, first.version) == (CaseStatus.IN_REVIEW, 2)
    assert office.case("C-2").status is CaseStatus.WITHDRAWN
    assert [job.template for job in office.mails()] == ["ris_problems", "receipt"]
    office.work()
    assert "goes on as" not in office.mailer.sent[-1].text  # nobody had told them of C-2
    assert "this case is closed" in office.chat.texts()
    approve(office, "C-1")


def test_whom_staff_asked_about_the_copy_hears_where_it_goes_on(office: Office) -> None:
    asked = a_copy_before(office, WITHOUT_STREET)
    assert office.case("C-2").status is CaseStatus.WAITING_FOR_SPONSOR
    take(office, DIRECT, files=[WITHOUT_STREET], answers=asked)
    office.work()

    assert office.case("C-2").status is CaseStatus.WITHDRAWN
    assert "C-2 goes on as C-1" in office.mailer.sent[-1].text


def test_a_copy_that_was_approved_meanwhile_stands_and_its_case_is_not_ordered_too(office: Office) -> None:
    asked = a_copy_before(office)
    deny(office, "C-2", "C-1")
    approve_both(office, "C-2")
    with office.connect() as db, db.conn:  # as staff who approved it while C-1 held another form
        db.execute("delete from cases_told_apart")
    take(office, DIRECT, files=[FORM], answers=asked)

    assert office.case("C-2").status is not CaseStatus.WITHDRAWN
    assert asks(office, "C-1") == (["C-2"], [])
    with pytest.raises(SameFormTwice) as refused:
        approve(office, "C-1")
    assert refused.value.values["other"] == "C-2"


@pytest.fixture
def twice(office: Office) -> Office:
    """C-1 and C-2 are in review with the same form; what came last is C-1's, and is no copy of the other."""
    asked = a_copy_before(office)
    office.take(a_mail(files=[FORM], answers=asked))
    office.work()
    return office


def test_both_cards_say_it_and_only_one_is_approved(twice: Office) -> None:
    assert asks(twice, "C-1") == ([], ["C-2"])
    assert asks(twice, "C-2") == (["C-1"], [])
    assert "C-2 holds the very same form" in twice.chat.texts()

    with pytest.raises(SameFormTwice):
        approve(twice, "C-2")
    approve(twice, "C-1")
    with pytest.raises(SameFormTwice):
        approve(twice, "C-2")


def test_rejected_as_a_duplicate_the_second_is_named_no_more(twice: Office) -> None:
    reject(twice, "C-2")
    twice.work()

    assert asks(twice, "C-1") == ([], [])
    assert "holds the very same form" not in twice.chat.texts()
    approve(twice, "C-1")


@pytest.mark.parametrize("first", ["C-1", "C-2"])
def test_told_apart_both_are_orders_whichever_comes_first(twice: Office, first: str) -> None:
    deny(twice, "C-2", "C-1")
    twice.work()
    assert asks(twice, "C-1") == ([], [])
    assert "holds the very same form" not in twice.chat.texts()

    for ref in (first, "C-1" if first == "C-2" else "C-2"):
        (approve_both if ref == "C-2" else approve)(twice, ref)


def test_the_older_is_an_addition_to_the_newer_one_where_that_is_approved(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    office.take(a_mail(files=[WITH_NORA]))
    approve(office, "C-2")

    assert asks(office, "C-1") == (["C-2"], [])
    same(office, office.case("C-1"), "C-2")
    addition = office.case("C-1")
    assert [user.first_name for user in addition.ordered_users] == ["Tom"]
    approve(office, "C-1")
    assert asks(office, "C-2") == ([], [])


def test_nobody_is_an_addition_to_itself_or_to_a_newer_case_that_is_open(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    office.take(a_mail(files=[WITH_NORA]))
    for other in ("C-1", "C-2"):
        with pytest.raises(NoOrganisation):
            same(office, office.case("C-1"), other)


def test_what_holds_an_approval_up_has_its_buttons_however_many_are_alike(office: Office) -> None:
    for number in range(4):
        office.take(a_mail(subject=f"No. {number}", files=[(f"{number}.xlsx", variant(number))]))
    office.take(a_mail(files=[FIRST, SECOND]))

    assert asks(office, "C-6")[0][0] == "C-5"
    assert same_mail(office, "C-6") == [True, False, False]
    office.take(a_mail(files=[("3.xlsx", variant(3))]))
    assert asks(office, "C-7")[0][0] == "C-4"
    with pytest.raises(SameFormTwice):
        approve(office, "C-7")


def test_of_two_versions_from_a_stranger_the_second_takes_the_firsts_place_by_a_click(
    office: Office,
) -> None:
    office.take(a_mail(verdict="", files=[FIRST, SECOND]))
    accept(office, "C-1")
    accept(office, "C-2")
    assert asks(office, "C-1") == ([], ["C-2"])

    revised = newer_of(office, office.case("C-2"))
    assert (revised.ref, revised.ris.company.seats) == ("C-1", 5)
    assert asks(office, "C-1") == ([], [])
    approve_both(office, "C-1")


def test_another_customers_case_is_no_double(office: Office) -> None:
    office.take(a_mail(files=[FORM, NEXT_CUSTOMER]))
    assert (asks(office, "C-1"), asks(office, "C-2")) == (([], []), ([], []))
