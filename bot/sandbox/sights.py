"""The lobby's tour through this world: each step looks at the servers to see whether it was done."""

import json

from bot.domain.languages import LANGUAGES
from bot.rendering import conversations
from bot.rendering.mail_templates import SHIPPED, split_front_matter
from bot.sandbox.lobby import Step
from bot.sandbox.mail.world import MailWorld
from bot.sandbox.samples import DANA, SPONSORS
from bot.sandbox.slack.server import SlackServer
from bot.sandbox.webmail.letters import letter_of


def tour(mail: MailWorld, slack: SlackServer, *, webmail_url: str) -> list[Step]:
    """From a mail to a card, a decision and a confirmation; then the other kinds of mail."""
    cards = f"{slack.url}?as=avery&channel=approvals"
    support = f"{slack.url}?as=blake&channel=support"
    inbox = f"{webmail_url}{DANA[1]}/"
    return [
        Step(
            title="A RIS arrives",
            text="Press “A complete RIS” on this page. Within a second a card is in the approvals channel.",
            done=lambda: bool(_cards(slack)),
            link=cards,
            link_text="See the card",
        ),
        Step(
            title="Avery approves",
            text="Press Approve on the card. It says decided, executing and done, each when it is true.",
            done=lambda: any("case_approve" not in card and "*Approved*" in card for card in _cards(slack)),
            link=cards,
            link_text="Open Slack as Avery",
        ),
        Step(
            title="The sponsor has the order confirmation",
            text="It was sent by SMTP and lies in the sponsor's mailbox, with a link to the status page.",
            done=lambda: _has_received(mail, "order_confirmation"),
            link=inbox,
            link_text="Open the sponsor's mailbox",
        ),
        Step(
            title="An incomplete RIS gets its list",
            text="Press “An incomplete RIS”. The sponsor is told every problem, its cell and what to do.",
            done=lambda: _has_received(mail, "ris_problems"),
            link=inbox,
            link_text="Open the sponsor's mailbox",
        ),
        Step(
            title="A question finds its answer",
            text="Press one of the questions. An article answers it by mail, and a card in the support "
            "channel says so; what no article answers waits there for a person.",
            done=lambda: any(f'"{conversations.ACTION}' in card for card in _cards(slack, "support")),
            link=support,
            link_text="Open Slack as Blake",
        ),
    ]


def _cards(slack: SlackServer, channel: str = "approvals") -> list[str]:
    return [json.dumps(message) for message in slack.workspace.messages(channel)]


def _has_received(mail: MailWorld, name: str) -> bool:
    """Whether a sponsor holds that mail, known by how its subject begins in either language."""
    beginnings = tuple(_subject(name, lang).partition("{")[0] for lang in LANGUAGES)
    return any(
        letter_of(stored).subject.startswith(beginnings)
        for sponsor in SPONSORS
        for stored in mail.mails(sponsor)
    )


def _subject(name: str, lang: str) -> str:
    source = (SHIPPED / f"{name}.{lang}.md").read_text(encoding="utf-8")
    return split_front_matter(name, source)[0]["subject"]
