"""Good mails broken in 23 ways, 1,500 of them, through what `usher mail classify` runs."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import policy
from bot.adapters.limited import LimitedPool
from bot.adapters.mail_parsing import LimitedReader
from bot.domain.mail import Kind
from bot.rendering.readings import classification_json
from bot.settings import load_reading
from handlers.cli import mail as command
from tests.adapters.mail_mutations import DESTRUCTIVE, HARMLESS
from tests.adapters.test_hostile_mails import check_sound

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DATA = Path(__file__).parents[1] / "data"
GOOD = sorted(
    path
    for folder in ("mails", "bounces", "ris_samples", "ris_second")
    for path in (DATA / folder).glob("*.eml")
)
#: so many of the good mails for each mutation, in turn, so that all together are more than 1,500
EACH = 66
SECONDS = 10


class Classifier:
    """What the command does with a mail, with the settings of nobody but a key and an address of ours."""

    def __init__(self, reader: LimitedReader) -> None:
        self._reader, self._policy = reader, policy.load()
        own = {"secret_key": "k" * 40, "imap_user": "ris@desk.example.org"}
        self._settings = load_reading(own, env_file=None)
        self._kinds: dict[Path, Kind] = {}

    def kind(self, raw: bytes) -> Kind:
        """The kind, with everything that is said about the mail sound and in time."""
        start = time.monotonic()
        mail, found, whole = command._classify(self._reader, self._settings, self._policy, raw)
        spent = time.monotonic() - start

        assert spent < SECONDS
        check_sound(mail)
        json.dumps(classification_json(mail, found, file="x.eml", whole=whole)).encode()
        return found.kind

    def known_kind(self, path: Path) -> Kind:
        if path not in self._kinds:
            self._kinds[path] = self.kind(path.read_bytes())
        return self._kinds[path]


@pytest.fixture(scope="module")
def classifier() -> Iterator[Classifier]:
    pool = LimitedPool(1)
    pool.start()
    reader = LimitedReader(pool)
    yield Classifier(reader)
    reader.close()


def chosen(name: str) -> tuple[random.Random, list[Path]]:
    luck = random.Random(f"mails {name}")
    return luck, luck.sample(GOOD, min(EACH, len(GOOD)))


def test_there_are_enough_of_them() -> None:
    ways = len(HARMLESS) + len(DESTRUCTIVE)

    assert ways * min(EACH, len(GOOD)) >= 1500


@pytest.mark.parametrize("name", HARMLESS)
def test_what_cannot_change_the_kind_does_not(name: str, classifier: Classifier) -> None:
    luck, mails = chosen(name)
    kinds = {
        path.name: (classifier.known_kind(path), HARMLESS[name](path.read_bytes(), luck)) for path in mails
    }
    changed = {
        file: (kind, now) for file, (kind, raw) in kinds.items() if (now := classifier.kind(raw)) != kind
    }

    assert changed == {}


@pytest.mark.parametrize("name", DESTRUCTIVE)
def test_broken_mails_are_classified_all_the_same(name: str, classifier: Classifier) -> None:
    luck, mails = chosen(name)

    for path in mails:
        assert classifier.kind(DESTRUCTIVE[name](path.read_bytes(), luck)) in Kind


def test_the_good_ones_are_known_after_all_of_that(classifier: Classifier) -> None:
    for path in GOOD:
        kind = classifier.kind(path.read_bytes())

        if path.name.startswith(("exchange-", "gmail-", "gmx-", "postfix-", "exim-", "bounce-")):
            assert kind is Kind.BOUNCE, path.name
        if path.name.startswith("person-"):
            assert kind is Kind.QUESTION, path.name
