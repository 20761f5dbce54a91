"""Tests of what a card says of money and steps, and of the modals by which staff lend a hand."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest

from bot import policy as policies
from bot.adapters.webhook import OTHERWISE
from bot.domain.cards import CaseCard, Corrected, LostMail
from bot.domain.case_steps import OF_ORGANISATION, OPEN_TO_HANDS, CaseStep, StepName, StepState
from bot.domain.cases import CaseStatus, CaseVersion
from bot.domain.errors import Refusal
from bot.domain.languages import LANGUAGES
from bot.domain.provisioning import Ended, Ending, Record, Task
from bot.domain.purchasing import Bought, Quote
from bot.domain.step_refusals import BadLink, NothingEntered, NumberMissing
from bot.rendering import case_steps, order_mails, provisioning, samples
from bot.rendering.blocks import Block, Card
from bot.rendering.cards import case_card
from bot.rendering.words import words
from bot.sandbox.slack.limits import check_blocks, check_view
from tests.golden import assert_json_approved
from tests.rendering.test_approving import an_order, euros

ENGLISH = words("en")
AT = datetime(2024, 9, 12, 8, 31, tzinfo=UTC)


def a_step(name: StepName, state: StepState, **more: str) -> CaseStep:
    return CaseStep(case_id=7, name=name, state=state, since=AT, **more)  # type: ignore[arg-type]


def steps(*states: StepState, **more: str) -> tuple[CaseStep, ...]:
    """A case's steps in those states; `more` belongs to the last one that is not waiting."""
    last = max((at for at, state in enumerate(states) if state is not StepState.WAITING), default=0)
    return tuple(
        a_step(name, state, **(more if at == last else {}))
        for at, (name, state) in enumerate(zip(OF_ORGANISATION, states, strict=True))
    )


S = StepState


#: somebody asks to leave it out
WISHED = replace(a_step(StepName.CASE, S.DESK), skip_by="U0AVERY", skip_reason="made <last> year")


def under_way(*states: StepState, status: CaseStatus = CaseStatus.PROVISIONING, **more: str) -> CaseCard:
    at = steps(*states, **more)
    case = samples.decided_case()
    state = next((step.state for step in at if step.state in OPEN_TO_HANDS), None)
    return CaseCard(
        case=replace(case, status=status, step=state or S.RUNNING),
        steps=at,
        bought=Bought(seats=3, spare=1, issued=3, total=euros(387), number="4500012345"),
    )


def every_state() -> CaseCard:
    """A step in each state with all that may be said of one; more of them than a case has."""
    made = tuple(
        a_step(StepName.SITE, state, reason="x", number="x", url="https://netsuite.example/x", by="U0BLAKE")
        for state in StepState
    )
    return replace(under_way(S.DONE, S.DONE, S.DESK, S.WAITING, S.WAITING), steps=made)


def quoted(quote: Quote) -> CaseCard:
    return CaseCard(case=samples.complete_case(), quote=quote)


QUOTES = {
    "paid": Quote(seats=3, total=euros(387), order=an_order("4500012345", 12_000), named="1", in_stock=9),
    "short": Quote(
        seats=3, spare=1, total=euros(387), order=an_order("4500012345", 9), named="1", in_stock=2
    ),
    "no_contact": Quote(
        seats=3, total=euros(387), order=replace(an_order("4500012345", 12_000), contact=""), in_stock=9
    ),
    "no_price": Quote(seats=3, in_stock=2),
}
GOLDEN = {
    "steps_keys_short": under_way(
        S.BLOCKED, *[S.WAITING] * 4, status=CaseStatus.PURCHASING, reason="out_of_stock"
    ),
    "steps_desk": under_way(S.DONE, S.DONE, S.DESK, S.WAITING, S.WAITING),
    "steps_failed": under_way(
        S.DONE, S.DONE, S.SKIPPED, S.FAILED, S.WAITING, reason="the webhook refuses it: 422 no such template"
    ),
    "steps_running": under_way(S.DONE, S.DONE, S.DONE, S.RUNNING, S.WAITING, reason="503, again at 10:35"),
    "money_paid": quoted(QUOTES["paid"]),
    "money_short": quoted(QUOTES["short"]),
    "money_no_price": quoted(QUOTES["no_price"]),
}
CORRECTED = (
    GOLDEN["steps_desk"],
    {
        StepName.CASE: Corrected(
            number="SC-4711",
            url="https://netsuite.example/4711",
            before=CaseVersion(
                number=1,
                content_hash="c0ffee",
                ris=samples.incomplete_case().ris,
                made_by="mail:4",
                made_at=AT,
            ),
        )
    },
)
#: each ending with all that may be said of it, and with as little
ENDED = tuple(
    Ended(
        task=task, ending=ending, external_id=f"usher-C-7-{task}", number=number, url=url, reason="no answer"
    )
    for ending in Ending
    for task, number, url in (
        (Task.CASE, "SC-4711", "https://netsuite.example/4711"),
        (Task.SITE, "N-1" if ending is Ending.BY_HAND else "", ""),
    )
)


def ended(lines: tuple[Ended, ...]) -> dict[str, object]:
    return {"ref": "C-7", "ended": [asdict(one) for one in lines]}


MODALS = {
    "checklist_modal": lambda card: case_steps.checklist_modal(card, words=ENGLISH),
    "skip_modal": lambda card: case_steps.skip_modal(card, card.steps[2], code=True, words=ENGLISH),
    "skip_modal_second": lambda card: case_steps.skip_modal(card, WISHED, code=False, words=ENGLISH),
    "stop_modal": lambda card: case_steps.stop_modal(card, code=True, words=ENGLISH),
    "withdraw_modal": lambda card: case_steps.stop_modal(card, code=True, words=ENGLISH, at_wish=True),
}


@pytest.mark.golden
def test_what_stands_outside_looks_as_it_was_approved() -> None:
    note = provisioning.outside_note(ended(ENDED), words=ENGLISH)
    assert check_blocks(note.blocks) == []
    assert_json_approved("cards/outside_note.json", asdict(note))
    modal = case_steps.checklist_modal(*CORRECTED, words=ENGLISH)
    assert check_view(modal) == []
    assert_json_approved("cards/checklist_modal_corrected.json", modal)


def test_an_ended_case_outside_which_nothing_stands_says_so() -> None:
    nothing = tuple(one for one in ENDED if one.ending is Ending.NOTHING)
    said = provisioning.outside_note(ended(nothing), words=words("de")).text

    assert said == "*C-7 ist beendet.* Zu dem, was außerhalb angelegt wird:"


def test_a_tick_is_read_and_a_box_left_empty_is_not() -> None:
    box = {"type": "checkboxes", "selected_options": [{"value": "changed"}]}
    left = {"type": "checkboxes", "selected_options": []}
    view = case_steps.checklist_modal(*CORRECTED, words=ENGLISH)
    values = {"case_changed": {"changed": box}, "site_changed": {"changed": left}}
    hand = case_steps.read_hand({**view, "state": {"values": values}})

    assert hand.ticked == {StepName.CASE}
    assert hand.records == {}


def test_a_long_refusal_keeps_its_mend_on_the_card() -> None:
    reason = f"sites.example.com refused it (422 {'x' * 200}): {OTHERWISE}"
    card = shown(under_way(S.DONE, S.DONE, S.DONE, S.FAILED, S.WAITING, reason=reason))

    assert OTHERWISE in str(card.blocks)


def shown(card: CaseCard) -> Card:
    return case_card(card, words=ENGLISH)


@pytest.mark.golden
@pytest.mark.parametrize("name", GOLDEN)
def test_a_card_looks_as_it_was_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", asdict(shown(GOLDEN[name])))


@pytest.mark.golden
@pytest.mark.parametrize("name", MODALS)
def test_a_modal_looks_as_it_was_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", MODALS[name](GOLDEN["steps_desk"]))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_state_of_a_step_is_said_within_slacks_limits(lang: str) -> None:
    card = case_card(every_state(), words=words(lang))

    assert check_blocks(card.blocks) == []
    assert str(card.blocks).count("<https://netsuite.example/x|x>") == 2  # of what is done or stopped


@pytest.mark.parametrize("name", MODALS)
def test_slack_takes_each_modal(name: str) -> None:
    assert check_view(MODALS[name](GOLDEN["steps_desk"])) == []


INVITATION_LOST = replace(
    under_way(*[S.DONE] * 4, S.FAILED, reason="mail_failed"),
    lost=(
        LostMail(template="invitation", address="greta@gone.example", error="550 no such <user>"),
        LostMail(template="license_key", address="tom@gone.example", error="551 moved"),
    ),
)


def test_a_lost_mail_is_told_with_its_address_and_the_servers_words_at_its_own_step() -> None:
    said = json.dumps(shown(INVITATION_LOST).blocks, ensure_ascii=False)
    assert "greta@gone.example: 550 no such &lt;user&gt;" in said
    assert "tom@gone.example" not in said


def test_who_asks_to_skip_a_step_stands_on_the_card_with_the_reason_until_it_is_settled() -> None:
    card = under_way(S.DONE, S.DONE, S.DESK, S.WAITING, S.WAITING)
    asked = replace(card, steps=(*card.steps[:2], WISHED, *card.steps[3:]))
    settled = replace(card, steps=(*card.steps[:2], replace(WISHED, state=S.SKIPPED), *card.steps[3:]))

    assert "<@U0AVERY> asks to skip it: made &lt;last&gt; year" in str(shown(asked).blocks)
    assert "asks to skip" not in str(shown(settled).blocks)


def pressed(card: CaseCard) -> list[str]:
    return [
        element["action_id"]
        for block in shown(card).blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


@pytest.mark.parametrize(
    ("card", "actions"),
    [
        (GOLDEN["steps_keys_short"], ["step_retry", "step_skip", "case_stop"]),
        (GOLDEN["steps_desk"], ["case_checklist", "step_skip", "case_stop"]),
        (GOLDEN["steps_failed"], ["case_checklist", "step_retry", "step_skip", "case_stop"]),
        (GOLDEN["steps_running"], ["case_checklist", "step_skip", "case_stop"]),
        (INVITATION_LOST, ["step_retry", "registration_invite", "step_skip", "case_stop"]),
        (under_way(*[S.DONE] * 5, status=CaseStatus.INVITED), ["case_stop"]),
    ],
)
def test_a_card_offers_what_the_step_allows(card: CaseCard, actions: list[str]) -> None:
    assert pressed(card) == [*actions, "case_keys", "case_open"]


def test_an_address_from_outside_is_a_link_only_where_it_is_a_plain_one() -> None:
    for url in (
        "javascript:alert(1)",
        "https://netsuite.example/x/|<!here>",
        "http://x.example",
        "https://a b",
    ):
        made = replace(a_step(StepName.SITE, S.DONE), number="4711", url=url)
        text = str(shown(replace(GOLDEN["steps_running"], steps=(made,))).blocks)
        assert url not in text
        assert "4711" in text


def filled(view: Block, **typed: str) -> Block:
    values = {
        block["block_id"]: {block["element"]["action_id"]: {"value": typed.get(block["block_id"])}}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    return view | {"state": {"values": values}}


def test_signs_that_nobody_sees_are_nothing() -> None:
    view = case_steps.skip_modal(
        GOLDEN["steps_failed"], a_step(StepName.CASE, S.FAILED), code=False, words=ENGLISH
    )
    assert case_steps.read_hand(filled(view, reason="\u200b")).reason == ""


def test_what_was_entered_is_read_and_blanks_are_nothing() -> None:
    view = MODALS["checklist_modal"](GOLDEN["steps_desk"])
    given = case_steps.read_hand(filled(view, case_number=" 4711 ", site_number=" "))

    assert given.records == {StepName.CASE: Record(number="4711")}
    assert (given.ref, given.seen) == ("C-7", samples.decided_case().content_hash)
    assert case_steps.read_hand(filled(view)).records == {}


@pytest.mark.parametrize(
    ("refusal", "field"),
    [
        (BadLink(found="x y"), "site_url"),
        (NumberMissing(), "site_url"),
        (NothingEntered(), "case_number"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(refusal: Refusal, field: str) -> None:
    view = MODALS["checklist_modal"](GOLDEN["steps_desk"])
    given = case_steps.read_hand(filled(view, case_number="4711", site_url="x y"))

    assert given.field_of(refusal) == field


def test_a_reason_and_a_code_are_read_with_the_step() -> None:
    view = MODALS["skip_modal"](GOLDEN["steps_desk"])
    given = case_steps.read_hand(filled(view, reason=" by hand ", code="123 456"))

    assert (given.step, given.reason, given.code) == (StepName.CASE, "by hand", "123 456")
    assert given.asked == ("reason", "code")


def test_a_purchase_order_without_a_contact_is_warned_of_and_its_balance_told_to_nobody() -> None:
    unknown, known = QUOTES["no_contact"], QUOTES["paid"]
    case = samples.decided_case()
    theirs = replace(known, order=replace(an_order("1", 9_000), contact=f"orders@{case.sponsor.domain}"))
    told = [
        bool(order_mails.order_confirmation(case, policies.load(), quote)["balance"])
        for quote in (unknown, theirs)
    ]

    assert told == [False, True]
    assert "no contact on file" in str(case_card(quoted(unknown), words=ENGLISH).blocks)
    assert "no contact on file" not in str(case_card(quoted(known), words=ENGLISH).blocks)
