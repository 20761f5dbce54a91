"""What keeps somebody out is told to whoever is proven to own the account, and to nobody else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from bot.domain.accounts import Account
from bot.domain.conversations import Answered
from bot.domain.diagnosis import Cause, Mend
from bot.domain.diagnosis_checks import CHECKS
from bot.domain.events import EventTag
from bot.domain.lifecycle import LifeState, Stage
from bot.domain.mail import Address
from bot.domain.programmes import Programme
from bot.domain.prolongation import Wished
from bot.domain.sessions import Strength
from bot.domain.trust import Verdict
from bot.rendering.diagnosis import paragraphs
from bot.services import contact, faq_answers, faq_mails, lifecycle
from bot.services.diagnosis import Asker
from bot.store import accounts
from bot.store import conversations as store
from bot.store import lifecycle as lives
from bot.store.database import transaction
from tests.cast import ELI, a_mail
from tests.forms import MARA
from tests.partners import a_partner
from tests.services.kept_out import (
    AMARA,
    LOGIN,
    NEW,
    STATES,
    TOM_,
    Town,
    address_changes,
    came_back,
    codes_locked,
    deactivated,
    got_code,
    joining,
    life,
    locked,
    mail_status,
    mailed,
    mara_registers,
    new_password,
    partner_invited,
    reset_asked,
    town,
    twice,
    waiting,
)

__all__ = ["town"]  # pytest finds the fixture here


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_told_to_its_owner_and_to_nobody_else(town: Town, state: str) -> None:
    befall, address, topic, cause = STATES[state]
    befall(town)
    told = town.causes(mailed(town.office, address), topic)

    assert told[:1] == [cause]
    assert cause is not Cause.SEVERAL or told == [cause]
    for verdict in (Verdict.NONE, Verdict.FAILED):
        assert town.causes(mailed(town.office, address, verdict), topic) == []
    assert town.causes(Asker.of_session(None), topic) == []
    assert town.causes(town.signed_in(town.amara, Strength.PASSWORD), topic) == []  # half a partner's sign-in
    assert town.causes(mailed(town.office, "nobody@elsewhere.example.net"), topic) == []
    hears_nothing(town, address)
    if address != NEW:
        hears_when_signed_in(town, town.amara if address == AMARA else town.tom, topic, cause)


def hears_nothing(town: Town, address: str) -> None:
    """Strangers read the article alone on a page and in Slack, by mail nothing, whoever they claim to be."""
    office, words = town.office, "My account is locked, for how long?"
    page = contact.look(town.db, office.desk, words, None, lang="en", now=office.now)
    slack = faq_answers.ask(town.db, office.desk, text=words, by=ELI, now=office.now)
    before = [job.recipient for job in office.mails()].count(address)
    claimed = Address(name="N", address=address)
    office.take(a_mail(sender=claimed, subject="Login", text=words, verdict=""))

    assert page.findings == ()
    assert [one.topic for one in page.help.answers] == ["account-locked"]
    assert slack.answers == page.help.answers
    assert [job.recipient for job in office.mails()].count(address) == before


@pytest.mark.parametrize(
    ("befalls", "partner", "words", "article"),
    [
        (deactivated, False, "I forgot my password, how do I reset it?", ""),
        (
            life(LifeState.CLOSED, days=-90),
            True,
            "Please send me the prolongation link again.",
            "expired-over-60-days",
        ),
    ],
)
def test_a_page_shows_nobody_a_way_that_is_closed_to_them(
    town: Town, befalls: Callable[[Town], None], partner: bool, words: str, article: str
) -> None:
    befalls(town)
    db, desk, now = town.db, town.office.desk, town.office.now
    visitor = town.visitor(town.amara if partner else town.tom)
    shown = contact.look(db, desk, words, visitor, lang="en", now=now)
    strangers = contact.look(db, desk, words, None, lang="en", now=now)

    assert shown.findings
    assert [one.topic for one in shown.help.answers] == ([article] if article else [])
    assert [one.topic for one in strangers.help.answers] not in ([], [article])


def hears_when_signed_in(town: Town, own: Account, topic: str | None, cause: Cause) -> None:
    """The same, of their own account; a colleague hears nothing of it."""
    weak = cause is Cause.WEAK_SESSION
    told = town.causes(town.signed_in(own, Strength.PASSWORD if weak else Strength.PHONE_OTP), topic)

    assert cause is Cause.SEVERAL or told[:1] == [cause]
    assert cause in OF_EVERYBODY or town.causes(town.signed_in(town.mara), topic)[:1] != [cause]


#: what is true for Mara as well
OF_EVERYBODY = (Cause.TERMS, Cause.NO_KEY, Cause.SOUND, Cause.SEVERAL, Cause.PASSWORD_YOUNG, Cause.ENDLESS)


def test_only_a_mail_that_went_out_is_said_to_have_gone_out(town: Town) -> None:
    waiting(town)
    asker = mailed(town.office, TOM_)
    (queued, *_), never = town.findings(asker, "no-activation-email"), "went out"
    mail_status("sent")(town)
    sent, *_ = town.findings(asker, "no-activation-email")
    said = [
        paragraphs([one], lang="en", policy=town.office.desk.policy, now=town.office.now)[0]
        for one in (queued, sent)
    ]

    assert queued.cause is sent.cause is Cause.NOT_ACTIVATED
    assert (never in said[0], never in said[1]) == (False, True)


def test_behind_the_last_day_nobody_is_told_to_come_back_though_the_clock_is_late(town: Town) -> None:
    life(LifeState.EXPIRED, days=150)(town)
    on_the_last_day = town.findings(mailed(town.office, AMARA))[0]
    assert on_the_last_day.last == town.office.now.date()
    town.office.clock.wait(days=1)

    assert town.findings(mailed(town.office, AMARA))[0].cause is Cause.CLOSED
    assert on_the_last_day.cause is Cause.EXPIRED
    assert town.mend(mailed(town.office, AMARA), "conversation:1") == []


def test_the_last_way_back_is_the_one_that_a_mail_has_promised(town: Town) -> None:
    life(LifeState.EXPIRED, days=102)(town)
    found = lifecycle.find(town.db, town.amara.id)
    assert found is not None
    promised = date(2027, 1, 31)
    lives.note_all(town.db, [(found, Stage.EXPIRED, True)], at=town.office.now)
    lives.promise_all(town.db, [(found, promised)])

    assert town.findings(mailed(town.office, AMARA))[0].last == promised


def test_of_two_people_at_one_address_nothing_is_said(town: Town) -> None:
    """Whatever befell either of them, and whatever is asked."""
    twice(town)
    for befall in (locked, codes_locked, reset_asked, address_changes, new_password, came_back, got_code):
        befall(town)
    asker = mailed(town.office, TOM_)
    for topic in {topic for check in CHECKS for topic in check.topics} | {None}:
        assert set(town.causes(asker, topic)) <= {Cause.SEVERAL}
    found = town.findings(asker, "reset-password")
    said = " ".join(paragraphs(found, lang="en", policy=town.office.desk.policy, now=town.office.now))

    assert [one.cause for one in found] == [Cause.SEVERAL]
    assert "several accounts" in said
    for of_theirs in (town.tom.user_id, town.tom.first_name, town.tom.last_name, "Secretia", "locked"):
        assert of_theirs not in said
    assert town.mend(asker, "conversation:1") == []


def test_of_two_partners_at_one_address_their_own_desk_helps(town: Town) -> None:
    with transaction(town.db):
        other = a_partner(town.db, number=7, now=town.office.now)
        accounts.set_email(town.db, other.id, AMARA)

    (found,) = town.findings(mailed(town.office, AMARA), "reset-password")

    assert (found.cause, found.programme) == (Cause.SEVERAL, Programme.EXTRANET)


def let_answer(town: Town) -> None:
    """Answers go by themselves."""
    policy = town.office.desk.policy
    answers = policy.answers.model_copy(update={"faq_mode": "answer"})
    desk = replace(town.office.desk, policy=policy.model_copy(update={"answers": answers}))
    town.office.bot = replace(town.office.bot, desk=desk)


OVER = "My account has expired. How can I re-activate it myself?"


@pytest.mark.parametrize(
    ("befall", "address", "asked", "topic"),
    [
        (deactivated, TOM_, "I forgot my password. How can I reset it?", "reset-password"),
        (life(LifeState.EXPIRED, days=151), AMARA, OVER, "expired-over-60-days"),
    ],
)
def test_nobody_reads_below_what_is_true_for_them_a_way_that_is_closed_to_them(
    town: Town, befall: Callable[[Town], None], address: str, asked: str, topic: str
) -> None:
    let_answer(town)
    befall(town)
    town.office.take(a_mail(sender=Address(name="N", address=address), text=asked))
    town.office.work()
    (text,) = (" ".join(mail.text.split()) for mail in town.office.mailer.sent if "Did it" in mail.text)

    assert ("was deactivated" in text, "No longer by yourself" in text) in {(True, False), (False, True)}
    assert not any(way in text for way in ("Forgot Password?", "you can re-activate your account yourself"))
    assert ("In general:" in text) is (topic == "expired-over-60-days")
    how = Answered.SENT if topic == "expired-over-60-days" else Answered.ACCOUNT
    assert [(one.topic, one.how) for one in store.list_tried(town.db, 1)] == [(topic, how)]


def test_where_an_account_is_the_whole_answer_trail_and_card_say_so_and_no_article_is_judged(
    town: Town,
) -> None:
    let_answer(town)
    deactivated(town)
    sender = Address(name="Tom", address=TOM_)
    asked = "I forgot my password. How can I reset it?"
    town.office.take(a_mail(sender=sender, text=asked))
    town.office.work()
    token = town.office.tokens[-1]
    _, articles = faq_mails.find_of_link(town.db, token, now=town.office.now)
    faq_mails.judge_by_link(town.db, town.office.desk, token, helped=False, why=None, now=town.office.now)
    town.office.take(a_mail(sender=sender, text=asked))
    town.office.work()
    cards = [m for m in town.office.chat.standing.values() if m.key in {"note:Q-1", "note:Q-2"}]
    said = [one.data for one in town.office.events() if one.tag == EventTag.CONVERSATION_ANSWERED]

    assert articles == []
    assert said == [{"topic": "reset-password", "how": "account"}]
    assert len(cards) == 2  # who asks again was not helped: a person's
    for card in cards:
        assert "what holds for their account: How do I reset my password" in str(card.blocks)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("I have forgotten my password. How do I reset it?", 1),
        ("My colleague has forgotten her password. How can she reset it?", 0),
        ("Mein Kollege hat sein Passwort vergessen. Wie kann er es zurücksetzen?", 0),
    ],
)
def test_a_question_about_somebody_else_mails_no_way_into_ones_own_account(
    town: Town, text: str, links: int
) -> None:
    let_answer(town)
    before = len(town.office.jobs("recovery"))
    town.office.take(a_mail(sender=Address(name="Tom", address=town.tom.email), text=text))

    assert len(town.office.jobs("faq_answer")) == 1
    assert len(town.office.jobs("recovery")) == before + links


@pytest.mark.parametrize(
    ("text", "said", "unsaid"),
    [
        ("My account expired ten days ago, how can I reactivate it?", "account has no end", "link service"),
        (
            "How long is my account locked?",
            "Exostar Customer Support (MAG / ForumPass)",
            "(Partner Extranet)",
        ),
        (
            "My Extranet account is locked. For how long?",
            "(Partner Extranet)",
            "Support (MAG / ForumPass)",
        ),
    ],
)
def test_an_account_of_mag_hears_what_holds_for_mag(town: Town, text: str, said: str, unsaid: str) -> None:
    let_answer(town)
    town.office.take(a_mail(sender=Address(name="Tom", address=town.tom.email), subject="Login", text=text))
    (found,) = town.office.jobs("faq_answer")
    answer = str(found.values["words"])

    assert said in answer
    assert unsaid not in answer


def test_of_two_questions_in_a_mail_each_is_looked_into(town: Town) -> None:
    """Also where the first asks for a rule, which keeps nobody out."""
    let_answer(town)
    locked(town)
    rule = "May I share my OTP credential with a colleague of mine?"
    asked = (
        f"{rule}\n\nAnother thing: my account is locked after ten wrong passwords. How long does that last?"
    )
    town.office.take(a_mail(sender=Address(name="Tom", address=town.tom.email), text=asked))
    (found,) = town.office.jobs("faq_answer")

    assert "Your account is locked until" in str(found.values["words"])


def test_a_claim_makes_nobody_an_asker() -> None:
    with pytest.raises(TypeError):
        Asker(address=TOM_)
    with pytest.raises(TypeError):
        Asker(account_id=1)


def test_what_an_answer_mails_says_that_they_wrote_and_nothing_of_the_portal(town: Town) -> None:
    locked(town)
    town.mend(mailed(town.office, TOM_), "conversation:1", "account-locked")
    life(LifeState.EXPIRED, days=102)(town)
    town.mend(mailed(town.office, AMARA), "conversation:2", LOGIN)

    assert town.office.job("recovery").values["words"]["by_mail"] is True
    assert town.office.job("prolong_link").values["words"]["how"] == Wished.BY_MAIL


@pytest.mark.parametrize(("days", "ways"), [(20, []), (62, [Mend.PROLONGATION])])
def test_the_link_to_validate_is_mailed_once_the_clock_asks_for_it(
    town: Town, days: int, ways: list[Mend]
) -> None:
    town.office.clock.wait(hours=24 * days)
    asker, topic = mailed(town.office, AMARA), "account-expiry-revalidation"

    assert town.causes(asker, topic)[0] is Cause.ENDING
    assert town.mend(asker, "conversation:1", topic) == ways


MENDS: dict[str, tuple[Callable[[Town], None], str, str | None, Mend, str]] = {
    "activation": (waiting, TOM_, "no-activation-email", Mend.ACTIVATION, "activation"),
    "reset": (locked, TOM_, "account-locked", Mend.RESET, "recovery"),
    "prolongation": (life(LifeState.EXPIRED, days=102), AMARA, LOGIN, Mend.PROLONGATION, "prolong_link"),
    "joining": (joining, NEW, LOGIN, Mend.JOINING, "self_registration"),
    "registration": (mara_registers, MARA.email.lower(), LOGIN, Mend.REGISTRATION, "invitation"),
    "invitation": (partner_invited, NEW, LOGIN, Mend.INVITATION, "partner_invitation"),
}


@pytest.mark.parametrize("name", MENDS)
def test_the_way_in_is_mailed_once_a_question_and_never_without_end(town: Town, name: str) -> None:
    befall, address, topic, way, template = MENDS[name]
    befall(town)
    town.office.work()
    town.office.clock.wait(minutes=11)
    if name == "reset":
        locked(town)
    before, asker = len(town.office.jobs(template)), mailed(town.office, address)

    assert town.mend(asker, "conversation:1", topic) == [way]
    assert town.mend(asker, "conversation:1", topic) == [way]  # on its way already
    assert len(town.office.jobs(template)) == before + 1
    assert town.mend(mailed(town.office, address, Verdict.NONE), "conversation:2", topic) == []
    promised = sum(town.mend(asker, f"conversation:{number}", topic) == [way] for number in range(3, 30))
    more = town.office.jobs(template)[before + 1 :]
    assert promised == len(more) <= 5
    assert {job.recipient for job in town.office.jobs(template)[before:]} == {address}
    mailed_again = [event for event in town.office.events() if event.tag == EventTag.WAY_MAILED]
    assert len(mailed_again) == promised + 1
    assert address not in str(mailed_again)
