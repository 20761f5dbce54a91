"""Answers by mail: sent by themselves where that is sure and allowed, else by a click, and judged."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from bot.domain.addressees import asker_of
from bot.domain.cases import Thread
from bot.domain.conversations import (
    QUIET,
    Answered,
    Conversation,
    ConversationState,
    Tried,
)
from bot.domain.diagnosis import Finding
from bot.domain.diagnosis_checks import holding
from bot.domain.events import EventTag
from bot.domain.faq import Reaction
from bot.domain.faq_opinions import Why
from bot.domain.intake import Understood
from bot.domain.programmes import Programme
from bot.faq import guard
from bot.faq.windows import sentences
from bot.rendering import diagnosis as diagnosis_words
from bot.rendering import faq_mails, mails
from bot.rendering.case_facts import Values
from bot.rendering.faq_cards import Told, rest_line
from bot.rendering.words import words as words_of
from bot.services import conversations, diagnosis, faq
from bot.services.desk import Desk
from bot.services.faq_answers import end_if_said_last, list_judged, put_opinions, was_read
from bot.services.queueing import issue_link, queue_mail
from bot.store import conversations as conversation_store
from bot.store import events, links
from bot.store.database import transaction

MAIL, LINK = "faq_answer", "faq"
OF_THE_CLOCK = {"prolongation-after-expiry", "expired-over-60-days", "resend-prolongation-link"}
NO_END = "account-expiry-revalidation"
_LINK_LASTS = timedelta(days=60)
_SENT_LATELY = timedelta(days=7)  #: whoever asks the same within it was not helped


def answer(db: Database, desk: Desk, understood: Understood, one: Conversation, *, now: datetime) -> bool:
    """Answer a question that just came, in the caller's transaction; whether that was done.

    Only where the policy wants it, the sender is verified, the search is sure and nothing calls for a person.
    Whoever had that article a few days ago gets a person, whose card says so.
    """
    reading = understood.asked
    if reading is None or reading.topic is None or not _may_answer(desk, understood, one):
        return False
    asker = diagnosis.Asker.of_conversation(one)
    of = reading.programme or diagnosis.find_programme(db, desk, asker, now=now)
    found = [reading.topic, *([reading.second.topic] if reading.second else [])]
    topics = list(dict.fromkeys(_of_programme(topic, of) for topic in found))
    sent = conversation_store.list_sent_to(db, one.address, since=now - _SENT_LATELY)
    if again := {tried.topic: tried for tried in sent if tried.topic in topics}:
        conversation_store.add_tried(db, one.id, list(again.values()))
        return False
    rest_by, key = one.due_at if reading.has_rest else None, f"{one.ref}:faq"
    words, told = compose(db, desk, one, topics, automatic=True, rest_by=rest_by, now=now)
    if not queue(db, desk, one, words, automatic=True, key=key, now=now):
        return False
    note(db, one, told, by="usher", now=now)
    return True


def offer(
    db: Database, desk: Desk, understood: Understood, one: Conversation, *, now: datetime
) -> list[Values]:
    """What may help until a person answers, where the search is unsure; in the caller's transaction."""
    reading = understood.asked
    if reading is None or reading.reaction is not Reaction.OFFER or not _may_answer(desk, understood, one):
        return []
    near = [faq.list_articles(one.lang)[candidate.topic] for candidate in reading.candidates]
    note(db, one, {article.id: Answered.OFFERED for article in near}, by="usher", now=now)
    return faq_mails.links(near, desk.portal_url)


def _of_programme(topic: str, of: Programme | None) -> str:
    """Who has an account of MAG reads that it has no end, and not how to prolong one."""
    return NO_END if of is Programme.MAG and topic in OF_THE_CLOCK else topic


def _may_answer(desk: Desk, understood: Understood, one: Conversation) -> bool:
    by_itself = desk.policy.answers.faq_mode == "answer"
    return by_itself and understood.verified and not one.marks and not understood.form.refusal


def hear(
    db: Database, desk: Desk, understood: Understood, one: Conversation, *, helped: bool, now: datetime
) -> None:
    """Their next mail says whether the article that they had last helped: thanks do, else it is a person's.

    In the caller's transaction; `one`: as it stood before. Where nobody has it yet, they hear by when a
    person writes.
    """
    if one.state not in QUIET:
        return
    if one.state is ConversationState.ANSWERED and was_read(db, one):
        put_opinions(db, one, list_judged(db, one), helped=helped, now=now)
    if helped or one.owner or not understood.verified:
        return
    say_received(db, desk, understood, one, now=now)


def say_received(
    db: Database, desk: Desk, understood: Understood, one: Conversation, *, now: datetime
) -> None:
    """By when a person answers what was heard in it."""
    due_at = conversations.get(db, one.ref).due_at
    of = find_programme(db, desk, one, now=now)
    words = mails.neutral_receipt(ref=one.ref, lang=one.lang, policy=desk.policy, hear_by=due_at, of=of)
    whom = replace(asker_of(one), thread=Thread.answering(understood.mail))
    key = f"mail:{understood.row.id}:neutral_receipt"
    queue_mail(db, desk, "neutral_receipt", whom, key=key, words=words, now=now, automatic=True)


# How one is made


def compose(
    db: Database,
    desk: Desk,
    one: Conversation,
    topics: Sequence[str],
    *,
    automatic: bool,
    rest_by: datetime | None = None,
    now: datetime,
) -> tuple[Values, dict[str, Answered]]:
    """What an answer says at this moment, and by what: an article, or what is true for them alone.

    `rest_by`: when a person has answered what it leaves, at the latest.
    The way in that it speaks of is mailed, in the caller's transaction.
    """
    asker = diagnosis.Asker.of_conversation(one)
    found = _find(db, desk, one, topics, asker, now=now)
    held = {topic: holding(topic, found) for topic in topics}
    left = list(dict.fromkeys(article for article in held.values() if article))
    of = _find_programme(db, desk, one, now=now)
    answers = [faq.find_answer(topic, one.lang, desk.policy, desk.portal_url, of) for topic in left]
    words = faq_mails.answer(
        one,
        desk.policy,
        desk.portal_url,
        answers,
        related=faq.list_related(answers),
        now=now,
        findings=diagnosis_words.paragraphs(found, lang=one.lang, policy=desk.policy, now=now),
        programme=found[0].programme if found else of or Programme.MAG,
        by_staff=not automatic,
        rest_by=rest_by,
    )
    whole = {topic: Answered.ACCOUNT for topic, article in held.items() if not article}
    return words, dict.fromkeys(left, Answered.SENT) | whole


def queue(
    db: Database, desk: Desk, one: Conversation, words: Values, *, automatic: bool, key: str, now: datetime
) -> bool:
    """Queue what was composed, with a link that judges it; False past the caps."""
    until = now + _LINK_LASTS
    url = issue_link(db, desk, one.ref, purpose=LINK, path="faq/answer", until=until, now=now)
    return queue_mail(
        db, desk, MAIL, asker_of(one), key=key, words=words, now=now,
        automatic=automatic, secrets={"unhelpful_url": url},
    )  # fmt: skip


def _find(
    db: Database,
    desk: Desk,
    one: Conversation,
    topics: Sequence[str],
    asker: diagnosis.Asker,
    *,
    now: datetime,
) -> tuple[Finding, ...]:
    """What is true for them comes first, with the way in that fits, mailed to the address on file.

    No way is mailed where somebody else is spoken of: it would lead into the account of whoever writes.
    """
    found = diagnosis.diagnose(db, desk, asker, topics, now)
    if any(map(guard.names_another, _list_own_words(db, one))):
        return found
    return diagnosis.mend(db, desk, asker, found, question=f"conversation:{one.id}", now=now)


def find_programme(db: Database, desk: Desk, one: Conversation, *, now: datetime) -> Programme:
    """Whose desk helps them: the one of which they speak, or else that of their accounts."""
    return _find_programme(db, desk, one, now=now) or Programme.MAG


def _find_programme(db: Database, desk: Desk, one: Conversation, *, now: datetime) -> Programme | None:
    """Of which they speak: what they wrote last counts first."""
    named = (guard.programme_of(words) for words in reversed(_list_own_words(db, one)))
    spoken = next((of for of in named if of), None)
    return spoken or diagnosis.find_programme(db, desk, diagnosis.Asker.of_conversation(one), now=now)


def _list_own_words(db: Database, one: Conversation) -> list[str]:
    """How it began, and what they wrote last where that is something else."""
    newest = faq.find_newest_words(db, one)
    first = "\n".join(sentences(f"Subject: {one.subject}\n\n{one.words}"))
    return [first, *(["\n".join(sentences(newest[0]))] if newest else [])]


def note(db: Database, one: Conversation, told: Mapping[str, Answered], *, by: str, now: datetime) -> None:
    conversation_store.add_tried(
        db, one.id, [Tried(topic=topic, how=how, at=now) for topic, how in told.items()]
    )
    for topic, how in told.items():
        subject = f"conversation:{one.id}"
        events.add(db, EventTag.CONVERSATION_ANSWERED, subject, actor=by, at=now, topic=topic, how=how)


# The link of such a mail


def find_of_link(db: Database, token: str, *, now: datetime) -> tuple[Conversation, list[str]]:
    """The question that a mail answered, and by which articles; raise LinkUnknown or LinkExpired."""
    one = conversations.get(db, links.get_subject(db, token, purpose=LINK, now=now))
    topics = [
        tried.topic for tried in conversation_store.list_tried(db, one.id) if tried.how is Answered.SENT
    ]
    return one, list(dict.fromkeys(topics))


def judge_by_link(
    db: Database, desk: Desk, token: str, *, helped: bool, why: Why | None, now: datetime
) -> Conversation:
    """What the reader of such a mail says of it; that it did not help brings a person, once.

    Raise LinkUnknown or LinkExpired.
    """
    with transaction(db):
        one, topics = find_of_link(db, token, now=now)
        put_opinions(db, one, topics, helped=helped, why=why, now=now)
        if helped:
            end_if_said_last(db, one, now=now)
        else:
            conversations.give_to_person(db, desk, one, now=now)
    return conversations.get(db, one.ref)


def find_text(desk: Desk, values: Mapping[str, str]) -> str:
    """The same in plain words."""
    told: Told = find_shown(desk, values)["told"]
    say, parts = words_of(told.lang, desk.policy.desk.zone), [told.answers[0].title, told.answers[0].text]
    rest = [rest_line(told.ref, told.hear_by, words=say)] if told.hear_by else []
    return "\n\n".join([*parts, *rest])


def find_shown(desk: Desk, values: Mapping[str, str]) -> dict[str, Any]:
    """What a direct message with an article says."""
    answers = (faq.find_answer(values["topic"], values["lang"], desk.policy, desk.portal_url),)
    told = Told(
        ref=values["ref"],
        lang=values["lang"],
        answers=answers,
        related=faq.list_related(answers),
        hear_by=datetime.fromisoformat(values["rest_by"]) if values.get("rest_by") else None,
    )
    return {"told": told, "portal_url": desk.portal_url}
