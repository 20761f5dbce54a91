"""What the holder of a status link may see of a case."""

from datetime import datetime

from sqlite_utils import Database

from bot.domain.cards import StatusPage
from bot.domain.ris import Severity
from bot.services import organisations
from bot.services.cases import get_case
from bot.services.queueing import STATUS
from bot.store import accounts, case_steps, case_words, links, registration, seats


def get(db: Database, token: str, *, now: datetime) -> StatusPage:
    """The page of that link; raise LinkUnknown or LinkExpired."""
    case = organisations.find_heir(db, get_case(db, links.get_subject(db, token, purpose=STATUS, now=now)))
    decision, registered = case.decision, registration.find(db, case.id)
    return StatusPage(
        ref=case.ref,
        company=case.ris.company.name,
        status=organisations.find_standing(db, case),
        since=case.held_since,
        received_at=case.created_at,
        users=len(case.ris.users),
        seats=str(case.ris.company.seats or ""),
        open_problems=sum(problem.severity is Severity.ERROR for problem in case.ris.problems),
        decided_at=decision.at if decision else None,
        phase=decision.phase if decision else None,
        steps=tuple(case_steps.list_of_case(db, case.id)),
        supplied=seats.has_key(db, case.id),
        registered_at=registered.approved_at if registered else None,
        waiting=accounts.count_waiting(db, case.id),
        unmailed=accounts.count_unmailed(db, case.id),
        answered=case.heard,
        uninvited=case.is_uninvited,
        unasked=case_words.is_unasked(db, case.id) or case_words.is_unreleased(db, case.id),
    )
