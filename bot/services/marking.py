"""What goes with a mail or a page as a workbook: the blank form, or a form with what is open marked in it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlite_utils import Database

from bot.domain.mail import Attachment
from bot.domain.review import read_form
from bot.domain.ris import Reading, RisCase
from bot.policy import Policy
from bot.ports import Marker, Reader
from bot.rendering.remarks import placed_in_form, remarks
from bot.rendering.workbooks import ris_form
from bot.services import sources
from bot.services.desk import Desk
from bot.store import case_versions

#: what a queued mail's values name; the file itself is made when the mail is carried out
BLANK, MARKED = "blank_form", "marked_form"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSM = "application/vnd.ms-excel.sheet.macroenabled.12"
BLANK_NAMES = {"en": "RIS-form.xlsx", "de": "RIS-Formular.xlsx"}
_LONGEST_STEM = 80
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"*:<>?|]+')  #: in a file's name, for one system or another


@dataclass(frozen=True, kw_only=True)
class MarkedForm:
    """A workbook with what is open marked; `own`: the sender's, else ours, filled with their entries."""

    file: Attachment
    own: bool


def blank_form(policy: Policy, lang: str) -> Attachment:
    """The form as we hand it out, in the reader's language."""
    lang = "de" if lang == "de" else "en"
    return Attachment(name=BLANK_NAMES[lang], type=XLSX, content=_blank(lang, policy.mag.applications))


@lru_cache(maxsize=4)
def _blank(lang: str, applications: tuple[str, ...]) -> bytes:
    return ris_form(lang, applications=applications)


def check_file(desk: Desk, reader: Reader, file: Attachment) -> Reading:
    """Review a file as if it had come by mail, by the form's own rules; nothing is looked up or kept."""
    workbooks = reader.read_workbooks(file.name, file.content)
    return read_form(workbooks, applications=desk.policy.mag.applications, own_addresses=desk.own_addresses)


def mark_version(
    db: Database, desk: Desk, marker: Marker, *, case_id: int, version: int, lang: str
) -> MarkedForm | None:
    """Mark what came with a case's version; the same each time, for it is made of what the ledger keeps.

    Once the mail was erased, or where its entries came in words or held a License Key, they are marked in
    our own form.
    """
    policy = desk.policy
    found = case_versions.find(db, case_id, version)
    if found is None:
        return None
    raw = sources.find_readable(db, desk, found.mail_id)
    file = None
    if raw:
        form_hash, applications = found.ris.form_hash(), policy.mag.applications
        file = marker.find_form(raw, form_hash, applications, desk.own_addresses)
    return mark_file(policy, marker, [found.ris], file=file, lang=lang)


def mark_file(
    policy: Policy, marker: Marker, found: Sequence[RisCase], *, file: Attachment | None, lang: str
) -> MarkedForm | None:
    """Mark the file itself; where it is none that can be, the entries of its one company in our form."""
    marked = marker.mark(file.content, remarks(found, lang, policy)) if file else None
    if file and marked:
        name, kind = _named(file.name, marked)
        return MarkedForm(file=Attachment(name=name, type=kind, content=marked), own=True)
    if len(found) != 1:
        return None
    lang = "de" if lang == "de" else "en"
    ris = placed_in_form(found[0], lang)
    form = ris_form(lang, ris.company, ris.users, applications=policy.mag.applications)
    marked = marker.mark(form, remarks([ris], lang, policy))
    if marked is None:
        return None
    return MarkedForm(file=Attachment(name=BLANK_NAMES[lang], type=XLSX, content=marked), own=False)


def _named(name: str, content: bytes) -> tuple[str, str]:
    """Their name, with the ending of what it is: it may have come with another one, or none."""
    macros = b"xl/vbaProject.bin" in content
    ending, kind = (".xlsm", XLSM) if macros else (".xlsx", XLSX)
    last = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2])
    before, dot, after = last.rpartition(".")
    stem = (before if dot else after).strip(". ") or "RIS"
    return f"{stem[:_LONGEST_STEM]}{ending}", kind
