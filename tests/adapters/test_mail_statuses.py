"""The status part of a delivery report: whom it speaks of, and how bad it is for each of them."""

import pytest

from bot.adapters.mail_parsing import read_mail_parts
from bot.adapters.mail_statuses import MOST_RECIPIENTS, report_of
from bot.domain.bounces import is_hard
from bot.domain.mail import BounceReport
from tests.reports import a_report_of

DANA, ERIN = "dana@example.com", "erin@example.com"
ORIGINAL = "<c-7.0123456789ab.original@desk.example.org>"


def report(*told: tuple[str, str, str], said: str = "said") -> BounceReport | None:
    raw = a_report_of(*((*one, f"{said} of {one[0]}") for one in told), about=ORIGINAL)
    return read_mail_parts(raw).bounce


def block(recipient: str, action: str, status: str) -> dict[str, str]:
    return {"final-recipient": f"rfc822; {recipient}", "action": action, "status": status}


def test_what_is_said_of_one_is_not_said_of_another() -> None:
    found = report((DANA, "failed", "5.2.2"), (ERIN, "failed", "5.1.1"))

    assert found
    assert [one.recipient for one in found.each] == [DANA, ERIN]
    assert (is_hard(found.of(ERIN)), is_hard(found.of(DANA))) == (True, False)
    assert (found.of(DANA).detail, found.of(ERIN).detail) == (f"said of {DANA}", f"said of {ERIN}")
    assert found.of(DANA).recipients == (DANA,)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_who_has_the_mail_is_none_of_a_reports_recipients(action: str) -> None:
    found = report((DANA, action, "2.0.0"), (ERIN, "failed", "5.1.1"))

    assert found
    assert found.recipients == (ERIN,)


def test_a_delay_of_one_beside_the_failure_of_another_stays_a_delay() -> None:
    found = report((DANA, "delayed", "4.4.1"), (ERIN, "failed", "5.1.1"))

    assert found
    assert (found.of(DANA).gave_up, found.of(ERIN).gave_up, found.gave_up) == (False, True, True)


def test_a_failure_after_a_delay_of_the_same_recipient_is_the_last_word() -> None:
    found = report((DANA, "delayed", "4.4.1"), (DANA.title(), "failed", "5.1.1"))

    assert found
    assert found.recipients == (DANA,)
    assert is_hard(found.of(DANA))


def test_the_failure_of_a_nameless_one_is_not_laid_on_whom_the_report_calls_delivered() -> None:
    """A report that names nobody is taken for our only recipient's."""
    assert report(("unknown", "failed", "5.1.1"), (DANA, "delivered", "2.0.0")) is None


def test_a_report_that_names_nobody_at_all_is_one() -> None:
    found = report(("unknown", "failed", "5.1.1"))

    assert found
    assert (found.recipients, found.each) == ((), ())
    assert is_hard(found.of(DANA))


def test_what_their_server_says_is_kept_behind_a_semicolon_too() -> None:
    found = report((DANA, "failed", "5.0.0"), said="550 5.1.1 no such user; see why")

    assert found
    assert found.status == "5.1.1"
    assert found.detail == f"550 5.1.1 no such user; see why of {DANA}"


def test_thousands_of_recipients_are_a_few() -> None:
    found = report_of([block(f"n{number}@example.com", "failed", "5.1.1") for number in range(5_000)])

    assert found
    assert len(found.recipients) == len(found.each) == MOST_RECIPIENTS
