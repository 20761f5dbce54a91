"""Conversations in Slack: the card below which a question is answered, its notes, and its line in a list."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.domain.accounts import AccountStatus
from bot.domain.cards import QuestionNote
from bot.domain.conversations import (
    CUSTOMER,
    AccountLine,
    AwayOwner,
    Channel,
    Conversation,
    ConversationCard,
    ConversationState,
    ConversationTold,
    Tried,
)
from bot.domain.told_passwords import without_passwords
from bot.rendering import blocks, mail_notes
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.faq_suggestions import suggestions
from bot.rendering.words import Words

ACTION = "conversation_"  #: every button's `action_id` begins so, and ends with one of these
_BUTTONS = {
    ConversationState.OPEN: ("take", "reply", "hand_over", "close", "teach"),
    ConversationState.ANSWERED: ("take", "reply", "hand_over", "close", "teach"),
    ConversationState.CLOSED: ("reopen", "teach"),
}
MOST_TRIED = 10
MOST_OVERDUE = 10
NOBODY: Mapping[str, AwayOwner] = {}


def conversation_card(card: ConversationCard, asked: QuestionNote, *, words: Words) -> Card:
    """The question in its sender's words, what was tried, whose accounts theirs are, and who has it.

    A button's value is the conversation; the id of their block ends with how often its asker had written.
    """
    one = card.conversation
    shown = mail_notes.question_note(asked, words=words)
    title, *rest = shown.blocks
    return Card(
        text=_text(shown.text, one, words),
        blocks=[
            title,
            *([blocks.section(marks_of(one, words))] if one.marks else []),
            *rest,
            *_tried(card.tried, words),
            *(suggestions(card, words=words) if one.is_reachable else ()),
            blocks.section("\n".join(_accounts(card, words))),
            {"type": "divider"},
            blocks.section("\n".join(_standing(card, words))),
            _actions(one, words),
        ],
    )


def _text(text: str, one: Conversation, words: Words) -> str:
    named = ", ".join(words.say(f"conversation.mark.{mark}") for mark in one.marks)
    return f"{text} ({named})" if named else text


def marks_of(one: Conversation, words: Words) -> str:
    return " · ".join(f"*{words.say(f'conversation.mark.{mark}')}*" for mark in one.marks)


def _tried(tried: Sequence[Tried], words: Words) -> list[Block]:
    if not tried:
        return []
    lines = (_try(one, words) for one in tried)
    heading = f"*{words.say('conversation.tried')}*"
    return [blocks.listing(heading, lines, words, shown=MOST_TRIED, of=len(tried))]


def _try(one: Tried, words: Words) -> str:
    topic, at = safe(one.title or one.topic, 120), words.moment(one.at)
    told = words.say(f"conversation.tried.{one.how}", topic=topic, at=at)
    if one.helped is None:
        return told
    why = words.say("conversation.tried.why", why=words.say(f"faq_card.why.{one.why}")) if one.why else ""
    said = words.say("conversation.tried.helped" if one.helped else "conversation.tried.unhelpful")
    return f"{told} · {said}{why}"


def _accounts(card: ConversationCard, words: Words) -> Iterator[str]:
    one = card.conversation
    if not one.is_reachable:
        yield words.say("conversation.unreachable")
        return
    claimed = "conversation.accounts.in_slack" if one.slack_user else "conversation.accounts.claimed"
    key = "conversation.accounts" if one.verified else claimed
    if not one.address:
        unknown = "conversation.accounts.no_address" if one.slack_user else "conversation.accounts.nobody"
        yield words.say(unknown)
        return
    yield words.say(key, address=safe(one.address, 120))
    if not card.accounts:
        yield words.say("conversation.accounts.none")
    yield from (_account(line, words) for line in card.accounts)


def _account(line: AccountLine, words: Words) -> str:
    parts = [
        words.say("conversation.account", user_id=safe(line.user_id, 20), of=safe(line.ref, 20)),
        words.say(f"conversation.account.{line.status}", at=words.moment(line.since)),
    ]
    if line.locked_until:
        parts.append(f"*{words.say('conversation.account.locked', until=words.moment(line.locked_until))}*")
    if line.life and line.ends_on:
        key = f"conversation.account.life.{'over' if line.is_over else line.life}"
        parts.append(words.say(key, on=words.date(line.ends_on)))
    if line.status is AccountStatus.ACTIVE:
        parts += [words.say("conversation.account.terms")] if line.waits_for_terms else []
        parts += [words.say("conversation.account.no_key")] if line.lacks_key else []
    if line.password_at:
        parts.append(words.say("conversation.account.password", at=words.moment(line.password_at)))
    if line.bounced:
        key = f"mail.{line.bounced}"
        mail = words.say(key) if key in words else safe(line.bounced, 40)
        parts.append(f"*{words.say('conversation.account.bounced', mail=mail)}*")
    return f"• {' · '.join(parts)}"


def _standing(card: ConversationCard, words: Words) -> Iterator[str]:
    """Who has it, whose turn it is, and by when."""
    one = card.conversation
    if one.channel is not Channel.MAIL:
        yield words.say(f"conversation.channel.{one.channel}", who=words.person(one.slack_user, slack=True))
    waits = one.state is ConversationState.OPEN  # what is answered needs nobody
    if waits or (one.owner and one.state is not ConversationState.CLOSED):
        yield owner_of(one, words)
    if card.has_rest:
        yield words.say("conversation.rest")
    yield turn_of(one, card.now, words)
    if one.heard > 1:
        yield words.say("conversation.heard", count=one.heard)


def owner_of(one: Conversation, words: Words) -> str:
    if not one.owner:
        return words.say("conversation.unowned")
    since = words.moment(one.owned_since or one.created_at)
    return words.say("conversation.owned", who=words.person(one.owner, slack=True), since=since)


def turn_of(one: Conversation, now: datetime, words: Words) -> str:
    since = words.moment(one.since or one.created_at)
    if one.state is ConversationState.CLOSED:
        by_asker = one.closed_by == CUSTOMER
        key = "conversation.closed.thanks" if by_asker else "conversation.closed"
        return words.say(key, since=since, who=words.person(one.closed_by, slack=True))
    if one.state is ConversationState.ANSWERED or one.due_at is None:
        return words.say("conversation.answered", since=since)
    due = words.moment(one.due_at)
    if one.is_overdue(now):
        return words.say("conversation.overdue", due=due)
    again = one.since is not None and one.since > one.created_at
    return words.say("conversation.open.again" if again else "conversation.open", due=due, since=since)


def _actions(one: Conversation, words: Words) -> Block:
    left_out = {"take": one.owner, "reply": not one.is_reachable}
    names = [name for name in _BUTTONS[one.state] if not left_out.get(name)]
    first = "reply" if one.owner else "take" if one.state is ConversationState.OPEN else ""
    elements = [
        blocks.button(
            words.say(f"conversation.{name}"),
            action=f"{ACTION}{name}",
            value=one.ref,
            style="primary" if name == first else "",
        )
        for name in names
    ]
    return {**blocks.actions(*elements), "block_id": _block_id("card", one)}


def _block_id(where: str, one: Conversation) -> str:
    return f"{where}:{one.ref}:{one.heard}"


def told_note(note: ConversationTold, *, words: Words) -> Card:
    """What happened to it; it pings whoever has it, once."""
    who = ", ".join(f"<@{one}>" for one in note.people)
    text = words.say(
        f"conversation.told.{note.what}",
        ref=safe(note.ref),
        by=words.person(note.by, slack=True),
        due=words.moment(note.due_at) if note.due_at else "",
    )
    called = words.say("conversation.told.call", who=who) if who else words.say("conversation.told.nobody")
    return Card(text=f"{text} {called}", blocks=[blocks.section(f"{text} {called}")])


def direct_message(values: dict[str, object], *, words: Words) -> Card:
    """What staff answer to somebody who asked in Slack: to them alone."""
    text = words.say("conversation.direct", ref=safe(str(values["ref"])))
    paragraphs = values["paragraphs"]
    lines = ["\n".join(one) for one in paragraphs] if isinstance(paragraphs, list) else []
    foot = "conversation.direct.closed" if values["closes"] else "conversation.direct.open"
    return Card(
        text=text,
        blocks=[
            blocks.section(f"*{text}*"),
            *blocks.quotes("\n\n".join(lines)),
            blocks.context(words.say(foot)),
        ],
    )


def section(
    asked: Sequence[Conversation], where: str, *, most: int, words: Words, now: datetime
) -> list[Block]:
    """Those whose turn is the desk's, in the order given; `where` keeps the blocks' ids unique in a view."""
    if not asked:
        return []
    return [
        blocks.header(words.say("conversation.list", count=len(asked))),
        *_rows(asked, where, most, words, now),
    ]


def overdue_note(
    asked: Sequence[Conversation], *, away: Mapping[str, AwayOwner] = NOBODY, now: datetime, words: Words
) -> Card:
    """The day's list of those that stay without an answer; it pings whoever is to act today.

    `away`: by who has one and is not there.
    """
    title = words.say("conversation.list.overdue", count=len(asked))
    rows = _rows(asked, "overdue", MOST_OVERDUE, words, now, away=away)
    return Card(text=title, blocks=[blocks.header(title), *rows])


def _rows(
    asked: Sequence[Conversation],
    where: str,
    most: int,
    words: Words,
    now: datetime,
    *,
    away: Mapping[str, AwayOwner] = NOBODY,
) -> Iterator[Block]:
    for one in asked[:most]:
        gone = away.get(one.owner)
        who = _acts_for(gone, words) if gone else owner_of(one, words)
        yield _row(one, who, where, words, now)
    if (more := len(asked) - most) > 0:
        yield blocks.context(words.say("conversation.list.more", count=more))


def _acts_for(gone: AwayOwner, words: Words) -> str:
    name = safe(gone.name, 60)
    if not gone.deputy:
        return words.say("conversation.owned.nobody", name=name)
    return words.say("conversation.owned.deputy", name=name, who=words.person(gone.deputy, slack=True))


def _row(one: Conversation, who: str, where: str, words: Words, now: datetime) -> Block:
    title = words.say(
        "conversation.row",
        ref=one.ref,
        subject=safe(without_passwords(one.subject), 80) or words.say("question.untitled"),
        who=safe(one.name or one.address, 60),
    )
    marks = f"{marks_of(one, words)} · " if one.marks else ""
    text = f"{marks}{title}\n{who} {turn_of(one, now, words)}"
    whole = blocks.button(words.say("card.open"), action=f"{ACTION}open", value=one.ref)
    return blocks.section(text) | {"block_id": _block_id(where, one), "accessory": whole}
