"""The card of a change of address by the desk: buttons only while they do something."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.accounts import AccountStatus
from bot.domain.cooling import CoolingNotice, Told
from bot.domain.email_changes import ChangeCard, ChangeReason, ChangeState, EmailChange, End
from bot.domain.languages import LANGUAGES
from bot.rendering import account_samples, email_changes, samples
from bot.rendering.words import words

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
OVER = (ChangeState.CHANGED, ChangeState.STOPPED, ChangeState.OVERTAKEN, ChangeState.LAPSED)
ASKED = EmailChange(
    id=7, account_id=2, old="tom@lindgren.example.org", new="tom@nordwind.example.org",
    until=AT + timedelta(hours=48), confirmed=frozenset(), asked_by="U0AVERY0001",
    reason=ChangeReason.DOMAIN_RENAMED,
)  # fmt: skip
EVERY = {
    ChangeState.ASKED: ASKED,
    ChangeState.AGREED: replace(
        ASKED, confirmed=frozenset({End.OLD}), agreed_by="U0CASEY0001", due_at=AT + timedelta(hours=24)
    ),
    ChangeState.COOLING: replace(
        ASKED, confirmed=frozenset(End), agreed_by="U0CASEY0001", due_at=AT + timedelta(hours=24)
    ),
    ChangeState.CHANGED: replace(
        ASKED, confirmed=frozenset(End), agreed_by="U0CASEY0001", due_at=AT, changed_at=AT, ended_at=AT
    ),
    ChangeState.STOPPED: replace(ASKED, ended_at=AT, ended_by=End.OLD),
    ChangeState.OVERTAKEN: replace(ASKED, ended_at=AT),
    ChangeState.LAPSED: replace(ASKED, until=AT),
}


def card(state: ChangeState = ChangeState.ASKED, status: AccountStatus = AccountStatus.ACTIVE) -> ChangeCard:
    account = replace(account_samples.account(samples.decided_case(), 1, at=AT), status=status)
    change, notice = EVERY[state], CoolingNotice(told=Told.SENT, tried_at=AT)
    return ChangeCard(
        change=change, state=state, account=account, company="Lindgren Söhne AG",
        notice=notice if change.agreed_by else None,
    )  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", ChangeState)
def test_it_offers_what_can_be_done(state: ChangeState, lang: str) -> None:
    assert EVERY[state].state_at(AT) is state
    shown = email_changes.change_note(card(state), words=words(lang))
    buttons = [
        one["action_id"] for block in shown.blocks for one in block.get("elements", ()) if "value" in one
    ]

    assert "tom@nordwind.example.org" in str(shown.blocks)
    assert buttons == {
        ChangeState.ASKED: ["email_change_agree", "email_change_refuse"],
        ChangeState.AGREED: ["email_change_refuse"],
        ChangeState.COOLING: ["email_change_refuse"],
    }.get(state, [])


def test_who_asked_is_called_and_hears_who_stopped_it() -> None:
    said = email_changes.told_note(card(ChangeState.STOPPED), words=words("en")).text
    assert (
        said == "<@U0AVERY0001>: E-7 was stopped by whoever reads the present address. Nothing has changed."
    )


@pytest.mark.parametrize(("lang", "says"), [("en", "Agree"), ("de", "Zustimmen")])
def test_of_an_account_that_nobody_has_activated_no_mailbox_is_waited_for(lang: str, says: str) -> None:
    asked = email_changes.change_note(card(status=AccountStatus.WAITING), words=words(lang))
    stopped = email_changes.change_note(card(ChangeState.STOPPED, AccountStatus.WAITING), words=words(lang))

    assert asked.blocks[-1]["elements"][0]["text"]["text"] == says
    assert EVERY[ChangeState.STOPPED].new in str(stopped.blocks)
    done = replace(EVERY[ChangeState.CHANGED], confirmed=frozenset({End.OLD}))
    later = replace(card(ChangeState.CHANGED), change=done, notice=None)  # activated since
    assert words(lang).say("email_change.state.changed.unactivated") in str(
        email_changes.change_note(later, words=words(lang)).blocks
    )
