"""A batch of mails is put together before its first goes; each is told of, and goes, at its own turn."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.bootstrap import alive
from bot.domain.outbox import Job, JobKind, JobStatus
from bot.rendering.mails import RenderedMail
from bot.services import mail_words, marking
from bot.services.desk import Desk
from bot.services.effects import carry_out, with_mails
from tests.cast import Office, a_case
from tests.handlers.lanes import one_round, queue_mails, states, the_lane, ways


def test_a_batch_is_put_together_before_its_first_mail_goes(office: Office) -> None:
    queue_mails(office, 3)

    assert one_round(office) == 3
    assert office.mailer.prepared == office.mailer.sent
    assert [mail.to for mail in office.mailer.sent] == [f"u{number}@example.org" for number in range(3)]


def test_one_that_cannot_be_put_together_costs_only_itself(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue_mails(office, 3)
    render = mail_words._render

    def stumbles(desk: Desk, job: Job, words: Mapping[str, object]) -> RenderedMail:
        if job.recipient == "u1@example.org":
            raise ZeroDivisionError
        return render(desk, job, words)

    monkeypatch.setattr(mail_words, "_render", stumbles)
    one_round(office)

    assert states(office, "neutral_receipt") == ["sent", "failed", "sent"]
    assert [job.error for job in office.jobs("neutral_receipt")][1].startswith("ZeroDivisionError")
    assert len(office.mailer.prepared) == len(office.mailer.sent) == 2


def test_what_stopped_being_true_since_does_not_go(office: Office) -> None:
    case = a_case(office)
    (job,) = office.claim(kinds=[JobKind.MAIL])
    with office.connect() as db:
        batch = with_mails(db, office.desk, ways(office), [job], now=office.now)
        db.execute("update cases set status = 'rejected' where id = :id", {"id": case.id})
        outcome = carry_out(db, office.desk, batch, job, now=office.now)

    assert list(batch.ready) == [job.id]
    assert outcome.status is JobStatus.REPLACED
    assert office.mailer.sent == []


@pytest.mark.parametrize("which", ["renewed", "made"])
def test_what_is_renewed_or_made_as_it_goes_is_left_for_its_turn(office: Office, which: str) -> None:
    queue_mails(office, 1)
    (job,) = office.claim(kinds=[JobKind.MAIL])
    if which == "renewed":
        job = replace(job, template=next(iter(mail_words.RENEWED)))
    else:
        job = replace(job, values={**job.values, "attach": {"what": marking.BLANK}})
    with office.connect() as db:
        assert with_mails(db, office.desk, ways(office), [job], now=office.now).ready == {}


def test_after_a_crash_each_has_its_turn_to_itself_until_nothing_is_left(office: Office) -> None:
    """Seen: a mail that kills whoever puts it together killed twenty starts, and others were blamed."""
    queue_mails(office, 3)
    with alive(office.bot.settings, "killed"):
        office.claim("killed")
    lane = the_lane(office, "mail")
    lane._drain(ways(office))
    assert (states(office), office.mailer.prepared) == (["queued", "sent", "sent"], [])

    queue_mails(office, 1, to="late{}@example.org", key="late{}")
    office.clock.wait(minutes=1)
    lane._drain(ways(office))

    assert states(office) == ["sent"] * 4
    assert [mail.to for mail in office.mailer.prepared] == ["late0@example.org"]
