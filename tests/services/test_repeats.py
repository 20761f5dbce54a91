"""The same mail by two ways: nothing is lost behind a copy that nobody acted upon, and nothing done twice."""

import re
from dataclasses import replace
from itertools import permutations
from typing import TypedDict, Unpack

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.conversations import Conversation, ConversationState
from bot.domain.keyring import Keyring
from bot.domain.ledger import MailStatus
from bot.domain.mail import Address
from bot.domain.mail_refusals import MailHasResult
from bot.services import approvals, conversations, kinds, sources
from bot.store import approvals as approval_store
from bot.store.database import transaction
from tests.cast import AVERY, BLAKE, MALLORY, Office, a_mail
from tests.services.test_conversations import answer
from tests.services.test_faq_mails import LOCKED
from tests.services.test_kinds import HOMEMADE
from tests.services.test_newer_forms import LAST
from tests.services.test_nudges import with_policy
from tests.services.test_replies import FORM, WITHOUT_CITY

LIST = [("List-Id", "<partners.sponsor.example.org>")]
FORWARDED = [("Auto-Submitted", "auto-forwarded")]


class Way(TypedDict, total=False):
    """What tells a copy from the others."""

    headers: list[tuple[str, str]]
    verdict: str


class Mail(TypedDict, total=False):
    """What they have in common."""

    files: list[tuple[str, bytes]]
    text: str
    answers: str
    subject: str
    sender: Address


ID = "<one@sponsor.example.org>"
DIRECT: Way = {}
COPIES: list[Way] = [{"headers": LIST}, {"headers": FORWARDED}, {"verdict": ""}, {"verdict": "fail"}]


def take(office: Office, *ways: Way, **mail: Unpack[Mail]) -> list[str]:
    """The same mail by each of these ways; return what became of it each time."""
    return [office.take(a_mail(message_id=ID, **mail, **way)).status for way in ways]


def conversation_of(office: Office, ref: str) -> Conversation:
    with office.connect() as db:
        return conversations.get(db, ref)


def texts(office: Office) -> str:
    office.work()
    return office.chat.texts()


@pytest.mark.parametrize("copy", COPIES)
def test_a_form_behind_such_a_copy_is_one_case_with_one_receipt(office: Office, copy: Way) -> None:
    became = take(office, copy, copy, DIRECT, DIRECT, copy, files=[FORM])

    done, again = MailStatus.DONE, MailStatus.DUPLICATE
    assert became == [done, again, done, again, again]
    case = office.case("C-1")
    assert (case.status, case.authorised, case.verdict) == (CaseStatus.IN_REVIEW, True, "passed")
    assert [job.template for job in office.mails()] == ["receipt"]
    assert all("C-2" not in str(job.values) for job in office.jobs())


@pytest.mark.parametrize("copy", COPIES)
def test_behind_the_direct_mail_every_copy_is_a_repeat(office: Office, copy: Way) -> None:
    assert take(office, DIRECT, copy, files=[FORM]) == [MailStatus.DONE, MailStatus.DUPLICATE]
    assert [job.template for job in office.mails()] == ["receipt"]


def test_an_incomplete_form_that_is_believed_now_is_answered_as_a_first_one(office: Office) -> None:
    take(office, {"verdict": ""}, DIRECT, files=[WITHOUT_CITY])

    assert office.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
    assert [job.template for job in office.mails()] == ["ris_problems"]
    assert office.take(a_mail(files=[WITHOUT_CITY])).subject_ref == "C-2"
    office.work()
    believed, first = (mail.text.partition("http")[0] for mail in office.mailer.sent)
    assert believed.replace("C-1", "C-2") == first


@pytest.mark.parametrize("copy", COPIES)
def test_a_question_behind_such_a_copy_is_asked_once_and_receipted_once(office: Office, copy: Way) -> None:
    text = "Who pays for a third seat in our contract of 2019?"
    take(office, copy, DIRECT, DIRECT, copy, text=text)

    one = conversation_of(office, "Q-1")
    assert (one.verified, one.state) == (True, ConversationState.OPEN)
    assert [job.template for job in office.mails()] == ["neutral_receipt"]
    assert texts(office).count("dana@sponsor.example.org") >= 1
    with office.connect() as db:
        assert conversations.find(db, "Q-2") is None


def test_the_card_says_that_its_asker_is_believed(office: Office) -> None:
    take(office, {"verdict": "fail"}, text="Who pays for a third seat in our contract of 2019?")
    office.work()
    assert "not verified" in office.chat.texts()
    take(office, DIRECT, text="Who pays for a third seat in our contract of 2019?")
    assert "not verified" not in texts(office)


@pytest.mark.parametrize("closes", [False, True])
def test_a_question_that_was_answered_meanwhile_is_not_asked_again(office: Office, *, closes: bool) -> None:
    text = "Who pays for a third seat in our contract of 2019?"
    take(office, {"verdict": ""}, text=text)
    office.clock.wait(minutes=5)
    answer(office, "Your sponsor pays.", closes=closes)
    assert take(office, DIRECT, text=text) == ["duplicate"]


def close(office: Office, *, heard: int = 1) -> None:
    with office.connect() as db:
        conversations.close(db, ref="Q-1", heard=heard, by=BLAKE, now=office.now)


def test_what_staff_put_away_without_a_word_is_theirs_again_once_its_sender_is_verified(
    office: Office,
) -> None:
    text = "Who pays for a third seat in our contract of 2019?"
    take(office, {"verdict": "fail"}, text=text)
    close(office)
    office.clock.wait(hours=1)

    assert take(office, DIRECT, DIRECT, text=text) == ["done", "duplicate"]
    one = conversation_of(office, "Q-1")
    assert (one.state, one.verified, one.due_at is None) == (ConversationState.OPEN, True, False)
    assert [job.template for job in office.mails()] == ["neutral_receipt"]
    assert "came once more in *Q-1*" in texts(office)
    close(office)
    assert take(office, DIRECT, text=text) == ["duplicate"]
    assert conversation_of(office, "Q-1").state is ConversationState.CLOSED


@pytest.mark.parametrize("copy", COPIES)
def test_a_sponsors_corrected_form_is_their_cases_next_version(office: Office, copy: Way) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    asked = office.mails()[-1].message_id
    take(office, copy, DIRECT, copy, files=[FORM], answers=asked)

    case = office.case("C-1")
    assert (case.status, case.version) == (CaseStatus.IN_REVIEW, 2)
    assert [job.template for job in office.mails()] == ["ris_problems", "receipt"]
    if "verdict" in copy:
        assert office.case("C-2").status is CaseStatus.WITHDRAWN
        assert "C-1" in texts(office)


def test_words_that_stand_below_their_case_wait_nowhere_else(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    asked = office.mails()[-1].message_id
    take(office, {"verdict": ""}, DIRECT, text="Whose city do you mean?", answers=asked)

    assert conversation_of(office, "Q-1").state is ConversationState.ANSWERED
    assert office.jobs("question_note")[-2].case_id == 1 or office.jobs("question_note")[-1].case_id == 1


def test_a_case_that_staff_took_in_stays_theirs(office: Office) -> None:
    take(office, {"verdict": ""}, files=[FORM])
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        kinds.accept(db, office.desk, ref="C-1", seen=seen, by=BLAKE, now=office.now)
    take(office, DIRECT, files=[FORM])

    assert office.case("C-1").version == 1
    assert "C-2" not in texts(office)


def test_a_strangers_form_that_is_believed_later_still_waits_for_staff(office: Office) -> None:
    take(office, {"verdict": ""}, DIRECT, files=[FORM], sender=MALLORY)

    assert (office.case("C-1").status, office.case("C-1").authorised) == (CaseStatus.RECEIVED, False)
    assert [job.template for job in office.mails()] == ["neutral_receipt"]


def test_the_copy_that_was_set_aside_is_not_a_ris_besides(office: Office) -> None:
    copy, direct = (
        office.take(a_mail(message_id=ID, files=[FORM], headers=headers)) for headers in (LIST, ())
    )
    assert direct.subject_ref == "C-1"
    with office.connect() as db:
        again = kinds.read_again(db, office.desk, office.reader, copy.id)
    with office.connect() as db, pytest.raises(MailHasResult) as refused:
        kinds.take_as_ris(db, office.desk, again, by=BLAKE, now=office.now)
    assert refused.value.values["ref"] == "C-1"


@pytest.mark.parametrize("copy", COPIES[2:])
def test_what_staff_say_is_a_ris_is_believed_as_far_as_its_best_copy(office: Office, copy: Way) -> None:
    take(office, copy, DIRECT, files=[HOMEMADE])
    with office.connect() as db:
        assert conversations.get(db, "Q-1").mail_id == 1
        understood = kinds.read_again(db, office.desk, office.reader, 1)
        (case,) = kinds.take_as_ris(db, office.desk, understood, by=BLAKE, now=office.now)

    assert (case.authorised, case.verdict, case.evidence) == (True, "passed", understood.check.evidence)
    assert "pass" in case.evidence


def test_a_copy_that_no_key_opens_any_more_keeps_nobody_from_reading_the_mail(office: Office) -> None:
    take(office, COPIES[2], DIRECT, files=[HOMEMADE])
    lost = office.desk.keyring
    office.bot = replace(office.bot, desk=replace(office.desk, keyring=Keyring(["n" * 32])))
    with office.connect() as db, transaction(db):
        raw = sources.get(db, replace(office.desk, keyring=lost), 1)
        sealed = office.desk.keyring.seal_bytes(sources.SOURCE, raw)
        db.execute("update mail_sources set raw = ? where mail_id = 1", [sealed])
        understood = kinds.read_again(db, office.desk, office.reader, 1)

    assert (understood.row.id, understood.verified) == (1, False)


@pytest.mark.parametrize("order", [*permutations([DIRECT, *COPIES[1:3]])])
def test_three_copies_in_any_order_make_one_case_and_one_receipt(
    office: Office, order: tuple[Way, ...]
) -> None:
    take(office, *order, files=[FORM])
    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    assert [job.template for job in office.mails()] == ["receipt"]


def test_the_same_words_without_id_and_date_are_a_repeat_for_a_day(office: Office) -> None:
    raw = a_mail(message_id="")
    dateless = re.sub(rb"Date: [^\n]*\n", b"", raw)
    office.take(raw)
    office.take(dateless)
    office.clock.wait(hours=23)
    soon = [office.take(mail).status for mail in (raw, dateless)]
    office.clock.wait(hours=48)
    later = [office.take(mail).status for mail in (raw, dateless)]

    assert (soon, later) == (["duplicate", "duplicate"], ["duplicate", "done"])


@pytest.fixture
def answering(office: Office) -> Office:
    """Where articles answer by themselves."""
    answers = office.desk.policy.answers.model_copy(update={"faq_mode": "answer"})
    with_policy(office, office.desk.policy.model_copy(update={"answers": answers}))
    return office


def write_back(office: Office, *ways: Way, text: str) -> None:
    """The asker's next mail in Q-1, which Usher has answered by an article, by each of these ways."""
    office.take(a_mail(subject="Login", text=LOCKED))
    office.work()
    take(office, *ways, text=text, answers=office.mails()[-1].message_id)


@pytest.mark.parametrize("ways", [[DIRECT], [{"verdict": ""}, DIRECT], [{"headers": LIST}, DIRECT, DIRECT]])
def test_the_next_mail_of_an_asker_counts_once_whatever_came_first(
    answering: Office, ways: list[Way]
) -> None:
    write_back(answering, *ways, text="No, it is still locked.")

    one = conversation_of(answering, "Q-1")
    assert (one.state, one.verified, one.heard) == (ConversationState.OPEN, True, 2)
    assert [job.template for job in answering.mails()] == ["faq_answer", "neutral_receipt"]
    said = texts(answering)
    assert "not verified" not in said
    assert said.count("No, it is still locked.") == (2 if "headers" in ways[0] else 1)


def test_the_next_mail_that_staff_put_away_unverified_is_theirs_again_too(answering: Office) -> None:
    office, text = answering, "No, it is still locked."
    office.take(a_mail(subject="Login", text=LOCKED))
    office.work()
    asked = office.mails()[-1].message_id
    office.clock.wait(hours=1)
    take(office, {"verdict": ""}, text=text, answers=asked)
    close(office, heard=2)
    office.clock.wait(hours=1)

    assert take(office, DIRECT, DIRECT, text=text, answers=asked) == ["done", "duplicate"]
    one = conversation_of(answering, "Q-1")
    assert (one.state, one.verified, one.heard) == (ConversationState.OPEN, True, 2)
    assert [job.template for job in answering.mails()] == ["faq_answer", "neutral_receipt"]


def test_thanks_that_came_unverified_first_end_a_question_all_the_same(answering: Office) -> None:
    write_back(answering, {"verdict": ""}, DIRECT, text="Thank you!")

    assert conversation_of(answering, "Q-1").state is ConversationState.CLOSED
    assert [job.template for job in answering.mails()] == ["faq_answer"]


def test_what_a_person_has_is_not_receipted_for_a_copy(answering: Office) -> None:
    write_back(answering, {"verdict": ""}, text="No, it is still locked.")
    with answering.connect() as db:
        conversations.take(db, ref="Q-1", by=BLAKE, now=answering.now)
    asked = answering.mails()[-1].message_id
    take(answering, DIRECT, text="No, it is still locked.", answers=asked)

    assert conversation_of(answering, "Q-1").verified
    assert [job.template for job in answering.mails()] == ["faq_answer"]


@pytest.mark.parametrize("before", [9, 10])
def test_what_stood_below_others_is_a_question_of_its_own_once_it_is_believed(
    office: Office, before: int
) -> None:
    text = "Who pays for a third seat in our contract of 2019?"
    for number in range(before):
        office.take(a_mail(subject=f"No. {number}", text=f"Buy thing no. {number}.", verdict="fail"))
    take(office, {"verdict": ""}, text=text)
    office.take(a_mail(subject="More", text="Buy one more thing.", verdict="fail"))
    take(office, DIRECT, text=text)

    assert not conversation_of(office, "Q-10").verified
    assert conversation_of(office, "Q-11").verified
    assert [job.template for job in office.mails()] == ["neutral_receipt"]


@pytest.mark.parametrize("by_reply", [False, True])
def test_words_for_a_case_reach_it_though_staff_closed_their_unverified_copy(
    office: Office, by_reply: bool
) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    how: Mail = {"answers": office.mails()[-1].message_id} if by_reply else {"subject": "C-1: city"}
    how["text"] = "The city is Hamburg, and please hurry up."
    take(office, {"verdict": ""}, **how)
    with office.connect() as db:
        conversations.close(db, ref="Q-1", heard=1, by=BLAKE, now=office.now)

    assert take(office, DIRECT, DIRECT, **how) == ["done", "duplicate"]
    assert [job.case_id for job in office.jobs("question_note")][-1] == 1


def test_the_sender_of_a_case_that_staff_took_in_is_believed_once_the_mail_comes_verified(
    office: Office,
) -> None:
    take(office, {"verdict": ""}, files=[FORM])
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        kinds.accept(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)
    assert "not verified" in texts(office)
    take(office, DIRECT, DIRECT, files=[FORM])

    case = office.case("C-1")
    assert (case.status, case.version, case.authorised) == (CaseStatus.IN_REVIEW, 1, True)
    assert [job.template for job in office.mails()] == ["receipt"]
    assert "sender is verified now" in texts(office)
    with office.connect() as db:  # one yes is enough, though theirs would have been the first of two
        approvals.approve(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)
    assert office.case("C-1").status is CaseStatus.APPROVED


def test_a_stranger_whose_form_staff_took_in_gets_no_more_rights_by_a_verified_copy(office: Office) -> None:
    take(office, {"verdict": ""}, files=[FORM], sender=MALLORY)
    with office.connect() as db:
        seen = office.case("C-1").content_hash
        kinds.accept(db, office.desk, ref="C-1", seen=seen, by=AVERY, now=office.now)
    take(office, DIRECT, files=[FORM], sender=MALLORY)

    assert (office.case("C-1").verdict, office.case("C-1").authorised) == ("passed", False)
    with office.connect() as db:
        assert len(approval_store.list_given(db, office.case("C-1"))) == 1


@pytest.mark.parametrize("by_reply", [False, True])
def test_of_two_newer_forms_that_came_unverified_first_none_is_said_to_be_taken(
    office: Office, by_reply: bool
) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))
    how: Mail = {"answers": office.mails()[-1].message_id} if by_reply else {"subject": "C-1: corrected"}
    how["files"] = [("v1.xlsx", FORM[1]), ("v2.xlsx", LAST[1])]
    take(office, {"verdict": ""}, DIRECT, **how)

    assert office.case("C-1").version == 1
    assert [office.case(ref).status for ref in ("C-2", "C-3")] == [CaseStatus.RECEIVED] * 2
