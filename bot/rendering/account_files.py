"""What is said of a file of accounts that exist already elsewhere: by line and column, never with a name."""

from collections.abc import Mapping
from typing import Any

from bot.domain.account_files import AccountReading, BadAccountRow
from bot.rendering.words import Words


def summary(reading: AccountReading, words: Words) -> str:
    """Whether the whole file is fit, and if not, how much of it is not."""
    if reading.refusal is not None:
        return words.name(reading.refusal)
    if reading.fault is not None:
        return words.name(reading.fault)
    if not reading.bad:
        return words.say("account_files.fit", count=len(reading.good))
    return words.say("account_files.unfit", count=len(reading.bad), good=words.number(len(reading.good)))


def done(reading: AccountReading, *, due: int, words: Words) -> str:
    """What was taken over, and what happens next."""
    said = [words.say("account_files.imported", count=len(reading.good))]
    if reading.renamed:
        said.append(words.say("account_files.renamed", count=reading.renamed))
    said.append(words.say("account_files.due", count=due) if due else words.say("account_files.nothing_due"))
    return " ".join(said)


def row_text(row: BadAccountRow, words: Words) -> str:
    said = words.say(
        "account_files.row",
        line=row.line,
        column=words.say(f"account_files.column.{row.column}"),
        fault=words.name(row.fault),
    )
    return f"{said} {words.say('account_files.other', line=row.other)}" if row.other else said


def reading_json(reading: AccountReading, *, file: str, imported: bool, due: int) -> Mapping[str, Any]:
    """One file for programs."""
    return {
        "file": file,
        "imported": imported,
        "good": len(reading.good),
        "new_user_ids": reading.renamed,
        "due": due,
        "reason": reading.refusal or reading.fault,
        "faults": [
            {"line": row.line, "column": row.column, "fault": row.fault, "other": row.other or None}
            for row in reading.bad
        ],
        "columns_left_out": list(reading.left_out),
    }
