"""The desk's card of one account: what stands on it in each state, and which buttons."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import policy as policies
from bot.domain import lifecycle as clock
from bot.domain.account_views import AccountAct, AccountMail, AccountView, LifeView
from bot.domain.accounts import AccountStatus, Closing
from bot.domain.languages import LANGUAGES
from bot.domain.lifecycle import ClockRules, Held, LifeState, Move, Moved, foresee
from bot.domain.outbox import JobStatus
from bot.domain.phone_resets import ResetState
from bot.domain.tries import Tries
from bot.domain.working_time import Calendar
from bot.rendering import (
    account_cards,
    account_lives,
    account_mails,
    account_samples,
    blocks,
    case_facts,
    differences,
    lifecycle_samples,
    samples,
)
from bot.rendering.blocks import Block
from bot.rendering.email_changes import ASK
from bot.rendering.words import words
from tests.rendering import test_phone_resets as resets
from tests.rendering.test_email_changes import ASKED

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def view(status: AccountStatus = AccountStatus.ACTIVE) -> AccountView:
    """Somebody whose account is locked, whose mail came back, and who waits for terms."""
    case = samples.decided_case()
    return AccountView(
        account=replace(account_samples.account(case, at=AT), status=status, activated_at=AT),
        customer=account_samples.customer(case),
        now=AT,
        tries=Tries(wrong=10, locked_until=AT + timedelta(minutes=30)),
        signed_in_at=AT,
        sessions=1,
        phones=("+49 ••• ••78",),
        key_entered=True,
        certificates=(),
        waits_for=("Ada Lindqvist",),
        waits=True,
        mails=(AccountMail(template="activation", at=AT, status=JobStatus.SENT, came_back=True),),
        change=ASKED,
    )


RULES = ClockRules(calendar=Calendar(zone=ZoneInfo("Europe/Berlin")))


def partner(state: LifeState = LifeState.VALID, *, over: bool = False) -> AccountView:
    """A partner whose end was held, then moved by hand, and whose next mail waits for a click."""
    life = replace(clock.begin(7, RULES, on=date(2026, 1, 1)), state=state, ends_on=date(2026, 4, 1))
    later = list(foresee(life, RULES, now=AT, until=AT + timedelta(days=400)))
    moves = [
        Moved(at=AT, by="U0AVERY0001", how=Move.EXTENDED, ends_on=life.ends_on, reason="On leave"),
        Moved(at=AT, by="usher", how=Move.HELD, ends_on=date(2026, 3, 20), reason=Held.LOST),
        *(
            Moved(at=AT, by="usher", how=how, ends_on=life.ends_on)
            for how in Move
            if how not in ("extended", "held")
        ),
    ]
    seen = LifeView(
        life=life, back_until=RULES.last_way_back(life.ends_on), is_over=over, coming=tuple(later),
        waits=state is LifeState.VALID, moves=tuple(moves),
    )  # fmt: skip
    account = lifecycle_samples.partner(samples.decided_case(), at=AT)
    status = AccountStatus.DEACTIVATED if state is LifeState.CLOSED else AccountStatus.ACTIVE
    return replace(view(), account=replace(account, status=status), waits=False, life=seen)


def a_modal(text: AccountView) -> Block:
    return account_lives.extend_modal(text, last=RULES.last_end(AT), words=words("en"))


def every_state() -> Iterator[tuple[AccountView, str | None]]:
    """Each state once, and each thing that can have been done."""
    for status in AccountStatus:
        yield view(status), None
    long = "Ä" * 200
    yield replace(view(AccountStatus.DEACTIVATED), closing=Closing(at=AT, by="account:7", name=long)), None
    yield replace(view(AccountStatus.DEACTIVATED), closing=Closing(at=AT, by="cli:root")), None
    replaced = Closing(at=AT, by="account:7", successor="k7m3-x9p2")
    yield replace(view(AccountStatus.DEACTIVATED), closing=replaced), None
    for act in AccountAct:
        bare = replace(view(), phones=(), mails=(), waits_for=(), signed_in_at=None, tries=Tries())
        yield replace(bare, key_entered=act is AccountAct.CLOSE), act
    for state in LifeState:
        yield partner(state), account_cards.EXTENDED
    for far in ResetState:
        yield replace(view(), reset=resets.card(state=far)), None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_that_phones_are_lost_and_whose_turn_it_is(lang: str) -> None:
    say = words(lang)
    desks, others = (
        str(account_cards.account_card(replace(view(), reset=card), words=say).blocks)
        for card in (resets.card(), replace(resets.card(), needs_desk=False))
    )

    assert [say.say("phone_reset.desk") in one for one in (desks, others)] == [True, False]
    assert [say.say("phone_reset.state.agreed") in one for one in (desks, others)] == [False, True]
    assert "R-7" in others


@pytest.mark.parametrize(
    ("lang", "once", "never"),
    [
        ("en", "; 1 session is open.", "Nobody has signed in yet."),
        ("de", "; 1 Sitzung ist offen.", "Noch niemand hat sich angemeldet."),
    ],
)
def test_it_says_when_they_last_signed_in(lang: str, once: str, never: str) -> None:
    came = account_cards.account_card(view(), words=words(lang))
    other = account_cards.account_card(replace(view(), signed_in_at=None), words=words(lang))

    assert once in json.dumps(came.blocks, ensure_ascii=False)
    assert words(lang).moment(AT) in json.dumps(came.blocks, ensure_ascii=False)
    assert never in json.dumps(other.blocks, ensure_ascii=False)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("status", AccountStatus)
def test_it_offers_what_can_be_done(status: AccountStatus, lang: str) -> None:
    shown = account_cards.account_card(view(status), words=words(lang))
    buttons = [button["action_id"] for button in shown.blocks[-1]["elements"]]

    assert buttons == (
        ["account_reopen"]
        if status is AccountStatus.DEACTIVATED
        else ["account_resend", "account_unlock", "email_change_ask", "account_close"]
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_how_many_invitations_end_before_it_is_closed_and_afterwards(lang: str) -> None:
    def asked(many: int) -> str:
        shown = account_cards.account_card(replace(view(), invitations=many), words=words(lang))
        text: str = shown.blocks[-1]["elements"][-1]["confirm"]["text"]["text"]
        return text

    assert ("invitation" in asked(0) or "Einladung" in asked(0)) is False
    assert {"en": "3 open invitations", "de": "3 offene Einladungen"}[lang] in asked(3)
    lost = account_cards.account_card(replace(view(), lost=1), words=words(lang))
    assert "/users/invite" in json.dumps(lost.blocks)


@pytest.mark.parametrize(
    ("lang", "before", "new"),
    [("en", "works as it did before", "activation mail"), ("de", "gilt es wie zuvor", "Aktivierungs-E-Mail")],
)
def test_the_question_says_what_happens_to_an_account_that_was_never_activated(
    lang: str, before: str, new: str
) -> None:
    closing = Closing(at=AT, by="account:7", name="J" * 60)
    seen = replace(view(AccountStatus.DEACTIVATED), closing=closing)

    def asked(at: datetime | None) -> str:
        shown = account_cards.account_card(
            replace(seen, account=replace(seen.account, activated_at=at)), words=words(lang)
        )
        text: str = shown.blocks[-1]["elements"][0]["confirm"]["text"]["text"]
        return text

    assert (before in asked(AT), new in asked(AT)) == (True, False)
    assert (before in asked(None), new in asked(None)) == (False, True)
    assert max(len(asked(None)), len(asked(AT))) <= 300


@pytest.mark.parametrize(
    ("lang", "theirs", "ours"),
    [
        ("en", "Jana Wolf, an Organization Administrator of theirs, closed it", "<@U0AVERY0001> closed it"),
        ("de", "Jana Wolf, dort Organisationsadministrator, hat es", "<@U0AVERY0001> hat es geschlossen"),
    ],
)
def test_what_the_customer_closed_is_opened_only_after_a_question(lang: str, theirs: str, ours: str) -> None:
    def shown(closing: Closing) -> tuple[str, Block]:
        seen = replace(view(AccountStatus.DEACTIVATED), closing=closing)
        card = account_cards.account_card(seen, words=words(lang))
        return json.dumps(card.blocks, ensure_ascii=False), card.blocks[-1]["elements"][0]

    text, button = shown(Closing(at=AT, by="account:7", name="Jana Wolf"))
    assert f"{theirs} " in text
    assert words(lang).moment(AT) in text
    assert "Jana Wolf" in button["confirm"]["text"]["text"]
    erased, _ = shown(Closing(at=AT, by="account:7"))
    assert "A-7" in erased
    replaced, button = shown(Closing(at=AT, by="account:7", successor="k7m3-x9p2"))
    assert "k7m3-x9p2" in replaced
    assert theirs not in replaced
    assert "confirm" not in button
    text, button = shown(Closing(at=AT, by="U0AVERY0001"))
    assert ours in text
    assert "confirm" not in button


def test_it_says_why_somebody_cannot_get_in() -> None:
    said = json.dumps(account_cards.account_card(view(), words=words("en")).blocks, ensure_ascii=False)
    for part in (
        "Locked until 2 Mar, 10:00",
        "terms wait for Ada Lindqvist",
        "came back",
        "E-7",
        "+49 ••• ••78",
    ):
        assert part in said


PARTNERS = ["account_resend", "account_unlock", "account_extend", ASK, "account_close"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("shown", "buttons"),
    [
        (partner(), PARTNERS),
        (partner(LifeState.EXPIRED), PARTNERS),
        (partner(LifeState.CLOSED), ["account_reopen"]),
        (partner(LifeState.CLOSED, over=True), ["account_resend"]),
    ],
)
def test_a_partner_is_extended_while_that_is_possible(
    shown: AccountView, buttons: list[str], lang: str
) -> None:
    last = account_cards.account_card(shown, words=words(lang)).blocks[-1]
    assert [button["action_id"] for button in last.get("elements", ())] == buttons


def test_a_partners_life_says_what_comes_and_how_the_end_came_about() -> None:
    said = json.dumps(account_cards.account_card(partner(), words=words("en")).blocks, ensure_ascii=False)
    for part in (
        "Works until 1 April 2026 (validated 1 January 2026)", "waits for a click",
        "2 Mar, 09:30 · asked to validate",
        "16 Mar, 08:00 · reminded", "2 Apr, 07:00 · expires",
        "moved by <@U0AVERY0001>: until 1 April 2026. Reason: On leave",
        "The warnings came back, or could not be sent",
    ):  # fmt: skip
        assert part in said


def test_the_modal_proposes_no_past_day() -> None:
    ended = partner()
    assert ended.life
    past = replace(ended.life, life=replace(ended.life.life, ends_on=date(2026, 2, 1)))
    assert [
        a_modal(one)["blocks"][1]["element"]["initial_date"] for one in (ended, replace(ended, life=past))
    ] == ["2026-04-01", "2026-03-02"]


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "unknown role “Chef *x*”"), ("de", "unbekannte Rolle „Chef *x*“")]
)
def test_a_role_that_is_none_of_ours_is_quoted_in_mails_and_on_cards(lang: str, said: str) -> None:
    user, say = replace(samples.USERS[0], role="Chef *x*"), words(lang)
    assert case_facts.user(user, say)["role"] == said
    account = replace(account_samples.account(samples.decided_case(), at=AT), role="Chef *x*", lang=lang)
    customer = account_samples.customer(samples.decided_case())
    assert account_mails.of_account(account, customer, policies.load())["role"] == said
    assert differences.value("role", "Chef *x*", say) == blocks.safe(said, 120)
    card = account_cards.account_card(replace(view(), account=account), words=say)
    assert blocks.safe(said, 80) in str(card.blocks)
    assert say.role("") == ""
