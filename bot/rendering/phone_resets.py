"""Lost phones and apps in Slack: the card by which the desk agrees, and the modal that asks for a code."""

from collections.abc import Iterator, Sequence

from bot.domain.cases import case_ref
from bot.domain.phone_resets import ResetCard, ResetState, ResetWaits
from bot.rendering import blocks
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.cooling import told_lines, untried
from bot.rendering.step_up import CODE, code_modal
from bot.rendering.words import Words

AGREE, REFUSE = "phone_reset_agree", "phone_reset_refuse"  #: the buttons; the first is the modal's name too
MOST_CALLED = 12  #: people in one reminder
OPEN = "phone_reset_open"  #: the button that shows one whole


def reset_note(card: ResetCard, *, words: Words) -> Card:
    """Who has lost their phones, who has agreed, and what the desk may do about it now."""
    title = words.say(f"phone_reset.title{_named(card)}", ref=card.reset.ref)
    shown = [blocks.section(f"*{title}*\n" + "\n".join(_lines(card, words)))]
    if card.needs_desk:
        shown.append(blocks.context(words.say(f"phone_reset.how{_named(card)}")))
        shown.append(blocks.actions(*_buttons(card, words)))
    return Card(text=title, blocks=shown)


def waits_note(note: ResetWaits, *, words: Words) -> Card:
    """A reminder; it pings whoever may decide, and names nobody else."""
    who = ", ".join(f"<@{one}>" for one in note.people[:MOST_CALLED])
    called = words.say("phone_reset.call", who=who) if who else words.say("notice.nobody")
    ends = words.say("phone_reset.ends", until=words.moment(note.reset.lapses_at))
    waits = words.say("phone_reset.waits", ref=note.reset.ref, count=note.after)
    return Card(text=f"{waits} {called}", blocks=[blocks.section(f"{waits} {ends}\n{called}")])


def section(waiting: Sequence[ResetCard], where: str, *, most: int, words: Words) -> list[Block]:
    """Those that only the desk can decide; `where` keeps the blocks' ids unique in a view."""
    if not waiting:
        return []
    more = len(waiting) - most
    return [
        blocks.header(words.say("phone_reset.list", count=len(waiting))),
        *(_row(card, where, words) for card in waiting[:most]),
        *([blocks.context(words.say("phone_reset.list.more", count=more))] if more > 0 else []),
    ]


def _row(card: ResetCard, where: str, words: Words) -> Block:
    """One with a button that shows it whole."""
    whole = blocks.button(words.say("card.open"), action=OPEN, value=str(card.reset.id))
    text = "\n".join([title_of(card, words), *_standing(card, words)])
    return blocks.section(text) | {"block_id": f"{where}:{card.reset.ref}", "accessory": whole}


def title_of(card: ResetCard, words: Words) -> str:
    """Whose it is, for a line among others."""
    return words.say(
        f"phone_reset.row{_named(card)}",
        ref=card.reset.ref,
        name=safe(card.account.name, 80),
        company=safe(card.company, 80) or words.say("card.nameless"),
    )


def account_line(card: ResetCard, words: Words) -> str:
    """What an account's card says of it."""
    title = words.say(f"phone_reset.title{_named(card)}", ref=card.reset.ref)
    waits = [words.say("phone_reset.desk")] if card.needs_desk else []
    return " ".join([f"*{title}*.", *_standing(card, words), *waits])


def _named(card: ResetCard) -> str:
    """What ends the names of the words about it: partners have an app in the place of phones."""
    return ".app" if card.account.is_partner else ""


def _lines(card: ResetCard, words: Words) -> Iterator[str]:
    reset, account = card.reset, card.account
    yield words.say(
        f"phone_reset.who{_named(card)}",
        name=safe(account.name, 80),
        user_id=safe(account.user_id),
        company=safe(card.company, 80) or words.say("card.nameless"),
        ref=case_ref(account.organisation),
        codes=card.codes_left,
        at=words.moment(reset.asked_at),
    )
    yield from _standing(card, words)


def _standing(card: ResetCard, words: Words) -> Iterator[str]:
    """Who has agreed, and what becomes of it."""
    reset = card.reset
    for who, yes in zip(card.eyes, reset.given, strict=False):
        named = safe(who, 80) if yes.by.startswith("account:") else words.person(who, slack=True)
        yield words.say("phone_reset.agreed", who=named, at=words.moment(yes.at))
    if reset.is_undecided:
        yield words.say("phone_reset.ends", until=words.moment(reset.lapses_at))
    if card.needs_desk:
        return
    due, cools = reset.counts_from(card.notice), reset.state is ResetState.COOLING
    waits = untried(card.notice) if cools else ""
    yield words.say(f"phone_reset.state.{reset.state}{waits}", due=words.moment(due) if due else "")
    if cools:
        yield from told_lines(card.notice, due, words)


def _buttons(card: ResetCard, words: Words) -> Iterator[Block]:
    """The value carries the state that was shown: a yes is to that, and to no later one."""
    value = f"{card.reset.id}:{card.reset.state}"
    yield blocks.button(words.say("phone_reset.agree"), action=AGREE, value=value, style="primary")
    yield blocks.button(words.say("phone_reset.refuse"), action=REFUSE, value=value, style="danger")


def read_value(value: str) -> tuple[int, ResetState]:
    """The request's number and its state, of a button or a modal."""
    number, _, state = value.partition(":")
    return int(number), ResetState(state)


def agree_modal(card: ResetCard, *, words: Words) -> Block:
    """Ask whoever agrees for their own code."""
    return code_modal(
        AGREE,
        {"reset": f"{card.reset.id}:{card.reset.state}"},
        words.say(f"phone_reset.modal{_named(card)}"),
        submit=words.say("phone_reset.agree"),
        shown=[blocks.section("\n".join(_lines(card, words)))],
        words=words,
    )


__all__ = ["AGREE", "CODE", "REFUSE", "agree_modal", "read_value", "reset_note"]
