"""Buttons on mails that failed or wait for release."""

import pytest

from bot.domain.outbox import JobStatus
from bot.services import approvals
from tests.cast import AVERY, BLAKE, CASEY, ELI, a_case
from tests.handlers.conftest import Workspace
from tests.services.mail_ends import ends, held


def test_staff_try_a_failed_mail_again_once_and_nobody_else_does(workspace: Workspace) -> None:
    office = workspace.office
    a_case(office)
    ends(JobStatus.FAILED)(office, "receipt")
    job = office.job("receipt")
    shown = str(next(one.blocks for one in office.chat.standing.values() if one.key == "card:C-1"))
    assert "'action_id': 'mail_retry', 'text': {'type': 'plain_text', 'text': 'Try again: receipt'" in shown

    workspace.click("mail_retry", str(job.id), by=ELI.id)
    workspace.heard()
    assert office.job("receipt").status is JobStatus.FAILED
    workspace.click("mail_retry", str(job.id), by=BLAKE.id)
    workspace.heard(2)
    assert office.job("receipt").status is JobStatus.QUEUED
    workspace.click("mail_retry", str(job.id), by=BLAKE.id)

    said = workspace.heard(3)[2]["text"]
    assert said == "Nothing was changed; by now the mail is: queued."


@pytest.mark.parametrize(("first", "second"), [("release", "discard"), ("discard", "release")])
def test_of_two_who_release_and_discard_a_mail_at_once_the_second_hears_of_the_first(
    workspace: Workspace, first: str, second: str
) -> None:
    office = workspace.office
    held(office, "")
    a_case(office)
    office.work()
    job = office.job("receipt")
    workspace.click(f"mail_{first}", str(job.id), by=BLAKE.id)
    workspace.heard()
    workspace.click(f"mail_{second}", str(job.id), by=CASEY.id)

    said = workspace.heard(2)[1]["text"]
    assert said.startswith(f"<@{BLAKE.id}> {first.removesuffix('e')}ed this mail on ")
    assert said.endswith("; nothing was changed.")
    assert office.job("receipt").status == {"release": "queued", "discard": "discarded"}[first]


def test_who_releases_all_is_told_no_mail_gone_that_is_true_no_more(workspace: Workspace) -> None:
    office = workspace.office
    held(office, "")
    case = a_case(office)
    a_case(office, company="Borealis")
    office.work()
    job = office.job("receipt")
    with office.connect() as db:
        approvals.approve(
            db, office.desk, ref=case.ref, seen=case.content_hash, by=AVERY, now=office.clock.now()
        )
    workspace.click("mail_release_all", str(job.id), by=BLAKE.id)
    heard = workspace.heard()
    office.work()

    said = "2 held mails are in line now. Those that are true no more do not go, and notes say which."
    assert heard[0]["text"] == said
    assert [one.status for one in office.jobs("receipt")] == [JobStatus.REPLACED, JobStatus.SENT]
    assert "did not go: what it says is true no more" in office.chat.texts()
