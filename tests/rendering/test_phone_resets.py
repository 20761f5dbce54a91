"""The card by which the desk is the second eye on lost phones: buttons only while it is asked."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.approvals import Approval
from bot.domain.cooling import CoolingNotice, Told
from bot.domain.languages import LANGUAGES
from bot.domain.phone_resets import PhoneReset, ResetCard, ResetState, ResetWaits
from bot.rendering import account_samples, partner_samples, phone_resets, samples
from bot.rendering.words import words

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def card(*, state: ResetState = ResetState.AGREED, number: int = 7) -> ResetCard:
    """An administrator has agreed, and no other is left."""
    return ResetCard(
        reset=PhoneReset(
            id=number,
            account_id=1,
            state=state,
            asked_at=AT,
            given=(Approval(by="account:2", right_of="account:2", at=AT + timedelta(hours=1)),),
            due_at=AT + timedelta(days=1) if state is ResetState.COOLING else None,
        ),
        account=account_samples.account(samples.decided_case(), at=AT),
        company="Lindgren Söhne AG",
        eyes=("Ada Lindqvist",),
        codes_left=7,
        needs_desk=state in (ResetState.ASKED, ResetState.AGREED),
    )


def partner_card() -> ResetCard:
    """Nobody has agreed that a partner's app is lost."""
    account = partner_samples.account(samples.decided_case(), at=AT)
    reset = PhoneReset(id=8, account_id=2, state=ResetState.ASKED, asked_at=AT)
    return replace(card(), reset=reset, account=account, eyes=())


WAITS = ResetWaits(reset=card().reset, after=8, people=("U0CASEY0001",))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reminder_says_when_it_ends_and_calls_who_may_decide(lang: str) -> None:
    say = words(lang)
    called, nobody = (
        str(phone_resets.waits_note(replace(WAITS, people=people), words=say).blocks)
        for people in (WAITS.people, ())
    )

    assert say.moment(AT + timedelta(days=7)) in called
    assert "<@U0CASEY0001>" in called
    assert say.say("notice.nobody") in nobody


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_partners_card_speaks_of_their_app_and_of_no_administrator(lang: str) -> None:
    shown = json.dumps(phone_resets.reset_note(partner_card(), words=words(lang)).blocks, ensure_ascii=False)

    assert '"8:asked"' in shown
    assert all(part in shown for part in ("uthenticator", "Partner Extranet", "Lindgren Söhne AG"))
    assert not [word for word in ("phones", "Telefone", "dministrator", "C-0") if word in shown]


@pytest.mark.parametrize("state", ResetState)
def test_it_says_who_agreed_and_offers_what_can_be_done(state: ResetState) -> None:
    shown = phone_resets.reset_note(card(state=state), words=words("en"))
    said = json.dumps(shown.blocks, ensure_ascii=False)

    assert all(part in said for part in ("Ada Lindqvist", "Lindgren Söhne AG", "recovery codes: 7"))
    assert (f'"7:{state}"' in said) == (state in (ResetState.ASKED, ResetState.AGREED))
    assert phone_resets.read_value(f"7:{state}") == (7, state)


def test_staff_are_mentioned_and_strangers_are_not() -> None:
    by = Approval(by="U0AVERY0001", right_of="U0AVERY0001", at=AT)
    found = replace(card(), eyes=("U0AVERY0001",), reset=replace(card().reset, given=(by,)))
    named = replace(card(), eyes=("<@U0AVERY0001>",))

    assert "<@U0AVERY0001> agreed" in str(phone_resets.reset_note(found, words=words("en")).blocks)
    assert "<@U0" not in str(phone_resets.reset_note(named, words=words("en")).blocks)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("told", Told)
def test_while_it_cools_the_card_says_whether_its_owner_heard_and_from_when_on_it_counts(
    told: Told, lang: str
) -> None:
    tried = None if told in (Told.ON_ITS_WAY, Told.HELD, Told.DROPPED) else AT + timedelta(days=3)
    cooling = replace(card(state=ResetState.COOLING), notice=CoolingNotice(told=told, tried_at=tried))
    said = str(phone_resets.reset_note(cooling, words=words(lang)).blocks)

    ends = words(lang).moment(AT + timedelta(days=3, hours=23))  # cooling is the time between yes and due
    assert words(lang).say(f"cooling.told_by_mail.{told}", due=ends) in said
    assert said.count(ends) == (2 if tried else 0)
