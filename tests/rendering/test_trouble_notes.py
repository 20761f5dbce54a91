"""Notes of trouble: which mail, to whom, and what there is to do about it."""

from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from bot.domain.approvals import Phase
from bot.domain.bounces import reason_in
from bot.domain.cards import MailEnd, TroubleNote
from bot.domain.case_steps import CaseStep, StepName, StepState
from bot.domain.job_faults import RESTORED, UNOPENED, VANISHED
from bot.domain.outbox import JobStatus
from bot.rendering import case_steps, desk_notes
from bot.rendering.blocks import Card
from bot.rendering.cards import case_card
from bot.rendering.words import words
from tests.golden import assert_json_approved
from tests.rendering.test_cards import ASIDE, AT, ENGLISH, buttons, decided, effect

FAILED = TroubleNote(
    what="job_failed", subject="order_confirmation → mira.wendel@sponsor.example.com", ref="C-7", id=7,
    detail="550 5.1.1 no such user",
)  # fmt: skip


def shown(**changed: object) -> Card:
    return desk_notes.trouble_note(replace(FAILED, **changed), words=ENGLISH)  # type: ignore[arg-type]


GOLDEN: dict[str, Callable[[], Card]] = {
    "trouble_job_failed": shown,
    "trouble_direct_unknown": lambda: shown(what="direct_unknown", ref="Q-7", detail="Slack was lost"),
    "trouble_job_unopened": lambda: shown(detail=UNOPENED),
    "trouble_job_retried": lambda: shown(ended=MailEnd.RETRIED, by="U0BLAKE0002", at=AT),
    "trouble_job_unknown": lambda: shown(what="job_unknown", detail="the line was lost"),
}


@pytest.mark.golden
@pytest.mark.parametrize("name", GOLDEN)
def test_a_note_looks_as_it_was_approved(name: str) -> None:
    assert_json_approved(f"cards/{name}.json", asdict(GOLDEN[name]()))


def test_a_mail_that_was_set_aside_failed_or_may_have_gone_can_be_tried_again() -> None:
    assert buttons(desk_notes.trouble_note(ASIDE, words=ENGLISH)) == [("mail_replay", "12")]
    assert buttons(shown()) == [("mail_retry", "7")]
    assert buttons(shown(what="job_unknown")) == [("mail_retry", "7")]
    assert buttons(shown(what="direct_unknown")) == [("mail_retry", "7")]
    assert buttons(shown(what="answers_capped")) == []


@pytest.mark.parametrize(
    ("template", "ref", "instead"),
    [
        ("order_confirmation", "C-7", "reach them another way"),
        ("invitation", "C-7", "*Invite somebody else…* on the card of C-7"),
        ("partner_invitation", "P-3", "`/usher account P-3`"),
        ("partner_password", "A-9", "`/usher account A-9`"),
        ("activation", "C-7", "`/usher account anna@example.org` and *Change address…*"),
    ],
)
def test_who_has_a_wrong_address_is_reached_as_far_as_there_is_a_way(
    template: str, ref: str, instead: str
) -> None:
    assert instead in str(shown(subject=f"{template} → anna@example.org", ref=ref).blocks)


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        (UNOPENED, "kein Schlüssel in SECRET_KEY öffnet ihren Link mehr"),
        (VANISHED, "Usher brach mittendrin ab"),
        ("550 <!channel> no such user", "550 &lt;!channel&gt; no such user"),
    ],
)
def test_what_no_server_said_is_said_in_the_readers_language(detail: str, said: str) -> None:
    """What we say ourselves had come in English to every desk; what a server says comes as it is."""
    german = words("de")
    card = case_card(decided(Phase.FAILED, effect(JobStatus.FAILED, error=detail)), words=german)
    note = desk_notes.trouble_note(replace(FAILED, detail=detail), words=german)

    assert str(card.blocks).count(said) == 2  # how far the decision is, and that mail
    assert said in str(note.blocks)
    assert detail not in str(note.blocks) + str(card.blocks)


@pytest.mark.parametrize(
    ("detail", "said"),
    [(VANISHED, "Usher brach mittendrin ab"), (RESTORED, "wartet seit einer Wiederherstellung")],
)
def test_a_step_says_so_too(detail: str, said: str) -> None:
    step = CaseStep(case_id=7, name=StepName.KEYS, state=StepState.FAILED, since=AT, reason=detail)

    assert case_steps.reason(step, words("de")) == said


@pytest.mark.parametrize(
    "subject", ["order_confirmation → anna@example.org", "activation → anna@example.org"]
)
def test_a_mail_that_no_key_opens_has_no_wrong_address_but_a_key_to_put_back(subject: str) -> None:
    said = str(shown(subject=subject, detail=UNOPENED, ref="C-7").blocks)

    assert "SECRET_KEY=PRESENT,FORMER" in said
    assert "address is wrong" not in said


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("550 5.1.1 <anna@example.org>: no such user", "no_mailbox"),
        ("452-4.2.2 over quota", "full"),
        ("550 no such user", ""),
        ("554 5.6.0 refused at 10.5.1.1", ""),
        (UNOPENED, ""),
    ],
)
def test_a_servers_answer_says_why_only_where_its_code_does(answer: str, reason: str) -> None:
    assert reason_in(answer) == reason


def test_what_is_true_no_more_is_said_once() -> None:
    card = shown(what="job_overtaken", detail="what it says is true no more")

    assert str(card.blocks).count("true no more") == 1
