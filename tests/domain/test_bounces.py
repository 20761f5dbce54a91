"""What a delivery report counts for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.bounces import (
    PROBE_PATIENCE,
    SOFT_LIMIT,
    AddressState,
    Doubt,
    Measure,
    is_hard,
    list_believed,
    next_measure,
    reason_in,
    reason_of,
    said_of,
    standing,
)
from bot.domain.mail import BounceReport, RecipientReport
from bot.domain.outbox import JobStatus

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
DANA, ERIN = "dana@sponsor.example.org", "erin@sponsor.example.org"


def a_report(
    *recipients: str, permanent: bool = True, gave_up: bool = True, status: str = "", detail: str = ""
) -> BounceReport:
    return BounceReport(
        recipients=recipients, permanent=permanent, gave_up=gave_up, status=status, detail=detail
    )


@pytest.mark.parametrize(
    ("named", "cc", "believed"),
    [
        ((DANA,), (), (DANA,)),
        ((ERIN, DANA), (ERIN,), (DANA, ERIN)),
        ((DANA, "mallory@elsewhere.example"), (), (DANA,)),
        (("mallory@elsewhere.example",), (), ()),
        ((), (), (DANA,)),
        ((), (ERIN,), ()),
    ],
)
def test_only_the_mails_own_recipients_are_believed(
    named: tuple[str, ...], cc: tuple[str, ...], believed: tuple[str, ...]
) -> None:
    assert list_believed(a_report(*named), to=DANA, cc=cc) == believed


@pytest.mark.parametrize(
    ("ours", "named"),
    [
        ("anna@müller.example", "anna@xn--mller-kva.example"),
        ("anna@xn--mller-kva.example", "anna@Müller.example"),
        ("anna@müller.example", "anna@müller.example"),
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
    ],
)
def test_a_domain_is_the_same_in_the_letters_of_mail_servers(ours: str, named: str) -> None:
    one = RecipientReport(recipient=named, permanent=False, gave_up=False)
    report = replace(a_report(ERIN, named), each=(one,))

    assert list_believed(report, to=ours, cc=()) == (ours,)
    assert not said_of(report, ours).gave_up


@pytest.mark.parametrize(
    "named", ["anna@strasse.example", "bea@straße.example", "anna@-.example", "anna@", ""]
)
def test_a_domain_that_only_looks_alike_is_another(named: str) -> None:
    assert list_believed(a_report(named), to="anna@straße.example", cc=()) == ()


@pytest.mark.parametrize(
    ("report", "hard"),
    [
        (a_report(status="5.1.1"), True),
        (a_report(status="5.4.1"), True),
        (a_report(status=""), False),
        (a_report(status="5.2.2"), False),
        (a_report(status="5.3.4"), False),
        (a_report(status="5.7.1"), False),
        (a_report(status="5.7.509"), False),
        (a_report(permanent=False, status="4.4.7"), False),
        (a_report(gave_up=False, status="5.1.1"), False),
    ],
)
def test_hard_is_what_speaks_against_the_address_itself(report: BounceReport, hard: bool) -> None:
    assert is_hard(report) is hard


@pytest.mark.parametrize(
    "status",
    ["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1", "5.4.4", "5.4.310"],
)
def test_a_few_codes_speak_against_the_address(status: str) -> None:
    assert is_hard(a_report(status=status))


@pytest.mark.parametrize(
    "status",
    [
        "5.1.4",
        "5.1.7",
        "5.1.8",
        "5.1.90",
        "5.1.11",
        "5.2.0",
        "5.2.121",
        "5.2.122",
        "5.3.0",
        "5.3.1",
        "5.3.2",
        "5.4.5",
        "5.4.11",
        "5.5.1",
        "5.5.3",
        "5.9.9",
        "5.1.1x",
        "15.1.1",
        "5.1.1.1",
        "2.1.1",
        "x",
    ],
)
def test_whatever_else_a_server_says_may_be_about_us_or_itself(status: str) -> None:
    """A day's limit of ours (5.1.90, 5.4.5) would otherwise give up everybody whom we wrote to."""
    assert not is_hard(a_report(status=status, detail="user unknown"))


@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.0 Sender denied",
        "550 5.1.0 <desk@desk.example> sender rejected. AUP#1310",
        "550 5.1.0 Absender abgelehnt",
        "550 5.1.0 MAIL FROM not allowed",
    ],
)
def test_some_address_that_is_ours_says_nothing_against_theirs(said: str) -> None:
    assert not is_hard(a_report(status="5.1.0", detail=said))
    assert reason_of("5.1.0", said) == reason_in(said) == "refused"
    assert is_hard(a_report(status="5.1.1", detail=said))


@pytest.mark.parametrize(
    ("state", "hard", "of_probe", "soft", "measure"),
    [
        (AddressState.GOOD, True, False, 0, Measure.PROBE),
        (AddressState.GOOD, False, False, SOFT_LIMIT - 1, Measure.NOTHING),
        (AddressState.GOOD, False, False, SOFT_LIMIT, Measure.PROBE),
        (AddressState.GOOD, True, True, 0, Measure.GIVE_UP),  # it came back after its patience had ended
        (AddressState.DOUBTFUL, True, False, SOFT_LIMIT, Measure.NOTHING),
        (AddressState.DOUBTFUL, True, True, 0, Measure.GIVE_UP),
        (AddressState.DOUBTFUL, False, True, SOFT_LIMIT, Measure.NOTHING),
        (AddressState.GIVEN_UP, True, True, SOFT_LIMIT, Measure.NOTHING),
    ],
)
def test_what_follows_for_an_address(
    state: AddressState, hard: bool, of_probe: bool, soft: int, measure: Measure
) -> None:
    assert next_measure(state, hard=hard, of_probe=of_probe, recent_soft=soft) is measure


@pytest.mark.parametrize(
    ("state", "probe", "sent", "expected"),
    [
        (AddressState.DOUBTFUL, JobStatus.QUEUED, None, AddressState.DOUBTFUL),
        (AddressState.DOUBTFUL, JobStatus.SENT, PROBE_PATIENCE - timedelta(1), AddressState.DOUBTFUL),
        (AddressState.DOUBTFUL, JobStatus.SENT, PROBE_PATIENCE, AddressState.GOOD),
        (AddressState.DOUBTFUL, JobStatus.DISCARDED, None, AddressState.GOOD),
        (AddressState.DOUBTFUL, None, None, AddressState.GOOD),
        (AddressState.GIVEN_UP, JobStatus.SENT, PROBE_PATIENCE, AddressState.GIVEN_UP),
    ],
)
def test_a_doubt_ends_with_its_probe_and_giving_up_does_not(
    state: AddressState, probe: JobStatus | None, sent: timedelta | None, expected: AddressState
) -> None:
    doubt = Doubt(address=DANA, state=state, since=NOW, probe="probe:1")
    sent_at = NOW - sent if sent else None

    assert standing(doubt, probe, sent_at=sent_at, now=NOW) is expected


def test_an_address_nobody_doubts_is_good() -> None:
    assert standing(None, None, sent_at=None, now=NOW) is AddressState.GOOD


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("5.1.1", "no_mailbox"),
        ("5.1.10", "no_mailbox"),
        ("5.1.2", "no_domain"),
        ("5.2.1", "disabled"),
        ("4.2.2", "full"),
        ("5.2.2", "full"),
        ("5.7.1", "refused"),
        ("4.4.7", "unreachable"),
        ("5.1.0", "no_mailbox"),
        ("5.1.8", "refused"),
        ("5.1.90", "other"),
        ("5.4.5", "other"),
        ("5.9.9", "other"),
        ("", "other"),
    ],
)
def test_a_status_has_plain_words(status: str, reason: str) -> None:
    assert reason_of(status) == reason
