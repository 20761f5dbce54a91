"""Changes of address by the desk in Slack: the modal that asks, the card, and word to who asked."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.accounts import Account
from bot.domain.cases import case_ref
from bot.domain.email_changes import (
    OPEN,
    Bearer,
    ChangeCard,
    ChangeReason,
    ChangeState,
    End,
    is_unactivated,
)
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.cooling import told_lines, untried
from bot.rendering.step_up import code_modal
from bot.rendering.words import Words

ASK = "email_change_ask"  #: the button on an account's card, and the modal that it opens
AGREE, REFUSE = "email_change_agree", "email_change_refuse"  #: the buttons; the first is a modal's name too
EMAIL, REASON = "email", "reason"  #: the blocks and the actions of the fields
MOST_TYPED = 254


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A submitted modal, as it was typed and chosen."""

    account_id: int
    email: str
    reason: str


def ask_modal(account: Account, *, words: Words) -> Block:
    """Ask for the new address and why; submitted as ASK, and read by `read_asked`."""
    said = words.say(
        _of("email_change.ask", unactivated=is_unactivated(account)),
        name=safe(account.name, 80),
        user_id=safe(account.user_id, 20),
        old=_box(account.email),
    )
    return {
        "type": "modal",
        "callback_id": ASK,
        "private_metadata": json.dumps({"account": account.id}),
        "title": blocks.plain(words.say("email_change.modal")),
        "submit": blocks.plain(words.say("email_change.submit")),
        "close": blocks.plain(words.say("modal.close")),
        "blocks": [blocks.section(said), _email(words), _reason(words)],
    }


def read_asked(view: Block) -> Asked:
    values = view["state"]["values"]
    return Asked(
        account_id=int(json.loads(view["private_metadata"])["account"]),
        email=values[EMAIL][EMAIL].get("value") or "",
        reason=(values[REASON][REASON].get("selected_option") or {}).get("value") or "",
    )


def _email(words: Words) -> Block:
    return {
        "type": "input",
        "block_id": EMAIL,
        "label": blocks.plain(words.say("email_change.new")),
        "hint": blocks.plain(words.say("email_change.new.hint")),
        "element": {"type": "plain_text_input", "action_id": EMAIL, "max_length": MOST_TYPED},
    }


def _reason(words: Words) -> Block:
    options = [{"text": blocks.plain(words.name(one)), "value": str(one)} for one in ChangeReason]
    return {
        "type": "input",
        "block_id": REASON,
        "label": blocks.plain(words.say("email_change.reason")),
        "element": {
            "type": "static_select",
            "action_id": REASON,
            "placeholder": blocks.plain(words.say("email_change.reason.choose")),
            "options": options,
        },
    }


def change_note(card: ChangeCard, *, words: Words) -> Card:
    """What is to change, who has said yes, and what a colleague may do about it now."""
    title = words.say("email_change.title", ref=card.change.ref)
    shown = [blocks.section(f"*{title}*\n" + "\n".join(_lines(card, words)))]
    if card.state is ChangeState.ASKED:
        shown.append(blocks.context(words.say(_of("email_change.how", unactivated=card.is_unactivated))))
    if buttons := list(_buttons(card, words)):
        shown.append(blocks.actions(*buttons))
    return Card(text=title, blocks=shown)


def _lines(card: ChangeCard, words: Words) -> Iterator[str]:
    change, account = card.change, card.account
    yield words.say(
        "email_change.who",
        name=safe(account.name, 80),
        user_id=safe(account.user_id, 20),
        company=safe(card.company, 80) or words.say("card.nameless"),
        ref=case_ref(account.organisation) if account.organisation else words.say("account.partner"),
    )
    yield words.say("email_change.from_to", old=_box(change.old), new=_box(change.new))
    why = words.name(change.reason) if change.reason else ""
    yield words.say("email_change.why", who=words.person(change.asked_by, slack=True), why=why)
    if change.agreed_by:
        said = _of("email_change.stood_in", unactivated=card.is_unactivated)
        yield words.say(said, who=words.person(change.agreed_by, slack=True))
        yield from told_lines(card.notice, card.change.counts_from(card.notice), words)
    elif End.OLD in change.confirmed:
        yield words.say("email_change.confirmed.old")
    if End.NEW in change.confirmed:
        yield words.say("email_change.confirmed.new")
    waits = untried(card.notice) if card.state is ChangeState.COOLING else ""
    said = f"email_change.state.{card.state}{waits}"
    yield words.say(
        _of(said, unactivated=card.is_unactivated and card.state in _SAID_OTHERWISE),
        until=words.moment(change.until),
        by=_stopper(card, words),
        due=due_of(card, words),
    )


_SAID_OTHERWISE = (ChangeState.ASKED, ChangeState.CHANGED)


def _of(key: str, *, unactivated: bool) -> str:
    """By which it is said of an account that waits to be activated; else as it stands."""
    return f"{key}.unactivated" if unactivated else key


def asked_text(card: ChangeCard, *, words: Words) -> str:
    """What happens now, to who asked."""
    return words.say(_of("email_change.asked", unactivated=card.is_unactivated), ref=card.change.ref)


def due_of(card: ChangeCard, words: Words) -> str:
    """Until when the present address can say no to who stands in for it; "" where nobody does."""
    counts_from = card.change.counts_from(card.notice)
    return words.moment(counts_from) if counts_from else ""


def _stopper(card: ChangeCard, words: Words) -> str:
    by = card.change.ended_by
    return words.say(f"email_change.by.{by}") if by in set(Bearer) else words.person(by, slack=True)


def _buttons(card: ChangeCard, words: Words) -> Iterator[Block]:
    value = str(card.change.id)
    if card.state is ChangeState.ASKED:
        yield blocks.button(_agree(card, words), action=AGREE, value=value, style="primary")
    if card.state in OPEN:
        yield blocks.button(words.say("email_change.refuse"), action=REFUSE, value=value, style="danger")


def _agree(card: ChangeCard, words: Words) -> str:
    return words.say(_of("email_change.agree", unactivated=card.is_unactivated))


def agree_modal(card: ChangeCard, *, words: Words) -> Block:
    """Ask whoever stands in for their own code."""
    return code_modal(
        AGREE,
        {"change": str(card.change.id)},
        words.say("email_change.modal"),
        submit=_agree(card, words),
        shown=[blocks.section("\n".join(_lines(card, words)))],
        words=words,
    )


def told_note(card: ChangeCard, *, words: Words) -> Card:
    """What became of it, to who asked for it, below its card."""
    text = words.say(
        f"email_change.told.{card.state}",
        who=words.person(card.change.asked_by, slack=True),
        ref=card.change.ref,
        by=_stopper(card, words),
    )
    if card.state is ChangeState.CHANGED and card.notice is not None and card.notice.told.in_vain:
        text = "\n".join((text, *told_lines(card.notice, card.change.counts_from(card.notice), words)))
    return Card(text=text, blocks=[blocks.section(text)])


def _box(address: str) -> str:
    return safe(address, MOST_TYPED)
