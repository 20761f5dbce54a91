"""A sponsor answers in words or with a corrected file, and staff see what that changes."""

import itertools
from dataclasses import replace
from email.message import EmailMessage

import pytest

from bot.domain.ris import Role
from bot.rendering.workbooks import ris_form
from bot.sandbox.invented import Organisation
from bot.sandbox.samples import DANA
from bot.services import cases
from tests.stories.desk import Desk, as_text, text_of, until
from tests.stories.test_decisions import ref_of
from tests.stories.test_spine import an_organisation

pytestmark = pytest.mark.slow


_numbers = itertools.count(1)


def asked(desk: Desk, *, text: str = "") -> tuple[Organisation, EmailMessage]:
    """A form without city, with an odd country and nobody to administrate: 1, 2 and 3."""
    org = an_organisation(desk)
    org = replace(org, company=replace(org.company, name=f"{next(_numbers)}. {org.company.name}"))
    users = tuple(replace(user, role=Role.USER) for user in org.users)
    form = ris_form("en", replace(org.company, city="", country="Germoney"), users)
    desk.send_mail(f"RIS {org.company.name}", text or "The form is attached.", files=[("RIS.xlsx", form)])
    about = GERMAN if text else "Please complete the form for"
    return org, desk.mail_to(DANA[1], about=f"{about} {org.company.name}")


GERMAN = "Bitte ergänzen: Formular für"


def quoted(mail: EmailMessage) -> list[str]:
    return [f"> {line}".rstrip() for line in text_of(mail).splitlines()]


def between_the_quotes(mail: EmailMessage, answers: dict[int, str]) -> str:
    """The whole mail quoted, each answer below its question, as careful people write."""
    lines = ["On 2 Mar 2026, at 09:00, the desk wrote:", ""]
    number = 0
    for line in quoted(mail):
        ended = line == ">" and number in answers
        lines += [line, "", answers.pop(number), ""] if ended else [line]
        head = line.removeprefix("> ").partition(".")[0]
        number = int(head) if head.isdigit() else number
    assert not answers
    return "\n".join([*lines, "", "-- ", DANA[0]])


def mails_about(desk: Desk, subject: str) -> list[EmailMessage]:
    return [mail for mail in desk.mails_to(DANA[1]) if str(mail["Subject"]).startswith(subject)]


def test_answers_between_the_quoted_questions_complete_the_case_by_one_click(desk: Desk) -> None:
    org, mail = asked(desk)
    boss = org.users[0]
    name = f"{boss.first_name} {boss.last_name}"
    card = desk.card(org.company.name, "Waiting for the sponsor")

    words = between_the_quotes(mail, {1: "Hamburg", 2: "Deutschland", 3: name})
    desk.send_mail(f"Re: {mail['Subject']}", words, answers=mail)
    note = desk.message("approvals", "case_answers_apply", thread_ts=card["ts"])
    desk.card(org.company.name, "An answer in words waits")
    assert "Country: Germoney → *Germany*" not in as_text(note)  # as they wrote it
    assert "Country: Germoney → *Deutschland*" in as_text(note)
    assert f"{name} · Role: User → *Organization Administrator*" in as_text(note)

    desk.act("blake").click("approvals", note["ts"], "case_answers_apply")

    after = as_text(desk.card(org.company.name, "Version 2"))
    assert "Changed since version 1 (3)" in after
    assert "Country: Germoney → *Germany*" in after
    assert "case_approve" in after
    receipt = text_of(desk.mail_to(DANA[1], about=f"We have the form for {org.company.name}"))
    assert "City: Hamburg" in receipt
    done = as_text(desk.message("approvals", "*Taken over* by <@U0BLAKE0001>", thread_ts=card["ts"]))
    assert "case_answers_apply" not in done


def version_of(desk: Desk, ref: str) -> int:
    with desk.bot.connect() as db:
        return cases.get_case(db, ref).version


def test_what_is_still_open_is_asked_again_and_a_second_click_hears_who_was_first(desk: Desk) -> None:
    org, mail = asked(desk)
    card = desk.card(org.company.name, "Waiting for the sponsor")
    desk.send_mail(f"Re: {mail['Subject']}", "1) Hamburg 2) Atlantis\n7) what?", answers=mail)
    note = desk.message("approvals", "case_answers_apply", "“what?”", thread_ts=card["ts"])

    desk.world.workspace.faults.server_error("chat.update", times=1_000)  # Avery still sees the buttons
    desk.act("blake").click("approvals", note["ts"], "case_answers_apply")
    until(lambda: version_of(desk, ref_of(card)) == 2)
    desk.act("avery").click("approvals", note["ts"], "case_answers_discard")

    desk.whisper("avery", "approvals", ref_of(card), "already taken over", "<@U0BLAKE0001>")
    desk.world.workspace.faults.clear()
    subject = f"Please complete the form for {org.company.name}"
    again = text_of(until(lambda: mails_about(desk, subject)[1:])[0])
    assert "One question is settled. These 2 are still open:" in " ".join(again.split())
    assert "\n1. " in again
    assert "“Atlantis” is not a country" in again
    assert "Hamburg" not in again


def test_a_corrected_workbook_shows_its_differences_and_the_version_before(desk: Desk) -> None:
    org, mail = asked(desk)
    desk.send_ris(org.company, (*org.users[1:], replace(org.users[0], job_title="Head of IT")), answers=mail)
    card = desk.card(org.company.name, "Version 2")
    assert "→ *Head of IT*" in as_text(card)

    desk.act("avery").click("approvals", card["ts"], "case_open")
    view = until(lambda: desk.act("avery").top_view())
    assert "version 2 of 2" in as_text(view)
    desk.act("avery").click_view(view["id"], "case_version", "1")

    first = until(lambda: _showing(desk, "version 1 of 2"))
    assert "Germoney" in as_text(first)


def _showing(desk: Desk, words: str) -> dict[str, object] | None:
    view = desk.act("avery").top_view()
    return view if view and words in as_text(view) else None


def test_a_german_sponsor_is_asked_and_answers_in_german(desk: Desk) -> None:
    org, mail = asked(desk, text="Guten Tag,\n\nanbei das Formular für unseren neuen Kunden. Vielen Dank!")
    card = desk.card(org.company.name, "Waiting for the sponsor")

    desk.send_mail("AW: Formular", "Hallo,\n\nzu 1: Kiel\nzu Punkt 2: Österreich\n\nGruß\nDana", answers=mail)
    note = desk.message("approvals", "*Kiel*", "*Österreich*", thread_ts=card["ts"])
    desk.act("casey").click("approvals", note["ts"], "case_answers_apply")

    again = until(lambda: mails_about(desk, f"{GERMAN} {org.company.name}")[1:])[0]
    assert "2 Fragen sind erledigt. Diese ist noch offen:" in " ".join(text_of(again).split())


def test_a_stranger_with_our_token_answers_nothing(desk: Desk) -> None:
    org, mail = asked(desk)
    desk.send_mail("Re: form", "1. Hamburg", answers=mail, sender=("Eve", "eve@elsewhere.example.net"))

    desk.message("support", "1. Hamburg", "eve@elsewhere.example.net")
    desk.settled()
    assert "An answer in words waits" not in as_text(desk.card(org.company.name))
