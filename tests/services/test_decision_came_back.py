"""A decision's mail that came back: the desk's, until staff write it anew or say that its reader was told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.approvals import Phase, RejectionReason
from bot.domain.cases import BallHolder
from bot.domain.errors import UnknownJob
from bot.domain.outbox import Job, JobStatus
from bot.services import approvals
from tests.cast import AVERY, Office, a_mail, an_office
from tests.forms import sound_form
from tests.services.registering import decide, registered
from tests.services.test_bounces import COLLEAGUE, bounce, notes
from tests.services.test_decision_mails import (
    buttons,
    card,
    phase,
    rejected,
    told,
    waits_for_blake,
    write_anew,
)
from tests.services.test_outbox import a_decided_case


def came_back(office: Office, template: str, **more: str) -> Job:
    office.work()
    job = office.jobs(template)[-1]
    bounce(office, job, **more)
    office.work()
    return job


def on_card(office: Office) -> list[list[str]]:
    """What the notes of what came back say of the card."""
    said = (job.values["words"] for job in notes(office, "mail_bounced"))
    return [[name for name in ("anew", "told") if one[name]] for one in said]


def test_a_rejection_that_came_back_is_the_desks_until_it_is_written_anew(tmp_path: Path) -> None:
    """Only its note had said so: the case was nobody's, and its sponsor had never read of it."""
    office = an_office(tmp_path)
    rejected(office)
    came_back(office, "rejection", action="delayed", status="4.4.1")
    assert office.case("C-1").ball is BallHolder.NOBODY
    job = came_back(office, "rejection")

    assert phase(office) is Phase.FAILED
    assert waits_for_blake(office) == [BallHolder.DESK]
    (note,) = [one for one in office.chat.standing.values() if one.key.startswith("turn:")]
    assert "the mail with the decision did not arrive" in note.text
    assert buttons(office) == ["mail_anew", "mail_told"]
    write_anew(office, job)
    office.work()

    assert [one.status for one in office.jobs("rejection")] == [JobStatus.REPLACED, JobStatus.SENT]
    assert (phase(office), office.case("C-1").ball, buttons(office)) == (Phase.DONE, BallHolder.NOBODY, [])
    with pytest.raises(UnknownJob):
        write_anew(office, job)
    came_back(office, "rejection")
    assert waits_for_blake(office) == [BallHolder.DESK]


def test_a_confirmation_that_came_back_is_the_desks_until_its_sponsor_is_told_otherwise(
    tmp_path: Path,
) -> None:
    office = an_office(tmp_path)
    a_decided_case(office)
    job = came_back(office, "order_confirmation")
    assert (phase(office), buttons(office)) == (Phase.FAILED, ["mail_anew", "mail_told"])
    assert on_card(office) == [["anew", "told"]]
    assert any(
        "On the card of C-1, *Write it anew* sends another mail; *Told otherwise* ends it" in str(one.blocks)
        for one in office.chat.standing.values()
    )
    assert "*The mail with the decision did not arrive, or may not have*" in office.chat.texts()
    told(office, job)
    assert phase(office) is Phase.DONE
    office.work()
    assert buttons(office) == []


def test_a_copy_that_came_back_and_what_arrived_are_nothing_to_deal_with(tmp_path: Path) -> None:
    office = an_office(tmp_path)
    office.take(a_mail(files=[("RIS.xlsx", sound_form())], cc=COLLEAGUE))
    case = office.case("C-1")
    with office.connect() as db:
        approvals.reject(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY,
            reason=RejectionReason.DUPLICATE, note="", now=office.now,
        )  # fmt: skip
    job = came_back(office, "rejection", recipient=COLLEAGUE)

    assert (phase(office), buttons(office), on_card(office)) == (Phase.DONE, [], [[]])
    for act in (write_anew, told):
        with pytest.raises(UnknownJob):
            act(office, job)


def test_that_the_site_is_ready_is_written_anew_where_it_came_back(tmp_path: Path) -> None:
    """Its card had no button, though it would have been written."""
    office = live(tmp_path)
    job = came_back(office, "site_ready")
    assert (buttons(office), on_card(office)) == (["mail_anew"], [["anew"]])
    write_anew(office, job)
    office.work_till_quiet()

    assert [one.status for one in office.jobs("site_ready")] == [JobStatus.REPLACED, JobStatus.SENT]
    assert buttons(office) == []
    with pytest.raises(UnknownJob):
        write_anew(office, job)


def confirmed(folder: Path) -> Office:
    office = an_office(folder)
    a_decided_case(office)
    return office


def live(folder: Path) -> Office:
    office = registered(folder)
    decide(office)
    return office


@pytest.mark.parametrize(
    ("carried_out", "template", "mail"),
    [(confirmed, "order_confirmation", "order confirmation"), (live, "site_ready", "the site is set up")],
)
def test_the_card_says_of_the_one_in_whose_place_another_is_that_it_went(
    tmp_path: Path, carried_out: Callable[[Path], Office], template: str, mail: str
) -> None:
    """It called it discarded, or overtaken."""
    office = carried_out(tmp_path)
    write_anew(office, came_back(office, template))
    office.work_till_quiet()

    assert f"✗ {mail}: sent" in card(office)
    assert buttons(office) == []
