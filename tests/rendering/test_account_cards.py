"""The desk's card of one account: what stands on it in each state, and which buttons."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.account_views import AccountAct, AccountMail, AccountView
from bot.domain.accounts import AccountStatus
from bot.domain.outbox import JobStatus
from bot.domain.tries import Tries
from bot.rendering import account_cards, account_samples, samples
from bot.rendering.words import LANGUAGES, words
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
        waits_for=("Ada Lindqvist",),
        waits=True,
        mails=(AccountMail(template="activation", at=AT, status=JobStatus.SENT, came_back=True),),
        change=ASKED,
    )


def every_state() -> Iterator[tuple[AccountView, AccountAct | None]]:
    """Each state once, and each thing that can have been done."""
    for status in AccountStatus:
        yield view(status), None
    for act in AccountAct:
        bare = replace(view(), phones=(), mails=(), waits_for=(), signed_in_at=None, tries=Tries())
        yield replace(bare, key_entered=act is AccountAct.CLOSE), act


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("status", AccountStatus)
def test_it_offers_what_can_be_done(status: AccountStatus, lang: str) -> None:
    shown = account_cards.account_card(view(status), words=words(lang))
    buttons = [button["action_id"] for button in shown.blocks[-1]["elements"]]

    assert buttons == (
        ["account_reopen"]
        if status is AccountStatus.DEACTIVATED
        else ["account_resend", "account_unlock", "email_change_ask", "account_close"]
        if status is AccountStatus.ACTIVE
        else ["account_resend", "account_unlock", "account_close"]
    )


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
