"""Put problems into remarks for a workbook: numbered as in the mail, placed in our form where need be."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain import forms
from bot.domain.remarks import TITLE, Remark, Remarks
from bot.domain.ris import Problem, ProblemKind, RisCase, Severity
from bot.domain.sheets import cell_name
from bot.policy import Policy
from bot.rendering.words import words
from bot.rendering.workbooks import COMPANY_FIRST_ROW, FIRST_USER_ROW


def remarks(cases: Sequence[RisCase], lang: str, policy: Policy) -> Remarks:
    """Every problem of a file in words; the numbers go on from one company to the next."""
    say = words(lang, policy.desk.zone)
    found = [(problem, ris) for ris in cases for problem in ris.problems]
    errors = [pair for pair in found if pair[0].severity is Severity.ERROR]
    advice = [pair for pair in found if pair[0].severity is Severity.WARNING]

    def remark(problem: Problem, ris: RisCase, number: int | None) -> Remark:
        return Remark(
            words=say.problem(problem, applications=policy.mag.applications),
            number=number,
            place=say.place(problem, ris),
            sheet=problem.sheet,
            cell=problem.cell,
            asks=problem.kind is ProblemKind.STRUCK,
        )

    return Remarks(
        title=TITLE.said(say.lang),
        lead=(say.say("remarks.lead", count=len(errors)), say.say("remarks.back")),
        headings=(say.say("remarks.number"), say.say("remarks.place"), say.say("remarks.todo")),
        question_heading=say.say("remarks.question"),
        advice_heading=say.say("remarks.advice"),
        items=(
            *(remark(problem, ris, number) for number, (problem, ris) in enumerate(errors, 1)),
            *(remark(problem, ris, None) for problem, ris in advice),
        ),
    )


def placed_in_form(ris: RisCase, lang: str) -> RisCase:
    """The same RIS with its problems where they stand once it is written into our form."""
    return replace(ris, problems=tuple(_placed(problem, ris, lang) for problem in ris.problems))


def _placed(problem: Problem, ris: RisCase, lang: str) -> Problem:
    if problem.user is None:
        rows = {field.name: row for row, field in enumerate(forms.COMPANY_FIELDS, COMPANY_FIRST_ROW)}
        if problem.field not in rows:
            sheet = forms.USERS_SHEET.said(lang) if problem.sheet else ""
            return replace(problem, sheet=sheet, cell="", row=None)
        row, column, sheet = rows[problem.field], 1, forms.COMPANY_SHEET.said(lang)
    else:
        row, sheet = FIRST_USER_ROW + problem.user, forms.USERS_SHEET.said(lang)
        columns = [at for at, field in enumerate(forms.USER_FIELDS) if field.name == problem.field]
        if not columns:
            return replace(problem, sheet=sheet, cell="", row=row + 1)
        column = columns[_which_phone(problem, ris) if problem.field == "phones" else 0]
    return replace(problem, sheet=sheet, cell=cell_name(row, column), row=row + 1)


def _which_phone(problem: Problem, ris: RisCase) -> int:
    """The column of the phone that is meant, by what stands there."""
    phones = ris.users[problem.user].phones if problem.user is not None else ()
    at = phones.index(problem.found) if problem.found in phones else 0
    return min(at, forms.MOST_PHONES - 1)
