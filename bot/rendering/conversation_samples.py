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
    Suggestion,
    Tried,
)
from bot.domain.faq import Article
from bot.domain.faq_opinions import Why
from bot.domain.lifecycle import LifeState
from bot.domain.programmes import Programme
from bot.policy import Policy
from bot.rendering import conversation_mails, faq, faq_mails, mails
from bot.rendering.case_facts import Values
from bot.rendering.faq import Answer

AT = datetime(2024, 9, 12, 8, 2, 3, tzinfo=UTC)
_SUBJECTS = {"en": "Re: I cannot sign in", "de": "AW: Anmeldung geht nicht"}
_WORDS = {
    "en": "This is the third time I write: I am locked out.\n\nWhen can I sign in again?",
    "de": "Ich schreibe zum dritten Mal: Ich bin ausgesperrt.\n\nWann kann ich mich wieder anmelden?",
}
PORTAL = "https://onboarding.example.com"
_ARTICLES = {
    "en": (
        ("account-locked", "My account is locked. How long does it stay locked?", """
Your account is locked for **{{ extranet.sign_in_lock_minutes }} minutes**.

1. Wait until that time is over.
2. Then try again on the [login page]({{ sign_in_url }}).
"""),
        ("share-otp-credential", "May I share my OTP credential?", "No: each person has **their own**."),
    ),
    "de": (
        ("account-locked", "Mein Konto ist gesperrt. Wie lange bleibt es gesperrt?", """
Ihr Konto ist für **{{ extranet.sign_in_lock_minutes }} Minuten** gesperrt.

1. Warten Sie diese Zeit ab.
2. Versuchen Sie es dann auf der [Login-Seite]({{ sign_in_url }}).
"""),
        ("share-otp-credential", "Darf ich mein OTP teilen?", "Nein. Jede Person hat **ihr eigenes**."),
    ),
}  # fmt: skip
_NEAR = {
    "en": {
        "reset-password": "How do I reset my password?",
        "password-policy": "What must a password be like?",
    },
    "de": {
        "reset-password": "Wie setze ich mein Passwort zurück?",
        "password-policy": "Wie muss ein Passwort sein?",
    },
}
_FINDINGS = {
    "en": ("Your account is locked until 14:32, after too many wrong passwords.",),
    "de": ("Ihr Konto ist bis 14:32 Uhr gesperrt, nach zu vielen falschen Passwörtern.",),
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
    tried = tuple(
        Tried(topic=topic, title=title, how=how, at=AT - timedelta(minutes=9), helped=helped, why=why)
        for topic, title, how, helped, why in (
            (*_ARTICLES[lang][0][:2], Answered.SENT, False, Why.DID_NOT_WORK),
            ("reset-password", _NEAR[lang]["reset-password"], Answered.OFFERED, None, None),
        )
    )
    now = AT + timedelta(minutes=5)
    near = (
        Suggestion(topic="account-locked", title=_ARTICLES[lang][0][1], score=0.83),
        Suggestion(topic="reset-password", title=_NEAR[lang]["reset-password"], score=0.31),
    )
    return ConversationCard(
        conversation=conversation(lang), now=now, tried=tried, accounts=(locked, partner), suggested=near
    )


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


def _article(lang: str, policy: Policy, topic: str, title: str, body: str) -> Answer:
    asked = Article(
        id=topic,
        lang=lang,
        title=title,
        programme=Programme.EXTRANET,
        related=(),
        source="",
        updated=AT.date(),
        phrasings=(),
        body=body,
    )
    return faq.answer(asked, policy, PORTAL)


def article(
    lang: str, policy: Policy, *, several: bool = False, by_staff: bool = False, rest: bool = False
) -> Values:
    """An answer by an article; `several`: two, and what is true for whoever asked; `rest`: it is a part."""
    answers = [_article(lang, policy, *_ARTICLES[lang][0])]
    if several:
        answers.append(_article(lang, policy, *_ARTICLES[lang][1]))
    values = faq_mails.answer(
        conversation(lang),
        policy,
        PORTAL,
        answers,
        related=(),
        now=AT,
        findings=_FINDINGS[lang] if several else (),
        by_staff=by_staff,
        rest_by=conversation().due_at if rest else None,
    )
    return values | {"related": _near(lang)}


def finding_alone(lang: str, policy: Policy) -> Values:
    """What is true for whoever asked, and no article that holds for them besides."""
    return faq_mails.answer(
        conversation(lang), policy, PORTAL, [], related=(), now=AT, findings=_FINDINGS[lang][:1]
    )


def _near(lang: str) -> list[Values]:
    return [
        {"title": title, "page_url": f"{PORTAL}/faq/{topic}?lang={lang}"}
        for topic, title in _NEAR[lang].items()
    ]


def receipt_with_answers(lang: str, policy: Policy) -> Values:
    return mails.neutral_receipt(
        ref="Q-3", lang=lang, policy=policy, hear_by=conversation().due_at, offered=_near(lang)
    )


MAILS = {"neutral_receipt": receipt, "conversation_reply": reply, "faq_answer": article}
