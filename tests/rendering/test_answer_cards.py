"""Answers in words, differences and the case in full, as they were approved and within Slack's limits."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.answer_texts import Given
from bot.domain.cards import AnswersNote, CaseCard, CaseView
from bot.domain.case_answers import (
    AnsweringMail,
    AnswersState,
    CaseAnswers,
    Proposal,
    apply,
    judge,
    propose,
)
from bot.domain.cases import CaseVersion
from bot.domain.differences import compare
from bot.domain.filling import Slot
from bot.domain.ris import HeadingRead, RisCase, Severity
from bot.rendering import answer_cards, cards, case_view, samples
from bot.rendering.blocks import Block
from bot.rendering.words import words
from bot.sandbox.slack.limits import check_blocks, check_view
from bot.services import corrections
from tests.golden import assert_json_approved
from tests.rendering.strangers import HOSTILE

ENGLISH = words("en", ZoneInfo("Europe/Berlin"))
ASKED = samples.incomplete_case().ris
ANSWERED = {
    1: "20457", 2: "Atlantis", 3: "yes", 4: "Greta Lindgren", 9: '=HYPERLINK("https://evil.example")',
}  # fmt: skip
WAITS = replace(samples.incomplete_case(), heard=True)  #: for a click
HEADINGS = (
    HeadingRead(field="email", label="E-Mail (geschäftlich)", sheet="Personen", cell="D4"),
    HeadingRead(field="job_title", label="Bereich", sheet="Personen", cell="F4", sure=False),
    HeadingRead(field="", label="Bemerkung", sheet="Personen", cell="G4"),
)


def proposals(given: dict[int, str]) -> tuple[Proposal, ...]:
    found = propose(ASKED, ASKED, [Given(number=number, text=text) for number, text in given.items()])
    return judge(apply(ASKED, found), found)


def a_note(given: dict[int, str], **more: Any) -> AnswersNote:  # noqa: ANN401 - any field
    case = samples.incomplete_case()
    mail = AnsweringMail(
        mail_id=44, sender=case.sponsor, message_id="<a@sponsor.example.com>", subject="Re: RIS",
        thread_ids=(), verdict=case.verdict, evidence="",
    )  # fmt: skip
    answers = CaseAnswers(
        id=3, case_id=7, version=2, asked=2, mail=mail, proposals=proposals(given), state=AnswersState.OPEN,
        made_at=samples.RECEIVED_AT,
    )  # fmt: skip
    return AnswersNote(ref="C-7", company=case.ris.company.name, answers=replace(answers, **more))


def about_a_heading() -> AnswersNote:
    slot = Slot("job_title", heading="Personen!F4")
    return a_note({}, proposals=(Proposal(number=1, answer="yes", slot=slot, old="Bereich"),))


def settled(state: AnswersState) -> dict[str, Any]:
    note = a_note({1: "20457"}, state=state, settled_by="U0AVERY", settled_at=samples.DECIDED_AT)
    return asdict(answer_cards.answers_note(note, words=ENGLISH))


def version(number: int, ris: RisCase, made_by: str = "mail:41") -> CaseVersion:
    at = samples.RECEIVED_AT + timedelta(hours=number)
    return CaseVersion(number=number, content_hash=ris.content_hash(), ris=ris, made_by=made_by, made_at=at)


def corrected() -> CaseCard:
    """The next version: what was asked is right, one user is new and one is gone."""
    case = samples.complete_case()
    new = replace(
        samples.USERS[1], first_name="Jannis", last_name="Okoro", email="j.okoro@lindgren.example.org"
    )
    ris = replace(case.ris, users=(samples.USERS[0], replace(new, row=12), samples.USERS[2]))
    return CaseCard(case=replace(case, ris=ris, version=3), before=version(2, ASKED))


def a_view(shown: CaseVersion, before: CaseVersion | None) -> CaseView:
    versions = tuple((number, version(number, ASKED).made_at) for number in (3, 2, 1))
    return CaseView(
        case=replace(samples.complete_case(), version=3), shown=shown, before=before, versions=versions
    )


def foreign() -> RisCase:
    return replace(samples.complete_case().ris, headings=HEADINGS)


GOLDEN: dict[str, Callable[[], object]] = {
    "answers": lambda: asdict(answer_cards.answers_note(a_note(ANSWERED), words=ENGLISH)),
    "answers_heading": lambda: asdict(answer_cards.answers_note(about_a_heading(), words=ENGLISH)),
    "answers_applied": lambda: settled(AnswersState.APPLIED),
    "answers_discarded": lambda: settled(AnswersState.DISCARDED),
    "answers_overtaken": lambda: settled(AnswersState.OVERTAKEN),
    "case_answers_wait": lambda: asdict(cards.case_card(CaseCard(case=WAITS, open_answers=1), words=ENGLISH)),
    "case_corrected": lambda: asdict(cards.case_card(corrected(), words=ENGLISH)),
    "case_doubtful_headings": lambda: asdict(
        cards.case_card(CaseCard(case=replace(samples.complete_case(), ris=foreign())), words=ENGLISH)
    ),
    "case_view": lambda: case_view.case_view(
        a_view(version(3, foreign(), "answers:3"), version(2, ASKED)), words=ENGLISH
    ),
    "case_view_first": lambda: case_view.case_view(a_view(version(1, ASKED), None), words=ENGLISH),
}


@pytest.mark.golden
@pytest.mark.parametrize("name", GOLDEN)
def test_it_looks_as_it_was_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", GOLDEN[name]())


def texts(blocks: list[Block]) -> str:
    return str(blocks)


def test_whoever_a_newer_form_leaves_out_stands_above_all_that_differs() -> None:
    case = samples.complete_case()
    changed = {field.name: "other" for field in fields(case.ris.company) if field.name != "seats"}
    ris = replace(case.ris, company=replace(case.ris.company, **changed), users=case.ris.users[:1])
    before = version(2, case.ris)

    card = cards.case_card(CaseCard(case=replace(case, ris=ris, version=3), before=before), words=ENGLISH)

    listed = next(text for block in card.blocks if "Changed since" in (text := str(block)))
    assert listed.count("• gone: ") == len(case.ris.users) - 1
    lines = corrections.list_changes(compare(case.ris, ris))
    assert [one.before for one in lines[: listed.count("• gone: ")]] == [
        f"{user.first_name} {user.last_name}" for user in case.ris.users[1:]
    ]


def test_the_buttons_name_the_answers_and_the_version_they_change() -> None:
    block = answer_cards.answers_note(a_note(ANSWERED), words=ENGLISH).blocks[-1]

    assert block["block_id"] == "answers:3:2"
    assert [(one["action_id"], one["value"]) for one in block["elements"]] == [
        ("case_answers_apply", "C-7"), ("case_answers_discard", "C-7"),
    ]  # fmt: skip


def test_a_role_in_words_of_their_own_is_shown_as_the_form_takes_it_over() -> None:
    typed = Proposal(
        number=1, answer="User", slot=Slot("role", 0), who="Dario Kern", old="Chief", new=("User",)
    )  # fmt: skip
    note = answer_cards.answers_note(a_note({}, proposals=(typed,)), words=ENGLISH)

    assert "unknown role “Chief” → *User*" in texts(note.blocks)


@pytest.mark.parametrize(
    ("made_by", "said"),
    [
        ("mail:41", "from mail 41"),
        ("answers:3", "answers in words"),
        ("U0AVERY", "registration that <@U0AVERY>"),
    ],
)
def test_a_version_says_what_it_came_from(made_by: str, said: str) -> None:
    view = case_view.case_view(a_view(version(3, ASKED, made_by), None), words=ENGLISH)

    assert said in view["blocks"][1]["text"]["text"]


def test_two_hundred_long_answers_keep_within_slacks_limits() -> None:
    long = [replace(one, answer="<!channel> " + "€" * 400, new=("😀" * 300,)) for one in proposals(ANSWERED)]
    note = a_note(ANSWERED, proposals=tuple(long * 40))
    card = answer_cards.answers_note(note, words=ENGLISH)

    assert check_blocks(card.blocks) == []
    assert "more" in texts(card.blocks)
    assert "<!channel>" not in texts(card.blocks)


def many() -> RisCase:
    users = tuple(
        replace(samples.USERS[at % 3], email=f"{at}@x.example.org", first_name="😀&" * 90, row=at)
        for at in range(2_000)
    )
    headings = tuple(replace(HEADINGS[1], label="<@U1>" * 60, cell=f"A{at}") for at in range(300))
    return replace(ASKED, users=users, headings=headings)


def test_a_form_of_two_thousand_users_keeps_within_slacks_limits() -> None:
    ris = many()
    case = replace(samples.complete_case(), ris=ris, version=150)
    before = version(149, ASKED)
    card = cards.case_card(CaseCard(case=case, before=before, open_answers=2), words=ENGLISH)
    versions = tuple((number, before.made_at) for number in range(150, 0, -1))
    view = CaseView(case=case, shown=version(150, ris), before=before, versions=versions)

    assert check_blocks(card.blocks) == []
    assert check_view(case_view.case_view(view, words=ENGLISH)) == []


@pytest.mark.parametrize("text", [*HOSTILE, "=cmd|' /C calc'!A0", "<!here>", "@SUM(A1)"])
def test_a_strangers_value_formats_nothing_and_pings_nobody(text: str) -> None:
    company = replace(samples.COMPANY, name=text, city=text)
    ris = replace(ASKED, company=company, headings=(replace(HEADINGS[1], label=text),))
    shown = cards.case_card(
        CaseCard(case=replace(samples.complete_case(), ris=ris), before=version(1, ASKED)), words=ENGLISH
    )
    view = case_view.case_view(a_view(version(2, ris), version(1, ASKED)), words=ENGLISH)
    note = a_note({1: text, 2: text, 3: text})
    said = (
        texts(shown.blocks)
        + texts(view["blocks"])
        + texts(answer_cards.answers_note(note, words=ENGLISH).blocks)
    )

    assert "<!" not in said
    assert "<@U" not in said
    assert "<http" not in said


def test_doubtful_headings_come_first_in_the_modal_and_alone_on_the_card() -> None:
    view = texts(case_view.case_view(a_view(version(1, foreign()), None), words=ENGLISH)["blocks"])
    card = texts(
        cards.case_card(CaseCard(case=replace(samples.complete_case(), ris=foreign())), words=ENGLISH).blocks
    )

    assert view.index("Bereich") < view.index("geschäftlich") < view.index("Bemerkung")
    assert "Bereich" in card
    assert "geschäftlich" not in card


def test_the_versions_menu_starts_with_the_one_that_is_shown() -> None:
    menu = case_view.case_view(a_view(version(2, ASKED), None), words=ENGLISH)["blocks"][0]["elements"][0]

    assert menu["initial_option"]["value"] == "2"
    assert [option["value"] for option in menu["options"]] == ["3", "2", "1"]


def test_a_case_in_full_shows_the_faults_of_its_form() -> None:
    case = samples.incomplete_case()
    fault = next(problem for problem in case.ris.problems if problem.severity is Severity.ERROR)
    faults = tuple(replace(fault, cell=f"B{number}", found="x") for number in range(60))
    shown = a_view(version(1, replace(case.ris, problems=faults)), None)
    blocks = case_view.case_view(shown, words=ENGLISH)["blocks"]
    sections = [block["text"]["text"] for block in blocks if "text" in block]

    said = "\n".join(sections)
    many = said.count("• Sheet ")
    assert 15 < many <= case_view.SHOWN_LINES
    assert "(60)" in said
    assert f"{60 - many} more" in str(blocks)
    assert max(map(len, sections)) <= 3_000
