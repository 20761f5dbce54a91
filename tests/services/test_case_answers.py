"""Answers in words: shown to staff, taken over by one click, and nobody else's business."""

from dataclasses import replace

import pytest

from bot.domain.answer_refusals import AnswersSettled, UnknownAnswers
from bot.domain.approvals import RejectionReason
from bot.domain.cases import CaseStatus
from bot.domain.errors import (
    AlreadyDecided,
    ContentChanged,
    NotStaff,
    OwnWork,
    Refusal,
)
from bot.domain.mail import Address
from bot.domain.ris import Role
from bot.domain.staff import Staff
from bot.rendering.workbooks import ris_form
from bot.services import approvals, case_answers, case_versions, cases, kinds
from tests.cast import AVERY, BLAKE, CASEY, DANA, ELI, LATER, MALLORY, Office, a_mail
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.outside import NOW

#: 1 city, 2 country, 3 nobody is administrator
ASKING = (
    "RIS.xlsx",
    ris_form("en", replace(COMPANY, city="", country="Germoney"), [replace(MARA, role=Role.USER), TOM]),
)
SOUND = ("RIS.xlsx", sound_form())
ALL = "1. Hamburg\n2. Germany\n3. Mara Lindqvist\n"
ERIN = Address(name="Erin Colleague", address="erin@sponsor.example.org")
SOMEONE = Address(name="Sam", address="sam@other.example.net")


@pytest.fixture
def asked(office: Office) -> Office:
    """C-1 waits for its sponsor, who was asked three questions."""
    office.take(a_mail(subject="A new customer", files=[ASKING]))
    office.work()
    return office


def reply(
    office: Office, text: str, *, sender: Address = DANA, to: str = "", verdict: str = "pass", **more: object
) -> str:
    """Answer our questions in words; return what the mail is about."""
    answers = to or office.job("ris_problems").message_id
    raw = a_mail(sender=sender, text=text, answers=answers, verdict=verdict, **more)  # type: ignore[arg-type]
    return office.take(raw).subject_ref


def take_over(office: Office, number: int = 1, *, by: Staff = BLAKE, ref: str = "C-1") -> None:
    with office.connect() as db:
        case_answers.take_over(db, office.desk, ref=ref, number=number, by=by, now=office.now)


def notes(office: Office) -> list[str]:
    return [job.template for job in office.jobs() if job.template.startswith(("answers", "question"))]


def test_words_under_the_numbers_wait_for_a_click_below_the_card(asked: Office) -> None:
    assert reply(asked, ALL) == "C-1"

    assert asked.case("C-1").version == 1
    assert notes(asked) == ["question_note", "answers_note"]  # their words first
    assert asked.job("answers_note").values["thread_key"] == "card:C-1"


def test_one_click_makes_them_the_next_version_and_the_case_complete(asked: Office) -> None:
    reply(asked, ALL)
    take_over(asked)

    case = asked.case("C-1")
    assert (case.version, case.status) == (2, CaseStatus.IN_REVIEW)
    assert (case.ris.company.city, case.ris.company.country) == ("Hamburg", "DE")
    assert case.ris.users[0].role == Role.ORGANIZATION_ADMINISTRATOR
    assert asked.mails()[-1].template == "receipt"
    assert {DANA.address, BLAKE.id} <= case.hands


def test_who_took_them_over_does_not_decide(asked: Office) -> None:
    reply(asked, ALL)
    take_over(asked, by=AVERY)
    seen = asked.case("C-1").content_hash

    with asked.connect() as db:
        with pytest.raises(OwnWork):
            approvals.approve(db, asked.desk, ref="C-1", seen=seen, by=AVERY, now=NOW)
        assert approvals.approve(db, asked.desk, ref="C-1", seen=seen, by=CASEY, now=NOW).decision


def test_what_is_still_open_is_asked_once_more_and_only_that(asked: Office) -> None:
    reply(asked, "1. Hamburg\n2. Atlantis")
    take_over(asked)
    words = asked.job("ris_problems").values["words"]

    assert asked.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
    assert len(asked.jobs("ris_problems")) == 2
    assert ["Atlantis" in item["message"] for item in words["problems"]] == [True, False]
    assert (words["version"], words["solved"], words["new"]) == (2, 1, 0)


def test_numbers_are_those_of_the_mail_that_is_answered(asked: Office) -> None:
    first = asked.job("ris_problems").message_id
    reply(asked, "1. Hamburg")
    take_over(asked)
    reply(asked, "1. Kiel\n2. Germany\n3. Tom Öztürk", to=first)
    take_over(asked, 2)

    case = asked.case("C-1")
    assert case.ris.company.city == "Hamburg"  # the first mail's question 1 is not asked any more
    assert case.status is CaseStatus.IN_REVIEW


def test_a_second_mail_of_answers_is_shown_anew_once_the_first_was_taken_over(asked: Office) -> None:
    reply(asked, "1. Hamburg")
    reply(asked, "2. Germany\n3. Tom Öztürk")
    take_over(asked, 1)

    with pytest.raises(ContentChanged):
        take_over(asked, 2)
    take_over(asked, 3)
    assert asked.case("C-1").status is CaseStatus.IN_REVIEW


def test_answers_taken_over_after_a_newer_form_make_its_case_no_older(asked: Office) -> None:
    reply(asked, "2. Germany\n3. Tom Öztürk")
    half = ris_form("en", replace(COMPANY, country="Germoney"), [replace(MARA, role=Role.USER), TOM])
    reply(asked, "", files=[("RIS.xlsx", half)])
    newest = asked.case("C-1")
    take_over(asked, 2)  # the same, shown against that form

    assert (asked.case("C-1").version, asked.case("C-1").mail_id) == (newest.version + 1, newest.mail_id)


@pytest.mark.parametrize(
    ("sender", "verdict"), [(MALLORY, "pass"), (SOMEONE, "pass"), (DANA, ""), (DANA, "fail")]
)
def test_nobody_else_and_nobody_unproven_answers_anything(
    asked: Office, sender: Address, verdict: str
) -> None:
    assert reply(asked, ALL, sender=sender, verdict=verdict) == "Q-1"

    assert notes(asked) == ["question_note"]
    assert "Hamburg" in str(asked.job("question_note").values)


def test_an_authorised_colleague_answers_and_gets_a_copy_from_then_on(asked: Office) -> None:
    assert reply(asked, "1. Hamburg", sender=ERIN) == "C-1"
    take_over(asked)

    assert asked.case("C-1").cc == (ERIN.address,)
    assert asked.job("ris_problems").values["cc"] == [ERIN.address]
    assert asked.job("ris_problems").recipient == DANA.address


@pytest.mark.parametrize("text", ["Thank you, we will look into it.", "1. no idea?", "17. Hamburg", ""])
def test_what_answers_nothing_is_words_as_before(asked: Office, text: str) -> None:
    reply(asked, text or "\n", files=[("notes.txt", b"x")])

    assert notes(asked) == ["question_note"]


def test_a_mail_that_listed_no_questions_has_no_numbers_to_answer(office: Office) -> None:
    office.take(a_mail(files=[SOUND]))
    reply(office, "1. Hamburg", to=office.job("receipt").message_id)

    assert notes(office) == ["question_note"]


def test_answers_beside_a_newer_form_are_shown_against_that_form(asked: Office) -> None:
    half = ("RIS.xlsx", ris_form("en", replace(COMPANY, country="Germoney"), [MARA, TOM]))
    reply(asked, "About the country:\n2. Germany", files=[half])
    assert asked.case("C-1").version == 2

    take_over(asked)
    assert asked.case("C-1").status is CaseStatus.IN_REVIEW


def test_the_same_file_once_more_makes_no_version_and_says_so(asked: Office) -> None:
    reply(asked, "Here is the corrected form.", files=[ASKING])

    assert asked.case("C-1").version == 1
    assert asked.job("ris_problems").values["words"]["unchanged"]
    assert notes(asked) == ["question_note"]


def test_the_same_file_beside_answers_is_no_reason_to_complain(asked: Office) -> None:
    reply(asked, ALL, files=[ASKING])

    assert len(asked.jobs("ris_problems")) == 1
    assert notes(asked) == ["question_note", "answers_note"]


def test_the_same_complete_file_once_more_is_words_only(office: Office) -> None:
    office.take(a_mail(files=[SOUND]))
    reply(office, "Did you get it?", to=office.job("receipt").message_id, files=[SOUND])

    assert office.case("C-1").version == 1
    assert len(office.mails()) == 1


# --- what a click may do ---


def refusal(office: Office, number: int = 1, *, by: Staff = BLAKE, ref: str = "C-1") -> Refusal:
    before = office.case("C-1")
    with pytest.raises(Refusal) as refused:
        take_over(office, number, by=by, ref=ref)
    assert office.case("C-1") == before
    return refused.value


def test_a_guest_takes_nothing_over(asked: Office) -> None:
    reply(asked, ALL)

    assert isinstance(refusal(asked, by=ELI), NotStaff)


def test_the_second_click_hears_who_was_first(asked: Office) -> None:
    reply(asked, ALL)
    take_over(asked, by=CASEY)
    refused = refusal(asked)

    assert isinstance(refused, AnswersSettled)
    assert (refused.values["state"], refused.values["by"]) == ("applied", CASEY.id)


def test_a_version_that_came_meanwhile_is_not_changed(asked: Office) -> None:
    reply(asked, ALL)
    reply(asked, "The corrected form.", files=[SOUND])

    assert isinstance(refusal(asked), ContentChanged)


def test_a_decided_case_is_not_changed(asked: Office) -> None:
    reply(asked, ALL)
    seen = asked.case("C-1").content_hash
    with asked.connect() as db:
        approvals.reject(
            db, asked.desk, ref="C-1", seen=seen, by=AVERY, note="", now=NOW,
            reason=RejectionReason.OTHER,
        )  # fmt: skip

    assert isinstance(refusal(asked), AlreadyDecided)


def test_answers_of_another_case_are_unknown(asked: Office) -> None:
    reply(asked, ALL)
    asked.take(a_mail(files=[("b.xlsx", ris_form("en", replace(COMPANY, name="Südwind AG"), [MARA, TOM]))]))

    assert isinstance(refusal(asked, ref="C-2"), UnknownAnswers)
    assert isinstance(refusal(asked, 99), UnknownAnswers)


def test_discarded_answers_change_nothing_and_are_gone(asked: Office) -> None:
    reply(asked, ALL)
    with asked.connect() as db:
        case_answers.discard(db, ref="C-1", number=1, by=BLAKE, now=asked.now)

    assert isinstance(refusal(asked), AnswersSettled)
    assert BLAKE.id not in asked.case("C-1").hands


def test_a_strangers_case_that_staff_took_in_stays_taken_in(office: Office) -> None:
    office.take(a_mail(files=[ASKING], sender=MALLORY))
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        kinds.accept(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=NOW)
    reply(office, ALL, sender=MALLORY)
    take_over(office, by=CASEY)

    case = office.case("C-1")
    assert (case.status, case.authorised) == (CaseStatus.IN_REVIEW, False)
    assert office.job("receipt").recipient == MALLORY.address  # nothing is missing now


def test_the_trail_holds_every_step_by_number_and_no_words(asked: Office) -> None:
    reply(asked, ALL)
    take_over(asked)
    told = [event for event in asked.events() if event.tag.startswith("answers:")]

    assert [(event.tag, event.actor) for event in told] == [
        ("answers:given", "usher"), ("answers:applied", BLAKE.id),
    ]  # fmt: skip
    assert "Hamburg" not in str([event.data for event in asked.events()])


# --- what staff see ---


def test_the_card_says_that_answers_wait_and_what_changed_afterwards(asked: Office) -> None:
    reply(asked, ALL)
    with asked.connect() as db:
        waiting = cases.get_card(db, asked.desk, "C-1", now=asked.now)
    take_over(asked)
    with asked.connect() as db:
        after = cases.get_card(db, asked.desk, "C-1", now=asked.now)

    assert (waiting.open_answers, waiting.before) == (1, None)
    assert after.open_answers == 0
    assert after.before is not None
    assert after.before.ris.company.city == ""


def test_the_note_is_posted_below_the_card_with_old_and_new(asked: Office) -> None:
    reply(asked, "1. Hamburg\n2. Atlantis\n9. =1+1")
    asked.work()
    (note,) = [
        message for message in asked.chat.standing.values() if "case_answers_apply" in str(message.blocks)
    ]

    assert note.thread_ts
    assert "1. City: \u2013 → *Hamburg*" in str(note.blocks)
    assert "Country: Germoney → *Atlantis* _(not right yet" in str(note.blocks)
    assert "“=1+1” · no question had this number" in str(note.blocks)


def _notes(office: Office) -> list[str]:
    """What stands there beside the lines about steps and mails."""
    standing = office.chat.standing.values()
    return [str(note.blocks) for note in standing if not note.key.startswith(("step:", "mail:"))]


def test_the_note_says_in_its_own_place_what_became_of_it(asked: Office) -> None:
    reply(asked, "1. Hamburg")
    reply(asked, "2. Germany")
    asked.work()
    before = len(_notes(asked))
    take_over(asked, 1)
    asked.work()

    notes_now = _notes(asked)
    assert len(notes_now) == before + 1  # the second mail's answers, shown anew
    assert sum("*Taken over* by <@U0BLAKE0001>" in note for note in notes_now) == 1
    assert sum("*A newer version came*" in note for note in notes_now) == 1
    assert sum("case_answers_apply" in note for note in notes_now) == 1


def test_every_version_can_be_looked_at_with_what_made_it(asked: Office) -> None:
    reply(asked, ALL)
    asked.clock.at = LATER
    take_over(asked)
    with asked.connect() as db:
        newest, first = case_versions.get_view(db, "C-1"), case_versions.get_view(db, "C-1", 1)

    assert (newest.shown.number, newest.shown.made_by, newest.versions[0]) == (2, "answers:1", (2, LATER))
    assert (first.shown.made_by.partition(":")[0], first.before) == ("mail", None)
    assert newest.before == first.shown


def test_a_numbered_list_in_html_alone_answers_under_its_numbers(asked: Office) -> None:
    html = "<p>Hello,</p><ol><li>Hamburg</li><li><p>Germany</p></li><li>Mara Lindqvist</li></ol>"
    raw = a_mail(answers=asked.job("ris_problems").message_id, text=html)
    asked.take(raw.replace(b"Content-Type: text/plain", b"Content-Type: text/html"))
    take_over(asked)

    assert asked.case("C-1").ris.company.city == "Hamburg"
    assert asked.case("C-1").status is CaseStatus.IN_REVIEW


@pytest.mark.parametrize(("city", "answered"), [("Hamburg", True), ("", False)])
def test_a_bare_answer_is_one_where_only_one_thing_was_asked(
    office: Office, city: str, answered: bool
) -> None:
    company = replace(COMPANY, country="Germoney", city=city)
    office.take(a_mail(subject="A new customer", files=[("RIS.xlsx", ris_form("en", company, [MARA, TOM]))]))

    reply(office, "Germany")

    assert bool(office.jobs("answers_note")) is answered


def test_a_bare_answer_that_the_rules_do_not_take_stays_words(office: Office) -> None:
    company = replace(COMPANY, country="Germoney")
    office.take(a_mail(subject="A new customer", files=[("RIS.xlsx", ris_form("en", company, [MARA, TOM]))]))

    reply(office, "call me")

    assert office.jobs("answers_note") == []
