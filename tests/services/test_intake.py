"""Mail comes in: recorded before it is acted on, once whatever the server does, and answered by its kind."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.domain.cases import CaseStatus
from bot.domain.errors import UnknownMail
from bot.domain.events import EventTag
from bot.domain.ledger import LedgerMail, MailStatus
from bot.domain.mail import Address, FetchedMail
from bot.domain.mail_refusals import MailHasResult, MailUndecided
from bot.rendering.workbooks import ris_form
from bot.services import intake, kinds, mailboxes, sources
from bot.store import ledger
from handlers.mail.loop import work_on
from tests.cast import BLAKE, DANA, DESK_ADDRESS, INBOX, MALLORY, Office, a_mail
from tests.forms import COMPANY, MARA, TOM, sound_form
from tests.outside import NOW, fetched

FORM = ("RIS.xlsx", sound_form())
WITHOUT_CITY = ("RIS.xlsx", ris_form("en", replace(COMPANY, city=""), [MARA, TOM]))
OTHER_COMPANY = ("second.xlsx", ris_form("en", replace(COMPANY, name="Südwind AG"), [MARA, TOM]))
#: an Office file that is encrypted: the head of its container and nothing else
BROKEN = ("RIS.xlsx", b"PK\x03\x04" + b"\0" * 200)
ERIN = Address(name="Erin Colleague", address="erin@sponsor.example.org")


def a_ris(**more: object) -> bytes:
    return a_mail(subject="A new customer", files=[FORM], **more)  # type: ignore[arg-type]


def templates(office: Office) -> list[str]:
    return [job.template for job in office.jobs()]


def poison(office: Office, row: LedgerMail, times: int) -> MailStatus:
    office.reader.faults.then(*[ValueError("a bug")] * times)
    for _ in range(times):
        status = work(office, row)
    return status


def work(office: Office, row: LedgerMail) -> MailStatus:
    with office.connect() as db:
        (status,) = work_on(office.bot, db, [row])
    return status


# The ledger


def test_a_mail_is_in_the_ledger_with_its_bytes_before_anything_is_done(office: Office) -> None:
    raw = a_ris()
    row = office.record(raw)

    with office.connect() as db:
        assert sources.get(db, office.desk, row.id) == raw
    assert row.status is MailStatus.RECORDED
    assert office.jobs() == []


def test_a_batch_is_recorded_whole_or_not_at_all(office: Office) -> None:
    with office.connect() as db:
        mailboxes.begin(db, INBOX, 1, now=NOW)
        torn = replace(fetched(a_ris(), uid=2), received_at=NOW.replace(tzinfo=None))
        with pytest.raises(TypeError):
            mailboxes.record(db, office.desk, INBOX, 1, [fetched(a_ris(), uid=1), torn], now=NOW)

        assert intake.list_newest(db, limit=9) == []
        assert mailboxes.begin(db, INBOX, 1, now=NOW).last_uid == 0


def test_a_batch_that_does_not_ascend_is_refused(office: Office) -> None:
    """The cursor would stand above mails that are still to come."""
    with office.connect() as db:
        mailboxes.begin(db, INBOX, 1, now=NOW)
        with pytest.raises(ValueError, match="order"):
            mailboxes.record(
                db, office.desk, INBOX, 1, [fetched(a_ris(), uid=3), fetched(a_ris(), uid=1)], now=NOW
            )

        assert mailboxes.begin(db, INBOX, 1, now=NOW).last_uid == 0


def test_the_same_numbers_again_are_nothing_new(office: Office) -> None:
    mail = fetched(a_ris(), uid=5)
    with office.connect() as db:
        mailboxes.begin(db, INBOX, 1, now=NOW)

        assert len(mailboxes.record(db, office.desk, INBOX, 1, [mail], now=NOW)) == 1
        assert mailboxes.record(db, office.desk, INBOX, 1, [mail], now=NOW) == []
        assert mailboxes.begin(db, INBOX, 1, now=NOW).last_uid == 5


def test_deciding_twice_about_one_mail_acts_once(office: Office) -> None:
    row = office.record(a_ris())
    office.decide(row)
    before = len(office.jobs())
    office.decide(row)

    assert len(office.jobs()) == before
    assert office.case("C-1").version == 1


# The same mail again


def test_the_same_mail_again_is_a_duplicate_of_what_it_led_to(office: Office) -> None:
    raw = a_ris()
    office.take(raw)
    again = office.take(raw)

    assert (again.status, again.subject_ref, again.flagged) == (MailStatus.DUPLICATE, "C-1", "")
    assert len(office.jobs("receipt")) == 1


def test_a_copy_that_took_another_way_is_the_same_mail(office: Office) -> None:
    office.take(a_ris(message_id="<one@example.org>"))
    again = office.take(
        a_ris(message_id="<one@example.org>", headers=[("Received", "by another.example.net")])
    )

    assert again.status is MailStatus.DUPLICATE


def test_the_same_message_id_with_other_content_is_new_and_flagged(office: Office) -> None:
    first = office.take(a_mail(message_id="<one@example.org>"))
    second = office.take(a_mail(message_id="<one@example.org>", text="Something else entirely, please help."))
    third = office.take(a_mail(message_id="<one@example.org>", text="Something else entirely, please help."))

    assert (second.status, second.subject_ref) == (MailStatus.DONE, "Q-2")
    assert f"mail {first.id}" in second.flagged
    assert (third.status, third.subject_ref) == (MailStatus.DUPLICATE, "Q-2")


def test_mails_without_a_message_id_are_told_apart_by_content(office: Office) -> None:
    first = office.take(a_mail(message_id=""))
    other = office.take(a_mail(message_id="", text="How do I change the number of my phone?"))
    again = office.take(a_mail(message_id=""))

    assert (first.subject_ref, other.subject_ref) == ("Q-1", "Q-2")
    assert (again.status, again.subject_ref, other.flagged) == (MailStatus.DUPLICATE, "Q-1", "")


def test_a_renumbered_mailbox_is_listed_again_and_nothing_doubles(office: Office) -> None:
    mails = [fetched(a_ris(), uid=7), fetched(a_mail(message_id=""), uid=8), fetched(a_mail(), uid=9)]
    take_all(office, 1, mails)
    jobs = templates(office)
    with office.connect() as db:
        assert mailboxes.begin(db, INBOX, 2, now=NOW).last_uid == 0

    take_all(office, 2, [replace(mail, uid=uid) for uid, mail in enumerate(reversed(mails), 1)])

    with office.connect() as db:
        assert mailboxes.begin(db, INBOX, 2, now=NOW).last_uid == 3
        states = [row.status for row in intake.list_newest(db, limit=9)]
    assert states == ["duplicate"] * 3 + ["done"] * 3
    assert templates(office) == jobs


def take_all(office: Office, uidvalidity: int, mails: Sequence[FetchedMail]) -> None:
    with office.connect() as db:
        mailboxes.begin(db, INBOX, uidvalidity, now=NOW)
        mailboxes.record(db, office.desk, INBOX, uidvalidity, mails, now=NOW)
        for row in intake.list_waiting(db, limit=99):
            office.decide(row)


def test_a_mail_that_was_set_aside_is_a_duplicate_once_a_copy_of_it_was_decided_about(office: Office) -> None:
    raw = a_ris()
    first = office.record(raw)
    assert poison(office, first, 3) is MailStatus.SET_ASIDE
    assert office.take(raw).status is MailStatus.DONE
    with office.connect() as db:
        kinds.replay(db, office.desk, first.id, by=BLAKE.id, now=NOW)

    assert office.decide(first).status is MailStatus.DUPLICATE
    assert len(office.jobs("receipt")) == 1


# Poison


def test_a_mail_that_raises_is_set_aside_at_the_third_time_and_shown(office: Office) -> None:
    row = office.record(a_ris())

    assert poison(office, row, 2) is MailStatus.RECORDED
    assert office.jobs() == []
    assert poison(office, row, 1) is MailStatus.SET_ASIDE

    office.work()
    assert f"mail {row.id}" in office.chat.texts()
    assert "ValueError: a bug" in office.chat.texts()
    assert "mail_replay" in office.chat.texts()
    with office.connect() as db:
        assert intake.list_waiting(db, limit=9) == []


def test_a_mail_that_was_set_aside_can_be_replayed(office: Office) -> None:
    row = office.record(a_ris())
    poison(office, row, 3)
    with office.connect() as db:
        kinds.replay(db, office.desk, row.id, by=BLAKE.id, now=NOW)

    assert work(office, row) is MailStatus.DONE
    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    office.work()
    (note,) = notes_of(office, row)
    assert f"Tried again by <@{BLAKE.id}>" in note
    assert "mail_replay" not in note


def test_a_mail_that_was_set_aside_is_tried_no_more_once_staff_said_what_it_is(office: Office) -> None:
    row = office.record(a_ris())
    poison(office, row, 3)
    with office.connect() as db:
        understood = kinds.read_again(db, office.desk, office.reader, row.id)
        kinds.take_as_ris(db, office.desk, understood, by=BLAKE, now=NOW)
    office.work()

    (note,) = notes_of(office, row)
    assert f"Tried again by <@{BLAKE.id}>" in note
    assert "mail_replay" not in note


def test_a_mail_that_fails_again_after_its_replay_is_shown_again(office: Office) -> None:
    row = office.record(a_ris())
    poison(office, row, 3)
    with office.connect() as db:
        kinds.replay(db, office.desk, row.id, by=BLAKE.id, now=office.clock.wait(minutes=1))

    assert poison(office, row, 3) is MailStatus.SET_ASIDE
    office.work()
    assert ["mail_replay" in note for note in notes_of(office, row)] == [False, True]


def notes_of(office: Office, row: LedgerMail) -> list[str]:
    """That it was set aside, as they stand in Slack."""
    about = f"set_aside:{row.id}:"
    return [str(one.blocks) for one in office.chat.standing.values() if one.key.startswith(about)]


def test_a_mail_with_a_result_is_not_replayed(office: Office) -> None:
    rows = [office.take(a_ris()), office.take(a_mail())]

    for row in rows:
        with office.connect() as db, pytest.raises(MailHasResult) as refused:
            kinds.replay(db, office.desk, row.id, by=BLAKE.id, now=NOW)
        assert refused.value.values["ref"] == row.subject_ref


def test_a_mail_that_waits_already_is_not_replayed_once_more(office: Office) -> None:
    row = office.record(a_mail())

    with office.connect() as db, pytest.raises(MailUndecided):
        kinds.replay(db, office.desk, row.id, by=BLAKE.id, now=NOW)
    assert EventTag.MAIL_REPLAYED not in [event.tag for event in office.events()]


def test_a_mail_that_nobody_knows_is_not_replayed(office: Office) -> None:
    with office.connect() as db, pytest.raises(UnknownMail):
        kinds.replay(db, office.desk, 99, by=BLAKE.id, now=NOW)
    with office.connect() as db, pytest.raises(UnknownMail):
        sources.get(db, office.desk, 99)


def test_a_robots_mail_in_a_thread_led_to_nothing_and_is_replayed(office: Office) -> None:
    office.take(a_ris())
    robot = office.take(a_ris(answers=office.job("receipt").message_id, headers=[("Precedence", "bulk")]))
    assert (robot.kind, robot.subject_ref) == ("list", "C-1")

    with office.connect() as db:
        kinds.replay(db, office.desk, robot.id, by=BLAKE.id, now=NOW)
        found = ledger.find(db, robot.id)

    assert found is not None
    assert found.status is MailStatus.RECORDED


# Nobody answers machines


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("auto_reply", ("Auto-Submitted", "auto-replied")),
        ("auto_reply", ("X-Autoreply", "yes")),
        ("list", ("List-Id", "<all.example.org>")),
        ("list", ("Precedence", "bulk")),
        ("loop", ("X-Loop", DESK_ADDRESS)),
    ],
)
def test_machines_are_recorded_with_their_reason_and_no_mail_is_queued(
    office: Office, kind: str, header: tuple[str, str]
) -> None:
    row = office.take(a_ris(headers=[header]))

    assert (row.kind, row.status) == (kind, MailStatus.DONE)
    assert row.reason
    assert office.mails() == []


def test_our_own_mail_that_comes_back_is_answered_by_nobody(office: Office) -> None:
    office.take(a_ris())
    before = templates(office)
    own = office.take(a_ris(message_id=office.job("receipt").message_id))

    assert own.kind == "own"
    assert templates(office) == before


def test_an_empty_mail_is_answered_by_nobody(office: Office) -> None:
    assert office.take(a_mail(subject="", text=" ")).kind == "empty"
    assert office.jobs() == []


def test_a_question_that_stands_in_its_subject_is_shown_without_text(office: Office) -> None:
    office.take(a_mail(subject="How long is a code valid?", text=""))

    note = office.job("question_note").values["words"]
    assert isinstance(note, dict)
    assert note["text"] == ""


# Forms


def test_a_sponsors_complete_form_is_in_review_with_a_receipt_and_a_card(office: Office) -> None:
    row = office.take(a_ris())

    assert row.subject_ref == "C-1"
    assert office.case("C-1").status is CaseStatus.IN_REVIEW
    assert templates(office) == ["receipt", "case_card"]


def test_a_sponsors_incomplete_form_is_answered_with_its_problems(office: Office) -> None:
    office.take(a_mail(files=[WITHOUT_CITY]))

    assert office.case("C-1").status is CaseStatus.WAITING_FOR_SPONSOR
    assert templates(office) == ["ris_problems", "case_card"]


@pytest.mark.parametrize(
    ("sender", "verdict", "answer"),
    [
        (DANA, "", []),
        (DANA, "fail", []),
        (MALLORY, "pass", ["neutral_receipt"]),
        (MALLORY, "", []),
    ],
)
def test_a_form_of_no_verified_sponsor_waits_for_staff_and_learns_nothing(
    office: Office, sender: Address, verdict: str, answer: list[str]
) -> None:
    office.take(a_ris(sender=sender, verdict=verdict))

    case = office.case("C-1")
    assert (case.status, case.authorised) == (CaseStatus.RECEIVED, False)
    assert [job.template for job in office.mails()] == answer


def test_several_companies_in_one_mail_are_a_case_each(office: Office) -> None:
    office.take(a_mail(files=[FORM, OTHER_COMPANY]))

    assert {office.case(ref).ris.company.name for ref in ("C-1", "C-2")} == {COMPANY.name, "Südwind AG"}
    assert sorted(templates(office)) == ["case_card"] * 2 + ["receipt"] * 2


def test_the_same_form_twice_in_one_mail_is_one_case(office: Office) -> None:
    office.take(a_mail(files=[FORM, ("copy.xlsx", FORM[1])]))

    assert templates(office) == ["receipt", "case_card"]


def test_a_colleague_on_cc_stays_in_the_conversation_but_a_stranger_does_not(office: Office) -> None:
    office.take(a_ris(cc=f"{ERIN.address}, {MALLORY.address}, {DESK_ADDRESS}"))
    office.work()

    assert office.mailer.sent[0].cc == (ERIN.address,)


def test_an_unreadable_form_of_a_sponsor_is_answered_with_the_reason(office: Office) -> None:
    row = office.take(a_mail(files=[BROKEN]))

    assert (row.kind, row.subject_ref) == ("ris", "Q-1")
    assert templates(office) == ["question_note", "unreadable_ris"]
