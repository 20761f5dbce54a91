"""How a table of people is described: its data class, its columns, its treatment by export and erasing."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.retention import DataClass as Keep


class Erases(StrEnum):
    """How erasing somebody treats a table; each way is a function of `bot/store/erasures.py`."""

    ACCOUNT = "account"  # rows of their accounts are deleted
    TOMB = "tomb"  # their accounts' rows are blanked: ids are never given again
    CASE = "case"  # redacted case by case, with what the case is found by
    WALK = "walk"  # redacted wherever they are named
    FACTOR = "factor"  # rows of their accounts are deleted, others redacted wherever they are named
    OUTBOX = "outbox"  # what went to them loses its words, what names them is redacted
    RAW = "raw"  # raw mails that name them are dropped
    ADDRESS = "address"  # rows of their address are deleted
    SELF = "self"  # its own business
    NOTHING = "nothing"  # it names nobody


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """One table: `texts` and `values` (JSON) may name people, `plain` columns never do."""

    keeps: Keep
    erases: Erases
    plain: str
    texts: str = ""
    values: str = ""
    told: str = ""  #: the section of the export that shows it; "" where nothing of it is theirs to be told

    @property
    def columns(self) -> frozenset[str]:
        return frozenset(f"{self.plain} {self.texts} {self.values}".split())

    @property
    def personal(self) -> tuple[str, ...]:
        return tuple(f"{self.texts} {self.values}".split())
