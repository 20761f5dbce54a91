"""A question is answered by an article, by mail and in Slack; what that does not answer is a person's."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.samples import DANA
from bot.sandbox.supplies import price_list
from tests.stories.browsing import take_picture
from tests.stories.desk import Desk, as_text, running
from tests.stories.test_conversations import card_of, reply_to
from tests.stories.test_letters import lines_of

pytestmark = pytest.mark.slow

ENGLISH = (
    "Locked out",
    "My account is locked after too many wrong passwords. How long does that last?",
    "locked for 30 minutes",
    "No, that did not help: it is locked since yesterday.",
    "It is free again.",
    "thanks, works now",
)
GERMAN = (
    "Vergessen",
    "Wie kann ich mein Passwort zurücksetzen?",
    "legen Sie Ihr neues Passwort fest",
    "Nein, das hat nicht geholfen: Die Seite bleibt leer.",
    "Sie ist wieder da.",
    "Danke, hat geklappt!",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Its answers go by themselves, as the sandbox's do."""
    folder = tmp_path_factory.mktemp("desk")
    with running(folder, usher_config=price_list(folder)) as desk:
        yield desk


@pytest.mark.parametrize("words", [ENGLISH, GERMAN], ids=["en", "de"])
def test_a_mail_is_answered_did_not_help_is_a_persons_and_thanks_close_it(
    desk: Desk, words: tuple[str, ...]
) -> None:
    subject, question, article, no, said, thanks = words
    mail = desk.send_mail(subject, question)
    answer = desk.mail_to(DANA[1], about=f"Re: {subject}")
    assert article in " ".join(lines_of(answer).split())
    assert answer["In-Reply-To"] == mail["Message-ID"]
    assert answer["Auto-Submitted"] == "auto-replied"
    card = card_of(desk, subject, "Answered on", "Tried before")

    desk.send_mail(f"Re: {answer['Subject']}", no, answers=answer)
    card_of(desk, subject, "Nobody has it yet", "did not settle it")
    desk.act("blake").click("support", card["ts"], "conversation_reply")
    reply_to(desk, said)
    letter = desk.world.workspace.wait_for(
        lambda: [one for one in desk.mails_to(DANA[1]) if said in lines_of(one)], 20
    )[0]
    assert letter["Subject"].startswith(f"Re: {subject}")
    desk.send_mail(f"Re: {letter['Subject']}", thanks, answers=letter)
    assert "conversation_reopen" in as_text(card_of(desk, subject, "the customer said thanks"))


def test_slack_answers_privately_and_a_person_answers_by_direct_message(desk: Desk) -> None:
    desk.act("blake").command("/faq", ENGLISH[1], channel="general")
    told = desk.whisper("blake", "general", "locked for 30 minutes", "faq_person")
    desk.act("blake").click("general", told["ts"], "faq_unhelpful")
    sorry = desk.whisper("blake", "general", "faq_why_wrong")
    desk.act("blake").click("general", sorry["ts"], "faq_person")
    desk.whisper("blake", "general", "A person has your question")
    card = desk.message("support", "Q-", "did not settle it", "Asked in Slack", "Nobody has it yet")
    assert "faq_send_" not in as_text(card)
    desk.act("blake").click("support", card["ts"], "conversation_reply")
    reply_to(desk, "It is free again.")

    desk.message("support", "Answered on", "Asked in Slack")


@pytest.mark.browser
def test_it_is_seen_in_slack_by_mail_and_on_its_page(desk: Desk, page: Page) -> None:
    page.set_default_timeout(20_000)
    desk.send_mail("Seen", "May I share my OTP credential <!channel> with a colleague of mine?")
    page.goto(f"{desk.world.slack.url}?as=avery&channel=support")
    expect(page.get_by_text("Tried before").last).to_be_visible()
    desk.act("avery").command("/faq", "How can I reset my password?", channel="support")
    expect(page.get_by_text("Post it here").last).to_be_visible()
    take_picture(page, "faq-slack")
    page.locator("[data-action-id=faq_post]").last.click()
    expect(page.get_by_text("asked Usher for this answer").last).to_be_visible()

    answer = desk.mail_to(DANA[1], about="Re: Seen")
    link = re.search(r"https?://\S+/faq/answer/\S+", lines_of(answer))
    assert link is not None
    page.goto(link[0])
    take_picture(page, "faq-answer")
    page.get_by_label("That did not help").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("A person has your question")).to_be_visible()
    card_of(desk, "Seen", "Nobody has it yet")
