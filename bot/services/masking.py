"""Mask License Keys on the way in: before anything of a mail or of typed words is stored or shown."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from sqlite_utils import Database

from bot.domain.license_keys import KEY, mask_of, shape_of
from bot.domain.mail import BounceReport, InboundMail
from bot.domain.masking import Looks, masked
from bot.domain.sheets import CellValue, Workbook
from bot.ports import ReadMail
from bot.services.desk import Desk
from bot.store import license_keys
from bot.store.database import transaction


def find_masked(db: Database, desk: Desk, texts: Iterable[str]) -> dict[str, str]:
    """Of these texts those in which a key of ours stands, whatever its state, each with its masked form."""
    shapes = license_keys.list_shapes(db)
    if not shapes:
        return {}
    looks = Looks(shapes)
    found = {text: candidates for text in dict.fromkeys(texts) if (candidates := looks.find(text))}
    words = {one.word for candidates in found.values() for one in candidates}
    marks = {mark: word for word in words for mark in desk.keyring.list_signatures(KEY, word)}
    tails = license_keys.list_tails(db, list(marks))
    known = {marks[mark]: mask_of(tail) for mark, tail in tails.items()}
    changed = {text: masked(text, candidates, known) for text, candidates in found.items()} if known else {}
    return {text: new for text, new in changed.items() if new != text}


def learn_shapes(db: Database, desk: Desk) -> None:
    """What keys look like that an earlier version imported, once; one that nothing opens is left out."""
    if license_keys.list_shapes(db):
        return
    shapes = set()
    for sealed in license_keys.list_all_sealed(db):
        if desk.keyring.opens(KEY, sealed):
            shapes.add(shape_of(desk.keyring.open(KEY, sealed)))
    if shapes:
        with transaction(db):
            license_keys.add_shapes(db, shapes)


def mask_text(db: Database, desk: Desk, text: str) -> str:
    return find_masked(db, desk, [text]).get(text, text)


def mask_mail(db: Database, desk: Desk, mail: InboundMail, workbooks: Sequence[Workbook]) -> ReadMail:
    """A mail and its workbooks as they may be stored and shown; its files and headers are never stored."""
    changed = find_masked(db, desk, chain(_texts(mail), _cells(workbooks)))
    if not changed:
        return mail, tuple(workbooks)
    return _swapped(mail, changed), tuple(_swapped_book(book, changed) for book in workbooks)


def _texts(mail: InboundMail) -> Iterator[str]:
    yield from (mail.subject, mail.text, mail.quoted_text, mail.sender.name)
    yield from (attachment.name for attachment in mail.attachments)
    if mail.bounce:
        yield mail.bounce.detail
        yield from (one.detail for one in mail.bounce.each)


def _swapped(mail: InboundMail, changed: dict[str, str]) -> InboundMail:
    def swap(text: str) -> str:
        return changed.get(text, text)

    return replace(
        mail,
        subject=swap(mail.subject),
        text=swap(mail.text),
        quoted_text=swap(mail.quoted_text),
        sender=replace(mail.sender, name=swap(mail.sender.name)),
        attachments=tuple(replace(one, name=swap(one.name)) for one in mail.attachments),
        bounce=_swapped_report(mail.bounce, swap) if mail.bounce else None,
    )


def _swapped_report(report: BounceReport, swap: Callable[[str], str]) -> BounceReport:
    each = tuple(replace(one, detail=swap(one.detail)) for one in report.each)
    return replace(report, detail=swap(report.detail), each=each)


def _cells(workbooks: Sequence[Workbook]) -> Iterator[str]:
    for book in workbooks:
        yield book.name
        for sheet in book.sheets:
            yield sheet.name
            yield from (text for row in sheet.rows for cell in row if (text := _text_of(cell)))


def _text_of(cell: CellValue) -> str:
    """A key of digits alone may have become a number."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else ""
    return str(cell) if isinstance(cell, (str, int)) else ""


def _swapped_book(book: Workbook, changed: dict[str, str]) -> Workbook:
    sheets = tuple(
        replace(
            sheet,
            name=changed.get(sheet.name, sheet.name),
            rows=tuple(tuple(changed.get(_text_of(cell), cell) for cell in row) for row in sheet.rows),
        )
        for sheet in book.sheets
    )
    return replace(book, name=changed.get(book.name, book.name), sheets=sheets)
