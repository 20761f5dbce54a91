"""The home tab as it was approved, and within Slack's limits whatever stands in it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.absences import Absence
from bot.domain.approvals import Approval, Grave, SecondReason
from bot.domain.cards import CaseCard
from bot.domain.case_steps import StepState
from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.events import EventTag
from bot.domain.home import DayFigures, Held, Home, ToDecide, Unmailed
from bot.domain.trust import Verdict
from bot.rendering import absences, assignments, samples
from bot.rendering.blocks import Block, Card
from bot.rendering.home import home_view, plain_view, strangers_view
from bot.rendering.queue import done_card, next_card
from bot.sandbox.slack.limits import check_view, view_too_large
from tests.golden import assert_json_approved
from tests.rendering import test_phone_resets as resets
from tests.rendering.test_cards import AT, ENGLISH
from tests.rendering.test_case_steps import steps
from tests.rendering.test_conversation_cards import conversation_rows
from tests.rendering.test_queue import entry

NOW = AT + timedelta(days=2, hours=3)
NO_FIGURES = DayFigures(opened=0, approved=0, rejected=0, mails=0, questions=0)
AWAY = Absence(person="U0CASEY", deputy="U0AVERY", since=AT, until=NOW + timedelta(days=3))
EMPTY = Home(decide=(), undecided=0, assigned=(), waiting=(), others=(), held=(), figures=NO_FIGURES, away=())


def to_decide(number: int, **changed: Any) -> ToDecide:  # noqa: ANN401 - any field
    case = samples.complete_case()
    case = replace(case, id=number, **changed)
    line = entry(number, company=case.ris.company.name, status=case.status, users=3)
    return ToDecide(entry=replace(line, content_hash=case.content_hash), card=CaseCard(case=case))


def busy() -> Home:
    stranger = to_decide(9, status=CaseStatus.RECEIVED, verdict=Verdict.NONE, authorised=False)
    second = to_decide(8)
    given = Approval(by="U0CASEY", right_of="U0CASEY", at=AT)
    second = ToDecide(
        entry=replace(second.entry, given=(given,)),
        card=replace(second.card, given=(given,), why_second=(SecondReason.SEATS,), why_code=(Grave.LARGE,)),
    )
    return Home(
        decide=(to_decide(7), second, stranger),
        undecided=5,
        assigned=(entry(3, assigned_to="U0AVERY"),),
        waiting=(entry(4, status=CaseStatus.WAITING_FOR_SPONSOR, assigned_to="U0AVERY"),),
        others=(entry(5, status=CaseStatus.WAITING_FOR_SPONSOR),),
        held=(
            Held(holder=BallHolder.DESK, cases=6, oldest=AT),
            Held(holder=BallHolder.SPONSOR, cases=1, oldest=NOW - timedelta(minutes=50)),
        ),
        figures=DayFigures(opened=4, approved=2, rejected=1, mails=11, questions=1),
        asked=conversation_rows(),
        lost=(resets.card(), resets.partner_card()),
        unmailed=(Unmailed(ref="C-2", users=2), Unmailed(ref="C-6", users=1)),
        away=(AWAY, replace(AWAY, person="U0BLAKE", since=NOW + timedelta(days=1))),
    )


def view(home: Home, on_top: Card | None = None) -> Block:
    return home_view(
        home, words=ENGLISH, now=NOW, mailbox="onboarding@desk.example.com", channel="C0CARDS", on_top=on_top
    )


GOLDEN: dict[str, Callable[[], Block]] = {
    "home_busy": lambda: view(busy()),
    "home_answered": lambda: view(EMPTY, done_card("You approved C-7.", words=ENGLISH)),
    "home_lost": lambda: view(replace(EMPTY, lost=(resets.card(),))),
    "home_empty": lambda: view(EMPTY),
    "home_quiet": lambda: view(replace(busy(), decide=(), undecided=0, assigned=(), waiting=(), away=())),
    "home_stranger": lambda: strangers_view("U0ELI", words=ENGLISH, mailbox="desk@example.com"),
    "home_plain": lambda: plain_view("Something went wrong here. Quote 1a2b3c4d.", words=ENGLISH),
    "assign_modal": lambda: assignments.assign_modal(samples.complete_case(), "U0AVERY", words=ENGLISH),
    "assign_modal_taken": lambda: assignments.assign_modal(
        replace(samples.complete_case(), assigned_to="U0BLAKE"), "U0AVERY", words=ENGLISH
    ),
}


@pytest.mark.golden
@pytest.mark.parametrize("name", GOLDEN)
def test_a_view_looks_as_it_was_approved(name: str) -> None:
    shown = GOLDEN[name]()

    assert check_view(shown) == []
    assert_json_approved(f"cards/{name}.json", shown)


@pytest.mark.golden
def test_away_is_said_as_it_was_approved() -> None:
    later = replace(AWAY, person="U0BLAKE", since=NOW + timedelta(days=1))
    said = {
        "nobody": absences.away_card([], "U0AVERY", words=ENGLISH, now=NOW).blocks,
        "some": absences.away_card([AWAY, later], "U0BLAKE", words=ENGLISH, now=NOW).blocks,
        "left": absences.left_text(AWAY, ["U0BLAKE"], words=ENGLISH),
        "planned": absences.away_note(EventTag.ABSENCE_PLANNED, AWAY, words=ENGLISH).text,
        "ended": absences.away_note(EventTag.ABSENCE_ENDED, AWAY, words=ENGLISH).text,
    }

    assert_json_approved("cards/away.json", said)


def block_ids(shown: Block) -> list[str]:
    return [block["block_id"] for block in shown["blocks"] if "block_id" in block]


def test_every_block_that_decides_carries_its_case_and_the_hash_of_what_is_shown() -> None:
    home = busy()
    ids = block_ids(view(home))

    assert len(ids) == len(set(ids))
    for one in home.decide:
        assert f"case:decide:{one.entry.ref}:{one.card.case.content_hash}" in ids


@pytest.mark.parametrize(("verdict", "style"), [(Verdict.NONE, "primary"), (Verdict.FAILED, None)])
def test_nothing_invites_to_take_in_what_a_forged_sender_sent(verdict: Verdict, style: str | None) -> None:
    one = to_decide(5, status=CaseStatus.RECEIVED, verdict=verdict, authorised=False)
    shown = view(replace(busy(), decide=(one,)))
    buttons = [button for block in shown["blocks"] for button in block.get("elements", ())]

    assert [button.get("style") for button in buttons if button.get("action_id") == "kind_ris"] == [style]


def at_a_step(number: int) -> ToDecide:
    """An approved case whose site the desk makes."""
    states = (StepState.DONE, StepState.DONE, StepState.DESK, StepState.WAITING, StepState.WAITING)
    one = to_decide(number, status=CaseStatus.PROVISIONING)
    return replace(one, card=replace(one.card, steps=steps(*states)))


def grave_at_a_step() -> ToDecide:
    one = at_a_step(1)
    return replace(one, card=replace(one.card, why_code=(Grave.LARGE,)))


def test_a_case_at_a_step_has_the_buttons_of_its_card_and_not_those_of_its_order() -> None:
    first, second = at_a_step(1), at_a_step(2)
    shown = view(replace(busy(), decide=(first, second)), next_card(first.card, words=ENGLISH))
    actions = [
        one["action_id"]
        for block in shown["blocks"]
        for one in block.get("elements", ())
        if "action_id" in one
    ]

    assert check_view(shown) == []
    assert actions.count("case_checklist") == 3
    assert "case_approve" not in actions
    assert "code of your second factor" not in str(view(replace(busy(), decide=(grave_at_a_step(),))))
    assert len(block_ids(shown)) == len(set(block_ids(shown)))


def actions_of(one: ToDecide) -> dict[str, Block]:
    shown = view(replace(busy(), decide=(one,)))
    elements = (each for block in shown["blocks"] for each in block.get("elements", ()))
    return {
        each["action_id"]: each for each in elements if "action_id" in each and each.get("value") == "C-1"
    }


def test_approve_at_home_asks_what_the_card_asks() -> None:
    one = to_decide(1)
    unsaid = replace(one.card, case=replace(samples.incomplete_case(), id=1, status=CaseStatus.IN_REVIEW))
    assert unsaid.lacks_a_word

    assert "confirm" not in actions_of(one)["case_approve"]
    assert (
        "confirm" in actions_of(replace(one, card=replace(one.card, unread=1, unread_to=9)))["case_approve"]
    )
    assert "case_approve" not in actions_of(replace(one, card=unsaid))


def test_two_cases_of_the_same_content_and_an_answer_with_its_card_stand_together() -> None:
    alike = (to_decide(1), to_decide(2))
    assert alike[0].entry.content_hash == alike[1].entry.content_hash
    home = replace(busy(), decide=alike)

    assert check_view(view(home, next_card(alike[0].card, words=ENGLISH))) == []


@pytest.mark.parametrize(
    "text", ["x" * 5_000, "<!channel> <@U1> " * 300, "🐝" * 3_000, "شركة " * 900, "&" * 4_000, ""]
)
def test_a_full_home_under_strangers_text_keeps_within_slacks_limits(text: str) -> None:
    case = samples.complete_case()
    ris = replace(case.ris, company=replace(case.ris.company, name=text, city=text, country=text, seats=text))
    many = tuple(
        ToDecide(
            entry=entry(number, company=text, assigned_to=text),
            card=CaseCard(case=replace(case, id=number, ris=ris, sponsor=replace(case.sponsor, name=text))),
        )
        for number in range(100, 108)
    )
    rows = tuple(entry(number, company=text, assigned_to=text) for number in range(1, 60))
    others = tuple(replace(one, ref=f"C-{number}") for number, one in enumerate(rows, start=200))
    home = replace(busy(), decide=many, assigned=rows, waiting=others, others=(), away=(AWAY,) * 40)
    shown = view(home, next_card(many[0].card, words=ENGLISH))

    assert check_view(shown) == []
    assert not view_too_large(shown)
    assert shown["blocks"][-1]["elements"][-1]["action_id"] == "home_refresh"  # nothing was cut off
    assert "<!channel>" not in json.dumps(shown["blocks"])


def test_an_empty_home_teaches_how_it_begins() -> None:
    text = json.dumps(view(EMPTY), ensure_ascii=False)

    assert "onboarding@desk.example.com" in text
    assert "<#C0CARDS>" in text
    assert all(f"`/usher {word}" in text for word in ("queue", "next", "help"))


def test_a_strangers_home_holds_no_button() -> None:
    assert "button" not in json.dumps(strangers_view("U0ELI", words=ENGLISH, mailbox="desk@example.com"))
