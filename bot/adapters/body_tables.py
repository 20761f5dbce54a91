"""The tables that people paste into a mail instead of attaching a file."""

from collections.abc import Sequence
from itertools import groupby

from bot.adapters.html_tables import tables_of_body
from bot.adapters.mail_content import BodyPart
from bot.adapters.sheet_rules import Limits, Refused
from bot.adapters.text_tables import tab_tables
from bot.domain.own_words import without_quotes
from bot.domain.sheets import Sheet, Workbook


def workbooks_in_bodies(parts: Sequence[BodyPart], subject: str, limits: Limits) -> tuple[Workbook, ...]:
    """A nameless workbook for each mail, the one that came and those within it, that has tables of its own.

    Only the subject of the mail that came tells a forward; in a mail within it, what it answers is not read.
    """
    found: list[Workbook] = []
    ordered = sorted(parts, key=lambda part: part.mail)
    for mail, group in groupby(ordered, key=lambda part: part.mail):
        try:
            sheets = _sheets(list(group), "" if mail else subject, limits)
        except Refused as exc:
            found.append(Workbook(name="", refusal=exc.refusal))
        else:
            found += [Workbook(name="", sheets=sheets)] if sheets else []
    return tuple(found)


def _sheets(parts: Sequence[BodyPart], subject: str, limits: Limits) -> tuple[Sheet, ...]:
    """The HTML's tables; without any, those of the plain text, which is mostly the same again."""
    pages = [part.text for part in parts if part.html]
    sheets = tuple(sheet for page in pages for sheet in tables_of_body(page, subject, limits))
    if sheets:
        return sheets
    plain = (part.text for part in parts if not part.html and "\t" in part.text)
    lines = (without_quotes(text, subject).split("\n") for text in plain)
    return tuple(sheet for some in lines for sheet in tab_tables(some, limits))
