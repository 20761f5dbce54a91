"""Questions without end under an address that nobody proves: some get a card, the rest stands below one."""

import json
from datetime import timedelta

import pytest

from bot.domain.conversations import Conversation
from bot.domain.mail import Address
from bot.services import conversations
from bot.store.database import rows
from tests.cast import BLAKE, DANA, MALLORY, Office, a_mail
from tests.outside import NOW
from tests.services.test_conversations import take, told
from tests.services.test_nudges import with_policy

MOST = 3


@pytest.fixture
def busy(office: Office) -> Office:
    """Where three questions a day of an unproven address get a card of their own."""
    policy = office.desk.policy
    tight = policy.limits.model_copy(update={"answers_per_address": MOST})
    with_policy(office, policy.model_copy(update={"limits": tight}))
    return office


def ask(office: Office, number: int, *, sender: Address = MALLORY, verdict: str = "fail") -> str:
    text = f"My printer no. {number} is broken, please call me."
    raw = a_mail(sender=sender, subject=f"Help {number}", text=text, verdict=verdict)
    return office.decide(office.record(raw, received_at=NOW + timedelta(seconds=number))).subject_ref


def every(office: Office) -> list[Conversation]:
    with office.connect() as db:
        return [conversations.get(db, f"Q-{one['id']}") for one in rows(db, "select id from conversations")]


def test_further_ones_stand_below_the_newest_with_one_deadline_and_none_is_lost(busy: Office) -> None:
    refs = [ask(busy, number) for number in range(10)]
    busy.work_till_quiet()

    assert refs == [f"Q-{min(number, MOST)}" for number in range(1, 11)]
    assert len([one for one in every(busy) if one.due_at]) == MOST
    below = [one for one in busy.chat.standing.values() if one.key.startswith("note:Q-3:mail:")]
    assert len(below) == 7
    assert all(f"no. {number} " in json.dumps([one.blocks for one in below]) for number in range(3, 10))
    (said,) = told(busy)
    assert "so many questions" in said.lower()
    assert "stand below *Q-3*" in said
    (card,) = [one for one in busy.chat.standing.values() if one.key == "note:Q-3"]
    assert "has written 8 times" in json.dumps(card.blocks)


def test_who_has_the_card_keeps_it_and_another_day_begins_anew(busy: Office) -> None:
    for number in range(MOST):
        ask(busy, number)
    busy.work_till_quiet()
    take(busy, BLAKE, "Q-3")

    assert ask(busy, MOST) == "Q-3"
    assert every(busy)[-1].owner == BLAKE.id
    assert ask(busy, 24 * 3600 + 20) == "Q-4"


def test_nobody_else_is_counted_nor_what_is_proven(busy: Office) -> None:
    for number in range(MOST):
        ask(busy, number)

    assert ask(busy, 20, sender=Address(name="Jo", address="jo@elsewhere.example.net")) == "Q-4"
    assert [ask(busy, 30 + number, verdict="pass") for number in range(2)] == ["Q-5", "Q-6"]
    assert [ask(busy, 40 + one, sender=DANA, verdict="pass") for one in range(4)][-1] == "Q-10"
    assert ask(busy, 60) == "Q-3"
