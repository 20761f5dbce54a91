"""Who decides, on what they saw, once; and what everybody else is told."""

import re
from dataclasses import replace

import pytest

from bot.sandbox.invented import organisation
from bot.sandbox.samples import DANA
from tests.stories.desk import Desk, as_text, text_of, until
from tests.stories.test_spine import an_organisation, company_of

pytestmark = pytest.mark.slow


def ref_of(message: dict[str, object]) -> str:
    found = re.search(r"C-\d+", str(message["text"]))
    assert found is not None
    return found[0]


def test_staff_who_are_no_approvers_hear_who_may(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    card = desk.card(company)

    desk.act("blake").click("approvals", card["ts"], "case_approve")

    told = as_text(desk.whisper("blake", "approvals", "<@U0AVERY0001>"))
    assert "<@U0CASEY0001>" in told
    assert "case_approve" in as_text(desk.card(company))


def test_a_guest_and_a_stranger_may_not_even_look(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    ref = ref_of(desk.card(company))

    for member in ("dana", "eli"):
        desk.act(member).command("/usher", f"case {ref}", "general")
        told = as_text(desk.whisper(member, "general", "staff"))
        assert company not in told


def test_the_second_approver_is_told_who_was_faster(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    card = desk.card(company)
    ref = ref_of(card)
    desk.act("casey").command("/usher", f"approve {ref}", "approvals")
    shown = desk.whisper("casey", "approvals", company, "case_approve")

    desk.act("avery").click("approvals", card["ts"], "case_approve")
    desk.card(company, "*Approved* by <@U0AVERY0001>")
    desk.act("casey").click("approvals", shown["ts"], "case_approve")

    desk.whisper("casey", "approvals", ref, "<@U0AVERY0001>")
    desk.mail_to(DANA[1], about=f"Order confirmed: {company}")
    desk.settled()
    confirmations = [
        m for m in desk.mails_to(DANA[1]) if str(m["Subject"]).startswith(f"Order confirmed: {company}")
    ]
    assert len(confirmations) == 1


def test_a_changed_form_voids_the_click_on_what_was_seen(desk: Desk) -> None:
    org = an_organisation(desk)
    desk.send_ris(org.company, org.users)
    ref = ref_of(desk.card(org.company.name))
    desk.act("avery").command("/usher", f"approve {ref}", "approvals")
    shown = desk.whisper("avery", "approvals", org.company.name, "case_approve")
    receipt = desk.mail_to(DANA[1], about=f"We have the form for {org.company.name}")
    desk.send_ris(replace(org.company, seats=50), org.users, answers=receipt)
    desk.card(org.company.name, "Version 2")

    desk.act("avery").click("approvals", shown["ts"], "case_approve")

    desk.whisper("avery", "approvals", ref, "changed")
    assert "case_approve" in as_text(desk.card(org.company.name))


def test_a_rejection_asks_for_its_reason_and_keeps_the_note_inside(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    card = desk.card(company)
    desk.act("avery").click("approvals", card["ts"], "case_reject")
    view = until(lambda: next(iter(desk.world.workspace.open_views("avery")), None))

    desk.act("avery").submit(view["id"], {"reason": "duplicate", "note": "same as the one by phone"})

    decided = as_text(desk.card(company, "*sponsor told*"))
    assert "same as the one by phone" in decided
    mail = desk.mail_to(DANA[1], about=f"We cannot set up {company}")
    assert "by phone" not in text_of(mail)


def test_a_forged_sender_gets_no_answer_and_a_person_decides_with_four_eyes(desk: Desk) -> None:
    desk.settled()
    before = len(desk.mails_to(DANA[1]))
    company = company_of(desk.send(desk.world.samples.forged_ris()))
    card = desk.card(company, "kind_ris")
    assert "dmarc=fail" in as_text(card)

    desk.act("avery").click("approvals", card["ts"], "kind_ris")
    taken = desk.card(company, "case_approve")
    desk.act("avery").click("approvals", taken["ts"], "case_approve")
    desk.whisper("avery", "approvals", ref_of(card), "someone else has to decide")
    desk.settled()

    assert len(desk.mails_to(DANA[1])) == before
    desk.act("casey").click("approvals", taken["ts"], "case_approve")
    desk.card(company, "*sponsor told*")


def test_what_is_no_ris_is_discarded_without_a_word_to_anybody(desk: Desk) -> None:
    desk.settled()
    before = len(desk.mails_to(DANA[1]))
    company = company_of(desk.send(desk.world.samples.forged_ris()))

    desk.act("blake").click("approvals", desk.card(company, "kind_ris")["ts"], "kind_not_ris")

    desk.card(company, "Withdrawn")
    desk.settled()
    assert len(desk.mails_to(DANA[1])) == before


def test_the_queue_lists_what_waits_and_help_fits_who_asks(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    desk.card(company)

    desk.act("blake").command("/usher", "queue", "support")
    desk.whisper("blake", "support", company)
    desk.act("blake").command("/usher", "", "support")
    shown = as_text(desk.whisper("blake", "support", "/usher queue"))

    assert "/usher approve" not in shown


def test_an_unknown_word_suggests_the_nearest(desk: Desk) -> None:
    desk.act("avery").command("/usher", "aprove C-1", "support")

    desk.whisper("avery", "support", "aprove", "approve")


def test_a_mention_in_a_cards_thread_means_that_case_and_only_the_asker_sees_the_answer(desk: Desk) -> None:
    company = company_of(desk.send(desk.world.samples.complete_ris()))
    card = desk.card(company)
    desk.settled()  # a person needs longer to type than the desk to note where the card stands

    desk.act("casey").say("approvals", "@usher approve", thread_ts=card["ts"])

    shown = desk.whisper("casey", "approvals", company, "case_approve")
    assert desk.world.workspace.messages("approvals", thread_ts=card["ts"])[-1]["text"].endswith("approve")
    desk.act("casey").click("approvals", shown["ts"], "case_approve")
    desk.card(company, "*sponsor told*")


@pytest.mark.slow
def test_a_company_that_tries_to_ping_and_link_is_shown_as_plain_text(desk: Desk) -> None:
    org = organisation(desk.world.samples._rng)
    name = f"<!channel> <@U0AVERY0001> <https://evil.example|{org.company.name}>"
    desk.send_ris(replace(org.company, name=name), org.users)

    card = as_text(desk.card(org.company.name))

    assert "<!channel>" not in card.replace('"text": "C-', "")
    assert "&lt;!channel&gt;" in card
