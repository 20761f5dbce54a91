"""Cards under strangers' text: within Slack's limits, pinging nobody, plain."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.approvals import Choice, Phase
from bot.domain.cards import CaseCard, ChangeLine, Joined
from bot.domain.cases import Addition, Case, CaseStatus
from bot.domain.mail import Address
from bot.domain.organisations import Reason
from bot.domain.outbox import JobStatus
from bot.domain.queue import Wanted, read_wanted
from bot.domain.ris import Company, Problem, ProblemKind, RisCase, User
from bot.rendering import desk_notes, mail_notes, modals, samples, sender_notes
from bot.rendering.blocks import Block, Card
from bot.rendering.queue import queue_card
from bot.rendering.quoting import units
from tests.budget import examples
from tests.rendering.likeness import alike_card
from tests.rendering.test_cards import (
    ASIDE,
    AT,
    CORRECTION,
    ENGLISH,
    HELD,
    case_card,
    effect,
    question,
)
from tests.rendering.test_queue import entry
from tests.rendering.test_sender_notes import CAPPED

CONFIRMS = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
MAXIMA = {"section": 3000, "header": 150, "context": 2000, "field": 2000}


def texts(part: Any) -> Iterator[Mapping[str, str]]:  # noqa: ANN401 - any JSON value
    if isinstance(part, list):
        for one in part:
            yield from texts(one)
    elif isinstance(part, dict):
        if part.get("type") in {"mrkdwn", "plain_text"}:
            yield part
        else:
            for name, one in part.items():
                if name != "confirm":
                    yield from texts(one)


def confirms(part: Any) -> Iterator[Block]:  # noqa: ANN401 - any JSON value
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from confirms(one)
    if isinstance(part, dict) and "confirm" in part and "deny" not in part:
        yield part["confirm"]


def faults(blocks: list[Block]) -> list[str]:
    """What Slack would refuse."""
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    found = ["too many blocks"] * (len(blocks) > 50) + ["equal ids"] * (len(ids) != len(set(ids)))
    found += ["long id"] * any(len(each) > 255 for each in ids)
    for block in blocks:
        most = MAXIMA["field"] if "fields" in block else MAXIMA.get(block["type"], 75)
        lengths = [units(text["text"]) for text in texts(block)]
        found += [f"{block['type']} of {length}" for length in lengths if not 1 <= length <= most]
        found += [
            f"{name} of a confirmation"
            for asked in confirms(block)
            for name, most in CONFIRMS.items()
            if not 1 <= units(asked[name]["text"]) <= most
        ]
        found += ["too many fields"] * (len(block.get("fields", [])) > 10)
    return found


NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("<>&!@#*_~`:|\n\t\x00\u202e\u2028😀👩‍👩‍👧שعä漢"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
).map(lambda text: text * 40)


def nasty_case(text: str, users: int, problems: int) -> Case:
    company = Company(
        **dict.fromkeys(("name", "country", "vat_id", "purchase_order", "application"), text), seats=text
    )
    people = [User(first_name=text, last_name=text, email=text, role=text, credential=text)] * users
    each = [
        Problem(kind=kind, field="email", sheet=text, cell=text, user=0, found=text, suggestion=text)
        for kind in ProblemKind
    ]
    ris = RisCase(company=company, users=tuple(people), problems=tuple(each[:problems]))
    sponsor = Address(name=text, address=text)
    return replace(samples.complete_case(), ris=ris, sponsor=sponsor, evidence=text, assigned_to=text)


@settings(max_examples=examples(30), deadline=None)
@given(text=NASTY, users=st.sampled_from([0, 1, 200]), problems=st.sampled_from([0, 1, 19]))
def test_any_case_keeps_within_slacks_limits_and_pings_nobody(text: str, users: int, problems: int) -> None:
    card = case_card(CaseCard(case=nasty_case(text, users, problems)))

    assert faults(card.blocks) == []
    assert all("<" not in part["text"] for part in texts(card.blocks))
    assert "<" not in card.text
    assert units(card.text) <= 3000


WITHDRAWN = Joined(company="", status=CaseStatus.WITHDRAWN)


def notes_of(text: str) -> list[Card]:
    return [
        mail_notes.question_note(
            question(
                sender_name=text, sender_address=text, subject=text, text=text * 5, attachments=(text,) * 9
            ),
            words=ENGLISH,
        ),
        desk_notes.trouble_note(replace(ASIDE, detail=text, subject=text), words=ENGLISH),
        desk_notes.held_note(replace(HELD, recipient=text, mail_subject=text, text=text), words=ENGLISH),
        sender_notes.capped_note(replace(CAPPED, sender=text), words=ENGLISH),
        sender_notes.correction_note(
            replace(CORRECTION, changes=(ChangeLine(field="city", before=text, after=text, who=text),) * 12),
            words=ENGLISH,
        ),
        case_card(
            replace(
                alike_card(),
                likenesses=tuple(
                    replace(
                        like,
                        company=text,
                        ref=f"C-{number}",
                        reasons=tuple(Reason),
                        people=(text,) * 9,
                        left_out=(text,) * 9,
                    )
                    for number, like in enumerate(alike_card().likenesses)
                ),
            )
        ),
        case_card(
            CaseCard(
                case=replace(
                    nasty_case(text, 12, 0), addition=Addition(of=2, known=tuple(range(9)), told=False)
                ),
                joined=replace(WITHDRAWN, company=text, sharing=(text,) * 40, shut=((text, "A-7"),) * 40),
            )
        ),
        queue_card(
            [entry(number, company=text, assigned_to=text) for number in range(60)],
            read_wanted(text),
            words=ENGLISH,
            now=AT,
        ),
    ]


@pytest.mark.slow
@settings(max_examples=examples(60), deadline=None)
@given(text=NASTY)
def test_any_note_keeps_within_slacks_limits_and_pings_nobody(text: str) -> None:
    for card in notes_of(text):
        assert faults(card.blocks) == []
        assert all("<" not in part["text"] for part in texts(card.blocks))
        assert "<" not in card.text


def test_every_effect_and_note_of_a_decision_keeps_within_the_limits() -> None:
    long = "<!channel> *x* " * 500
    case = samples.decided_case(choice=Choice.REJECTED, phase=Phase.FAILED)
    assert case.decision is not None
    case = replace(case, decision=replace(case.decision, note=long))
    effects = tuple(effect(state, error=long) for state in JobStatus) * 3
    card = case_card(CaseCard(case=case, effects=effects))

    assert faults(card.blocks) == []
    assert all("<!" not in part["text"] for part in texts(card.blocks))


def test_mrkdwn_is_verbatim_so_that_slack_makes_no_links_of_its_own() -> None:
    card = case_card(CaseCard(case=samples.complete_case()))

    assert all(part.get("verbatim") for part in texts(card.blocks) if part["type"] == "mrkdwn")


def test_a_company_cannot_look_like_a_line_of_ours() -> None:
    company = Company(name="Acme\n*Approved* by `you` ~no~ _yes_ :white_check_mark:")
    case = samples.complete_case()
    card = queue_card([entry(1, company=company.name)], Wanted(), words=ENGLISH, now=AT)
    shown = card.blocks[1]["text"]["text"]
    modal = modals.reject_modal(CaseCard(case=replace(case, ris=RisCase(company=company))), words=ENGLISH)

    assert "*Approved*" not in shown
    assert shown.count("\n") == 1
    assert ":white_check_mark:" not in shown
    assert not re.search(r"[`~]|_yes_", shown)
    assert "*Approved*" not in json.dumps(modal)


def test_an_address_with_underscores_can_be_copied() -> None:
    card = desk_notes.held_note(replace(HELD, recipient="anna_muster@example.org"), words=ENGLISH)

    assert "anna_muster@example.org" in json.dumps(card.blocks)
