"""A conversation with invented people, for goldens, previews and the mails about it."""

from datetime import UTC, datetime, timedelta

from bot.domain.accounts import AccountStatus
from bot.domain.cards import QuestionNote
from bot.domain.conversations import (
    AccountLine,
    Answered,
    Conversation,
    ConversationCard,
    ConversationState,
    Mark,
    Tried,
)
from bot.domain.lifecycle import LifeState
from bot.policy import Policy
from bot.rendering import conversation_mails, mails
from bot.rendering.case_facts import Values

AT = datetime(2024, 9, 12, 8, 2, 3, tzinfo=UTC)
_SUBJECTS = {"en": "Re: I cannot sign in", "de": "AW: Anmeldung geht nicht"}
_WORDS = {
    "en": "This is the third time I write: I am locked out.\n\nWhen can I sign in again?",
    "de": "Ich schreibe zum dritten Mal: Ich bin ausgesperrt.\n\nWann kann ich mich wieder anmelden?",
}
_PARAGRAPHS = {
    "en": [["Your account is free again."], ["Please try it once more,", "and write to us here."]],
    "de": [
        ["Ihr Konto ist wieder frei."],
        ["Bitte versuchen Sie es noch einmal,", "und schreiben Sie uns hier."],
    ],
}


def conversation(lang: str = "en") -> Conversation:
    """Open, upset, nobody's, and due in a working day."""
    return Conversation(
        id=7,
        address="mara@lindgren.example.com",
        name="Mara Lindgren",
        subject=_SUBJECTS[lang],
        lang=lang,
        mail_id=12,
        created_at=AT,
        words=_WORDS[lang],
        verified=True,
        marks=(Mark.UPSET,),
        state=ConversationState.OPEN,
        since=AT,
        due_at=AT + timedelta(days=1),
    )


def card(lang: str = "en") -> ConversationCard:
    """With everything that a card may say of tries and accounts."""
    locked = AccountLine(
        user_id="k7m3-x9p2",
        ref="C-7",
        status=AccountStatus.ACTIVE,
        since=AT - timedelta(days=40),
        locked_until=AT + timedelta(minutes=30),
        waits_for_terms=True,
        lacks_key=True,
        password_at=AT - timedelta(hours=5),
        bounced="activation",
    )
    partner = AccountLine(
        user_id="b4tz-6hwc",
        ref="",
        status=AccountStatus.WAITING,
        since=AT - timedelta(days=9),
        life=LifeState.EXPIRED,
        ends_on=AT.date() - timedelta(days=12),
    )
    tried = (
        Tried(topic="account-locked", how=Answered.SENT, at=AT - timedelta(minutes=9)),
        Tried(topic="reset-password", how=Answered.OFFERED, at=AT - timedelta(minutes=9)),
    )
    now = AT + timedelta(minutes=5)
    return ConversationCard(conversation=conversation(lang), now=now, tried=tried, accounts=(locked, partner))


def question(lang: str = "en") -> QuestionNote:
    """What stands above that."""
    asked = conversation(lang)
    return QuestionNote(
        ref=asked.ref,
        sender_name=asked.name,
        sender_address=asked.address,
        verified=True,
        evidence="dmarc=pass",
        subject=asked.subject,
        text=asked.words,
        received_at=AT,
        mail_id=asked.mail_id,
    )


def receipt(lang: str, policy: Policy) -> Values:
    return mails.neutral_receipt(ref="Q-3", lang=lang, policy=policy, hear_by=conversation().due_at)


def reply(lang: str, policy: Policy, *, closes: bool = False) -> Values:
    return conversation_mails.reply(conversation(lang), policy, _PARAGRAPHS[lang], closes=closes)


MAILS = {"neutral_receipt": receipt, "conversation_reply": reply}
