"""In which language to answer a form whose mail says nothing by which that is known."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from bot.domain.forms import COMPANY_FIELDS, COMPANY_SHEET, USER_FIELDS, USERS_SHEET, plain
from bot.domain.languages import LANGUAGES, is_told_by
from bot.domain.mail import InboundMail
from bot.domain.ris import Reading
from bot.domain.sheets import Sheet, Workbook

_MOST: Final = 40  #: rows, and columns, among which a form's labels are looked for
_LABELS: Final = [COMPANY_SHEET, USERS_SHEET, *(one.label for one in (*COMPANY_FIELDS, *USER_FIELDS))]
#: what is said in the one language only
_SAID: Final = {
    lang: frozenset(plain(label.said(lang)) for label in _LABELS if label.en != label.de)
    for lang in LANGUAGES
}


def in_its_language(mail: InboundMail, form: Reading, workbooks: Sequence[Workbook]) -> InboundMail:
    """The mail in the language of its form, where its words do not tell theirs."""
    if not form.cases or is_told_by(mail.text, mail.subject, mail.quoted_text):
        return mail
    return replace(mail, lang=language_of(workbooks) or mail.lang)


def language_of(workbooks: Iterable[Workbook]) -> str:
    """By the labels of a form; "" where they do not tell."""
    cells = [plain(text) for book in workbooks for sheet in book.sheets for text in _texts(sheet)]
    german, english = (sum(cell in _SAID[lang] for cell in cells) for lang in ("de", "en"))
    if german == english:
        return ""
    return "de" if german > english else "en"


def _texts(sheet: Sheet) -> list[str]:
    cells = (cell for row in sheet.rows[:_MOST] for cell in row[:_MOST])
    return [sheet.name, *(cell for cell in cells if isinstance(cell, str))]
