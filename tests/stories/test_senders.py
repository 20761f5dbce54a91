"""Strangers, additions, withdrawals, corrections and floods, through the whole service."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest

from bot.domain.ledger import MailStatus
from bot.domain.ris import User
from bot.rendering.workbooks import ris_form
from bot.sandbox.invented import Organisation
from bot.services import intake
from tests.stories.desk import Desk, Message, as_text, running, text_of, until
from tests.stories.orders import SPONSORS, an_order
from tests.stories.phones import set_up
from tests.stories.test_decisions import ref_of
from tests.stories.test_spine import an_organisation, company_of

pytestmark = pytest.mark.slow

STRANGER = ("Eve Stranger", "eve@elsewhere.example.net")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with running(tmp_path_factory.mktemp("senders"), sponsors=SPONSORS) as desk:
        yield desk


def a_sponsored_form(desk: Desk) -> tuple[Organisation, tuple[str, str]]:
    """An organisation of its own, from a sponsor of its own: caps are no part of these stories."""
    order = an_order(desk)
    return order.organisation, ("A sponsor", order.sponsor)


def approved(desk: Desk, org: Organisation, sponsor: tuple[str, str]) -> Message:
    desk.send_ris(org.company, org.users, sender=sponsor)
    card = desk.card(org.company.name, "case_approve")
    desk.act("avery").click("approvals", card["ts"], "case_approve")
    return desk.card(org.company.name, "*sponsor told*")


def withdraw_by_mail(desk: Desk, mail: EmailMessage, sponsor: tuple[str, str], text: str) -> None:
    desk.send_mail(f"Re: {mail['Subject']}", text, answers=mail, sender=sponsor)


def test_a_strangers_form_is_received_neutrally_and_staff_take_it_in_or_leave_it(desk: Desk) -> None:
    kept, left = an_organisation(desk), an_organisation(desk)
    for org in (kept, left):
        company = replace(org.company, name=f"{org.company.name} Strangers {org is kept}")
        desk.send_ris(company, org.users, sender=STRANGER)
    first = desk.card(f"{kept.company.name} Strangers True", "kind_ris")
    second = desk.card(f"{left.company.name} Strangers False", "kind_not_ris")
    receipt = desk.mail_to(STRANGER[1], about="We have your message")
    assert kept.company.name not in text_of(receipt)

    desk.act("blake").click("approvals", first["ts"], "kind_ris")
    desk.act("blake").click("approvals", second["ts"], "kind_not_ris")

    desk.card(f"{kept.company.name} Strangers True", "case_approve")
    desk.card(f"{left.company.name} Strangers False", "Withdrawn")
    desk.settled()
    assert {str(mail["Subject"])[:20] for mail in desk.mails_to(STRANGER[1])} == {"We have your message"}


def test_nothing_leaves_for_a_forged_sponsor(desk: Desk) -> None:
    sample = desk.send(desk.world.samples.forged_ris())
    shown = as_text(desk.card(company_of(sample), "kind_ris"))
    desk.settled()

    assert "dmarc=fail" in shown
    assert not [mail for mail in desk.mails_to(sample.sender) if company_of(sample) in str(mail["Subject"])]


def test_an_addition_is_asked_about_confirmed_and_orders_for_the_new_people_only(desk: Desk) -> None:
    org, sponsor = a_sponsored_form(desk)
    first = ref_of(approved(desk, org, sponsor))
    new = replace(
        org.users[0],
        first_name="Nora",
        last_name="Vogt",
        email=f"nora@{org.users[0].email.partition('@')[2]}",
    )
    users: tuple[User, ...] = (*org.users, new)
    desk.send_ris(replace(org.company, seats=len(users)), users, sender=sponsor)
    card = desk.card(org.company.name, "case_same_as")
    assert f"Same as {first}?" in as_text(card)

    desk.act("blake").click("approvals", card["ts"], "case_same_as")
    desk.whisper("blake", "approvals", f"is an addition to {first} now")
    added = desk.card(org.company.name, f"*Addition to {first}*")
    assert "Orders for one person" in as_text(added)
    desk.act("avery").click("approvals", added["ts"], "case_approve")

    confirmed = text_of(desk.mail_to(sponsor[1], about="Order confirmed", ref=ref_of(added)))
    assert f"This is an addition to {first}" in confirmed.replace("\n", " ").replace("**", "")
    assert "Nora Vogt" in confirmed
    assert new.email in confirmed
    assert org.users[0].email not in confirmed
    assert "invitation to register" not in confirmed


def test_a_plain_word_withdraws_an_undecided_case_and_is_confirmed(desk: Desk) -> None:
    org, sponsor = a_sponsored_form(desk)
    desk.send_ris(org.company, org.users, sender=sponsor)
    card = desk.card(org.company.name, "case_approve")
    receipt = desk.mail_to(sponsor[1], about="We have the form")

    withdraw_by_mail(desk, receipt, sponsor, "Hello,\n\nplease withdraw this case.\n\nThank you")

    mail = desk.mail_to(sponsor[1], about=f"{org.company.name} is withdrawn")
    assert "nothing is ordered" in text_of(mail)
    assert mail["In-Reply-To"]
    desk.card(org.company.name, "Withdrawn")
    desk.message("approvals", "said so plainly", thread_ts=card["ts"])
    assert "case_approve" not in as_text(desk.card(org.company.name))


def test_after_approval_an_approver_withdraws_and_the_mail_says_what_stays(
    desk: Desk,
) -> None:
    org, sponsor = a_sponsored_form(desk)
    card = approved(desk, org, sponsor)
    confirmed = desk.mail_to(sponsor[1], about="Order confirmed")

    withdraw_by_mail(desk, confirmed, sponsor, "Guten Tag,\n\nbitte stornieren Sie den Auftrag.")
    asked = desk.message("approvals", "case_withdraw", thread_ts=card["ts"])
    assert "Approved" in as_text(desk.card(org.company.name))
    desk.act("blake").click("approvals", asked["ts"], "case_withdraw")
    desk.whisper("blake", "approvals", "Only approvers decide")
    phone = set_up(desk, "avery")
    desk.act("avery").click("approvals", asked["ts"], "case_withdraw")
    view = desk.modal("avery", "ends here", "The sponsor takes it back.")
    typed = {"reason": "The sponsor takes it back.", "code": phone.next_code()}
    assert desk.act("avery").submit(view["id"], typed).ok

    mail = text_of(desk.mail_to(sponsor[1], about=f"{org.company.name} is withdrawn"))
    assert "cannot be called back" in mail.replace("\n", " ")
    shown = as_text(desk.card(org.company.name, "taken back by <@U0AVERY0001>"))
    assert "*Approved* by <@U0AVERY0001>" in shown
    desk.message(
        "approvals", "had gone out, or was told otherwise, and cannot be called back", thread_ts=card["ts"]
    )


def test_a_correction_after_approval_is_reopened_and_decided_by_somebody_else(desk: Desk) -> None:
    org, sponsor = a_sponsored_form(desk)
    card = approved(desk, org, sponsor)
    confirmed = desk.mail_to(sponsor[1], about="Order confirmed")
    desk.send_ris(replace(org.company, seats=77), org.users, sender=sponsor, answers=confirmed)
    note = desk.message("approvals", "case_reopen", thread_ts=card["ts"])
    assert "→ *77*" in as_text(note)

    desk.act("casey").click("approvals", note["ts"], "case_reopen")
    desk.card(
        org.company.name,
        "Version 2",
    )
    opened = desk.card(org.company.name, "case_approve")
    desk.act("casey").click("approvals", opened["ts"], "case_approve")
    desk.whisper("casey", "approvals", "someone else has to decide")
    desk.act("avery").click("approvals", opened["ts"], "case_approve")

    desk.card(org.company.name, "*sponsor told*")
    desk.settled()
    subjects = [str(mail["Subject"]) for mail in desk.mails_to(sponsor[1])]
    assert len([subject for subject in subjects if subject.startswith("Order confirmed")]) == 2


def test_five_hundred_times_the_same_file_is_thirty_cards_one_note_and_nothing_lost(desk: Desk) -> None:
    org, sponsor = a_sponsored_form(desk)
    form = ris_form("en", org.company, org.users)
    before = len(desk.cards(org.company.name))
    for number in range(500):
        desk.send_mail(f"RIS {number}", "Please.", files=[("RIS.xlsx", form)], sender=sponsor)
    other, neighbour = a_sponsored_form(desk)
    desk.send_ris(other.company, other.users, sender=neighbour)

    def waiting() -> int:
        with desk.bot.connect() as db:
            return sum(mail.status is MailStatus.WAITING for mail in intake.list_newest(db, limit=600))

    until(lambda: waiting() == 470, patience=180)
    desk.card(other.company.name, "case_approve")
    desk.mail_to(neighbour[1], about="We have the form")
    note = desk.message("support", sponsor[1], "forms_release")
    desk.settled()
    assert len(desk.cards(org.company.name)) - before == 30

    desk.act("blake").click("support", note["ts"], "forms_release")

    desk.whisper("blake", "support", "470 more are the same")
    notes = [as_text(message) for message in desk.world.workspace.messages("support")]
    assert sum("30 forms within an hour" in note and sponsor[1] in note for note in notes) == 1
