"""Show a case's versions: the newest, or an earlier one."""

from sqlite_utils import Database

from bot.domain.cards import CaseView
from bot.domain.errors import UnknownCase
from bot.services.cases import get_case
from bot.store import case_versions, clippings


def get_view(db: Database, ref: str, number: int | None = None) -> CaseView:
    """A version of a case with the one before it; the newest unless told otherwise. Raise UnknownCase."""
    case = get_case(db, ref)
    shown = case_versions.find(db, case.id, number or case.version)
    if shown is None:
        raise UnknownCase(ref=ref)
    return CaseView(
        case=case,
        shown=shown,
        before=case_versions.find(db, case.id, shown.number - 1),
        versions=tuple(case_versions.list_numbers(db, case.id)),
        clippings=tuple(clippings.list_of_case(db, case.id)),
    )
