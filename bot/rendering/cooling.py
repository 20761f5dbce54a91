"""Whether the owner of an account heard by mail of what they may still stop, as the desk reads it."""

from collections.abc import Iterator
from datetime import datetime

from bot.domain.cooling import CoolingNotice
from bot.rendering.words import Words


def told_lines(notice: CoolingNotice | None, due: datetime | None, words: Words) -> Iterator[str]:
    """`due`: until when they may; nothing where nobody is to be told."""
    if notice is not None:
        yield words.say(f"cooling.told_by_mail.{notice.told}", due=words.moment(due) if due else "")


def untried(notice: CoolingNotice | None) -> str:
    """What ends the names of the words about it, while their time has not begun."""
    return "_untried" if notice is not None and notice.tried_at is None else ""
