"""The clock at work: mails with true dates, links that last, ends held ends, days that wait for a click."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from sqlite_utils import Database

from bot.domain.accounts import Account, AccountStatus
from bot.domain.diagnosis import Cause
from bot.domain.errors import LinkExpired, LinkUnknown, NotStaff, SignInNeeded
from bot.domain.lifecycle import LifeState
from bot.domain.lifecycle_refusals import EndPassed, GateGrown, GateSettled, LifeClosed
from bot.domain.outbox import JobStatus
from bot.domain.partner_refusals import AccountsOutside
from bot.domain.sessions import Strength
from bot.services import (
    account_files,
    account_views,
    diagnosis,
    lifecycle,
    lifecycle_gates,
    lifecycle_rounds,
    prolong_links,
    prolongation,
    sessions,
)
from bot.services.lifecycle_rounds import Ran
from bot.store import accounts
from bot.store import lifecycle_gates as gate_store
from bot.store.database import transaction
from handlers.clock import rounds
from tests.cast import AVERY, Office
from tests.partners import begun, bounce, set_extranet
from tests.services.kept_out import mailed

STRANGER = replace(AVERY, staff=False)


def partner(office: Office, *, number: int = 1, lang: str = "en", ends_on: date | None = None) -> Account:
    with office.connect() as db:
        return begun(db, office.desk, number=number, lang=lang, now=office.now, ends_on=ends_on)


def look(office: Office, **later: float) -> Ran:
    office.clock.wait(**later)
    with office.connect() as db:
        return lifecycle_rounds.run(db, office.desk, now=office.now)


def days_of(office: Office, days: int, account: Account) -> list[str]:
    """What the clock does on each of those days, while every mail goes."""
    seen = []
    for _ in range(days):
        look(office, days=1)
        office.work()
        with office.connect() as db:
            life = lifecycle.find(db, account.id)
        assert life is not None
        seen.append(f"{life.state} {life.cycle} {len(office.mailer.sent)}")
    return seen


def test_ninety_days_bring_two_warnings_one_end_and_a_close(office: Office) -> None:
    """It is Monday 2 March: the end is 31 May, T-30 Friday 1 May is a holiday, T-16 Friday 15 May."""
    account = partner(office, lang="de")

    seen = days_of(office, 153, account)

    states = ("valid 1 1", "valid 1 2", "expired 1 3", "closed 1 3")
    assert [seen.index(state) + 1 for state in states] == [59, 74, 91, 151]
    first, second, last = office.mailer.sent
    assert "31. Mai 2026" in first.subject
    assert "15. Mai 2026" in first.text
    assert "30. Juli 2026" in second.text
    assert "Bis 30. Juli 2026 kann es zurückkommen" in last.subject
    assert len(set(re.findall(r"/prolong/\S+", first.text + second.text + last.text))) == 1
    rounds.look(office.bot, now=office.now)  # nothing is left to do


def test_a_link_works_until_the_way_back_ends_and_a_validation_spends_it(office: Office) -> None:
    account = partner(office)
    days_of(office, 95, account)
    token = office.mailer.sent[0].text.partition("/prolong/")[2].split()[0]

    with office.connect() as db:
        assert not prolong_links.read(db, office.desk, token, now=office.now).spent
        for forged in (
            "",
            "1-1",
            token[:-1] + ("a" if token[-1] != "a" else "b"),
            token.replace("1-1", "1-2"),
        ):
            with pytest.raises(LinkUnknown):
                prolong_links.read(db, office.desk, forged, now=office.now)
        with transaction(db):
            life = lifecycle.validate(db, office.desk, account.id, by=account.ref, now=office.now)
        assert (life.state, life.cycle) == (LifeState.VALID, 2)
        assert prolong_links.read(db, office.desk, token, now=office.now).spent
        accounts.set_email(db, account.id, "other@works.example.com")
        with pytest.raises(LinkUnknown):
            prolong_links.read(db, office.desk, token, now=office.now)
        accounts.set_email(db, account.id, account.email)
    days_of(office, 160, account)
    with office.connect() as db:
        with pytest.raises(LinkExpired):
            prolong_links.read(db, office.desk, token, now=office.now)
        with pytest.raises(LifeClosed), transaction(db):
            lifecycle.validate(db, office.desk, account.id, by=account.ref, now=office.now)


def test_what_waits_in_the_outbox_is_overtaken_by_a_validation_and_shown_without_its_link(
    office: Office,
) -> None:
    account = partner(office)
    look(office, days=70)
    job = office.job("account_validation")

    assert "/prolong/1-1-" in office.mail_of(job).text
    assert account.name not in str(job.values)
    with office.connect() as db, transaction(db):
        lifecycle.validate(db, office.desk, account.id, by=account.ref, now=office.now)
    office.work()
    assert office.job("account_validation").status is JobStatus.REPLACED
    assert office.mailer.sent == []


@pytest.mark.parametrize("how", ["down", "unsent", "bounced"])
def test_no_account_ends_in_silence_and_the_desk_hears_of_each_once(office: Office, how: str) -> None:
    account = partner(office)
    if how != "down":
        look(office, days=76)
    if how == "bounced":
        office.work()
        with office.connect() as db:
            bounce(db, office.job("account_reminder").key, now=office.now)
    look(office, days=120 if how == "down" else 30)
    look(office, minutes=1)
    office.work()

    with office.connect() as db:
        life = lifecycle.find(db, account.id)
        assert life is not None
        assert [moved.how for moved in lifecycle.list_moves(db, account.id)] == ["begun", "held"]
    assert (life.state, life.cycle) == (LifeState.VALID, 2)
    assert life.ends_on == office.now.date() + timedelta(days=14)
    (note,) = [one for one in office.chat.standing.values() if "No silent end" in one.text]
    assert account.name in str(note.blocks)
    assert office.mailer.sent[-1].subject.endswith(f"{life.ends_on.day} {life.ends_on:%B %Y}")
    look(office, days=15)
    with office.connect() as db:
        after = lifecycle.find(db, account.id)
    assert after is not None
    assert after.state is LifeState.EXPIRED


def test_a_moved_end_keeps_its_reason_and_closes_nothing_early(office: Office) -> None:
    account = partner(office)
    days_of(office, 80, account)
    with office.connect() as db:
        with pytest.raises(EndPassed):
            lifecycle.extend(
                db, office.desk, account.id, ends_on=date(2026, 5, 1), reason="", by="cli:x", now=office.now
            )
        lifecycle.extend(
            db, office.desk, account.id, ends_on=date(2026, 8, 31), reason="Leave", by="cli:x", now=office.now
        )
        moved = lifecycle.list_moves(db, account.id)[-1]
        assert (moved.how, moved.ends_on, moved.reason) == ("extended", date(2026, 8, 31), "Leave")
        expected = list(lifecycle.preview(db, office.desk, on=date(2026, 7, 31), now=office.now))
    assert [one.foreseen.step.gives for one in expected] == ["validation"]
    assert days_of(office, 40, account)[-1] == "valid 2 2"


def test_more_mails_than_go_by_themselves_wait_for_one_click(office: Office) -> None:
    set_extranet(office, clock=office.desk.policy.extranet.clock.model_copy(update={"most_a_day": 3}))
    for number in range(1, 6):
        partner(office, number=number)
    partner(office, number=6, ends_on=date(2026, 12, 1))

    assert look(office, days=70).waiting == 5
    assert look(office, minutes=1).waiting == 5
    office.work()
    (card,) = [one for one in office.chat.standing.values() if "wait for your yes" in one.text]
    assert "5 mails" in card.text
    assert "Catch-up: the earliest was due 11 days ago, on 30 April 2026" in str(card.blocks)
    assert office.mailer.sent == []
    with office.connect() as db:
        gate = lifecycle_gates.find_shut(db)
        assert gate is not None
        with pytest.raises(NotStaff):
            lifecycle_gates.let_go(db, office.desk, gate.id, seen=5, by=STRANGER, now=office.now)
        with pytest.raises(GateGrown):  # of an older card that has shown fewer
            lifecycle_gates.let_go(db, office.desk, gate.id, seen=4, by=AVERY, now=office.now)
        assert not lifecycle_rounds.run(db, office.desk, now=office.now).told
        assert lifecycle_gates.let_go(db, office.desk, gate.id, seen=5, by=AVERY, now=office.now) == 5
        with pytest.raises(GateSettled):
            lifecycle_gates.let_go(db, office.desk, gate.id, seen=5, by=AVERY, now=office.now)
    assert sum(look(office, minutes=1).told.values()) == 5
    partner(office, number=7, ends_on=date(2026, 5, 20))  # the day's own number is not used up by the click
    assert sum(look(office, minutes=1).told.values()) == 1
    office.work()
    assert len(office.mailer.sent) == 6
    assert [str(event.tag) for event in office.events() if "gate" in event.tag] == [
        "life_gate:shut", "life_gate:opened",
    ]  # fmt: skip


def test_a_yes_by_a_clock_that_was_ahead_is_none_for_what_comes_until_then(office: Office) -> None:
    set_extranet(office, clock=office.desk.policy.extranet.clock.model_copy(update={"most_a_day": 1}))
    for number in (1, 2):
        partner(office, number=number)
    ahead = office.now + timedelta(days=400)
    with office.connect() as db, transaction(db):
        gate = gate_store.shut(db, now=ahead)
        gate_store.settle(db, gate.id, by=AVERY.id, released=1, now=ahead)

    assert look(office, days=70).waiting == 2


def test_another_policy_moves_what_is_due(office: Office) -> None:
    partner(office)
    look(office)
    extranet = office.desk.policy.extranet
    clock = extranet.clock.model_copy(update={"validation_days": 60})
    policy = office.desk.policy.model_copy(update={"extranet": extranet.model_copy(update={"clock": clock})})
    assert not look(office, days=40).told
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy))

    assert look(office, minutes=1).told["validation"] == 1  # type: ignore[index]


def test_what_a_mail_has_promised_of_the_way_back_holds(office: Office) -> None:
    """Three accounts: told of both, told of the end only after the change, and told before mails kept it."""
    first = partner(office)
    days_of(office, 95, first)
    later = partner(office, number=2)
    old = partner(office, number=3, ends_on=office.now.date() + timedelta(days=30))
    days_of(office, 1, old)
    with office.connect() as db, transaction(db):
        db.execute("update life_notices set back_until = null where account_id = :id", {"id": old.id})
        db.execute("delete from rounds where name = 'life rules'")  # as the migration leaves it
    look(office, minutes=1)
    extranet = office.desk.policy.extranet
    clock = extranet.clock.model_copy(update={"reactivation_days": 10})
    policy = office.desk.policy.model_copy(update={"extranet": extranet.model_copy(update={"clock": clock})})
    office.bot = replace(office.bot, desk=replace(office.desk, policy=policy))

    seen: dict[int, list[str]] = {one.id: [] for one in (first, later, old)}
    for _ in range(120):
        look(office, days=1)
        office.work()
        with office.connect() as db:
            for number, states in seen.items():
                life = lifecycle.find(db, number)
                assert life is not None
                states.append(str(life.state))
    assert [states.count("expired") for states in seen.values()] == [54, 10, 60]


def test_where_accounts_are_kept_elsewhere_the_clock_stands(office: Office) -> None:
    account = partner(office)
    set_extranet(office, accounts="outside")
    assert look(office, days=120) == Ran()
    with office.connect() as db:
        today = office.now.date()
        assert lifecycle.preview(db, office.desk, on=today, now=office.now) == []
        assert lifecycle.forecast(db, office.desk, now=office.now) == ()
        shown = account_views.get(db, office.desk, account.id, now=office.now).life
        assert (shown and shown.coming) == ()
        with pytest.raises(AccountsOutside):
            account_files.check(db, office.desk, office.reader, name="p.csv", content=b"x", now=office.now)
    set_extranet(office, accounts="here")
    assert look(office, minutes=1).held == 1  # nobody was warned
    assert days_of(office, 1, account) == ["valid 2 1"]


def test_the_clock_of_an_account_that_was_ended_stops(office: Office) -> None:
    account = partner(office)
    with office.connect() as db:
        accounts.move(
            db, account.id, since=AccountStatus.ACTIVE, to=AccountStatus.DEACTIVATED, now=office.now
        )

    assert look(office, days=70) == Ran(closed=1)
    assert look(office, days=70) == Ran()


def test_the_report_foresees_what_each_day_would_bring(office: Office) -> None:
    """Kinds of accounts, counted, bring in 90 days what a look at each account on each of them does."""
    for number, day in enumerate(("2026-05-05", "2026-05-06", "2026-05-20", "2026-05-20", "2026-06-30"), 1):
        partner(office, number=number, ends_on=date.fromisoformat(day))
    ended = partner(office, number=6)
    with office.connect() as db:
        accounts.move(db, ended.id, since=AccountStatus.ACTIVE, to=AccountStatus.DEACTIVATED, now=office.now)
    for days in (0, 32, 15):
        look(office, days=days)
        office.work()
        with office.connect() as db:
            ahead = lifecycle.forecast(db, office.desk, now=office.now)
            naive = Counter(
                (day - timedelta(days=day.weekday()), one.foreseen.step.gives)
                for day in (office.now.date() + timedelta(days=number) for number in range(91))
                for one in lifecycle.preview(db, office.desk, on=day, now=office.now)
                if one.foreseen.at <= office.now + lifecycle.AHEAD and one.foreseen.step.gives
            )
        found = {(one.week.monday, stage): many for one in ahead for stage, many in one.mails.items() if many}
        assert found == dict(naive)
        assert len(ahead) in (13, 14)
    assert found


def test_without_partners_the_report_foresees_nothing(office: Office) -> None:
    with office.connect() as db:
        assert lifecycle.forecast(db, office.desk, now=office.now) == ()


@pytest.mark.parametrize(("days", "states"), [(90, ("valid", "expired")), (150, ("expired", "closed"))])
def test_before_the_clock_looks_every_gate_goes_by_the_day_that_was_told(
    office: Office, days: int, states: tuple[str, str]
) -> None:
    """To midnight of the last day, in the programme's zone, it works; from then on it is over everywhere."""
    account, zone = partner(office), office.desk.policy.clock_rules.calendar.zone
    days_of(office, days, account)
    midnight = datetime.combine(office.now.astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)

    seen, stays = [], []
    for moment in (midnight - timedelta(minutes=1), midnight):
        office.clock.wait(seconds=(moment - office.now).total_seconds())
        with office.connect() as db:
            seen.append(gates_of(office, db, account))
            stays.append(stays_in(office, db, account))

    assert seen == [{state} for state in states]
    assert stays == [state == "valid" for state in states]
    with office.connect() as db:
        life = lifecycle.find(db, account.id)
    assert life is not None
    assert life.state == states[0]  # the clock has not looked


def stays_in(office: Office, db: Database, account: Account) -> bool:
    """Whether somebody who is signed in sees another page."""
    with transaction(db):
        token = sessions.begin(db, office.desk, account, strength=Strength.PASSWORD, now=office.now)
    try:
        return sessions.get(db, office.desk, token, now=office.now).account.id == account.id
    except SignInNeeded:
        return False


def gates_of(office: Office, db: Database, account: Account) -> set[str]:
    """How the account stands at sign-in, behind its link, in the mail that is asked for, and for the desk."""
    end, now = lifecycle.find_end(db, office.desk, account, now=office.now), office.now
    life = lifecycle.find(db, account.id)
    assert life is not None
    token = prolong_links.make(office.desk, account, life).rpartition("/")[2]
    try:
        link = str(prolongation.get(db, office.desk, token, now=now).life.state)
    except LinkExpired:
        link = "closed"
    causes = [
        one.cause for one in diagnosis.diagnose(db, office.desk, mailed(office, account.email), [None], now)
    ]
    told = next((str(one) for one in causes if one in (Cause.EXPIRED, Cause.CLOSED)), "valid")
    view = account_views.get(db, office.desk, account.id, now=now).life
    assert view is not None
    return {str(end or "valid"), link, told, str(view.life.state)}


def test_an_end_without_a_proven_warning_is_none_at_midnight_either(office: Office) -> None:
    account = partner(office)
    look(office, days=76)  # nothing leaves the outbox
    office.clock.wait(days=15)

    with office.connect() as db:
        assert lifecycle.find_end(db, office.desk, account, now=office.now) is None
