"""What is said of any file of rows that was looked through."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from itertools import islice

from bot.domain.row_files import LONGEST_HEADING
from bot.rendering import quoting
from bot.rendering.blocks import Block
from bot.rendering.words import Words

FILE = "file"  #: the block and the action of the field
MOST_HEADINGS = 10
_TYPES = ("csv", "tsv", "txt", "xlsx", "xls", "ods")


def field() -> Block:
    """Where a modal takes such a file."""
    return {"type": "file_input", "action_id": FILE, "filetypes": list(_TYPES), "max_files": 1}


def counts(faults: Iterable[StrEnum], words: Words) -> str:
    """What is wrong, each kind with its number: two rows expired, one twice in the file."""
    found = Counter(faults)
    kinds = (kind for one in found for kind in type(one))
    return ", ".join(
        words.say("row_files.count", number=words.number(found[fault]), fault=words.name(fault))
        for fault in sorted(found, key=list(kinds).index)
    )


def left_out(headings: Iterable[str], words: Words) -> str:
    """Which columns are not read, in case one of them was meant; "" where all are."""
    named = ", ".join(quoting.one_line(name, LONGEST_HEADING) for name in islice(headings, MOST_HEADINGS))
    return words.say("row_files.left_out", columns=named) if named else ""
