"""Buttons on mails that failed."""

from bot.domain.outbox import JobStatus
from tests.cast import BLAKE, ELI, a_case
from tests.handlers.conftest import Workspace
from tests.services.mail_ends import ends


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
