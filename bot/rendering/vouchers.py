"""What is said of a file of vouchers: by line and column, never with a voucher or key."""

from collections.abc import Mapping
from typing import Any

from bot.domain.vouchers import BadRow, VoucherReading
from bot.rendering.words import Words


def summary(reading: VoucherReading, words: Words) -> str:
    """Whether the whole file is fit, and if not, how much of it is not."""
    if reading.refusal is not None:
        return words.name(reading.refusal)
    if reading.fault is not None:
        return words.say(f"vouchers.file.{reading.fault}")
    if not reading.bad:
        return words.say("vouchers.fit", count=len(reading.good))
    return words.say("vouchers.unfit", count=len(reading.bad), good=len(reading.good))


def row_text(row: BadRow, words: Words) -> str:
    return words.say(
        "vouchers.row",
        line=row.line,
        column=words.say(f"vouchers.column.{row.column}"),
        fault=words.say(f"vouchers.fault.{row.fault}", other=row.other),
    )


def reading_json(reading: VoucherReading, *, file: str, imported: bool) -> Mapping[str, Any]:
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
