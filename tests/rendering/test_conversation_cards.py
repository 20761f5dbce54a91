"""The card of a conversation, its notes and its modals, as they were approved."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.cards import WholeMail
from bot.domain.conversations import (
    CUSTOMER,
    Channel,
    ChosenArticle,
    Conversation,
    ConversationState,
    ConversationTold,
    Mark,
    Reply,
    ToldWhat,
)
from bot.domain.letters import ShownMail
from bot.domain.told_passwords import HIDDEN
from bot.rendering import conversation_modals as modals
from bot.rendering import conversation_samples as samples
from bot.rendering.blocks import Block, Card
from bot.rendering.conversations import conversation_card, direct_message, overdue_note, section, told_note
from bot.rendering.faq_learning import teach_modal
from bot.rendering.faq_suggestions import refused_modal, send_modal
from bot.rendering.whole_mails import said_modal, whole_modal
from bot.rendering.words import words
from tests.golden import assert_json_approved
from tests.rendering.test_cards import ENGLISH, buttons
from tests.slack_rules import view_faults

AT = samples.AT
REPLY = Reply(ref="Q-7", heard=1, key="k", text="Two minutes.")
SHOWN = ShownMail(
    template="conversation_reply", to="mara@lindgren.example.com", cc=(), subject="Re: Code (Q-7)", text="x"
)
OWNED = replace(
    samples.conversation(), owner="U0AVERY0001", owned_since=AT, marks=(Mark.SECURITY, Mark.LEGAL)
)
TOLD = ConversationTold(
    what=ToldWhat.OVERDUE, ref="Q-7", by="U0BLAKE0001", due_at=AT, people=("U0AVERY0001",)
)
DIRECT = {"ref": "Q-7", "lang": "en", "paragraphs": [["Two minutes."], ["Not more."]], "closes": True}


LATE = AT + timedelta(days=30)
CHOSEN = ChosenArticle(ref="Q-7", heard=1, topic="account-locked", seal="s")
WHOLE = WholeMail(
    ref="Q-7",
    mail_id=12,
    sender="Mara Lindgren <mara@lindgren.example.com>",
    subject="Code",
    text="Long. " * 9_000,
)


def a_card(**changed: object) -> Card:
    one = replace(OWNED, **changed)  # type: ignore[arg-type]
    return conversation_card(replace(samples.card(), conversation=one), samples.question(), words=ENGLISH)


def closed(by: str) -> Card:
    return a_card(state=ConversationState.CLOSED, closed_by=by, due_at=None)


def shown() -> dict[str, Callable[[], list[Block]]]:
    return {
        "conversation_new": lambda: (
            conversation_card(samples.card(), samples.question(), words=ENGLISH).blocks
        ),
        "conversation_overdue_claimed": lambda: a_card(due_at=AT, verified=False).blocks,
        "conversation_reopened": lambda: a_card(since=AT + timedelta(hours=1), channel=Channel.WEB).blocks,
        "conversation_answered": lambda: a_card(state=ConversationState.ANSWERED, owner="").blocks,
        "conversation_in_part": lambda: (
            conversation_card(
                replace(samples.card(), conversation=OWNED, has_rest=True), samples.question(), words=ENGLISH
            ).blocks
        ),
        "conversation_thanked": lambda: closed(CUSTOMER).blocks,
        "conversation_told": lambda: [
            block
            for what in ToldWhat
            for people in (TOLD.people, ())
            for block in told_note(replace(TOLD, what=what, people=people), words=ENGLISH).blocks
        ],
        "overdue_questions": lambda: (
            overdue_note([OWNED, samples.conversation()] * 6, now=LATE, words=ENGLISH).blocks
        ),
        "conversation_direct": lambda: direct_message(DIRECT, words=words("de")).blocks,
        "conversation_modals": lambda: [
            modals.reply_modal(REPLY, OWNED, words=ENGLISH),
            modals.reply_modal(REPLY, OWNED, words=ENGLISH, shown=SHOWN),
            modals.reply_modal(replace(REPLY, closes=True, text=""), OWNED, words=ENGLISH),
            modals.hand_over_modal(OWNED, "U0BLAKE0001", words=ENGLISH),
        ],
        "faq_send": lambda: [
            send_modal(CHOSEN, SHOWN, words=ENGLISH),
            refused_modal(CHOSEN, "Another message has come since.", words=ENGLISH),
        ],
        "whole_mail": lambda: [
            whole_modal(replace(WHOLE, subject="", text="Kennwort=abc123"), 1, words=ENGLISH),
            said_modal("Reading …", ref="Q-7", mail_id=12, words=ENGLISH),
        ],
    }


@pytest.mark.golden
@pytest.mark.parametrize("name", shown())
def test_each_looks_as_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", shown()[name]())


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"owner": ""}, "take reply hand_over close teach"),
        ({}, "reply hand_over close teach"),
        ({"state": ConversationState.ANSWERED}, "reply hand_over close teach"),
        ({"state": ConversationState.CLOSED}, "reopen teach"),
    ],
)
def test_a_card_offers_what_can_be_done_about_what_it_shows(changed: dict[str, object], names: str) -> None:
    card = a_card(**changed, heard=4)

    own = [one for one in buttons(card) if one[0].startswith("conversation_")]
    assert own == [(f"conversation_{name}", "Q-7") for name in names.split()]
    assert card.blocks[-1]["block_id"] == "card:Q-7:4"


def test_what_a_modal_carries_comes_back() -> None:
    view = modals.reply_modal(replace(REPLY, closes=True, seal="s"), OWNED, words=ENGLISH)
    state = {"values": {"words": {"words": {"value": "Two minutes."}}}}

    assert modals.read_reply({**view, "state": state}) == replace(REPLY, closes=True, seal="s")
    assert "Two minutes." not in json.dumps(view["private_metadata"])
    asked = modals.hand_over_modal(OWNED, "U0BLAKE0001", words=ENGLISH)
    chosen = {"values": {"to": {"to": {"selected_user": "U0CASEY0001"}}}}
    over = modals.HandOver(ref="Q-7", since="U0AVERY0001", to="U0CASEY0001")
    assert modals.read_hand_over({**asked, "state": chosen}) == over


def test_a_direct_message_is_shown_as_one_and_not_as_a_mail() -> None:
    shown = ShownMail(template="conversation_direct", to="Eli", cc=(), subject="", text="x")
    asked = replace(OWNED, channel=Channel.SLACK)
    for lang, said in (("en", "direct message"), ("de", "Direktnachricht")):
        view = json.dumps(modals.reply_modal(REPLY, asked, words=words(lang), shown=shown))
        assert said in view
        assert "mail as it will go" not in view
        assert words(lang).say("conversation.reply.hint") not in view


def conversation_rows() -> tuple[Conversation, ...]:
    """For lists: one that is upset and overdue, and one that somebody has."""
    late = replace(samples.conversation(), due_at=AT)
    return late, replace(OWNED, id=8, marks=(), subject="Where is my key")


def test_where_nobody_can_be_answered_nothing_offers_to() -> None:
    card = str(a_card(address="").blocks)

    assert "nobody can be answered" in card
    assert not any(offer in card for offer in ("conversation_reply", "faq_send_", "Tell the sender"))
    assert "conversation_close" in card


def test_a_password_in_the_words_is_noticed() -> None:
    for text, noticed in (("My password is Summer2025!x", True), ("My password is lost", False)):
        asked = replace(samples.question(), text=text)
        shown = str(conversation_card(samples.card(), asked, words=ENGLISH).blocks)
        assert ("There seems to be a password in it" in shown) is noticed


def test_all_of_a_long_mail_is_read_page_by_page_within_what_slack_takes() -> None:
    pages = [whole_modal(WHOLE, page, words=ENGLISH) for page in (1, 2, 3)]
    text = "".join(
        one["text"]["text"] for page in pages[:2] for one in page["blocks"] if one["type"] == "section"
    )

    assert text.count("Long.") == 9_000
    assert [[b["action_id"] for b in page["blocks"][-1]["elements"]] for page in pages] == [
        ["mail_whole_more"],
        ["mail_whole_back"],
        ["mail_whole_back"],
    ]
    assert [fault for page in pages for fault in view_faults(page)] == []


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"left_out": 0}, False),
        ({"left_out": 9}, True),
        ({"left_out": 9, "mail_id": 0}, True),
        ({"left_out": 9, "mail_id": 0, "follow_up": True}, False),  # written in Slack: kept nowhere else
    ],
)
def test_the_whole_mail_is_offered_where_a_card_leaves_something_out(
    changed: dict[str, object], shown: bool
) -> None:
    asked = replace(samples.question(), **changed)  # type: ignore[arg-type]
    card = conversation_card(samples.card(), asked, words=ENGLISH)

    assert ("mail_whole" in json.dumps(card.blocks)) is shown


def test_a_password_in_a_mail_is_hidden_and_that_it_is_there_is_said() -> None:
    told = "Passwort: Sommer2025!xyz"
    asked = replace(samples.question(), subject=told, text=f"Hello,\n{told}\nmy password: how do I reset it?")
    one = replace(OWNED, subject=told, words=f"{told} does not work")
    shown = [
        conversation_card(replace(samples.card(), conversation=one), asked, words=ENGLISH).blocks,
        section([one], "home", most=5, words=ENGLISH, now=AT),
        modals.hand_over_modal(one, "U0BLAKE0001", words=ENGLISH),
        modals.reply_modal(REPLY, one, words=ENGLISH, shown=replace(SHOWN, subject=f"Re: {told}")),
        teach_modal(one, [], words=ENGLISH),
    ]
    card = json.dumps(shown[0], ensure_ascii=False)

    assert "Sommer2025" not in json.dumps(shown)
    assert all(HIDDEN in json.dumps(each, ensure_ascii=False) for each in shown)
    assert f"Passwort: {HIDDEN}\\nmy password: how do I reset it?" in card
    assert "*There seems to be a password in it*, hidden here" in card
