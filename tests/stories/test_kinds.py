"""Staff mend a wrong kind with one button, through the whole service."""

import pytest

from bot.sandbox.samples import DANA
from tests.forms import homemade_form
from tests.stories.desk import Desk, as_text
from tests.stories.test_decisions import ref_of
from tests.stories.test_spine import an_organisation, company_of

pytestmark = pytest.mark.slow


def test_an_unrecognised_sheet_becomes_a_case_and_a_double_click_changes_nothing(desk: Desk) -> None:
    desk.send_mail("Our new customer", "Ostwind, as agreed.", files=[("ostwind.xlsx", homemade_form())])
    note = desk.message("support", "Ostwind, as agreed.", "kind_ris")

    desk.act("blake").click("support", note["ts"], "kind_ris")
    desk.act("blake").click("support", note["ts"], "kind_ris")

    card = desk.card("Ostwind KG", "Waiting for the sponsor")
    desk.mail_to(DANA[1], about="Please complete the form for Ostwind KG")
    desk.whisper("blake", "support", "You took it for a RIS", ref_of(card))
    desk.whisper("blake", "support", "has already led to", ref_of(card))
    desk.message("support", "<@U0BLAKE0001> takes this for a RIS", ref_of(card), thread_ts=note["ts"])
    desk.settled()
    assert len(desk.cards("Ostwind KG")) == 1


def test_what_cannot_be_read_as_a_form_is_said_privately_and_exactly(desk: Desk) -> None:
    desk.send_mail("The form", "Here is the form.", files=[("form.pdf", b"%PDF-1.4 nothing")])
    note = desk.message("support", "Here is the form.", "kind_ris")

    desk.act("blake").click("support", note["ts"], "kind_ris")

    desk.whisper("blake", "support", "(form.pdf) has too few of the form's headings")


def test_a_case_that_is_no_ris_goes_on_as_a_question_in_the_support_channel(desk: Desk) -> None:
    org = an_organisation(desk)
    sent = desk.send_ris(org.company, org.users)
    card = desk.card(org.company.name, "kind_not_ris")
    desk.settled()
    before = len(desk.mails_to(DANA[1]))

    desk.act("blake").click("approvals", card["ts"], "kind_not_ris")
    desk.whisper("blake", "approvals", ref_of(card), "goes on as Q-")  # a click is acked before it is decided
    desk.act("avery").click("approvals", card["ts"], "case_approve")

    desk.card(org.company.name, "Withdrawn")
    note = desk.message("support", f"RIS {org.company.name}", "Please find the form attached.")
    desk.whisper("avery", "approvals", ref_of(card), "cannot be decided now")
    desk.message("approvals", "<@U0BLAKE0001> says that this is no RIS", thread_ts=card["ts"])
    row = desk.ledger(str(sent["Message-ID"]))
    assert (row.kind, row.subject_ref in note["text"]) == ("question", True)
    desk.settled()
    assert len(desk.mails_to(DANA[1])) == before


def test_a_guest_mends_nothing_and_hears_who_may(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    card = desk.card(company, "kind_not_ris")
    desk.send_mail("A sheet", "A sheet of ours.", files=[("ours.xlsx", homemade_form())])
    note = desk.message("support", "A sheet of ours.", "kind_ris")

    desk.act("eli").click("approvals", card["ts"], "kind_not_ris")
    desk.act("eli").click("support", note["ts"], "kind_ris")

    for channel in ("approvals", "support"):
        desk.whisper("eli", channel, "<@U0AVERY0001>")
    desk.settled()
    assert "case_approve" in as_text(desk.card(company))
