"""The mail that asks: one, some and many questions, with and without the marked workbook, and once again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot import policy as policies
from bot.domain.cases import Case
from bot.domain.languages import LANGUAGES
from bot.domain.ris import Problem, ProblemKind, RisCase, Severity, User
from bot.rendering import mails, samples
from bot.rendering.mails import MOST_QUESTIONS, MOST_USERS, RenderedMail, render_mail
from tests.golden import assert_approved

POLICY = policies.load()
every_language = pytest.mark.parametrize("lang", LANGUAGES)

MIXED = (
    ProblemKind.MISSING, ProblemKind.BAD_EMAIL, ProblemKind.BAD_PHONE, ProblemKind.UNKNOWN_ROLE,
    ProblemKind.UNKNOWN_CREDENTIAL, ProblemKind.DUPLICATE, ProblemKind.FORMULA, ProblemKind.DOUBTFUL,
)  # fmt: skip
FIELDS = {
    ProblemKind.BAD_PHONE: "phones", ProblemKind.UNKNOWN_ROLE: "role",
    ProblemKind.UNKNOWN_CREDENTIAL: "credential", ProblemKind.DOUBTFUL: "job_title",
}  # fmt: skip


def people(number: int) -> tuple[User, ...]:
    return tuple(
        replace(samples.USERS[at % 3], last_name=f"{samples.USERS[at % 3].last_name} {at + 1}", row=at + 7)
        for at in range(number)
    )


def questions(number: int) -> tuple[Problem, ...]:
    """So many questions of every sort, one to a person."""
    return tuple(
        Problem(
            kind=(kind := MIXED[at % len(MIXED)]),
            field=FIELDS.get(kind, "email"),
            sheet="Users",
            cell=f"E{at + 7}",
            row=at + 7,
            user=at,
            found="" if kind is ProblemKind.MISSING else f"entry no. {at + 1}",
        )
        for at in range(number)
    )


def asking(number: int, lang: str, **more: object) -> dict[str, Any]:
    ris = RisCase(company=samples.COMPANY, users=people(number), problems=questions(number) + samples.ADVICE)
    return mails.ris_problems(of(ris, lang), POLICY) | more


def of(ris: RisCase, lang: str) -> Case:
    return replace(samples.incomplete_case(lang), ris=ris, content_hash=ris.content_hash())


def again(lang: str, *, solved: int) -> dict[str, Any]:
    """Of four questions so many were settled, and the person whose address is asked for is new."""
    before = samples.incomplete_case(lang).ris
    problems = tuple(one for one in before.problems if one.severity is Severity.ERROR)[solved:]
    users = (*before.users, replace(samples.USERS[0], first_name="Jannis", last_name="Okoro", email=""))
    fresh = Problem(kind=ProblemKind.MISSING, field="email", sheet="Users", cell="E10", row=10, user=3)
    ris = replace(before, users=users, problems=(*problems, fresh))
    return mails.ris_problems(of(ris, lang), POLICY, before=before)


def unchanged(lang: str) -> dict[str, Any]:
    case = samples.incomplete_case(lang)
    return mails.ris_problems(case, POLICY, before=case.ris)


VARIANTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "one": lambda lang: asking(1, lang),
    "eleven": lambda lang: asking(11, lang, attached="own"),
    "sixty": lambda lang: asking(60, lang, attached="own"),
    "again": lambda lang: again(lang, solved=2),
    "unchanged": unchanged,
}


def said(values: dict[str, Any], lang: str = "en", name: str = "ris_problems") -> RenderedMail:
    return render_mail(name, lang, values | {"status_url": samples.STATUS_URL})


@pytest.mark.golden
@every_language
@pytest.mark.parametrize("name", VARIANTS)
def test_the_questions_read_as_they_were_approved(name: str, lang: str) -> None:
    mail = said(VARIANTS[name](lang), lang)
    head = f"Subject: {mail.subject}\nPreheader: {mail.preheader}\n\n"

    assert_approved(f"mails/ris_problems_{name}.{lang}.txt", head + mail.text)
    if name == "eleven":
        assert_approved(f"mails/ris_problems_{name}.{lang}.html", mail.html)


@every_language
def test_without_a_workbook_to_look_into_every_question_stands_in_the_mail(lang: str) -> None:
    text = said(asking(60, lang), lang).text

    assert "\n60. " in text


@pytest.mark.slow
@every_language
@pytest.mark.parametrize("severity", Severity)
def test_a_form_with_thousands_of_faults_makes_no_mail_that_nobody_takes(
    lang: str, severity: Severity
) -> None:
    fault = Problem(kind=ProblemKind.ONE_PHONE, field="phones", severity=severity, sheet="Users", cell="E7")
    ris = replace(samples.incomplete_case(lang).ris, problems=(fault,) * 3_000)
    mail = said(mails.ris_problems(of(ris, lang), POLICY), lang)

    assert f"… {'and' if lang == 'en' else 'und'} 2" in mail.text  # 2,600 questions or 2,960 words of advice
    assert len(mail.html) < 1_000_000


@every_language
def test_with_the_workbook_the_rest_is_said_in_numbers(lang: str) -> None:
    text = said(asking(60, lang, attached="own"), lang).text

    assert f"\n{MOST_QUESTIONS}. " in text
    assert f"\n{MOST_QUESTIONS + 1}. " not in text
    assert f"… {'and' if lang == 'en' else 'und'} {60 - MOST_QUESTIONS} " in text


def test_what_was_settled_is_thanked_for_and_what_is_new_is_said() -> None:
    assert "2 questions are settled. These 3 are still open (1 of them new):" in one_line(
        again("en", solved=2)
    )
    assert "One question is settled. These 4" in one_line(again("en", solved=1))
    assert "get this mail. These 5 are still open" in one_line(again("en", solved=0))


def one_line(values: dict[str, Any]) -> str:
    return " ".join(said(values).text.split())


def test_advice_has_no_numbers_that_an_answer_could_mean() -> None:
    text = said(asking(1, "en")).text

    assert text.count("\n1. ") == 1
    assert "\n- Sheet “Users”, cell\u00a0F8" in text


@pytest.mark.parametrize("name", ["ris_problems", "receipt"])
def test_a_mail_that_an_older_version_has_queued_is_still_said(name: str) -> None:
    added = set(mails._LATER[name]) | {"version"}
    values = {key: value for key, value in samples.sample_values(name).items() if key not in added}

    assert "C-7" in render_mail(name, "de", values).text


def test_a_long_list_of_users_is_cut_in_the_receipt() -> None:
    ris = RisCase(company=samples.COMPANY, users=people(MOST_USERS + 40))
    text = said(mails.receipt(of(ris, "en"), POLICY), name="receipt").text

    assert f"\n{MOST_USERS}. " in text
    assert "… and 40 more, as they stand in the file." in text


def test_the_receipt_says_what_was_understood_of_the_company_and_of_each_user() -> None:
    text = " ".join(said(mails.receipt(samples.complete_case(), POLICY), name="receipt").text.split())

    for word in ("20457", "Germany", "DE136695976", "customer", "Number of seats: 3", "+493023125004"):
        assert word in text
    assert "Organization Administrator · Phone OTP" in text
    assert "State" not in text  # nothing stood there


@pytest.mark.parametrize(
    ("lang", "question", "nothing"),
    [
        (
            "en",
            "We have a question. Struck through in the form: Tomasz Zieliński.",
            "beyond our question above",
        ),
        (
            "de",
            "Wir haben eine Frage. Im Formular durchgestrichen: Tomasz Zieliński.",
            "bis auf unsere Frage",
        ),
    ],
)
def test_a_name_that_is_struck_through_is_asked_about_and_no_advice(
    lang: str, question: str, nothing: str
) -> None:
    struck = Problem(kind=ProblemKind.STRUCK, field="last_name", user=1, severity=Severity.WARNING)
    for template, build, case in (
        ("receipt", mails.receipt, samples.complete_case(lang)),
        ("ris_problems", mails.ris_problems, samples.incomplete_case(lang)),
    ):
        asked = replace(case, ris=replace(case.ris, problems=(*case.ris.problems, struck)))
        values = build(asked, POLICY)
        mail = render_mail(template, lang, values | {"status_url": "https://desk.example.com/s"})
        text = " ".join(mail.text.split())

        assert question in text
        assert values["advice"] == build(case, POLICY)["advice"]
        assert template != "receipt" or nothing in text
        assert template != "receipt" or text.index(question) < text.index("C-7")
