"""Every card and view under strangers' text: within Slack's limits, shown as text, pinging nobody."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, get_type_hints

import pytest

from bot import rendering
from bot.rendering import blocks
from bot.rendering.blocks import Card
from tests import slack_rules
from tests.rendering.poison import MARK, TEXTS
from tests.rendering.swept import SWEPT, Shown
from tests.rendering.swept_parts import OURS, PARTS

PINGS = ("<!", "<@U1", "<@W1", "<#C1", "<https://evil", "<mailto:a@evil", "\ud800")


def showing() -> Iterator[str]:
    """Every public function of the rendering rooms that gives a card or a view."""
    for found in pkgutil.iter_modules(rendering.__path__):
        module = importlib.import_module(f"bot.rendering.{found.name}")
        gives = [vars(module)[name] for name in ("Card", "Block") if name in vars(module)]
        for name, made in vars(module).items():
            own = inspect.isfunction(made) and made.__module__ == module.__name__ != blocks.__name__
            if own and name[0] != "_" and get_type_hints(made).get("return") in gives:
                yield f"{found.name}.{name}"


def as_sent(one: Shown) -> dict[str, Any]:
    return asdict(one) if isinstance(one, Card) else one


def test_no_card_and_no_view_is_left_out() -> None:
    """A new one gets its line in SWEPT."""
    assert set(showing()) == set(SWEPT) | PARTS


#: what `make test` tries; the others are for `make check`
AT_ONCE = ("broadcasts", "links")
KINDS = [pytest.param(kind, marks=() if kind in AT_ONCE else pytest.mark.slow) for kind in TEXTS]


@pytest.mark.parametrize("name", SWEPT)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_strangers_write_stays_text_within_slacks_limits(name: str, kind: str) -> None:
    sent = [as_sent(one) for one in SWEPT[name](TEXTS[kind])]
    texts = [text["text"] for one in sent for _, text in slack_rules.list_texts(one)]
    said = "\n".join([*texts, *(one["text"] for one in sent if isinstance(one.get("text"), str))])

    assert [fault for one in sent for fault in slack_rules.shown_faults(one)] == []
    assert not any(ping in said for ping in PINGS)
    assert (MARK in said) or name in OURS


def test_a_card_that_is_too_long_for_one_message_is_cut_in_no_entity_and_no_mention() -> None:
    words = "<@U0AVERY0001> &amp; " * 140
    card = Card(text="x", blocks=[blocks.section(words) for _ in range(6)])

    assert slack_rules.shown_faults(asdict(card)) == []
    assert [one["text"]["text"][-1] for one in card.blocks] == ["…"] * 6
