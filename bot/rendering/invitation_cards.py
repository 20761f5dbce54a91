"""One invitation to the Extranet in Slack: to whom, how far its mails came, and what the desk can do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.account_views import InvitationAct, InvitationView
from bot.domain.invitation_files import Column
from bot.extranet_policy import Role
from bot.rendering import blocks
from bot.rendering.account_cards import mail_line
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.invitations import choices, value_of
from bot.rendering.words import Words

ACTION = "partner_invitation_"  #: every button's `action_id` begins so, and ends with its act
CORRECT = f"{ACTION}correct"  #: the button, and the modal that it opens


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A submitted modal."""

    number: int
    role: str
    lang: str


def invitation_card(view: InvitationView, roles: Mapping[str, Role], *, words: Words, done: str = "") -> Card:
    """Private to whoever asked; `done`, an act or "correct", is said on top."""
    one = view.invitation
    title = words.say("invitation.title", ref=one.ref, email=safe(one.email, 120))
    name = f"{one.first_name} {one.last_name}".strip()
    role = roles[one.role].title.of(words.lang) if one.role in roles else one.role
    lang = words.say(key) if (key := f"invitation.lang.{one.lang}") in words else safe(one.lang, 20)
    about = words.say(
        "invitation.about", name=safe(name, 100) or words.say("card.none"), role=safe(role, 80),
        lang=lang, by=words.person(one.by, slack=True),
        at=words.moment(one.made_at),
    )  # fmt: skip
    state = "over" if view.is_over else "open" if one.until > view.now else "late"
    told = [blocks.section(words.say(f"invitation.done.{done}"))] if done else []
    mails = "\n".join(mail_line(mail, words) for mail in view.mails) or words.say("account.mails.none")
    said = words.say(f"invitation.state.{state}", until=words.date(one.until))
    return Card(
        text=title,
        blocks=[
            *told,
            blocks.section(f"*{title}*\n{about}\n{said}"),
            blocks.section(f"*{words.say('account.mails')}*\n{mails}"),
            *([] if view.is_over else [blocks.actions(*_buttons(view, words))]),
        ],
    )


def _buttons(view: InvitationView, words: Words) -> tuple[Block, Block, Block]:
    value = str(view.invitation.id)
    withdraw = blocks.button(
        words.say("invitation.act.withdraw"), action=f"{ACTION}{InvitationAct.WITHDRAW}", value=value,
        style="danger",
    )  # fmt: skip
    ask = blocks.asked_first(
        words.say("invitation.withdraw.title"),
        words.say("invitation.withdraw.text", ref=view.invitation.ref),
        yes=words.say("invitation.act.withdraw"),
        words=words,
    )
    return (
        blocks.button(
            words.say("invitation.act.again"), action=f"{ACTION}{InvitationAct.AGAIN}", value=value
        ),
        blocks.button(words.say("invitation.act.correct"), action=CORRECT, value=value),
        withdraw | ask,
    )


def correct_modal(view: InvitationView, roles: Mapping[str, Role], *, words: Words) -> Block:
    """Role and language, as they are now."""
    one = view.invitation
    return {
        "type": "modal",
        "callback_id": CORRECT,
        "private_metadata": json.dumps({"invitation_id": one.id}),
        "title": blocks.plain(words.say("invitation.correct.title")),
        "submit": blocks.plain(words.say("invitation.correct.submit")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [
            blocks.section(words.say("invitation.correct.about", ref=one.ref, email=safe(one.email, 120))),
            *choices(roles, words, lang=one.lang, role=one.role),
        ],
    }


def read_correction(view: Block) -> Corrected:
    values = view["state"]["values"]
    return Corrected(
        number=int(json.loads(view["private_metadata"])["invitation_id"]),
        role=value_of(values, Column.ROLE),
        lang=value_of(values, Column.LANGUAGE),
    )
