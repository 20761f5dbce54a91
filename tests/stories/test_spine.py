"""From the mailbox through Slack to a mail that is sent."""

import re
import urllib.error
import urllib.request
from dataclasses import replace

import pytest

from bot.sandbox.invented import Organisation, organisation
from bot.sandbox.samples import DANA, Sample
from tests.stories.desk import Desk, as_text, parsed, text_of


def company_of(sample: Sample) -> str:
    found = re.search(r"RIS for (.+?)(?: with|$)", sample.about)
    assert found is not None
    return found[1]


def an_organisation(desk: Desk) -> Organisation:
    return organisation(desk.world.samples._rng)


def test_a_complete_ris_is_approved_by_button_and_confirmed_to_the_sponsor(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    card = desk.card(company)

    desk.act("avery").click("approvals", card["ts"], "case_approve")

    done = as_text(desk.card(company, "*sponsor told*"))
    assert "*Approved* by <@U0AVERY0001>" in done
    assert "case_approve" not in done
    confirmation = desk.mail_to(DANA[1], about=f"Order confirmed: {company}")
    assert confirmation["From"].addresses[0].addr_spec == "onboarding@usher.example"
    assert len(desk.cards(company)) == 1


@pytest.mark.slow
def test_the_confirmation_carries_a_link_to_the_status_page(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    desk.act("casey").click("approvals", desk.card(company)["ts"], "case_approve")
    text = text_of(desk.mail_to(DANA[1], about=f"Order confirmed: {company}"))
    link = re.search(r"http://127\.0\.0\.1:\d+/status/\S+", text)
    assert link is not None

    with urllib.request.urlopen(link[0]) as answer:
        page = answer.read().decode()

    assert company in page
    assert "C-" in page


@pytest.mark.slow
def test_the_command_shows_the_card_and_asks_to_confirm(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    ref = re.search(r"C-\d+", desk.card(company)["text"])
    assert ref is not None

    desk.act("avery").command("/usher", f"approve {ref[0]}", "approvals")
    shown = desk.whisper("avery", "approvals", company, "case_approve")
    assert "case_reject" not in as_text(shown)
    desk.act("avery").click("approvals", shown["ts"], "case_approve")

    desk.card(company, "*sponsor told*")
    desk.mail_to(DANA[1], about=f"Order confirmed: {company}")


@pytest.mark.slow
def test_an_incomplete_ris_is_answered_with_every_problem_its_cell_and_what_to_do(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.incomplete_ris()))

    text = text_of(desk.mail_to(DANA[1], about=f"Please complete the form for {company}"))

    assert len(re.findall(r"^\d+\. Sheet “(?:Company|Users)”(?:, cell [A-Z]+\d+)?", text, re.MULTILINE)) == 11
    assert "City: nothing is filled in. Please give the city." in text
    card = as_text(desk.card(company, "Waiting for the sponsor"))
    assert "case_approve" not in card


@pytest.mark.slow
def test_a_corrected_workbook_by_reply_becomes_the_next_version(desk: Desk) -> None:
    org = an_organisation(desk)
    desk.send_ris(replace(org.company, city=""), org.users)
    asked = desk.mail_to(DANA[1], about=f"Please complete the form for {org.company.name}")

    desk.send_ris(org.company, org.users, answers=asked)

    card = desk.card(org.company.name, "Version 2")
    assert "case_approve" in as_text(card)
    assert len(desk.cards(org.company.name)) == 1
    receipt = desk.mail_to(DANA[1], about=f"We have the form for {org.company.name}")
    assert receipt["In-Reply-To"]


@pytest.mark.slow
def test_a_reply_without_a_party_of_the_case_opens_a_new_case(desk: Desk) -> None:
    org = an_organisation(desk)
    desk.send_ris(replace(org.company, city=""), org.users)
    asked = desk.mail_to(DANA[1], about=f"Please complete the form for {org.company.name}")

    desk.send_ris(org.company, org.users, answers=asked, sender=("Eve", "eve@elsewhere.example.net"))

    desk.card(org.company.name, "kind_ris")
    assert len(desk.cards(org.company.name)) == 2


@pytest.mark.slow
def test_a_question_reaches_the_support_channel_in_the_senders_words(desk: Desk) -> None:
    sample = desk.send(desk.world.samples.question())
    words = text_of(parsed(sample.raw)).splitlines()[0]

    note = as_text(desk.message("support", words[:60]))

    assert "Q-" in note
    desk.mail_to(sample.sender, about="We have your message")


@pytest.mark.slow
def test_robots_bounces_and_lists_are_recorded_with_their_reason_and_answered_by_nobody(desk: Desk) -> None:
    desk.settled()
    spoken = len(desk.world.workspace.messages("support")) + len(desk.world.workspace.messages("approvals"))
    samples = desk.world.samples
    sent = [desk.send(write()) for write in (samples.auto_reply, samples.bounce, samples.list_mail)]

    rows = [desk.ledger(str(parsed(sample.raw)["Message-ID"])) for sample in sent]
    desk.settled()

    assert [row.kind for row in rows] == ["auto_reply", "bounce", "list"]
    assert all(row.reason for row in rows)
    for sample in sent:
        assert desk.mails_to(parsed(sample.raw)["From"].addresses[0].addr_spec) == []
    heard = len(desk.world.workspace.messages("support")) + len(desk.world.workspace.messages("approvals"))
    assert heard == spoken


@pytest.mark.slow
def test_settled_mails_are_moved_out_of_the_inbox(desk: Desk) -> None:
    sample = desk.send(desk.world.samples.list_mail())
    message_id = str(parsed(sample.raw)["Message-ID"])

    desk.world.mail.wait_for(
        "onboarding@usher.example",
        lambda mail: str(parsed(mail.raw)["Message-ID"]) == message_id,
        20,
        folder="Usher/Done",
    )


@pytest.mark.slow
def test_a_status_link_that_nobody_issued_tells_a_stranger_nothing(desk: Desk) -> None:
    address = f"{desk.world.portal_url}/status/{'x' * 43}"

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address)
    page = refused.value.read().decode()
    refused.value.close()

    assert refused.value.code == 404
    assert "C-" not in page


@pytest.mark.slow
def test_a_hostile_workbook_is_answered_to_the_sponsor_and_shown_to_staff_with_its_reason(desk: Desk) -> None:
    desk.send(desk.world.samples.hostile_ris("zip_bomb"))

    mail = desk.mail_to(DANA[1], about="We could not read your file")
    note = as_text(desk.message("support", "Its spreadsheet was not read"))

    assert "far more data than a form can hold" in note
    assert "Reply" in text_of(mail) or "reply" in text_of(mail)
