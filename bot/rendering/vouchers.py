"""What is said of a file of vouchers: by line and column, never with a voucher or key."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.vouchers import BadRow, Reading, RowFault
from bot.rendering.words import Words


def summary(reading: Reading, words: Words) -> str:
    """Whether the whole file is fit, and if not, how much of it is not."""
    if reading.refusal is not None:
        return words.name(reading.refusal)
    if reading.fault is not None:
        return words.say(f"vouchers.file.{reading.fault}")
    if not reading.bad:
        return words.say("vouchers.fit", count=len(reading.good))
    return words.say("vouchers.unfit", count=len(reading.bad), good=len(reading.good))


def counts(reading: Reading, words: Words) -> str:
    """What is wrong, each kind with its number: two rows expired, one twice in the file."""
    found = Counter(row.fault for row in reading.bad)
    return ", ".join(
        words.say("vouchers.count", number=words.number(found[fault]), fault=words.name(fault))
        for fault in RowFault
        if found[fault]
    )


def lines(reading: Reading, words: Words) -> Iterator[str]:
    """A sentence for each row that is not fit, in their order; then what was not read at all."""
    yield from (row_text(row, words) for row in reading.bad)


def row_text(row: BadRow, words: Words) -> str:
    return words.say(
        "vouchers.row",
        line=row.line,
        column=words.say(f"vouchers.column.{row.column}"),
        fault=words.say(f"vouchers.fault.{row.fault}", other=row.other),
    )


def reading_json(reading: Reading, *, file: str, imported: bool) -> Mapping[str, Any]:
    """One file for programs."""
    return {
        "file": file,
        "imported": imported,
        "good": len(reading.good),
        "reason": reading.refusal or reading.fault,
        "faults": [
            {"line": row.line, "column": row.column, "fault": row.fault, "other": row.other or None}
            for row in reading.bad
        ],
        "columns_left_out": list(reading.left_out),
    }
