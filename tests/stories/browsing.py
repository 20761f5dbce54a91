"""What stories in Chromium do again and again: the card in Slack, a mail in its mailbox, a picture."""

import os
import re
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from playwright.sync_api import Locator, Page, expect

from bot.bootstrap import Bot
from bot.policy import Launch
from bot.sandbox.world import World
from tests.stories.desk import Desk, until
from tests.stories.supplied import Customer

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"


class Reader(Protocol):
    """Whose mails and pages are looked at."""

    @property
    def desk(self) -> Desk: ...

    @property
    def lang(self) -> str: ...

    @property
    def administrator(self) -> str:
        """The address they read."""

    def mail_to(self, address: str, about: str) -> EmailMessage:
        """A mail to that address, whose subject begins so."""


def take_picture(page: Page, name: str, selector: str = "") -> None:
    """Keep a picture when asked to: PICTURES=1 is for the README (`make pictures`), else it is a folder."""
    if not (wanted := os.environ.get("PICTURES")):
        return
    folder = PICTURES if wanted == "1" else Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    if selector:
        page.locator(selector).first.screenshot(path=path)
    else:
        page.screenshot(path=path)


def leading_on(bot: Bot, world: World) -> Bot:
    """ForumPass is where the sandbox has it."""
    mag = bot.desk.policy.mag.model_copy(update={"launch": {"ForumPass": Launch(url=world.forumpass_url)}})
    policy = bot.desk.policy.model_copy(update={"programmes": {"mag": mag}})
    return replace(bot, desk=replace(bot.desk, policy=policy))


# In Slack


def at(page: Page, desk: Desk, member: str) -> None:
    page.set_default_timeout(20_000)
    page.set_viewport_size({"width": 1280, "height": 1500})  # a whole card
    page.goto(f"{desk.world.slack.url}?as={member}&channel=approvals")


def button(page: Page, action: str) -> Locator:
    return page.locator(f"[data-action-id={action}]").last


def picture_of_card(page: Page, customer: Customer, name: str, said: str) -> None:
    """Once the card holds those words."""
    card = page.locator(f"article[data-ts='{customer.card()['ts']}']")
    expect(card.get_by_text(re.compile(said)).first).to_be_visible()
    take_picture(page, name)


# At the mailbox and at the phone


def open_mail(page: Page, customer: Reader, address: str, about: str) -> Locator:
    """A mail in that person's mailbox; its body."""
    customer.mail_to(address, about)
    page.goto(f"{customer.desk.world.webmail_url}{address}/")
    page.get_by_text(about).first.click()
    return page.frame_locator("iframe").first.locator("body")


def next_code(desk: Desk, before: int) -> str:
    """The digits of the text that came after so many others, and how many there are then."""
    texts = desk.world.texts.texts
    until(lambda: len(texts()) > before or None)
    return texts()[0].words.split()[0]
