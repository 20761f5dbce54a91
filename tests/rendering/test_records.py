"""History, findings, report and head as they were approved, in both languages and under strangers' text."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.cases import BallHolder, CaseStatus
from bot.domain.events import EventTag, Head, HistoryStep, Restore
from bot.domain.finding import Findings, Found, Subject, Value
from bot.domain.languages import LANGUAGES
from bot.domain.lifecycle import Stage
from bot.domain.mail import Kind
from bot.domain.report import Decisions, Dwell, Report, Week, WeekAhead, WeekFigures
from bot.rendering import plots
from bot.rendering.blocks import Card
from bot.rendering.finding import findings_card, read_turned
from bot.rendering.history import FIRST, NEWEST, has_line, history_card
from bot.rendering.report import report_card
from bot.rendering.trail import head_note
from bot.rendering.words import words
from tests.golden import assert_json_approved
from tests.rendering.test_card_limits import faults, texts

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2024, 9, 12, 8, 31, tzinfo=UTC)
EVIL = "<!channel> <@U0AVERY0001> *x* <https://evil.example|y> " + "\u202e" + "🦜" * 300

STEPS = (
    HistoryStep(at=AT, tag="case:opened", actor="usher", data={"status": "in_review"}),
    HistoryStep(at=AT, tag="link:issued", actor="usher", data={}),
    HistoryStep(at=AT, tag="decision:refused", actor="U0BLAKE0001", data={"code": "not_approver"}),
    HistoryStep(
        at=AT + timedelta(days=1), tag="approval:given", actor="U0AVERY0001", data={"right_of": "U0CASEY0001"}
    ),
    HistoryStep(at=AT + timedelta(days=1), tag="case:approved", actor="U0CASEY0001", data={"version": 1}),
    HistoryStep(
        at=AT + timedelta(days=1), tag="decision:phase_changed", actor="usher", data={"phase": "executing"}
    ),
    HistoryStep(
        at=AT + timedelta(days=2), tag="job:failed", actor="usher", data={}, mail="order_confirmation"
    ),
    HistoryStep(
        at=AT + timedelta(days=2), tag="job:retried", actor="cli:anna", data={}, mail="order_confirmation"
    ),
)
FOUND = Findings(
    typed="muller",
    found=(
        Found(
            ref="C-7",
            title="Lindgren & Söhne Maschinenbau GmbH",
            at=AT,
            status=CaseStatus.IN_REVIEW,
            matched=(
                Value(Subject.PERSON, "Jana Müller"),
                Value(Subject.ADDRESS, "jana.mueller@lindgren-soehne.example.org"),
            ),
        ),
        Found(ref="Q-3", title="", at=AT, matched=(Value(Subject.PERSON, "Jana Müller"),)),
    ),
    page=2,
    pages=3,
    total=17,
)
REPORT = Report(
    week=Week(date(2024, 9, 9)),
    until=None,
    this=WeekFigures(
        came=12,
        approved=8,
        rejected=1,
        withdrawn=1,
        open=6,
        mails_out=31,
        questions=9,
        mails_in={"ris": 13, "question": 9, "bounce": 1},
        dwells={
            BallHolder.DESK: Dwell(turns=14, median=timedelta(hours=5), longest=timedelta(days=3)),
            BallHolder.USHER: Dwell(turns=1, median=timedelta(seconds=3), longest=timedelta(seconds=3)),
        },
    ),
    before=WeekFigures(
        came=9,
        open=4,
        dwells={BallHolder.SPONSOR: Dwell(turns=2, median=timedelta(days=2), longest=timedelta(days=4))},
    ),
    deciders=(
        Decisions(by="Avery Stone", approved=6, first=2),
        Decisions(by="cli:anna", approved=2, rejected=1),
    ),
    came_by_day=(3, 2, 4, 0, 2, 1, 0),
    decided_by_day=(1, 3, 2, 2, 1, 0, 0),
    ahead=tuple(
        WeekAhead(
            week=Week(date(2024, 9, 16) + timedelta(weeks=number)),
            mails={
                Stage.VALIDATION: 120 * number,
                Stage.REMINDER: number // 3,
                Stage.EXPIRED: 1_050 * (number == 5),
            },
        )
        for number in range(13)
    ),
)


def shown(lang: str) -> dict[str, Card]:
    say = words(lang, BERLIN)
    return {
        "history": history_card("C-7", STEPS, words=say),
        "found": findings_card(FOUND, words=say),
        "found_nothing": findings_card(Findings(typed="xyzzy"), words=say),
        "report": report_card(REPORT, with_picture=True, words=say),
        "audit_head": head_note(Head(4711, "ab" * 32), words=say),
        "audit_head_restored": head_note(
            Head(4711, "ab" * 32), [Restore(seq=4700, at=AT, by="cli:kim")], words=say
        ),
    }


@pytest.mark.golden
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", shown("en"))
def test_each_looks_as_approved(name: str, lang: str) -> None:
    card = shown(lang)[name]

    assert_json_approved(f"cards/{name}.{lang}.json", {"text": card.text, "blocks": card.blocks})
    assert not faults(card.blocks)


#: what is no step of a case: of mails, of the desk itself; or is left out, for it would drown the others
NO_STEPS = {
    "mail:classified", "mail:viewed", "mailbox:renumbered",
    "bounce:ignored", "absence:planned", "absence:ended", "key:looked_up", "authenticator:mailed",
    "authenticator:confirmed",
    "authenticator:reset_asked", "authenticator:reset", "code:taken", "code:failed", "codes:locked",
    "money:corrected", "money:paid_in", "purchase_order:opened", "vouchers:imported",
    "hold:lifted", "alarm:raised", "alarm:cleared", "database:restored", "database:key_lost", "link:issued",
    "case:viewed", "invitation:asked",
}  # fmt: skip
#: what people do with their accounts is no step of a case
OF_ACCOUNTS = frozenset({
    "account", "application", "conversation", "partner", "certificate", "credential", "member", "password",
    "phone", "phone_code", "phone_reset", "life", "life_gate", "prolongation",
    "recovery_code", "recovery_codes", "person", "data",
    "questions", "recovery", "session", "sign_in", "tries",
})  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("tag", EventTag)
def test_every_step_of_a_case_has_its_sentence(tag: EventTag, lang: str) -> None:
    elsewhere = str(tag) in NO_STEPS or tag.partition(":")[0] in OF_ACCOUNTS
    assert has_line(tag, words(lang)) is not elsewhere


def test_slips_are_no_history_and_who_gives_a_case_back_took_it_from_nobody() -> None:
    refused = [replace(STEPS[2], data={"code": code}) for code in ("nothing_entered", "own_work")]
    freed = [
        HistoryStep(at=AT, tag="case:unassigned", actor="U0BLAKE0001", data={"who": who})
        for who in ("U0BLAKE0001", "U0CASEY0001")
    ]
    said = [
        line.partition(" · ")[2]
        for text in texts(history_card("C-7", [*refused, *freed], words=words("en", BERLIN)).blocks)
        for line in text["text"].split("\n")
        if " · " in line
    ]

    assert said[1:] == [  # below the title
        "<@U0BLAKE0001> was refused (had a hand in it)",
        "<@U0BLAKE0001> gave it back: it is assigned to nobody",
        "<@U0BLAKE0001> took it from <@U0CASEY0001>: it is assigned to nobody",
    ]


def test_of_a_long_history_the_first_and_the_newest_are_told() -> None:
    many = [replace(STEPS[2], at=AT + timedelta(minutes=number)) for number in range(5_000)]
    card = history_card("C-7", many, words=words("en", BERLIN))
    told = [line for text in texts(card.blocks) for line in text["text"].split("\n") if " · " in line]

    assert not faults(card.blocks)
    assert sum("was refused" in line for line in told) == FIRST + NEWEST
    assert f"{5_000 - FIRST - NEWEST} more steps" in str(card.blocks)


def test_strangers_text_stays_text_and_within_the_limits() -> None:
    values = tuple(Value(subject, f"{number}{EVIL}") for subject in Subject for number in range(9))
    one = Found(ref="C-7", title=EVIL, at=AT, status=CaseStatus.IN_REVIEW, matched=values)
    findings = replace(FOUND, typed=EVIL * 9, found=(one,) * 8, capped=True, left_out=True)
    report = replace(REPORT, deciders=tuple(Decisions(by=EVIL, approved=1) for _ in range(60)))
    for card in (
        findings_card(findings, words=words("en", BERLIN)),
        findings_card(Findings(typed=EVIL), words=words("de", BERLIN)),
        report_card(report, with_picture=False, words=words("de", BERLIN)),
    ):
        assert not faults(card.blocks)
        assert not any("<!channel" in text["text"] or "<@" in text["text"] for text in texts(card.blocks))


def test_a_buttons_value_brings_the_search_back_whatever_was_typed() -> None:
    typed = '"\\' * 400
    card = findings_card(replace(FOUND, typed=typed), words=words("en", BERLIN))
    back, more = card.blocks[-1]["elements"]

    assert (read_turned(back["value"]).page, read_turned(more["value"]).page) == (1, 3)
    assert typed.startswith(read_turned(more["value"]).typed)
    assert len(more["value"]) < 2_000


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_mail_has_a_name_in_the_report(kind: Kind) -> None:
    assert all(f"mail_kind.{kind}" in words(lang) for lang in LANGUAGES)


@pytest.mark.slow  # matplotlib takes seconds to import
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "report", [REPORT, replace(REPORT, this=WeekFigures(), came_by_day=(0,) * 7, ahead=())]
)
def test_the_picture_is_a_phone_wide(report: Report, lang: str) -> None:
    picture = plots.week(report, words=words(lang, BERLIN))

    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20], "big") == 1080
