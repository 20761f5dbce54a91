"""Replies: what a token and a party may change, and what they may only say."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.ledger import LedgerMail
from bot.domain.mail import Address
from bot.rendering.workbooks import ris_form
from bot.services import approvals, kinds
from tests.cast import AVERY, BLAKE, DANA, MALLORY, Office, a_mail, an_office
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.outside import NOW

FORM = ("RIS.xlsx", sound_form())
WITHOUT_CITY = ("RIS.xlsx", ris_form("en", replace(COMPANY, city=""), [MARA, TOM]))
OTHER_COMPANY = ("second.xlsx", ris_form("en", replace(COMPANY, name="Südwind AG"), [MARA, TOM]))
#: an Office file that is encrypted: the head of its container and nothing else
BROKEN = ("RIS.xlsx", b"PK\x03\x04" + b"\0" * 200)
_SUED = {"name": "Südwind AG", "website": "www.suedwind.example", "vat_id": "DE999995687"}
NEXT_CUSTOMER = (
    "next.xlsx",
    ris_form(
        "en",
        replace(COMPANY, **_SUED, contact_email="ida@suedwind.example"),
        [
            replace(MARA, first_name="Ida", email="ida@suedwind.example"),
            replace(TOM, first_name="Udo", email="udo@suedwind.example"),
        ],
    ),
)
ERIN = Address(name="Erin Colleague", address="erin@sponsor.example.org")
FAY = Address(name="Fay Colleague", address="fay@sponsor.example.org")
FRANCA = Address(name="Franca", address="franca@second.example.org")  # a sponsor, of other customers


def a_ris(**more: object) -> bytes:
    return a_mail(subject="A new customer", files=[FORM], **more)  # type: ignore[arg-type]


def templates(office: Office) -> list[str]:
    return [job.template for job in office.jobs()]


def a_reply(office: Office, *, sender: Address = DANA, **more: object) -> LedgerMail:
    """Answer our newest mail."""
    answers = office.mails()[-1].message_id
    return office.take(a_mail(sender=sender, answers=answers, **more))  # type: ignore[arg-type]


def test_a_partys_corrected_form_is_the_cases_next_version(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = a_reply(office, files=[FORM])

    case = office.case("C-1")
    assert (row.kind, row.subject_ref) == ("reply", "C-1")
    assert (case.version, case.status) == (2, CaseStatus.IN_REVIEW)
    said = ["ris_problems", "case_card", "step_note", "receipt", "turn_note", "question_note"]
    assert templates(office) == said  # the card in line shows it


def test_a_colleague_on_cc_is_a_party_too(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY], cc=ERIN.address))
    a_reply(office, sender=ERIN, files=[FORM])

    case = office.case("C-1")
    assert case.version == 2
    assert {DANA.address, ERIN.address} <= case.hands


@pytest.mark.parametrize(
    ("sender", "verdict"), [(DANA, ""), (DANA, "fail"), (MALLORY, "pass"), (ERIN, "fail")]
)
def test_the_token_alone_changes_nothing(office: Office, sender: Address, verdict: str) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = a_reply(office, sender=sender, verdict=verdict, files=[FORM])

    assert office.case("C-1").version == 1
    assert row.subject_ref == "C-2"


def test_whoever_answers_a_mail_of_a_case_writes_about_that_case(office: Office) -> None:
    office.take(a_mail(files=[FORM]))
    row = a_reply(office, sender=MALLORY, verdict="pass", text="Please invite Max instead.")
    office.work()
    said = {message.key: str(message.blocks) for message in office.chat.standing.values()}

    assert row.subject_ref == "Q-1"
    assert "about *C-1*" in next(text for key, text in said.items() if "Please invite Max" in text)
    assert any("answered a mail about this case: Q-1" in text for text in said.values())


def test_a_colleague_of_the_sponsors_domain_is_a_party_and_gets_a_copy_from_then_on(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    a_reply(office, sender=ERIN, files=[FORM])

    assert (office.case("C-1").version, office.case("C-1").cc) == (2, (ERIN.address,))
    assert (office.mails()[-1].recipient, office.mails()[-1].values["cc"]) == (DANA.address, [ERIN.address])


def test_a_sponsor_of_other_customers_is_no_party(tmp_path: Path) -> None:
    office = an_office(tmp_path, sponsors="sponsor.example.org,second.example.org")
    office.take(a_mail(files=[WITHOUT_CITY]))

    assert a_reply(office, sender=FRANCA, files=[FORM]).subject_ref == "C-2"


def test_whom_a_party_copies_stays_on_copy_if_authorised(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY], cc=ERIN.address))
    a_reply(
        office, sender=ERIN, files=[FORM], cc=f"finn@sponsor.example.org, {MALLORY.address}, {DANA.address}"
    )

    assert office.case("C-1").cc == (ERIN.address, "finn@sponsor.example.org")


@pytest.mark.parametrize("forged", ["<c-1.aaaaaaaaaaaa.{}@desk.example.com>", "<c-1@desk.example.com>"])
def test_a_token_that_we_did_not_sign_is_none(office: Office, forged: str) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = office.take(a_mail(files=[FORM], answers=forged.format("a" * 26)))

    assert (row.kind, row.subject_ref) == ("ris", "C-2")


def test_a_token_of_one_case_does_not_open_another(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    office.take(a_mail(files=[OTHER_COMPANY], sender=ERIN))
    first = office.jobs("ris_problems")[0].message_id
    tampered = first.replace("<c-1.", "<c-2.")

    assert office.take(a_mail(files=[FORM], answers=tampered, sender=ERIN)).subject_ref == "C-3"


def test_a_form_that_comes_after_the_decision_is_words_for_its_thread(office: Office) -> None:
    office.take(a_ris())
    case = office.case("C-1")
    with office.connect() as db:
        approvals.approve(db, office.desk, ref="C-1", seen=case.content_hash, by=AVERY, now=NOW)
    row = a_reply(office, files=[WITHOUT_CITY])

    assert row.subject_ref == "C-1"
    assert (office.case("C-1").version, office.case("C-1").status) == (1, CaseStatus.APPROVED)
    assert office.job("question_note").values["thread_key"] == "card:C-1"


def test_a_case_hears_of_the_newer_form_that_somebody_else_sent(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    asked = office.mails()[-1].message_id
    office.take(a_mail(files=[FORM], sender=MALLORY, answers=asked))
    office.take(a_mail(files=[WITHOUT_CITY], sender=MALLORY, answers=asked))  # brings nothing new
    office.take(a_mail(files=[NEXT_CUSTOMER], sender=MALLORY, answers=asked))

    said = [job.values["words"] for job in office.jobs("step_note") if job.case_id == 1]
    assert [(words["tag"], words["data"]["about"]) for words in said] == [("case:asked_about", "C-2")]


def test_a_partys_words_stand_in_the_thread_of_the_case(office: Office) -> None:
    office.take(a_ris())
    row = a_reply(office, text="When will it be ready?")

    assert row.subject_ref == "C-1"
    assert office.job("question_note").values["thread_key"] == "card:C-1"
    assert "When will it be ready?" in str(office.job("question_note").values)


def test_two_forms_in_one_reply_are_for_a_person(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    a_reply(office, files=[FORM, OTHER_COMPANY])

    assert office.case("C-1").version == 1
    assert "turn_note" in templates(office)


@pytest.mark.parametrize("decided", [False, True])
def test_the_next_customers_form_as_a_reply_is_a_case_of_its_own(office: Office, decided: bool) -> None:
    office.take(a_ris())
    if decided:
        seen = office.case("C-1").content_hash
        with office.connect() as db:
            approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=NOW)

    row = a_reply(office, files=[NEXT_CUSTOMER])

    assert row.subject_ref == "C-2"
    assert (office.case("C-1").version, office.case("C-1").ris.company.name) == (1, COMPANY.name)
    assert office.case("C-2").ris.company.name == "Südwind AG"


def test_a_reply_in_which_much_but_not_all_has_changed_stays_with_its_case(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = a_reply(office, files=[OTHER_COMPANY])

    assert (row.subject_ref, office.case("C-1").version) == ("C-1", 2)


def test_an_unreadable_form_in_a_partys_reply_is_answered_with_the_reason(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = a_reply(office, files=[BROKEN])

    assert row.subject_ref == "C-1"
    assert "turn_note" in templates(office)  # for there were words, too
    assert templates(office)[-1] == "unreadable_ris"


def test_a_colleague_hears_that_a_file_was_unreadable_and_so_does_everybody_on_the_case(
    tmp_path: Path,
) -> None:
    office = an_office(tmp_path, sponsors="sponsor.example.org")
    copied = f"{ERIN.address}, {MALLORY.address}"
    office.take(a_mail(files=[WITHOUT_CITY], cc=copied))
    a_reply(office, sender=FAY, files=[BROKEN])
    job = office.job("unreadable_ris")

    assert (job.recipient, job.values["cc"]) == (FAY.address, [DANA.address, ERIN.address])


def test_an_unreadable_form_that_is_no_reply_is_answered_with_authorised_copies(tmp_path: Path) -> None:
    office = an_office(tmp_path, sponsors="sponsor.example.org")
    office.take(a_mail(files=[BROKEN], cc=f"{ERIN.address}, {MALLORY.address}"))

    assert office.job("unreadable_ris").values["cc"] == [ERIN.address]


def test_an_unreadable_form_of_another_sponsor_is_no_mere_question(tmp_path: Path) -> None:
    office = an_office(tmp_path, sponsors="sponsor.example.org,second.example.org")
    office.take(a_mail(files=[WITHOUT_CITY]))
    row = a_reply(office, sender=FRANCA, files=[BROKEN])

    assert row.subject_ref == "Q-1"
    assert templates(office)[-3:] == ["question_note", "unreadable_ris", "step_note"]


@pytest.mark.parametrize("sender", [DANA, MALLORY])
def test_thanks_for_what_was_decided_are_noted_and_wait_for_nobody(office: Office, sender: Address) -> None:
    office.take(a_ris())
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=NOW)
    confirmed = office.job("order_confirmation").message_id

    before = len(office.mails())
    row = office.take(a_mail(sender=sender, text="Vielen Dank!", answers=confirmed))

    assert row.subject_ref == "C-1"
    assert len(office.mails()) == before
    assert office.job("question_note").values["words"]["to_read"] is False
    assert office.take(a_mail(text="Vielen Dank! Und wann?", answers=confirmed)).subject_ref == "Q-1"


@pytest.mark.parametrize(
    ("text", "told"), [("Dana no longer works here. Write to Erin.", 1), ("I am away.", 0)]
)
def test_an_automatic_reply_is_told_in_its_cases_thread_if_whom_we_wrote_to_has_left(
    office: Office, text: str, told: int
) -> None:
    office.take(a_ris())
    sent = len(office.mails())

    row = a_reply(office, text=text, headers=[("Auto-Submitted", "auto-replied")])

    assert (row.kind, row.subject_ref) == ("auto_reply", "C-1")
    assert len(office.jobs("question_note")) == told
    assert len(office.mails()) == sent


def test_a_later_word_of_the_asker_continues_the_conversation(office: Office) -> None:
    office.take(a_mail(sender=MALLORY))
    row = a_reply(office, sender=MALLORY, text="It still does not work.")

    assert (row.kind, row.subject_ref) == ("reply", "Q-1")
    assert office.job("question_note").values["thread_key"] == "note:Q-1"


def test_somebody_elses_word_in_a_conversation_is_a_question_of_its_own(office: Office) -> None:
    office.take(a_mail(sender=MALLORY))

    assert a_reply(office, sender=ERIN, text="I have the same trouble.").subject_ref == "Q-2"


def test_a_form_in_a_conversation_is_a_case(office: Office) -> None:
    office.take(a_mail())

    assert a_reply(office, files=[FORM]).subject_ref == "C-1"


def test_a_token_of_a_case_that_is_not_here_is_no_conversations(office: Office) -> None:
    """After an older backup was put back: C-1 is not known any more, and Q-1 is somebody else's matter."""
    office.take(a_ris())
    token = office.job("receipt").message_id
    with office.connect() as db:
        for table in ("outbox", "case_versions", "cases"):
            db.execute(f"delete from {table}")
    office.take(a_mail())

    row = office.take(a_mail(answers=token, text="Where is our customer?"))

    assert row.subject_ref == "Q-2"


def test_a_strangers_newer_version_has_to_be_accepted_again(office: Office) -> None:
    office.take(a_ris(sender=MALLORY))
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        assert kinds.accept(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=NOW).status == "in_review"
    changed = ("RIS.xlsx", ris_form("en", replace(COMPANY, seats=50), [MARA, TOM]))
    a_reply(office, sender=MALLORY, files=[changed])

    case = office.case("C-1")
    assert (case.version, case.status) == (2, CaseStatus.RECEIVED)


def test_a_sponsor_who_is_verified_at_the_second_time_counts_as_such(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY], verdict=""))
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        kinds.accept(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=NOW)
    assert not office.case("C-1").authorised
    a_reply(office, files=[FORM])

    case = office.case("C-1")
    assert (case.version, case.status, case.authorised) == (2, CaseStatus.IN_REVIEW, True)
