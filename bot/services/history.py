"""What happened to a case, step by step, from the audit trail."""

from collections.abc import Collection
from datetime import datetime

from sqlite_utils import Database

from bot.domain.events import Event, EventTag, HistoryStep
from bot.services.cases import get_case
from bot.store import case_versions, events, outbox


def list_steps(db: Database, ref: str) -> list[HistoryStep]:
    """Every event about a case, its mails out and the mails that made its versions, oldest first.

    Raise UnknownCase.
    """
    case = get_case(db, ref)
    mails = {f"job:{number}": template for number, template in outbox.list_mails_of_case(db, case.id).items()}
    forms = [f"mail:{number}" for number in case_versions.list_mails(db, case.id)]
    found = events.list_about(db, [f"case:{case.id}", *mails, *forms])
    decided = {(event.actor, event.at) for event in found if event.tag == EventTag.CASE_APPROVED}
    return [_step(event, mails.get(event.subject, "")) for event in found if not _is_whole(event, decided)]


def _is_whole(event: Event, decided: Collection[tuple[str, datetime]]) -> bool:
    """Whether it is the yes that decided, which needed no other after it: the decision itself says so."""
    return event.tag == EventTag.APPROVAL_GIVEN and (event.actor, event.at) in decided


def _step(event: Event, mail: str) -> HistoryStep:
    return HistoryStep(at=event.at, tag=event.tag, actor=event.actor, data=event.data, mail=mail)
