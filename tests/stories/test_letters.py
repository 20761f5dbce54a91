"""Staff ask a sponsor, who answers by mail; they write to them, and add what colleagues say to the case."""

from email.message import EmailMessage

import pytest

from bot.sandbox.invented import Organisation
from bot.sandbox.samples import DANA
from tests.stories.desk import Desk, Message, as_text, text_of, until
from tests.stories.test_decisions import ref_of
from tests.stories.test_spine import an_organisation

pytestmark = pytest.mark.slow


def a_case(desk: Desk) -> tuple[Organisation, Message]:
    """A complete form, whose card stands."""
    org = an_organisation(desk)
    desk.send_ris(org.company, org.users)
    card = desk.card(org.company.name, "case_ask")
    desk.mail_to(DANA[1], about=f"We have the form for {org.company.name}")
    desk.settled()
    return org, card


def top_view(desk: Desk, member: str, *words: str) -> Message:
    """The modal in front of that person, once it holds those words."""

    def find() -> Message | None:
        view = desk.act(member).top_view()
        return view if view and all(word in as_text(view) for word in words) else None

    return until(find)


def write_in_modal(desk: Desk, member: str, text: str) -> Message:
    """Type into the modal, look at the mail, send it; return what was looked at."""
    view = top_view(desk, member, "Show the mail")
    assert desk.act(member).submit(view["id"], {"words": text}).ok
    shown = top_view(desk, member, "as it will go")
    assert desk.act(member).submit(shown["id"]).ok
    assert desk.act(member).top_view() is None
    return shown


def lines_of(mail: EmailMessage) -> str:
    return "\n".join(text_of(mail).splitlines())


def test_a_question_goes_by_mail_and_its_answer_brings_the_case_back(desk: Desk) -> None:
    org, card = a_case(desk)

    desk.act("blake").click("approvals", card["ts"], "case_ask")
    shown = write_in_modal(desk, "blake", "Is the purchase order right?\nWhich site <!channel>?")

    waiting = as_text(desk.card(org.company.name, "Waiting for the sponsor"))
    assert "2 open questions" in waiting
    assert "case_answered" in waiting
    mail = desk.mail_to(DANA[1], about=f"Questions about {org.company.name}")
    assert "1. Is the purchase order right?\n2. Which site <!channel>?" in lines_of(mail)
    assert f"Questions about {org.company.name}" in as_text(shown)
    told = desk.message("approvals", "*question of the desk*", thread_ts=card["ts"])
    assert "1. Is the purchase order right?" in as_text(told)

    desk.send_mail(f"Re: {mail['Subject']}", "1. It is.\n2. The one in Bremen.", answers=mail)

    back = as_text(desk.card(org.company.name, "case_approve"))
    assert "open question" not in back
    desk.message("approvals", "The one in Bremen", thread_ts=card["ts"])
    desk.message("approvals", f"*{ref_of(card)}* is with the desk again", thread_ts=card["ts"])
    desk.act("avery").click("approvals", card["ts"], "case_approve")
    desk.card(org.company.name, "*sponsor told*")


def test_a_question_typed_in_the_thread_opens_the_modal_by_its_button(desk: Desk) -> None:
    org, card = a_case(desk)

    desk.act("casey").say("approvals", "@usher ask Which site is meant?", thread_ts=card["ts"])
    asked = desk.whisper("casey", "approvals", "case_ask_typed", org.company.name)
    desk.act("casey").click("approvals", asked["ts"], "case_ask_typed")
    view = top_view(desk, "casey", "Which site is meant?")
    desk.act("casey").submit(view["id"])
    shown = top_view(desk, "casey", "1. Which site is meant?")
    desk.act("casey").submit(shown["id"])

    desk.mail_to(DANA[1], about=f"A question about {org.company.name}")
    desk.act("casey").click("approvals", desk.card(org.company.name, "case_answered")["ts"], "case_answered")
    desk.card(org.company.name, "case_approve")


def test_a_reply_says_what_it_is_to_say_and_the_case_stays_where_it_is(desk: Desk) -> None:
    org, card = a_case(desk)

    desk.act("blake").click("approvals", card["ts"], "case_reply")
    write_in_modal(desk, "blake", "Thank you for calling.\n\nThe seats stay at three.")

    mail = desk.mail_to(DANA[1], about=f"About {org.company.name}")
    assert "Thank you for calling.\n\nThe seats stay at three." in lines_of(mail)
    desk.message("approvals", "*mail of the desk*", "The seats stay", thread_ts=card["ts"])
    assert "case_approve" in as_text(desk.card(org.company.name))


def test_a_message_is_added_to_a_case_by_the_shortcut(desk: Desk) -> None:
    org, card = a_case(desk)
    ref = ref_of(card)
    said = desk.act("casey").say("support", "They called: order <!channel> is right")
    assert said.message is not None

    desk.act("blake").shortcut("add_to_case", "support", said.message["ts"])
    view = top_view(desk, "blake", "Add to case", org.company.name[:30])
    desk.act("blake").submit(view["id"], {"case": ref, "word": "answers the question on the order"})

    note = as_text(desk.message("approvals", "They called", thread_ts=card["ts"]))
    assert "answers the question" in note
    assert "<!channel>" not in note
    assert "/archives/" in note
    desk.act("avery").click("approvals", card["ts"], "case_open")
    assert "They called" in as_text(top_view(desk, "avery", "added by"))
