"""Conversations: opened, taken by one of the staff, handed over, closed, and opened by their asker again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain.approvals import check_is_staff
from bot.domain.cards import QuestionNote, shown_words
from bot.domain.cases import Thread
from bot.domain.conversation_refusals import (
    ConversationClosed,
    ConversationMoved,
    ConversationNotClosed,
    ConversationTaken,
    HandedOverMeanwhile,
    NobodyToAnswer,
    UnknownConversation,
)
from bot.domain.conversations import (
    CUSTOMER,
    QUIET,
    STANDING,
    Conversation,
    ConversationCard,
    ConversationState,
    ConversationTold,
    Mark,
    NewConversation,
    ToldWhat,
    Tried,
    conversation_id,
    is_over_by_thanks,
    urgency,
)
from bot.domain.errors import NotAColleague
from bot.domain.events import EventTag
from bot.domain.intake import Understood
from bot.domain.mail import Kind
from bot.domain.note_names import NoteName
from bot.domain.staff import Staff
from bot.domain.thanks import has_helped
from bot.faq.marks import find_marks
from bot.ports import Chat
from bot.services import deciders, faq
from bot.services.cases import refusals_recorded
from bot.services.conversation_accounts import list_lines
from bot.services.desk import Desk
from bot.services.queueing import queue_note
from bot.store import cases, conversations, events, finding, ledger, outbox
from bot.store.database import beforehand, transaction
from bot.store.numbers import next_number

MOST = 200  #: open ones that are looked at, what is due first first


def card_key(ref: str) -> str:
    """The key of the note that is a conversation's card."""
    return f"note:{ref}"


def find(db: Database, ref: str) -> Conversation | None:
    """By its name, "Q-7"."""
    number = conversation_id(ref)
    return conversations.find(db, number) if number is not None else None


def get(db: Database, ref: str) -> Conversation:
    """Raise UnknownConversation."""
    found = find(db, ref)
    if found is None:
        raise UnknownConversation(ref=ref[:20])
    return found


def get_card(db: Database, desk: Desk, ref: str, *, now: datetime) -> ConversationCard:
    """How it stands at this moment; raise UnknownConversation."""
    one = get(db, ref)
    tried = conversations.list_tried(db, one.id)
    suggested, has_rest = faq.suggest(db, desk, one, tried)
    return ConversationCard(
        conversation=one,
        now=now,
        tried=faq.titled(tried, one.lang),
        accounts=list_lines(db, desk, one.address, now=now),
        suggested=suggested,
        has_rest=has_rest,
    )


def find_shown(
    db: Database, desk: Desk, values: Mapping[str, Any], *, now: datetime
) -> dict[str, Any] | None:
    """What a note on a question says: on a card how it began, and how it stands; None once that is gone."""
    ref = str(values["ref"])
    first = None if values.get("follow_up") else outbox.find_by_key(db, card_key(ref))
    if first is None or first.values.get("erased") or find(db, ref) is None:
        return dict(values) if "text" in values else None
    words, card = first.values["words"], get_card(db, desk, ref, now=now)
    taken = bool(words.get("mail_id") and cases.list_standing(db, words["mail_id"]))  # as a RIS
    verified = words["verified"] or card.conversation.verified
    return {**words, "taken": taken, "verified": verified, "card": card}


def show(db: Database, desk: Desk, *, ref: str, by: Staff, now: datetime) -> dict[str, Any]:
    """The values of its card for somebody of the staff; raise NotStaff, UnknownConversation."""
    check_is_staff(by)
    one = get(db, ref)
    shown = find_shown(db, desk, {"ref": one.ref}, now=now) or {}
    if "card" not in shown:
        shown = {**card_values(one), "card": get_card(db, desk, ref, now=now)}
    with beforehand(db):
        events.add(db, EventTag.CONVERSATION_VIEWED, f"conversation:{one.id}", actor=by.id, at=now)
    return shown


def list_open(db: Database, *, by: Staff) -> list[Conversation]:
    """Those whose turn is the desk's: what is marked first, then what is due first; raise NotStaff."""
    check_is_staff(by)
    return sorted(conversations.list_open(db, limit=MOST), key=urgency)


# Asked


def open_one(
    db: Database,
    desk: Desk,
    new: NewConversation,
    *,
    now: datetime,
    tried: Sequence[Tried] = (),
    answered: bool = False,
) -> Conversation:
    """In the caller's transaction; `answered`: it is the asker's turn at once, as Usher has written."""
    marks = {*new.marks, *find_marks(new.subject, new.words)}
    one = conversations.add(
        db,
        replace(new, marks=tuple(mark for mark in Mark if mark in marks)),
        state=ConversationState.ANSWERED if answered else ConversationState.OPEN,
        due_at=None if answered else due_of(desk, now),
        now=now,
    )
    conversations.add_tried(db, one.id, tried)
    finding.set_conversation(db, one)
    _note(db, EventTag.CONVERSATION_OPENED, one, by="usher", now=now, mail=new.mail_id or None)
    return one


def open_for_desk(
    db: Database, desk: Desk, new: NewConversation, *, now: datetime, tried: Sequence[Tried] = ()
) -> Conversation:
    """A question that came by another way than mail, shown to the desk; in the caller's transaction."""
    one = open_one(db, desk, new, now=now, tried=tried)
    queue_note(db, NoteName.QUESTION, key=card_key(one.ref), values=card_values(one), now=now)
    return one


def card_values(one: Conversation) -> dict[str, Any]:
    """How it began, as its card says it."""
    note = QuestionNote(
        ref=one.ref,
        sender_name=one.name,
        sender_address=one.address,
        verified=one.verified,
        subject=one.subject,
        **shown_words(one.words),
        received_at=one.created_at,
        mail_id=one.mail_id,
        in_slack=bool(one.slack_user),
    )
    return {**asdict(note), "received_at": one.created_at.isoformat()}


def due_of(desk: Desk, now: datetime) -> datetime:
    """By when whoever asks now is to hear from a person."""
    hours = timedelta(hours=desk.policy.answers.first_reply_hours)
    return desk.policy.calendar_of_desk.after_hours(now, hours)


def share(db: Database, one: Conversation, *, by: str = "usher", now: datetime) -> None:
    """An article has answered a part: it stays the desk's for the rest, in the caller's transaction."""
    _note(db, EventTag.CONVERSATION_SHARED, one, by=by, now=now)


def leave_unreadable(db: Database, understood: Understood, one: Conversation, *, now: datetime) -> None:
    """A conversation about a file that was not read waits for nobody once that came again and could be read.

    Unless its words ask something: that a person has still to answer.
    """
    first = ledger.find(db, one.mail_id)
    about_a_file = first is not None and first.kind == Kind.RIS and "?" not in one.words
    if understood.verified and about_a_file:
        leave_to_asker(db, one, now=now)
        refresh(db, one.ref, now=now)


def leave_to_asker(db: Database, one: Conversation, *, now: datetime) -> None:
    """Usher has answered by itself: it is the asker's turn, in the caller's transaction."""
    answered = ConversationState.ANSWERED
    conversations.move(db, one.id, since=(ConversationState.OPEN,), to=answered, now=now)


def give_to_person(db: Database, desk: Desk, one: Conversation, *, now: datetime) -> None:
    """What Usher answered did not do: the desk's turn, and its card stands, in the caller's transaction."""
    _open_again(db, desk, one, by="usher", now=now)
    if not queue_note(db, NoteName.QUESTION, key=card_key(one.ref), values=card_values(one), now=now):
        refresh(db, one.ref, now=now)


def end_for_asker(db: Database, one: Conversation, *, by: str = CUSTOMER, now: datetime) -> None:
    """They say that it helped, or wait for nothing (`by`: as others say); in the caller's transaction."""
    _end(db, one, by=by, now=now)
    refresh(db, one.ref, now=now)


# Their asker writes again


def hear(
    db: Database,
    desk: Desk,
    understood: Understood,
    one: Conversation,
    *,
    answered: bool = False,
    now: datetime,
) -> bool:
    """Their next mail, in the caller's transaction; whether somebody has to read it.

    Thanks and nothing else ends what was answered; anything doubtful opens it. `answered`: Usher did so.
    """
    mail = understood.mail
    helped = has_helped(mail.text, sender=mail.sender.name)
    tried = conversations.list_tried(db, one.id)
    ends = understood.only_thanks and is_over_by_thanks(one, tried, helped=helped)
    found = {*one.marks, *find_marks(mail.subject, mail.text)}
    marks = one.marks if ends else tuple(mark for mark in Mark if mark in found)
    thread = Thread.answering(mail)
    conversations.hear(db, one.id, thread=thread, marks=marks, verified=understood.verified)
    if ends:
        _end(db, one, by=CUSTOMER, now=now)
    elif not answered and one.state in QUIET:
        _open_again(db, desk, one, by="usher", now=now)
        tell(db, one, ToldWhat.REOPENED, now=now)
    refresh(db, one.ref, now=now)
    return not ends


def _open_again(db: Database, desk: Desk, one: Conversation, *, by: str, now: datetime) -> None:
    opened = ConversationState.OPEN
    if conversations.move(db, one.id, since=QUIET, to=opened, due_at=due_of(desk, now), now=now):
        _note(db, EventTag.CONVERSATION_REOPENED, one, by=by, now=now)


def _end(db: Database, one: Conversation, *, by: str, now: datetime) -> None:
    closed = ConversationState.CLOSED
    if conversations.move(db, one.id, since=STANDING, to=closed, closed_by=by, now=now):
        _note(db, EventTag.CONVERSATION_CLOSED, one, by="usher" if by == CUSTOMER else by, now=now)


# Staff act


def take(db: Database, *, ref: str, by: Staff, now: datetime) -> Conversation:
    """Become its owner; whoever is too late hears who is. Twice is once."""
    with acting(db, ref, by, now) as one:
        check_is_open(one)
        claim(db, one, by=by, now=now)
    return get(db, ref)


def get_open(db: Database, *, ref: str, by: Staff, now: datetime) -> Conversation:
    """One that can be handed over; raise NotStaff, UnknownConversation, ConversationClosed."""
    with refusals_recorded(db, ref, by, now):
        check_is_staff(by)
        check_is_open(one := get(db, ref))
    return one


def hand_over(db: Database, *, ref: str, to: Staff, since: str, by: Staff, now: datetime) -> Conversation:
    """Let a colleague own what belongs to `since` (a Slack id, "" for nobody); they are called once."""
    with acting(db, ref, by, now) as one:
        check_is_open(one)
        if not to.staff:
            raise NotAColleague(who=to.id)
        if one.owner == to.id:
            return one
        if not conversations.take(db, one.id, by=to.id, since=since, now=now):
            raise HandedOverMeanwhile(ref=one.ref, by=one.owner)
        _note(db, EventTag.CONVERSATION_HANDED_OVER, one, by=by.id, now=now, who=to.id)
        if to.id != by.id:
            tell(db, one, ToldWhat.HANDED_OVER, by=by.id, now=now)
        refresh(db, one.ref, now=now)
    return get(db, ref)


def close(db: Database, *, ref: str, heard: int, by: Staff, now: datetime) -> Conversation:
    """Nothing more is to be said; `heard`: how often its asker had written when that was thought."""
    with acting(db, ref, by, now) as one:
        if one.state is ConversationState.CLOSED and one.closed_by == by.id:
            return one  # the same click once more
        check_is_open(one)
        check_heard(one, heard)
        claim(db, one, by=by, now=now)
        _end(db, one, by=by.id, now=now)
        refresh(db, one.ref, now=now)
    return get(db, ref)


def reopen(db: Database, desk: Desk, *, ref: str, by: Staff, now: datetime) -> Conversation:
    """Staff find that it is not over."""
    with acting(db, ref, by, now) as one:
        if one.state is not ConversationState.CLOSED:
            raise ConversationNotClosed(ref=one.ref)
        _open_again(db, desk, one, by=by.id, now=now)
        refresh(db, one.ref, now=now)
    return get(db, ref)


@contextmanager
def acting(db: Database, ref: str, by: Staff, now: datetime) -> Iterator[Conversation]:
    """A transaction in which somebody of the staff does something about it; a refusal stands in the trail."""
    with refusals_recorded(db, ref, by, now), transaction(db, locks=(f"conversation:{ref}",)):
        check_is_staff(by)
        yield get(db, ref)


def check_is_open(one: Conversation) -> None:
    """Raise ConversationClosed."""
    if one.state is ConversationState.CLOSED:
        raise ConversationClosed(ref=one.ref, by=one.closed_by, at=one.since or one.created_at)


def check_is_reachable(one: Conversation) -> None:
    """Raise NobodyToAnswer."""
    if not one.is_reachable:
        raise NobodyToAnswer(ref=one.ref)


def check_heard(one: Conversation, heard: int) -> None:
    """Raise ConversationMoved."""
    if one.heard != heard:
        raise ConversationMoved(ref=one.ref)


def check_is_theirs(one: Conversation, by: Staff) -> None:
    """Nobody's is everybody's; raise ConversationTaken."""
    if one.owner not in ("", by.id):
        raise ConversationTaken(ref=one.ref, by=one.owner, at=one.owned_since or one.created_at)


def claim(db: Database, one: Conversation, *, by: Staff, now: datetime) -> None:
    """Whoever acts owns it from then on, in the caller's transaction; raise ConversationTaken."""
    check_is_theirs(one, by)
    if not one.owner and conversations.take(db, one.id, by=by.id, since="", now=now):
        _note(db, EventTag.CONVERSATION_TAKEN, one, by=by.id, now=now)
        refresh(db, one.ref, now=now)


# What the desk is told


def refresh(db: Database, ref: str, *, now: datetime) -> None:
    """Let its card say what is true now, where it has one."""
    key = card_key(ref)
    if outbox.find_by_key(db, key) is not None:
        newer = f"{key}:again:{next_number(db, 'conversation_card')}"
        queue_note(db, NoteName.QUESTION, key=newer, values={"ref": ref}, now=now, stream=key, instead_of=key)


def tell(db: Database, one: Conversation, what: ToldWhat, *, by: str = "", now: datetime) -> None:
    """Say it below the card, to whoever has it; in the caller's transaction."""
    key, above = f"told:{next_number(db, 'conversation_told')}", card_key(one.ref)
    values = {"ref": one.ref, "what": what, "by": by}
    queue_note(db, NoteName.CONVERSATION_TOLD, key=key, values=values, now=now, thread_key=above, aloud=True)


def find_told(
    db: Database, desk: Desk, chat: Chat, values: Mapping[str, Any], *, now: datetime
) -> ConversationTold | None:
    """What a note says at this moment, and whom it calls; None once it is settled, or was answered."""
    one, what = find(db, str(values["ref"])), ToldWhat(values["what"])
    if one is None or one.state is ConversationState.CLOSED:
        return None
    if what is not ToldWhat.HANDED_OVER and one.state is not ConversationState.OPEN:
        return None
    called = deciders.list_present(db, desk, chat, [one.owner] if one.owner else [], now=now)
    people = tuple(member.id for member in called)
    return ConversationTold(what=what, ref=one.ref, by=str(values["by"]), due_at=one.due_at, people=people)


def _note(
    db: Database, tag: EventTag, one: Conversation, *, by: str, now: datetime, **data: str | int | None
) -> None:
    events.add(db, tag, f"conversation:{one.id}", actor=by, at=now, **data)
