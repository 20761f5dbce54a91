"""What staff see at the desk by mouse: a letter before it goes, two approvals, help, the week's report."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from bot.domain.ledger import MailStatus
from bot.domain.ris import Role
from bot.rendering.workbooks import ris_form
from bot.sandbox.samples import DANA
from bot.services import intake
from tests.stories.browsing import take_picture
from tests.stories.desk import Desk, until
from tests.stories.test_decisions import ref_of
from tests.stories.test_letters import a_case
from tests.stories.test_senders import a_sponsored_form

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def as_avery(desk: Desk, page: Page, channel: str = "approvals") -> None:
    page.set_default_timeout(20_000)
    page.goto(f"{desk.world.slack.url}?as=avery&channel={channel}")


def say(page: Page, text: str) -> None:
    page.locator("[data-composer=channel]").fill(text)
    page.locator("[data-composer=channel]").press("Enter")


def test_a_question_is_seen_as_a_mail_before_it_goes(desk: Desk, page: Page) -> None:
    a_case(desk)
    as_avery(desk, page)
    page.locator("[data-action-id=case_ask]").last.click()
    modal = page.locator("dialog.modal")
    modal.locator("textarea").fill("Which of the offices is the headquarters?\nWho accepts the terms?")
    take_picture(page, "ask")
    modal.locator("[data-submit]").click()
    expect(modal.get_by_text("as it will go")).to_be_visible()
    expect(modal.get_by_text(DANA[1]).first).to_be_visible()
    take_picture(page, "ask-preview")
    modal.locator("[data-submit]").click()

    expect(page.get_by_text(re.compile("Waiting for the sponsor")).last).to_be_visible()
    expect(page.get_by_text("Which of the offices").last).to_be_visible()
    take_picture(page, "card-asked")
    page.locator("[data-action-id=case_assign]").last.click()
    expect(modal).to_be_visible()
    take_picture(page, "assign")
    modal.get_by_role("button", name="Back").click()


def test_help_and_report_are_private_and_readable(desk: Desk, page: Page) -> None:
    as_avery(desk, page, "support")
    say(page, "/usher help")
    expect(page.get_by_text("/usher report").last).to_be_visible()
    take_picture(page, "help")

    say(page, "/usher report this")
    page.goto(f"{desk.world.slack.url}?as=avery&channel=dm")
    expect(page.locator("img[src*=files]").last).to_be_visible(timeout=20_000)
    take_picture(page, "report")


def test_a_reply_that_may_only_add_people_is_taken_for_one_by_a_click(desk: Desk, page: Page) -> None:
    org, _ = a_case(desk)
    first = desk.mail_to(DANA[1], about=f"We have the form for {org.company.name}")
    administrator = next(user for user in org.users if user.role == Role.ORGANIZATION_ADMINISTRATOR)
    joins = replace(org.users[-1], first_name="Nora", last_name="Vogt", email="nora.vogt@example.com")
    company = replace(org.company, seats=2)
    desk.send_ris(company, (administrator, joins), answers=first)
    desk.card(org.company.name, "may be another version of this form")
    desk.settled()
    as_avery(desk, page)
    expect(page.locator("[data-action-id=case_newer_of]").last).to_be_visible()
    take_picture(page, "unclear-asks")
    page.locator("[data-action-id=case_same_as]").last.click()

    expect(page.get_by_text("is an addition to").last).to_be_visible()
    desk.settled()
    expect(page.get_by_text("may be another version of this form")).to_have_count(0)


def test_forms_that_wait_are_left_aside_after_a_question_and_taken_in_after_all(
    desk: Desk, page: Page
) -> None:
    org, sponsor = a_sponsored_form(desk)
    form = ris_form("en", org.company, org.users)
    for number in range(33):
        desk.send_mail(f"RIS {number}", "Please.", files=[("RIS.xlsx", form)], sender=sponsor)
    desk.message("support", sponsor[1], "forms_leave")
    until(lambda: waiting(desk) == 3)
    as_avery(desk, page, "support")
    page.locator("[data-action-id=forms_leave]").last.click()
    modal = page.locator("dialog.modal")
    expect(modal.get_by_text("3 forms", exact=True)).to_be_visible()
    take_picture(page, "pile-leave")
    modal.locator("[data-submit]").click()

    expect(page.get_by_text("Left aside by").last).to_contain_text("3 forms")
    take_picture(page, "pile-left")
    page.locator("[data-action-id=forms_release]").last.click()
    expect(page.get_by_text("Taken in by").last).to_contain_text("3 more are the same")
    take_picture(page, "pile-taken")


def waiting(desk: Desk) -> int:
    with desk.bot.connect() as db:
        return sum(mail.status is MailStatus.WAITING for mail in intake.list_newest(db, limit=600))


def test_words_behind_a_command_stand_in_its_window(desk: Desk, page: Page) -> None:
    _, card = a_case(desk)
    as_avery(desk, page)
    say(page, f"/usher reject {ref_of(card).lower()} It came twice, and the second form counts.")
    button = page.locator("[data-action-id=case_reject_typed]").last
    button.scroll_into_view_if_needed()
    take_picture(page, "reject-typed")
    button.click()
    modal = page.locator("dialog.modal")
    expect(modal.locator("textarea")).to_have_value("It came twice, and the second form counts.")
    take_picture(page, "reject-note")
    modal.get_by_role("button", name="Back").click()

    say(page, "/usher invite Ann Miller ann@partner.example")
    expect(modal.locator("input[value='ann@partner.example']")).to_be_visible()
    take_picture(page, "invite-typed")
