"""Help fits who asks, has a line and an example for every word, and agrees with the manifest."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bot.domain.languages import LANGUAGES
from bot.domain.staff import Act, Staff
from bot.rendering.blocks import Card
from bot.rendering.help import GROUPS, help_card
from bot.rendering.words import words
from handlers.slack.commands import COMMANDS
from tests.golden import assert_json_approved
from tests.rendering.test_cards import ENGLISH

AVERY = Staff(id="U0AVERY", name="Avery", staff=True, acts=frozenset(Act))
BLAKE = Staff(id="U0BLAKE", name="Blake", staff=True)
DEPUTY = replace(BLAKE, stands_for=(AVERY,))
GUEST = Staff(id="U0CASEY", name="Casey", staff=False)
MANIFEST = Path(__file__).parents[2] / "slack-manifest.yaml"
NAMES = ("queue", "next", "case", "approve", "reject", "assign", "away", "help")

GOLDEN: dict[str, Callable[[], Card]] = {
    "help_approver": lambda: help_card(AVERY, NAMES, words=ENGLISH),
    "help_staff": lambda: help_card(BLAKE, NAMES, words=ENGLISH),
    "help_deputy": lambda: help_card(DEPUTY, NAMES, words=ENGLISH),
    "help_stranger": lambda: help_card(GUEST, NAMES, words=ENGLISH),
}


@pytest.mark.golden
@pytest.mark.parametrize("name", GOLDEN)
def test_help_looks_as_it_was_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", asdict(GOLDEN[name]()))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_word_has_a_line_with_an_example(name: str, lang: str) -> None:
    line = words(lang).say(f"help.{name}")

    assert line.startswith(f"`/usher {name}")
    assert " · " in line


def test_help_of_an_approver_names_every_word_once() -> None:
    shown = json.dumps(help_card(AVERY, tuple(COMMANDS), words=ENGLISH).blocks)

    assert [name for name in COMMANDS if f"`/usher {name}" not in shown] == []
    assert len([name for group in GROUPS.values() for name in group]) == len(set().union(*GROUPS.values()))


def test_the_manifest_has_people_come_as_mentions() -> None:
    assert re.search(r"should_escape: true\b", MANIFEST.read_text(encoding="utf-8"))


def test_approving_is_offered_to_whoever_may() -> None:
    assert "/usher approve" in json.dumps(help_card(AVERY, NAMES, words=ENGLISH).blocks)
    assert "/usher approve" not in json.dumps(help_card(BLAKE, NAMES, words=ENGLISH).blocks)
    deputy = json.dumps(help_card(DEPUTY, NAMES, words=ENGLISH).blocks)
    assert "/usher approve" in deputy
    assert "<@U0AVERY>" in deputy
    assert "/usher queue" not in json.dumps(help_card(GUEST, NAMES, words=ENGLISH).blocks)
