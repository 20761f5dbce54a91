"""What is said of any file of rows that was looked through."""

from collections.abc import Iterable
from itertools import islice

from bot.domain.row_files import LONGEST_HEADING
from bot.rendering import quoting
from bot.rendering.words import Words

MOST_HEADINGS = 10


def left_out(headings: Iterable[str], words: Words) -> str:
    """Which columns are not read, in case one of them was meant; "" where all are."""
    named = ", ".join(quoting.one_line(name, LONGEST_HEADING) for name in islice(headings, MOST_HEADINGS))
    return words.say("row_files.left_out", columns=named) if named else ""
