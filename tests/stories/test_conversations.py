"""A question comes by mail, one of the staff has it and answers, and its asker's thanks end it."""

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.samples import DANA
from tests.stories.browsing import take_picture
from tests.stories.desk import Desk, Message, as_text
from tests.stories.test_letters import lines_of, top_view

pytestmark = pytest.mark.slow

ENGLISH = ("My code", "How long is the code on my phone valid?", "Two minutes.", "thanks, works now")
GERMAN = ("Mein Code", "Guten Tag, wie lange gilt der Code auf meinem Telefon?", "Zwei Minuten.")


def card_of(desk: Desk, subject: str, *words: str) -> Message:
    """The card of the question with that subject, once it shows those words."""
    return desk.message("support", "Q-", subject, "mail", *words)


@pytest.mark.parametrize(
    ("asked", "by_when"),
    [(ENGLISH, "You hear from them by"), ((*GERMAN, "Danke, hat geklappt!"), "Spätestens bis")],
)
def test_a_question_is_answered_by_mail_and_ended_by_the_customers_thanks(
    desk: Desk, asked: tuple[str, str, str, str], by_when: str
) -> None:
    subject, question, said, thanks = asked
    mail = desk.send_mail(subject, question)
    card = card_of(desk, subject, "Nobody has it yet")
    desk.act("blake").click("support", card["ts"], "conversation_take")
    card = card_of(desk, subject, "has it since")
    desk.act("avery").click("support", card["ts"], "conversation_reply")
    desk.whisper("avery", "support", "has Q-")

    desk.act("blake").click("support", card["ts"], "conversation_reply")
    reply_to(desk, said)
    answer = desk.mail_to(DANA[1], about=f"Re: {subject}")
    receipt = next(one for one in desk.mails_to(DANA[1]) if by_when in " ".join(lines_of(one).split()))
    assert said in lines_of(answer)
    assert (receipt["In-Reply-To"], answer["In-Reply-To"]) == (mail["Message-ID"], mail["Message-ID"])
    card_of(desk, subject, "Answered on")
    desk.message("support", "*answer to a question*", said, thread_ts=card["ts"])
    desk.settled()
    below = len(desk.world.workspace.messages("support", thread_ts=card["ts"]))

    desk.send_mail(f"Re: {answer['Subject']}", thanks, answers=answer)
    assert "conversation_reopen" in as_text(card_of(desk, subject, "the customer said thanks"))
    assert len(desk.world.workspace.messages("support", thread_ts=card["ts"])) == below


def reply_to(desk: Desk, said: str) -> None:
    """Type into the modal, look at the answer, send it."""
    view = top_view(desk, "blake", "Show the answer")
    assert desk.act("blake").submit(view["id"], {"words": said}).ok
    shown = top_view(desk, "blake", "as it will go", said)
    assert desk.act("blake").submit(shown["id"]).ok


@pytest.mark.browser
def test_it_is_seen_taken_and_answered_by_mouse(desk: Desk, page: Page) -> None:
    page.set_default_timeout(20_000)
    desk.send_mail("Locked <!channel>", "This is the third time I write: I am locked out. Help!!!")
    card_of(desk, "Locked", "Upset")
    page.goto(f"{desk.world.slack.url}?as=avery&channel=support")
    page.locator("[data-action-id=conversation_take]").last.click()
    expect(page.get_by_text("has it since").last).to_be_visible()
    take_picture(page, "conversation")
    page.locator("[data-action-id=conversation_reply]").last.click()
    page.locator("#modal textarea").fill("Your account is free again since this morning.")
    page.locator("#modal [data-submit]").click()
    expect(page.get_by_text("as it will go").last).to_be_visible()
    take_picture(page, "conversation-reply")
    page.locator("#modal [data-submit]").click()

    desk.mail_to(DANA[1], about="Re: Locked")
    page.goto(f"{desk.world.webmail_url}{DANA[1]}/")
    page.get_by_text("Re: Locked").first.click()
    frame = page.frame_locator("iframe").first
    expect(frame.get_by_text("Your account is free again since this morning.")).to_be_visible()
    take_picture(page, "conversation-mail")
