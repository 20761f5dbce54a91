"""What was read, as the JSON objects that `usher ris check` and `usher mail classify` print."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bot.domain.mail import Classification, InboundMail, Kind
from bot.domain.ris import Problem, Reading, RisCase

Message = Callable[[Problem], str]


def reading_json(reading: Reading, *, file: str, authorised: bool | None, message: Message) -> dict[str, Any]:
    """Put a file's reading in the contract's shape; `authorised` is None for a bare file.

    `unopened` names what in it could not be read, whatever was read beside it.
    """
    return {
        "file": file,
        "decision": reading.decision.value,
        "reason": reading.refusal.value if reading.refusal else None,
        "authorised": authorised,
        "cases": [_case(case, message) for case in reading.cases],
        "unopened": [{"name": name, "reason": why.value} for name, why in reading.refused],
    }


def classification_json(
    mail: InboundMail, found: Classification, *, file: str, whole: bool = True
) -> dict[str, Any]:
    """Put a mail's kind in the contract's shape; a bounce names its recipients besides.

    Where it is not `whole`, only its header was read: nothing is known of attachments, and it says why.
    """
    said: dict[str, Any] = {
        "file": file,
        "kind": found.kind.value,
        "from": mail.sender.address,
        "subject": mail.subject,
        "message_id": mail.message_id,
        "case": found.thread_ref,
        "text": mail.text,
        "attachments": [
            {"name": one.name, "type": one.type, "size": one.size} for one in mail.attachments if whole
        ],
        "lang": mail.lang,
    }
    if not whole:
        said["reason"] = found.reason
    if found.kind is Kind.BOUNCE:
        said["recipients"] = list(mail.bounce.recipients) if mail.bounce else []
        said["permanent"] = bool(mail.bounce and mail.bounce.permanent)
    return said


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
