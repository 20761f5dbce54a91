"""Broken bytes of every kind of form, through the reader as the mailbox uses it: no crash, no hang."""

import time
from collections.abc import Iterator

import pytest

from bot.adapters.limited import LimitedPool
from bot.adapters.mail_parsing import LimitedReader
from bot.domain.review import read_form
from tests.adapters.form_mutations import SUFFIXES, broken, good_files
from tests.budget import examples
from tests.cast import a_mail

pytestmark = pytest.mark.slow

EACH = examples(60)
SECONDS = 10


@pytest.fixture(scope="module")
def reader() -> Iterator[LimitedReader]:
    pool = LimitedPool(1)
    pool.start()
    reader = LimitedReader(pool)
    yield reader
    reader.close()


def test_there_is_a_good_file_of_every_kind(reader: LimitedReader) -> None:
    assert set(good_files()) == set(SUFFIXES)
    for name, content in good_files().values():
        _, books = reader.read_mail(a_mail(files=[(name, content)]))

        assert books, name


@pytest.mark.timeout(300)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_broken_bytes_are_read_or_refused_in_time(suffix: str, reader: LimitedReader) -> None:
    for seed in range(EACH):
        raw = a_mail(files=[broken(suffix, seed)])
        began = time.monotonic()
        mail, books = reader.read_mail(raw)
        read_form(books)

        assert time.monotonic() - began < SECONDS
        assert mail.message_id
