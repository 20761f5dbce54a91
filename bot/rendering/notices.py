"""What the desk reads of what waits: a notice in a case's thread, and the week's list of what stands."""

from collections.abc import Iterator
from itertools import groupby

from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.notices import NoticeKind, Standing, StandingNote, WaitingNote
from bot.rendering import blocks, phone_resets
from bot.rendering.blocks import Block, Card, safe
from bot.rendering.words import Words

MOST_CALLED = 12  #: people in one notice
MOST_LOST = 10  #: lost phones and apps in one list

_ORDER = tuple(BallHolder)  #: who can act first; nobody where a decision is not carried out


def waiting_note(note: WaitingNote, *, words: Words) -> Card:
    """A notice; it pings whom it calls, for that is what it is for."""
    of_status = f"notice.{note.kind}.{'uninvited' if note.uninvited else note.status}"
    key = of_status if of_status in words else f"notice.{note.kind}"
    ball = None if note.kind is NoticeKind.STANDSTILL else BallHolder.DESK
    text = words.say(key, ref=safe(note.ref), status=words.status(note.status, ball), count=note.after)
    text = f"{text}\n{_called(note, words)}"
    since = words.say("notice.since", since=words.moment(note.since))
    return Card(text=text, blocks=[blocks.section(text), blocks.context(since)])


def _called(note: WaitingNote, words: Words) -> str:
    if not note.people:
        return words.say("notice.nobody.assigned" if note.kind is NoticeKind.STANDSTILL else "notice.nobody")
    called = [safe(name, 60) for name in note.names] if note.quiet else [f"<@{one}>" for one in note.people]
    who = ", ".join(called[:MOST_CALLED])
    if rest := len(called) - MOST_CALLED if len(called) > MOST_CALLED else 0:
        who = words.say("notice.and_more", who=who, count=rest)
    if note.kind is NoticeKind.STANDSTILL:
        return words.say("notice.call.standstill", who=who)
    if note.added:
        return words.say("notice.call.added", who=who)
    sees_to = note.uninvited or note.status is CaseStatus.WAITING_FOR_SPONSOR
    return words.say("notice.call.see_to" if sees_to else "notice.call", who=who)


def standing_note(note: StandingNote, *, words: Words) -> Card:
    """What stands still, by who has to act; names only, so that it pings nobody."""
    number, lost = len(note.shown) + note.more, words.say("phone_reset.list", count=len(note.lost))
    text = words.say("notice.standing", count=number) if number else lost
    more = [blocks.context(words.say("notice.standing.more", count=note.more))] if note.more else []
    heading = f"*{lost}*" if number else words.say("notice.standing.desk")
    requests = [_requests(note, heading, words)] if note.lost else []
    return Card(text=text, blocks=[blocks.header(text), *requests, *_groups(note, words), *more])


def _requests(note: StandingNote, heading: str, words: Words) -> Block:
    lines = (
        words.say(
            "notice.standing.lost",
            request=phone_resets.title_of(one.card, words),
            since=words.moment(one.since),
        )
        for one in note.lost
    )
    return blocks.listing(heading, lines, words, shown=MOST_LOST, of=len(note.lost))


def _groups(note: StandingNote, words: Words) -> Iterator[Block]:
    shown = sorted(note.shown, key=lambda one: (_ORDER.index(one.holder), one.since))
    for holder, group in groupby(shown, key=lambda one: one.holder):
        lines = [_line(one, words) for one in group]
        heading = words.say(f"notice.standing.{holder}")
        yield blocks.listing(heading, lines, words, shown=len(lines), of=len(lines))


def _line(one: Standing, words: Words) -> str:
    assigned = safe(one.assigned_to, 40) or words.say("notice.standing.unassigned")
    return words.say(
        "notice.standing.line",
        ref=safe(one.ref),
        company=safe(one.company, 60) or words.say("card.nameless"),
        status=words.status(one.status, one.holder),
        since=words.moment(one.since),
        assigned=assigned,
    )
