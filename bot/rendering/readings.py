"""A reading as the JSON object that `usher ris check --json` prints, one a file."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bot.domain.ris import Problem, Reading, RisCase

Message = Callable[[Problem], str]


def reading_json(reading: Reading, *, file: str, authorised: bool | None, message: Message) -> dict[str, Any]:
    """Put a reading in the contract's shape; `authorised` is None for a bare file."""
    return {
        "file": file,
        "decision": reading.decision.value,
        "reason": reading.refusal.value if reading.refusal else None,
        "authorised": authorised,
        "cases": [_case(case, message) for case in reading.cases],
    }


def _case(case: RisCase, message: Message) -> dict[str, Any]:
    return {
        "decision": case.decision.value,
        "company": asdict(case.company),
        "users": [{**asdict(user), "phones": list(user.phones)} for user in case.users],
        "problems": [_problem(problem, message) for problem in case.problems],
    }


def _problem(problem: Problem, message: Message) -> dict[str, Any]:
    return {
        "kind": problem.kind.value,
        "severity": problem.severity.value,
        "field": problem.field,
        "sheet": problem.sheet,
        "cell": problem.cell,
        "row": problem.row,
        "user": problem.user,
        "message": message(problem),
    }
